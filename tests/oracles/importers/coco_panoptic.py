"""Segments of the panoptic samples by numpy and Pillow: number, label, pixels, sums of columns and rows.

Usage: coco_panoptic.py <folder of samples> > coco_panoptic.json
"""
import datetime, json, sys
import numpy, PIL
from PIL import Image

FOLDER = "datumaro-assets/coco_dataset/coco_panoptic/annotations"
answers = {}
for split in ("train", "val"):
    held = json.load(open(f"{sys.argv[1]}/{FOLDER}/panoptic_{split}.json"))
    names = {category["id"]: category["name"] for category in held["categories"]}
    for annotation in held["annotations"]:
        rgb = numpy.array(Image.open(f"{sys.argv[1]}/{FOLDER}/panoptic_{split}/{annotation['file_name']}").convert("RGB")).astype(numpy.uint32)
        numbers = rgb[..., 0] + 256 * rgb[..., 1] + 65536 * rgb[..., 2]
        for segment in annotation["segments_info"]:
            ys, xs = numpy.nonzero(numbers == segment["id"])
            image = next(image["file_name"] for image in held["images"] if image["id"] == annotation["image_id"])
            answers.setdefault(image.split(".")[0], []).append([names[segment["category_id"]], len(xs), int(xs.sum()), int(ys.sum())])
tool = f"numpy {numpy.__version__}, Pillow {PIL.__version__}"
print(json.dumps(dict(tool=tool, script="coco_panoptic.py", date=str(datetime.date.today()), folder=FOLDER, segments=answers), indent=1))
