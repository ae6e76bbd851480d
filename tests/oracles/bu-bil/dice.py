"""Pairwise Dice of the eighteen raters of BU-BIL data set 6, and each rater's against the gold masks, with numpy alone.

    python dice.py FOLDER > dice.json

Aortas are drawn dark on light: a pixel is set below grey value 128. Only masks of one size are compared; the others are counted as refused.
"""

import datetime
import json
import re
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import PIL
from PIL import Image

PATTERN = re.compile(r"(Person\d_\w+|mturk_annotation6-\d|GoldStandard)/seg_(tpre\d+)\.png", re.IGNORECASE)


def main(folder):
    masks = {}
    for path in sorted(Path(folder).rglob("*.png")):
        found = PATTERN.search(str(path))
        if found:
            grey = np.asarray(Image.open(path).convert("L"))
            rater, item = found[1], found[2].lower()
            assert (rater, item) not in masks
            masks[rater, item] = grey < 128
    raters = sorted({rater for rater, _ in masks})
    items = sorted({item for _, item in masks})
    rows = []
    for a, b in combinations(raters, 2):
        dice, n_refused = [], 0
        for item in items:
            x, y = masks.get((a, item)), masks.get((b, item))
            if x is None or y is None:
                continue
            if x.shape != y.shape:
                n_refused += 1
                continue
            dice.append([item, int(x.sum()), int(y.sum()), int((x & y).sum())])
        rows.append({"a": a, "b": b, "n_refused": n_refused,
                     "mean_dice": float(np.mean([2 * both / (p + q) for _, p, q, both in dice])) if dice else None,
                     "of_item": dice})
    json.dump(
        {"tools": {"numpy": np.__version__, "pillow": PIL.__version__}, "script": "dice.py",
         "date": datetime.date.today().isoformat(), "seed": None, "n_masks": len(masks), "n_items": len(items),
         "raters": raters, "pairs": rows},
        sys.stdout, separators=(",", ":"))
    print()


main(sys.argv[1])
