"""Agreement on pixels and voxels as other tools count it, on unpacked arrays.

Writes figures.json. Run: python make.py, in the folder of this script. Masks come from an integer generator (Knuth's MMIX) that the test
shares, so the file holds expected values only.
"""

import importlib.metadata
import json
import sys
import warnings
from pathlib import Path

import krippendorff
import numpy as np
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import fleiss_kappa

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from draw import Draw  # noqa: E402

warnings.filterwarnings("ignore")
SEED = 20261124
PEERS = ["scikit-learn", "statsmodels", "krippendorff"]


draw = Draw(SEED)


def window(size):
    """A non-empty window of a side."""
    low = draw.below(size)
    return low, low + 1 + draw.below(size - low)


def mask(height, width):
    """Noise of one of five densities within a window: none, sparse, half, dense, all."""
    (y0, y1), (x0, x1), per_mille = window(height), window(width), [0, 100, 500, 900, 1000][draw.below(5)]
    found = np.zeros((height, width), bool)
    for y in range(y0, y1):
        for x in range(x0, x1):
            found[y, x] = draw.below(1000) < per_mille
    return found


def box(marked):
    """The slices that cut the smallest box out of an array."""
    places = np.nonzero(marked)
    return tuple(slice(p.min(), p.max() + 1) if len(p) else slice(0, 0) for p in places)


def number(value):
    return None if value is None or np.isnan(value) else float(value)


def cohen(a, b, given=None):
    a, b = a.ravel().astype(int), b.ravel().astype(int)
    if given is not None:
        marked = (a > 0) | (b > 0)
        rest = np.zeros(given - marked.sum(), int)
        a, b = np.concatenate([a[marked], rest]), np.concatenate([b[marked], rest])
    return number(cohen_kappa_score(a, b)) if a.size else None


def pair(a, b):
    cut = box(a | b)
    n_union = int((a | b).sum())
    given = n_union + draw.below(500)
    return {
        "cut": cohen(a[cut], b[cut]),
        "whole": cohen(a, b),
        "given": given,
        "within_given": cohen(a, b, given),
    }


def several(stack):
    cut = box(stack.any(0))
    rated = stack[(slice(None), *cut)].reshape(len(stack), -1).astype(int)
    inside = rated.sum(0)
    if not rated.size or rated.min() == rated.max():
        return {"fleiss": None, "alpha": None}
    return {
        "fleiss": number(fleiss_kappa(np.stack([inside, len(stack) - inside], 1))),
        "alpha": number(krippendorff.alpha(reliability_data=rated, level_of_measurement="nominal")),
    }


pairs = []
for _ in range(120):
    height, width = 1 + draw.below(24), 1 + draw.below(70)
    a, b = mask(height, width), mask(height, width)
    pairs.append(pair(a, b))

volumes = []
for _ in range(40):
    depth, height, width = 1 + draw.below(5), 1 + draw.below(12), 1 + draw.below(20)
    a, b = (np.stack([mask(height, width) for _ in range(depth)]) for _ in range(2))
    volumes.append(pair(a, b))

raters = []
for _ in range(60):
    height, width, m = 1 + draw.below(20), 1 + draw.below(40), 2 + draw.below(5)
    raters.append(several(np.stack([mask(height, width) for _ in range(m)])))

maps = []
for _ in range(40):
    height, width, k = 1 + draw.below(16), 1 + draw.below(40), 1 + draw.below(4)
    a, b = (np.array([draw.below(k + 1) for _ in range(height * width)]).reshape(height, width) for _ in range(2))
    cut = box((a > 0) | (b > 0))
    maps.append({"cut": cohen(a[cut], b[cut]), "whole": cohen(a, b)})

versions = {peer: importlib.metadata.version(peer) for peer in PEERS}
with open("figures.json", "w") as file:
    json.dump(
        {
            "tool": ", ".join(PEERS),
            "version": ", ".join(f"{peer} {version}" for peer, version in versions.items()),
            "script": "make.py",
            "date": "2026-11-24",
            "seed": SEED,
            "pairs": pairs,
            "volumes": volumes,
            "raters": raters,
            "maps": maps,
        },
        file,
        indent=0,
    )
    file.write("\n")
