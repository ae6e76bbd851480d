"""Ratings in the fixtures and sample tables, read without the project: pandas and openpyxl.

Usage: ratings_table.py <project> <folder of samples> > ratings_table.json
"""
import datetime, json, sys
from importlib.metadata import version
from pathlib import Path
import pandas

project, samples = Path(sys.argv[1]), Path(sys.argv[2])
good = project / "tests/fixtures/ratings_table/good"
MISSING = ["", "NA", "N/A", "NaN", "null", ".", "#N/A"]


def text(value):
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def long(frame, item, rater, label, condition=None):
    found = []
    for _, row in frame.iterrows():
        value = row[label]
        if pandas.isna(value) or value == "#REF!":
            continue
        session = row[condition] if condition and not pandas.isna(row[condition]) else ""
        found.append([text(row[item]), row[rater], text(value), session])
    return sorted(found)


def wide(frame, item, raters):
    melted = frame.melt(id_vars=item, value_vars=raters, var_name="r", value_name="v")
    return long(melted[~melted[item].isin(["Totaal"])], item, "r", "v")


read = dict(na_values=MISSING, keep_default_na=False)
answers = {
    "workbook.xlsx": long(
        pandas.read_excel(good / "workbook.xlsx", sheet_name="Ratings", header=3, usecols="B:G", **read).dropna(subset="Item"),
        "Item", "Rater", "Label"),
    "wide.xlsx": wide(pandas.read_excel(good / "wide.xlsx", **read), "casus", ["lezer 1", "lezer 2"]),
    "lines.ndjson": long(pandas.read_json(good / "lines.ndjson", lines=True, dtype=False), "item", "rater", "label"),
    "utf_16.csv": wide(pandas.read_csv(good / "utf_16.csv", encoding="utf-16", sep=";", decimal=",", **read), "item", ["r1", "r2"]),
    "utf_16_big_endian.tsv": long(pandas.read_csv(good / "utf_16_big_endian.tsv", encoding="utf-16", sep="\t"), "item", "rater", "label"),
    "bars.csv": long(pandas.read_csv(good / "bars.csv", sep="|", comment="#"), "item", "rater", "label"),
    "modalities.csv": long(pandas.read_csv(good / "modalities.csv"), "item", "rater", "label", "modality"),
}
counts = {}
for path in sorted(samples.glob("mom-pathology/**/*.csv")):
    frame = pandas.read_csv(path, header=None, dtype=str, na_values=MISSING, keep_default_na=False)
    counts[str(path.relative_to(samples))] = list(frame.shape)
print(json.dumps({
    "tool": f"pandas {version('pandas')}, openpyxl {version('openpyxl')}",
    "script": "ratings_table.py",
    "date": datetime.date.today().isoformat(),
    "ratings": answers,
    "shapes": counts,
}, indent=1, ensure_ascii=False))
