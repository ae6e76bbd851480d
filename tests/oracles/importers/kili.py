"""What Kili samples hold, counted by the json module; areas and centres by shapely.

Usage: /opt/peers/bin/python kili.py <folder of samples> > kili.json
"""
import collections
import datetime
import json
import pathlib
import sys

import shapely

data = pathlib.Path(sys.argv[1])


def ring(held, width, height):
    return [(p["x"] * width, p["y"] * height) for p in held["normalizedVertices"]]


files = {}
for name in ["image_project_assets", "image_project_assets_for_coco", "video_project_assets", "pdf_project_assets", "geotiff_image_project_assets"]:
    kinds, shapes, n_skipped = collections.Counter(), [], 0
    for asset in json.loads((data / f"kili/fakes/{name}.json").read_text()):
        item = asset["externalId"].removesuffix(".jpg")
        response = asset["latestLabel"]["jsonResponse"]
        if name.startswith(("pdf", "geotiff")):
            # On pages and maps.
            for job in response.values():
                n_skipped += len(job.get("annotations", []))
                kinds["classification"] += len(job.get("categories", []))
            continue
        width, height = asset["resolution"]["width"], asset["resolution"]["height"]
        if name.startswith("video"):
            tracks = collections.defaultdict(list)
            for frame, jobs in response.items():
                for job in jobs.values():
                    for one in job["annotations"]:
                        tracks[one["mid"]].append([int(frame), shapely.Polygon(ring(one["boundingPoly"][0], width, height)).area])
            for mid, frames in tracks.items():
                kinds["track"] += 1
                shapes.append({"item": item, "id": mid, "frames": sorted(frames)})
            continue
        parts = collections.defaultdict(list)
        for job in response.values():
            for one in job.get("annotations", []):
                kind = one["type"]
                if kind == "semantic" and len(one["boundingPoly"][0]["normalizedVertices"]) > 2:
                    parts[one["mid"]].append(shapely.Polygon(ring(one["boundingPoly"][0], width, height)))
                elif kind in ("rectangle", "polygon", "semantic"):
                    # The sample's outlines are cut to two corners.
                    n_skipped += 1
                else:
                    kinds["polyline" if kind == "polyline" else "keypoints"] += 1
        for mid, polygons in parts.items():
            kinds["polygon"] += 1
            if all(polygon.is_valid for polygon in polygons):
                whole = shapely.union_all(polygons)
                shapes.append({"item": item, "id": mid, "area": whole.area, "x": whole.centroid.x, "y": whole.centroid.y})
    files[f"kili/fakes/{name}.json"] = {"kinds": {k: n for k, n in kinds.items() if n}, "n_skipped": n_skipped, "shapes": shapes}
json.dump({"tools": {"python": sys.version.split()[0], "shapely": shapely.__version__}, "date": str(datetime.date.today()),
           "script": "tests/oracles/importers/kili.py", "files": files}, sys.stdout, indent=1)
print()
