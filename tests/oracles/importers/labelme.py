"""Areas and bounds of what LabelMe files draw, by shapely, numpy and Pillow: the sample and the project's own fixture.

A mask is put into the image as LabelMe does it: rows y1 to y2 and columns x1 to x2, both included.
Run from the project: labelme.py <folder of samples> > labelme.json
"""
import base64, datetime, io, json, sys
import numpy, PIL, shapely
from PIL import Image

SAMPLE = "panlabel-fixtures/sample_valid.labelme.json"
FIXTURE = "tests/fixtures/labelme/good/every_shape.json"


def measured(shape, size):
    points = [tuple(point) for point in shape["points"]]
    kind = shape.get("shape_type", "polygon")
    if kind == "mask":
        (x1, y1), (x2, y2) = numpy.array(points).astype(int)
        whole = numpy.zeros(size, bool)
        whole[y1:y2 + 1, x1:x2 + 1] = numpy.array(Image.open(io.BytesIO(base64.b64decode(shape["mask"])))).astype(bool)
        ys, xs = numpy.nonzero(whole)
        return [float(whole.sum()), *map(float, (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1))]
    if kind == "circle":
        (cx, cy), edge = points
        return [None, *shapely.Point(cx, cy).buffer(shapely.Point(cx, cy).distance(shapely.Point(edge)), quad_segs=64).bounds]
    if kind == "rectangle" and len(points) == 2:
        drawn = shapely.box(*shapely.MultiPoint(points).bounds)
    elif kind in ("polygon", "rotation", "oriented_rectangle", "rectangle"):
        drawn = shapely.Polygon(points)
    else:
        drawn = shapely.MultiPoint(points)
    return [drawn.area, *drawn.bounds]


answers = {}
for name, path in ((SAMPLE, f"{sys.argv[1]}/{SAMPLE}"), (FIXTURE, FIXTURE)):
    held = json.load(open(path))
    size = (held["imageHeight"], held["imageWidth"])
    answers[name] = {f"shapes[{at}]": measured(shape, size) for at, shape in enumerate(held["shapes"]) if shape.get("shape_type") != "ai_cube"}
tool = f"shapely {shapely.__version__}, numpy {numpy.__version__}, Pillow {PIL.__version__}"
print(json.dumps(dict(tool=tool, script="labelme.py", date=str(datetime.date.today()), files=answers), indent=1))
