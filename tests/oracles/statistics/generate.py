"""Expected values for the statistics room.

Writes distributions.json (mpmath at 30 digits, null where it is too slow, with scipy beside it), intervals.json (statsmodels)
and summaries.json (numpy, scipy). Run: python generate.py, in the folder of this script.
"""

import datetime
import json
import math

import mpmath as mp
import numpy as np
import scipy
import statsmodels
from scipy import special, stats
from statsmodels.stats.proportion import proportion_confint

SEED = 20261123
mp.mp.dps = 30
rng = np.random.default_rng(SEED)


def header(**tools):
    return {
        "script": "tests/oracles/statistics/generate.py",
        "date": datetime.date.today().isoformat(),
        "seed": SEED,
        "tools": tools,
    }


def write(name, content):
    with open(name, "w") as file:
        json.dump(content, file, indent=0)
        file.write("\n")


def beta_lower(a, b, x):
    return mp.betainc(mp.mpf(a), mp.mpf(b), 0, mp.mpf(x), regularized=True)


def large_beta_lower(a, b, x):
    """The incomplete beta function where mpmath's own is too slow; None for other shapes."""
    x = mp.mpf(x)
    if a == int(a) and a < 50 and b == int(b):
        n, term = int(a + b - 1), (1 - x) ** int(a + b - 1)
        total = term
        for k in range(1, int(a)):
            term *= (n - k + 1) * x / (k * (1 - x))
            total += term
        return 1 - total
    if b == 1.5:
        y = mp.sqrt(1 - x)
        inside = mp.quad(lambda u: 2 * u * u * (1 - u * u) ** (a - 1), [0, y / 4, y / 2, y])
        return 1 - inside / mp.beta(a, b)
    return None


def root(f, guess):
    """Newton's method from the peer's answer, with a difference quotient at 30 digits."""
    x = mp.mpf(guess)
    for _ in range(4):
        step = x * mp.mpf(10) ** -12
        x -= f(x) * step / (f(x + step) - f(x))
    return x


def distributions():
    rows = []

    def add(function, arguments, truth, peer):
        rows.append([function, [float(a) for a in arguments], None if truth is None else float(truth), float(peer)])

    for x in [1e-10, 0.003, 0.3, 0.5, 0.999999, 1.0000001, 1.3, 1.5, 1.9999, 2.0001, 2.5, 3.0, 7.7,
              14.99, 15.0, 40.5, 1e3, 1e6, 1e12]:
        add("ln_gamma", [x], mp.loggamma(mp.mpf(x)), special.gammaln(x))
    for z in [-37.0, -8.0, -3.3, -1.96, -1.0, -1e-3, 0.0, 0.2, 1.0, 1.6448536269514722, 2.5, 6.0]:
        add("normal_cdf", [z], mp.ncdf(mp.mpf(z)), stats.norm.cdf(z))
    for p in [1e-300, 1e-20, 1e-5, 0.025, 0.05, 0.3, 0.499999, 0.5, 0.7, 0.95, 0.975, 0.995, 0.9999]:
        guess = stats.norm.ppf(p)
        truth = root(lambda z: mp.log(mp.ncdf(z)) - mp.log(mp.mpf(p)), guess) if p != 0.5 else 0
        add("normal_quantile", [p], truth, guess)
    for df in [1, 2, 3, 4.5, 11, 30, 200, 5000, 1e6]:
        d = mp.mpf(df)
        def cdf(t):
            tail = mp.betainc(d / 2, mp.mpf(1) / 2, 0, d / (d + t * t), regularized=True) / 2
            return tail if t < 0 else 1 - tail
        for t in [-40.0, -2.2, -0.01, 0.5, 1.7, 12.0]:
            add("student_t_cdf", [t, df], cdf(mp.mpf(t)) if df < 500 else None, stats.t.cdf(t, df))
        for p in [1e-8, 0.025, 0.2, 0.6, 0.95, 0.975, 0.9995]:
            guess = stats.t.ppf(p, df)
            add("student_t_quantile", [p, df], root(lambda t: cdf(t) - mp.mpf(p), guess) if df < 500 else None, guess)
    for d1, d2 in [(1, 1), (1, 40), (5, 15), (5, 18), (29, 3.3), (60, 120), (500, 2000), (1e5, 3)]:
        def f_cdf(f):
            x = d1 * f / (d1 * f + d2)
            return large_beta_lower(d1 / 2, 1.5, x) if d2 == 3 else beta_lower(d1 / 2, d2 / 2, x)
        for p in [1e-6, 0.025, 0.5, 0.9, 0.975, 0.999]:
            guess = stats.f.ppf(p, d1, d2)
            add("f_quantile", [p, d1, d2], root(lambda f: f_cdf(f) - mp.mpf(p), guess) if d1 + d2 < 500 or d2 == 3 else None, guess)
    for df in [0.7, 1, 2, 5, 30, 1000]:
        def chi_cdf(x):
            return mp.gammainc(mp.mpf(df) / 2, 0, x / 2, regularized=True)
        for p in [1e-6, 0.025, 0.5, 0.95, 0.999]:
            guess = stats.chi2.ppf(p, df)
            add("chi_squared_quantile", [p, df], root(lambda x: chi_cdf(x) - mp.mpf(p), guess) if df < 500 else None, guess)
        for x in [0.01, 0.9, 4.0, 35.0, 1100.0]:
            add("chi_squared_cdf", [x, df], chi_cdf(mp.mpf(x)) if df < 500 else None, stats.chi2.cdf(x, df))
            add("chi_squared_sf", [x, df], mp.gammainc(mp.mpf(df) / 2, mp.mpf(x) / 2, regularized=True) if df < 500 else None,
                stats.chi2.sf(x, df))
    shapes = [(0.5, 0.5), (0.5, 300), (1, 1), (1, 249), (2, 3), (3, 520.5), (40, 2), (250, 250),
              (1e4, 3e4), (12, 1e6), (2e5, 3e5)]
    for a, b in shapes:
        mean, sd = a / (a + b), math.sqrt(a * b / (a + b + 1)) / (a + b)
        for steps in [-5, -2, -0.5, 0, 0.5, 2, 5]:
            x = mean + steps * sd
            if 0 < x < 1:
                add("beta_cdf", [x, a, b], beta_lower(a, b, x) if a + b < 600 else large_beta_lower(a, b, x), special.betainc(a, b, x))
        for p in [1e-7, 0.025, 0.05, 0.5, 0.95, 0.975, 0.9999]:
            guess = special.betaincinv(a, b, p)
            lower = beta_lower if a + b < 600 else large_beta_lower
            slow = lower(a, b, guess) is None
            truth = None if slow else root(lambda x: lower(a, b, x) - mp.mpf(p), guess)
            add("beta_quantile", [p, a, b], truth, guess)
    for n, p in [(10, 0.5), (48, 0.012), (250, 0.012), (1000, 0.3), (100_000, 0.002)]:
        for k in sorted({0, 1, int(n * p), int(2 * n * p) + 1, n - 1, n}):
            truth = mp.binomial(n, k) * mp.mpf(p) ** k * (1 - mp.mpf(p)) ** (n - k)
            if truth > 1e-290:
                add("binomial_pmf", [k, n, p], truth, stats.binom.pmf(k, n, p))
    write("distributions.json", header(mpmath=mp.__version__, scipy=scipy.__version__)
          | {"columns": ["function", "arguments", "mpmath", "scipy"], "rows": rows})


def intervals():
    binomial, lots, proofs = [], [], []
    for n in [1, 2, 12, 48, 249, 1000, 123_457, 5_000_000]:
        for x in sorted({0, 1, 2, n // 83, n // 3, n - 1, n}):
            if 0 <= x <= n:
                for level in [0.8, 0.95, 0.999]:
                    wilson = proportion_confint(x, n, 1 - level, "wilson")
                    exact = proportion_confint(x, n, 1 - level, "beta")
                    binomial.append([x, n, level, *map(float, wilson), *map(float, exact)])
    for lot in [7, 20, 50, 250, 1000, 5000]:
        for audited in sorted({1, lot // 5, lot // 2, (9 * lot) // 10, lot} - {0}):
            for errors in sorted({0, 1, 3, audited // 20}):
                if errors <= audited:
                    d = np.arange(errors, lot - (audited - errors) + 1)
                    alpha = 0.05 * (1 + 1e-9)
                    upper = d[stats.hypergeom.cdf(errors, lot, d, audited) > alpha].max()
                    lower = d[stats.hypergeom.sf(errors - 1, lot, d, audited) > alpha].min()
                    lots.append([errors, audited, lot, int(lower), int(upper)])
    for limit in [0.005, 0.012, 0.02, 0.1]:
        for errors in [0, 1, 2, 5]:
            n = errors + 1
            while stats.binom.cdf(errors, n, limit) >= 0.05:
                n += 1
            proofs.append([limit, errors, None, n])
            for lot in [100, 250, 500, 1000, 5000]:
                worst = next(d for d in range(lot + 1) if d / lot >= limit)
                sizes = [n for n in range(max(errors, 1), lot + 1)
                         if errors < worst
                         and (worst > lot - (n - errors)
                              or stats.hypergeom.cdf(errors, lot, worst, n) <= 0.05 * (1 + 1e-9))]
                proofs.append([limit, errors, lot, sizes[0] if sizes else -1])
    write("intervals.json", header(statsmodels=statsmodels.__version__, scipy=scipy.__version__) | {
        "binomial_columns": ["x", "n", "level", "wilson_lower", "wilson_upper", "exact_lower", "exact_upper"],
        "binomial": binomial,
        "lot_columns": ["errors", "audited", "lot", "lower_95", "upper_95"], "lots": lots,
        "proof_columns": ["limit", "errors", "lot", "audits_to_pass (-1: never)"], "proofs": proofs})


def summaries():
    series = []
    for n in [2, 3, 10, 57]:
        x = np.round(rng.normal(47, 4, n), 3)
        mean, se = x.mean(), stats.sem(x)
        series.append({
            "values": x.tolist(),
            "quantiles": [[p, float(np.quantile(x, p))] for p in [0, 0.1, 0.25, 0.5, 0.9, 0.95, 1]],
            "t_interval": [float(v) for v in stats.t.interval(0.95, n - 1, mean, se)],
            "variance": float(x.var(ddof=1)), "cv": float(x.std(ddof=1) / mean)})
    write("summaries.json", header(numpy=np.__version__, scipy=scipy.__version__) | {"series": series})


distributions()
intervals()
summaries()
