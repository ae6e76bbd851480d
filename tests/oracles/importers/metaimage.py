#!/usr/bin/env python3
"""What SimpleITK reads from the MetaImage fixtures; writes metaimage.json beside this file.

    tests/oracles/importers/metaimage.py

The stored samples are pictures or lack their voxels, so the fixtures are what is held against another reader.
"""
import datetime
import json
import pathlib

import numpy as np
import SimpleITK as sitk

from nifti import planes

HERE = pathlib.Path(__file__).parent
# SimpleITK does not know centimetres, and reads no text here.
NAMES = ["axial.mha", "packed_big.mha", "turned/case1.mhd", "coronal.mha"]


def answers(path):
    image = sitk.ReadImage(str(path))
    data = sitk.GetArrayFromImage(image).transpose(2, 1, 0)
    if not np.allclose(data, np.round(data)):
        data = data >= 0.5
    direction = np.array(image.GetDirection()).reshape(3, 3)
    return planes(np.round(data).astype(int), direction * np.array(image.GetSpacing()), np.array(image.GetOrigin()))


if __name__ == "__main__":
    fixtures = HERE.parent.parent / "fixtures/metaimage/good"
    told = {
        "tool": f"SimpleITK {sitk.Version_VersionString()}",
        "script": "tests/oracles/importers/metaimage.py",
        "date": str(datetime.date.today()),
        "fixtures": {name: answers(fixtures / name) for name in NAMES},
    }
    (HERE / "metaimage.json").write_text(json.dumps(told, ensure_ascii=False, sort_keys=True) + "\n")
