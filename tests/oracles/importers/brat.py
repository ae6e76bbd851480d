"""Spans and attributes of a sample in brat standoff, by Python's own strings.

Run: python tests/oracles/importers/brat.py <folder of samples> > tests/oracles/importers/brat.json
"""
import collections, datetime, json, platform, re, sys

path = "text-ner/TDT/w078"
with open(f"{sys.argv[1]}/{path}.txt", encoding="utf-8", newline="") as file:
    text = file.read()
spans, counts, attributes = [], collections.Counter(), collections.Counter()
with open(f"{sys.argv[1]}/{path}.ann", encoding="utf-8") as file:
    for line in file.read().split("\n"):
        found = re.fullmatch(r"T\d+\t(\S+) (\d+) (\d+)\t(.*)", line)
        if found:
            label, start, end, quoted = found[1], int(found[2]), int(found[3]), found[4]
            spans.append([start, end, label, text[start:end] == quoted])
        elif line:
            counts[line[0]] += 1
        if line.startswith("A"):
            attributes[line.split("\t")[1].split(" ")[0]] += 1
print(json.dumps({
    "tool": f"Python {platform.python_version()}", "date": str(datetime.date.today()), "path": path,
    "labels": collections.Counter(label for _, _, label, _ in spans), "others": counts, "attributes": attributes,
    "quoted": sum(fits for *_, fits in spans), "spans": [span[:2] for span in spans],
}))
