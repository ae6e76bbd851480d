"""Voxels of each segment and plane of DICOM segmentations, decoded by pydicom; whole slides put together by highdicom.

    python voxels.py FOLDER_WITH_SAMPLES voxels.json

Fractional pixels count from half of the maximum on. Rows and columns run in the usual order of the nearest principal
plane; planes are micrometres along their normal.
"""

import datetime
import json
import sys
from pathlib import Path

import highdicom
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
    "seg_image_sm_control.dcm",
    "seg_image_sm_control_labelmap.dcm",
    "seg_image_sm_control_labelmap_palette_color.dcm",
    "seg_image_sm_dots.dcm",
    "seg_image_sm_dots_tiled_full.dcm",
    "seg_image_sm_numbers.dcm",
]
# Axes along x and y, with their signs, for a normal along L, P and S.
USUAL = {0: ((1, 1), (2, -1)), 1: ((0, 1), (2, -1)), 2: ((0, 1), (1, 1))}


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


def usual(frame, row, column):
    """The frame with its rows and columns in the usual order, and their normal."""
    (x, x_sign), (y, y_sign) = USUAL[int(np.argmax(np.abs(np.cross(row, column))))]
    if abs(column[x]) > abs(row[x]):
        frame, row, column = frame.T, column, row
    if row[x] * x_sign < 0:
        frame, row = frame[:, ::-1], -row
    if column[y] * y_sign < 0:
        frame, column = frame[::-1], -column
    return frame, np.cross(row, column)


def modality(data):
    """Of the referenced images, by the name that pydicom's dictionary gives their class."""
    references = [image for series in data.get("ReferencedSeriesSequence", []) for image in series.get("ReferencedInstanceSequence", [])]
    names = {pydicom.uid.UID(image.ReferencedSOPClassUID).name for image in references}
    known = {"CT Image Storage": "CT", "MR Image Storage": "MR", "VL Whole Slide Microscopy Image Storage": "SM",
             "Computed Radiography Image Storage": "CR", "Positron Emission Tomography Image Storage": "PT"}
    return known[names.pop()] if len(names) == 1 else None


def slide(path, data):
    image = highdicom.seg.segread(path)
    found = []
    for number in image.segment_numbers:
        if data.SegmentationType == "LABELMAP":
            mask = image.get_total_pixel_matrix(combine_segments=True, relabel=False) == number
        else:
            mask = image.get_total_pixel_matrix(segment_numbers=[number])[..., 0] > 0
        ys, xs = np.nonzero(mask)
        if len(xs):
            label = image.get_segment_description(number).segment_label
            found.append({"number": int(number), "label": label, "planes": [[None, len(xs), int(xs.sum()), int(ys.sum())]]})
    height, width = mask.shape
    return {"width_px": width, "height_px": height, "modality": modality(data), "segments": found}


def segments(path):
    data = pydicom.dcmread(path)
    if "TotalPixelMatrixColumns" in data:
        return slide(path, data)
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
            frame, normal = usual(frame, cosines[:3], cosines[3:])
            key = round(float(normal @ np.array(position.ImagePositionPatient, float)) * 1000)
        for number, pixels in shown(data, frame, group, shared):
            ys, xs = np.nonzero(pixels)
            if len(xs):
                found.setdefault(number, []).append([key, len(xs), int(xs.sum()), int(ys.sum())])
    labels = {int(item.SegmentNumber): item.SegmentLabel for item in data.SegmentSequence}
    return {
        "width_px": int(frame.shape[1]),
        "height_px": int(frame.shape[0]),
        "modality": modality(data),
        "segments": [
            {"number": number, "label": labels[number], "planes": sorted(planes, key=lambda row: row[0] or 0)}
            for number, planes in sorted(found.items())
        ],
    }


def main(folder, out):
    result = {
        "tool": "pydicom, highdicom", "version": f"{pydicom.__version__}, {highdicom.__version__}", "script": "voxels.py",
        "date": datetime.date.today().isoformat(), "seed": None,
        "files": {name: segments(Path(folder) / name) for name in FILES},
    }
    Path(out).write_text(json.dumps(result, indent=1) + "\n")


main(*sys.argv[1:])
