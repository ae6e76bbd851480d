"""Greatest totals of one-to-one assignments of sparse candidates, by SciPy's dense solver.

Writes totals.json. Run: python make.py, in the folder of this script. Instances come from an integer generator (Knuth's MMIX) that the test
shares. Similarities are k/1024, so totals are exact; what is no candidate, or below the minimum, weighs 0 and stands for staying unmatched.
"""

import importlib.metadata
import json
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from draw import Draw  # noqa: E402

SEED = 20261124


draw = Draw(SEED)
cases = []
for case in range(150):
    largest = 400 if case % 50 == 0 else 40
    n_a, n_b = 1 + draw.below(largest), 1 + draw.below(largest)
    # Few levels make ties; 1,024 make them rare.
    levels = [4, 16, 1024][draw.below(3)]
    n_candidates = draw.below(4 * (n_a + n_b))
    least = draw.below(700)
    weights = np.zeros((n_a, n_b), np.int64)
    for _ in range(n_candidates):
        a, b, alike = draw.below(n_a), draw.below(n_b), (1 + draw.below(levels)) * (1024 // levels)
        if alike >= least:
            weights[a, b] = max(weights[a, b], alike)
    rows, columns = linear_sum_assignment(weights, maximize=True)
    cases.append(int(weights[rows, columns].sum()))

with open("totals.json", "w") as file:
    json.dump(
        {
            "tool": "scipy.optimize.linear_sum_assignment",
            "version": "scipy " + importlib.metadata.version("scipy"),
            "script": "make.py",
            "date": "2026-11-24",
            "seed": SEED,
            "totals_1024ths": cases,
        },
        file,
    )
    file.write("\n")
