"""Spans of two annotators on one text: exact by seqeval and nervaluate, overlap by SciPy's bipartite matching, characters by numpy, κ on
tokens by scikit-learn. Writes figures.json beside it.

The spans come from a small integer generator that the Rust test repeats (`src/metrics/spans/oracle_tests.rs`). Flat cases have spans that
do not overlap, as seqeval and nervaluate need; nested ones may overlap and repeat.
"""

import json
import re
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
from nervaluate import Evaluator
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching
from seqeval import metrics as seq
from seqeval.scheme import IOB2
from sklearn import metrics

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from draw import Draw  # noqa: E402

SEED, N_CASES, LABELS = 20030531, 300, ["dose", "drug", "finding"]
warnings.simplefilter("ignore")

TEXTS = [
    "Aspirin 81 mg tgl., 1-0-0; kein Fieber.", "Größe: 12×8 mm² (Segment VI/VII)", "no_acute  findings\u00a0seen\tin\nboth lungs",
    "左肺上叶结节，大小约8mm。", "naïve café – “quoted” 😀😀 ok", "", "   ", "a", "e\u0301tat", "IL-6>50pg/ml & CRP↑",
]


def whole(draw, n):
    return int(draw.share() * n)


def flat(draw, n):
    spans, at = [], 0
    while at < n:
        at += whole(draw, 5)
        end = at + 1 + whole(draw, 4)
        if end <= n and draw.share() < 0.8:
            spans.append((at, end, LABELS[whole(draw, 3)]))
        at = end
    return spans


def moved(draw, spans, n):
    """A second annotator: keeps, shifts an edge, renames or leaves out; stays flat."""
    found, free = [], 0
    for start, end, label in spans:
        kind = whole(draw, 6)
        if kind == 0:
            continue
        if kind == 1:
            start += 1
        if kind == 2:
            end -= 1
        if kind == 3:
            label = LABELS[whole(draw, 3)]
        if kind == 4:
            end += 1
        start = max(start, free)
        if start < min(end, n):
            found.append((start, min(end, n), label))
            free = min(end, n)
    return found


def nested(draw, n):
    spans = []
    for _ in range(whole(draw, 25)):
        start = whole(draw, n)
        spans.append((start, min(n, start + 1 + whole(draw, 12)), LABELS[whole(draw, 3)]))
        if draw.share() < 0.2:
            spans.append(spans[-1])
    return spans


def tags(spans, n):
    found = ["O"] * n
    for start, end, label in spans:
        found[start:end] = ["B-" + label] + ["I-" + label] * (end - start - 1)
    return found


def overlap(a, b):
    """The greatest number of one-to-one pairs of equal label that share a character."""
    if not a or not b:
        return 0
    meets = np.array([[p[2] == q[2] and max(p[0], q[0]) < min(p[1], q[1]) for q in b] for p in a])
    return int((maximum_bipartite_matching(csr_matrix(meets), perm_type="column") >= 0).sum())


def exact(a, b):
    return sum(min(a.count(span), b.count(span)) for span in set(a))


def covered(spans, n):
    found = [set() for _ in range(n)]
    for start, end, label in spans:
        for at in range(start, end):
            found[at].add(label)
    return found


draw = Draw(SEED)
cases = []
for index in range(N_CASES):
    is_flat = index % 2 == 0
    n = 5 + whole(draw, 120)
    a = flat(draw, n) if is_flat else nested(draw, n)
    b = moved(draw, a, n) if is_flat else nested(draw, n)
    in_a, in_b = covered(a, n), covered(b, n)
    case = {
        "n": n, "exact": exact(a, b), "overlap": overlap(a, b),
        "characters": [[sum(l in x for x in in_a), sum(l in x for x in in_b), sum(l in x and l in y for x, y in zip(in_a, in_b))] for l in LABELS],
    }
    names = [["+".join(sorted(x)) for x in side] for side in (in_a, in_b)]
    kappa = lambda sides: float(metrics.cohen_kappa_score(*sides)) if len(set(sides[0]) | set(sides[1])) > 1 else None
    case["kappa"] = kappa(names)
    # A token of four characters carries what lies on any of them.
    wide = [[frozenset().union(*side[at:at + 4]) for at in range(0, n, 4)] for side in (in_a, in_b)]
    wide = [["+".join(sorted(x)) for x in side] for side in wide]
    case["kappa_wide"] = kappa(wide)
    if is_flat:
        true, pred = [tags(a, n)], [tags(b, n)]
        strict = dict(mode="strict", scheme=IOB2, zero_division=0)
        case["seqeval"] = [float(f(true, pred, average="micro", **strict)) for f in (seq.precision_score, seq.recall_score, seq.f1_score)]
        # Without any span seqeval takes the mean of nothing.
        case["seqeval_macro"] = float(seq.f1_score(true, pred, average="macro", **strict)) if a or b else None
        entities = [[{"label": l, "start": s, "end": e - 1} for s, e, l in side] for side in (a, b)]
        if a and b:
            found = Evaluator([entities[0]], [entities[1]], tags=LABELS).evaluate()["overall"]
            case["nervaluate"] = {"strict": found["strict"].correct, "ent_type": found["ent_type"].correct}
    cases.append(case)
texts = [{"text": text, "tokens": [list(m.span()) for m in re.finditer(r"[^\W_]+|[^\s\w]|_", text)]} for text in TEXTS]
head = {
    "tool": "seqeval", "version": version("seqeval"), "nervaluate": version("nervaluate"), "scipy": version("scipy"),
    "scikit-learn": version("scikit-learn"), "date": "2026-11-24", "script": "tests/oracles/spans/make.py", "seed": SEED,
}
text = json.dumps(head)[:-1] + ', "texts": ' + json.dumps(texts) + ', "cases": [\n' + ",\n".join(map(json.dumps, cases)) + "\n]}\n"
Path(__file__).with_name("figures.json").write_text(text)
print(len(cases), "cases", len(text), "bytes")
