"""Counts what the radiograph readings of LIDC-IDRI hold, without any of Concord's code.

    python radiographs.py FOLDER_WITH_XML > radiographs.json

An image is one imageSOP_UID, or the series where a file with sessions names none. Every session of a file reads every image of
that file; a reading is empty when the session has no mark on the image. Coordinates are summed at the centres of their pixels.
"""
import collections, datetime, json, sys
from pathlib import Path
import lxml.etree as etree

counts, sums, images, studies = collections.Counter(), collections.Counter(), set(), set()
for path in sorted(Path(sys.argv[1]).rglob("*.xml")):
    root = etree.parse(path).getroot()
    if etree.QName(root).localname != "IdriReadMessage":
        continue
    counts["files"] += 1
    ns = "{%s}" % etree.QName(root).namespace
    sessions = root.findall(ns + "CXRreadingSession")
    if not sessions:
        counts["files_without_session"] += 1
        continue
    own = {e.text.strip() for e in root.iter(ns + "imageSOP_UID")} or {root.findtext(f".//{ns}SeriesInstanceUID")}
    images |= own
    studies.add(root.findtext(f".//{ns}StudyInstanceUID"))
    for session in sessions:
        marks = session.findall(ns + "unblindedRead")
        counts["marks"] += len(marks)
        seen = {mark.findtext(f"{ns}roi/{ns}imageSOP_UID").strip() for mark in marks}
        counts["readings"] += len(own)
        counts["empty_readings"] += len(own - seen)
        for mark in marks:
            sums["x"] += int(mark.findtext(f".//{ns}xCoord")) + 0.5
            sums["y"] += int(mark.findtext(f".//{ns}yCoord")) + 0.5
            for rating in mark.find(ns + "characteristics"):
                sums[etree.QName(rating).localname] += int(rating.text)
counts["images"], counts["studies"] = len(images), len(studies)
print(json.dumps({"tool": f"lxml {etree.__version__}", "date": str(datetime.date.today()), "counts": counts, "sums": sums}, indent=1, sort_keys=True))
