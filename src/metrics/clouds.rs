//! Labels of two raters on the points of one cloud.

use super::{LabelMean, MetricError, MetricValue, Overlap, Undefined, dice, iou};

/// Codes up to this many are counted in a square table; higher ones are sorted.
const N_CODES_IN_TABLE: usize = 1024;

/// Points that carry one label: by the reference, by the candidate, by both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelPoints {
    pub label: u32,
    pub n_reference: u64,
    pub n_candidate: u64,
    pub n_both: u64,
}

impl LabelPoints {
    /// Sizes and what they share, for [`dice`] and [`iou`].
    ///
    /// # Example
    /// ```
    /// use concord::metrics::{LabelPoints, iou};
    /// let points = LabelPoints { label: 3, n_reference: 4, n_candidate: 2, n_both: 1 };
    /// assert_eq!(iou(&points.overlap()).value(), Some(0.2));
    /// ```
    pub fn overlap(&self) -> Overlap {
        Overlap::new(
            self.n_reference as f64,
            self.n_candidate as f64,
            self.n_both as f64,
        )
        .expect("counts are not negative, and no more points are shared than either has")
    }

    /// Points that one of the two gave this label and the other did not.
    pub fn n_errors(&self) -> u64 {
        self.n_reference + self.n_candidate - 2 * self.n_both
    }

    /// Share of the candidate's points of this label that the reference gives it too.
    ///
    /// # Definition
    /// n_both / n_candidate.
    /// # Edge cases
    /// No point of the candidate has it: `CandidateEmpty`, or `BothEmpty` where the reference has none either. scikit-learn gives 0 there.
    /// # Properties
    /// In [0, 1]; the recall of the sides exchanged.
    /// # Checked against
    /// scikit-learn 1.9.1, `tests/oracles/clouds/figures.json`.
    pub fn precision(&self) -> MetricValue {
        share(
            self.n_both,
            self.n_candidate,
            self.n_reference,
            Undefined::CandidateEmpty,
        )
    }

    /// Share of the reference's points of this label that the candidate gives it too.
    ///
    /// # Definition
    /// n_both / n_reference.
    /// # Edge cases
    /// No point of the reference has it: `ReferenceEmpty`, or `BothEmpty` where the candidate has none either. scikit-learn gives 0 there.
    /// # Properties
    /// In [0, 1]; the precision of the sides exchanged.
    /// # Checked against
    /// scikit-learn 1.9.1, `tests/oracles/clouds/figures.json`.
    pub fn recall(&self) -> MetricValue {
        share(
            self.n_both,
            self.n_reference,
            self.n_candidate,
            Undefined::ReferenceEmpty,
        )
    }
}

fn share(part: u64, whole: u64, other: u64, reason: Undefined) -> MetricValue {
    match (whole, other) {
        (0, 0) => Undefined::BothEmpty.into(),
        (0, _) => reason.into(),
        _ => MetricValue::Defined(part as f64 / whole as f64),
    }
}

/// Two raters' labels on one cloud, counted against each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CloudComparison {
    /// `(reference's label, candidate's label, points)`, rising, without cells of 0.
    cells: Vec<(u32, u32, u64)>,
    n_points: u64,
}

/// Counts two raters' labels against each other, point by point.
///
/// # Definition
/// n(i, j) = points that the reference gives label i and the candidate label j. Everything else is read from these counts.
/// # Input
/// One code a point, both in the order of the cloud's points. A code that means "unlabelled" is a label like any other.
/// # Edge cases
/// A cloud without points gives figures that are `BothEmpty`.
/// # Properties
/// Independent of the order of the points; transposed when the sides change places; codes may be renamed.
/// # Errors
/// `CloudSizes` when the two label different numbers of points: they are not the same cloud.
/// # Example
/// ```
/// use concord::metrics::{compare_clouds, iou};
/// let found = compare_clouds(&[0, 0, 1, 1], &[0, 1, 1, 1])?;
/// assert_eq!(found.accuracy().value(), Some(0.75));
/// let ious: Vec<_> = found.labels().iter().map(|label| iou(&label.overlap()).value()).collect();
/// assert_eq!(ious, [Some(0.5), Some(2.0 / 3.0)]);
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Per-class IoU and its mean over classes as in Behley et al. 2019 (SemanticKITTI), doi:10.1109/ICCV.2019.00939.
/// # Checked against
/// scikit-learn 1.9.1, `tests/oracles/clouds/figures.json`.
pub fn compare_clouds(
    reference: &[u32],
    candidate: &[u32],
) -> Result<CloudComparison, MetricError> {
    if reference.len() != candidate.len() {
        return Err(MetricError::CloudSizes {
            n_reference: reference.len(),
            n_candidate: candidate.len(),
        });
    }
    let highest = reference.iter().chain(candidate).max().copied();
    let n_codes = highest.map_or(0, |code| code as usize + 1);
    let pairs = reference.iter().zip(candidate);
    let mut cells = Vec::new();
    if n_codes <= N_CODES_IN_TABLE {
        let mut table = vec![0_u64; n_codes * n_codes];
        for (&a, &b) in pairs {
            table[a as usize * n_codes + b as usize] += 1;
        }
        let counted = table.into_iter().enumerate().filter(|(_, n)| *n > 0);
        cells.extend(counted.map(|(at, n)| ((at / n_codes) as u32, (at % n_codes) as u32, n)));
    } else {
        let mut all: Vec<(u32, u32)> = pairs.map(|(&a, &b)| (a, b)).collect();
        all.sort_unstable();
        for run in all.chunk_by(|left, right| left == right) {
            cells.extend(run.first().map(|&(a, b)| (a, b, run.len() as u64)));
        }
    }
    Ok(CloudComparison {
        cells,
        n_points: reference.len() as u64,
    })
}

impl CloudComparison {
    /// Points of the cloud.
    pub fn n_points(&self) -> u64 {
        self.n_points
    }

    /// Points to which both gave the same label.
    pub fn n_equal(&self) -> u64 {
        let equal = self.cells.iter().filter(|(a, b, _)| a == b);
        equal.map(|(.., n)| n).sum()
    }

    /// Share of the points to which both gave the same label.
    ///
    /// # Definition
    /// Σᵢ n(i, i) / n.
    /// # Edge cases
    /// No points: `BothEmpty`.
    /// # Properties
    /// In [0, 1]; symmetric. High where one label covers most of the cloud: show the mean IoU or κ beside it.
    /// # Errors
    /// None.
    /// # Example
    /// ```
    /// let found = concord::metrics::compare_clouds(&[0, 0, 1, 1], &[0, 1, 1, 1])?;
    /// assert_eq!(found.accuracy().value(), Some(0.75));
    /// # Ok::<(), concord::metrics::MetricError>(())
    /// ```
    /// # Checked against
    /// scikit-learn 1.9.1 (`accuracy_score`), `tests/oracles/clouds/figures.json`.
    pub fn accuracy(&self) -> MetricValue {
        if self.n_points == 0 {
            return Undefined::BothEmpty.into();
        }
        MetricValue::Defined(self.n_equal() as f64 / self.n_points as f64)
    }

    /// The labels that either gave to some point, rising, with their points.
    pub fn labels(&self) -> Vec<LabelPoints> {
        let mut codes: Vec<u32> = self.cells.iter().flat_map(|&(a, b, _)| [a, b]).collect();
        codes.sort_unstable();
        codes.dedup();
        let mut found: Vec<LabelPoints> = codes.into_iter().map(without_points).collect();
        let mut add = |label: u32, put: &dyn Fn(&mut LabelPoints)| {
            if let Ok(at) = found.binary_search_by_key(&label, |points| points.label) {
                put(&mut found[at]);
            }
        };
        for &(a, b, n) in &self.cells {
            add(a, &|points| points.n_reference += n);
            add(b, &|points| points.n_candidate += n);
            if a == b {
                add(a, &|points| points.n_both += n);
            }
        }
        found
    }

    /// Mean IoU over a set of labels.
    ///
    /// # Definition
    /// Mean of n(i, i) / (n(i, ·) + n(·, i) − n(i, i)) over the labels i of the set.
    /// # Input
    /// The protocol's labels; those of [`CloudComparison::labels`] for the ones that occur. A label given twice counts twice.
    /// # Edge cases
    /// A label that neither gave to any point has no IoU: it is left out and counted in `n_undefined`, never taken as 0 or 1.
    /// # Properties
    /// In [0, 1]; symmetric; 1 for equal labels.
    /// # Errors
    /// None.
    /// # Example
    /// ```
    /// let found = concord::metrics::compare_clouds(&[0, 0, 1, 1], &[0, 1, 1, 1])?;
    /// // (1/2 + 2/3) / 2; label 7 is on no point.
    /// let mean = found.mean_iou(&[0, 1, 7]);
    /// assert!((mean.value.value().unwrap() - 7.0 / 12.0).abs() < 1e-15);
    /// assert_eq!((mean.n, mean.n_undefined), (2, 1));
    /// # Ok::<(), concord::metrics::MetricError>(())
    /// ```
    /// # Reference
    /// Behley et al. 2019, doi:10.1109/ICCV.2019.00939.
    /// # Checked against
    /// scikit-learn 1.9.1 (`jaccard_score`, `average="macro"`), `tests/oracles/clouds/figures.json`; there a label that neither gave counts as 0.
    pub fn mean_iou(&self, labels: &[u32]) -> LabelMean {
        self.mean(labels, |points| iou(&points.overlap()))
    }

    /// Mean Dice over a set of labels.
    ///
    /// # Definition
    /// Mean of 2 · n(i, i) / (n(i, ·) + n(·, i)) over the labels i of the set.
    /// # Input
    /// As for [`CloudComparison::mean_iou`].
    /// # Edge cases
    /// As for [`CloudComparison::mean_iou`].
    /// # Properties
    /// In [0, 1]; symmetric; never below the mean IoU.
    /// # Errors
    /// None.
    /// # Example
    /// ```
    /// let found = concord::metrics::compare_clouds(&[0, 0, 1, 1], &[0, 1, 1, 1])?;
    /// // (2/3 + 4/5) / 2.
    /// assert!((found.mean_dice(&[0, 1]).value.value().unwrap() - 11.0 / 15.0).abs() < 1e-15);
    /// # Ok::<(), concord::metrics::MetricError>(())
    /// ```
    /// # Reference
    /// Dice 1945, doi:10.2307/1932409.
    /// # Checked against
    /// scikit-learn 1.9.1 (`f1_score`), label by label, `tests/oracles/clouds/figures.json`.
    pub fn mean_dice(&self, labels: &[u32]) -> LabelMean {
        self.mean(labels, |points| dice(&points.overlap()))
    }

    fn mean(&self, labels: &[u32], figure: impl Fn(&LabelPoints) -> MetricValue) -> LabelMean {
        let found = self.labels();
        LabelMean::of(labels.iter().map(|&label| {
            match found.binary_search_by_key(&label, |points| points.label) {
                Ok(at) => figure(&found[at]),
                Err(_) => figure(&without_points(label)),
            }
        }))
    }

    /// The two-way table for κ: which labels occur, and `(row, column, points)` by their places in that list.
    ///
    /// # Definition
    /// Rows are the reference's labels, columns the candidate's. Cells of 0 are left out.
    /// # Example
    /// ```
    /// let found = concord::metrics::compare_clouds(&[7, 7, 9], &[7, 9, 9])?;
    /// assert_eq!(found.two_way(), (vec![7, 9], vec![(0, 0, 1), (0, 1, 1), (1, 1, 1)]));
    /// # Ok::<(), concord::metrics::MetricError>(())
    /// ```
    pub fn two_way(&self) -> (Vec<u32>, Vec<(usize, usize, u64)>) {
        let codes: Vec<u32> = self.labels().iter().map(|points| points.label).collect();
        let place = |code: &u32| codes.binary_search(code).unwrap_or(codes.len());
        let rows = self.cells.iter().map(|(a, b, n)| (place(a), place(b), *n));
        let rows = rows.collect();
        (codes, rows)
    }
}

fn without_points(label: u32) -> LabelPoints {
    LabelPoints {
        label,
        n_reference: 0,
        n_candidate: 0,
        n_both: 0,
    }
}

#[cfg(test)]
mod tests;
