"""Tracks of two annotators over a video, by motmetrics. Writes figures.json beside it.

The boxes come from a small integer generator that the Rust test repeats (`src/matching/tracks/tests.rs`).
"""

import json
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import motmetrics as mm
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from draw import Draw  # noqa: E402

SEED, N_CASES, LEAST = 20080246, 150, 0.5
warnings.simplefilter("ignore")


def video(draw):
    """Boxes that move in straight lines through a small image; the second annotator drops out, strays, and takes one for another."""
    n_frames, n_tracks = 2 + int(draw.share() * 30), 1 + int(draw.share() * 8)
    stray, lose, swap = draw.between(0, 3), draw.between(0, 0.3), draw.between(0, 0.2)
    starts = [[draw.between(0, 40), draw.between(0, 40), draw.between(-1, 1), draw.between(-1, 1)] for _ in range(n_tracks)]
    names = list(range(n_tracks))
    n_names = n_tracks
    frames = []
    for at in range(n_frames):
        reference, candidate = [], []
        for track, (x, y, dx, dy) in enumerate(starts):
            box = [x + at * dx, y + at * dy, x + at * dx + 12, y + at * dy + 10]
            is_seen, is_lost = draw.share() > 0.1, draw.share() < lose
            if draw.share() < swap:
                if draw.share() < 0.5:
                    other = int(draw.share() * n_tracks)
                    names[track], names[other] = names[other], names[track]
                else:
                    names[track], n_names = n_names, n_names + 1
            move = [draw.between(-stray, stray) for _ in range(4)]
            if is_seen:
                reference.append((track, box))
            if not is_lost:
                candidate.append((names[track], [edge + m for edge, m in zip(box, move)]))
        if draw.share() < 0.1:
            x, y = draw.between(0, 40), draw.between(0, 40)
            candidate.append((n_names, [x, y, x + 12, y + 10]))
            n_names += 1
        frames.append((reference, sorted({name: box for name, box in candidate}.items())))
    return frames


def iou(a, b):
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = width * height if width > 0 and height > 0 else 0.0
    area = lambda r: (r[2] - r[0]) * (r[3] - r[1])
    return shared / (area(a) + area(b) - shared)


NAMES = ["num_frames", "num_objects", "num_predictions", "num_switches", "num_misses", "num_false_positives", "num_fragmentations",
         "mostly_tracked", "mostly_lost", "idtp", "mota", "motp", "idf1"]
draw = Draw(SEED)
cases = []
for _ in range(N_CASES):
    made, is_contested = mm.MOTAccumulator(auto_id=True), False
    for reference, candidate in video(draw):
        apart = np.array([[1 - iou(p, q) for _, q in candidate] for _, p in reference]).reshape(len(reference), len(candidate))
        apart[apart > 1 - LEAST] = np.nan
        # Whether two tracks were last matched with one and the same that is here and near both.
        here = [t for t, _ in candidate]
        claimed = [made.m[t] for i, (t, _) in enumerate(reference)
                   if made.m.get(t) in here and np.isfinite(apart[i, here.index(made.m[t])])]
        is_contested |= len(claimed) > len(set(claimed))
        made.update([t for t, _ in reference], [t for t, _ in candidate], apart)
    found = mm.metrics.create().compute(made, metrics=NAMES, return_dataframe=False)
    cases.append({"is_contested": is_contested} | {name: None if np.isnan(found[name]) else float(found[name]) for name in NAMES})
head = {"tool": "motmetrics", "version": version("motmetrics"), "date": "2026-11-24", "script": "tests/oracles/tracks/make.py", "seed": SEED}
text = json.dumps(head)[:-1] + ', "cases": [\n' + ",\n".join(map(json.dumps, cases)) + "\n]}\n"
Path(__file__).with_name("figures.json").write_text(text)
print(len(cases), "cases", len(text), "bytes")
