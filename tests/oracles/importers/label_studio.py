"""Brush masks, tracks and shapes as others read them: label-studio-sdk's own encoder of brushes and filler of keyframes, shapely, plain Python.

Usage: label_studio.py <folder of samples> > label_studio.json
"""
import copy, datetime, json, random, sys
from importlib.metadata import version
import numpy
from shapely.geometry import Polygon
from label_studio_sdk.converter.brush import decode_rle, encode_rle
from label_studio_sdk._extensions.label_studio_tools.postprocessing.video import extract_key_frames

root = sys.argv[1]
dice = random.Random(7)


def brush(width, height, alpha, share):
    mask = numpy.zeros((height, width), bool)
    for _ in range(6):
        x, y = dice.randrange(width), dice.randrange(height)
        mask[y:y + dice.randrange(1, height), x:x + dice.randrange(1, width)] ^= True
    for _ in range(int(share * width * height)):
        mask[dice.randrange(height), dice.randrange(width)] ^= True
    pixels = numpy.zeros((height, width, 4), numpy.uint8)
    pixels[..., :3] = dice.randrange(256)
    pixels[..., 3] = numpy.where(mask, alpha, 0)
    rle = encode_rle(pixels.flatten())
    assert (decode_rle(rle).reshape(height, width, 4) == pixels).all()
    flat = numpy.concatenate([[0], mask.flatten().astype(int), [0]])
    return {"width": width, "height": height, "rle": rle, "bounds": numpy.flatnonzero(numpy.diff(flat)).tolist()}


def track(n_frames):
    frames = sorted(dice.sample(range(1, n_frames + 1), 4))
    sequence = [{"frame": frame, "enabled": dice.random() < 0.7, "time": frame / 25, "rotation": dice.randrange(-80, 80),
                 **{name: round(dice.uniform(1, 60), 3) for name in ("x", "y", "width", "height")}} for frame in frames]
    value = {"framesCount": n_frames, "duration": n_frames / 25, "labels": ["x"], "sequence": sequence}
    result = {"id": "t", "type": "videorectangle", "from_name": "box", "to_name": "video", "value": value}
    filled = extract_key_frames([copy.deepcopy(result)])[0]["value"]["sequence"]
    names = ("x", "y", "width", "height", "rotation")
    return {"result": result, "frames": {key["frame"] - 1: [key[name] for name in names] for key in filled}}


FILES = ("test_export_yolo/data_polygons.json", "test_export_yolo/data_keypoints.json", "test_export_json_min/data.json",
         "test_export_coco/data.json", "test_export_csv/csv_test.json")
shapes = {}
for name in FILES:
    path = f"labelstudio/data/{name}"
    found = {"polygons": [], "points": [], "predicted": []}
    for task in json.load(open(f"{root}/{path}")):
        size = None
        for annotation in task["annotations"]:
            for one in annotation["result"]:
                value = one.get("value", {})
                size = (one["original_width"], one["original_height"]) if "original_width" in one else size
                if one["type"] == "polygonlabels":
                    outline = Polygon([(x * size[0] / 100, y * size[1] / 100) for x, y in value["points"]])
                    found["polygons"].append([outline.area, outline.centroid.x, outline.centroid.y])
                if one["type"] == "keypointlabels":
                    found["points"].append([value["x"] * size[0] / 100, value["y"] * size[1] / 100])
        for prediction in task.get("predictions", []):
            for one in prediction["result"]:
                box = [one["value"][side] * size[at % 2] / 100 for at, side in enumerate(("x", "y", "width", "height"))]
                found["predicted"].append([one["score"], box[0], box[1], box[0] + box[2], box[1] + box[3]])
    shapes[path] = {kind: sorted(rows) for kind, rows in found.items()}
print(json.dumps({
    "script": "tests/oracles/importers/label_studio.py", "date": datetime.date.today().isoformat(),
    "versions": {name: version(name) for name in ("label-studio-sdk", "numpy", "shapely")},
    "brushes": [brush(*size) for size in ((40, 30, 255, 0.0), (17, 23, 255, 0.05), (64, 5, 200, 0.3), (3, 90, 255, 0.2), (31, 31, 255, 0.5))],
    "tracks": [track(n) for n in (9, 20, 37, 60)],
    "shapes": shapes,
}))
