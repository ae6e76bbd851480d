//! Units as rows, and the addresses of lists of units.

use super::asked::UnitsAsked;
use super::links::Link;
use super::views::{filled_columns, linked, no_number, plain};
use crate::domain::{ComparisonKind, DistanceUnit, Technique};
use crate::pipeline::{Project, Week};
use crate::reports::model::{Figure, Unit};
use crate::reports::render::{CellView, TableView};
use crate::store::{ProjectId, Store, StoreError, StoredUnit, UnitCursor};

/// What a label column says where one side has nothing.
pub const NONE: &str = "(none)";
/// Rows read at a time, and at most, where a page keeps only some of them.
const CHUNK: u32 = 1_000;
const MOST_CHUNKS: usize = 200;

/// The list of units in error of a week.
pub fn errors_link(project: &Project, week: &Week) -> Link {
    Link::project(&project.name)
        .to("errors")
        .with("week", week.name())
}

/// The page of an item.
pub fn item_link(project: &Project, item_key: &str) -> Link {
    Link::project(&project.name).to("items").to(item_key)
}

/// The scorecard of a rater.
pub fn rater_link(project: &Project, rater: &str, week: &Week) -> Link {
    Link::project(&project.name)
        .to("annotators")
        .to(rater)
        .with("week", week.name())
}

/// Units in error that fit, and where the next page begins.
///
/// # Errors
/// What the store raises.
pub fn units(
    store: &Store,
    project: ProjectId,
    asked: &UnitsAsked,
    after: Option<UnitCursor>,
    limit: usize,
) -> Result<(Vec<StoredUnit>, Option<UnitCursor>), StoreError> {
    let narrowed = asked.other.is_some() || asked.a_label.is_some() || asked.b_label.is_some();
    let chunk = if narrowed {
        CHUNK
    } else {
        u32::try_from(limit + 1).unwrap_or(CHUNK)
    };
    let (mut found, mut after) = (Vec::new(), after);
    for _ in 0..MOST_CHUNKS {
        let page = store.error_units(project, &asked.filter, asked.error, after, chunk)?;
        let n = page.len();
        after = page.last().map(StoredUnit::cursor).or(after);
        found.extend(page.into_iter().filter(|unit| fits(unit, asked)));
        if found.len() > limit || n < chunk as usize {
            break;
        }
    }
    let next = found
        .get(limit)
        .and_then(|_| found.get(limit.checked_sub(1)?))
        .map(StoredUnit::cursor);
    found.truncate(limit);
    Ok((found, next))
}

fn fits(unit: &StoredUnit, asked: &UnitsAsked) -> bool {
    let label = |side: &Option<String>| side.clone().unwrap_or_else(|| NONE.to_owned());
    let is = |wanted: &Option<String>, side: &Option<String>| {
        wanted.as_ref().is_none_or(|wanted| label(side) == *wanted)
    };
    let (a, b) = (&unit.score.a_label, &unit.score.b_label);
    // Among peers the two sides are in no order.
    let labels = is(&asked.a_label, a) && is(&asked.b_label, b)
        || unit.kind == ComparisonKind::Peer && is(&asked.a_label, b) && is(&asked.b_label, a);
    let other = asked.other.as_ref().is_none_or(|other| {
        let rater = asked.filter.rater.as_deref();
        let sides = (unit.a_rater.as_str(), unit.b_rater.as_str());
        sides.0 == other && rater.is_none_or(|rater| rater == sides.1)
            || sides.1 == other && rater.is_none_or(|rater| rater == sides.0)
    });
    labels && other
}

/// One row a unit; each leads to its item.
pub fn units_table(project: &Project, units: &[StoredUnit]) -> TableView {
    let names = [
        "Item",
        "Study",
        "Compared with",
        "By",
        "Label",
        "Error",
        "Detail",
        "Dice",
        "Distance",
    ];
    let row = |unit: &StoredUnit| {
        let score = &unit.score;
        let label = match (&score.a_label, &score.b_label) {
            (Some(a), Some(b)) if a == b => a.clone(),
            (a, b) => format!(
                "{} → {}",
                a.as_deref().unwrap_or(NONE),
                b.as_deref().unwrap_or(NONE)
            ),
        };
        vec![
            linked(
                CellView::text(short(&unit.item_key)),
                item_link(project, &unit.item_key).with(
                    "label",
                    score.a_label.as_deref().or(score.b_label.as_deref()),
                ),
            ),
            CellView::text(short(&unit.study)),
            CellView {
                sub: vec![match unit.reference_kind {
                    Some(kind) => format!("{kind} reference"),
                    None => "peer".to_owned(),
                }],
                ..CellView::text(&unit.a_rater)
            },
            CellView {
                sub: vec![unit.stage.to_string()],
                ..CellView::text(&unit.b_rater)
            },
            CellView {
                sub: score
                    .technique
                    .iter()
                    .map(|technique| plain(technique.as_str()))
                    .collect(),
                ..CellView::text(label)
            },
            CellView::text(error_name(unit)),
            CellView::text(score.detail.as_deref().unwrap_or("–")),
            cell(score.dice, Unit::Ratio),
            distance(unit).map_or_else(no_number, |(value, unit)| cell(Some(value), unit)),
        ]
    };
    filled_columns(&names, units.iter().map(row).collect(), "")
}

/// A long key with its middle left out; the page that it leads to has all of it.
fn short(key: &str) -> String {
    let letters: Vec<char> = key.chars().collect();
    match letters.len() {
        0..=26 => key.to_owned(),
        n => letters[..12]
            .iter()
            .chain(&['…'])
            .chain(&letters[n - 10..])
            .collect(),
    }
}

/// Among peers nobody is right: the same difference reads differently.
pub fn error_name(unit: &StoredUnit) -> String {
    use crate::domain::ErrorKind;
    match (unit.kind, unit.score.error) {
        (_, None) if unit.score.not_applicable => "cannot be judged".to_owned(),
        (_, None) => "none".to_owned(),
        (ComparisonKind::Peer, Some(ErrorKind::Missing)) => format!("only {}", unit.a_rater),
        (ComparisonKind::Peer, Some(ErrorKind::Extra)) => format!("only {}", unit.b_rater),
        (ComparisonKind::Peer, Some(ErrorKind::WrongLabel)) => "other label".to_owned(),
        (ComparisonKind::Peer, Some(ErrorKind::WrongAttribute)) => "other attribute".to_owned(),
        (_, Some(kind)) => plain(kind.as_str()),
    }
}

/// The distance that the unit's tolerance is held against.
pub fn distance(unit: &StoredUnit) -> Option<(f64, Unit)> {
    let score = &unit.score;
    match score.technique? {
        Technique::Keypoints => {
            let mm = score.keypoint_mm.map(|value| (value, Unit::Mm));
            mm.or(score.keypoint_px.map(|value| (value, Unit::Px)))
        }
        Technique::Box | Technique::RotatedBox => score.box_edge_px.map(|value| (value, Unit::Px)),
        Technique::Polygon | Technique::Ellipse | Technique::Polyline => {
            score.boundary_px.map(|value| (value, Unit::Px))
        }
        Technique::TextSpan
        | Technique::PointCloud
        | Technique::Track
        | Technique::Cuboid
        | Technique::Classification => None,
        Technique::Ordinal => Some(((score.b_rank? - score.a_rank?).abs(), Unit::Steps)),
        _ => Some((
            score.assd?,
            match score.distance_unit? {
                DistanceUnit::Mm => Unit::Mm,
                DistanceUnit::Px => Unit::Px,
            },
        )),
    }
}

/// A single value, or a dash.
pub fn cell(value: Option<f64>, unit: Unit) -> CellView {
    value.map_or_else(no_number, |value| CellView {
        numeric: true,
        ..CellView::text(Figure::new(value, 1, unit).text())
    })
}
