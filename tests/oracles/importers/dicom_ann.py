"""Reads the sample of microscopy bulk annotations with highdicom. Run with the folder of samples as argument."""
import datetime, json, sys
from pathlib import Path
import highdicom

FILES = ["sm_annotations.dcm"]


def facts(path):
    read = highdicom.ann.annread(path)
    kind = read.annotation_coordinate_type.value
    groups = [{"label": one.label, "kind": one.graphic_type.value,
               "shapes": [shape.tolist() for shape in one.get_graphic_data(kind)]} for one in read.get_annotation_groups()]
    return {"coordinates": kind, "groups": groups}


folder = Path(sys.argv[1])
print(json.dumps({"tool": "highdicom", "version": highdicom.__version__, "script": "dicom_ann.py",
                  "date": str(datetime.date.today()), "files": {name: facts(folder / name) for name in FILES}}))
