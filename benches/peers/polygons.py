"""shapely on the data of benches/polygons.rs (same generator, sizes and seed 7), pair by pair, objects made beforehand.

Prints the times for 200 pairs, and a checksum per task to hold against Concord's figures.
"""

import shapely
from scenes import Draw, best, wavy
from shapely.geometry import Polygon

N_PAIRS = 200


def pairs(setting, n_corners):
    draw = Draw(7)
    places = (240, 272) if setting == "overlapping" else (60, 452)
    for _ in range(N_PAIRS):
        a = wavy(draw, n_corners, places)
        if setting == "near":
            b = a * 1.01
        elif setting == "edited":
            b = a.copy()
            b[1::10] = 0.5 * (a[:-1:10] + a[2::10])
        else:
            b = wavy(draw, n_corners, places)
        yield Polygon(a), Polygon(b)


def iou(a, b):
    return a.intersection(b).area / a.union(b).area


print("shapely", shapely.__version__, "GEOS", shapely.geos_version_string)
for setting in ("near", "edited", "overlapping", "scattered"):
    for n_corners in (8, 40, 400):
        made = list(pairs(setting, n_corners))
        best(f"{setting} {n_corners}", lambda: sum(iou(a, b) for a, b in made), 15)
