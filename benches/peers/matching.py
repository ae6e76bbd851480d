"""shapely's STRtree and SciPy on the data of benches/matching.rs.

`by component`: candidates of the whole tree in one call, IoU in NumPy, then SciPy's solver on a dense matrix for each connected component.
`dense`: one matrix of all against all, as it is usually done; only with the argument `dense`, for it takes gigabytes.
"""

import sys

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from shapely import STRtree, box

from scenes import Draw, best


def moved(draw, a, by):
    offsets = np.array([[draw.between(-by, by), draw.between(-by, by)] for _ in a])
    return a + np.concatenate([offsets, offsets], 1)


def within(draw, x, y, side):
    x, y = x + draw.between(0, side), y + draw.between(0, side)
    return (x, y, x + draw.between(10, 40), y + draw.between(10, 40))


def scattered(draw, n, side):
    return np.array([within(draw, 0, 0, side) for _ in range(n)])


def clustered(draw):
    return np.array([within(draw, c % 10 * 300.0, c // 10 * 300.0, 60) for c in range(100) for _ in range(100)])


def under_giants(draw):
    boxes = scattered(draw, 10000, 4000)
    boxes[::500] = [(0, 0, 4000 + x, 4000 + y) for x, y, _, _ in boxes[::500]]
    return boxes


def strips(draw):
    left = [(i * 4.0 + draw.between(0, 4), draw.between(10, 40)) for i in range(10000)]
    return np.array([(x, 0, x + w, 10000) for x, w in left])


def candidates(a, b):
    rows, columns = STRtree(box(*b.T)).query(box(*a.T))
    p, q = a[rows], b[columns]
    size = np.clip(np.minimum(p[:, 2:], q[:, 2:]) - np.maximum(p[:, :2], q[:, :2]), 0, None)
    shared = size.prod(1)
    area = lambda r: (r[:, 2] - r[:, 0]) * (r[:, 3] - r[:, 1])
    iou = shared / (area(p) + area(q) - shared)
    keep = iou >= 0.1
    return rows[keep], columns[keep], iou[keep]


def dense(a, b):
    rows, columns, iou = candidates(a, b)
    matrix = np.zeros((len(a), len(b)), np.float32)
    matrix[rows, columns] = iou
    rows, columns = linear_sum_assignment(matrix, maximize=True)
    return float(matrix[rows, columns].sum(dtype=float))


def by_component(a, b):
    rows, columns, iou = candidates(a, b)
    n = len(a) + len(b)
    _, label = connected_components(coo_matrix((iou, (rows, columns + len(a))), (n, n)), directed=False)
    order = np.argsort(label[rows], kind="stable")
    rows, columns, iou = rows[order], columns[order], iou[order]
    ends = np.flatnonzero(np.diff(label[rows])) + 1
    total = 0.0
    for first, last in zip([0, *ends], [*ends, len(rows)]):
        if last == first + 1:
            total += iou[first]
            continue
        r, i = np.unique(rows[first:last], return_inverse=True)
        c, j = np.unique(columns[first:last], return_inverse=True)
        matrix = np.zeros((len(r), len(c)))
        matrix[i, j] = iou[first:last]
        i, j = linear_sum_assignment(matrix, maximize=True)
        total += matrix[i, j].sum()
    return float(total)


scenes = [
    ("10000 spread", 3, lambda draw: scattered(draw, 10000, 4000)),
    ("100 clusters of 100", 6, clustered),
    ("3000 in one component", 6, lambda draw: scattered(draw, 3000, 600)),
    ("10000 in one component", 6, lambda draw: scattered(draw, 10000, 1100)),
    ("10000 under 20 giants", 3, under_giants),
    ("10000 strips", 3, strips),
]
for name, by, scene in scenes:
    draw = Draw(7)
    a = scene(draw)
    b = moved(draw, a, by)
    best(f"{name}, by component", lambda: by_component(a, b), 3)
    if "dense" in sys.argv:
        best(f"{name}, dense", lambda: dense(a, b), 1)
