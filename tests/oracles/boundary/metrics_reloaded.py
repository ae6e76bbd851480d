"""MetricsReloaded's figures of the drawn pairs; writes metrics_reloaded.json.

MetricsReloaded is not on PyPI: put a checkout of github.com/Project-MONAI/MetricsReloaded at commit cb38dfc on PYTHONPATH.
"""

import warnings

import numpy as np
from cases import cases, write
from MetricsReloaded.metrics.pairwise_measures import BinaryPairwiseMeasures

warnings.simplefilter("ignore")
PERCENT = 95


def figures(one):
    """Pairs with an empty side are left out: MetricsReloaded gives them 0, 1 or NaN."""
    if not one["a"].any() or not one["b"].any():
        return None
    arguments = {"hd_perc": PERCENT, "nsd": one["tolerance"], "boundary_dist": 2}
    found = BinaryPairwiseMeasures(
        one["b"].astype(int), one["a"].astype(int), pixdim=one["spacing"], dict_args=arguments
    )
    return {
        "centroid_distance": float(found.com_dist()),
        "absolute_relative_volume_difference": float(found.absolute_volume_difference_ratio()),
        "hd": float(found.measured_hausdorff_distance()),
        "hd95": float(found.measured_hausdorff_distance_perc()),
        "assd": float(found.measured_average_distance()),
        "masd": float(found.measured_masd()),
        "nsd": float(found.normalised_surface_distance()),
        "boundary_iou": float(found.boundary_iou()),
    }


write(
    "metrics_reloaded",
    "MetricsReloaded",
    "0.1.0, commit cb38dfc",
    {"volumes": [figures(c) for c in cases(False)], "masks": [figures(c) for c in cases(True)]},
    boundary_dist=2,
)
