//! Which readings an export is of.

use crate::domain::{Item, Stage};
use crate::exporters::Work;
use std::collections::BTreeSet;

/// Readings and labels that are exported; an empty list stands for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportSelection {
    pub raters: BTreeSet<String>,
    pub stages: BTreeSet<Stage>,
    pub sessions: BTreeSet<String>,
    pub studies: BTreeSet<String>,
    pub items: BTreeSet<String>,
    pub labels: BTreeSet<String>,
}

fn fits<T: Ord>(wanted: &BTreeSet<T>, found: &T) -> bool {
    wanted.is_empty() || wanted.contains(found)
}

impl ExportSelection {
    /// What of an item is wanted; `None` where nothing is.
    pub(super) fn of(&self, item: &Item, works: &[Work]) -> Option<Vec<Work>> {
        if !fits(&self.studies, &item.study) || !fits(&self.items, &item.key) {
            return None;
        }
        let found: Vec<Work> = works
            .iter()
            .filter(|work| {
                let key = &work.reading.key;
                fits(&self.raters, &key.rater)
                    && fits(&self.stages, &key.stage)
                    && fits(&self.sessions, &key.session)
            })
            .cloned()
            .map(|mut work| {
                work.annotations
                    .retain(|annotation| fits(&self.labels, &annotation.label));
                work
            })
            .collect();
        (!found.is_empty()).then_some(found)
    }
}
