"""Expected values for the agreement room, from the Python peers, on seeded random ratings.

Writes random.json. Run: python generate.py, in the folder of this script.
"""

import datetime
import importlib.metadata
import json
import warnings

import krippendorff
import numpy as np
import pandas as pd
import pingouin
from irrCAC.raw import CAC
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats import inter_rater

warnings.filterwarnings("ignore")
pingouin.options.update({key: None for key in pingouin.options if key.startswith("round")})
SEED = 20261123
rng = np.random.default_rng(SEED)
PEERS = ["scikit-learn", "statsmodels", "krippendorff", "irrCAC", "pingouin"]


def ratings(n, raters, k, noise, missing, skew):
    """Codes 0..k-1 around a true category; NaN where missing."""
    p = np.arange(1, k + 1, dtype=float) ** skew
    truth = rng.choice(k, n, p=p / p.sum())
    table = np.repeat(truth[:, None], raters, axis=1).astype(float)
    wrong = rng.random(table.shape) < noise
    table[wrong] = rng.integers(0, k, wrong.sum())
    table[rng.random(table.shape) < missing] = np.nan
    # Every category is used, so that peers which look at the data see the declared ones.
    table[:k, 0] = np.arange(k)
    table[:k, 1] = np.roll(np.arange(k), 1)
    return table


def plain(x):
    return None if x is None or not np.isfinite(x) else float(x)


def irr(coefficient):
    est = coefficient["est"]
    return [plain(est["coefficient_value"]), plain(est["se"]), *map(plain, est["confidence_interval"])]


def cells(table):
    return [[None if np.isnan(x) else float(x) for x in row] for row in table]


def categorical(table, k):
    n, raters = table.shape
    frame = pd.DataFrame(table)
    expected = {"pairs": []}
    for a in range(raters):
        for b in range(a + 1, raters):
            both = table[~np.isnan(table[:, [a, b]]).any(axis=1)][:, [a, b]].astype(int)
            counts = np.zeros((k, k))
            np.add.at(counts, (both[:, 0], both[:, 1]), 1)
            pair = {"raters": [a, b], "n": len(both), "percent": float((both[:, 0] == both[:, 1]).mean())}
            for weights, name in [(None, "unweighted"), ("linear", "linear"), ("quadratic", "quadratic")]:
                peer = inter_rater.cohens_kappa(counts, wt=weights)
                pair[name] = {
                    "sklearn": plain(cohen_kappa_score(both[:, 0], both[:, 1], labels=list(range(k)), weights=weights)),
                    "statsmodels": [plain(peer.kappa), plain(peer.std_kappa), plain(peer.kappa_low), plain(peer.kappa_upp)],
                }
            two = CAC(pd.DataFrame(both), categories=list(range(k)), digits=15)
            pair["scott_irrcac"] = irr(two.fleiss())
            expected["pairs"].append(pair)
    for weights in ["identity", "linear", "quadratic"]:
        cac = CAC(frame, weights=weights, categories=list(range(k)), digits=15)
        expected[f"gwet_{weights}"] = irr(cac.gwet())
        expected[f"bp_{weights}"] = irr(cac.bp())
        if weights == "identity":
            expected["fleiss"] = irr(cac.fleiss())
            expected["alpha_irrcac"] = irr(cac.krippendorff())[0]
    if not np.isnan(table).any():
        counted, _ = inter_rater.aggregate_raters(table.astype(int), k)
        expected["fleiss_statsmodels"] = float(inter_rater.fleiss_kappa(counted))
        merged = [np.column_stack([counted[:, c], raters - counted[:, c]]) for c in range(k)]
        expected["fleiss_categories"] = [float(inter_rater.fleiss_kappa(m)) for m in merged]
    for scale in ["nominal", "ordinal"]:
        expected[f"alpha_{scale}"] = float(krippendorff.alpha(
            table.T, level_of_measurement=scale, value_domain=list(range(k))))
    return expected


def numeric(table):
    n, raters = table.shape
    expected = {f"alpha_{scale}": float(krippendorff.alpha(table.T, level_of_measurement=scale))
                for scale in ["ordinal", "interval", "ratio"]}
    long = pd.DataFrame(table).reset_index().melt(id_vars="index", var_name="rater", value_name="x")
    icc = pingouin.intraclass_corr(long, "index", "rater", "x", nan_policy="omit")
    expected["icc"] = [[t, float(v), *map(float, ci)] for t, v, ci in zip(icc["Type"], icc["ICC"], icc["CI95"])]
    expected["n_complete"] = int((~np.isnan(table).any(axis=1)).sum())
    return expected


cases = []
for n, raters, k, noise, missing, skew in [
    (30, 2, 2, 0.3, 0, 0), (200, 2, 4, 0.4, 0, 0.5), (150, 2, 5, 0.2, 0.15, 1), (40, 3, 3, 0.5, 0, 0),
    (120, 5, 4, 0.3, 0, 1.5), (120, 5, 4, 0.3, 0.3, 1), (60, 4, 7, 0.6, 0.5, 0), (500, 3, 2, 0.05, 0.1, 3),
    (80, 9, 12, 0.4, 0.2, 0), (50, 2, 3, 0.95, 0, 0),
]:
    table = ratings(n, raters, k, noise, missing, skew)
    cases.append({"categories": k, "cells": cells(table), "expected": categorical(table, k)})

numbers = []
for n, raters, spread, missing in [(6, 4, 1, 0), (25, 2, 0.3, 0), (40, 3, 2, 0.1), (100, 5, 0.05, 0.2), (12, 3, 6, 0)]:
    table = rng.normal(10, 1, (n, 1)) + rng.normal(0, spread, (n, raters)) + rng.normal(0, 0.3, raters)
    table = np.round(np.abs(table), 2)
    table[rng.random(table.shape) < missing] = np.nan
    numbers.append({"cells": cells(table), "expected": numeric(table)})

with open("random.json", "w") as file:
    json.dump({"script": "tests/oracles/agreement/generate.py", "date": datetime.date.today().isoformat(),
               "seed": SEED, "tools": {p: importlib.metadata.version(p) for p in PEERS},
               "categorical": cases, "numeric": numbers}, file)
    file.write("\n")
