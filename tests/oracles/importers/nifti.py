#!/usr/bin/env python3
"""What nibabel and SimpleITK find in NIfTI label maps; writes nifti.json beside this file.

    tests/oracles/importers/nifti.py /path/to/shared/data

nibabel reads voxels and affine; SimpleITK's DICOMOrient, not Concord's own reasoning, brings axes to DICOM's usual order.
"""
import datetime
import json
import pathlib
import sys

import nibabel
import numpy as np
import SimpleITK as sitk

HERE = pathlib.Path(__file__).parent
NAMES = ["BallBinary30x30x30.nii.gz", "standard.nii.gz"]
FIXTURES = ["axial.nii.gz", "turned.nii", "both_forms.nii", "downwards.nii.gz"]
# Rows and columns of the nearest principal plane; the normal is their product.
TARGETS = {2: "LPS", 0: "PIR", 1: "LIP"}


def planes(data, steps, first):
    """data[i, j, k]; steps[:, axis] and first in LPS mm."""
    spacing = np.linalg.norm(steps, axis=0)
    image = sitk.GetImageFromArray(np.ascontiguousarray(data.transpose(2, 1, 0)).astype(np.int32))
    image.SetSpacing([float(mm) for mm in spacing])
    direction = steps / spacing
    image.SetDirection([float(c) for c in direction.ravel()])
    image.SetOrigin([float(mm) for mm in first])
    axis = int(np.argmax(np.abs(direction[:, 2])))
    image = sitk.DICOMOrient(image, TARGETS[axis])
    turned = np.array(image.GetDirection()).reshape(3, 3)
    normal = np.cross(turned[:, 0], turned[:, 1])
    array = sitk.GetArrayFromImage(image)
    width, height, _ = image.GetSize()
    x, y, z = image.GetSpacing()
    values = {}
    for value in np.unique(array):
        if value == 0:
            continue
        found = []
        for k in range(array.shape[0]):
            rows, columns = np.nonzero(array[k] == value)
            if len(rows):
                place = np.array(image.TransformIndexToPhysicalPoint((0, 0, k)))
                found.append([int(np.round(normal @ place * 1000)), len(rows), int(columns.sum()), int(rows.sum())])
        values[str(int(value))] = sorted(found)
    row, column = turned[:, 0], turned[:, 1]
    corner = np.array(image.GetOrigin())
    words = lambda numbers, places, between: between.join(f"{round(float(n), places) + 0.0:.{places}f}" for n in numbers)
    grid = (f"{width} × {height} px, spacing {words([y, x], 2, ' × ')} mm, in-plane origin {words([row @ corner, column @ corner], 2, ', ')} mm, "
            f"direction {words([*row, *column, *normal], 3, ' ')}")
    return {"grid": grid, "width_px": width, "height_px": height, "spacing_zyx_mm": [z, y, x], "values": values}


def nifti(path):
    image = nibabel.load(path)
    factor = {"meter": 1000.0, "micron": 0.001}.get(image.header.get_xyzt_units()[0], 1.0)
    affine = image.affine * factor
    to_lps = np.diag([-1.0, -1.0, 1.0])
    data = np.asarray(image.dataobj)
    data = data.reshape(data.shape[:3])
    assert np.allclose(data, np.round(data))
    return planes(np.round(data), to_lps @ affine[:3, :3], to_lps @ affine[:3, 3])


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1]) / "nrrd-nifti-meta"
    fixtures = HERE.parent.parent / "fixtures/nifti/good"
    answers = {
        "tool": f"nibabel {nibabel.__version__}, SimpleITK {sitk.Version_VersionString()}",
        "script": "tests/oracles/importers/nifti.py",
        "date": str(datetime.date.today()),
        "files": {name: nifti(folder / name) for name in NAMES},
        "fixtures": {name: nifti(fixtures / name) for name in FIXTURES},
    }
    (HERE / "nifti.json").write_text(json.dumps(answers, ensure_ascii=False, sort_keys=True) + "\n")
