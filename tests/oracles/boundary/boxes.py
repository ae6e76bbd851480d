"""Bounds of seeded boxes by shapely; writes boxes.json. A box may be given by any two opposite corners."""

from importlib.metadata import version

from cases import SEED, Draw, write
from shapely.geometry import MultiPoint

draw = Draw(SEED)
rows = []
for _ in range(100):
    sides = [[[draw.whole(-2000, 2000) / 16 for _ in range(2)] for _ in range(2)] for _ in range(2)]
    reference, candidate = (MultiPoint(corners).bounds for corners in sides)
    edges = [there - here for here, there in zip(reference, candidate)]
    rows.append({"corners": sides, "edges": edges, "largest": max(map(abs, edges))})
write("boxes", "shapely", version("shapely"), {"boxes": rows})
