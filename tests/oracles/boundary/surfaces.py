"""Surface figures of the drawn pairs and of surface-distance's own test cases; writes surfaces.json.

surface-distance 0.1 (PyPI) names five constants that NumPy 2 no longer has; the script gives them back. But for those names its
metrics.py equals that of commit 1f805ce, the last public one; lookup_tables.py is the same file.
"""

import math
from importlib.metadata import version

import numpy as np

np.Inf, np.NaN = np.inf, np.nan
import surface_distance as sd
from cases import cases, write

PERCENTS = [5.0, 50.0, 95.0, 100.0]


def number(value):
    """JSON has neither infinity nor NaN: they become text."""
    value = float(value)
    return value if math.isfinite(value) else str(value)


def figures(one):
    found = sd.compute_surface_distances(one["a"], one["b"], one["spacing"])
    # A drawn tolerance, one and three steps along x as a decimal number, and one in between.
    step = one["spacing"][-1]
    tolerances = [one["tolerance"], step, 1.0, round(1000 * step) * 3 / 1000]
    with np.errstate(all="ignore"):
        return {
            "n_voxels": [int(one["a"].sum()), int(one["b"].sum())],
            "n_elements": [len(found["distances_gt_to_pred"]), len(found["distances_pred_to_gt"])],
            "sizes": [number(found["surfel_areas_gt"].sum()), number(found["surfel_areas_pred"].sum())],
            "means": [number(v) for v in sd.compute_average_surface_distance(found)],
            "percentiles": [number(sd.compute_robust_hausdorff(found, p)) for p in PERCENTS],
            "overlaps": [[number(v) for v in sd.compute_surface_overlap_at_tolerance(found, t)] for t in tolerances],
            "dice": [number(sd.compute_surface_dice_at_tolerance(found, t)) for t in tolerances],
        }


def boxes(shape, spacing, a, b):
    """A case with one box of voxels a side, `[from, to)` by axis, or none."""
    rasters = []
    for box in (a, b):
        raster = np.zeros(shape, bool)
        if box:
            raster[tuple(slice(*side) for side in box)] = True
        rasters.append(raster)
    return {"shape": shape, "spacing": spacing, "tolerance": 1.0, "boxes": [a, b], "a": rasters[0], "b": rasters[1]}


# The geometry of surface_distance_test.py at commit 1f805ce, all of which are boxes.
PUBLISHED = {
    "2D: two pixels 2 mm apart": boxes([128, 128], [2, 1], [[50, 51], [70, 71]], [[50, 51], [72, 73]]),
    "2D: two squares, one longer by a pixel": boxes([6, 6], [2, 1], [[1, 3], [1, 3]], [[1, 4], [1, 3]]),
    "2D: candidate empty": boxes([128, 128], [3, 2], [[50, 51], [60, 61]], None),
    "2D: reference empty": boxes([128, 128], [3, 2], None, [[50, 51], [60, 61]]),
    "2D: both empty": boxes([128, 128], [3, 2], None, None),
    "3D: two voxels 2 mm apart": boxes(
        [128, 128, 128], [3, 2, 1], [[50, 51], [60, 61], [70, 71]], [[50, 51], [60, 61], [72, 73]]
    ),
    "3D: two blocks, one thicker by a voxel": boxes(
        [100, 100, 100], [2, 1, 1], [[0, 50], [0, 100], [0, 100]], [[0, 51], [0, 100], [0, 100]]
    ),
    "3D: candidate empty": boxes([128, 128, 128], [3, 2, 1], [[50, 51], [60, 61], [70, 71]], None),
    "3D: reference empty": boxes([128, 128, 128], [3, 2, 1], None, [[50, 51], [60, 61], [72, 73]]),
    "3D: both empty": boxes([128, 128, 128], [3, 2, 1], None, None),
}

published = []
for name, one in PUBLISHED.items():
    given = {"name": name, "shape": one["shape"], "spacing": one["spacing"], "boxes": one["boxes"]}
    with np.errstate(all="ignore"):
        volumetric = number(sd.compute_dice_coefficient(one["a"], one["b"]))
    published.append(given | figures(one) | {"volumetric_dice": volumetric})
write(
    "surfaces",
    "surface-distance",
    version("surface-distance"),
    {"published": published, "volumes": [figures(c) for c in cases(False)], "masks": [figures(c) for c in cases(True)]},
    percents=PERCENTS,
)
