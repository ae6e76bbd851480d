"""Differences of ranks by numpy, on ranks that the Rust test draws too. Writes the JSON file beside it."""

import datetime
import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from draw import Draw  # noqa: E402

SEED, N = 20261124, 200

draw = Draw(SEED)
ranks = np.array([draw.whole(-40, 41) / 4 for _ in range(2 * N)]).reshape(N, 2)
found = np.subtract(ranks[:, 1], ranks[:, 0])
Path(__file__).with_name("differences.json").write_text(json.dumps({
    "tool": "numpy", "version": np.__version__, "date": datetime.date.today().isoformat(),
    "script": "tests/oracles/ranks/make.py", "seed": SEED, "differences": found.tolist()}) + "\n")
