"""Boxes of the Pascal VOC samples, read by lxml without the project.

Usage: voc.py <folder of samples> > voc.json
"""
import datetime, glob, json, sys
import lxml.etree

# What the files count from: the first two say VOC2007 and hold no 0, the others name no challenge.
SETS = {
    "datumaro-assets/voc_dataset/voc_dataset1/Annotations": 1,
    "datumaro-assets/voc_dataset/voc_dataset3/Annotations": 1,
    "datumaro-assets/voc_dataset/voc_dataset2/Annotations": 0,
    "darwin-v7/e2e_tests/data/convert/pascalvoc/to": 0,
    "kili/expected/car_1_with_0_rotation.xml": 0,
}
answers = {}
for folder, origin in SETS.items():
    found = []
    for path in sorted(glob.glob(f"{sys.argv[1]}/{folder}" + ("" if folder.endswith(".xml") else "/*.xml"))):
        for box in lxml.etree.parse(path).iter("bndbox"):
            at = {name: float(box.findtext(name)) for name in ("xmin", "ymin", "xmax", "ymax")}
            numbers = [at["xmin"] - origin, at["ymin"] - origin, at["xmax"], at["ymax"]]
            x0, y0, x1, y1 = (f"{number:g}" for number in numbers)
            found.append(f"{box.getparent().findtext('name')}: box {x0},{y0} {x1},{y1}")
    answers[folder] = sorted(found)
print(json.dumps(dict(tool=f"lxml {lxml.etree.__version__}", script="voc.py", date=str(datetime.date.today()), sets=answers), indent=1))
