"""Corners of the cuboids of KITTI's raw tracklets by lxml and numpy, as computeBox3D of the development kit lays them out: four at the bottom,
from the object's position, four at its height; turned about z.

Run from the folder of samples: python <project>/tests/oracles/importers/kitti_raw.py > <project>/tests/oracles/importers/kitti_raw.json
"""
import datetime, json
import lxml, lxml.etree
import numpy as np

files = {}
for path in ["datumaro-assets/kitti_dataset/kitti_raw/tracklet_labels.xml"]:
    found = []
    for item in lxml.etree.parse(path).getroot().find("tracklets").findall("item"):
        h, w, l = [float(item.findtext(name)) for name in "hwl"]
        for at, pose in enumerate(item.find("poses").findall("item")):
            t = np.array([float(pose.findtext(name)) for name in ["tx", "ty", "tz"]])
            rx, ry, rz = [float(pose.findtext(name)) for name in ["rx", "ry", "rz"]]
            if rx or ry:
                continue
            box = np.array([[-l, -l, l, l] * 2, [w, -w, -w, w] * 2, [0] * 4 + [2 * h] * 4]) / 2
            turn = np.array([[np.cos(rz), -np.sin(rz), 0], [np.sin(rz), np.cos(rz), 0], [0, 0, 1]])
            frame = int(item.findtext("first_frame")) + at
            found.append([frame, item.findtext("objectType"), (turn @ box + t[:, None]).T.tolist()])
    files[path] = sorted(found)
print(json.dumps({"tool": f"lxml {lxml.__version__}, numpy {np.__version__}", "script": "kitti_raw.py", "date": str(datetime.date.today()), "files": files}))
