"""Areas of the outlines of a fixture in ASAP XML by lxml and shapely (no real file is at hand).

Run from the project: python tests/oracles/importers/asap.py > tests/oracles/importers/asap.json
"""
import datetime, json
import lxml.etree, shapely

areas = {}
for at, annotation in enumerate(lxml.etree.parse("tests/fixtures/asap/good/slide_8.tif.xml").iter("Annotation")):
    points = sorted(annotation.iter("Coordinate"), key=lambda c: int(c.get("Order")))
    ring = [(float(c.get("X").replace(",", ".")), float(c.get("Y").replace(",", "."))) for c in points]
    if annotation.get("Type") in ("Polygon", "Rectangle", "Spline"):
        areas[f"Annotation[{at}]"] = shapely.Polygon(ring).area
tool = f"lxml {lxml.etree.__version__}, shapely {shapely.__version__}"
print(json.dumps({"tool": tool, "date": str(datetime.date.today()), "areas": areas}, indent=1))
