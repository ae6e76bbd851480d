//! What the files of one upload say together.

use super::Fault;
use super::frames::Storage;
use super::header::Header;
use crate::domain::ReadingKey;
use crate::geometry::Grid;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What earlier files of the upload said.
#[derive(Default)]
pub(super) struct Known {
    pub(super) instances: BTreeSet<String>,
    grids: HashMap<String, (Grid, String)>,
    pub(super) labels: BTreeSet<(ReadingKey, String)>,
    maxima: BTreeSet<u16>,
    fractional_types: BTreeSet<&'static str>,
    n_without_zone: u64,
    n_automatic: u64,
    pub(super) n_same_label: u64,
    n_several_series: u64,
}

impl Known {
    /// Masks of one item on different grids cannot be compared, and nothing is resampled.
    pub(super) fn check_grid(&mut self, item: &str, grid: Grid, file: &str) -> Result<(), Fault> {
        match self.grids.get(item) {
            None => {
                self.grids.insert(item.to_owned(), (grid, file.to_owned()));
                Ok(())
            }
            Some((first, other)) => first.same_as(&grid).map_err(|mismatch| {
                Fault::unsupported(format!("lies on another grid than `{other}`: {mismatch}"))
            }),
        }
    }

    pub(super) fn count(&mut self, header: &Header) {
        if !header.instance.is_empty() {
            self.instances.insert(header.instance.clone());
        }
        if let Storage::Fractional { maximum } = header.storage {
            self.maxima.insert(maximum);
            self.fractional_types.insert(header.fractional_type);
        }
        let automatic = |attributes: &BTreeMap<String, String>| {
            attributes.get("algorithm_type").map(String::as_str) == Some("AUTOMATIC")
        };
        let structures = header.segments.structures();
        self.n_automatic += structures
            .filter(|(_, segment)| automatic(&segment.attributes))
            .count() as u64;
        self.n_several_series += u64::from(header.series.len() > 1);
        self.n_without_zone += u64::from(!header.content_time.is_empty() && !header.states_zone);
    }

    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.maxima.is_empty() {
            let maxima: Vec<String> = self.maxima.iter().map(u16::to_string).collect();
            notes.push(format!(
                "fractional segments ({}): a pixel belongs to the mask where its value divided by the maximum ({}) is at least 0.5",
                self.fractional_types.iter().copied().collect::<Vec<_>>().join(", "),
                maxima.join(", ")
            ));
        }
        let counted = [
            (
                "files that state no time zone (read as UTC)",
                self.n_without_zone,
            ),
            (
                "segments marked AUTOMATIC (if a model drew them, give its readings the role model)",
                self.n_automatic,
            ),
            (
                "segments that repeat a label of the same rater and item (tell readings apart by session)",
                self.n_same_label,
            ),
            (
                "files that refer to several series (the first is taken as the item)",
                self.n_several_series,
            ),
        ];
        notes.extend(
            counted
                .iter()
                .filter(|(_, n)| *n > 0)
                .map(|(what, n)| format!("{what}: {n}")),
        );
        notes
    }
}
