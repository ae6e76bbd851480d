"""The data of benches/scenes/mod.rs: the same generator and the same shapes."""

import math
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/oracles"))
from draw import Draw  # noqa: E402


def wavy(draw, n_corners, centre=(60, 452), radius=(10, 60)):
    x, y = draw.between(*centre), draw.between(*centre)
    radius, wave, phase = draw.between(*radius), draw.between(0, 0.3), draw.between(0, 6)
    angle = 2 * math.pi * np.arange(n_corners) / n_corners
    r = radius * (1 + wave * np.sin(7 * angle + phase))
    return np.stack([x + r * np.cos(angle), y + r * np.sin(angle)], 1)


def rasterise(ring):
    """Even-odd at pixel centres, 512 x 512."""
    ys, xs = np.mgrid[0:512, 0:512] + 0.5
    low, high = np.floor(ring.min(0)).astype(int) - 1, np.ceil(ring.max(0)).astype(int) + 1
    window = (slice(max(low[1], 0), max(high[1], 0)), slice(max(low[0], 0), max(high[0], 0)))
    inside = np.zeros((512, 512), bool)
    part, px, py = inside[window], xs[window], ys[window]
    for (x0, y0), (x1, y1) in zip(ring, np.roll(ring, -1, 0)):
        if y0 != y1:
            crosses = (y0 <= py) != (y1 <= py)
            part ^= crosses & (px >= x0 + (py - y0) * (x1 - x0) / (y1 - y0))
    return inside


def best(name, task, n):
    """Least and middle time of `n` runs, and a checksum to hold against Concord's."""
    times = []
    for _ in range(n):
        start = time.perf_counter()
        result = task()
        times.append(time.perf_counter() - start)
    times.sort()
    middle = times[len(times) // 2]
    print(f"{name}: least {1000 * times[0]:.3f} ms, median {1000 * middle:.3f} ms, checksum {result:.9f}", flush=True)
