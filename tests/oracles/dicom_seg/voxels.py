"""Voxels of each segment and plane of DICOM segmentations, decoded by pydicom.

    python voxels.py FOLDER_WITH_SAMPLES voxels.json

Fractional pixels count from half of the maximum on. Planes are micrometres along the slice normal.
"""

import datetime
import json
import sys
from pathlib import Path

import numpy as np
import pydicom
from pydicom.pixels import pixel_array

FILES = [
    "dcmjs/examples/data/QIICR_Test3/tumor_User1_Manual_Trial1.dcm",
    "dcmqi/data/segmentations/23x38x3/seg/label.seg",
    "dcmqi/data/segmentations/24x38x3/seg/label.seg",
    "dcmqi/data/segmentations/liver.dcm",
    "dcmqi/data/segmentations/partial_overlaps.dcm",
    "dcmqi/data/segmentations/sparse-labelmap-noppv.dcm",
    "dcmqi/data/segmentations/sparse-labelmap-ppv5.dcm",
    "dcmqi/data/sr-example/seg.dcm",
    "seg_image_cr_binary.dcm",
    "seg_image_ct_binary.dcm",
    "seg_image_ct_binary_fractional.dcm",
    "seg_image_ct_binary_overlap.dcm",
    "seg_image_ct_binary_single_frame.dcm",
    "seg_image_ct_true_fractional.dcm",
]


def first(group, shared, name):
    for place in (group, shared):
        if place is not None and name in place:
            return place[name][0]
    return None


def shown(data, frame, group, shared):
    """Numbers of the segments of a frame, and their pixels."""
    if data.SegmentationType != "LABELMAP":
        return [(int(first(group, shared, "SegmentIdentificationSequence").ReferencedSegmentNumber), frame)]
    background = {0, int(data.get("PixelPaddingValue", 0))}
    return [(int(value), frame == value) for value in np.unique(frame) if int(value) not in background]


def segments(path):
    data = pydicom.dcmread(path)
    frames = pixel_array(data)
    frames = frames[None] if frames.ndim == 2 else frames
    if data.SegmentationType == "FRACTIONAL":
        frames = frames / data.MaximumFractionalValue >= 0.5
    shared = data.get("SharedFunctionalGroupsSequence", [None])[0]
    found = {}
    for frame, group in zip(frames, data.PerFrameFunctionalGroupsSequence, strict=True):
        position = first(group, shared, "PlanePositionSequence")
        key = None
        if position is not None:
            cosines = np.array(first(group, shared, "PlaneOrientationSequence").ImageOrientationPatient, float)
            normal = np.cross(cosines[:3], cosines[3:])
            key = round(float(normal @ np.array(position.ImagePositionPatient, float)) * 1000)
        for number, pixels in shown(data, frame, group, shared):
            ys, xs = np.nonzero(pixels)
            if len(xs):
                found.setdefault(number, []).append([key, len(xs), int(xs.sum()), int(ys.sum())])
    labels = {int(item.SegmentNumber): item.SegmentLabel for item in data.SegmentSequence}
    return {
        "width_px": int(data.Columns),
        "height_px": int(data.Rows),
        "segments": [
            {"number": number, "label": labels[number], "planes": sorted(planes, key=lambda row: row[0] or 0)}
            for number, planes in sorted(found.items())
        ],
    }


def main(folder, out):
    result = {
        "tool": "pydicom", "version": pydicom.__version__, "script": "voxels.py",
        "date": datetime.date.today().isoformat(), "seed": None,
        "files": {name: segments(Path(folder) / name) for name in FILES},
    }
    Path(out).write_text(json.dumps(result, indent=1) + "\n")


main(*sys.argv[1:])
