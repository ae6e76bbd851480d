//! What to talk about: the most instructive disagreements with their outlines, and earlier decisions.

use super::Week;
use crate::domain::{ComparisonKind, ErrorKind, Protocol, Technique, UnitScore};
use crate::pipeline::pictures::{Wanted, item_overlay};
use crate::pipeline::{PipelineError, Project};
use crate::reports::model::{AgendaCase, Decision, Figure, Measure, PairScores, Unit};
use crate::store::{ItemId, Store, StoredUnit, WorklistLimits};
use std::collections::{BTreeMap, BTreeSet};

/// Disagreements at most per pair of raters, and cases in all.
const PER_PAIR: u32 = 3;
const MAX_CASES: usize = 10;
/// Pairs of raters shown of one case.
const MAX_PAIRS: usize = 12;

/// The largest disagreements × clinical weight, one case an item and label.
pub(super) fn agenda(
    store: &Store,
    project: &Project,
    week: &Week,
) -> Result<Vec<AgendaCase>, PipelineError> {
    let weights: BTreeMap<String, f64> = project
        .protocol
        .labels
        .iter()
        .filter_map(|(label, rule)| Some((label.clone(), rule.clinical_weight?)))
        .collect();
    let limits = WorklistLimits {
        per_pair: PER_PAIR,
        total: 200,
    };
    let mut cases = Vec::new();
    let mut seen: BTreeSet<ItemId> = BTreeSet::new();
    for ranked in store.worklist(project.id, &week.filter(), &weights, limits)? {
        let unit = &ranked.unit;
        // Pictures first: what was only ticked is in the confusion matrix.
        let drawn = !matches!(
            unit.score.technique,
            Some(Technique::Classification | Technique::Ordinal) | None
        );
        if !drawn || !seen.insert(unit.item) {
            continue;
        }
        cases.push(case(store, project, unit, ranked.severity, ranked.weight)?);
        if cases.len() == MAX_CASES {
            break;
        }
    }
    Ok(cases)
}

fn case(
    store: &Store,
    project: &Project,
    worst: &StoredUnit,
    severity: f64,
    weight: f64,
) -> Result<AgendaCase, PipelineError> {
    let label = worst
        .score
        .a_label
        .clone()
        .or_else(|| worst.score.b_label.clone())
        .unwrap_or_default();
    let technique = worst.score.technique.unwrap_or(Technique::Mask);
    let stored = store.load_item(project.id, worst.item)?;
    let overlay = item_overlay(
        store,
        &project.protocol,
        &stored,
        Wanted {
            label: Some(&label),
            raters: Some([&worst.a_rater, &worst.b_rater]),
        },
    )?;
    let units = store.units_of_item(project.id, worst.item)?;
    let mut raters = BTreeSet::new();
    let mut pairs = Vec::new();
    for unit in &units {
        let of_label = unit.score.a_label.as_deref() == Some(&label)
            || unit.score.b_label.as_deref() == Some(&label);
        let shaped = !matches!(
            unit.score.technique,
            Some(Technique::Classification | Technique::Ordinal) | None
        );
        if !of_label || !shaped {
            continue;
        }
        raters.insert(unit.a_rater.clone());
        raters.insert(unit.b_rater.clone());
        pairs.push((likeness(&unit.score), pair(unit)));
    }
    // The pairs furthest apart; the item's page shows all of them.
    pairs.sort_by(|(left, _), (right, _)| left.total_cmp(right));
    pairs.truncate(MAX_PAIRS);
    Ok(AgendaCase {
        item: worst.item_key.clone(),
        study: worst.study.clone(),
        label: label.clone(),
        technique: technique.to_string(),
        raters: raters.into_iter().collect(),
        pairs: pairs.into_iter().map(|(_, pair)| pair).collect(),
        rule: rule(&project.protocol, &label, technique),
        why: why(worst, severity, weight),
        overlay_svg: overlay.svg,
        overlay_note: overlay.note,
        link: None,
    })
}

/// How alike a pair is, for the order of the table: missed and extra shapes first, then by overlap.
fn likeness(score: &UnitScore) -> f64 {
    match score.error {
        Some(ErrorKind::Missing | ErrorKind::Extra) => -1.0,
        _ => score.dice.or(score.oks).unwrap_or(1.0),
    }
}

fn pair(unit: &StoredUnit) -> PairScores {
    let score = &unit.score;
    let reason = || {
        score
            .error
            .map(|kind| kind.to_string())
            .or_else(|| score.undefined.clone())
            .unwrap_or_else(|| "not_applicable".to_owned())
    };
    let measure = |name: &str, value: Option<f64>, unit: Unit| Measure {
        name: name.to_owned(),
        figure: value.map_or_else(
            || Figure::undefined(reason(), 0, unit),
            |value| Figure::new(value, 1, unit),
        ),
    };
    let distance = match score.distance_unit {
        Some(crate::domain::DistanceUnit::Mm) => Unit::Mm,
        _ => Unit::Px,
    };
    let measures = match score.technique {
        Some(Technique::Keypoints) => vec![
            measure(
                "distance",
                score.keypoint_mm.or(score.keypoint_px),
                if score.keypoint_mm.is_some() {
                    Unit::Mm
                } else {
                    Unit::Px
                },
            ),
            measure("OKS", score.oks, Unit::Ratio),
        ],
        Some(Technique::Box | Technique::RotatedBox) => vec![
            measure("Dice", score.dice, Unit::Ratio),
            measure("IoU", score.iou, Unit::Ratio),
            measure("furthest edge", score.box_edge_px, Unit::Px),
        ],
        Some(Technique::Cuboid | Technique::PointCloud | Technique::TextSpan) => vec![
            measure("Dice", score.dice, Unit::Ratio),
            measure("IoU", score.iou, Unit::Ratio),
        ],
        Some(Technique::Track) => vec![
            measure("IoU", score.iou, Unit::Ratio),
            measure(
                "identity switches",
                score.n_identity_switches.map(f64::from),
                Unit::Count,
            ),
            measure(
                "frames matched",
                score.n_frames_matched.map(f64::from),
                Unit::Count,
            ),
        ],
        Some(Technique::Polygon | Technique::Ellipse | Technique::Polyline) => vec![
            measure("Dice", score.dice, Unit::Ratio),
            measure("IoU", score.iou, Unit::Ratio),
            measure("mean boundary", score.boundary_px, Unit::Px),
        ],
        _ => vec![
            measure("Dice", score.dice, Unit::Ratio),
            measure("IoU", score.iou, Unit::Ratio),
            measure("mean surface", score.assd, distance),
            measure("HD95", score.hd95, distance),
        ],
    };
    PairScores {
        a: unit.a_rater.clone(),
        b: unit.b_rater.clone(),
        measures,
    }
}

/// The tolerance that applies, in words.
fn rule(protocol: &Protocol, label: &str, technique: Technique) -> String {
    let tolerance = protocol.tolerance_for(label);
    let allowed = match technique {
        Technique::Box | Technique::RotatedBox => {
            format!("every edge within {} px", tolerance.box_edge_px)
        }
        Technique::Polygon | Technique::Ellipse | Technique::Polyline => {
            format!(
                "boundary on average less than {} px away",
                tolerance.polygon_px
            )
        }
        Technique::Keypoints => format!("every point within {} mm", tolerance.keypoint_mm),
        Technique::Mask => format!("surface on average at most {} px away", tolerance.mask_px),
        Technique::VolumeMask => format!(
            "surface on average at most {} voxel away",
            tolerance.volume_voxels
        ),
        Technique::Classification => "equal label".to_owned(),
        Technique::Cuboid => "no tolerance is stated for cuboids".to_owned(),
        Technique::PointCloud => format!(
            "a share of at most {} of the points labelled differently",
            tolerance.cloud_error_share
        ),
        Technique::TextSpan => format!(
            "start and end at most {} characters away",
            tolerance.text_chars
        ),
        Technique::Track => format!(
            "no identity switch, at most {} frames on one side only, every shared frame within its own tolerance",
            tolerance.track_frames
        ),
        Technique::Ordinal => format!("at most {} steps apart", tolerance.ordinal_steps),
    };
    format!("{} {}: {label}, {allowed}", protocol.name, protocol.version)
}

fn why(worst: &StoredUnit, severity: f64, weight: f64) -> String {
    let what = match (&worst.score.error, &worst.score.detail, worst.kind) {
        (Some(kind), Some(detail), ComparisonKind::Reference) => format!("{kind}: {detail}"),
        (Some(kind), None, ComparisonKind::Reference) => kind.to_string(),
        (Some(crate::domain::ErrorKind::Missing), _, ComparisonKind::Peer) => {
            format!("only {} has it", worst.a_rater)
        }
        (Some(crate::domain::ErrorKind::Extra), _, ComparisonKind::Peer) => {
            format!("only {} has it", worst.b_rater)
        }
        (_, Some(detail), _) => detail.clone(),
        _ => "low overlap".to_owned(),
    };
    format!("size of disagreement {severity:.2} × clinical weight {weight}; {what}")
}

/// Earlier decisions, and what their metric was before and is since.
pub(super) fn decisions(
    store: &Store,
    project: &Project,
    week: &Week,
) -> Result<Vec<Decision>, PipelineError> {
    let up_to = week.period().map(|_| week.name().to_owned());
    store
        .calibration_decisions(project.id, up_to.as_deref())?
        .into_iter()
        .map(|decision| {
            let (before, since) = crate::pipeline::decisions::measured(store, project, &decision)?;
            let moved = match (before.interval(), since.as_ref().and_then(Figure::interval)) {
                (Some((lower, upper)), Some((since_lower, since_upper))) => {
                    Some(since_upper < lower || since_lower > upper)
                }
                _ => None,
            };
            Ok(Decision {
                week: decision.decision.week,
                text: decision.decision.decision,
                metric: decision.decision.metric,
                open: since.is_none(),
                before,
                since,
                moved,
            })
        })
        .collect()
}
