"""Answers for the suite of the CVAT importer, by readers of their own.

python cvat.py <samples>: writes cvat.json beside this script.

`samples`: every sample by lxml and numpy. `between`: outlines and lines between two keyframes, by a second implementation of the rule
that CVAT's server applies (cvat/apps/dataset_manager/annotation.py, commit 01b6b0e), which looks at every pair of points.
"""

import datetime
import json
import pathlib
import sys

import lxml
import lxml.etree
import numpy as np

SAMPLES = [
    "cvat-docs/mask_skeleton_images.xml",
    "datumaro-assets/cvat_dataset/for_images/train.xml",
    "datumaro-assets/cvat_dataset/for_video/annotations.xml",
]


def shape(node):
    numbers = lambda names: [float(node.get(name)) for name in names]
    pairs = lambda text: [[float(n) for n in pair.split(",")] for pair in text.split(";")]
    kind = node.tag
    if kind == "box":
        return {"kind": kind, "at": numbers(["xtl", "ytl", "xbr", "ybr"])}
    if kind == "ellipse":
        return {"kind": kind, "at": numbers(["cx", "cy", "rx", "ry"])}
    if kind == "mask":
        left, top, width, height = (int(node.get(n)) for n in ["left", "top", "width", "height"])
        runs = [int(n) for n in node.get("rle").split(",")]
        flat = np.repeat(np.arange(len(runs)) % 2, runs).reshape(height, width)
        y, x = np.nonzero(flat)
        return {"kind": kind, "pixels": sorted([int(a) + left, int(b) + top] for a, b in zip(x, y))}
    if kind == "skeleton":
        seen = [p for p in node.findall("points") if p.get("outside") != "1"]
        return {"kind": kind, "points": {p.get("label"): pairs(p.get("points"))[0] for p in seen}}
    if kind == "tag":
        return {"kind": kind}
    return {"kind": kind, "at": pairs(node.get("points"))}


def track(node):
    seen = {}
    points = node.findall("track")
    for child in node if not points else []:
        if child.get("outside") != "1":
            seen[child.get("frame")] = shape(child)
    for point in points:
        for child in point:
            if child.get("outside") != "1":
                found = seen.setdefault(child.get("frame"), {"kind": "skeleton", "points": {}})
                found["points"][point.get("label")] = shape(child)["at"][0]
    return {"kind": "track", "frames": seen}


def read(path):
    root = lxml.etree.parse(str(path)).getroot()
    found = []
    for image in root.findall("image"):
        for node in image:
            found.append({"image": image.get("name"), "label": node.get("label"), **shape(node)})
    for node in root.findall("track"):
        found.append({"image": None, "label": node.get("label"), **track(node)})
    return found


def between(left, right, share, is_ring):
    """Brute force: every point looks at every other one."""
    left, right = np.array(left, float), np.array(right, float)
    if is_ring:
        left, right = np.vstack([left, left[:1]]), np.vstack([right, right[:1]])
    # Not hypot: three quarters of the way two points lie exactly as far apart as those that are merged, and rounding decides.
    apart_by = lambda step: np.sqrt(step[..., 0] ** 2 + step[..., 1] ** 2)
    steps = lambda line: apart_by(np.diff(line, axis=0))
    along = lambda line: np.concatenate([[0.0], np.cumsum(steps(line)) / steps(line).sum()])
    apart = np.abs(along(left)[:, None] - along(right)[None, :])
    partners = [[int(row.argmin())] for row in apart]
    for j in sorted(set(range(len(right))) - {p[0] for p in partners}):
        partners[int(apart[:, j].argmin())].append(j)
    way = [[left[i] + (right[j] - left[i]) * share for j in sorted(p)] for i, p in enumerate(partners)]

    def thin(points, line):
        least = steps(line).sum() / (2 * len(line)) if len(line) > 1 else 0.0
        if len(points) == 1:
            return points
        kept = [points[0]]
        for point in points[1:-1]:
            if apart_by(point - kept[-1]) >= least:
                kept.append(point)
        if len(kept) == 1 and apart_by(points[-1] - points[0]) < least:
            return [(points[0] + points[-1]) / 2]
        return kept + [points[-1]]

    found, i = [], 0
    while i < len(left):
        if len(partners[i]) > 1:
            ends = sorted(partners[i])
            found += thin(way[i], right[ends[0] : ends[-1] + 1])
            i += 1
            continue
        j = i
        while j + 1 < len(left) and partners[j + 1] == partners[i]:
            j += 1
        found += thin([w for several in way[i : j + 1] for w in several], left[i : j + 1])
        i = j + 1
    return [[float(x), float(y)] for x, y in (found[:-1] if is_ring else found)]


def cases():
    rng = np.random.default_rng(20261124)
    found = []
    for number in range(60):
        is_ring = number % 2 == 0
        lines = []
        for n in rng.integers(3, 14, size=2):
            if is_ring:
                turn = np.sort(rng.uniform(0, 2 * np.pi, n))
                radius = rng.uniform(20, 40, n)
                line = np.stack([60 + radius * np.cos(turn), 50 + radius * np.sin(turn)], axis=1)
            else:
                line = np.cumsum(rng.uniform(0.5, 9, size=(n, 2)), axis=0)
            lines.append(np.round(line, 2).tolist())
        share = [0.25, 0.5, 0.75][number % 3]
        found.append({"is_ring": is_ring, "from": lines[0], "to": lines[1], "share": share,
                      "found": between(lines[0], lines[1], share, is_ring)})
    return found


if __name__ == "__main__":
    samples = pathlib.Path(sys.argv[1])
    answers = {
        "tool": "lxml, numpy",
        "version": f"{lxml.__version__}, {np.__version__}",
        "script": "cvat.py",
        "date": datetime.date.today().isoformat(),
        "samples": {path: read(samples / path) for path in SAMPLES},
        "between": cases(),
    }
    target = pathlib.Path(__file__).with_suffix(".json")
    target.write_text(json.dumps(answers) + "\n")
