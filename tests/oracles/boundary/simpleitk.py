"""SimpleITK's overlap and Hausdorff filters on the drawn pairs, and its overlap filter on label maps; writes simpleitk.json."""

import math
from importlib.metadata import version

import numpy as np
import SimpleITK as sitk
from cases import SEED, Draw, cases, write


def image(raster, spacing):
    found = sitk.GetImageFromArray(np.ascontiguousarray(raster, np.uint8))
    # SimpleITK's axes are x, y, z.
    found.SetSpacing([float(s) for s in reversed(spacing)])
    return found


def number(value):
    return value if math.isfinite(value) else str(value)


def overlap(a, b):
    found = sitk.LabelOverlapMeasuresImageFilter()
    found.Execute(a, b)
    return found


def size(labels):
    """In mm² or mm³."""
    found = sitk.LabelShapeStatisticsImageFilter()
    found.Execute(labels)
    return found.GetPhysicalSize(1) if found.HasLabel(1) else 0.0


def figures(one):
    a, b = image(one["a"], one["spacing"]), image(one["b"], one["spacing"])
    found = overlap(a, b)
    row = {
        "sizes": [size(a), size(b)],
        "dice": number(found.GetDiceCoefficient()),
        "jaccard": number(found.GetJaccardCoefficient()),
        "volume_similarity": number(found.GetVolumeSimilarity()),
    }
    if one["a"].any() and one["b"].any():
        hausdorff = sitk.HausdorffDistanceImageFilter()
        hausdorff.Execute(a, b)
        row["hausdorff"] = number(hausdorff.GetHausdorffDistance())
    return row


def label_map(draw, shape):
    return np.array([max(draw.whole(0, 8) - 3, 0) for _ in range(int(np.prod(shape)))]).reshape(shape)


def labels():
    """Maps with labels 0 (background) to 4, some of which are left out of one side or of both."""
    draw = Draw(SEED)
    rows = []
    for index in range(100):
        shape = [draw.whole(1, 5), draw.whole(1, 8), draw.whole(1, 8)]
        a, b = label_map(draw, shape), label_map(draw, shape)
        b[a == 2] = 2
        if index % 3 == 1:
            a[a == 3] = 0
        if index % 3 == 2:
            a[a == 4] = 0
            b[b == 4] = 0
        found = overlap(image(a, [1.0] * 3), image(b, [1.0] * 3))
        present = [label for label in range(1, 5) if (a == label).any() or (b == label).any()]
        each = lambda get: [number(get(label)) if label in present else None for label in range(1, 5)]
        rows.append(
            {
                "shape": shape,
                "n_set": [int((a > 0).sum()), int((b > 0).sum())],
                "dice": each(found.GetDiceCoefficient),
                "jaccard": each(found.GetJaccardCoefficient),
                "all_dice": number(found.GetDiceCoefficient()),
                "all_jaccard": number(found.GetJaccardCoefficient()),
            }
        )
    return rows


write(
    "simpleitk",
    "SimpleITK",
    version("SimpleITK"),
    {"volumes": [figures(c) for c in cases(False)], "masks": [figures(c) for c in cases(True)], "label_maps": labels()},
)
