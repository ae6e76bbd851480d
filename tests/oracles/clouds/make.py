"""Labels of two raters on one cloud, by scikit-learn. Writes figures.json beside it.

The labels come from a small integer generator that the Rust test repeats (`src/metrics/clouds/tests.rs`).
"""

import json
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
from sklearn import metrics

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from draw import Draw  # noqa: E402

SEED, N_CASES = 20190127, 120
warnings.simplefilter("ignore")


def cloud(draw, index):
    """Every fourth cloud has codes too high for a square table; labels fall off in frequency, so that some do not occur."""
    n, k, agree = int(draw.between(1, 1500)), int(draw.between(1, 12)), draw.share()
    step = 100_003 if index % 4 == 3 else 1
    code = lambda: int(draw.share() * draw.share() * k) * step
    a, b = [], []
    for _ in range(n):
        one, same, other = code(), draw.share() < agree, code()
        a.append(one)
        b.append(one if same else other)
    return np.array(a), np.array(b), [i * step for i in range(k)]


draw = Draw(SEED)
cases = []
for index in range(N_CASES):
    a, b, declared = cloud(draw, index)
    labels = sorted(set(a) | set(b))
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(a, b, labels=labels)
    cases.append({
        "labels": [int(label) for label in labels],
        "table": metrics.confusion_matrix(a, b, labels=labels).tolist(),
        "iou": metrics.jaccard_score(a, b, labels=labels, average=None).tolist(),
        "precision": precision.tolist(), "recall": recall.tolist(), "dice": f1.tolist(),
        "accuracy": float(metrics.accuracy_score(a, b)),
        "mean_iou": float(metrics.jaccard_score(a, b, labels=labels, average="macro")),
        "mean_iou_declared": float(metrics.jaccard_score(a, b, labels=declared, average="macro")),
        "kappa": float(metrics.cohen_kappa_score(a, b)) if len(labels) > 1 else None,
    })
head = {"tool": "scikit-learn", "version": version("scikit-learn"), "date": "2026-11-24", "script": "tests/oracles/clouds/make.py", "seed": SEED}
text = json.dumps(head)[:-1] + ', "cases": [\n' + ",\n".join(map(json.dumps, cases)) + "\n]}\n"
Path(__file__).with_name("figures.json").write_text(text)
print(len(cases), "cases", len(text), "bytes")
