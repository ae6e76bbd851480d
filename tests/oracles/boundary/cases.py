"""Seeded pairs of small masks and volumes. `src/geometry/boundary_cases.rs` draws the same ones; whole numbers only, so both agree."""

import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from draw import Draw  # noqa: E402

DATE = "2026-11-24"
SEED = 20211123
N_VOLUMES = 500
N_MASKS = 250
KINDS = [
    "lumps",
    "noise",
    "reference empty",
    "candidate or both empty",
    "one voxel each",
    "touching the border",
    "full",
    "identical",
    "one slice or row",
    "one voxel thick",
]


def lumps(draw, shape, at_border):
    raster = np.zeros(shape, bool)
    grid = np.ogrid[tuple(slice(0, side) for side in shape)]
    for _ in range(draw.whole(1, 4)):
        centre = [draw.whole(0, side) for side in shape]
        if at_border:
            axis = draw.whole(0, 3)
            centre[axis] = (shape[axis] - 1) * draw.whole(0, 2)
        radius = draw.whole(1, 6)
        weights = [draw.whole(1, 4) for _ in shape]
        raster |= sum(w * (g - c) ** 2 for w, g, c in zip(weights, grid, centre)) <= radius * radius
    return raster


def noise(draw, shape):
    share = draw.whole(5, 70)
    return np.array([draw.whole(0, 100) < share for _ in range(int(np.prod(shape)))]).reshape(shape)


def voxel(draw, shape):
    raster = np.zeros(shape, bool)
    raster[tuple(draw.whole(0, side) for side in shape)] = True
    return raster


def plate(draw, shape):
    raster = np.zeros(shape, bool)
    axis = draw.whole(0, 3)
    at = draw.whole(0, shape[axis])
    side = [n for index, n in enumerate(shape) if index != axis]
    layer = np.array([draw.whole(0, 10) < 8 for _ in range(side[0] * side[1])]).reshape(side)
    raster[tuple(at if index == axis else slice(None) for index in range(3))] = layer
    return raster


def case(draw, index, is_flat):
    """Shape `(z, y, x)`, spacing in mm, a tolerance in mm, and the two rasters; a flat case has one slice."""
    kind = index % len(KINDS)
    shape = [draw.whole(1, 13) for _ in range(3)]
    if is_flat or kind == 8:
        shape[0] = 1
    if is_flat and kind == 8:
        shape[1] = 1
    spacing = [draw.whole(200, 5000) / 1000 for _ in range(3)]
    tolerance = draw.whole(100, 6000) / 1000
    empty = np.zeros(shape, bool)
    if kind == 1 or kind == 8:
        a, b = noise(draw, shape), noise(draw, shape)
    elif kind == 2:
        a, b = empty, lumps(draw, shape, False)
    elif kind == 3:
        a = lumps(draw, shape, False)
        b = empty
        a = empty if index % 20 == 3 else a
    elif kind == 4:
        a, b = voxel(draw, shape), voxel(draw, shape)
    elif kind == 5:
        a, b = lumps(draw, shape, True), lumps(draw, shape, True)
    elif kind == 6:
        b = lumps(draw, shape, False)
        b = ~empty if index % 20 == 6 else b
        a = ~empty
    elif kind == 7:
        a = noise(draw, shape)
        b = a
    elif kind == 9:
        a, b = plate(draw, shape), plate(draw, shape)
    else:
        a, b = lumps(draw, shape, False), lumps(draw, shape, False)
    return {"kind": KINDS[kind], "shape": shape, "spacing": spacing, "tolerance": tolerance, "a": a, "b": b}


def cases(is_flat):
    draw = Draw(SEED)
    drawn = [case(draw, index, is_flat) for index in range(N_MASKS if is_flat else N_VOLUMES)]
    if is_flat:
        for one in drawn:
            one["a"], one["b"] = one["a"][0], one["b"][0]
            one["spacing"] = one["spacing"][1:]
    return drawn


def write(name, tool, version, rows, **further):
    head = {"tool": tool, "version": version, "script": f"tests/oracles/boundary/{name}.py", "date": DATE, "seed": SEED} | further
    lines = {key: "[\n" + ",\n".join(json.dumps(row) for row in value) + "\n]" for key, value in rows.items()}
    text = json.dumps(head)[:-1] + "".join(f', "{key}": {value}' for key, value in lines.items()) + "}\n"
    path = Path(__file__).with_name(name + ".json")
    path.write_text(text)
    print(path.name, len(text), {key: len(value) for key, value in rows.items()})
