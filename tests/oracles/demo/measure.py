"""What independent readers find in the demo's exports, as an oracle for `concord demo`.

Reads only what examples/manifest.toml lists, never truth.json, except to check that both agree at the end.
Run: python measure.py ../../../examples > expected.json
"""

import csv
import io
import json
import sys
import tomllib
import zipfile
from collections import Counter, defaultdict
from datetime import date, datetime
from importlib.metadata import version
from itertools import combinations
from pathlib import Path

import highdicom
import krippendorff
import numpy as np
import pydicom
import surface_distance
from lxml import etree
from pycocotools.coco import COCO
from scipy.optimize import linear_sum_assignment
from scipy.stats import beta
from shapely import LinearRing, Point, Polygon, box
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

ROOT = Path(sys.argv[1])
LIMIT, LEVEL = 0.012, 0.95
PRECEDENCE = ["adjudicated", "gold", "verification"]
PROTOCOL = tomllib.loads((ROOT / "protocol.toml").read_text())
ALIASES = {alias: name for name, rule in PROTOCOL["labels"].items() for alias in rule.get("aliases", [])}
TOLERANCE = PROTOCOL["tolerance"]
LANDMARKS_MM = PROTOCOL["labels"]["landmarks"]["tolerance"]["keypoint_mm"]

# item -> (rater, stage) -> {reference, finished, finding, severity, shapes, landmarks, volume}
readings = defaultdict(lambda: defaultdict(dict))
studies, sites, counts = {}, {}, Counter()


def week_of(finished):
    year, week, _ = date.fromisoformat(finished[:10]).isocalendar()
    return f"{year}-W{week:02d}"


def reading(item, rater, stage, reference):
    found = readings[item][rater, stage]
    if reference:
        found["reference"] = reference
    return found


def sidecar(entry):
    if "sidecar" not in entry:
        return {}
    return {row["item"]: row for row in csv.DictReader((ROOT / entry["sidecar"]).open())}


def read_csv(entry):
    for row in csv.DictReader((ROOT / entry["path"]).open()):
        found = reading(row["item"], row["rater"], row["stage"], row["reference"])
        studies[row["item"]], sites[row["item"]] = row["study"], row["site"]
        found["finished"] = row["finished_at"]
        if entry["scale"] == "ordinal":
            found["severity"] = int(row["label"])
        else:
            found["finding"] = row["label"]
            counts["ratings"] += 1


def read_coco(entry):
    text = (ROOT / entry["path"]).read_text()
    side = sidecar(entry)
    coco = COCO.__new__(COCO)
    stdout, sys.stdout = sys.stdout, io.StringIO()
    coco.__init__(ROOT / entry["path"])
    sys.stdout = stdout
    assert json.loads(text)["annotations"], entry["path"]
    for image in coco.loadImgs(coco.getImgIds()):
        item = Path(image["file_name"]).stem
        assert item in side, item
        found = reading(item, entry["annotator"], entry["stage"], entry.get("reference"))
        for annotation in coco.loadAnns(coco.getAnnIds(imgIds=image["id"])):
            counts["coco"] += 1
            label = coco.loadCats(annotation["category_id"])[0]["name"]
            if label == "landmarks":
                names = coco.loadCats(3)[0]["keypoints"]
                points = np.reshape(annotation["keypoints"], (-1, 3))
                assert (points[:, 2] == 2).all()
                found["landmarks"] = dict(zip(names, points[:, :2].tolist()))
            elif annotation["segmentation"]:
                ring = np.reshape(annotation["segmentation"][0], (-1, 2))
                assert abs(Polygon(ring).area - annotation["area"]) < 0.2
                assert coco.annToMask(annotation).sum() > 0
                found.setdefault("shapes", []).append((label, "polygon", Polygon(ring)))
            else:
                x, y, w, h = annotation["bbox"]
                found.setdefault("shapes", []).append((label, "box", box(x, y, x + w, y + h)))


def read_cvat(entry):
    tree = etree.parse(ROOT / entry["path"])
    assert tree.findtext("version") == "1.1"
    assert tree.findtext("meta/job/assignee/username") == entry["annotator"]
    for image in tree.findall("image"):
        found = reading(Path(image.get("name")).stem, entry["annotator"], entry["stage"], None)
        for node in image:
            counts["cvat"] += 1
            label = ALIASES.get(node.get("label"), node.get("label"))
            if node.tag == "box":
                edges = [float(node.get(name)) for name in ("xtl", "ytl", "xbr", "ybr")]
                found.setdefault("shapes", []).append((label, "box", box(*edges)))
            elif node.tag == "polygon":
                ring = [[float(x) for x in point.split(",")] for point in node.get("points").split(";")]
                found.setdefault("shapes", []).append((label, "polygon", Polygon(ring)))
            else:
                assert node.tag == "skeleton" and label == "landmarks"
                found["landmarks"] = {
                    point.get("label"): [float(x) for x in point.get("points").split(",")] for point in node
                }


def read_label_studio(entry):
    for task in json.loads((ROOT / entry["path"]).read_text()):
        item = Path(task["data"]["image"]).stem
        for annotation in task["annotations"]:
            assert annotation["completed_by"] == entry["annotator"]
            found = reading(item, entry["annotator"], entry["stage"], None)
            started = datetime.fromisoformat(annotation["created_at"])
            assert abs((started - datetime.fromisoformat(found["finished"])).total_seconds()) < 1
            for result in annotation["result"]:
                counts["label_studio"] += 1
                value, kind = result["value"], result["type"]
                scale = np.array([result["original_width"], result["original_height"]]) / 100
                if kind == "polygonlabels":
                    shape = ("polygon", Polygon(np.array(value["points"]) * scale))
                else:
                    corner = np.array([value["x"], value["y"]]) * scale
                    size = np.array([value["width"], value["height"]]) * scale
                    shape = ("box", box(*corner, *(corner + size)))
                found.setdefault("shapes", []).append((value[kind][0], *shape))


def read_seg(entry):
    side = sidecar(entry)
    with zipfile.ZipFile(ROOT / entry["path"]) as archive:
        for name in archive.namelist():
            dataset = pydicom.dcmread(io.BytesIO(archive.read(name)))
            seg = highdicom.seg.Segmentation.from_dataset(dataset)
            assert str(dataset.ContentCreatorName) == entry["annotator"]
            assert seg.segmentation_type.value == "BINARY" and seg.number_of_segments == 1
            item = dataset.ReferencedSeriesSequence[0].SeriesInstanceUID
            assert side[item]["study"] == dataset.StudyInstanceUID
            volume = seg.get_volume(combine_segments=True, rescale_fractional=False)
            assert np.allclose(volume.spacing, (2.5, 0.8, 0.8)), volume.spacing
            # Sparse frames, in highdicom's order of slices: put them back at their place among the 24.
            mask = np.zeros((24, 64, 64), bool)
            for index, plane in enumerate(volume.array):
                x_mm, y_mm, z_mm = (volume.affine @ [index, 0, 0, 1])[:3]
                assert np.allclose((x_mm, y_mm), -25.6)
                mask[round((z_mm + 120.0) / 2.5)] = plane > 0
            found = reading(item, entry["annotator"], entry["stage"], entry.get("reference"))
            studies[item], sites[item] = dataset.StudyInstanceUID, side[item]["site"]
            day, time = dataset.ContentDate, dataset.ContentTime
            found["finished"] = f"{day[:4]}-{day[4:6]}-{day[6:]}T{time[:2]}:{time[2:4]}"
            found["volume"] = mask
            counts["segmentations"] += 1


def boundary_px(a, b):
    sums, lengths = 0.0, 0.0
    for one, other in ((a.exterior, b.exterior), (b.exterior, a.exterior)):
        n = int(np.ceil(one.length / 0.02))
        other = LinearRing(other.coords)
        at = (np.arange(n) + 0.5) * one.length / n
        sums += np.mean([other.distance(one.interpolate(x)) for x in at]) * one.length
        lengths += one.length
    return sums / lengths


def iou(a, b):
    return a.intersection(b).area / a.union(b).area


def match(a, b, same_label):
    if not a or not b:
        return []
    gain = np.zeros((len(a), len(b)))
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            if x[1] == y[1] and (x[0] == y[0] or not same_label):
                overlap = iou(x[2], y[2])
                gain[i, j] = overlap if overlap >= PROTOCOL["matching"]["min_overlap"] else 0
    return [(i, j) for i, j in zip(*linear_sum_assignment(-gain)) if gain[i, j] > 0]


def shape_errors(reference, candidate):
    errors = []
    for same_label in (True, False):
        pairs = match(reference, candidate, same_label)
        for i, j in pairs:
            a, b = reference[i], candidate[j]
            if not same_label:
                errors.append("wrong_label")
            elif a[1] == "polygon" and boundary_px(a[2], b[2]) >= TOLERANCE["polygon_px"]:
                errors.append("out_of_tolerance")
            elif a[1] == "box" and max(abs(np.subtract(a[2].bounds, b[2].bounds))) > TOLERANCE["box_edge_px"]:
                errors.append("out_of_tolerance")
        reference = [x for i, x in enumerate(reference) if i not in {i for i, _ in pairs}]
        candidate = [x for j, x in enumerate(candidate) if j not in {j for _, j in pairs}]
    return errors + ["missing"] * len(reference) + ["extra"] * len(candidate)


def assd_mm(a, b):
    found = surface_distance.compute_surface_distances(a, b, (2.5, 0.8, 0.8))
    sums = [found[f"distances_{x}"] @ found[f"surfel_areas_{y}"] for x, y in (("gt_to_pred", "gt"), ("pred_to_gt", "pred"))]
    return sum(sums) / (found["surfel_areas_gt"].sum() + found["surfel_areas_pred"].sum())


def errors_of(item, reference, candidate):
    errors = []
    assert ("finding" in reference) == ("finding" in candidate), item
    if "finding" in reference and reference["finding"] != candidate["finding"]:
        errors.append("wrong_finding")
    if "severity" in reference and reference["severity"] != candidate["severity"]:
        errors.append("wrong_severity")
    errors += shape_errors(reference.get("shapes", []), candidate.get("shapes", []))
    if "landmarks" in reference:
        a, b = reference["landmarks"], candidate["landmarks"]
        assert a.keys() == b.keys()
        far_mm = max(Point(a[name]).distance(Point(b[name])) * 1.4 for name in a)
        if far_mm > LANDMARKS_MM:
            errors.append("landmarks_out_of_tolerance")
    if "volume" in reference and assd_mm(reference["volume"], candidate["volume"]) > 0.8:
        errors.append("volume_out_of_tolerance")
    return errors


def status(n_errors, n):
    lower = beta.ppf(1 - LEVEL, n_errors, n - n_errors + 1) if n_errors else 0.0
    upper = beta.ppf(LEVEL, n_errors + 1, n - n_errors) if n_errors < n else 1.0
    word = "pass" if upper < LIMIT else "fail" if lower >= LIMIT else "insufficient_evidence"
    return {"n_errors": n_errors, "n": n, "lower": round(lower, 6), "upper": round(upper, 6), "status": word}


def compare():
    """Every candidate against each kind of reference, and against the highest kind only."""
    rows = []
    for item, of_item in readings.items():
        references = {found["reference"]: (key, found) for key, found in of_item.items() if "reference" in found}
        for (rater, stage), candidate in of_item.items():
            above = PRECEDENCE if "reference" not in candidate else PRECEDENCE[: PRECEDENCE.index(candidate["reference"])]
            kinds = [kind for kind in above if kind in references and references[kind][0][0] != rater]
            for kind in kinds:
                errors = errors_of(item, references[kind][1], candidate)
                rows.append((studies[item], item, stage, kind, rater, week_of(candidate["finished"]), errors, kind == kinds[0]))
    return rows


def tally(rows, key):
    wrong, n = defaultdict(set), defaultdict(set)
    for row in rows:
        n[key(row)].add((row[0], row[4]))
        if row[6]:
            wrong[key(row)].add((row[0], row[4]))
    return {"/".join(k): status(len(wrong[k]), len(n[k])) for k in sorted(n)}


def agreement():
    films = sorted(item for item, of_item in readings.items() if any("severity" in found for found in of_item.values()))
    readers = [f"reader-{x}" for x in "abcde"]
    table = [[readings[item][rater, "annotation"]["finding"] for rater in readers] for item in films]
    severity = np.array([[readings[item][rater, "annotation"]["severity"] for item in films] for rater in readers])
    columns = np.array(table).T
    kappa = {f"{readers[i]}/{readers[j]}": round(cohen_kappa_score(columns[i], columns[j]), 9) for i, j in combinations(range(5), 2)}
    codes = np.unique(columns, return_inverse=True)[1].reshape(columns.shape)
    return {
        "n_films": len(films),
        "finding_cohen_kappa": kappa,
        "finding_fleiss_kappa": round(fleiss_kappa(aggregate_raters(codes.T)[0]), 9),
        "finding_krippendorff_alpha_nominal": round(krippendorff.alpha(codes, level_of_measurement="nominal"), 9),
        "severity_krippendorff_alpha_ordinal": round(krippendorff.alpha(severity, level_of_measurement="ordinal"), 9),
    }


def volumes():
    result = {}
    for item, of_item in readings.items():
        gold = next((found["volume"] for found in of_item.values() if found.get("reference") == "gold" and "volume" in found), None)
        if gold is None:
            continue
        for (rater, _), found in of_item.items():
            if "reference" in found:
                continue
            a, b = int(gold.sum()), int(found["volume"].sum())
            both = int((gold & found["volume"]).sum())
            result.setdefault(rater, {})[item] = {
                "n_gold_voxels": a, "n_voxels": b, "n_intersection": both, "dice": round(2 * both / (a + b), 9),
                "relative_volume_difference": round((b - a) / a, 9), "assd_mm": round(assd_mm(gold, found["volume"]), 6),
            }
    means = {rater: float(np.mean([x["relative_volume_difference"] for x in of_rater.values()])) for rater, of_rater in result.items()}
    return {"of_volume": result, "mean_relative_volume_difference": {rater: round(x, 9) for rater, x in means.items()}}


def per_day():
    seen = defaultdict(lambda: defaultdict(set))
    for item, of_item in readings.items():
        for (rater, stage), found in of_item.items():
            if rater != "panel" and not rater.startswith("clinician"):
                seen[stage, rater][found["finished"][:10]].add(studies[item])
    return {f"{stage}/{rater}": {day: len(items) for day, items in sorted(days.items())} for (stage, rater), days in sorted(seen.items())}


def shares_in_band(counted):
    band = PROTOCOL["throughput"]
    shares = defaultdict(lambda: [0, 0])
    for key, days in counted.items():
        stage = key.split("/")[0]
        for n in days.values():
            for name in (key, stage):
                shares[name][0] += band["min_per_day"] <= n <= band["max_per_day"]
                shares[name][1] += 1
    return {name: {"n_in_band": a, "n_days": b} for name, (a, b) in shares.items()}


def check(truth, rows, result):
    """The generator's own account must agree with what was read back."""
    found = Counter()
    for study, item, stage, kind, rater, week, errors, highest in rows:
        if highest and "finding" in next(iter(readings[item].values())):
            found[stage, kind, rater, week, "n"] += 1
            found[stage, kind, rater, week, "wrong"] += "wrong_finding" in errors
    for row in truth["findings"]:
        key = row["stage"], row["reference"], row["rater"], row["week"]
        assert (found[*key, "n"], found[*key, "wrong"]) == (row["n_assessed"], row["n_wrong"]), (row, found[*key, "n"])
    for row in truth["calibration_films"]:
        drawn = [x for x in rows if x[2] == "annotation" and x[4] == row["rater"] and x[5] == row["week"] and "landmarks" in readings[x[1]][x[4], x[2]]]
        assert Counter(kind for x in drawn for kind in x[6]) == Counter(row["errors"]), (row, drawn)
        assert sorted(x[1] for x in drawn if x[6]) == row["wrong_films"]
    for row in truth["ct"]:
        for rater, facts in row["readers"].items():
            seen = result["ct"]["of_volume"][rater][row["item"]]
            assert (seen["n_gold_voxels"], seen["n_voxels"], seen["n_intersection"]) == (row["n_gold_voxels"], facts["n_voxels"], facts["n_intersection"])
    for stage, raters in truth["studies_per_day"].items():
        for rater, days in raters.items():
            assert result["studies_per_day"][f"{stage}/{rater}"] == days


def main():
    for entry in tomllib.loads((ROOT / "manifest.toml").read_text())["import"]:
        kind = entry["path"].split("/")[0]
        {"csv": read_csv, "coco": read_coco, "cvat": read_cvat, "label-studio": read_label_studio, "dicom-seg": read_seg}[kind](entry)
    rows = compare()
    highest = [row for row in rows if row[7]]
    tools = ["highdicom", "krippendorff", "numpy", "pycocotools", "pydicom", "scikit-learn", "scipy", "shapely", "statsmodels", "surface-distance"]
    kinds = Counter((x[2], x[3], x[4], kind) for x in highest for kind in x[6])
    result = {
        "script": "tests/oracles/demo/measure.py",
        "date": date.today().isoformat(),
        "seed": json.loads((ROOT / "truth.json").read_text())["seed"],
        "tools": {tool: version(tool) for tool in tools},
        "unit": "study and rater; each against its highest kind of reference, unless stated otherwise",
        "limit": LIMIT,
        "n_studies": len(set(studies.values())),
        "n_records": dict(counts),
        "error_rate_by_stage": tally(highest, lambda x: (x[2], x[3])),
        "error_rate_by_stage_against_every_kind": tally(rows, lambda x: (x[2], x[3])),
        "error_rate_by_rater": tally(highest, lambda x: (x[2], x[3], x[4])),
        "error_rate_by_week": tally(highest, lambda x: (x[2], x[3], x[5])),
        "error_rate_by_site": tally(highest, lambda x: (x[2], x[3], sites[x[1]])),
        "error_rate_by_rater_and_week": tally(highest, lambda x: (x[2], x[3], x[4], x[5])),
        "errors_by_kind": {"/".join(key): n for key, n in sorted(kinds.items())},
        "studies_per_day": per_day(),
        "share_of_days_in_band": shares_in_band(per_day()),
        "agreement": agreement(),
        "ct": volumes(),
    }
    check(json.loads((ROOT / "truth.json").read_text()), rows, result)
    json.dump(result, sys.stdout, indent=1, sort_keys=True)
    print()


main()
