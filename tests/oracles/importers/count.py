"""Counts and sizes in the sample exports, read without the project: json, lxml, pycocotools, shapely.

Usage: count.py <folder of samples> > counts.json
"""
import collections, datetime, json, math, sys
from importlib.metadata import version
import numpy as np
from lxml import etree
from pycocotools import mask as coco_mask
from shapely.geometry import Polygon, box
from shapely import affinity

root = sys.argv[1]


def load(path):
    with open(f"{root}/{path}", encoding="utf-8") as file:
        return json.load(file)


def coco_dataset(path):
    data = load(path)
    images = {}
    for image in data["images"]:
        images.setdefault(image["id"], image)
    names = {c["id"]: c["name"] for c in data["categories"]}
    kinds, labels, sizes = collections.Counter(), collections.Counter(), []
    for a in data["annotations"]:
        if a.get("image_id") not in images or "caption" in a or "segments_info" in a:
            continue
        if a["category_id"] not in names:
            continue
        image = images[a["image_id"]]
        segm = a.get("segmentation")
        if a.get("keypoints") and any(a["keypoints"][2::3]):
            kind, size = "keypoints", sum(1 for v in a["keypoints"][2::3] if v)
        elif isinstance(segm, dict):
            rle = segm if isinstance(segm["counts"], str) else coco_mask.frPyObjects(segm, *segm["size"])
            kind, size = "mask", int(coco_mask.area(rle))
        elif segm:
            shape = Polygon()
            for part in segm:
                shape = shape.union(Polygon(np.reshape(part, (-1, 2))).buffer(0))
            kind, size = "polygon", shape.area
        elif a.get("bbox"):
            kind, size = "box", a["bbox"][2] * a["bbox"][3]
        else:
            kind, size = "classification", 0
        kinds[kind] += 1
        labels[names[a["category_id"]]] += 1
        sizes.append(size)
    return dict(items=len(images), kinds=kinds, labels=labels, sizes=sizes)


def coco_results(path):
    kinds, sizes = collections.Counter(), []
    rows = load(path)
    for r in rows:
        if "segmentation" in r:
            kinds["mask"] += 1
            m = coco_mask.decode(r["segmentation"])
            ys, xs = np.nonzero(m)
            sizes.append([int(m.sum()), float(xs.mean() + 0.5), float(ys.mean() + 0.5)])
        elif "keypoints" in r:
            kinds["keypoints"] += 1
            sizes.append(sum(1 for v in r["keypoints"][2::3] if v))
        else:
            kinds["box"] += 1
            sizes.append(r["bbox"][2] * r["bbox"][3])
    return dict(items=len({r["image_id"] for r in rows}), kinds=kinds, sizes=sizes)


def cvat(path):
    tree = etree.parse(f"{root}/{path}").getroot()
    kinds, labels = collections.Counter(), collections.Counter()
    masks, points = [], []
    for image in tree.findall("image"):
        for shape in image:
            if not shape.get("label") or shape.tag == "cuboid":
                continue
            kinds[shape.tag] += 1
            labels[shape.get("label")] += 1
            if shape.tag == "mask":
                counts = [int(c) for c in shape.get("rle").split(",")]
                flat = np.concatenate([np.full(n, i % 2) for i, n in enumerate(counts)])
                m = flat.reshape(int(shape.get("height")), int(shape.get("width")))
                ys, xs = np.nonzero(m)
                masks.append([int(m.sum()), float(xs.mean() + 0.5 + float(shape.get("left"))),
                              float(ys.mean() + 0.5 + float(shape.get("top")))])
            if shape.tag == "skeleton":
                points.append(sum(1 for p in shape.findall("points") if p.get("outside") != "1"))
    frames = []
    for track in tree.findall("track"):
        labels[track.get("label")] += 1
        # All samples list every frame, so that what is listed and not outside is what is seen.
        seen = {int(s.get("frame")) for s in track.iter("box", "points", "polyline", "polygon", "mask", "ellipse") if s.get("outside") != "1"}
        frames.append(sorted(seen))
    return dict(items=len(tree.findall("image")) + bool(frames), tracks=len(frames), kinds=kinds,
                labels=labels, masks=masks, skeleton_points=points, track_frames=frames)


def label_studio(path):
    tasks = load(path)
    raters, kinds, labels, shapes = set(), collections.Counter(), collections.Counter(), []
    n_readings = 0
    for task in tasks:
        for annotation in task.get("annotations", task.get("completions", [])):
            n_readings += 1
            by = annotation.get("completed_by")
            by = by["id"] if isinstance(by, dict) else by
            if by is not None:
                raters.add(f"user-{by}")
            for r in annotation["result"]:
                kinds[r["type"]] += 1
                v = r.get("value", {})
                if r["type"] == "rectanglelabels":
                    W, H = r["original_width"], r["original_height"]
                    x, y = v["x"] * W / 100, v["y"] * H / 100
                    rect = box(x, y, x + v["width"] * W / 100, y + v["height"] * H / 100)
                    # shapely turns anticlockwise with y up, which is clockwise on an image.
                    rect = affinity.rotate(rect, v.get("rotation", 0), origin=(x, y))
                    labels[v["rectanglelabels"][0]] += 1
                    shapes.append([rect.centroid.x, rect.centroid.y, rect.area, *rect.bounds])
    return dict(items=len(tasks), readings=n_readings, raters=sorted(raters), kinds=kinds,
                rectangle_labels=labels, rectangles=shapes)


assets = "datumaro-assets/coco_dataset/coco/annotations"
print(json.dumps(dict(
    script="tests/oracles/importers/count.py",
    date=datetime.date.today().isoformat(),
    versions={name: version(name) for name in ["numpy", "lxml", "pycocotools", "shapely"]},
    coco={p: coco_dataset(p) for p in [
        f"{assets}/instances_train.json", f"{assets}/instances_val.json", f"{assets}/labels_val.json",
        f"{assets}/stuff_train.json", f"{assets}/captions_val.json",
        "datumaro-assets/coco_dataset/coco_person_keypoints/annotations/person_keypoints_val.json",
        "panlabel-fixtures/sample_valid.coco.json", "panlabel-fixtures/sample_invalid.coco.json",
        "labelbox/coco/instances.json", "labelbox/coco/rle.json", "labelstudio/data/test_import_coco/coco_import_input.json",
    ]},
    coco_results={p: coco_results(p) for p in [
        "cocoapi-results/instances_val2014_fakebbox100_results.json",
        "cocoapi-results/instances_val2014_fakesegm100_results.json",
        "cocoapi-results/person_keypoints_val2014_fakekeypoints100_results.json"]},
    cvat={p: cvat(p) for p in [
        "cvat-docs/mask_skeleton_images.xml", "datumaro-assets/cvat_dataset/for_images/train.xml",
        "datumaro-assets/cvat_dataset/for_video/annotations.xml", "panlabel-fixtures/sample_valid.cvat.xml"]},
    label_studio={p: label_studio(p) for p in [
        "labelstudio/data/test_export_yolo/data.json", "labelstudio/data/test_export_yolo/data_obb.json",
        "labelstudio/data/test_export_yolo/data_keypoints.json", "labelstudio/data/test_export_csv/csv_test.json",
        "labelstudio/data/test_export_coco/data.json"]},
)))
