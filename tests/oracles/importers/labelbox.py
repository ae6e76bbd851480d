"""What Labelbox samples hold, counted by the json module and shapely.

Usage: /opt/peers/bin/python labelbox.py <folder of samples> > labelbox.json
"""
import collections
import datetime
import json
import pathlib
import sys

import shapely

data = pathlib.Path(sys.argv[1])


def of(objects, classifications):
    kinds, areas = collections.Counter(), []
    for one in objects:
        box = one.get("bounding_box") or one.get("bbox")
        if box:
            kinds["box"] += 1
            left, top = box["left"], box["top"]
            areas.append(shapely.box(left, top, left + box["width"], top + box["height"]).area)
        elif one.get("polygon"):
            kinds["polygon"] += 1
            areas.append(shapely.Polygon([(p["x"], p["y"]) for p in one["polygon"]]).area)
        elif one.get("line"):
            kinds["polyline"] += 1
        elif one.get("point"):
            kinds["keypoints"] += 1
        elif "data" in one:
            kinds["text_span"] += 1
    def chosen(questions):
        n = 0
        for question in questions:
            if isinstance(question, list):
                n += chosen(question)
                continue
            answers = question.get("answers") or question.get("answer")
            answers = answers if isinstance(answers, list) else [answers]
            for answer in answers:
                if isinstance(answer, dict):
                    n += 1 + chosen(answer.get("classifications", []))
            n += chosen(question.get("classifications", []))
        return n
    if chosen(classifications):
        kinds["classification"] += chosen(classifications)
    return kinds, areas


files = {}
for name in ["image_export", "text_export", "highly_nested_image"]:
    label = json.loads((data / f"labelbox/labelbox_v1/{name}.json").read_text())["Label"]
    kinds, areas = of(label["objects"], label["classifications"])
    files[f"labelbox/labelbox_v1/{name}.json"] = {"kinds": kinds, "areas": sorted(areas)}
kinds, areas = collections.Counter(), []
for line in (data / "panlabel-fixtures/sample_valid.labelbox.ndjson").read_text().splitlines():
    for project in json.loads(line)["projects"].values():
        for label in project["labels"]:
            more, found = of(label["annotations"]["objects"], [])
            kinds.update(more)
            areas += found
files["panlabel-fixtures/sample_valid.labelbox.ndjson"] = {"kinds": kinds, "areas": sorted(areas)}
json.dump({"tools": {"python": sys.version.split()[0], "shapely": shapely.__version__}, "date": str(datetime.date.today()),
           "script": "tests/oracles/importers/labelbox.py", "files": files}, sys.stdout, indent=1)
print()
