"""Areas of the objects of the LabelMe web sample by lxml, Pillow and shapely.

Usage: labelme_web.py <folder of samples> > labelme_web.json
"""
import datetime, json, sys
import lxml.etree, PIL, shapely
from PIL import Image

root = f"{sys.argv[1]}/datumaro-assets/labelme_dataset"
objects = {}
for thing in lxml.etree.parse(f"{root}/img1.xml").getroot().iter("object"):
    if thing.findtext("segm/mask"):
        grey = Image.open(f"{root}/Masks/{thing.findtext('segm/mask')}").convert("L")
        area, person = sum(1 for value in grey.tobytes() if value), thing.findtext("segm/username")
    else:
        ring = [(float(pt.findtext("x")), float(pt.findtext("y"))) for pt in thing.iter("pt")]
        area, person = shapely.Polygon(ring).area, thing.findtext("polygon/username")
    objects[thing.findtext("id")] = dict(name=thing.findtext("name"), username=person, area=area)
tool = f"lxml {lxml.etree.__version__}, Pillow {PIL.__version__}, shapely {shapely.__version__}"
print(json.dumps(dict(tool=tool, script="labelme_web.py", date=str(datetime.date.today()), objects=objects), indent=1))
