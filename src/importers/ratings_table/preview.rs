//! How a table would be read, before it is: its layout, what each column is, the first rows, what is left out, and the mapping
//! that says so.

use super::RatingsTable;
use super::TableError;
use super::guess::guess_columns;
use super::layout::{Layout, TableShape};
use super::layout_error::LayoutError;
use super::mapping::Mapping;
use super::opening::{Opened, description, open};
use super::rows::Rows;
use crate::domain::{
    Annotation, IngestOptions, Item, Reading, ReadingKey, Shape, Skip, TableLayout,
};
use crate::importers::{
    Context, Detected, Detection, ImportError, Importer, ReportingSink, Sink, SinkError, SkipGroup,
    Upload,
};
use serde::Serialize;
use std::collections::BTreeSet;

/// Rows shown as they would be read.
const MAX_ROWS: usize = 5;
/// Ratings shown of these rows.
const MAX_RATINGS: usize = 200;

/// How a table would be read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Preview {
    /// Path inside the upload of the table that is shown.
    pub file: String,
    /// Further tables of the upload, which would be read in their own layouts.
    pub other_files: Vec<String>,
    pub layout: TableLayout,
    /// The layout in a sentence.
    pub summary: String,
    /// Whether columns were guessed from their headings; an import does not guess so far, it needs the mapping.
    pub is_guessed: bool,
    pub columns: Vec<PreviewColumn>,
    /// The ratings of the first rows.
    pub rows: Vec<PreviewRating>,
    /// Ratings that would be kept.
    pub n_ratings: u64,
    /// What would be left out, by reason.
    pub left_out: Vec<SkipGroup>,
    pub notes: Vec<String>,
    /// To be saved and given to the next import.
    pub mapping: Mapping,
    /// The same as TOML.
    pub mapping_toml: String,
}

/// A column and what it is taken for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreviewColumn {
    /// Its heading; its number in a table without.
    pub name: String,
    /// A known field, `rater R1`, `category benign`, `attribute`, or `not read: …`.
    pub role: String,
}

/// One rating as it would be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreviewRating {
    /// Where it stands.
    pub place: String,
    pub item: String,
    pub rater: String,
    pub session: String,
    pub question: String,
    pub value: String,
}

/// Shows how the first table of an upload would be read with these options.
///
/// # Errors
/// No table in the upload, or one that cannot be read even with columns guessed from their headings.
pub fn preview(upload: &Upload, options: &IngestOptions) -> Result<Preview, ImportError> {
    let not_this = |reason: String| ImportError::NotThisFormat {
        format: super::FORMAT.key.to_owned(),
        reason,
    };
    let (confidence, files) = match RatingsTable.detect(upload) {
        Detection::Accepts { confidence, files } => (confidence, files),
        Detection::Rejects { reason } => return Err(not_this(reason)),
    };
    let mut tables = files
        .iter()
        .filter_map(|&index| Some((index, upload.files().get(index)?)));
    let Some((index, file)) = tables.next() else {
        return Err(not_this("there is no table in it".to_owned()));
    };
    let mut options = options.clone();
    let mut is_guessed = false;
    let mut opened = open(file, upload.limits(), &options);
    if let Err(TableError::Layout(LayoutError::Unclear { names })) = &opened
        && let Some(guessed) = guess_columns(names, &options.columns)
    {
        options.columns = guessed;
        is_guessed = true;
        opened = open(file, upload.limits(), &options);
    }
    let Some(opened) = opened.map_err(|error| error.at(file))? else {
        return Err(ImportError::container(file.path(), "the table is empty"));
    };
    complete(&mut options, &opened);
    let mapping = Mapping::of(&options);
    let mut first = FirstRows {
        by_item: !matches!(opened.layout.shape, TableShape::Long { .. }),
        seen: BTreeSet::new(),
        rows: Vec::new(),
    };
    let mut reporting = ReportingSink::new(&mut first, &super::FORMAT);
    RatingsTable.read(upload, &[index], &Context::new(&options)?, &mut reporting)?;
    let report = reporting.finish(&Detected {
        importer: &RatingsTable,
        confidence,
        files: vec![index],
        rejected: Vec::new(),
    });
    let summary = description(file, &opened);
    Ok(Preview {
        file: file.path().to_owned(),
        other_files: tables.map(|(_, file)| file.path().to_owned()).collect(),
        layout: layout_of(&opened.layout),
        notes: report
            .notes
            .into_iter()
            .filter(|note| *note != summary)
            .collect(),
        summary,
        is_guessed,
        columns: columns_of(&opened.layout),
        rows: first.rows,
        n_ratings: report.counts.annotations,
        left_out: report.skipped,
        mapping_toml: mapping.to_toml()?,
        mapping,
    })
}

/// Writes down what was found, so that the mapping reads the next table in the same way.
fn complete(options: &mut IngestOptions, opened: &Opened) {
    options.scale.get_or_insert_with(|| "nominal".to_owned());
    options.table.layout = Some(layout_of(&opened.layout));
    match &opened.rows {
        Rows::Text { dialect, .. } => {
            let delimiter = match dialect.separator {
                b'\t' => "tab".to_owned(),
                other => char::from(other).to_string(),
            };
            options.table.delimiter = Some(delimiter);
        }
        Rows::Sheet(sheet) => options.table.sheet = Some(sheet.name.clone()),
        Rows::Json(_) | Rows::Parquet(_) => {}
    }
    let frequency = match opened.layout.shape {
        TableShape::Wide { frequency, .. } => frequency.map(|column| ("frequency", column)),
        _ => None,
    };
    let Some(names) = &opened.layout.names else {
        return;
    };
    let known = opened.layout.known.iter();
    for (field, column) in known
        .map(|(field, column)| (*field, *column))
        .chain(frequency)
    {
        if let Some(name) = names.get(column).filter(|name| !name.is_empty()) {
            options.columns.insert(field.to_owned(), name.clone());
        }
    }
}

fn layout_of(layout: &Layout) -> TableLayout {
    match &layout.shape {
        TableShape::Long { .. } => TableLayout::Long,
        TableShape::Wide {
            frequency: None, ..
        } => TableLayout::Wide,
        TableShape::Wide { .. } => TableLayout::Patterns,
        TableShape::Counts { .. } => TableLayout::Counts,
    }
}

fn columns_of(layout: &Layout) -> Vec<PreviewColumn> {
    let mut roles: Vec<(usize, String)> = layout
        .known
        .iter()
        .map(|(field, column)| (*column, (*field).to_owned()))
        .collect();
    match &layout.shape {
        TableShape::Long { attributes } => {
            roles.extend(
                attributes
                    .iter()
                    .map(|(column, _)| (*column, "attribute".to_owned())),
            );
        }
        TableShape::Wide { raters, frequency } => {
            roles.extend(raters.iter().map(|one| {
                let condition = one.condition.as_ref();
                let under = condition.map_or(String::new(), |name| format!(" under {name}"));
                (one.column, format!("rater {}{under}", one.rater))
            }));
            roles.extend(frequency.map(|column| (column, "frequency".to_owned())));
        }
        TableShape::Counts { categories } => {
            let categories = categories.iter();
            roles.extend(categories.map(|(column, name)| (*column, format!("category {name}"))));
        }
    }
    let unread = layout
        .unread
        .iter()
        .map(|one| (one.column, format!("not read: {}", one.why)));
    roles.extend(unread);
    roles.sort();
    roles
        .into_iter()
        .map(|(column, role)| {
            let name = layout.names.as_ref().and_then(|names| names.get(column));
            let name = name.filter(|name| !name.is_empty()).cloned();
            PreviewColumn {
                name: name.unwrap_or_else(|| format!("column {}", column + 1)),
                role,
            }
        })
        .collect()
}

/// Keeps the ratings of the first rows only.
struct FirstRows {
    /// Whether a row is an item rather than a rating.
    by_item: bool,
    seen: BTreeSet<String>,
    rows: Vec<PreviewRating>,
}

impl Sink for FirstRows {
    fn item(&mut self, _: Item) -> Result<(), SinkError> {
        Ok(())
    }

    fn reading(&mut self, _: Reading) -> Result<(), SinkError> {
        Ok(())
    }

    fn annotation(&mut self, key: &ReadingKey, annotation: Annotation) -> Result<(), SinkError> {
        let (question, value) = match annotation.shape {
            Shape::Classification { question, value } => (question, value),
            Shape::Ordinal { question, rank } => (question, rank.to_string()),
            _ => return Ok(()),
        };
        let row = if self.by_item {
            key.item.clone()
        } else {
            annotation.source_id.clone()
        };
        let is_known = self.seen.contains(&row);
        if self.rows.len() < MAX_RATINGS && (is_known || self.seen.len() < MAX_ROWS) {
            self.seen.insert(row);
            self.rows.push(PreviewRating {
                place: annotation.source_id,
                item: key.item.clone(),
                rater: key.rater.clone(),
                session: key.session.clone(),
                question,
                value,
            });
        }
        Ok(())
    }

    fn skip(&mut self, _: Skip) -> Result<(), SinkError> {
        Ok(())
    }
}
