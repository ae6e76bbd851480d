"""Areas, outline distances, mask codes and keypoint similarities from shapely and pycocotools. Writes the JSON files beside it."""

import datetime
import json
import math
from importlib.metadata import version
from pathlib import Path

import numpy as np
import shapely
from pycocotools import mask as coco
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from shapely.geometry import MultiPolygon, Polygon
from shapely.ops import unary_union

SEED = 19120301


def star(rng, n, centre, radius, grid):
    angles = np.sort(rng.uniform(0, 2 * np.pi, n))
    radii = radius * rng.uniform(0.4, 1.0, n)
    ring = np.stack([centre[0] + radii * np.cos(angles), centre[1] + radii * np.sin(angles)], 1)
    return np.round(ring / grid) * grid if grid else ring


def polygon(rng, grid):
    """Parts with holes; on a coarse grid, so that shared edges, touching corners and level edges are common."""
    parts = []
    for _ in range(rng.integers(1, 4)):
        centre, radius = rng.uniform(20, 80, 2), rng.uniform(5, 35)
        n = int(rng.integers(3, 60))
        exterior = Polygon(star(rng, n, centre, radius, grid)).buffer(0)
        if rng.random() < 0.5:
            hole = Polygon(star(rng, 8, centre, radius * 0.4, grid)).buffer(0)
            exterior = exterior.difference(hole)
        parts += [p for p in getattr(exterior, "geoms", [exterior]) if p.area > 0]
    return parts


def rings(part):
    close = lambda ring: [list(p) for p in ring.coords[:-1]]
    return {"exterior": close(part.exterior), "holes": [close(hole) for hole in part.interiors]}


def mean_distance(a, b):
    """By midpoints of 4,000 steps a ring: good to about 1e-5."""
    total = length = 0.0
    for one, other in ((a, b), (b, a)):
        edge = shapely.union_all([shapely.boundary(p) for p in other])
        shapely.prepare(edge)
        for part in one:
            for ring in [part.exterior, *part.interiors]:
                coords = np.asarray(ring.coords)
                for p, q in zip(coords[:-1], coords[1:]):
                    step = math.dist(p, q)
                    n = max(20, int(4000 * step / ring.length))
                    share = (np.arange(n)[:, None] + 0.5) / n
                    points = shapely.points(p + share * (q - p))
                    total += float(shapely.distance(points, edge).mean()) * step
                    length += step
    return total / length


def write(name, head, cases):
    base = {"date": datetime.date.today().isoformat(), "script": "tests/oracles/overlap/make.py", "seed": SEED}
    lines = ",\n".join(json.dumps(case) for case in cases)
    text = json.dumps(head | base)[:-1] + ', "cases": [\n' + lines + "\n]}\n"
    Path(__file__).with_name(name).write_text(text)
    print(name, len(cases), "cases")


def polygons(rng):
    cases = []
    for index in range(240):
        grid = (None, 1.0, 5.0, 10.0)[index % 4]
        a, b = polygon(rng, grid), polygon(rng, grid)
        if index % 12 == 0:
            b = a
        if not a or not b:
            continue
        whole_a, whole_b = unary_union(a), unary_union(b)
        case = {
            "a": {"parts": [rings(p) for p in a]},
            "b": {"parts": [rings(p) for p in b]},
            "areas": [whole_a.area, whole_b.area, whole_a.intersection(whole_b).area],
            "perimeter": sum(p.length for p in a),
            "centroid": [whole_a.centroid.x, whole_a.centroid.y],
        }
        if index < 60:
            case["mean_distance"] = mean_distance(a, b)
        cases.append(case)
    write("polygons.json", {"tool": "shapely", "version": version("shapely")}, cases)


def masks(rng):
    cases = []
    for _ in range(200):
        h, w = (int(n) for n in rng.integers(1, 40, 2))
        pair = [np.asfortranarray(rng.random((h, w)) < rng.uniform(0, 1), np.uint8) for _ in range(2)]
        codes = [coco.encode(m) for m in pair]
        cases.append({
            "size": [w, h],
            "rasters": ["".join(map(str, m.ravel(order="C"))) for m in pair],
            "counts": [c["counts"].decode() for c in codes],
            "areas": [int(coco.area(c)) for c in codes],
            "iou": float(coco.iou([codes[0]], [codes[1]], [0])[0, 0]),
            "both_empty": not pair[0].any() and not pair[1].any(),
        })
    write("masks.json", {"tool": "pycocotools", "version": version("pycocotools")}, cases)


def keypoints(rng):
    cases = []
    for _ in range(60):
        n = 17
        truth = np.concatenate([rng.uniform(0, 100, (n, 2)), np.full((n, 1), 2)], 1)
        guess = np.concatenate([truth[:, :2] + rng.normal(0, 6, (n, 2)), np.full((n, 1), 1)], 1)
        area = float(rng.uniform(200, 5000))
        common = {"id": 1, "image_id": 1, "category_id": 1}
        data = COCO()
        data.dataset = {
            "images": [{"id": 1}],
            "categories": [{"id": 1}],
            "annotations": [common | {
                "keypoints": truth.ravel().tolist(), "num_keypoints": n, "area": area,
                "iscrowd": 0, "bbox": [0, 0, 100, 100],
            }],
        }
        data.createIndex()
        found = data.loadRes([common | {"keypoints": guess.ravel().tolist(), "score": 1.0}])
        judge = COCOeval(data, found, "keypoints")
        judge._prepare()
        cases.append({
            "reference": truth[:, :2].tolist(), "candidate": guess[:, :2].tolist(), "area": area,
            "sigmas": judge.params.kpt_oks_sigmas.tolist(), "oks": float(judge.computeOks(1, 1)[0, 0]),
        })
    write("keypoints.json", {"tool": "pycocotools", "version": version("pycocotools")}, cases)


rng = np.random.default_rng(SEED)
polygons(rng)
masks(rng)
keypoints(rng)
