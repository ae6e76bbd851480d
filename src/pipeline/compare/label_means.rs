//! Micro and macro means over the labels of maps: masks and volumes that hold all of a label on an item.

use super::report::LabelMeanRow;
use crate::domain::{Comparison, Technique, UnitScore};
use crate::metrics::{LabelMean, LabelOverlaps, Overlap, dice, iou};
use std::collections::BTreeMap;

/// Overlaps of each label, added up over all items; `None` as soon as one unit is no whole label.
type ByLabel<'a> = Option<BTreeMap<&'a str, Overlap>>;

/// For each technique with two or more labels, the micro and the macro mean of Dice and IoU.
///
/// Instances have no such means: a missing one has no size, so their technique is left out.
pub(super) fn label_means<'a>(
    comparisons: impl IntoIterator<Item = &'a Comparison>,
) -> Vec<LabelMeanRow> {
    let mut by_technique: BTreeMap<Technique, ByLabel<'a>> = BTreeMap::new();
    for unit in comparisons.into_iter().flat_map(|one| &one.units) {
        let Some(technique @ (Technique::Mask | Technique::VolumeMask)) = unit.technique else {
            continue;
        };
        let entry = by_technique
            .entry(technique)
            .or_insert_with(|| Some(BTreeMap::new()));
        match (entry.as_mut(), whole_label(unit)) {
            (Some(labels), Some((label, overlap))) => {
                let sum = labels.entry(label).or_default();
                *sum = *sum + overlap;
            }
            _ => *entry = None,
        }
    }
    let mut rows = Vec::new();
    for (technique, labels) in by_technique {
        let Some(labels) = labels.filter(|labels| labels.len() > 1) else {
            continue;
        };
        let overlaps = LabelOverlaps::new(labels);
        for (metric, figure) in [("dice", dice as fn(&Overlap) -> _), ("iou", iou)] {
            let row = |mean: &str, found: LabelMean| LabelMeanRow {
                technique: technique.to_string(),
                metric: metric.to_owned(),
                mean: mean.to_owned(),
                value: found.value.value(),
                unit: "ratio".to_owned(),
                n: found.n as u64,
                n_undefined: found.n_undefined as u64,
                undefined: found
                    .value
                    .undefined()
                    .map(|reason| reason.code().to_owned()),
            };
            rows.push(row("micro", overlaps.micro_mean(figure)));
            rows.push(row("macro", overlaps.macro_mean(figure)));
        }
    }
    rows
}

/// The label and the overlap of a unit that stands for all of its label on an item.
fn whole_label(unit: &UnitScore) -> Option<(&str, Overlap)> {
    let label = match (&unit.a_label, &unit.b_label) {
        (Some(a), Some(b)) if a != b => return None,
        (Some(label), _) | (None, Some(label)) => label,
        (None, None) => return None,
    };
    let (a, b, shared) = (unit.a_size?, unit.b_size?, unit.intersection_size?);
    Some((label, Overlap::new(a, b, shared).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ComparisonKind, Stage};

    fn unit(label: &str, sizes: Option<[f64; 3]>) -> UnitScore {
        UnitScore {
            technique: Some(Technique::Mask),
            a_label: Some(label.to_owned()),
            a_size: sizes.map(|s| s[0]),
            b_size: sizes.map(|s| s[1]),
            intersection_size: sizes.map(|s| s[2]),
            ..UnitScore::default()
        }
    }

    fn means(units: Vec<UnitScore>) -> Vec<(String, String, Option<f64>, u64)> {
        let comparison = Comparison {
            item: "i".to_owned(),
            kind: ComparisonKind::Reference,
            stage: Stage::Annotation,
            session: String::new(),
            reference_kind: None,
            a_rater: "a".to_owned(),
            a_stage: Stage::Annotation,
            b_rater: "b".to_owned(),
            refused: None,
            suspected: None,
            units,
        };
        label_means([&comparison])
            .into_iter()
            .map(|row| (row.metric, row.mean, row.value, row.n))
            .collect()
    }

    #[test]
    fn the_micro_mean_weighs_labels_by_size_and_the_macro_mean_does_not() {
        // Liver: 6 and 6 px that share 6. Lesion: 2 px that the candidate lacks.
        let found = means(vec![
            unit("liver", Some([6.0, 6.0, 6.0])),
            unit("lesion", Some([2.0, 0.0, 0.0])),
        ]);
        let row =
            |metric: &str, mean: &str, value| (metric.to_owned(), mean.to_owned(), Some(value), 2);
        assert_eq!(
            found,
            [
                row("dice", "micro", 12.0 / 14.0),
                row("dice", "macro", 0.5),
                row("iou", "micro", 6.0 / 8.0),
                row("iou", "macro", 0.5),
            ]
        );
    }

    #[test]
    fn one_label_and_instances_have_no_means_over_labels() {
        assert_eq!(means(vec![unit("liver", Some([6.0, 6.0, 6.0]))]), []);
        let missed = vec![unit("liver", Some([6.0, 6.0, 6.0])), unit("lesion", None)];
        assert_eq!(means(missed), []);
    }
}
