"""Sums of boxes of KITTI samples by numpy: 2D corners, and in the frame (z, -x, -y) of the camera the 3D boxes' middle and the corner
ahead of the middle, to its left, on top, by the rotation matrix of the development kit.

Run from the folder of samples: python <project>/tests/oracles/importers/kitti.py > <project>/tests/oracles/importers/kitti.json
"""
import collections, datetime, glob, json
import numpy as np

folders = {}
for folder in ["panlabel-fixtures/sample_valid.kitti/label_2", "datumaro-assets/kitti_dataset/kitti_detection/training/label_2"]:
    labels, sums = collections.Counter(), np.zeros(10)
    for path in sorted(glob.glob(f"{folder}/*.txt")):
        for line in open(path):
            label, *rest = line.split()
            v = np.array(rest, float)
            labels[label] += 1
            sums[:4] += v[3:7]
            h, w, l, x, y, z, ry = v[7:14]
            if h <= 0:
                continue
            labels[label] += 1
            turn = np.array([[np.cos(ry), 0, np.sin(ry)], [0, 1, 0], [-np.sin(ry), 0, np.cos(ry)]])
            for at, point in [(4, [0, -h / 2, 0]), (7, [l / 2, -h, w / 2])]:
                camera = turn @ point + [x, y, z]
                sums[at:at + 3] += [camera[2], -camera[0], -camera[1]]
    folders[folder] = {"labels": labels, "sums": sums.tolist()}
print(json.dumps({"tool": f"numpy {np.__version__}", "date": str(datetime.date.today()), "folders": folders}, indent=1))
