"""shapely on the data of benches/polygons.rs (same generator, sizes and seed 7), pair by pair, objects made beforehand.

Prints the median of several runs over 200 pairs in microseconds per pair, and a checksum per task to hold against Concord's figures.
"""

import math
import statistics
import time

import numpy as np
import shapely
from shapely.geometry import Polygon

N_PAIRS = 200


class Draw:
    def __init__(self, seed):
        self.state = seed

    def share(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 32) / 4294967296.0

    def between(self, low, high):
        return low + (high - low) * self.share()


def wavy(draw, n_corners, low, high):
    x, y = draw.between(low, high), draw.between(low, high)
    radius, wave, phase = draw.between(10, 60), draw.between(0, 0.3), draw.between(0, 6)
    angle = 2 * math.pi * np.arange(n_corners) / n_corners
    r = radius * (1 + wave * np.sin(7 * angle + phase))
    return np.stack([x + r * np.cos(angle), y + r * np.sin(angle)], 1)


def pairs(setting, n_corners):
    draw = Draw(7)
    places = (240, 272) if setting == "overlapping" else (60, 452)
    for _ in range(N_PAIRS):
        a = wavy(draw, n_corners, *places)
        if setting == "near":
            b = a * 1.01
        elif setting == "edited":
            b = a.copy()
            b[1::10] = 0.5 * (a[:-1:10] + a[2::10])
        else:
            b = wavy(draw, n_corners, *places)
        yield Polygon(a), Polygon(b)


def iou(a, b):
    return a.intersection(b).area / a.union(b).area


print("shapely", shapely.__version__, "GEOS", shapely.geos_version_string)
for setting in ("near", "edited", "overlapping", "scattered"):
    for n_corners in (8, 40, 400):
        made = list(pairs(setting, n_corners))
        times = []
        for _ in range(15):
            start = time.perf_counter()
            total = sum(iou(a, b) for a, b in made)
            times.append(time.perf_counter() - start)
        each = 1e6 * statistics.median(times) / N_PAIRS
        print(f"{setting} {n_corners}: {each:.3f} us a pair, checksum {total:.9f}", flush=True)
