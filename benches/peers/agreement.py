"""scikit-learn, krippendorff, irrCAC and pingouin on the data of benches/agreement.rs (same generator, sizes and seed 7).

Prints the median and best of several runs in milliseconds, the processor's time among them (which counts on a machine that others use
as well), and a checksum per task to hold against Concord's figures. What is
timed starts from arrays (irrCAC and pingouin: from data frames), as these tools take them.
"""

import statistics
import time
import warnings

import krippendorff
import numpy as np
import pandas as pd
import pingouin
from irrCAC.raw import CAC
from sklearn.metrics import cohen_kappa_score

warnings.filterwarnings("ignore")
pingouin.options.update({key: None for key in pingouin.options if key.startswith("round")})
STEP, SHIFT = 6364136223846793005, 1442695040888963407


def states(n, seed=7):
    """The first n states of the generator, made in doubling blocks: state[i + m] = a_m * state[i] + c_m."""
    found = np.empty(n, np.uint64)
    found[0] = (seed * STEP + SHIFT) % 2**64
    a, c, m = STEP, SHIFT, 1
    while m < n:
        k = min(m, n - m)
        found[m:m + k] = found[:k] * np.uint64(a) + np.uint64(c)
        a, c, m = a * a % 2**64, (a * c + c) % 2**64, 2 * m
    return found


def below(state, n):
    return ((state >> np.uint64(32)) * np.uint64(n) >> np.uint64(32)).astype(np.int64)


def codes(n, raters, gap_in_ten):
    state = states(n * (1 + 3 * raters)).reshape(n, 1 + 3 * raters)
    truth = below(state[:, :1], 5)
    errs, other, missing = (below(state[:, 1 + i::3], m) for i, m in enumerate([10, 5, 10]))
    return np.where(errs >= 7, other, truth), missing < gap_in_ten


def timed(name, task, n):
    times, cpu = [], []
    for _ in range(n):
        start, start_cpu = time.perf_counter(), time.process_time()
        result = task()
        cpu.append(1000 * (time.process_time() - start_cpu))
        times.append(1000 * (time.perf_counter() - start))
    print(f"{name}: median {statistics.median(times):.1f} ms, best {min(times):.1f} ms, processor median {statistics.median(cpu):.1f} ms, "
          f"n {n}, checksum {result}", flush=True)


rated, _ = codes(10_000_000, 2, 0)
a, b = np.ascontiguousarray(rated[:, 0]), np.ascontiguousarray(rated[:, 1])
del rated
timed("scikit-learn cohen 10M", lambda: cohen_kappa_score(a, b), 5)
timed("scikit-learn cohen quadratic 10M", lambda: cohen_kappa_score(a, b, weights="quadratic"), 5)
del a, b

labels = np.array(["normal", "benign", "probably benign", "suspicious", "malignant"])
rated, _ = codes(1_000_000, 2, 0)
a, b = labels[rated[:, 0]], labels[rated[:, 1]]
timed("scikit-learn cohen 1M text", lambda: cohen_kappa_score(a, b), 3)

rated, missing = codes(1_000_000, 5, 1)
table = np.where(missing, np.nan, rated + 1.0)
columns = np.ascontiguousarray(table.T)
for scale in ["nominal", "ordinal", "interval", "ratio"]:
    timed(f"krippendorff {scale} 1Mx5", lambda: krippendorff.alpha(columns, level_of_measurement=scale), 5)
frame = pd.DataFrame(table)
timed("irrCAC gwet quadratic 1Mx5", lambda: str(CAC(frame, weights="quadratic", digits=12).gwet()["est"]["coefficient_value"]), 5)
print("se", CAC(frame, weights="quadratic", digits=12).gwet()["est"]["se"])
timed("irrCAC fleiss 1Mx5", lambda: str(CAC(frame, digits=12).fleiss()["est"]["coefficient_value"]), 3)
timed("irrCAC conger 1Mx5", lambda: str(CAC(frame, digits=12).conger()["est"]["coefficient_value"]), 3)

state = states(10_000 * 6).reshape(10_000, 6)
values = (1000 + below(state[:, :1], 1000) + below(state[:, 1:], 300) + 10 * np.arange(5)) / 100
long = pd.DataFrame(values).reset_index().melt(id_vars="index", var_name="rater", value_name="x")
timed("pingouin icc 10kx5", lambda: list(map(float, [(f := pingouin.intraclass_corr(long, "index", "rater", "x"))["ICC"][1], f["CI95"][1][0]])), 3)
