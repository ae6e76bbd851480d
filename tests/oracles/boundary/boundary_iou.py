"""Boundary IoU by OpenCV's repeated 3x3 erosion (masks) and SciPy's 3x3x3 erosion (volumes); writes boundary_iou.json.

The steps are those that Cheng et al. 2021 publish for masks: a border of unset pixels, `width` erosions, the difference. Volumes
take the same steps with a block of 3 voxels along each axis whose width is above 0.
"""

from importlib.metadata import version

import cv2
import numpy as np
from cases import SEED, Draw, cases, lumps, write
from scipy import ndimage


def rim(mask, width):
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    eroded = cv2.erode(padded, np.ones((3, 3), np.uint8), iterations=width)
    return mask & ~eroded[1:-1, 1:-1].astype(bool)


def rim_of_volume(raster, widths):
    eroded = raster
    for axis, width in enumerate(widths):
        block = np.ones([3 if k == axis else 1 for k in range(3)])
        if width:
            eroded = ndimage.binary_erosion(eroded, block, iterations=width, border_value=0)
    return raster & ~eroded


def iou(a, b):
    union = int((a | b).sum())
    return int((a & b).sum()) / union if union else None


def masks():
    rows = []
    for one in cases(True):
        a, b = one["a"], one["b"]
        rows.append([iou(rim(a, width), rim(b, width)) for width in (1, 2, 3)])
    return rows


def large_masks():
    """Images large enough that 2 % of the diagonal is more than a pixel."""
    draw = Draw(SEED)
    rows = []
    for _ in range(60):
        height, width = draw.whole(30, 200), draw.whole(30, 200)
        sides = []
        for _ in range(2):
            raster = np.zeros((height, width), bool)
            for _ in range(draw.whole(1, 5)):
                y, x = draw.whole(0, height), draw.whole(0, width)
                h, w = draw.whole(1, height), draw.whole(1, width)
                raster[y : y + h, x : x + w] ^= True
            sides.append(raster)
        rim_px = max(int(round(0.02 * np.sqrt(height**2 + width**2))), 1)
        rows.append(
            {
                "size": [width, height],
                "areas": [int(side.sum()) for side in sides],
                "width_px": rim_px,
                "iou": iou(*(rim(side, rim_px) for side in sides)),
            }
        )
    return rows


def volumes():
    rows = []
    for index, one in enumerate(cases(False)):
        widths = [index % 3, 1 + index % 2, 1 + index // 2 % 2]
        rows.append(iou(*(rim_of_volume(one[side], widths) for side in "ab")))
    return rows


write(
    "boundary_iou",
    "opencv-python-headless, scipy",
    f"{version('opencv-python-headless')}, {version('scipy')}",
    {"masks": masks(), "large_masks": large_masks(), "volumes": volumes()},
)
