"""What Supervisely samples hold, by the json module and shapely: cuboids as they stand, boxes with both corners included, polygons through
the middles of pixels (which moves no area), numbers of tags.

Usage: /opt/peers/bin/python supervisely.py <folder of samples> > supervisely.json
"""
import datetime
import json
import pathlib
import sys

import shapely

data = pathlib.Path(sys.argv[1])
cloud = data / "datumaro-assets/sly_pointcloud_dataset"
read, n_typed = [], 0
kinds = {tag["name"]: tag["value_type"] for tag in json.loads((cloud / "meta.json").read_text())["tags"]}
for name in ["frame1.pcd", "frame2.pcd"]:
    held = json.loads((cloud / f"ds0/ann/{name}.json").read_text())
    objects = {one["key"].replace("-", ""): one for one in held["objects"]}
    for figure in held["figures"]:
        one, at = objects[figure["objectKey"].replace("-", "")], figure["geometry"]
        vector = lambda key: [float(at[key][axis]) for axis in "xyz"]
        read.append([name, figure["labelerLogin"], one["classTitle"], [vector("position"), vector("dimensions"), vector("rotation")[2]]])
        n_typed += sum(kinds[tag["name"]] == "any_string" for tag in one["tags"])
    for tag in held["tags"]:
        if kinds[tag["name"]] == "any_string":
            n_typed += 1
        else:
            read.append([name, tag["labelerLogin"], tag["name"], float(tag["value"])])
files = {"datumaro-assets/sly_pointcloud_dataset": {"read": read, "note": f"{n_typed} typed tags are not read"}}
flat = []
for one in json.loads((data / "panlabel-fixtures/sample_valid.supervisely.json").read_text())["objects"]:
    exterior = one["geometry"]["points"]["exterior"]
    if one["geometryType"] == "rectangle":
        (left, top), (right, bottom) = exterior
        drawn = [left, top, right + 1, bottom + 1]
    else:
        drawn = shapely.Polygon(exterior).area
    flat.append(["sample_valid.supervisely", "", one["classTitle"], drawn])
note = "1 images state positions as whole numbers, which are taken to count pixels, as Supervisely's export does"
files["panlabel-fixtures/sample_valid.supervisely.json"] = {"read": flat, "note": note}
json.dump({"tools": {"python": sys.version.split()[0], "shapely": shapely.__version__}, "date": str(datetime.date.today()),
           "script": "tests/oracles/importers/supervisely.py", "files": files}, sys.stdout, indent=1)
print()
