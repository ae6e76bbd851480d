"""pycocotools on the data of benches/run_lengths.rs: `mask.iou` of two lists of 400 masks of each kind."""

import numpy as np
from pycocotools import mask as coco

from scenes import Draw, best, rasterise, wavy


def mask(draw):
    return rasterise(wavy(draw, 200))


numbers = iter(range(10**6))


def speckled(draw):
    inside = mask(draw)
    mix = np.arange(512 * 512, dtype=np.uint64) + np.uint64((next(numbers) << 32) + 0x9E3779B97F4A7C15)
    mix = (mix ^ (mix >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mix = (mix ^ (mix >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return inside & (((mix ^ (mix >> np.uint64(31))) >> np.uint64(63)) == 1).reshape(512, 512)


def with_holes(draw):
    inside = rasterise(wavy(draw, 64, (180, 332), (100, 220)))
    for _ in range(12):
        inside &= ~rasterise(wavy(draw, 16, (100, 412), (8, 24)))
    return inside


def cell(draw):
    return rasterise(wavy(draw, 16, (10, 502), (3, 6)))


kinds = [
    ("wavy discs", mask, 15),
    ("speckled discs", speckled, 7),
    ("large with holes", with_holes, 7),
    ("tiny cells", cell, 30),
]
for name, make, n in kinds:
    draw = Draw(7)
    sides = [[coco.encode(np.asfortranarray(make(draw), np.uint8)) for _ in range(400)] for _ in range(2)]
    best(name, lambda: coco.iou(sides[0], sides[1], [0] * 400).sum(), n)
