//! Rows of Concord's own table.

use crate::domain::{Annotation, Item, Reading, ReadingKey, Review, Shape, Track};
use crate::importers::structure;
use polars::prelude::{
    BooleanChunked, DataFrame, DataType, Float64Chunked, Int64Chunked, StringChunked,
};
use std::str::FromStr;

/// The columns of some rows.
pub(super) struct Columns {
    texts: Vec<(&'static str, StringChunked)>,
    wholes: Vec<(&'static str, Int64Chunked)>,
    fractions: Vec<(&'static str, Float64Chunked)>,
    semantic: BooleanChunked,
}

/// What one row says.
pub(super) struct Row {
    pub item: Item,
    pub reading: Reading,
    pub annotation: Option<Annotation>,
}

const TEXTS: &[&str] = &[
    "item",
    "study",
    "site",
    "modality",
    "image_name",
    "rater",
    "stage",
    "role",
    "reference",
    "session",
    "layer",
    "state",
    "review",
    "reviewer",
    "source_convention",
    "source_id",
    "technique",
    "label",
    "shape",
    "attributes",
    "invalid",
];
const WHOLES: &[&str] = &[
    "width_px",
    "height_px",
    "n_slices",
    "finished_at_us",
    "active_ms",
    "reviewed_at_us",
    "annotation_finished_at_us",
    "annotation_active_ms",
];
const FRACTIONS: &[&str] = &["spacing_z_mm", "spacing_y_mm", "spacing_x_mm", "confidence"];

impl Columns {
    /// Takes the columns; one that is missing or of another type is a fault of the file.
    pub fn of(frame: &DataFrame) -> Result<Self, String> {
        let column = |name: &str, kind: DataType| {
            let column = frame
                .column(name)
                .map_err(|_| format!("has no column `{name}`"))?;
            if *column.dtype() != kind && *column.dtype() != DataType::Null {
                return Err(format!(
                    "column `{name}` is `{}`; `{kind}` is needed",
                    column.dtype()
                ));
            }
            column
                .cast(&kind)
                .map_err(|_| format!("column `{name}` cannot be read as `{kind}`"))
        };
        let fault = |error: polars::prelude::PolarsError| error.to_string();
        let mut found = Self {
            texts: Vec::new(),
            wholes: Vec::new(),
            fractions: Vec::new(),
            semantic: column("semantic", DataType::Boolean)?
                .bool()
                .map_err(fault)?
                .clone(),
        };
        for &name in TEXTS {
            let column = column(name, DataType::String)?;
            found
                .texts
                .push((name, column.str().map_err(fault)?.clone()));
        }
        for &name in WHOLES {
            let column = column(name, DataType::Int64)?;
            found
                .wholes
                .push((name, column.i64().map_err(fault)?.clone()));
        }
        for &name in FRACTIONS {
            let column = column(name, DataType::Float64)?;
            found
                .fractions
                .push((name, column.f64().map_err(fault)?.clone()));
        }
        Ok(found)
    }

    fn text(&self, name: &str, row: usize) -> Option<&str> {
        let (_, column) = self.texts.iter().find(|(known, _)| *known == name)?;
        column.get(row)
    }

    fn owned(&self, name: &str, row: usize) -> Option<String> {
        self.text(name, row).map(str::to_owned)
    }

    fn whole(&self, name: &str, row: usize) -> Option<i64> {
        let (_, column) = self.wholes.iter().find(|(known, _)| *known == name)?;
        column.get(row)
    }

    fn fraction(&self, name: &str, row: usize) -> Result<Option<f64>, String> {
        let column = self.fractions.iter().find(|(known, _)| *known == name);
        match column.and_then(|(_, column)| column.get(row)) {
            Some(number) if !number.is_finite() => Err(format!("`{name}` is no finite number")),
            found => Ok(found),
        }
    }

    fn needed(&self, name: &str, row: usize) -> Result<String, String> {
        self.owned(name, row)
            .ok_or_else(|| format!("has no `{name}`"))
    }

    fn word<T: FromStr<Err = String>>(&self, name: &str, row: usize) -> Result<Option<T>, String> {
        self.text(name, row)
            .map(|text| text.parse().map_err(|error| format!("`{name}`: {error}")))
            .transpose()
    }

    fn needed_word<T: FromStr<Err = String>>(&self, name: &str, row: usize) -> Result<T, String> {
        self.word(name, row)?
            .ok_or_else(|| format!("has no `{name}`"))
    }

    fn side(&self, name: &str, row: usize) -> Result<Option<u32>, String> {
        self.whole(name, row)
            .map(|number| {
                u32::try_from(number)
                    .map_err(|_| format!("`{name}` is `{number}`, which is no size"))
            })
            .transpose()
    }

    /// Reads a row.
    pub fn row(&self, row: usize, file: &str) -> Result<Row, String> {
        let key = ReadingKey {
            item: self.needed("item", row)?,
            rater: self.needed("rater", row)?,
            stage: self.needed_word("stage", row)?,
            session: self.owned("session", row).unwrap_or_default(),
            layer: self.needed("layer", row)?,
        };
        let spacing = [
            self.fraction("spacing_z_mm", row)?,
            self.fraction("spacing_y_mm", row)?,
            self.fraction("spacing_x_mm", row)?,
        ];
        let spacing_mm = match spacing {
            [Some(z), Some(y), Some(x)] if z >= 0.0 && y > 0.0 && x > 0.0 => Some([z, y, x]),
            [None, None, None] => None,
            _ => return Err("the spacing is not three positive numbers".to_owned()),
        };
        let item = Item {
            key: key.item.clone(),
            study: self.needed("study", row)?,
            width_px: self.side("width_px", row)?,
            height_px: self.side("height_px", row)?,
            n_slices: self.side("n_slices", row)?,
            spacing_mm,
            modality: self.owned("modality", row),
            site: self.owned("site", row),
            image_name: self.owned("image_name", row),
        };
        let review = self.word("review", row)?.map(|outcome| Review {
            outcome,
            reviewer: self.owned("reviewer", row),
            at_us: self.whole("reviewed_at_us", row),
        });
        let reading = Reading {
            role: self.needed_word("role", row)?,
            reference: self.word("reference", row)?,
            state: self.needed_word("state", row)?,
            finished_at_us: self.whole("finished_at_us", row),
            active_ms: self.whole("active_ms", row),
            review,
            source_convention: self.owned("source_convention", row).unwrap_or_default(),
            source_file: file.to_owned(),
            key,
        };
        let size_px = item.width_px.zip(item.height_px);
        let annotation = match self.text("shape", row) {
            Some(shape) => Some(self.annotation(shape, row, size_px)?),
            None => None,
        };
        Ok(Row {
            item,
            reading,
            annotation,
        })
    }

    fn annotation(
        &self,
        shape: &str,
        row: usize,
        size_px: Option<(u32, u32)>,
    ) -> Result<Annotation, String> {
        // The messages of the reader of JSON could hold what stands in the file.
        let fault = |name: &str| format!("`{name}` is not what Concord writes");
        let attributes = match self.text("attributes", row) {
            Some(text) => serde_json::from_str(text).map_err(|_| fault("attributes"))?,
            None => Default::default(),
        };
        let shape: Shape = serde_json::from_str(shape).map_err(|_| fault("shape"))?;
        if self.text("technique", row) != Some(shape.technique().as_str()) {
            return Err(format!(
                "`technique` does not fit its shape, which is `{}`",
                shape.technique()
            ));
        }
        let shape = match shape {
            Shape::Track(track) => Track::new(track.shapes().to_vec())
                .map(Shape::Track)
                .map_err(|fault| fault.to_string())?,
            other => other,
        };
        let invalid = self
            .owned("invalid", row)
            .or_else(|| structure::invalid(&shape, size_px));
        Ok(Annotation {
            source_id: self.owned("source_id", row).unwrap_or_default(),
            label: self.needed("label", row)?,
            shape,
            attributes,
            confidence: self.fraction("confidence", row)?,
            finished_at_us: self.whole("annotation_finished_at_us", row),
            active_ms: self.whole("annotation_active_ms", row),
            semantic: self.semantic.get(row).unwrap_or_default(),
            invalid,
        })
    }
}
