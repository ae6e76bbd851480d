"""shapely and surface-distance on the data of benches/overlap.rs (same generator, sizes and seed 7).

Prints the best of several runs in milliseconds, and a checksum per task to hold against Concord's figures.
"""

import numpy as np
import surface_distance as sd
from shapely.geometry import Polygon

from scenes import Draw, best, rasterise, wavy


def ball(centre, wave):
    z, y, x = np.mgrid[0:128, 0:256, 0:256].astype(float)
    z, y, x = 2 * (z - centre[0]), y - centre[1], x - centre[2]
    return x * x + y * y + z * z <= (100 + wave * np.sin(0.1 * x) * np.cos(0.1 * y)) ** 2


def surfaces(a, b, spacing):
    found = sd.compute_surface_distances(a, b, spacing)
    sd.compute_average_surface_distance(found)
    return sd.compute_robust_hausdorff(found, 95) + sd.compute_surface_dice_at_tolerance(found, 1.0)


draw = Draw(7)
pairs = [(Polygon(wavy(draw, 400)), Polygon(wavy(draw, 400))) for _ in range(200)]
ratio = lambda p, q: (lambda i: i / (p.area + q.area - i))(p.intersection(q).area)
best("shapely iou 200 polygon pairs", lambda: sum(ratio(p, q) for p, q in pairs), 10)
near = [(p, Polygon(np.asarray(p.exterior.coords) * 1.01)) for p, _ in pairs]
best("shapely iou 200 near polygon pairs", lambda: sum(ratio(p, q) for p, q in near), 5)

a, b = ball([62, 125, 127], 4.0), ball([64, 128, 128], 6.0)
best("surface-distance 128x256x256", lambda: surfaces(a, b, [2.5, 0.7, 0.7]), 2)

from scipy.ndimage import binary_erosion

draw = Draw(7)
flat = [rasterise(wavy(draw, 200)) for _ in range(100)]
flat = [(binary_erosion(m, np.ones((3, 3))), m) for m in flat]
best("surface-distance 100 masks 512x512", lambda: sum(surfaces(p, q, [0.7, 0.7]) for p, q in flat), 2)
