"""surface-distance on the data of benches/surfaces.rs (same generator, sizes and seed 7), one core.

`surfaces.py` prints for each task the best and the median of several runs in milliseconds, and a checksum to hold against Concord's.
`surfaces.py --once 30` measures the volumes with 30 % foreground once and prints the time and the most memory the process has held.
"""

import math
import os
import resource
import statistics
import sys
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
import surface_distance as sd
from scipy.ndimage import binary_erosion

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/oracles"))
from draw import Draw  # noqa: E402

SHAPE = (128, 256, 256)
SPACING = (2.5, 0.7, 0.7)


def add_ball(raster, centre, radius):
    """Adds a ball, flattened along z by 3, and says how many voxels were new."""
    window = tuple(slice(max(c - radius, 0), max(min(c + radius + 1, n), 0)) for c, n in zip(centre, SHAPE))
    z, y, x = np.ogrid[window]
    ball = (3 * (z - centre[0])) ** 2 + (y - centre[1]) ** 2 + (x - centre[2]) ** 2 <= radius * radius
    part = raster[window]
    n_new = int((ball & ~part).sum())
    part |= ball
    return n_new


def readings(percent):
    draw = Draw(7)
    a, b = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    n_set = 0
    while n_set < a.size * percent // 100:
        radius = draw.whole(12, 48)
        centre = [draw.whole(0, side) for side in SHAPE]
        n_set += add_ball(a, centre, radius)
        moved = [centre[0] + draw.whole(-1, 2), centre[1] + draw.whole(-3, 4), centre[2] + draw.whole(-3, 4)]
        add_ball(b, moved, radius + draw.whole(-2, 3))
    return a, b


def wavy_ball(centre, wave):
    z, y, x = np.mgrid[0:128, 0:256, 0:256].astype(float)
    z, y, x = 2 * (z - centre[0]), y - centre[1], x - centre[2]
    return x * x + y * y + z * z <= (100 + wave * np.sin(0.1 * x) * np.cos(0.1 * y)) ** 2


def wavy_disc(draw):
    """Even-odd at pixel centres."""
    x, y = draw.between(60, 452), draw.between(60, 452)
    radius, wave, phase = draw.between(10, 60), draw.between(0, 0.3), draw.between(0, 6)
    angle = 2 * math.pi * np.arange(200) / 200
    r = radius * (1 + wave * np.sin(7 * angle + phase))
    ring = np.stack([x + r * np.cos(angle), y + r * np.sin(angle)], 1)
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


def figures(a, b, spacing):
    found = sd.compute_surface_distances(a, b, spacing)
    da, sa = found["distances_gt_to_pred"], found["surfel_areas_gt"]
    db, sb = found["distances_pred_to_gt"], found["surfel_areas_pred"]
    assd = (da @ sa + db @ sb) / (sa.sum() + sb.sum())
    return sd.compute_robust_hausdorff(found, 95) + assd + sd.compute_surface_dice_at_tolerance(found, 1.0)


def measure(name, task, n):
    times = []
    for _ in range(n):
        start = time.perf_counter()
        result = task()
        times.append(1000 * (time.perf_counter() - start))
    print(f"{name}: best {min(times):.1f} ms, median {statistics.median(times):.1f} ms, checksum {result:.9f}", flush=True)


def held():
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss} kB"


def main():
    if "--once" in sys.argv:
        percent = int(sys.argv[sys.argv.index("--once") + 1])
        a, b = readings(percent)
        before, start = held(), time.perf_counter()
        result = figures(a, b, SPACING)
        ms = 1000 * (time.perf_counter() - start)
        print(f"balls {percent} %: {ms:.1f} ms, checksum {result:.9f}, before {before}, after {held()}")
        return
    for percent in (1, 5, 10, 30):
        a, b = readings(percent)
        print(f"balls {percent} %: {a.sum()} and {b.sum()} voxels")
        measure(f"balls {percent} %", lambda: figures(a, b, SPACING), 3)
    a, b = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    add_ball(a, (12, 32, 32), 30)
    add_ball(b, (115, 223, 223), 30)
    measure("balls apart", lambda: figures(a, b, SPACING), 3)
    a, b = wavy_ball([62, 125, 127], 4.0), wavy_ball([64, 128, 128], 6.0)
    measure("wavy ball", lambda: figures(a, b, SPACING), 3)
    draw = Draw(7)
    masks = [wavy_disc(draw) for _ in range(100)]
    pairs = [(binary_erosion(mask, np.ones((3, 3))), mask) for mask in masks]
    measure("100 masks", lambda: sum(figures(p, q, (0.7, 0.7)) for p, q in pairs), 3)


main()
