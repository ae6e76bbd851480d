//! The cells of one row, by the names of their columns.

use parquet::record::Field;
use std::str::FromStr;

/// Every column of the table.
pub(super) const NAMES: &[&str] = &[
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
    "source_file",
    "source_id",
    "technique",
    "label",
    "shape",
    "attributes",
    "invalid",
    "width_px",
    "height_px",
    "n_slices",
    "finished_at_us",
    "active_ms",
    "reviewed_at_us",
    "annotation_finished_at_us",
    "annotation_active_ms",
    "spacing_z_mm",
    "spacing_y_mm",
    "spacing_x_mm",
    "confidence",
    "semantic",
];

/// One row.
pub(super) struct Cells([Option<Field>; NAMES.len()]);

impl Cells {
    /// A row without a value.
    pub fn empty() -> Self {
        Self([const { None }; NAMES.len()])
    }

    /// Puts a value at its column's place among [`NAMES`].
    pub fn put(&mut self, place: usize, field: Field) {
        if let Some(cell) = self.0.get_mut(place) {
            *cell = Some(field).filter(|field| *field != Field::Null);
        }
    }

    fn cell(&self, name: &str) -> Option<&Field> {
        let place = NAMES.iter().position(|known| *known == name)?;
        self.0.get(place)?.as_ref()
    }

    /// A text, where there is one.
    pub fn text(&self, name: &str) -> Result<Option<&str>, String> {
        match self.cell(name) {
            None => Ok(None),
            Some(Field::Str(text)) => Ok(Some(text)),
            Some(_) => Err(format!("`{name}` is no text")),
        }
    }

    /// As `text`, owned.
    pub fn owned(&self, name: &str) -> Result<Option<String>, String> {
        Ok(self.text(name)?.map(str::to_owned))
    }

    /// A text that the row cannot do without.
    pub fn needed(&self, name: &str) -> Result<String, String> {
        self.owned(name)?.ok_or_else(|| format!("has no `{name}`"))
    }

    /// One of a list of words, where there is one.
    pub fn word<T: FromStr<Err = String>>(&self, name: &str) -> Result<Option<T>, String> {
        let parse = |text: &str| {
            text.parse()
                // The message would quote the text.
                .map_err(|_| format!("`{name}` is none of the words that Concord writes"))
        };
        self.text(name)?.map(parse).transpose()
    }

    /// A word that the row cannot do without.
    pub fn needed_word<T: FromStr<Err = String>>(&self, name: &str) -> Result<T, String> {
        self.word(name)?.ok_or_else(|| format!("has no `{name}`"))
    }

    /// A whole number, where there is one.
    pub fn whole(&self, name: &str) -> Result<Option<i64>, String> {
        match self.cell(name) {
            None => Ok(None),
            Some(Field::Long(number)) => Ok(Some(*number)),
            Some(Field::Int(number)) => Ok(Some(i64::from(*number))),
            Some(_) => Err(format!("`{name}` is no whole number of 64 bits")),
        }
    }

    /// A size, where there is one.
    pub fn size(&self, name: &str) -> Result<Option<u32>, String> {
        let size = |number: i64| {
            u32::try_from(number).map_err(|_| format!("`{name}` is `{number}`, which is no size"))
        };
        self.whole(name)?.map(size).transpose()
    }

    /// A finite number, where there is one.
    pub fn fraction(&self, name: &str) -> Result<Option<f64>, String> {
        match self.cell(name) {
            None => Ok(None),
            Some(Field::Double(number)) if number.is_finite() => Ok(Some(*number)),
            Some(_) => Err(format!("`{name}` is no finite number of 64 bits")),
        }
    }

    /// A flag; one that is missing is not set.
    pub fn flag(&self, name: &str) -> Result<bool, String> {
        match self.cell(name) {
            None => Ok(false),
            Some(Field::Bool(flag)) => Ok(*flag),
            Some(_) => Err(format!("`{name}` is neither true nor false")),
        }
    }
}
