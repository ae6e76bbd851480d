"""Counts and sums the coordinates of the sample reports with pydicom. Run with the folder of samples as argument."""
import datetime, json, sys
from pathlib import Path
import pydicom

FILES = ["sr_document.dcm", "sr_document_with_multiple_groups.dcm", "dcmqi/data/sr-example/sr.dcm",
         "dcmjs/test/sample-sr.dcm", "dcmjs/examples/data/structured_report.dcm"]


def walk(item):
    yield item
    for child in item.get("ContentSequence", []):
        yield from walk(child)


def facts(path):
    items = list(walk(pydicom.dcmread(path)))
    drawn = [i for i in items if i.get("ValueType") in ("SCOORD", "SCOORD3D")]
    images = sorted({c.ReferencedSOPSequence[0].ReferencedSOPInstanceUID for i in drawn for c in i.get("ContentSequence", [])})
    return {"drawn": len(drawn), "images": images, "kinds": sorted(str(i.GraphicType) for i in drawn),
            "observer": [str(i.get("PersonName") or i.get("TextValue")) for i in items
                         if i.get("ConceptNameCodeSequence") and i.ConceptNameCodeSequence[0].get("CodeValue") == "121008"]}


folder = Path(sys.argv[1])
print(json.dumps({"tool": "pydicom", "version": pydicom.__version__, "script": "dicom_sr.py",
                  "date": str(datetime.date.today()), "files": {f: facts(folder / f) for f in FILES}}, indent=1))
