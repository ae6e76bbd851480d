"""crowd-kit and SimpleITK on the data of benches/consensus.rs (same generator, sizes and seed 7), one thread.

Prints the median of several runs in milliseconds, and figures to hold against Concord's.
"""

import statistics
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import SimpleITK as sitk
from crowdkit.aggregation import DawidSkene

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/oracles"))
from draw import Draw  # noqa: E402


def median(name, task, n):
    times = []
    for _ in range(n):
        start = time.perf_counter()
        found = task()
        times.append(1e3 * (time.perf_counter() - start))
    print(f"{name}: {statistics.median(times):.1f} ms ({min(times):.1f} to {max(times):.1f}, n = {n}); {found}", flush=True)


K, N_RATERS = 4, 5
draw, rows = Draw(7), []
for unit in range(100_000):
    share = draw.share()
    truth = int(share * share * K)
    for rater in range(N_RATERS):
        skill = 0.5 + 0.4 * rater / N_RATERS
        right, other = draw.share() < skill, int(draw.share() * K)
        rows.append((unit, rater, truth if right else other))
data = pd.DataFrame(rows, columns=["task", "worker", "label"])
# A tolerance below any change: exactly 20 iterations.
median("crowd-kit dawid-skene 100000x5", lambda: DawidSkene(n_iter=20, tol=-np.inf).fit(data).priors_.tolist(), 3)

sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
draw, images = Draw(7), []
z, y, x = np.mgrid[0:64, 0:512, 0:512].astype(np.float64)
for _ in range(N_RATERS):
    x0, y0, z0, radius = draw.between(250, 260), draw.between(250, 260), draw.between(31, 33), draw.between(150, 160)
    inside = (x - x0) ** 2 + (y - y0) ** 2 + (4 * (z - z0)) ** 2 < radius**2
    images.append(sitk.GetImageFromArray(inside.astype(np.uint8)))
staple = sitk.STAPLEImageFilter()
staple.SetForegroundValue(1.0)
staple.SetMaximumIterations(10)


def run():
    staple.Execute(images)
    return list(staple.GetSensitivity()), staple.GetElapsedIterations()


median("SimpleITK staple 5x64x512x512", run, 3)
