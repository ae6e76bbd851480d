"""Counts what the LIDC-IDRI XML files hold, and the pixels of a sample of nodules, without any of Concord's code.

    python count.py FOLDER_WITH_XML counts.json masks.json

Pixels: a pixel index belongs to an outline when its winding number (Sunday's crossing rule, every pixel against every
side) is not 0 and it does not lie on a side. Ratings outside 1..top of their scale are counted apart.
"""

import datetime
import json
import random
import sys
from pathlib import Path

import lxml
import numpy as np
from lxml import etree

NS = "{http://www.nih.gov}"
TOPS = {
    "subtlety": 5, "internalStructure": 4, "calcification": 6, "sphericity": 5, "margin": 5,
    "lobulation": 5, "spiculation": 5, "texture": 5, "malignancy": 5,
}
SEED = 20261123
SAMPLE = 300


def text(element, name):
    found = element.find(NS + name)
    return "" if found is None else (found.text or "").strip()


def points(roi):
    return [(int(text(edge, "xCoord")), int(text(edge, "yCoord"))) for edge in roi.findall(NS + "edgeMap")]


def inside(outline, size=512):
    """Boolean (y, x) array of the pixels strictly inside."""
    grid = np.zeros((size, size), bool)
    xs, ys = [p[0] for p in outline], [p[1] for p in outline]
    x, y = np.meshgrid(np.arange(min(xs), max(xs) + 1), np.arange(min(ys), max(ys) + 1))
    winding = np.zeros(x.shape, int)
    on_side = np.zeros(x.shape, bool)
    for (x0, y0), (x1, y1) in zip(outline, outline[1:] + outline[:1]):
        cross = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)
        winding += ((y0 <= y) & (y1 > y) & (cross > 0)).astype(int)
        winding -= ((y0 > y) & (y1 <= y) & (cross < 0)).astype(int)
        on_side |= (
            (cross == 0)
            & (x >= min(x0, x1)) & (x <= max(x0, x1))
            & (y >= min(y0, y1)) & (y <= max(y0, y1))
        )
    grid[min(ys):max(ys) + 1, min(xs):max(xs) + 1] = (winding != 0) & ~on_side
    return grid


def voxels(nodule):
    """Per slice: pixels, sum of x, sum of y."""
    slices = {}
    for roi in nodule.findall(NS + "roi"):
        key = round(float(text(roi, "imageZposition")) * 1000)
        drawn, holes = slices.setdefault(key, (np.zeros((512, 512), bool), np.zeros((512, 512), bool)))
        target = drawn if text(roi, "inclusion") == "TRUE" else holes
        target |= inside(points(roi))
    rows = []
    for key in sorted(slices):
        drawn, holes = slices[key]
        ys, xs = np.nonzero(drawn & ~holes)
        if len(xs):
            rows.append([key, len(xs), int(xs.sum()), int(ys.sum())])
    return rows


def main(folder, counts_path, masks_path):
    counts = dict.fromkeys(
        ["ct_files", "radiograph_files", "series", "sessions", "empty_sessions", "nodules_3mm", "nodules_small",
         "nodules_with_ratings", "outlines", "holes", "non_nodules"], 0)
    sums, off_scale, series, found = dict.fromkeys(TOPS, 0), 0, set(), []
    for path in sorted(Path(folder).rglob("*.xml")):
        root = etree.parse(str(path)).getroot()
        if root.tag != NS + "LidcReadMessage":
            counts["radiograph_files"] += 1
            continue
        counts["ct_files"] += 1
        series.add(text(root.find(NS + "ResponseHeader"), "SeriesInstanceUid"))
        for number, session in enumerate(root.findall(NS + "readingSession"), 1):
            nodules, others = session.findall(NS + "unblindedReadNodule"), session.findall(NS + "nonNodule")
            counts["sessions"] += 1
            counts["empty_sessions"] += not nodules and not others
            counts["non_nodules"] += len(others)
            for position, nodule in enumerate(nodules):
                ratings = {
                    etree.QName(entry).localname: (entry.text or "").strip()
                    for entry in nodule.iterfind(f"{NS}characteristics/*")
                }
                rois = nodule.findall(NS + "roi")
                if not ratings and len(rois) == 1 and len(points(rois[0])) == 1:
                    counts["nodules_small"] += 1
                    continue
                counts["nodules_3mm"] += 1
                counts["nodules_with_ratings"] += bool(ratings)
                counts["outlines"] += len(rois)
                counts["holes"] += sum(text(roi, "inclusion") == "FALSE" for roi in rois)
                for name, value in ratings.items():
                    if 1 <= int(value) <= TOPS[name]:
                        sums[name] += int(value)
                    else:
                        off_scale += 1
                found.append((path, root.get("uid"), number, position, text(nodule, "noduleID"), nodule))
    counts["series"] = len(series)
    tool = {"tool": "lxml, numpy", "version": f"{lxml.__version__}, {np.__version__}", "script": "count.py",
            "date": datetime.date.today().isoformat(), "seed": SEED}
    Path(counts_path).write_text(json.dumps(
        {**tool, "counts": counts, "rating_sums": sums, "ratings_off_scale": off_scale}, indent=1) + "\n")
    # Nodules with holes or more than one outline on a slice are few, so half of the sample is drawn from them.
    def hard(entry):
        zs = [text(roi, "imageZposition") for roi in entry[5].findall(NS + "roi")]
        return len(set(zs)) < len(zs)
    rng = random.Random(SEED)
    difficult = [entry for entry in found if hard(entry)]
    easy = [entry for entry in found if not hard(entry)]
    sample = rng.sample(difficult, SAMPLE // 2) + rng.sample(easy, SAMPLE // 2)
    rows = [
        {"session_uid": uid, "reader": reader, "position": position, "nodule": identity, "slices": voxels(nodule)}
        for _, uid, reader, position, identity, nodule in sample
    ]
    lines = ",\n".join("  " + json.dumps(row, separators=(",", ":")) for row in rows)
    header = json.dumps({**tool, "n_hard": len(difficult), "n_easy": len(easy)}, indent=1)[:-2]
    Path(masks_path).write_text(f'{header},\n "nodules": [\n{lines}\n ]\n}}\n')


if __name__ == "__main__":
    main(*sys.argv[1:])
