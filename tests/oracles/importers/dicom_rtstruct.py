"""Areas and voxels of the sample structure sets with pydicom, shapely and numpy. Run with the folder of samples as argument.

Areas: even-odd over the contours of a region on one image, in mm², from shapely alone. Voxels: the centres of a made-up grid that an odd
number of contours hold, by a ray along the row; the test writes headers of images on that grid.
"""
import datetime, json, sys
from pathlib import Path
import numpy, pydicom, shapely

COLUMNS, ROWS, DX, DY, X0, Y0 = 420, 600, 1.5, 1.25, -301.237, -523.119
FILES = ["rtss.dcm", "mock_data/rt.dcm", "empty/dummy_rt.dcm"]


def centres_inside(rings):
    inside = numpy.zeros((ROWS, COLUMNS), bool)
    xs, ys = X0 + DX * numpy.arange(COLUMNS), Y0 + DY * numpy.arange(ROWS)
    for ring in rings:
        for (ax, ay), (bx, by) in zip(ring, numpy.roll(ring, -1, axis=0)):
            for row in numpy.nonzero((ys >= min(ay, by)) & (ys < max(ay, by)))[0]:
                inside[row] ^= xs >= ax + (ys[row] - ay) * (bx - ax) / (by - ay)
    return inside


def area(rings):
    whole = shapely.Polygon()
    for ring in rings:
        whole = whole.symmetric_difference(shapely.make_valid(shapely.Polygon(ring)))
    return whole.area


def facts(path):
    data = pydicom.dcmread(path)
    names = {roi.ROINumber: roi.ROIName for roi in data.StructureSetROISequence}
    found = {}
    for roi in data.ROIContourSequence:
        planes = {}
        for contour in roi.get("ContourSequence", []):
            points = numpy.array(contour.ContourData, float).reshape(-1, 3)
            image = contour.ContourImageSequence[0].ReferencedSOPInstanceUID
            planes.setdefault((image, float(points[0, 2])), []).append(points[:, :2])
        if not planes:
            continue
        entry = {"areas": {image: area(rings) for (image, _), rings in planes.items()}, "planes": []}
        for (_, z), rings in sorted(planes.items(), key=lambda one: one[0][1]):
            inside = centres_inside(rings)
            y, x = numpy.nonzero(inside)
            entry["planes"].append([round(z * 1000), int(inside.sum()), int(x.sum()), int(y.sum())])
        found[str(names[roi.ReferencedROINumber])] = entry
    frame = data.ReferencedFrameOfReferenceSequence[0]
    series = frame.RTReferencedStudySequence[0].RTReferencedSeriesSequence[0]
    return {"frame_of_reference": frame.FrameOfReferenceUID, "series": series.SeriesInstanceUID,
            "images": [one.ReferencedSOPInstanceUID for one in series.ContourImageSequence], "regions": found}


folder = Path(sys.argv[1])
print(json.dumps({"tool": "pydicom, shapely, numpy", "version": f"{pydicom.__version__}, {shapely.__version__}, {numpy.__version__}",
                  "script": "dicom_rtstruct.py", "date": str(datetime.date.today()),
                  "grid": {"columns": COLUMNS, "rows": ROWS, "dx_mm": DX, "dy_mm": DY, "x0_mm": X0, "y0_mm": Y0},
                  "files": {name: facts(folder / name) for name in FILES}}))
