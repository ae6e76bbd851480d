//! How a table of ratings is to be read, where its first rows do not say it themselves.

use super::people::named_enum;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

named_enum! {
    /// What a row of a table of ratings is.
    TableLayout {
        /// One rating.
        Long => "long",
        /// One item, with a column a rater.
        Wide => "wide",
        /// One item, with a column a category that says how many raters chose it.
        Counts => "counts",
        /// One pattern of ratings, with a column a rater and the number of items that it stands for.
        Patterns => "patterns",
    }
}

/// The part of a saved mapping that concerns tables alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TableOptions {
    /// Told from the first rows where not given.
    pub layout: Option<TableLayout>,
    /// The sheet of a workbook; the first that reads as ratings where not given.
    pub sheet: Option<String>,
    /// The separator of delimited text, one character.
    pub delimiter: Option<String>,
    /// Columns that hold one rater's ratings each (or one category's counts); all that are nothing else where empty.
    pub raters: Vec<String>,
    /// Regular expression over such columns' names, with the groups `rater` and, where one reader read under several
    /// conditions, `condition`.
    pub rater_pattern: Option<String>,
    /// Cells that hold no rating, beyond empty, NA, N/A, NaN, null and the point.
    pub missing: Vec<String>,
    /// Cell → label.
    pub values: BTreeMap<String, String>,
    /// Rater → role (`model`) or kind of reference (`consensus`), where the name alone does not tell.
    pub roles: BTreeMap<String, String>,
    /// Item → study.
    pub studies: BTreeMap<String, String>,
}

impl TableOptions {
    /// Whether nothing is said; such options are left out of what is stored.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
