"""What Darwin samples hold, by other readers: masks as V7's own conversion to NIfTI has them (nibabel), shapes by shapely.

Usage: /opt/peers/bin/python darwin.py <folder of samples> > darwin.json
"""
import ast
import datetime
import json
import pathlib
import sys

import nibabel
import numpy
import shapely

data = pathlib.Path(sys.argv[1])
convert = data / "darwin-v7/e2e_tests/data/convert"


def slices(source, path):
    """V7 flips all axes of its [x, y, slice] array, writes it with the affine of the slot and may turn it to the axes of the
    file that was uploaded. So: voxels to the world with the written affine, back with the slot's, unflip.
    Per slice: voxels, sum of x, sum of y."""
    metadata = json.loads(source.read_text())["item"]["slots"][0]["metadata"]
    image = nibabel.load(path)
    index = numpy.argwhere(numpy.asarray(image.dataobj))
    back = numpy.linalg.inv(numpy.array(ast.literal_eval(metadata["affine"]))) @ image.affine
    flipped = numpy.rint(index @ back[:3, :3].T + back[:3, 3]).astype(int)
    place = numpy.array(metadata["shape"][1:]) - 1 - flipped
    found = {}
    for z in sorted(set(place[:, 2].tolist())):
        x, y = place[place[:, 2] == z, :2].T
        found[str(z)] = [len(x), int(x.sum()), int(y.sum())]
    return found


def polygons(path):
    held = json.loads(path.read_text())
    areas = []
    for one in held["annotations"]:
        if "polygon" in one:
            shape = shapely.Polygon()
            for ring in one["polygon"]["paths"]:
                part = shapely.Polygon([(p["x"], p["y"]) for p in ring])
                shape = shape.symmetric_difference(part if part.is_valid else part.buffer(0))
            centre = shape.centroid
            valid = all(shapely.Polygon([(p["x"], p["y"]) for p in r]).is_valid for r in one["polygon"]["paths"])
            areas.append({"id": one["id"], "area": shape.area, "x": centre.x, "y": centre.y, "valid": valid})
        elif "bounding_box" in one:
            box = one["bounding_box"]
            areas.append({"id": one["id"], "area": box["w"] * box["h"], "x": box["x"] + box["w"] / 2,
                          "y": box["y"] + box["h"] / 2, "valid": True})
    return areas


masks = {}
for source, written in [
    ("nifti/from/hippocampus_001_mpr_1_test_hippo.nii.json", "nifti/to/hippocampus_001_mpr_1_test_hippo_test_mask_basic_m.nii.gz"),
    ("nifti-no-legacy-scaling/from/2044737.fat.nii.json",
     "nifti-no-legacy-scaling/to/2044737.fat.nii/0/2044737.fat_test_mask_basic_m.nii.gz"),
]:
    masks[f"darwin-v7/e2e_tests/data/convert/{source}"] = slices(convert / source, convert / written)
flat = ["pathology-formats/files/103S.json", "darwin-v7/e2e_tests/data/convert/yolo/from/test_input_with_bboxes_and_polys.json",
        "darwin-v7/e2e_tests/data/convert/instance_mask/from/000000021295.json",
        "darwin-v7/e2e_tests/data/import/image_new_annotations_with_properties/image_1.json"]
json.dump({
    "tools": {"nibabel": nibabel.__version__, "numpy": numpy.__version__, "shapely": shapely.__version__},
    "date": str(datetime.date.today()), "script": "tests/oracles/importers/darwin.py",
    "masks": masks, "shapes": {path: polygons(data / path) for path in flat},
}, sys.stdout, indent=1)
print()
