"""Boxes of the MOT samples by Python's csv, and masks of the project's MOTS fixture by pycocotools.

Usage, from the project: mot.py <folder of samples> > mot.json
"""
import csv, datetime, json, sys
from importlib.metadata import version

from pycocotools import mask as coco

root = sys.argv[1]
# labels.txt lies beside: corners from 0, frames and classes from 1.
boxes = {}
for name in ("mot_seq", "mot_seq_with_seqinfo"):
    folder = f"datumaro-assets/mot_dataset/{name}"
    labels = open(f"{root}/{folder}/gt/labels.txt").read().split()
    boxes[folder] = [[labels[int(row[7]) - 1], int(row[0]) - 1, *map(float, row[2:4]), float(row[2]) + float(row[4]), float(row[3]) + float(row[5])]
                     for row in csv.reader(open(f"{root}/{folder}/gt/gt.txt"))]
masks = []
for line in open("tests/fixtures/mot/good/masks/0002.txt"):
    frame, number, _, height, width, runs = line.split()
    rle = {"size": [int(height), int(width)], "counts": runs.encode()}
    masks.append([int(number), int(frame), int(coco.area(rle)), *map(float, coco.toBbox(rle))])
print(json.dumps(dict(tool=f"pycocotools {version('pycocotools')}", python=sys.version.split()[0], script="mot.py", date=str(datetime.date.today()), boxes=boxes, masks=masks), indent=1))
