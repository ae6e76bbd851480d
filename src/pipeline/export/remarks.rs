//! What an export leaves out before any format is asked, so that an empty file never stands for agreement.

use crate::exporters::LeftOut;
use std::collections::BTreeMap;

/// Counts of one walk.
#[derive(Default)]
pub(super) struct Remarks {
    n_selected: u64,
    left_out: BTreeMap<String, LeftOut>,
}

impl Remarks {
    /// One more item of which what was asked for exists, be it empty.
    pub fn select(&mut self) {
        self.n_selected += 1;
    }

    /// Items of which what was asked for exists.
    pub fn n_selected(&self) -> u64 {
        self.n_selected
    }

    /// Counts something that is not exported.
    pub fn leave_out(&mut self, item: &str, reason: impl Into<String>) {
        let reason = reason.into();
        self.left_out
            .entry(reason.clone())
            .or_insert_with(|| LeftOut::new(reason))
            .count(item);
    }

    /// What was left out, by reason.
    pub fn into_left_out(self) -> impl Iterator<Item = LeftOut> {
        self.left_out.into_values()
    }
}
