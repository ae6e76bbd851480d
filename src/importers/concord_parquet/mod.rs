//! Concord's own Parquet table, as `concord export --format parquet` writes it: one annotation a row, nothing lost.
//!
//! A reading without annotations has a row without a shape, an item without readings one without a rater.

mod cells;
mod rows;
mod shapes;
mod table;

use super::skips::skip;
use super::{Context, Detection, Format, ImportError, Importer, Limits, Sink, Upload, UploadFile};
use crate::domain::{ReadingKey, SkipReason};
use std::collections::HashMap;
use table::Table;

pub(super) use table::is_ours;

const FORMAT: Format = Format {
    key: "concord_parquet",
    title: "Concord Parquet",
    detected_by: "Parquet with the columns `item`, `rater`, `technique`, `shape` and `source_convention`",
    maps: "everything that Concord keeps: items, readings with stage, role, session, layer, state, times and review, annotations of every kind with \
           what was found wrong with them; what the file says goes before the upload's options",
    ignores: "further columns; a reading that another file of the upload holds too, counted",
    rater: "column `rater`",
    convention: "",
};

/// The importer of Concord's own table.
pub(super) struct ConcordParquet;

impl Importer for ConcordParquet {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        Detection::of_files(
            upload,
            0.99,
            "no Parquet file has the columns item, rater, technique, shape and source_convention",
            is_ours,
        )
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        _context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let mut announced = HashMap::new();
        for (number, file) in files
            .iter()
            .filter_map(|&index| upload.files().get(index))
            .enumerate()
        {
            read_file(file, number, upload.limits(), &mut announced, sink)?;
        }
        Ok(())
    }
}

/// Readings, with the number of the file that announced them.
type Announced = HashMap<ReadingKey, usize>;

fn read_file(
    file: &UploadFile,
    number: usize,
    limits: &Limits,
    announced: &mut Announced,
    sink: &mut dyn Sink,
) -> Result<(), ImportError> {
    let mut table = Table::open(file, limits)?;
    let mut n_rows = 0_u64;
    while let Some(cells) = table.next_row(file, limits)? {
        n_rows += 1;
        let record = format!("row {n_rows}");
        let found = match rows::row(&cells, limits) {
            Ok(found) => found,
            Err(detail) => {
                skip(sink, SkipReason::InvalidRecord, file.path(), record, detail)?;
                continue;
            }
        };
        let Some(reading) = found.reading else {
            sink.item(found.item)?;
            continue;
        };
        let key = reading.key.clone();
        match announced.get(&key) {
            None => {
                announced.insert(key.clone(), number);
                sink.item(found.item)?;
                sink.reading(reading)?;
            }
            // Said again, a reading's active time would add up.
            Some(known) if *known == number => {}
            Some(_) => {
                let detail = "belongs to a reading that an earlier file of the upload holds";
                skip(sink, SkipReason::InvalidRecord, file.path(), record, detail)?;
                continue;
            }
        }
        if let Some(annotation) = found.annotation {
            sink.annotation(&key, annotation)?;
        }
    }
    Ok(())
}
