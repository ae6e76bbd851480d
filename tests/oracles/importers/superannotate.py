"""What SuperAnnotate samples hold, counted by the json module; areas and centres by shapely.

Usage: /opt/peers/bin/python superannotate.py <folder of samples> > superannotate.json
"""
import collections
import datetime
import json
import pathlib
import sys

import shapely

data = pathlib.Path(sys.argv[1])
KINDS = {"bbox": "box", "rbbox": "rotated_box", "polygon": "polygon", "polyline": "polyline", "ellipse": "ellipse", "point": "keypoints",
         "template": "keypoints"}
PATHS = ["sample_project_vector/example_image_1.jpg___objects.json", "sample_explore_export/file_example.jpg.json",
         "sample_project_pixel/example_image_1.jpg___pixel.json", "annotations/video.mp4.json"]


def corners(points, n):
    return [(points[f"x{at}"], points[f"y{at}"]) for at in range(1, n + 1)]


files = {}
for path in PATHS:
    held = json.loads((data / "superannotate" / path).read_text())
    kinds, shapes, skipped = collections.Counter(), [], []
    if held.get("comments"):
        skipped.append("unsupported comments")
    for at, one in enumerate(held["instances"]):
        kind, place = one.get("type"), f"instances[{at}]"
        if "meta" in one or kind == "cuboid":
            skipped.append(f"unsupported {place}")
            continue
        if "parts" in one:
            # The sample comes without its pictures.
            skipped.append(f"invalid_record {place}")
            continue
        if kind == "tag":
            kinds["classification"] += 1
            for attribute in one["attributes"]:
                if "id" in attribute:
                    kinds["classification"] += 1
                elif not isinstance(attribute["name"], str):
                    kinds["ordinal"] += 1
            continue
        kinds[KINDS[kind]] += 1
        if kind == "ellipse":
            shapes.append({"id": place, "centre": [one["cx"], one["cy"]]})
            continue
        if kind == "bbox":
            (a, b), (c, d) = corners(one["points"], 2)
            shape = shapely.box(min(a, c), min(b, d), max(a, c), max(b, d))
        elif kind == "rbbox":
            shape = shapely.Polygon(corners(one["points"], 4))
        elif kind == "polygon":
            flat = one["points"]
            shape = shapely.Polygon(list(zip(flat[::2], flat[1::2])))
        else:
            continue
        if not shape.is_valid:
            continue
        shapes.append({"id": place, "area": shape.area, "x": shape.centroid.x, "y": shape.centroid.y})
    for _ in held.get("tags", []):
        kinds["classification"] += 1
    files[f"superannotate/{path}"] = {"kinds": kinds, "skipped": skipped, "shapes": shapes}
json.dump({"tools": {"python": sys.version.split()[0], "shapely": shapely.__version__}, "date": str(datetime.date.today()),
           "script": "tests/oracles/importers/superannotate.py", "files": files}, sys.stdout, indent=1)
print()
