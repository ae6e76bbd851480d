"""Reads the sample fiducial lists with Python's csv alone. Run with the folder of samples as argument."""
import csv, datetime, json, platform, sys
from pathlib import Path

# File, separator, column of x, column of the label; all three are RAS.
FILES = [("Modules/Loadable/Markups/Testing/Data/Input/slicer3.fcsv", ",", 1, 0),
         ("Modules/Loadable/Markups/Testing/Data/Input/slicer4.acsv", "|", 1, None),
         ("Libs/MRML/Core/Testing/L1.fcsv", ",", 1, 11)]


def points(path, separator, x, label):
    rows = [row for row in csv.reader(open(path), delimiter=separator) if row and not row[0].startswith(("#", "text"))]
    return [[row[label] if label is not None else path.stem, -float(row[x]), -float(row[x + 1]), float(row[x + 2])] for row in rows]


folder = Path(sys.argv[1])
print(json.dumps({"tool": "Python csv", "version": platform.python_version(), "script": "slicer_markups.py",
                  "date": str(datetime.date.today()), "files": {name: points(folder / name, *how) for name, *how in FILES}}))
