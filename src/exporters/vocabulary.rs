//! Labels and points by number, for formats that number them.

use super::{ExportError, Source};
use crate::domain::Shape;
use std::collections::{BTreeMap, HashMap};

/// Every label in name order, with the names of its points in the order in which they first occur.
#[derive(Default)]
pub(super) struct Vocabulary {
    labels: BTreeMap<String, Vec<String>>,
    places: HashMap<String, usize>,
}

impl Vocabulary {
    /// Walks the source once.
    pub fn of(source: &dyn Source) -> Result<Self, ExportError> {
        let mut found = Self::default();
        source.each(&mut |_, works| {
            for annotation in works.iter().flat_map(|work| &work.annotations) {
                if !found.labels.contains_key(&annotation.label) {
                    found.labels.insert(annotation.label.clone(), Vec::new());
                }
                if let (Shape::Keypoints(points), Some(names)) =
                    (&annotation.shape, found.labels.get_mut(&annotation.label))
                {
                    for point in points {
                        if !names.contains(&point.name) {
                            names.push(point.name.clone());
                        }
                    }
                }
            }
            Ok(())
        })?;
        found.places = (0..)
            .zip(found.labels.keys())
            .map(|(at, label)| (label.clone(), at))
            .collect();
        Ok(found)
    }

    /// A label's place, from 0.
    pub fn place(&self, label: &str) -> Option<usize> {
        self.places.get(label).copied()
    }

    /// A label's points.
    pub fn points(&self, label: &str) -> &[String] {
        self.labels.get(label).map_or(&[], Vec::as_slice)
    }

    /// All labels by place.
    pub fn labels(&self) -> impl Iterator<Item = (usize, &str, &[String])> {
        (0..)
            .zip(&self.labels)
            .map(|(at, (label, points))| (at, label.as_str(), points.as_slice()))
    }
}
