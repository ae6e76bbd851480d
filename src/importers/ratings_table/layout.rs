//! Which column of a table is what.

use std::collections::{BTreeMap, BTreeSet};

/// Columns with a meaning of their own.
pub const KNOWN: [&str; 14] = [
    "item", "rater", "label", "study", "stage", "role", "reference", "finished_at", "active_s", "confidence", "site", "modality",
    "session", "question",
];
/// Those of them that say something about an item; in a table with a column a rater, every other column is a rater.
const OF_ITEMS: [&str; 6] = ["item", "study", "finished_at", "site", "modality", "session"];
/// Rows looked at to tell items from ratings.
pub const MAX_SAMPLE: usize = 200;

/// Different numbers beyond which a matrix without names is no matrix of ratings.
const MAX_UNNAMED_RANKS: usize = 30;

/// Words that tell a long table with columns of its own naming from a table with one column a rater.
const RATER_WORDS: [&str; 14] = [
    "rater", "reader", "annotator", "observer", "reviewer", "grader", "coder", "judge", "assessor", "evaluator", "user", "labeler",
    "labeller", "worker",
];
const LABEL_WORDS: [&str; 11] = [
    "label", "rating", "score", "grade", "diagnosis", "class", "category", "value", "response", "answer", "annotation",
];
const ITEM_WORDS: [&str; 18] = [
    "", "item", "id", "case", "image", "slide", "subject", "sample", "specimen", "lesion", "row", "no", "nr", "number", "file",
    "filename", "patient", "scan",
];
const BOX_WORDS: [&str; 6] = ["xmin", "ymin", "xmax", "ymax", "bbox", "x1"];

/// What a table's columns hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Names, where the table has them.
    pub names: Option<Vec<String>>,
    /// Whether the first row holds the names.
    pub has_header_row: bool,
    /// Column of each known field.
    pub known: BTreeMap<&'static str, usize>,
    pub shape: TableShape,
}

/// One rating a row, or one row an item.
#[derive(Clone, Debug, PartialEq)]
pub enum TableShape {
    Long {
        /// Columns without a known meaning, kept as attributes.
        attributes: Vec<(usize, String)>,
    },
    Wide {
        raters: Vec<(usize, String)>,
    },
}

/// Why the columns cannot be told apart.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LayoutError {
    #[error("`{field}` is not a known column; known are {}", KNOWN.join(", "))]
    UnknownField { field: String },
    #[error("there is no column `{column}`; the table has {}", quoted(names))]
    NoColumn { column: String, names: Vec<String> },
    #[error("{} do not say which column is the item, the rater and the label; name them, as in --column rater=Reader", quoted(names))]
    Unclear { names: Vec<String> },
    #[error("{} hold boxes, not ratings", quoted(names))]
    Boxes { names: Vec<String> },
    #[error("two columns are called `{name}`; rename one")]
    SameName { name: String },
    #[error("{} share no values, so they do not seem to be raters; name the item, the rater and the label, as in --column rater=Reader", quoted(names))]
    Unlike { names: Vec<String> },
    #[error("there are {found} columns of ratings; at least two are needed, or the columns item, rater and label")]
    TooFewRaters { found: usize },
}

/// A table's first rows.
pub struct Sample<'a> {
    /// Names that the format keeps apart from the rows.
    pub names: Option<&'a [String]>,
    pub rows: Vec<Vec<String>>,
    /// R leaves out the name of the row names, so that the header is one field short.
    pub is_header_short: bool,
}

impl Layout {
    /// Tells the columns apart, given the user's names for known fields.
    pub fn of(sample: &Sample<'_>, columns: &BTreeMap<String, String>) -> Result<Self, LayoutError> {
        for field in columns.keys() {
            if !KNOWN.contains(&field.as_str()) {
                return Err(LayoutError::UnknownField { field: field.clone() });
            }
        }
        let has_header_row = sample.names.is_none() && has_header(sample, columns);
        let names: Option<Vec<String>> = match (sample.names, has_header_row) {
            (Some(names), _) => Some(names.to_vec()),
            (None, true) => sample.rows.first().map(|first| header_names(first, sample.is_header_short)),
            (None, false) => None,
        };
        let rows = sample.rows.get(usize::from(has_header_row)..).unwrap_or_default();
        let Some(names) = names else {
            if let Some(column) = columns.values().next() {
                return Err(LayoutError::NoColumn {
                    column: column.clone(),
                    names: Vec::new(),
                });
            }
            return Self::wide(None, false, BTreeMap::new(), rows);
        };
        let known = known_columns(&names, columns)?;
        if known.contains_key("item") && known.contains_key("label") {
            let is_known = |index: &usize| known.values().any(|column| column == index);
            let others = names.iter().cloned().enumerate().filter(|(index, _)| !is_known(index));
            let attributes = others.filter(|(_, name)| !name.is_empty()).collect();
            return Ok(Self {
                names: Some(names),
                has_header_row,
                known,
                shape: TableShape::Long { attributes },
            });
        }
        check_words(&names, &known)?;
        Self::wide(Some(names), has_header_row, known, rows)
    }

    fn wide(
        names: Option<Vec<String>>,
        has_header_row: bool,
        mut known: BTreeMap<&'static str, usize>,
        rows: &[Vec<String>],
    ) -> Result<Self, LayoutError> {
        known.retain(|field, _| OF_ITEMS.contains(field));
        let n_columns = names.as_ref().map_or_else(|| rows.first().map_or(0, Vec::len), Vec::len);
        if !known.contains_key("item") && known.values().all(|column| *column != 0) {
            let first_name = names.as_ref().and_then(|names| names.first());
            if first_name.is_some_and(|name| ITEM_WORDS.contains(&plain(name).as_str())) || names_rows(rows) {
                known.insert("item", 0);
            }
        }
        let taken: BTreeSet<usize> = known.values().copied().collect();
        let raters: Vec<(usize, String)> = (0..n_columns)
            .filter(|column| !taken.contains(column))
            .enumerate()
            .map(|(number, column)| {
                let name = names.as_ref().and_then(|names| names.get(column)).filter(|name| !name.is_empty());
                (column, name.cloned().unwrap_or_else(|| format!("rater-{}", number + 1)))
            })
            .collect();
        if raters.len() < 2 {
            return Err(LayoutError::TooFewRaters { found: raters.len() });
        }
        let mut seen = BTreeSet::new();
        if let Some((_, name)) = raters.iter().find(|(_, name)| !seen.insert(name.as_str())) {
            return Err(LayoutError::SameName { name: name.clone() });
        }
        if !are_alike(rows, &raters, names.is_some()) {
            let names = raters.into_iter().map(|(_, name)| name).collect();
            return Err(LayoutError::Unlike { names });
        }
        Ok(Self {
            names,
            has_header_row,
            known,
            shape: TableShape::Wide { raters },
        })
    }

    /// Where a field stands.
    pub fn column(&self, field: &str) -> Option<usize> {
        self.known.get(field).copied()
    }
}

fn header_names(first: &[String], is_short: bool) -> Vec<String> {
    let row_names = is_short.then(String::new);
    let n = first.len() - usize::from(is_short);
    row_names.into_iter().chain(first.iter().take(n).cloned()).collect()
}

fn known_columns(
    names: &[String],
    columns: &BTreeMap<String, String>,
) -> Result<BTreeMap<&'static str, usize>, LayoutError> {
    let position = |wanted: &str| {
        let exact = names.iter().position(|name| name == wanted);
        exact.or_else(|| names.iter().position(|name| name.eq_ignore_ascii_case(wanted)))
    };
    let mut known = BTreeMap::new();
    for field in KNOWN {
        let found = match columns.get(field) {
            Some(column) => Some(position(column).ok_or_else(|| LayoutError::NoColumn {
                column: column.clone(),
                names: names.to_vec(),
            })?),
            // A column that the user gave to another field keeps that meaning only.
            None if columns.values().any(|column| column.eq_ignore_ascii_case(field)) => None,
            None => position(field),
        };
        known.extend(found.map(|column| (field, column)));
    }
    Ok(known)
}

fn check_words(names: &[String], known: &BTreeMap<&'static str, usize>) -> Result<(), LayoutError> {
    let words: Vec<String> = names.iter().map(|name| plain(name)).collect();
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    if words.iter().filter(|word| BOX_WORDS.contains(&word.as_str())).count() > 1 {
        return Err(LayoutError::Boxes { names: names.to_vec() });
    }
    let names_fields = known.contains_key("rater") || known.contains_key("label");
    if names_fields || (has(&RATER_WORDS) && has(&LABEL_WORDS)) {
        return Err(LayoutError::Unclear { names: names.to_vec() });
    }
    Ok(())
}

/// Lower case without marks and without a trailing "id" or "name".
fn plain(name: &str) -> String {
    let word: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let stem = word.strip_suffix("id").or_else(|| word.strip_suffix("name")).filter(|stem| !stem.is_empty());
    stem.map_or(word.clone(), str::to_owned)
}

fn has_header(sample: &Sample<'_>, columns: &BTreeMap<String, String>) -> bool {
    let Some((first, rest)) = sample.rows.split_first() else { return false };
    if sample.is_header_short {
        return true;
    }
    let is_name = |cell: &String| {
        KNOWN.iter().any(|field| cell.eq_ignore_ascii_case(field))
            || columns.values().any(|column| cell.eq_ignore_ascii_case(column))
    };
    if first.iter().any(is_name) {
        return true;
    }
    let distinct: BTreeSet<&String> = first.iter().collect();
    if distinct.len() < first.len() {
        return false;
    }
    let begins_with_id = first.first().is_some_and(|cell| ITEM_WORDS.contains(&plain(cell).as_str()));
    if begins_with_id && first.len() > 1 {
        return true;
    }
    let values: BTreeSet<&String> = rest.iter().flatten().collect();
    let is_text = |cell: &String| !cell.is_empty() && number(cell).is_none();
    first.iter().all(is_text) && !first.iter().all(|cell| values.contains(cell))
}

/// Whether the first column names items: text that never repeats, or numbers that count rows and are no ratings.
fn names_rows(rows: &[Vec<String>]) -> bool {
    let first: Vec<&String> = rows.iter().filter_map(|row| row.first()).collect();
    let distinct: BTreeSet<&String> = first.iter().copied().collect();
    if first.len() < 3 || distinct.len() < first.len() || first.iter().any(|cell| cell.is_empty()) {
        return false;
    }
    let ratings: BTreeSet<&String> = rows.iter().flat_map(|row| row.iter().skip(1)).collect();
    if first.iter().all(|cell| ratings.contains(cell)) {
        return false;
    }
    let numbers: Vec<f64> = first.iter().filter_map(|cell| number(cell)).collect();
    if numbers.is_empty() {
        return true;
    }
    numbers.len() == first.len() && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1.0)
}

/// Whether columns can be ratings of the same things: all numbers (few different ones, where nothing names the columns), or
/// categories of which each column shares one with another.
fn are_alike(rows: &[Vec<String>], raters: &[(usize, String)], are_named: bool) -> bool {
    let values_of = |column: usize| -> BTreeSet<&str> {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(String::as_str);
        cells.filter(|cell| !super::ratings::is_missing(cell)).collect()
    };
    let values: Vec<BTreeSet<&str>> = raters.iter().map(|(column, _)| values_of(*column)).collect();
    let pooled: BTreeSet<&str> = values.iter().flatten().copied().collect();
    if pooled.iter().all(|value| number(value).is_some()) {
        return are_named || pooled.len() <= MAX_UNNAMED_RANKS;
    }
    let others_share = |at: usize, value: &str| {
        values.iter().enumerate().any(|(other, values)| other != at && values.contains(value))
    };
    values.iter().enumerate().all(|(at, own)| own.is_empty() || own.iter().any(|value| others_share(at, value)))
}

/// A number, with a point or a decimal comma.
pub fn number(text: &str) -> Option<f64> {
    text.replacen(',', ".", 1).parse::<f64>().ok().filter(|number| number.is_finite())
}

fn quoted(names: &[String]) -> String {
    if names.is_empty() {
        return "no header row".to_owned();
    }
    let shown: Vec<String> = names.iter().take(12).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > 12 { ", …" } else { "" };
    format!("the columns {}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::{Layout, LayoutError, Sample, TableShape};
    use std::collections::BTreeMap;

    fn layout(text: &str, columns: &[(&str, &str)]) -> Result<Layout, LayoutError> {
        let rows: Vec<Vec<String>> =
            text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect();
        let columns: BTreeMap<String, String> =
            columns.iter().map(|(field, name)| (field.to_string(), name.to_string())).collect();
        let sample = Sample { names: None, rows, is_header_short: false };
        Layout::of(&sample, &columns)
    }

    fn raters(layout: &Layout) -> Vec<&str> {
        match &layout.shape {
            TableShape::Wide { raters } => raters.iter().map(|(_, name)| name.as_str()).collect(),
            TableShape::Long { .. } => panic!("a long table"),
        }
    }

    #[test]
    fn a_long_table_keeps_other_columns_as_attributes() {
        let found = layout("Item,rater,LABEL,quality\nx,r1,a,good\n", &[]).expect("long");
        assert_eq!(found.shape, TableShape::Long { attributes: vec![(3, "quality".to_owned())] });
        assert_eq!(found.column("label"), Some(2));
    }

    #[test]
    fn own_names_are_mapped_and_asked_for() {
        let text = "case,Reader,score\nx,r1,a\n";
        assert!(matches!(layout(text, &[]), Err(LayoutError::Unclear { .. })));
        let mapped = layout(text, &[("item", "case"), ("rater", "reader"), ("label", "score")]).expect("long");
        assert_eq!(mapped.column("rater"), Some(1));
        assert!(matches!(layout(text, &[("item", "image")]), Err(LayoutError::NoColumn { .. })));
        assert!(matches!(layout(text, &[("reader", "Reader")]), Err(LayoutError::UnknownField { .. })));
    }

    #[test]
    fn a_matrix_of_numbers_has_a_column_a_rater_and_no_items() {
        let found = layout("1,2,1\n1,1,2\n3,3,3\n", &[]).expect("wide");
        assert_eq!(raters(&found), ["rater-1", "rater-2", "rater-3"]);
        assert_eq!(found.column("item"), None);
        assert!(!found.has_header_row);
    }

    #[test]
    fn row_numbers_are_items_and_numbered_raters_a_header() {
        let found = layout("case,1,2\n101,0,1\n102,1,1\n", &[]).expect("wide");
        assert!(found.has_header_row);
        assert_eq!((found.column("item"), raters(&found)), (Some(0), vec!["1", "2"]));
        let without_header = layout("10,0,1\n11,1,1\n12,0,0\n", &[]).expect("wide");
        assert_eq!(without_header.column("item"), Some(0));
    }

    #[test]
    fn row_names_written_by_r_are_items() {
        let found = layout("\"\",a,b\nx,1,2\ny,1,1\nz,2,2\n".replace('"', "").as_str(), &[]).expect("wide");
        assert_eq!((found.column("item"), raters(&found)), (Some(0), vec!["a", "b"]));
        let rows = vec![vec!["a".into(), "b".into(), String::new()], vec!["x".into(), "1".into(), "2".into()]];
        let short = Sample { names: None, rows, is_header_short: true };
        let found = Layout::of(&short, &BTreeMap::new()).expect("wide");
        assert_eq!((found.column("item"), raters(&found)), (Some(0), vec!["a", "b"]));
    }

    #[test]
    fn categories_in_the_first_row_are_no_header() {
        let found = layout("benign,malignant\nmalignant,malignant\nbenign,benign\n", &[]).expect("wide");
        assert!(!found.has_header_row);
        let named = layout("anna,boris\nbenign,malignant\nbenign,benign\n", &[]).expect("wide");
        assert!(named.has_header_row);
    }

    #[test]
    fn boxes_and_single_columns_are_no_ratings() {
        assert!(matches!(layout("file,xmin,ymin,xmax,ymax\na,1,2,3,4\n", &[]), Err(LayoutError::Boxes { .. })));
        let mixed = layout("file,size,kind\na.png,10,cat\nb.png,20,dog\nc.png,30,cat\n", &[]);
        assert!(matches!(mixed, Err(LayoutError::Unlike { .. })));
        assert!(matches!(layout("item,a\nx,1\ny,2\n", &[]), Err(LayoutError::TooFewRaters { found: 1 })));
        assert!(matches!(layout("item,a,a\nx,1,2\n", &[]), Err(LayoutError::SameName { .. })));
    }
}
