//! Maps with several labels: figures by label, and their micro and macro means.

use std::collections::BTreeMap;

use super::{MetricError, MetricValue, Overlap, Undefined};
use crate::geometry::{Mask, Volume};

/// Overlaps of two multi-label maps, label by label.
///
/// # Definition
/// For each label that either side uses, the sizes of its two regions and of what they share. Background is no label.
/// # Input
/// Regions of one grid by label; a label that one side lacks is empty there. Regions may overlap.
/// # Edge cases
/// A label with an empty region on both sides is kept, and its figures are undefined.
/// # Properties
/// Means do not depend on the names of the labels.
/// # Example
/// ```
/// use std::collections::BTreeMap;
/// use concord::geometry::Mask;
/// use concord::metrics::{dice, LabelOverlaps};
/// let run = |from: u32, to: u32| Mask::from_bounds(10, 1, vec![from, to]);
/// // Liver: 6 and 6 px that share 6. Lesion: 2 px in the reference that the candidate lacks.
/// let reference = BTreeMap::from([("liver", run(0, 6)?), ("lesion", run(6, 8)?)]);
/// let candidate = BTreeMap::from([("liver", run(0, 6)?)]);
/// let overlaps = LabelOverlaps::of_masks(&reference, &candidate)?;
/// assert_eq!(overlaps.macro_mean(dice).value.value(), Some(0.5));
/// assert_eq!(overlaps.micro_mean(dice).value.value(), Some(12.0 / 14.0));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Sokolova & Lapalme 2009, Information Processing & Management 45(4):427–437, doi:10.1016/j.ipm.2009.03.002.
/// # Checked against
/// SimpleITK 2.5.7 on 100 label maps, `tests/oracles/boundary/simpleitk.json`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelOverlaps<L> {
    by_label: BTreeMap<L, Overlap>,
}

/// A mean over labels. Labels that are empty on both sides are dropped and counted in `n_undefined`; a label that only one side
/// uses enters with what the figure gives then, 0 for Dice and IoU.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LabelMean {
    pub value: MetricValue,
    /// Labels that entered.
    pub n: usize,
    /// Labels for which the figure is undefined.
    pub n_undefined: usize,
}

impl LabelMean {
    /// The mean of the values that are there, and how many are not.
    ///
    /// # Definition
    /// Sum of the defined values / their number; the undefined are dropped and counted.
    /// # Edge cases
    /// No value: `Undefined(BothEmpty)`, since a label has a figure as soon as either side uses it.
    /// # Example
    /// ```
    /// use concord::metrics::{LabelMean, MetricValue, Undefined};
    /// let found = LabelMean::of([MetricValue::Defined(0.5), MetricValue::Undefined(Undefined::BothEmpty)]);
    /// assert_eq!((found.value.value(), found.n, found.n_undefined), (Some(0.5), 1, 1));
    /// ```
    pub fn of(values: impl IntoIterator<Item = MetricValue>) -> Self {
        let (mut sum, mut n, mut n_undefined) = (0.0, 0, 0);
        for value in values {
            match value.value() {
                Some(value) => {
                    sum += value;
                    n += 1;
                }
                None => n_undefined += 1,
            }
        }
        let value = if n > 0 {
            MetricValue::Defined(sum / n as f64)
        } else {
            Undefined::BothEmpty.into()
        };
        Self {
            value,
            n,
            n_undefined,
        }
    }
}

impl<L: Ord + Clone> LabelOverlaps<L> {
    /// From overlaps that are known.
    pub fn new(by_label: BTreeMap<L, Overlap>) -> Self {
        Self { by_label }
    }

    /// Pixels of masks of one image, by label.
    ///
    /// # Errors
    /// `SizeMismatch` unless all masks are of one size.
    pub fn of_masks(
        reference: &BTreeMap<L, Mask>,
        candidate: &BTreeMap<L, Mask>,
    ) -> Result<Self, MetricError> {
        let mut masks = reference.values().chain(candidate.values());
        if let Some(first) = masks.next() {
            masks.try_for_each(|mask| first.check_size(mask))?;
        }
        let size = |mask: &Mask| mask.area_px();
        Self::paired(reference, candidate, size, Overlap::of_masks)
    }

    /// Voxels of volumes on one grid, by label.
    ///
    /// # Errors
    /// `SizeMismatch` or `AxisMismatch` unless all volumes are on one grid.
    pub fn of_volumes(
        reference: &BTreeMap<L, Volume>,
        candidate: &BTreeMap<L, Volume>,
    ) -> Result<Self, MetricError> {
        let mut volumes = reference.values().chain(candidate.values());
        if let Some(first) = volumes.next() {
            volumes.try_for_each(|volume| first.check_grid(volume))?;
        }
        Self::paired(reference, candidate, Volume::voxels, Overlap::of_volumes)
    }

    fn paired<R>(
        reference: &BTreeMap<L, R>,
        candidate: &BTreeMap<L, R>,
        size: impl Fn(&R) -> u64,
        overlap: impl Fn(&R, &R) -> Result<Overlap, MetricError>,
    ) -> Result<Self, MetricError> {
        let mut by_label = BTreeMap::new();
        for (label, theirs) in reference {
            let found = match candidate.get(label) {
                Some(ours) => overlap(theirs, ours)?,
                None => Overlap::new(size(theirs) as f64, 0.0, 0.0)?,
            };
            by_label.insert(label.clone(), found);
        }
        for (label, ours) in candidate {
            if !reference.contains_key(label) {
                let found = Overlap::new(0.0, size(ours) as f64, 0.0)?;
                by_label.insert(label.clone(), found);
            }
        }
        Ok(Self { by_label })
    }

    /// Overlaps by label.
    pub fn by_label(&self) -> &BTreeMap<L, Overlap> {
        &self.by_label
    }

    /// The figure of every label.
    pub fn figures(&self, metric: impl Fn(&Overlap) -> MetricValue) -> BTreeMap<L, MetricValue> {
        let figures = self.by_label.iter();
        figures
            .map(|(label, overlap)| (label.clone(), metric(overlap)))
            .collect()
    }

    /// Micro mean: the figure of the summed overlaps, in which every pixel counts the same and large labels weigh most.
    ///
    /// # Definition
    /// The metric of (Σ|Aₗ|, Σ|Bₗ|, Σ|Aₗ∩Bₗ|) over labels l.
    /// # Input
    /// A metric of an overlap, such as [`crate::metrics::dice`].
    /// # Edge cases
    /// All labels empty on both sides, or no labels: `Undefined(BothEmpty)`.
    /// # Properties
    /// Equal to the macro mean where there is one label. A label that is empty on both sides changes nothing but `n_undefined`.
    /// # Example
    /// See [`LabelOverlaps`].
    /// # Reference
    /// Sokolova & Lapalme 2009, Information Processing & Management 45(4):427–437, doi:10.1016/j.ipm.2009.03.002.
    /// # Checked against
    /// SimpleITK 2.5.7, which gives it as the figure of all labels, `tests/oracles/boundary/simpleitk.json`.
    pub fn micro_mean(&self, metric: impl Fn(&Overlap) -> MetricValue) -> LabelMean {
        let sum: Overlap = self.by_label.values().copied().sum();
        let mean = self.macro_mean(&metric);
        LabelMean {
            value: metric(&sum),
            ..mean
        }
    }

    /// Macro mean: the mean of the labels' figures, in which every label counts the same.
    ///
    /// # Definition
    /// Σ figureₗ / n over the n labels for which the figure is defined.
    /// # Input
    /// A metric of an overlap, such as [`crate::metrics::dice`].
    /// # Edge cases
    /// No label with a figure: the reason of the first label, or `Undefined(BothEmpty)` without labels.
    /// # Properties
    /// Between the least and the greatest figure of a label.
    /// # Example
    /// See [`LabelOverlaps`].
    /// # Reference
    /// Sokolova & Lapalme 2009, Information Processing & Management 45(4):427–437, doi:10.1016/j.ipm.2009.03.002.
    /// # Checked against
    /// The mean of SimpleITK 2.5.7's figures by label, `tests/oracles/boundary/simpleitk.json`.
    pub fn macro_mean(&self, metric: impl Fn(&Overlap) -> MetricValue) -> LabelMean {
        let figures: Vec<MetricValue> = self.by_label.values().map(metric).collect();
        let defined: Vec<f64> = figures.iter().filter_map(|figure| figure.value()).collect();
        let n = defined.len();
        let reason = figures.iter().find_map(|figure| figure.undefined());
        let value = if n > 0 {
            MetricValue::Defined(defined.iter().sum::<f64>() / n as f64)
        } else {
            reason.unwrap_or(Undefined::BothEmpty).into()
        };
        LabelMean {
            value,
            n,
            n_undefined: figures.len() - n,
        }
    }
}

#[cfg(test)]
mod tests;
