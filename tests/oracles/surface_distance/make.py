"""Surface figures of small random masks and volumes, from surface-distance. Run beside this file; writes figures.json."""

import datetime
import json
import math
from importlib.metadata import version
from pathlib import Path

import numpy as np
import surface_distance as sd
from scipy import ndimage

SEED = 20210323
PERCENTS = [50.0, 90.0, 95.0, 100.0]


def blob(rng, shape):
    """Either loose noise, which meets every neighbour code, or a few smooth lumps."""
    if rng.random() < 0.5:
        return rng.random(shape) < rng.uniform(0.05, 0.7)
    smooth = ndimage.gaussian_filter(rng.standard_normal(shape), 1.2)
    return smooth > np.quantile(smooth, rng.uniform(0.4, 0.95))


def figures(a, b, spacing, tolerance):
    found = sd.compute_surface_distances(a, b, spacing)
    keys = ("distances_gt_to_pred", "surfel_areas_gt", "distances_pred_to_gt", "surfel_areas_pred")
    da, sa, db, sb = (found[key] for key in keys)
    return {
        "n_elements": [len(da), len(db)],
        "size": [float(sa.sum()), float(sb.sum())],
        "mean": float((da @ sa + db @ sb) / (sa.sum() + sb.sum())),
        "percentiles": [sd.compute_robust_hausdorff(found, p) for p in PERCENTS],
        "share_within": float(sd.compute_surface_dice_at_tolerance(found, tolerance)),
    }


def main():
    rng = np.random.default_rng(SEED)
    cases = []
    for index in range(600):
        n_dims = 2 if index % 3 == 0 else 3
        shape = tuple(int(n) for n in rng.integers(1, 9 if n_dims == 3 else 13, n_dims))
        a, b = blob(rng, shape), blob(rng, shape)
        if not a.any() or not b.any():
            continue
        # Irrational ratios keep distances off the tolerance, where rounding decides.
        spacing = [round(float(s), 6) for s in rng.uniform(0.3, 3.0, n_dims)]
        tolerance = round(float(rng.uniform(0.1, 4.0)), 6)
        bits = lambda mask: "".join("1" if v else "0" for v in mask.ravel())
        cases.append(
            {"shape": shape, "spacing": spacing, "tolerance": tolerance, "a": bits(a), "b": bits(b)}
            | figures(a, b, spacing, tolerance)
        )
    head = {
        "tool": "surface-distance",
        "version": version("surface-distance"),
        "script": "tests/oracles/surface_distance/make.py",
        "date": datetime.date.today().isoformat(),
        "seed": SEED,
        "percents": PERCENTS,
    }
    assert all(math.isfinite(case["mean"]) for case in cases)
    path = Path(__file__).with_name("figures.json")
    lines = ",\n".join(json.dumps(case) for case in cases)
    path.write_text(json.dumps(head)[:-1] + ', "cases": [\n' + lines + "\n]}\n")
    print(len(cases), "cases")


main()
