"""pycocotools, shapely and SciPy on the data of benches/overlap.rs (same generator, sizes and seed 7).

Prints the best of several runs in milliseconds, and a checksum per task to hold against Concord's figures.
"""

import math
import time

import numpy as np
from pycocotools import mask as coco
from scipy.optimize import linear_sum_assignment
from shapely import STRtree, box
from shapely.geometry import Polygon


class Draw:
    def __init__(self, seed):
        self.state = seed

    def share(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 32) / 4294967296.0

    def between(self, low, high):
        return low + (high - low) * self.share()


def wavy(draw, n_corners):
    x, y = draw.between(60, 452), draw.between(60, 452)
    radius, wave, phase = draw.between(10, 60), draw.between(0, 0.3), draw.between(0, 6)
    angle = 2 * math.pi * np.arange(n_corners) / n_corners
    r = radius * (1 + wave * np.sin(7 * angle + phase))
    return np.stack([x + r * np.cos(angle), y + r * np.sin(angle)], 1)


def rasterise(ring):
    """Even-odd at pixel centres."""
    ys, xs = np.mgrid[0:512, 0:512] + 0.5
    low, high = np.floor(ring.min(0)).astype(int) - 1, np.ceil(ring.max(0)).astype(int) + 1
    window = (slice(max(low[1], 0), high[1]), slice(max(low[0], 0), high[0]))
    inside = np.zeros((512, 512), bool)
    part, px, py = inside[window], xs[window], ys[window]
    for (x0, y0), (x1, y1) in zip(ring, np.roll(ring, -1, 0)):
        if y0 != y1:
            crosses = (y0 <= py) != (y1 <= py)
            part ^= crosses & (px >= x0 + (py - y0) * (x1 - x0) / (y1 - y0))
    return inside


def best(name, task, n):
    times = []
    for _ in range(n):
        start = time.perf_counter()
        result = task()
        times.append(time.perf_counter() - start)
    print(f"{name}: {1000 * min(times):.3f} ms, checksum {result:.9f}", flush=True)


draw = Draw(7)
sides = [[rasterise(wavy(draw, 200)) for _ in range(100)] for _ in range(2)]
codes = [[coco.encode(np.asfortranarray(m, np.uint8)) for m in side] for side in sides]
best("pycocotools iou 100x100 masks", lambda: coco.iou(codes[0], codes[1], [0] * 100).sum(), 30)

pairs = [(Polygon(wavy(draw, 400)), Polygon(wavy(draw, 400))) for _ in range(200)]
ratio = lambda p, q: (lambda i: i / (p.area + q.area - i))(p.intersection(q).area)
best("shapely iou 200 polygon pairs", lambda: sum(ratio(p, q) for p, q in pairs), 10)
near = [(p, Polygon(np.asarray(p.exterior.coords) * 1.01)) for p, _ in pairs]
best("shapely iou 200 near polygon pairs", lambda: sum(ratio(p, q) for p, q in near), 5)

draw = Draw(7)
a = []
for _ in range(10000):
    x, y = draw.between(0, 4000), draw.between(0, 4000)
    a.append((x, y, x + draw.between(10, 40), y + draw.between(10, 40)))
b = []
for x0, y0, x1, y1 in a:
    dx, dy = draw.between(-3, 3), draw.between(-3, 3)
    b.append((x0 + dx, y0 + dy, x1 + dx, y1 + dy))


def match():
    """Dense, as it is usually done: a matrix from a spatial index, then SciPy's solver."""
    boxes = [box(*area) for area in b]
    tree = STRtree(boxes)
    matrix = np.zeros((len(a), len(b)), np.float32)
    for i, area in enumerate(a):
        for j in tree.query(box(*area)):
            x = min(area[2], b[j][2]) - max(area[0], b[j][0])
            y = min(area[3], b[j][3]) - max(area[1], b[j][1])
            if x > 0 and y > 0:
                size = lambda r: (r[2] - r[0]) * (r[3] - r[1])
                value = x * y / (size(area) + size(b[j]) - x * y)
                matrix[i, j] = value if value >= 0.1 else 0
    rows, columns = linear_sum_assignment(matrix, maximize=True)
    return float(matrix[rows, columns].sum())


best("scipy matching 10000x10000 boxes", match, 1)
