//! What label values are called.

use std::collections::BTreeMap;

/// Names by label value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Names {
    of_value: BTreeMap<i64, String>,
    /// Values that two tables name differently; the first table is kept.
    pub n_contradictions: u64,
}

impl Names {
    /// Adds what another table says; what is known already stays.
    pub fn add(&mut self, others: &[(i64, String)]) {
        for (value, name) in others {
            match self.of_value.get(value) {
                None => {
                    self.of_value.insert(*value, name.clone());
                }
                Some(known) => self.n_contradictions += u64::from(known != name),
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.of_value.is_empty()
    }

    pub fn name(&self, value: i64) -> Option<&str> {
        self.of_value.get(&value).map(String::as_str)
    }
}

/// What a value is called that no table names.
pub fn unnamed(value: i64) -> String {
    format!("class-{value}")
}
