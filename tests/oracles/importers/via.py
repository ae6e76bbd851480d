"""Shapes of the VIA samples by Python's csv and json and by shapely.

Usage: via.py <folder of samples> > via.json
"""
import csv, datetime, json, math, sys
from collections import Counter
import shapely

FILES = ["via/via-1.x.y/tests/data/unit_test_annotation1.csv", "via/via-1.x.y/tests/data/unit_test_annotation2.json",
         "via/via-2.x.y/data/face_track_annotation/sherlock_ep01_tracks_FRCNN.csv", "panlabel-fixtures/sample_valid.via.json"]


def regions(path):
    if path.endswith(".csv"):
        for row in csv.reader(open(path, newline="")):
            if not row[0].lstrip("#").startswith("filename") and row[5] != "{}":
                yield row[0], json.loads(row[5]), json.loads(row[6])
    else:
        for image in json.load(open(path)).values():
            held = image["regions"]
            for region in held.values() if isinstance(held, dict) else held:
                yield image["filename"], region["shape_attributes"], region["region_attributes"]


def measured(shape):
    kind = shape["name"]
    if kind == "rect":
        return ["box", shape["width"] * shape["height"]]
    if kind in ("circle", "ellipse"):
        rx, ry = (shape["r"],) * 2 if kind == "circle" else (shape["rx"], shape["ry"])
        return ["ellipse", math.pi * rx * ry]
    if kind == "polygon":
        return ["polygon", shapely.Polygon(zip(shape["all_points_x"], shape["all_points_y"])).area]
    return ["keypoints" if kind == "point" else "polyline", 0]


answers = {}
for file in FILES:
    held = list(regions(f"{sys.argv[1]}/{file}"))
    areas = Counter()
    for _, shape, _ in held:
        kind, area = measured(shape)
        areas[kind] += area
    answers[file] = dict(images=len({name for name, _, _ in held}), kinds=Counter(measured(shape)[0] for _, shape, _ in held),
                         area_px2=sum(areas.values()), sum_x=sum(s.get("x", s.get("cx", 0)) for _, s, _ in held),
                         sum_y=sum(s.get("y", s.get("cy", 0)) for _, s, _ in held))
print(json.dumps(dict(tool=f"shapely {shapely.__version__}", python=sys.version.split()[0], script="via.py", date=str(datetime.date.today()), files=answers), indent=1))
