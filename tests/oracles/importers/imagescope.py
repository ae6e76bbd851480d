"""Areas and bounds of the regions of an ImageScope sample by lxml and shapely; of ellipses by their half axes, of arrows lengths.

Run from the folder of samples: python <project>/tests/oracles/importers/imagescope.py > <project>/tests/oracles/importers/imagescope.json
"""
import datetime, json, math
import lxml.etree, shapely

regions = {}
for a, annotation in enumerate(lxml.etree.parse("pathology-formats/test.xml").getroot().iter("Annotation")):
    bgr = int(annotation.get("LineColor")).to_bytes(3, "big")
    label = annotation.get("Name") or "#" + bytes(reversed(bgr)).hex()
    for r, region in enumerate(annotation.iter("Region")):
        ring = [(float(v.get("X")), float(v.get("Y"))) for v in region.iter("Vertex")]
        points = shapely.MultiPoint(ring)
        x0, y0, x1, y1 = points.bounds
        kind = region.get("Type")
        area = {"0": lambda: shapely.Polygon(ring).area, "1": lambda: (x1 - x0) * (y1 - y0),
                "2": lambda: math.pi * (x1 - x0) * (y1 - y0) / 4,
            "3": lambda: shapely.LineString(ring).length}[kind]()
        assert region.get("NegativeROA") == "0"
        regions[f"Annotation[{a}]/Region[{r}]"] = {"label": label, "type": kind, "area_bounds": [area, x0, y0, x1, y1]}
tool = f"lxml {lxml.etree.__version__}, shapely {shapely.__version__}"
print(json.dumps({"tool": tool, "date": str(datetime.date.today()), "regions": regions}, indent=1))
