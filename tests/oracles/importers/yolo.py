"""Areas and bounds that label files of the samples draw, read without the project: plain Python and shapely.

Usage: yolo.py <folder of samples> > yolo.json
"""
import datetime, glob, json, sys
from importlib.metadata import version
from shapely.geometry import Polygon, box

root = sys.argv[1]
SETS = {  # folder: task, image size (the samples have no images; datumaro states 15x10 for its own)
    "datumaro-assets/yolo_dataset/yolo": ("detect", 15, 10),
    "datumaro-assets/yolo_dataset/yolov8_detection": ("detect", 15, 10),
    "datumaro-assets/yolo_dataset/yolov8_detection_with_list_of_names": ("detect", 15, 10),
    "datumaro-assets/yolo_dataset/yolov8_detection_with_subset_txt": ("detect", 15, 10),
    "datumaro-assets/yolo_dataset/yolov8_oriented_boxes": ("obb", 15, 10),
    "datumaro-assets/yolo_dataset/yolov8_segmentation": ("segment", 15, 10),
    "datumaro-assets/yolo_dataset/yolov8_pose": ("pose", 15, 10),
    "datumaro-assets/yolo_dataset/yolov8_pose_two_values_per_point": ("pose", 15, 10),
    "labelstudio/data/test_import_yolo_data": ("detect", 640, 360),
}
answers = {}
for folder, (task, w, h) in SETS.items():
    found = []
    for path in sorted(glob.glob(f"{root}/{folder}/**/*.txt", recursive=True)):
        for line in open(path):
            words = line.split()
            if not words or not words[0].isdigit():
                continue
            v = [float(x) for x in words[1:]]
            if task == "pose":
                step = (len(v) - 4) // 3
                pts = [v[4 + i * step: 4 + i * step + 2] for i in range(3)]
                found.append([0.0, *[c for x, y in pts for c in (x * w, y * h)][:4]])
                continue
            if task == "detect":
                x, y, bw, bh = v
                shape = box((x - bw / 2) * w, (y - bh / 2) * h, (x + bw / 2) * w, (y + bh / 2) * h)
            else:
                shape = Polygon([(x * w, y * h) for x, y in zip(v[::2], v[1::2])])
            found.append([shape.area, *shape.bounds])
    answers[folder] = dict(width_px=w, height_px=h, shapes=sorted(found))
print(json.dumps(dict(tool=f"shapely {version('shapely')}", python=sys.version.split()[0], script="yolo.py", date=str(datetime.date.today()), sets=answers), indent=1))
