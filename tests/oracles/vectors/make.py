"""Areas, outlines, lines, rotated boxes, ellipses and cuboids as shapely and numpy see them. Writes the JSON files beside it.

The shapes come from the integer generator below, by sums and products alone, so that the Rust test makes the same ones to the last
bit and the files hold answers only.
"""

import cmath
import datetime
import json
import math
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import shapely
from scipy.integrate import quad
from shapely import affinity
from shapely.geometry import LineString, MultiPolygon, Polygon, box

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from draw import Draw  # noqa: E402

SEED = 20261124


def star(draw, n, centre, radius, step):
    """Corners by rising place on the square |x| + |y| = 1 around the centre; on multiples of `step` unless it is 0."""
    ring = []
    for index in range(n):
        place = 4.0 * ((index + 0.9 * draw.share()) / n)
        side = int(place)
        along = place - side
        x, y = [(1.0 - along, along), (-along, 1.0 - along), (along - 1.0, -along), (along, along - 1.0)][side]
        r = radius * draw.between(0.3, 1.0)
        point = [centre[0] + r * x, centre[1] + r * y]
        if step > 0.0:
            point = [math.floor(value / step + 0.5) * step for value in point]
        ring.append(point)
    return ring


def polygon(draw, step):
    """One to three parts, some with a hole."""
    parts = []
    for _ in range(1 + draw.below(3)):
        centre = [draw.between(20.0, 80.0), draw.between(20.0, 80.0)]
        radius = draw.between(8.0, 35.0)
        n = 4 + draw.below(36)
        exterior = star(draw, n, centre, radius, step)
        holes = []
        if n >= 12 and draw.share() < 0.6:
            holes.append(star(draw, 8, centre, 0.15 * radius, step))
        parts.append((exterior, holes))
    return parts


def crossing(draw):
    """A ring of corners anywhere; most cross themselves."""
    return [[draw.between(0.0, 9.0), draw.between(0.0, 9.0)] for _ in range(4 + draw.below(6))]


def line(draw):
    n = 2 + draw.below(30)
    x, y = draw.between(0.0, 9.0), draw.between(0.0, 9.0)
    points = [[x, y]]
    for _ in range(n - 1):
        x, y = x + draw.between(-1.0, 3.0), y + draw.between(-2.0, 2.0)
        points.append([x, y])
    return points


def turned(draw):
    """Centre, sizes and angle in degrees of a rectangle or an ellipse."""
    return [draw.between(0.0, 20.0), draw.between(0.0, 20.0), draw.between(1.0, 15.0), draw.between(1.0, 15.0), draw.between(0.0, 360.0)]


def write(name, cases, n_drawn, tools):
    head = {
        "tool": tools[0],
        "version": version(tools[0]),
        "tools": {tool: version(tool) for tool in tools} | {"GEOS": shapely.geos_version_string},
        "script": "tests/oracles/vectors/make.py",
        "date": datetime.date(2026, 11, 24).isoformat(),
        "seed": SEED,
        "n_drawn": n_drawn,
    }
    lines = ",\n".join(json.dumps(case) for case in cases)
    Path(__file__).with_name(name).write_text(json.dumps(head)[:-1] + ', "cases": [\n' + lines + "\n]}\n")
    print(name, len(cases), "of", n_drawn)


def outline(parts):
    rings = [ring for part in parts for ring in [part.exterior, *part.interiors]]
    return shapely.MultiLineString([list(ring.coords) for ring in rings])


def polygons():
    draw, cases, n = Draw(SEED), [], 800
    for index in range(n):
        step = (0.0, 0.0, 1.0, 2.0)[index % 4]
        pair = [[Polygon(*part) for part in polygon(draw, step)] for _ in range(2)]
        if not all(part.is_valid for parts in pair for part in parts):
            continue
        a, b = (shapely.union_all(parts) for parts in pair)
        lines = [outline(parts) for parts in pair]
        case = {
            "index": index,
            "areas": [a.area, b.area],
            "intersection": a.intersection(b).area,
            "union": a.union(b).area,
            "symmetric_difference": a.symmetric_difference(b).area,
            "centroid": [a.centroid.x, a.centroid.y],
            "length": lines[0].length,
            "distance": shapely.distance(*lines),
        }
        if len(cases) % 4 == 0:
            case["hausdorff_of_corners"] = shapely.hausdorff_distance(*lines)
            case["hausdorff_dense"] = shapely.hausdorff_distance(*lines, densify=0.002)
            # Points on an edge are at most this far from one that was looked at.
            edges = [math.dist(p, q) for l in lines for ring in l.geoms for p, q in zip(ring.coords, ring.coords[1:])]
            case["hausdorff_step"] = 0.001 * max(edges)
        cases.append(case)
    write("polygons.json", cases, n, ["shapely", "numpy"])


def crossings():
    """Rings that cross themselves: what `make_valid` covers, and how many times the plane is wound around."""
    draw, cases, n = Draw(SEED + 1), [], 200
    for index in range(n):
        pair = [crossing(draw), crossing(draw)]
        shapes = [Polygon(ring) for ring in pair]
        # Even-odd by faces: every face of the noded outline whose inner point has an odd number of edges to its right.
        odd = []
        for ring in pair:
            noded = shapely.node(shapely.LineString(ring + ring[:1]))
            faces = shapely.polygonize([noded]).geoms
            def is_odd(face, ring=ring):
                p = face.representative_point()
                hits = 0
                for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1]):
                    if (y0 <= p.y) != (y1 <= p.y):
                        hits += p.x < x0 + (p.y - y0) * (x1 - x0) / (y1 - y0)
                return hits % 2 == 1
            odd.append(shapely.union_all([face for face in faces if is_odd(face)]))
        cases.append({
            "index": index,
            "is_valid": [bool(s.is_valid) for s in shapes],
            "even_odd": [s.area for s in odd],
            "even_odd_intersection": odd[0].intersection(odd[1]).area,
            "linework": [shapely.make_valid(s).area for s in shapes],
            "structure": [shapely.make_valid(s, method="structure", keep_collapsed=False).area for s in shapes],
            "buffer_0": [s.buffer(0).area for s in shapes],
        })
    write("crossings.json", cases, n, ["shapely", "numpy"])


def mean_distance(a, b):
    """Both directions by adaptive integration, each edge cut where it is nearest to a corner of the other line."""
    total = length = 0.0
    for one, other in ((a, b), (b, a)):
        target = LineString(other)
        for p, q in zip(one, one[1:]):
            p, q = np.array(p), np.array(q)
            step = float(np.hypot(*(q - p)))
            distance = lambda t: shapely.distance(shapely.Point(p + t * (q - p)), target)
            feet = [float(np.dot(np.array(c) - p, q - p) / step**2) for c in other]
            cuts = sorted({0.0, 1.0, *[t for t in feet if 0.0 < t < 1.0]})
            for low, high in zip(cuts, cuts[1:]):
                total += step * quad(distance, low, high, limit=400, epsabs=1e-10, epsrel=1e-10)[0]
            length += step
    return total / length


def frechet(a, b):
    """The dynamic programme of Eiter & Mannila over all pairs of points."""
    reached = {}
    for i, p in enumerate(a):
        for j, q in enumerate(b):
            before = [reached[at] for at in ((i - 1, j), (i, j - 1), (i - 1, j - 1)) if at in reached]
            reached[i, j] = max(math.dist(p, q), min(before)) if before else math.dist(p, q)
    return reached[len(a) - 1, len(b) - 1]


def lines():
    draw, cases, n = Draw(SEED + 2), [], 300
    for index in range(n):
        pair = [line(draw), line(draw)]
        a, b = (LineString(points) for points in pair)
        arms = [pair[side][:3] if len(pair[side]) > 2 else None for side in range(2)]
        angle = lambda p, v, q: abs(math.degrees(cmath.phase((complex(*q) - complex(*v)) / (complex(*p) - complex(*v)))))
        heading = lambda points: math.degrees(cmath.phase(complex(*points[-1]) - complex(*points[0])))
        turn = (complex(*pair[1][-1]) - complex(*pair[1][0])) / (complex(*pair[0][-1]) - complex(*pair[0][0]))
        case = {
            "index": index,
            "frechet": [frechet(pair[0], pair[1]), frechet(pair[0], pair[1][::-1])],
            "frechet_of_shapely": [shapely.frechet_distance(a, b), shapely.frechet_distance(a, shapely.reverse(b))],
            "lengths": [a.length, b.length],
            "angles": [angle(*arm) if arm else None for arm in arms],
            "headings": [heading(points) for points in pair],
            "turn": math.degrees(cmath.phase(turn)),
            "half_turn": 0.5 * math.degrees(cmath.phase(turn * turn)),
        }
        if index < 25:
            case["mean_distance"] = mean_distance(*pair)
        cases.append(case)
    write("lines.json", cases, n, ["shapely", "numpy"])


def rotated(x, y, width, height, degrees):
    flat = box(x - 0.5 * width, y - 0.5 * height, x + 0.5 * width, y + 0.5 * height)
    return affinity.rotate(flat, degrees, origin=(x, y))


def rectangles():
    draw, cases, n = Draw(SEED + 3), [], 400
    for index in range(n):
        a, b = turned(draw), turned(draw)
        if index % 4 == 1:
            b[4] = a[4]
        if index % 4 == 2:
            b[4] = a[4] + 90.0
        p, q = rotated(*a), rotated(*b)
        cases.append({"index": index, "areas": [p.area, q.area], "intersection": p.intersection(q).area})
    write("rectangles.json", cases, n, ["shapely", "numpy"])


def ellipse(x, y, rx, ry, degrees, n=200_000):
    """A polygon of the ellipse's area, within (2π/n)² / 12 of the longer half axis of its outline."""
    step = 2 * np.pi / n
    stretch = math.sqrt(step / math.sin(step))
    t = step * np.arange(n)
    ring = np.stack([rx * stretch * np.cos(t), ry * stretch * np.sin(t)], 1)
    return affinity.translate(affinity.rotate(Polygon(ring), degrees, origin=(0, 0)), x, y)


def ellipses():
    draw, cases, n = Draw(SEED + 4), [], 60
    for index in range(n):
        p, q = ellipse(*turned(draw)), ellipse(*turned(draw))
        cases.append({"index": index, "areas": [p.area, q.area], "intersection": p.intersection(q).area})
    write("ellipses.json", cases, n, ["shapely", "numpy"])


def cuboids():
    draw, cases, n = Draw(SEED + 5), [], 400
    for index in range(n):
        sides = []
        for _ in range(2):
            x, y, width, length, degrees = turned(draw)
            z, height = draw.between(0.0, 6.0), draw.between(1.0, 8.0)
            sides.append((rotated(x, y, width, length, degrees), z - 0.5 * height, z + 0.5 * height))
        (p, low_p, high_p), (q, low_q, high_q) = sides
        height = max(0.0, min(high_p, high_q) - max(low_p, low_q))
        shared = p.intersection(q).area * height
        volumes = [p.area * (high_p - low_p), q.area * (high_q - low_q)]
        cases.append({"index": index, "volumes": volumes, "intersection": shared, "iou": shared / (sum(volumes) - shared)})
    write("cuboids.json", cases, n, ["shapely", "numpy"])


polygons()
crossings()
lines()
rectangles()
ellipses()
cuboids()
