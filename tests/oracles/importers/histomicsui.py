"""Corners of the turned shapes of `tests/fixtures/histomicsui/good/slide.json`, turned by shapely. With y downwards, a positive angle of
shapely's goes from x towards y, as `rotate` of large_image does.

Usage: /opt/peers/bin/python histomicsui.py <folder of fixtures> > histomicsui.json
"""
import datetime
import json
import pathlib
import sys

import shapely
import shapely.affinity

corners = {}
for one in json.loads((pathlib.Path(sys.argv[1]) / "histomicsui/good/slide.json").read_text())["elements"]:
    if one.get("rotation"):
        (x, y, _), width, height = one["center"], one["width"], one["height"]
        box = shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        turned = shapely.affinity.rotate(box, one["rotation"], origin=(x, y), use_radians=True)
        corners[one["id"]] = [list(point) for point in turned.exterior.coords[:-1]]
json.dump({"tools": {"python": sys.version.split()[0], "shapely": shapely.__version__}, "date": str(datetime.date.today()),
           "script": "tests/oracles/importers/histomicsui.py", "corners": corners}, sys.stdout, indent=1)
print()
