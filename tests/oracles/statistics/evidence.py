"""Expected values for bounds, verdicts, sampling plans, sequential tests and control charts.

Writes evidence.json. Peers: statsmodels (intervals), scipy (binomial, hypergeometric, Poisson, quadrature, optimisation),
mpmath (lines and roots at 30 digits). Where no peer has the figure it is worked out here by other means than Concord's:
finite lots in exact fractions, plans by trying all, sequential tests by a recursion over all counts, run lengths by a
Markov chain of ever more states (Brook & Evans 1972, Biometrika 59(3):539-549) extrapolated to none between.
Run: python evidence.py, in the folder of this script. It takes some minutes.
"""

import json
import math
from fractions import Fraction

import mpmath as mp
import numpy as np
import scipy
import statsmodels
from scipy import integrate, optimize, stats
from statsmodels.stats.proportion import proportion_confint

SEED = 20261124
mp.mp.dps = 30
rng = np.random.default_rng(SEED)


def intervals():
    """x, n, level, Wilson's bounds and the exact ones by statsmodels, Wilson's and the exact upper one by mpmath (the latter for
    at most one event)."""
    rows = []
    sizes = [1, 3, 20, 250, 4_000, 100_000, 10_000_000, 1_000_000_000]
    for n in sizes:
        for x in sorted({0, 1, n, n // 2, int(rng.integers(0, n + 1)), int(rng.integers(0, max(2, n // 50)))}):
            if x > n:
                continue
            for level in [0.5, 0.9, 0.95, 0.999, 1 - 1e-6, 1 - 1e-12]:
                wilson = proportion_confint(x, n, 1 - level, "wilson")
                exact = proportion_confint(x, n, 1 - level, "beta")
                z2 = 2 * mp.erfinv(mp.mpf(level)) ** 2
                p = mp.mpf(x) / n
                spread = mp.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n)))
                true = [(p + z2 / (2 * n) + sign * spread) / (1 + z2 / n) for sign in (-1, 1)]
                true = [0.0 if x == 0 else float(true[0]), 1.0 if x == n else float(true[1])]
                upper = None
                if x <= 1 and n > x:
                    tail = (1 - mp.mpf(level)) / 2
                    low, high = mp.mpf(0), mp.mpf(1)
                    for _ in range(130):
                        u = (low + high) / 2
                        below = (1 - u) ** n + (n * u * (1 - u) ** (n - 1) if x == 1 else 0)
                        low, high = (u, high) if below > tail else (low, u)
                    upper = float(low)
                rows.append([x, n, level, *map(float, wilson), *map(float, exact), *true, upper])
    return rows


def hypergeometric_terms(lot, erroneous, audited):
    """Exact probabilities of 0, 1, … errors found."""
    total = math.comb(lot, audited)
    return [Fraction(math.comb(erroneous, k) * math.comb(lot - erroneous, audited - k), total)
            if audited - k <= lot - erroneous else Fraction(0)
            for k in range(0, min(audited, erroneous) + 1)]


def lots():
    """errors, audited, lot, confidence in thousandths, lower and upper count: every count tried, in fractions."""
    rows = []
    for _ in range(400):
        lot = int(rng.integers(1, 140))
        audited = int(rng.integers(0, lot + 1))
        errors = int(min(audited, rng.integers(0, 6))) if rng.random() < 0.7 else int(rng.integers(0, audited + 1))
        confidence = int(rng.choice([500, 800, 900, 950, 990, 999]))
        allowed = 1 - Fraction(confidence, 1000)
        possible = []
        for d in range(errors, lot - (audited - errors) + 1):
            terms = hypergeometric_terms(lot, d, audited)
            possible.append((d, sum(terms[:errors + 1]) > allowed, sum(terms[errors:]) > allowed))
        upper = max(d for d, below, _ in possible if below)
        lower = min(d for d, _, above in possible if above)
        rows.append([errors, audited, lot, confidence, lower, upper])
    return rows


def large_lots():
    """errors, audited, lot, lower and upper count at 95 %, by bisection over scipy's tails."""
    rows = []

    def first(is_so, low, high):
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if is_so(middle) else (middle + 1, high)
        return low

    for lot in [10_000, 1_000_000]:
        for _ in range(30):
            audited = int(lot * rng.uniform(0.001, 0.9))
            errors = int(audited * rng.choice([0, 1e-4, 0.003, 0.011, 0.2]))
            top = lot - (audited - errors)
            upper = first(lambda d: d > top or stats.hypergeom.cdf(errors, lot, d, audited) <= 0.05, errors, top + 1) - 1
            lower = first(lambda d: stats.hypergeom.sf(errors - 1, lot, d, audited) > 0.05, errors, top)
            rows.append([errors, audited, lot, lower, upper])
    return rows


def verdicts():
    """errors, assessed, lot (0: a process), limit, confidence, status, further clean audits (-1: never)."""
    rows = []
    while len(rows) < 360:
        limit = float(rng.choice([0.002, 0.005, 0.012, 0.05, 0.2]))
        confidence = float(rng.choice([0.9, 0.95, 0.99]))
        alpha = 1 - confidence
        assessed = int(rng.integers(1, 900))
        errors = min(assessed, int(rng.poisson(assessed * limit * rng.choice([0.1, 0.5, 1, 2]))))
        if rng.random() < 0.5:
            n = np.arange(assessed, 30_000)
            passes = stats.binom.cdf(errors, n, limit) < alpha * (1 - 1e-9)
            passes &= n > errors
            fails = errors > 0 and stats.binom.sf(errors - 1, assessed, limit) <= alpha * (1 + 1e-9)
            lot = 0
        else:
            lot = int(rng.integers(assessed, 2_500))
            worst = next(d for d in range(lot + 1) if Fraction(d, lot) >= Fraction(str(limit)))
            n = np.arange(assessed, lot + 1)
            passes = np.array([errors < worst and (worst > lot - (int(m) - errors)
                               or stats.hypergeom.cdf(errors, lot, worst, int(m)) <= alpha * (1 + 1e-9)) for m in n])
            # The lower bound reaches the limit where no count below `worst` explains the errors found.
            fails = errors > 0 and (worst - 1 < errors
                                    or stats.hypergeom.sf(errors - 1, lot, worst - 1, assessed) <= alpha * (1 + 1e-9))
        first = np.flatnonzero(passes)
        further = int(first[0]) if len(first) else -1
        status = "pass" if further == 0 else "fail" if fails else "insufficient_evidence"
        rows.append([errors, assessed, lot, limit, confidence, status, further])
    return rows


def double_acceptance(first_terms, second_at_most, plan):
    n1, c1, r1, n2, c2 = plan
    first = sum(first_terms[:c1 + 1])
    second = sum(first_terms[x] * second_at_most(x, c2 - x) for x in range(c1 + 1, r1) if x < len(first_terms))
    between = sum(first_terms[c1 + 1:r1])
    return first, second, n1 + n2 * between


def plans():
    """n₁, c₁, r₁, n₂, c₂ (single: r₁ = n₂ = 0), lot (0: a process), rate, acceptance, average sample."""
    rows = []
    shapes = [(10, 0, 0, 0, 0), (89, 2, 0, 0, 0), (249, 0, 0, 0, 0), (1250, 21, 0, 0, 0),
              (50, 1, 4, 100, 3), (50, 2, 7, 100, 6), (32, 0, 2, 32, 1), (125, 5, 9, 125, 12), (20, 0, 3, 20, 3)]
    for plan in shapes:
        n1, c1, r1, n2, c2 = plan
        for rate in [0.0, 0.001, 0.01, 0.06, 0.2, 1.0]:
            terms = stats.binom.pmf(np.arange(n1 + 1), n1, rate)
            if n2 == 0:
                accepted, average = stats.binom.cdf(c1, n1, rate), n1
            else:
                first, second, average = double_acceptance(
                    terms, lambda x, c: stats.binom.cdf(c, n2, rate), plan)
                accepted = first + second
            rows.append([*plan, 0, rate, float(accepted), float(average)])
        for lot in [n1 + n2, n1 + n2 + 37, 3 * (n1 + n2)]:
            if lot > 500:
                continue
            for erroneous in [0, 1, lot // 50, lot // 9, lot]:
                terms = hypergeometric_terms(lot, erroneous, n1)
                if n2 == 0:
                    accepted, average = sum(terms[:c1 + 1]), n1
                else:
                    def at_most(x, c):
                        return sum(hypergeometric_terms(lot - n1, erroneous - x, n2)[:c + 1])
                    first, second, average = double_acceptance(terms, at_most, plan)
                    accepted = first + second
                rows.append([*plan, lot, erroneous / lot, float(accepted), float(average)])
    return rows


def outgoing():
    """Plan, lot, rate, average outgoing rate, average total assessed, its worst rate and the rate where it is."""
    rows = []
    for plan, lot in [((89, 2, 0, 0, 0), 10_000), ((50, 0, 0, 0, 0), 400), ((50, 1, 4, 100, 3), 2_000),
                      ((32, 0, 2, 32, 1), 64), ((125, 5, 9, 125, 12), 5_000)]:
        n1, c1, r1, n2, c2 = plan

        def both(rate):
            if n2 == 0:
                return stats.binom.cdf(c1, n1, rate), 0.0
            terms = stats.binom.pmf(np.arange(r1), n1, rate)
            return double_acceptance(terms, lambda x, c: stats.binom.cdf(c, n2, rate), plan)[:2]

        def aoq(rate):
            first, second = both(rate)
            return rate * (first * (lot - n1) + second * (lot - n1 - n2)) / lot

        grid = np.linspace(0, 1, 20_001)[1:]
        at = grid[np.argmax([aoq(rate) for rate in grid])]
        found = optimize.minimize_scalar(lambda rate: -aoq(rate), bounds=(max(0, at - 1e-4), min(1, at + 1e-4)),
                                         method="bounded", options={"xatol": 1e-12})
        for rate in [0.002, 0.01, 0.05, 0.3]:
            first, second = both(rate)
            total = n1 * first + (n1 + n2) * second + lot * (1 - first - second)
            rows.append([*plan, lot, rate, float(aoq(rate)), float(total), float(-found.fun), float(found.x)])
    return rows


def searches():
    """Rates and risks, lot (0: a process), largest sample, n₂/n₁ (0: single plan), and the plan found by trying all."""
    rows = []
    asked = [(0.01, 0.05, 0.06, 0.10), (0.02, 0.05, 0.10, 0.05), (0.005, 0.10, 0.05, 0.10), (0.0, 0.05, 0.05, 0.05),
             (0.03, 0.02, 0.08, 0.02)]
    for good, alpha, bad, beta in asked:
        for lot, most in [(0, 420), (90, 90), (200, 200)]:
            g, b = math.floor(good * lot + 1e-9), math.ceil(bad * lot - 1e-9)

            def tables(n):
                c = np.arange(n + 1)
                if lot == 0:
                    return stats.binom.cdf(c, n, good), stats.binom.cdf(c, n, bad)
                return stats.hypergeom.cdf(c, lot, g, n), stats.hypergeom.cdf(c, lot, b, n)

            single = None
            for n in range(1, most + 1):
                of_good, of_bad = tables(n)
                fits = np.flatnonzero((of_good >= (1 - alpha) * (1 - 1e-12)) & (of_bad <= beta * (1 + 1e-12)))
                fits = fits[fits < n]
                if len(fits):
                    single = [n, int(fits[0])]
                    break
            rows.append([good, alpha, bad, beta, lot, most, 0, single])
            for ratio in [1, 2]:
                best = None
                for n1 in range(1, most // (1 + ratio) + 1):
                    n2 = ratio * n1
                    if best and n1 >= best[0]:
                        break
                    most_errors = min(n1, 32)
                    x = np.arange(most_errors + 1)

                    def stages(rate, erroneous):
                        if lot == 0:
                            first = stats.binom.pmf(x, n1, rate)
                            second = np.tile(stats.binom.cdf(x, n2, rate), (len(x), 1))
                        else:
                            first = stats.hypergeom.pmf(x, lot, erroneous, n1)
                            second = np.array([stats.hypergeom.cdf(x, lot - n1, max(erroneous - k, 0), n2) for k in x])
                        return first, second

                    of_good, of_bad = stages(good, g), stages(bad, b)
                    for c1 in range(0, most_errors):
                        for c2 in range(c1 + 1, most_errors):
                            def accepted(stage):
                                first, second = stage
                                return first[:c1 + 1].sum() + sum(first[k] * second[k][c2 - k]
                                                                  for k in range(c1 + 1, c2 + 1))
                            if accepted(of_good) < (1 - alpha) * (1 - 1e-12) or accepted(of_bad) > beta * (1 + 1e-12):
                                continue
                            average = n1 + n2 * of_good[0][c1 + 1:c2 + 1].sum()
                            if best is None or average < best[0] * (1 - 1e-12):
                                best = (average, [n1, c1, c2 + 1, n2, c2])
                rows.append([good, alpha, bad, beta, lot, most, ratio, best and best[1]])
    return rows


def sequential():
    """p₀, α, p₁, β, the lines, rate, truncation; Wald's acceptance and sample, the exact ones."""
    rows = []
    for p0, alpha, p1, beta in [(0.01, 0.05, 0.06, 0.10), (0.005, 0.05, 0.012, 0.05), (0.1, 0.02, 0.3, 0.03)]:
        q0, a, q1, b = map(mp.mpf, (p0, alpha, p1, beta))
        g = mp.log(q1 * (1 - q0) / (q0 * (1 - q1)))
        slope = mp.log((1 - q0) / (1 - q1)) / g
        h0, h1 = mp.log((1 - a) / b) / g, mp.log((1 - b) / a) / g
        up, down = (1 - b) / a, b / (1 - a)
        for rate in [p0 / 3, p0, float(slope) * 0.9, float(slope) * 1.2, p1, min(0.9, 3 * p1)]:
            p = mp.mpf(rate)
            u, v = mp.log(q1 / q0), mp.log((1 - q1) / (1 - q0))
            drift = p * u + (1 - p) * v
            side = 1 if drift < 0 else -1
            def excess(h):
                return p * mp.exp(h * u) + (1 - p) * mp.exp(h * v) - 1
            end = side * mp.mpf(1)
            while excess(end) < 0:
                end *= 2
            h = optimize.brentq(lambda h: float(excess(mp.mpf(h))), float(side * 1e-3), float(end), xtol=1e-13)
            h = mp.findroot(excess, mp.mpf(h))
            assert abs(h) > 1e-4
            accepted = (up ** h - 1) / (up ** h - down ** h)
            sample = (accepted * mp.log(down) + (1 - accepted) * mp.log(up)) / drift
            for most in [40, 700, 6_000]:
                n = np.arange(most + 1)
                accept = np.floor(float(slope) * n - float(h0))
                reject = np.ceil(float(slope) * n + float(h1))
                accept[most] = math.floor(float(slope) * most)
                reject[most] = accept[most] + 1
                size = int(reject.max()) + 2
                chance = np.zeros(size)
                chance[0] = 1
                exact, average = 0.0, 0.0
                counts = np.arange(size)
                for i in range(1, most + 1):
                    moved = chance * (1 - rate)
                    moved[1:] += chance[:-1] * rate
                    accepts, rejects = counts <= accept[i], counts >= reject[i]
                    exact += moved[accepts].sum()
                    average += i * (moved[accepts].sum() + moved[rejects].sum())
                    moved[accepts | rejects] = 0
                    chance = moved
                rows.append([p0, alpha, p1, beta, float(slope), float(h0), float(h1), rate, most,
                             float(accepted), float(sample), float(exact), float(average)])
    return rows


def extrapolated(run, sizes):
    """Limit of run(t) for ever more states: a polynomial in 1/t² through the last runs."""
    step = [mp.mpf(1) / mp.mpf(t) for t in sizes]
    value = [mp.mpf(run(t)) for t in sizes]
    table = [value]
    while len(table[-1]) > 1:
        level, before = len(table), table[-1]
        table.append([(step[i + level] ** 2 * before[i] - step[i] ** 2 * before[i + 1])
                      / (step[i + level] ** 2 - step[i] ** 2) for i in range(len(before) - 1)])
    return float(table[-1][0]), float(abs(table[-1][0] - table[-2][-1]) / table[-1][0])


def one_sided_cusum(k, h, shift):
    def run(half_states):
        width = 2 * h / half_states
        t = (half_states + 1) // 2
        i = np.arange(t)
        to = stats.norm.cdf((i[None, :] - i[:, None] + 0.5) * width + k - shift) - stats.norm.cdf(
            (i[None, :] - i[:, None] - 0.5) * width + k - shift)
        to[:, 0] = stats.norm.cdf((0.5 - i) * width + k - shift)
        return np.linalg.solve(np.eye(t) - to, np.ones(t))[0]
    return extrapolated(run, [199, 299, 449, 675, 1013])


def two_sided_ewma(weight, width, shift):
    limit = width * math.sqrt(weight / (2 - weight))

    def run(states):
        half = limit / states
        centre = -limit + half * (2 * np.arange(states) + 1)
        rest = (1 - weight) * centre[:, None]
        to = stats.norm.cdf((centre[None, :] + half - rest) / weight - shift) - stats.norm.cdf(
            (centre[None, :] - half - rest) / weight - shift)
        return np.linalg.solve(np.eye(states) - to, np.ones(states))[states // 2]
    return extrapolated(run, [201, 301, 451, 677, 1015])


def run_lengths():
    """Kind, parameters, shift, run length, relative change of the last step of the extrapolation."""
    rows = []
    for k, h in [(0.5, 4.0), (0.5, 5.0), (0.25, 8.0), (1.0, 2.5), (0.0, 3.0)]:
        for shift in [-1.0, 0.0, 0.25, 0.5, 1.0, 2.0, 4.0]:
            if shift == -1.0 and h > 5:
                continue
            rows.append(["cusum", k, h, shift, *one_sided_cusum(k, h, shift)])
            drift, b = mp.mpf(shift) - k, mp.mpf(h) + mp.mpf("1.166")
            siegmund = b * b if drift == 0 else (mp.exp(-2 * drift * b) + 2 * drift * b - 1) / (2 * drift ** 2)
            rows.append(["siegmund", k, h, shift, float(siegmund), 0.0])
    for weight, width in [(0.05, 2.615), (0.1, 2.814), (0.2, 2.962), (0.25, 2.998), (0.4, 3.054), (1.0, 3.0)]:
        for shift in [0.0, 0.5, 1.0, 3.0]:
            rows.append(["ewma", weight, width, shift, *two_sided_ewma(weight, width, shift)])
    for width in [2.0, 3.0, 3.09]:
        for shift in [0.0, 0.7, 2.0, 9.0]:
            rows.append(["shewhart", width, 0, shift, float(
                1 / (stats.norm.sf(width - shift) + stats.norm.cdf(-width - shift))), 0.0])
    return rows


def charts():
    values = np.round(rng.normal(10, 1, 60) + np.where(np.arange(60) >= 40, 0.9, 0), 3)
    weight, width, z = 0.15, 2.9, 10.0
    ewma, high, low = [], 0.0, 0.0
    cusum = []
    for i, x in enumerate(values, 1):
        z = weight * x + (1 - weight) * z
        half = width * math.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * i)))
        ewma.append([z, 10 - half, 10 + half])
        high, low = max(0.0, high + x - 10 - 0.5), max(0.0, low - x + 10 - 0.5)
        cusum.append([high, low])
    periods = [[int(rng.binomial(n, 0.03)), int(n)] for n in rng.integers(5, 400, 40)]
    errors, units = (sum(p[i] for p in periods) for i in (0, 1))
    share = errors / units
    limits = []
    tail = float(stats.norm.cdf(-3))
    for x, n in periods:
        sigma, poisson = math.sqrt(share * (1 - share) / n), math.sqrt(share / n)
        counts = np.arange(0, n + 1)
        row = [max(0.0, share - 3 * sigma), min(1.0, share + 3 * sigma), max(0.0, share - 3 * poisson), share + 3 * poisson]
        for family in (stats.binom(n, share), stats.poisson(share * n)):
            inside = (family.cdf(counts) > tail) & (family.sf(counts - 1) > tail)
            row += [int(counts[inside].min()), int(counts[inside].max())]
        limits.append(row)
    return {"values": values.tolist(), "ewma": ewma, "cusum": cusum, "periods": periods, "limits": limits}


def moving_range_constants():
    """Mean and standard deviation of the range of two standard normal values, by integration over both."""
    density = stats.norm.pdf
    moment = [integrate.dblquad(lambda y, x: abs(x - y) ** k * density(x) * density(y), -12, 12, -12, lambda x: x,
                                epsabs=1e-13, epsrel=1e-13)[0] * 2 for k in (1, 2)]
    return [moment[0], math.sqrt(moment[1] - moment[0] ** 2)]


def shrinkage():
    """Groups, their prior (α, β) by maximum likelihood, and the posterior mean and 90 % interval of each rater."""
    rows = []
    for n_raters in [3, 8, 20]:
        sizes = rng.integers(5, 800, n_raters)
        rates = rng.beta(2, 60, n_raters)
        groups = [[int(rng.binomial(n, p)), int(n)] for n, p in zip(sizes, rates)]

        def loss(point):
            mean, precision = 1 / (1 + math.exp(-point[0])), math.exp(point[1])
            return -sum(stats.betabinom.logpmf(x, n, mean * precision, (1 - mean) * precision) for x, n in groups)

        found = optimize.minimize(loss, [-3.5, 4], method="Nelder-Mead",
                                  options={"xatol": 1e-11, "fatol": 1e-13, "maxiter": 20_000, "maxfev": 20_000})
        mean, precision = 1 / (1 + math.exp(-found.x[0])), math.exp(found.x[1])
        a, b = mean * precision, (1 - mean) * precision
        posterior = [[float((a + x) / (a + b + n)), *map(float, stats.beta.interval(0.9, a + x, b + n - x))]
                     for x, n in groups]
        rows.append([groups, [float(a), float(b)], posterior])
    return rows


content = {
    "tool": {"statsmodels": statsmodels.__version__, "scipy": scipy.__version__, "numpy": np.__version__,
             "mpmath": mp.__version__},
    "version": scipy.__version__,
    "script": "tests/oracles/statistics/evidence.py",
    "date": "2026-11-24",
    "seed": SEED,
}
for figure in [intervals, lots, large_lots, verdicts, plans, outgoing, searches, sequential, run_lengths, charts,
               moving_range_constants, shrinkage]:
    content[figure.__name__] = figure()
    print(figure.__name__, len(content[figure.__name__]), flush=True)
with open("evidence.json", "w") as file:
    file.write(json.dumps(content).replace("], [", "],\n["))
    file.write("\n")
