"""Areas and bounds of the objects of a QuPath sample by shapely.

Run from the folder of samples: python <project>/tests/oracles/importers/qupath.py > <project>/tests/oracles/importers/qupath.json
"""
import datetime, json
import shapely
from shapely.geometry import shape

data = json.load(open("pathology-formats/files/qupath05.geojson"))
objects = {}
for feature in data["features"]:
    geometry = shape(feature["geometry"])
    properties = feature["properties"]
    label = (properties.get("classification") or {}).get("name") or properties.get("name")
    objects[feature["id"]] = {"label": label, "area_bounds": [geometry.area, *geometry.bounds]}
print(json.dumps({"tool": f"shapely {shapely.__version__}", "date": str(datetime.date.today()), "objects": objects}, indent=1))
