"""Expected values for the consensus room, from its Python peers.

Writes anaesthetists.json, dawid_skene.json, staple.json and boxes.json. Run: python generate.py, in the folder of this script.
Random inputs come from a small integer generator that the Rust test repeats (Knuth's MMIX), so they are not written down.
"""

import importlib.metadata
import importlib.util
import json
import pathlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import SimpleITK as sitk
from crowdkit.aggregation import DawidSkene, MajorityVote
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from draw import Draw  # noqa: E402

HEAD = {"script": "tests/oracles/consensus/generate.py", "date": "2026-11-24"}


def tool(name):
    return {"tool": name, "version": importlib.metadata.version(name), **HEAD}


# ---- Categories ----

# Dawid & Skene 1979, Table 1: a row per patient; three readings by observer 1, then one each by observers 2 to 5. The paper itself was not
# at hand: two public copies of the table agree (dallascard/dawid_skene, alexandry-augustin/dawid_skene). That of the R package rater has
# 1, 1, 2 instead of 1, 2, 2 for observer 1 and patient 7; with it observer 1 would call 9 % of class 1 by 2, not the 11 % published.
PATIENTS = """
1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223
2322223 4444444 2223343 1111111 2223212 1211111 1112111 1111111 1111111
2222221 2221322 2222222 2222221 2223222 2212222 1111111 1111111 2322222
1111111 1111111 1121121 1111111 3333233 1111111 2222222 2223232 4334343
2212232 2323233 3333432 1111111 1111111 1212111 2322222 1211111 2222222
""".split()
OBSERVER_OF_READING = [0, 0, 0, 1, 2, 3, 4]

# Class shares and each observer's error rates (true class by rows) to two digits, as alexandry-augustin/dawid_skene restates them in
# out/original_paper.
CLASS_SHARES = [0.40, 0.42, 0.11, 0.07]
ERROR_RATES = [
    [[0.89, 0.11, 0, 0], [0.07, 0.88, 0.05, 0], [0, 0.34, 0.66, 0], [0, 0, 0.56, 0.44]],
    [[0.83, 0.17, 0, 0], [0.05, 0.63, 0.31, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
    [[1, 0, 0, 0], [0.11, 0.79, 0.11, 0], [0, 0.40, 0.20, 0.40], [0, 0, 0.67, 0.33]],
    [[0.94, 0.06, 0, 0], [0.05, 0.84, 0.10, 0], [0, 0, 0.80, 0.20], [0, 0, 0.33, 0.67]],
    [[1, 0, 0, 0], [0.16, 0.73, 0.11, 0], [0, 0.21, 0.79, 0], [0, 0, 0.33, 0.67]],
]
# Log-likelihood from iteration to iteration, and the posteriors that are neither 0 nor 1: what that implementation printed.
LOG_LIKELIHOODS = [
    -205.091138294, -194.550952357, -193.159445492, -192.942423964, -192.90931016, -192.897593567, -192.893351421, -192.89180304,
    -192.891229496, -192.891014022, -192.890932178, -192.890900851, -192.8908888, -192.89088415, -192.890882351,
]
POSTERIORS = {
    "7": [0.981, 0.019, 0, 0], "30": [0.9991, 0.0009, 0, 0], "35": [0, 0.948, 0.052, 0],
    "38": [0, 0.0212, 0.9788, 0], "42": [0.9998, 0.0002, 0, 0],
}


def crowd_kit(rows, n_raters, k, n_iterations):
    """Shares of votes, then parameters after a given number of iterations: a tolerance below any change never stops."""
    data = pd.DataFrame(rows, columns=["task", "worker", "label"])
    vote = MajorityVote()
    labels = vote.fit_predict(data)
    model = DawidSkene(n_iter=n_iterations, tol=-np.inf).fit(data)
    errors = np.zeros((n_raters, k, k))
    for (worker, label), row in model.errors_.iterrows():
        for truly in row.index:
            errors[worker, truly, label] = row[truly]
    probas = model.probas_.reindex(columns=range(k), fill_value=0.0).sort_index()
    shares = vote.probas_.reindex(columns=range(k)).fillna(0.0).sort_index()
    return {
        "n_iterations": n_iterations,
        "class_shares": model.priors_.reindex(range(k), fill_value=0.0).tolist(),
        "rates": errors.tolist(),
        "posteriors": [[int(task), row.tolist()] for task, row in zip(probas.index[:40], probas.to_numpy()[:40])],
        "vote_shares": [[int(task), row.tolist()] for task, row in zip(shares.index[:40], shares.to_numpy()[:40])],
        "majority": [[int(task), int(label)] for task, label in labels.sort_index().items()][:200],
    }


def anaesthetists():
    rows = [
        (patient, observer, int(label) - 1)
        for patient, labels in enumerate(PATIENTS)
        for observer, label in zip(OBSERVER_OF_READING, labels)
    ]
    return {
        **tool("crowd-kit"),
        "seed": None,
        "source": "Dawid & Skene 1979, Table 1 and the estimates below it, doi:10.2307/2346806",
        "patients": PATIENTS,
        "class_shares": CLASS_SHARES,
        "error_rates": ERROR_RATES,
        "log_likelihoods": LOG_LIKELIHOODS,
        "posteriors": POSTERIORS,
        "crowd_kit": crowd_kit(rows, 5, 4, 50),
    }


def ratings(seed, n_units, n_raters, k, missing):
    draw = Draw(seed)
    rows = []
    for unit in range(n_units):
        share = draw.share()
        truth = int(share * share * k)
        for rater in range(n_raters):
            if draw.share() < missing:
                continue
            skill = 0.5 + 0.4 * rater / n_raters
            right, other = draw.share() < skill, int(draw.share() * k)
            rows.append((unit, rater, truth if right else other))
    return rows


def dawid_skene():
    cases = []
    for seed, n_units, n_raters, k, missing, n_iterations in [
        (1, 200, 3, 2, 0.0, 1),
        (2, 200, 5, 2, 0.0, 30),
        (3, 300, 4, 3, 0.2, 25),
        (4, 500, 6, 4, 0.3, 40),
        (5, 150, 8, 5, 0.1, 100),
        (6, 400, 5, 2, 0.5, 60),
        (7, 1000, 10, 3, 0.6, 15),
        (8, 60, 2, 2, 0.0, 20),
    ]:
        rows = ratings(seed, n_units, n_raters, k, missing)
        assert len({(rater, label) for _, rater, label in rows}) == n_raters * k, "a label not used by a rater"
        sizes = {"seed": seed, "n_units": n_units, "n_raters": n_raters, "k": k, "missing": missing, "n_ratings": len(rows)}
        cases.append({**sizes, **crowd_kit(rows, n_raters, k, n_iterations)})
    # Rater 2 rates unit 0 only, where nobody gave category 1.
    lone = [(0, 0, 0), (0, 1, 0), (0, 2, 0), (1, 0, 1), (1, 1, 1), (2, 0, 1), (2, 1, 0)]
    never_met = {"rows": lone, **crowd_kit(lone, 3, 2, 3)}
    return {**tool("crowd-kit"), "seed": "of each case", "cases": cases, "never_met": never_met}


# ---- Masks ----


def volumes(seed, n_raters, depth, height, width, fuzz):
    """A box with a hole; every rater flips pixels near nothing in particular, each at a rate of the rater's own."""
    draw = Draw(seed)
    found = np.zeros((n_raters, depth, height, width), np.uint8)
    for z in range(depth):
        for y in range(height):
            for x in range(width):
                inside = 4 <= y < height - 6 and 5 <= x < width - 8 and not (10 <= x < 14 and 9 <= y < 12)
                for rater in range(n_raters):
                    flip = draw.share() < fuzz * (1 + rater)
                    found[rater, z, y, x] = inside != flip
    return found


def staple():
    cases = []
    for seed, n_raters, depth, height, width, fuzz, most in [
        (11, 3, 1, 30, 40, 0.02, 3),
        (12, 3, 1, 30, 40, 0.05, 500),
        (13, 5, 1, 30, 40, 0.04, 500),
        (14, 4, 1, 24, 32, 0.06, 500),
        (15, 2, 1, 24, 32, 0.05, 20),
        (16, 6, 1, 40, 40, 0.03, 500),
        (17, 4, 4, 24, 28, 0.04, 500),
    ]:
        masks = volumes(seed, n_raters, depth, height, width, fuzz)
        images = [sitk.GetImageFromArray(mask if depth > 1 else mask[0]) for mask in masks]
        found = sitk.STAPLEImageFilter()
        found.SetForegroundValue(1.0)
        found.SetMaximumIterations(most)
        probability = sitk.GetArrayFromImage(found.Execute(images)).reshape(masks.shape[1:])
        # The filter counts the turns before the one in which it saw no change.
        elapsed = found.GetElapsedIterations()
        patterns = {}
        for votes, p in zip(masks.reshape(n_raters, -1).T, probability.ravel()):
            patterns.setdefault("".join(map(str, votes)), set()).add(float(p))
        assert all(len(values) == 1 for values in patterns.values())
        labels = sitk.LabelVoting(images, 9)
        voted = sitk.GetArrayFromImage(labels).ravel()
        flat = np.flatnonzero(np.diff(np.concatenate([[0], (voted == 1).astype(int), [0]])))
        cases.append({
            "seed": seed, "n_raters": n_raters, "depth": depth, "height": height, "width": width, "fuzz": fuzz,
            "n_set": [int(n) for n in masks.reshape(n_raters, -1).sum(axis=1)],
            "n_iterations": min(elapsed + 1, most),
            "sensitivity": list(found.GetSensitivity()),
            "specificity": list(found.GetSpecificity()),
            "probabilities": {votes: values.pop() for votes, values in sorted(patterns.items())},
            "majority_bounds": flat.tolist(),
            "n_undecided": int((voted == 9).sum()),
        })
    # All masks empty: what the filter says then.
    empty = [sitk.GetImageFromArray(np.zeros((4, 5), np.uint8)) for _ in range(3)]
    found = sitk.STAPLEImageFilter()
    found.SetForegroundValue(1.0)
    found.SetMaximumIterations(5)
    found.Execute(empty)
    text = [str(value) for value in list(found.GetSensitivity()) + list(found.GetSpecificity())]
    return {**tool("SimpleITK"), "seed": "of each case", "cases": cases, "all_empty": text}


# ---- Boxes ----


def boxes(seed, n_raters, n_findings, jitter, missing, extra):
    draw = Draw(seed)
    raters = [[] for _ in range(n_raters)]
    for _ in range(n_findings):
        x, y, w, h = draw.between(0, 300), draw.between(0, 300), draw.between(20, 60), draw.between(20, 60)
        for rater in raters:
            if draw.share() < missing:
                continue
            edges = [x, y, x + w, y + h]
            rater.append([edge + draw.between(-jitter, jitter) for edge in edges])
    for rater in raters:
        for _ in range(extra):
            x, y = draw.between(0, 300), draw.between(0, 300)
            rater.append([x, y, x + draw.between(10, 40), y + draw.between(10, 40)])
    return raters


def iou(a, b):
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(w, 0.0) * max(h, 0.0)
    area = lambda box: (box[2] - box[0]) * (box[3] - box[1])
    return shared / (area(a) + area(b) - shared)


def complete_linkage(raters, min_iou):
    """Clusters as lists of [rater, place]; two boxes of one rater are further apart than any limit."""
    members = [(r, i) for r, boxes in enumerate(raters) for i in range(len(boxes))]
    n = len(members)
    distance = np.zeros((n, n))
    for a in range(n):
        for b in range(a):
            (ra, ia), (rb, ib) = members[a], members[b]
            distance[a, b] = distance[b, a] = 9.0 if ra == rb else 1 - iou(raters[ra][ia], raters[rb][ib])
    number = fcluster(linkage(squareform(distance), "complete"), 1 - min_iou, "distance")
    clusters = {}
    for member, at in zip(members, number):
        clusters.setdefault(int(at), []).append(list(member))
    return sorted(clusters.values())


def weighted_boxes_fusion():
    """The function alone: the package also imports numba."""
    folder = importlib.util.find_spec("ensemble_boxes").submodule_search_locations[0]
    spec = importlib.util.spec_from_file_location("wbf", pathlib.Path(folder) / "ensemble_boxes_wbf.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.weighted_boxes_fusion


def all_boxes():
    cases = []
    for seed, n_raters, n_findings, jitter, missing, extra, min_iou in [
        (21, 3, 10, 3, 0.1, 1, 0.5),
        (22, 4, 40, 8, 0.2, 3, 0.5),
        (23, 5, 30, 9.5, 0.3, 5, 0.3),
        (24, 2, 60, 6, 0.1, 10, 0.4),
        (25, 6, 50, 9, 0.2, 4, 0.6),
        (26, 8, 20, 9.5, 0.5, 0, 0.25),
    ]:
        raters = boxes(seed, n_raters, n_findings, jitter, missing, extra)
        clusters = complete_linkage(raters, min_iou)
        medians = [np.median([raters[r][i] for r, i in cluster], axis=0).tolist() for cluster in clusters]
        sizes = {"seed": seed, "n_raters": n_raters, "n_findings": n_findings, "jitter": jitter, "missing": missing, "extra": extra}
        cases.append({**sizes, "min_iou": min_iou, "clusters": clusters, "medians": medians})
    fuse = weighted_boxes_fusion()
    apart = []
    for n_raters in (2, 3):
        draw = Draw(30 + n_raters)
        raters = [[] for _ in range(n_raters)]
        for at in range(9):
            x, y = 100.0 * (at % 3), 100.0 * (at // 3)
            for rater in raters:
                rater.append([edge + draw.between(0, 8) for edge in (x + 10, y + 10, x + 60, y + 70)])
        scaled = [[[edge / 300 for edge in box] for box in boxes] for boxes in raters]
        fused, scores, _ = fuse(scaled, [[1.0] * 9] * n_raters, [[0] * 9] * n_raters, iou_thr=0.5)
        apart.append({"n_raters": n_raters, "raters": raters, "fused": sorted((300 * fused).tolist()), "scores": scores.tolist()})
    versions = {name: importlib.metadata.version(name) for name in ("scipy", "numpy", "ensemble-boxes")}
    return {"tools": versions, **HEAD, "seed": "of each case", "cases": cases, "apart": apart}


if __name__ == "__main__":
    here = pathlib.Path(__file__).parent
    for name, make in {"anaesthetists": anaesthetists, "dawid_skene": dawid_skene, "staple": staple, "boxes": all_boxes}.items():
        if len(sys.argv) > 1 and name not in sys.argv[1:]:
            continue
        (here / f"{name}.json").write_text(json.dumps(make(), separators=(",", ":")) + "\n")
