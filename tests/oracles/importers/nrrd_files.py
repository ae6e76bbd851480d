#!/usr/bin/env python3
"""What pynrrd and SimpleITK find in NRRD label maps; writes nrrd.json beside this file (which is not called nrrd.py, since that would
hide pynrrd).

    tests/oracles/importers/nrrd_files.py /path/to/shared/data
"""
import datetime
import json
import pathlib
import re
import sys

import nrrd
import numpy as np
import SimpleITK as sitk

from nifti import planes

HERE = pathlib.Path(__file__).parent
BALL = "nrrd-nifti-meta/BallBinary30x30x30"
DCMQI = "dicom/dcmqi/data/segmentations/"
NAMES = [
    f"{BALL}.nrrd", f"{BALL}_bz2.nrrd", f"{BALL}_gz.nrrd", f"{BALL}_gz_lineskip.nrrd", f"{BALL}_gz_byteskip_minus_one.nrrd",
    f"{BALL}.nhdr", f"{BALL}_byteskip_minus_one.nhdr", f"{BALL}_byteskip_minus_one_nifti.nhdr",
    "slicer/Segmentation.seg.nrrd", "slicer/SegmentationOverlapping.seg.nrrd",
    *(DCMQI + name for name in [
        "24x38x3/nrrd/label.nrrd", "23x38x3/nrrd/label.nrrd", "liver_seg.nrrd", "spine_seg.nrrd", "heart_seg.nrrd", "liver_spine_seg.nrrd",
        "liver_spine_gapped_seg.nrrd", "partial_overlaps-1.nrrd", "partial_overlaps-2.nrrd", "partial_overlaps-3.nrrd"]),
]


def answers(path):
    data, header = nrrd.read(str(path))
    directions = np.array(header["space directions"], dtype=float)
    spatial = [axis for axis in range(directions.shape[0]) if not np.isnan(directions[axis]).any()]
    assert header["space"] == "left-posterior-superior" and len(spatial) == 3
    steps = directions[spatial].T
    first = np.array(header["space origin"], dtype=float)
    numbers = sorted(int(m[1]) for m in (re.fullmatch(r"Segment(\d+)_ID", key) for key in header) if m)
    if not numbers:
        found = planes(data, steps, first)
    else:
        layers = data if data.ndim == 4 else data[None]
        found = None
        for number in numbers:
            field = lambda name: header[f"Segment{number}_{name}"]
            one = planes((layers[int(field("Layer"))] == int(field("LabelValue"))).astype(int), steps, first)
            found = found or {**one, "values": {}}
            if one["values"]:
                found["values"][field("ID")] = one["values"]["1"]
    if "data file" in header:
        found["data_file"] = header["data file"]
    return found


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    told = {
        "tool": f"pynrrd {nrrd.__version__}, SimpleITK {sitk.Version_VersionString()}",
        "script": "tests/oracles/importers/nrrd_files.py",
        "date": str(datetime.date.today()),
        "files": {name: answers(folder / name) for name in NAMES},
    }
    (HERE / "nrrd.json").write_text(json.dumps(told, ensure_ascii=False, sort_keys=True) + "\n")
