//! Labels on the points of one cloud: a unit for each label.

use super::measure::one_sided;
use super::pairing::Entry;
use crate::domain::{Annotation, ErrorKind, PointLabels, Protocol, Shape, Technique, UnitScore};
use crate::metrics::{CloudComparison, LabelPoints, compare_clouds, dice, iou};
use std::collections::BTreeSet;

/// Units of two raters' clouds. Clouds meet by the label of their annotation, in the order of their ids; a pair gives one unit a label.
pub(super) fn cloud_units(
    protocol: &Protocol,
    a: &[Entry<'_>],
    b: &[Entry<'_>],
) -> Result<Vec<UnitScore>, String> {
    let mut left: Vec<Entry<'_>> = b.to_vec();
    left.sort_by(|one, other| (one.label, one.id).cmp(&(other.label, other.id)));
    let mut ours: Vec<Entry<'_>> = a.to_vec();
    ours.sort_by(|one, other| (one.label, one.id).cmp(&(other.label, other.id)));
    let mut units = Vec::new();
    for entry in ours {
        match left.iter().position(|other| other.label == entry.label) {
            Some(at) => units.extend(pair_units(protocol, entry, left.remove(at))?),
            None => units.push(one_sided(entry, ErrorKind::Missing)),
        }
    }
    units.extend(
        left.into_iter()
            .map(|entry| one_sided(entry, ErrorKind::Extra)),
    );
    Ok(units)
}

fn pair_units(protocol: &Protocol, a: Entry<'_>, b: Entry<'_>) -> Result<Vec<UnitScore>, String> {
    let (Shape::PointLabels(ours), Shape::PointLabels(theirs)) =
        (&a.annotation.shape, &b.annotation.shape)
    else {
        return Ok(Vec::new());
    };
    let (names, found) = counted(protocol, ours, theirs)?;
    let units = found.labels().into_iter().filter_map(|points| {
        let label = names.get(points.label as usize)?;
        let tolerance = protocol.tolerance_for(label).cloud_error_share;
        let mut unit = label_unit(label, &points, found.n_points(), tolerance);
        unit.a_annotation = Some(a.id);
        unit.b_annotation = Some(b.id);
        Some(unit)
    });
    Ok(units.collect())
}

fn label_unit(label: &str, points: &LabelPoints, n_points: u64, tolerance: f64) -> UnitScore {
    let overlap = points.overlap();
    let mut unit = UnitScore {
        technique: Some(Technique::PointCloud),
        a_label: (points.n_reference > 0).then(|| label.to_owned()),
        b_label: (points.n_candidate > 0).then(|| label.to_owned()),
        dice: dice(&overlap).value(),
        iou: iou(&overlap).value(),
        a_size: Some(overlap.a()),
        b_size: Some(overlap.b()),
        intersection_size: Some(overlap.intersection()),
        frame_size: Some(n_points as f64),
        ..UnitScore::default()
    };
    let n_errors = points.n_errors();
    let n_either = points.n_reference + points.n_candidate - points.n_both;
    let share = n_errors as f64 / n_either as f64;
    unit.error = match (points.n_reference, points.n_candidate) {
        (_, 0) => Some(ErrorKind::Missing),
        (0, _) => Some(ErrorKind::Extra),
        // A share that exceeds the tolerance by rounding only lies at it.
        _ if share > tolerance * (1.0 + 1e-9) => Some(ErrorKind::OutOfTolerance),
        _ => None,
    };
    unit.detail = unit.error.map(|_| {
        format!(
            "{n_errors} of {n_either} points are labelled differently; a share of at most {tolerance} is allowed"
        )
    });
    unit
}

/// Two raters' labels on one cloud, counted against each other; `None` where not both labelled one.
///
/// # Definition
/// As [`compare_clouds`], by the protocol's names of labels; points that a rater left without a label count to a label of their own, which is
/// not among the names and in no unit. Gives the names, by code, and the counts. Of several clouds of an item the first of each counts.
/// # Errors
/// Clouds of different sizes, in words.
pub fn cloud_counts(
    protocol: &Protocol,
    a: &[&Annotation],
    b: &[&Annotation],
) -> Result<Option<(Vec<String>, CloudComparison)>, String> {
    let first = |annotations: &[&Annotation]| {
        annotations.iter().find_map(|one| match &one.shape {
            Shape::PointLabels(labels) if one.invalid.is_none() => Some(labels.clone()),
            _ => None,
        })
    };
    match (first(a), first(b)) {
        (Some(a), Some(b)) => counted(protocol, &a, &b).map(Some),
        _ => Ok(None),
    }
}

fn counted(
    protocol: &Protocol,
    a: &PointLabels,
    b: &PointLabels,
) -> Result<(Vec<String>, CloudComparison), String> {
    let names: BTreeSet<&str> = a
        .labels
        .iter()
        .chain(&b.labels)
        .map(|label| protocol.canonical_label(label))
        .collect();
    let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
    let codes = |side: &PointLabels| -> Vec<u32> {
        let place = |label: &String| {
            let name = protocol.canonical_label(label);
            names.partition_point(|other| other.as_str() < name) as u32
        };
        let places: Vec<u32> = side.labels.iter().map(place).collect();
        let without = names.len() as u32;
        let renamed = side.codes.iter();
        renamed
            .map(|code| places.get(*code as usize).copied().unwrap_or(without))
            .collect()
    };
    let found = compare_clouds(&codes(a), &codes(b)).map_err(|error| error.to_string())?;
    Ok((names, found))
}
