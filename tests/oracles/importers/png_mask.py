"""Things of a Pascal VOC sample by numpy and Pillow: class, pixels, sums of columns and rows.

Usage: png_mask.py <folder of samples> > png_mask.json
"""
import datetime, json, sys
import numpy, PIL
from PIL import Image

FOLDER = "datumaro-assets/voc_dataset/voc_dataset1"


def numbers(kind):
    rgb = numpy.array(Image.open(f"{sys.argv[1]}/{FOLDER}/Segmentation{kind}/2007_000001.png")).astype(int)
    return rgb[..., 0] * 65536 + rgb[..., 1] * 256 + rgb[..., 2]


classes, things = numbers("Class"), numbers("Object")
answers = {}
for thing in sorted(set(things.flatten().tolist()) - {0}):
    ys, xs = numpy.nonzero(things == thing)
    kinds = set(classes[ys, xs].tolist())
    assert len(kinds) == 1, (thing, kinds)
    answers[f"#{thing:06x}"] = [f"#{kinds.pop():06x}", len(xs), int(xs.sum()), int(ys.sum())]
tool = f"numpy {numpy.__version__}, Pillow {PIL.__version__}"
print(json.dumps(dict(tool=tool, script="png_mask.py", date=str(datetime.date.today()), folder=FOLDER, things=answers), indent=1))
