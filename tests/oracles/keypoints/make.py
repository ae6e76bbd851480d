"""Object keypoint similarity by pycocotools' COCOeval.computeOks, and PCK by numpy. Writes coco.json beside it.

The sets of points come from a small integer generator that the Rust test repeats (`src/metrics/keypoints/oracle_tests.rs`), so that the
file holds answers only.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from draw import Draw  # noqa: E402

SEED, N_CASES, N_POINTS = 20140901, 600, 17


def case(draw, index):
    """Every tenth reference has no labelled point; every third candidate leaves points out, written as (0, 0) with v = 0."""
    scale = draw.between(5, 400)
    near = draw.between(0, 0.3)
    truth, guess = [], []
    for _ in range(N_POINTS):
        x, y = draw.between(0, scale), draw.between(0, scale)
        v = int(draw.share() * 3)
        if index % 10 == 9:
            v = 0
        dx, dy = draw.between(-near, near) * scale, draw.between(-near, near) * scale
        left_out = draw.share() < 0.3 and index % 3 == 2
        truth.append([x, y, v] if v else [0.0, 0.0, 0])
        guess.append([0.0, 0.0, 0] if left_out else [x + dx, y + dy, 1 + int(draw.share() * 2)])
    box = [draw.between(0, scale), draw.between(0, scale), draw.between(0, 0.5) * scale, draw.between(0, 0.5) * scale]
    area = 0.0 if index % 50 == 0 else draw.between(0.1, 1.0) * scale * scale
    return np.array(truth), np.array(guess), box, area, scale


def similarity(truth, guess, box, area):
    common = {"id": 1, "image_id": 1, "category_id": 1}
    data = COCO()
    data.dataset = {
        "images": [{"id": 1}], "categories": [{"id": 1}],
        "annotations": [common | {
            "keypoints": truth.ravel().tolist(), "num_keypoints": int((truth[:, 2] > 0).sum()), "area": area, "iscrowd": 0, "bbox": box,
        }],
    }
    data.createIndex()
    found = data.loadRes([common | {"keypoints": guess.ravel().tolist(), "score": 1.0}])
    judge = COCOeval(data, found, "keypoints")
    judge._prepare()
    return judge.params.kpt_oks_sigmas.tolist(), float(judge.computeOks(1, 1)[0, 0])


def share_correct(truth, guess, scale):
    """PCK at a twentieth of the scale in px, and at a tenth of the longer side of the box around the reference's points."""
    shared = (truth[:, 2] > 0) & (guess[:, 2] > 0)
    labelled = truth[truth[:, 2] > 0, :2]
    if not shared.any():
        return None
    apart = np.hypot(*(truth[shared, :2] - guess[shared, :2]).T)
    side = float(np.ptp(labelled, axis=0).max())
    return [float((apart <= 0.05 * scale).mean()), float((apart <= 0.1 * side).mean()) if side > 0 else None]


def distances(truth, guess):
    """Mean, median, 95th percentile and maximum over the points that both placed."""
    shared = (truth[:, 2] > 0) & (guess[:, 2] > 0)
    if not shared.any():
        return None
    apart = np.hypot(*(truth[shared, :2] - guess[shared, :2]).T)
    return [float(apart.mean())] + [float(np.quantile(apart, q)) for q in (0.5, 0.95, 1.0)]


draw = Draw(SEED)
cases = []
for index in range(N_CASES):
    truth, guess, box, area, scale = case(draw, index)
    sigmas, oks = similarity(truth, guess, box, area)
    cases.append({"oks": oks, "pck": share_correct(truth, guess, scale), "distances": distances(truth, guess)})
head = {
    "tool": "pycocotools", "version": version("pycocotools"), "numpy": np.__version__, "date": "2026-11-24",
    "script": "tests/oracles/keypoints/make.py", "seed": SEED, "sigmas": sigmas,
}
text = json.dumps(head)[:-1] + ', "cases": [\n' + ",\n".join(map(json.dumps, cases)) + "\n]}\n"
Path(__file__).with_name("coco.json").write_text(text)
print(len(cases), "cases")
