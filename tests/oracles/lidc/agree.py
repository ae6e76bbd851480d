"""Who agrees with whom in LIDC-IDRI, without any of Concord's code: nodules matched optimally within each pair of
readers of a scan, Dice and IoU of every match, and quadratic weighted kappa of two ratings over the matches.

    python agree.py FOLDER_WITH_XML > agree.json

A nodule is the set of voxels strictly inside its outlines (the rasteriser of count.py), holes taken out. Two nodules
can be the same from an IoU of 0.1 up; the matching has the largest total IoU (scipy's Hungarian algorithm).
"""

import datetime
import json
import random
import sys
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import lxml
import numpy as np
import scipy
import sklearn
from count import NS, TOPS, inside, points, text
from lxml import etree
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import cohen_kappa_score

MIN_IOU, SEED, SAMPLE = 0.1, 20261123, 160
RATINGS = ["subtlety", "malignancy"]


def voxels(nodule):
    """Sorted numbers of the voxels, the slice at z mm having the numbers from round(1000 z) * 512 * 512."""
    slices = {}
    for roi in nodule.findall(NS + "roi"):
        key = round(float(text(roi, "imageZposition")) * 1000)
        drawn, holes = slices.setdefault(key, (np.zeros((512, 512), bool), np.zeros((512, 512), bool)))
        target = drawn if text(roi, "inclusion") == "TRUE" else holes
        target |= inside(points(roi))
    parts = [key * 512 * 512 + np.flatnonzero(drawn & ~holes) for key, (drawn, holes) in slices.items()]
    return np.sort(np.concatenate(parts))


def nodules(session):
    found = []
    for nodule in session.findall(NS + "unblindedReadNodule"):
        ratings = {etree.QName(e).localname: int(e.text) for e in nodule.iterfind(f"{NS}characteristics/*")}
        rois = nodule.findall(NS + "roi")
        if not ratings and len(rois) == 1 and len(points(rois[0])) == 1:
            continue
        drawn = voxels(nodule)
        if len(drawn):
            found.append((drawn, {name: x for name, x in ratings.items() if 1 <= x <= TOPS[name]}))
    return found


def match(a, b):
    """Pairs (i, j, voxels in both)."""
    both = np.array([[len(np.intersect1d(x, y, assume_unique=True)) for y, _ in b] for x, _ in a]).reshape(len(a), len(b))
    size_a, size_b = (np.array([len(x) for x, _ in side]) for side in (a, b))
    if not both.size:
        return []
    iou = both / (size_a[:, None] + size_b[None, :] - both)
    gain = np.where(iou >= MIN_IOU, iou, 0)
    return [(i, j, int(both[i, j])) for i, j in zip(*linear_sum_assignment(gain, maximize=True)) if gain[i, j] > 0]


def main(folder):
    scans, rated, total = [], defaultdict(list), defaultdict(lambda: [0, 0, 0, 0.0, 0.0])
    for path in sorted(Path(folder).rglob("*.xml")):
        root = etree.parse(str(path)).getroot()
        if root.tag != NS + "LidcReadMessage":
            continue
        header = root.find(NS + "ResponseHeader")
        readers = [nodules(session) for session in root.findall(NS + "readingSession")]
        scan = {"item": text(header, "SeriesInstanceUid"), "session": root.get("uid"), "pairs": []}
        for a, b in combinations(range(len(readers)), 2):
            pair = f"reader-{a + 1}/reader-{b + 1}"
            matched = []
            for i, j, both in match(readers[a], readers[b]):
                (x, of_x), (y, of_y) = readers[a][i], readers[b][j]
                dice, iou = 2 * both / (len(x) + len(y)), both / (len(x) + len(y) - both)
                matched.append([len(x), len(y), both, dice, iou])
                for name in RATINGS:
                    if name in of_x and name in of_y:
                        rated[pair, name].append((of_x[name], of_y[name]))
                sums = total[pair]
                sums[3] += dice
                sums[4] += iou
            n = len(matched)
            for k, add in enumerate((n, len(readers[a]) - n, len(readers[b]) - n)):
                total[pair][k] += add
            scan["pairs"].append({"raters": pair, "n_a": len(readers[a]), "n_b": len(readers[b]), "matched": sorted(matched)})
        scans.append(scan)
    chosen = random.Random(SEED).sample([scan for scan in scans if any(p["matched"] for p in scan["pairs"])], SAMPLE)
    kappa = [
        {"raters": pair, "rating": name, "n": len(values),
         "value": float(cohen_kappa_score(*zip(*values), labels=range(1, TOPS[name] + 1), weights="quadratic"))}
        for (pair, name), values in sorted(rated.items()) if len({x for pair in values for x in pair}) > 1
    ]
    totals = [
        {"raters": pair, "n_matched": n, "n_a_only": a, "n_b_only": b, "mean_dice": d / n if n else None, "mean_iou": i / n if n else None}
        for pair, (n, a, b, d, i) in sorted(total.items())
    ]
    versions = {"lxml": lxml.__version__, "numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__}
    json.dump(
        {"tools": versions, "script": "agree.py", "date": datetime.date.today().isoformat(), "seed": SEED,
         "min_iou": MIN_IOU, "n_scans": len(scans), "n_pairs_of_readers": sum(len(scan["pairs"]) for scan in scans),
         "totals": totals, "kappa": kappa, "scans": chosen},
        sys.stdout, separators=(",", ":"))
    print()


if __name__ == "__main__":
    main(sys.argv[1])
