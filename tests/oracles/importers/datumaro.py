"""Counts and shapes of Datumaro samples by Python's json, pycocotools for masks.

Run from the folder of samples: python <project>/tests/oracles/importers/datumaro.py > <project>/tests/oracles/importers/datumaro.json
"""
import collections, datetime, glob, json
from importlib.metadata import version
import numpy as np
import pycocotools.mask


def number(value):
    return f"{value:g}"


files = {}
for path in sorted(glob.glob("datumaro-assets/datumaro_dataset/*/annotations/*.json")):
    data = json.load(open(path))
    names = [label["name"] for label in data["categories"]["label"]["labels"]]
    labels, shapes, left_out = collections.Counter(), [], 0
    for item in data["items"]:
        for one in item["annotations"]:
            kind, label = one["type"], one.get("label_id")
            tilted = kind == "cuboid_3d" and any(one["rotation"][:2])
            if kind == "caption" or tilted or (label is not None and label >= len(names)):
                left_out += 1
                continue
            labels["unclassified" if label is None else names[label]] += 1
            if kind == "bbox":
                x, y, w, h = one["bbox"]
                shapes.append(f"box {x:g},{y:g} {x + w:g},{y + h:g}")
            elif kind in ("polygon", "polyline"):
                pairs = np.reshape(one["points"], (-1, 2))
                text = " ".join(f"{x:g},{y:g}" for x, y in pairs)
                shapes.append(("polygon " if kind == "polygon" else "line ") + text)
            elif kind == "mask":
                decoded = pycocotools.mask.decode(one["rle"])
                spans = []
                for y, row in enumerate(decoded):
                    edges = np.flatnonzero(np.diff(np.concatenate([[0], row, [0]]).astype(int)))
                    spans += [f"{y}:{a}-{b}" for a, b in edges.reshape(-1, 2)]
                shapes.append(f"mask {decoded.shape[1]}x{decoded.shape[0]} {' '.join(spans)}")
            elif kind == "cuboid_3d":
                shapes.append("cuboid " + ",".join(map(number, one["position"])))
    files[path] = {"items": len(data["items"]), "labels": labels, "left_out": left_out, "shapes": shapes}
tool = f"pycocotools {version('pycocotools')}, numpy {np.__version__}"
print(json.dumps({"tool": tool, "date": str(datetime.date.today()), "files": files}, indent=1))
