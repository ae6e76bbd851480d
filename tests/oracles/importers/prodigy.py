"""Spans of a sample in Prodigy's JSON lines, by Python's own json and strings.

Run: python tests/oracles/importers/prodigy.py <folder of samples> > tests/oracles/importers/prodigy.json
"""
import collections, datetime, json, platform, sys

path = "text-ner/annotated_news_headlines-ORG-PERSON-LOCATION-ner.jsonl"
labels, states, spans, quoted = collections.Counter(), collections.Counter(), [], 0
with open(f"{sys.argv[1]}/{path}", encoding="utf-8") as file:
    for task in map(json.loads, file):
        if task["answer"] != "accept":
            states["skipped"] += 1
            continue
        found = task.get("spans", [])
        states["annotated" if found else "reviewed_empty"] += 1
        for span in found:
            text = task["text"][span["start"]:span["end"]]
            assert text and text == span.get("text", text)
            labels[span["label"]] += 1
            quoted += len(text)
            spans.append([str(task["_input_hash"]), span["start"], span["end"], span["label"]])
print(json.dumps({
    "tool": f"Python {platform.python_version()}", "date": str(datetime.date.today()), "path": path,
    "labels": labels, "states": states, "characters": quoted, "spans": sorted(spans),
}))
