//! A mapping that can be saved, so that the next table of the same kind is read without asking again.
//!
//! ```toml
//! scale = "ordinal"
//! layout = "long"
//! delimiter = ";"
//! missing = ["0"]
//!
//! [columns]
//! item = "Casus"
//! rater = "Lezer"
//! label = "Score"
//!
//! [values]
//! 1 = "benign"
//!
//! [roles]
//! MV = "consensus"
//! ```

use crate::domain::{IngestOptions, TableLayout, TableOptions};
use crate::importers::ImportError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How tables of one kind are read, as TOML.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// `nominal` or `ordinal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layout: Option<TableLayout>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// `,`, `;`, `|` or `tab`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<String>,
    /// Columns of one rater (or category) each; all that are nothing else where empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub raters: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rater_pattern: Option<String>,
    /// Cells that hold no rating, beyond those that never do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Known field → column.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, String>,
    /// Cell → label.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
    /// Rater → role or kind of reference.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<String, String>,
    /// Item → study.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub studies: BTreeMap<String, String>,
}

impl Mapping {
    /// Reads a saved mapping.
    ///
    /// # Errors
    /// Text that is no TOML, and keys or values that no mapping has.
    ///
    /// # Example
    /// ```
    /// use concord::domain::IngestOptions;
    /// use concord::importers::Mapping;
    ///
    /// let mapping = Mapping::parse("scale = \"ordinal\"\n[columns]\nrater = \"Reader\"\n")?;
    /// let mut options = IngestOptions::default();
    /// mapping.apply(&mut options);
    /// assert_eq!(options.columns["rater"], "Reader");
    /// assert!(Mapping::parse("colums = 1").is_err());
    /// # Ok::<(), concord::importers::ImportError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, ImportError> {
        let mapping: Self = toml::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|error| refused(error.message()))?;
        if let Some(scale) = mapping.scale.as_deref()
            && !["nominal", "ordinal"].contains(&scale)
        {
            return Err(refused(&format!(
                "scale is `{scale}`, not one of nominal, ordinal"
            )));
        }
        Ok(mapping)
    }

    /// The mapping as TOML, to be saved.
    ///
    /// # Errors
    /// None that a mapping can cause; serialisation as such can fail.
    pub fn to_toml(&self) -> Result<String, ImportError> {
        toml::to_string(self).map_err(|error| refused(&error.to_string()))
    }

    /// The part of options that a mapping can save.
    pub fn of(options: &IngestOptions) -> Self {
        let table = options.table.clone();
        Self {
            scale: options.scale.clone(),
            layout: table.layout,
            sheet: table.sheet,
            delimiter: table.delimiter,
            raters: table.raters,
            rater_pattern: table.rater_pattern,
            missing: table.missing,
            columns: options.columns.clone(),
            values: table.values,
            roles: table.roles,
            studies: table.studies,
        }
    }

    /// Fills in what the options do not say themselves.
    pub fn apply(self, options: &mut IngestOptions) {
        fn fill<T>(mine: &mut Option<T>, saved: Option<T>) {
            *mine = mine.take().or(saved);
        }
        fn fill_map(mine: &mut BTreeMap<String, String>, saved: BTreeMap<String, String>) {
            for (key, value) in saved {
                mine.entry(key).or_insert(value);
            }
        }
        fill(&mut options.scale, self.scale);
        fill_map(&mut options.columns, self.columns);
        let table: &mut TableOptions = &mut options.table;
        fill(&mut table.layout, self.layout);
        fill(&mut table.sheet, self.sheet);
        fill(&mut table.delimiter, self.delimiter);
        fill(&mut table.rater_pattern, self.rater_pattern);
        if table.raters.is_empty() {
            table.raters = self.raters;
        }
        if table.missing.is_empty() {
            table.missing = self.missing;
        }
        fill_map(&mut table.values, self.values);
        fill_map(&mut table.roles, self.roles);
        fill_map(&mut table.studies, self.studies);
    }
}

fn refused(detail: &str) -> ImportError {
    ImportError::Option {
        option: "mapping".to_owned(),
        detail: detail.trim_end().to_owned(),
    }
}
