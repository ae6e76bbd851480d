"""Bounds of rates in clusters by their plain formulas. Usage: python clustered.py > clustered.json"""
import datetime, json, random
import numpy, scipy
from scipy.stats import beta, t

random.seed(20261124)


def bounds(pairs, confidence, correlation):
    e = numpy.array([p[0] for p in pairs], float)
    m = numpy.array([p[1] for p in pairs], float)
    e, m = e[m > 0], m[m > 0]
    k, n, x = len(m), m.sum(), e.sum()
    p, b = x / n, int((e > 0).sum())
    own = (m**2).sum() / n
    deff, shrink, estimated = 1.0, 1.0, False
    if b >= 2 and x < n and k > 1:
        variance = k / (k - 1) * ((e - p * m) ** 2).sum() / n**2
        deff = variance / (p * (1 - p) / n)
        shrink = (t.ppf(confidence, n - 1) / t.ppf(confidence, b - 1)) ** 2
        estimated = b >= 30
    if not estimated:
        deff = max(deff, 1 + (own - 1) * correlation)
    deff = min(max(max(deff, 1) / shrink, 1), max(own, 1))
    ns = n / deff
    xs = p * ns
    upper = 1.0 if x == n else beta.ppf(confidence, xs + 1, ns - xs)
    lower = 0.0 if x == 0 else beta.ppf(1 - confidence, xs, ns - xs + 1)
    return {"effective_n": ns, "lower": lower, "upper": upper, "is_estimated": estimated}


cases = []
for n_clusters in [1, 2, 7, 40, 90, 150, 250]:
    for rate in [0.0, 0.01, 0.1, 0.6]:
        for spread in [0.05, 1.0]:
            pairs = []
            for _ in range(n_clusters):
                size = random.choice([0, 1, 3, 9, 30])
                own = min(max(random.gauss(rate, rate * spread), 0), 1)
                pairs.append([sum(random.random() < own for _ in range(size)), size])
            if sum(p[1] for p in pairs) == 0:
                pairs[0] = [0, 5]
            for confidence, correlation in [(0.95, 1.0), (0.9, 0.2)]:
                case = {"clusters": pairs, "confidence": confidence, "correlation": correlation}
                cases.append(case | bounds(pairs, confidence, correlation))
print(json.dumps({
    "tool": "scipy.stats.beta and t", "version": scipy.__version__, "script": "tests/oracles/statistics/clustered.py",
    "date": "2026-11-24", "cases": cases,
}))
