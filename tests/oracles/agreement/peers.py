"""Expected values for the agreement room from its peers, on ratings that an integer generator makes.

Rust makes the same ratings (`tests/integration/agreement_peers`), so none are stored. Writes categorical.json,
numeric.json, weights.json and limits.json. Run: python peers.py, in the folder of this script.
"""

import importlib.metadata
import json
import sys
import warnings
from pathlib import Path

import krippendorff
import matplotlib
import mpmath
import numpy as np
import pandas as pd
import pingouin
from irrCAC.raw import CAC
from irrCAC.weights import Weights
from scipy import stats
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats import inter_rater
from statsmodels.stats.proportion import proportion_confint

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from draw import Draw  # noqa: E402

matplotlib.use("Agg")
warnings.filterwarnings("ignore")
pingouin.options.update({key: None for key in pingouin.options if key.startswith("round")})
KINDS = ["identity", "linear", "quadratic", "ordinal", "radical", "ratio", "circular", "bipolar"]
SCALES = ["nominal", "ordinal", "interval", "ratio"]


def ratings(seed, n, raters, k, noise, gap, skew):
    """Codes 0..k-1 around a true category whose prevalence is (c + 1)^skew; NaN for a gap."""
    draw = Draw(seed)
    prevalence = [(c + 1) ** skew for c in range(k)]
    table = np.full((n, raters), np.nan)
    for unit in range(n):
        left = int(draw.share() * sum(prevalence))
        truth = 0
        while left >= prevalence[truth]:
            left -= prevalence[truth]
            truth += 1
        for rater in range(raters):
            errs, other, missing = draw.share() < noise, int(draw.share() * k), draw.share() < gap
            if not missing:
                table[unit, rater] = other if errs else truth
    return table


def measurements(seed, n, raters, spread, shift, gap):
    """Whole hundredths: a unit's value, a rater's shift, and noise; NaN for a gap."""
    draw = Draw(seed)
    table = np.full((n, raters), np.nan)
    for unit in range(n):
        truth = 1000 + int(draw.share() * 1000)
        for rater in range(raters):
            value, missing = truth + int(draw.share() * spread) + rater * shift, draw.share() < gap
            if not missing:
                table[unit, rater] = value / 100
    return table


def plain(x):
    return None if x is None or not np.isfinite(x) else float(x)


def irr(function):
    try:
        est = function()["est"]
    except ZeroDivisionError:
        return None
    return [plain(est["coefficient_value"]), plain(est["se"]), *map(plain, est["confidence_interval"])]


def kappa(counts, **options):
    peer = inter_rater.cohens_kappa(counts, **options)
    return [plain(x) for x in (peer.kappa, peer.std_kappa, peer.kappa_low, peer.kappa_upp, peer.std_kappa0, peer.kappa_max)]


def pair(table, a, b, k):
    both = table[~np.isnan(table[:, [a, b]]).any(axis=1)][:, [a, b]].astype(int)
    counts = np.zeros((k, k))
    np.add.at(counts, (both[:, 0], both[:, 1]), 1)
    agreed = int((both[:, 0] == both[:, 1]).sum())
    found = {"raters": [a, b], "n": len(both), "percent": agreed / len(both),
             "wilson": list(map(float, proportion_confint(agreed, len(both), method="wilson")))}
    for weights in [None, "linear", "quadratic"]:
        peer = cohen_kappa_score(both[:, 0], both[:, 1], labels=list(range(k)), weights=weights)
        found[weights or "unweighted"] = {"sklearn": plain(peer), "statsmodels": kappa(counts, wt=weights)}
    found["categories"] = []
    for c in range(k):
        merged = np.array([[counts[c, c], counts[c].sum() - counts[c, c]],
                           [counts[:, c].sum() - counts[c, c], counts.sum() - counts[c].sum() - counts[:, c].sum() + counts[c, c]]])
        found["categories"].append([*kappa(merged)[:2], plain(cohen_kappa_score(both[:, 0] == c, both[:, 1] == c))])
    given = np.array([[0 if i == j else 1 + (3 * i + 5 * j) % 7 for j in range(k)] for i in range(k)], float)
    p = counts / counts.sum()
    found["given"] = float(1 - (given * p).sum() / (given * np.outer(p.sum(1), p.sum(0))).sum())
    two = pd.DataFrame(both + 1.0)
    for kind in ["identity", "linear", "quadratic"]:
        found[f"scott_{kind}"] = irr(CAC(two, weights=kind, categories=list(range(1, k + 1)), digits=15).fleiss)
    return found


def categorical(table, k):
    raters = table.shape[1]
    found = {"pairs": [pair(table, a, b, k) for a in range(raters) for b in range(a + 1, raters)]}
    frame = pd.DataFrame(table + 1)
    for kind in KINDS:
        cac = CAC(frame, weights=kind, categories=list(range(1, k + 1)), digits=15)
        found[kind] = {"gwet": irr(cac.gwet), "brennan_prediger": irr(cac.bp), "fleiss": irr(cac.fleiss), "conger": irr(cac.conger)}
        if kind in ("identity", "quadratic", "ratio"):
            found[kind]["alpha"] = irr(cac.krippendorff)
    for scale in SCALES:
        found[f"alpha_{scale}"] = float(krippendorff.alpha(table.T + 1, level_of_measurement=scale, value_domain=list(range(1, k + 1))))
    if not np.isnan(table).any():
        counted, _ = inter_rater.aggregate_raters(table.astype(int), k)
        merged = [np.column_stack([counted[:, c], raters - counted[:, c]]) for c in range(k)]
        found["fleiss_statsmodels"] = float(inter_rater.fleiss_kappa(counted))
        found["fleiss_categories"] = [plain(inter_rater.fleiss_kappa(m)) for m in merged]
        found["fleiss_categories_irrcac"] = [irr(CAC(pd.DataFrame((table != c) + 1.0), categories=[1, 2], digits=15).fleiss) for c in range(k)]
    return found


def icc(table):
    long = pd.DataFrame(table).reset_index().melt(id_vars="index", var_name="rater", value_name="x")
    found = pingouin.intraclass_corr(long, "index", "rater", "x", nan_policy="omit")
    return [[t, plain(v), *map(plain, ci)] for t, v, ci in zip(found["Type"], found["ICC"], found["CI95"])]


def limits(x, y, confidence):
    """Bias, limits and their intervals as pingouin draws them."""
    axis = matplotlib.pyplot.figure().add_subplot()
    pingouin.plot_blandaltman(x, y, agreement=float(stats.norm.ppf(0.975)), confidence=confidence, ax=axis)
    bias, high, low = (float(line.get_ydata()[0]) for line in axis.lines)
    spans = [[plain(patch.get_y()), plain(patch.get_y() + patch.get_height())] for patch in axis.patches]
    matplotlib.pyplot.close()
    return {"bias": bias, "low": low, "high": high, "bias_interval": spans[0], "high_interval": spans[1], "low_interval": spans[2]}


def numeric(table):
    found = {f"alpha_{scale}": float(krippendorff.alpha(table.T, level_of_measurement=scale)) for scale in SCALES}
    found["icc"] = icc(table)
    found["n_complete"] = int((~np.isnan(table).any(axis=1)).sum())
    both = table[~np.isnan(table[:, :2]).any(axis=1)]
    found["limits"] = limits(both[:, 0], both[:, 1], 0.95)
    found["n_both"] = len(both)
    return found


def noncentral_cdf(t, df, delta):
    """P(T <= t) at 30 digits, by integration over the scale."""
    t, df, delta = map(mpmath.mpf, (t, df, delta))
    constant = mpmath.log(2) + df / 2 * mpmath.log(df / 2) - mpmath.loggamma(df / 2)
    density = lambda s: mpmath.exp(constant + (df - 1) * mpmath.log(s) - df * s * s / 2)
    spread = 1 / mpmath.sqrt(2 * df)
    low, high = max(mpmath.mpf(0), 1 - 14 * spread), 1 + 14 * spread
    points = [low + (high - low) * i / 28 for i in range(29)]
    return mpmath.quad(lambda s: mpmath.ncdf(t * s - delta) * density(s) if s else mpmath.mpf(0), points)


def write(name, tools, content):
    head = {"tool": ", ".join(tools), "version": {t: importlib.metadata.version(t) for t in tools},
            "script": "tests/oracles/agreement/peers.py", "date": "2026-11-24"}
    with open(name, "w") as file:
        json.dump(head | content, file)
        file.write("\n")


if __name__ == "__main__":
    cases = []
    for seed, (n, raters, k, noise, gap, skew) in enumerate([
        (20, 2, 2, 0.3, 0, 0), (60, 2, 3, 0.4, 0.1, 1), (150, 2, 5, 0.5, 0, 2), (400, 2, 7, 0.2, 0.3, 0), (90, 3, 2, 0.1, 0, 3),
        (70, 3, 4, 0.6, 0.2, 1), (30, 3, 7, 0.3, 0, 0), (200, 4, 3, 0.95, 0.1, 0), (50, 4, 5, 0.2, 0.5, 2), (120, 4, 6, 0.4, 0, 1),
        (40, 5, 2, 0.05, 0.4, 3), (250, 5, 4, 0.3, 0.05, 2), (35, 5, 7, 0.5, 0, 1), (100, 6, 3, 0.25, 0.6, 0), (80, 6, 5, 0.7, 0, 0),
        (25, 2, 4, 1.0, 0, 0), (300, 3, 3, 0.02, 0.1, 6), (6, 2, 3, 1.0, 0, 0),
    ], start=101):
        table = ratings(seed, n, raters, k, noise, gap, skew)
        case = {"seed": seed, "n": n, "raters": raters, "categories": k, "noise": noise, "gap": gap, "skew": skew,
                "sum": float(np.nansum(table)), "n_ratings": int((~np.isnan(table)).sum())}
        cases.append(case | {"expected": categorical(table, k)})
    places = CAC(pd.DataFrame([[1.0, 2.0], [2.0, 2.0], [4.0, 4.0], [4.0, 1.0], [1.0, 1.0]]), weights="linear", categories=[1, 2, 4], digits=15)
    one = pd.DataFrame(np.ones((6, 3)))
    edges = {"places_of_1_2_4": irr(places.gwet), "perfect_conger": irr(CAC(pd.DataFrame([[1.0, 1, 1], [2, 2, 2], [1, 1, 1]]), categories=[1, 2], digits=15).conger),
             "one_category": {"sklearn": plain(cohen_kappa_score([1, 1, 1], [1, 1, 1], labels=[1, 2])),
                              "statsmodels_kappa": plain(inter_rater.cohens_kappa(np.array([[6.0, 0], [0, 0]])).kappa),
                              "statsmodels_fleiss": plain(inter_rater.fleiss_kappa(np.array([[3, 0]] * 6))),
                              "krippendorff": plain(krippendorff.alpha(np.ones((3, 6)), level_of_measurement="nominal", value_domain=[1, 2])),
                              "irrcac_fleiss": irr(CAC(one, categories=[1, 2], digits=15).fleiss), "irrcac_gwet": irr(CAC(one, categories=[1, 2], digits=15).gwet)}}
    write("categorical.json", ["scikit-learn", "statsmodels", "krippendorff", "irrCAC", "scipy", "numpy"], {"seed": "101 + case", "cases": cases, "edges": edges})

    cases = []
    for seed, (n, raters, spread, shift, gap) in enumerate([
        (6, 4, 200, 50, 0), (25, 2, 100, 0, 0), (40, 3, 900, 20, 0.1), (100, 5, 60, 5, 0.2), (12, 3, 4000, 0, 0), (300, 2, 30, 100, 0.05),
        (50, 6, 300, 0, 0.02), (8, 2, 2000, 300, 0), (200, 4, 1, 0, 0.1), (60, 3, 5000, 0, 0),
    ], start=201):
        table = measurements(seed, n, raters, spread, shift, gap)
        case = {"seed": seed, "n": n, "raters": raters, "spread": spread, "shift": shift, "gap": gap,
                "sum": float(np.nansum(table)), "n_ratings": int((~np.isnan(table)).sum())}
        cases.append(case | {"expected": numeric(table)})
    write("numeric.json", ["krippendorff", "pingouin", "scipy", "numpy"], {"seed": "201 + case", "cases": cases})

    matrices = {kind: {str(k): Weights(list(range(1, k + 1)))[kind].tolist() for k in range(2, 8)} for kind in KINDS}
    write("weights.json", ["irrCAC", "numpy"], {"seed": None, "matrices": matrices})

    mpmath.mp.dps = 30
    rows = []
    for n in [2, 3, 5, 10, 17, 30, 85, 200, 1000, 10**4, 10**6]:
        for p in [0.005, 0.025, 0.05, 0.95, 0.975, 0.995]:
            delta = float(stats.norm.ppf(0.975)) * n**0.5
            scipy = float(stats.nct.ppf(p, n - 1, delta))
            rows.append([p, n - 1, delta, plain(scipy), float(noncentral_cdf(scipy, n - 1, delta)) if np.isfinite(scipy) else None])
    cdf = []
    for t in [-3.0, 0.0, 0.5, 2.0, 7.0]:
        for df in [1, 2, 4, 9, 50, 3000]:
            for delta in [-1.0, 0.0, 2.5, 12.0]:
                cdf.append([t, df, delta, float(noncentral_cdf(t, df, delta)) if df > 2 else None, plain(stats.nct.cdf(t, df, delta))])
    write("limits.json", ["scipy", "mpmath"], {"seed": None, "quantiles": rows, "cdf": cdf})
