use super::database::database;
use super::items::{StoredItem, load_items_with_readings};
use super::projects::reserve_ids;
use super::query::{Params, day_value, iso_week, query};
use super::{AnnotationId, ComparisonId, ItemId, ProjectId, Store, StoreError};
use crate::domain::{
    Comparison, ComparisonKind, DistanceUnit, ErrorKind, ReferenceKind, Role, Stage, Technique,
    UnitScore,
};
use duckdb::types::Value;
use duckdb::{Connection, params};
use jiff::civil::Date;
use std::collections::HashMap;

/// The scores of one item in the state in which it was loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoredItem {
    pub item: ItemId,
    /// As loaded. Scores of an older state are not kept, and the item stays marked.
    pub revision: i64,
    pub comparisons: Vec<ScoredComparison>,
}

/// A comparison, and which stored annotations its units speak of.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoredComparison {
    pub comparison: Comparison,
    /// The id of the annotation to which `UnitScore::a_annotation` = 0, 1, … refers, and the same for b.
    pub a_annotations: Vec<AnnotationId>,
    pub b_annotations: Vec<AnnotationId>,
}

/// What `replace_scores` did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReplacedScores {
    pub n_items: usize,
    pub n_comparisons: usize,
    pub n_units: usize,
    /// Items that changed since they were loaded; their scores were not kept.
    pub n_stale_items: usize,
}

impl Store {
    /// Puts new scores in the place of all earlier ones of these items, in one transaction.
    ///
    /// # Errors
    /// `Misuse` when a comparison names a reading that the item does not have, or a unit an annotation beyond
    /// its list; `Database`.
    pub fn replace_scores(
        &self,
        project: ProjectId,
        protocol_hash: &str,
        scored: &[ScoredItem],
    ) -> Result<ReplacedScores, StoreError> {
        self.write(|conn| {
            let ids: Vec<ItemId> = scored.iter().map(|scored| scored.item).collect();
            let known: HashMap<ItemId, StoredItem> = load_items_with_readings(conn, project, &ids)?
                .into_iter()
                .map(|item| (item.id, item))
                .collect();
            let mut rows = Vec::new();
            let mut fresh = Vec::new();
            for scored in scored {
                match known.get(&scored.item) {
                    Some(item) if item.revision == scored.revision => {
                        fresh.push(scored.item);
                        rows.extend(comparison_rows(item, scored)?);
                    }
                    _ => {}
                }
            }
            let params = Params::new().with("project", project).ids("items", &fresh);
            query!("scoring/delete_units.sql").execute(conn, &params)?;
            query!("scoring/delete_comparisons.sql").execute(conn, &params)?;
            let first_id = reserve_ids(conn, "comparison", rows.len())?;
            append_comparisons(conn, project, protocol_hash, first_id, &rows)
                .map_err(|source| database("comparison", source))?;
            append_units(conn, project, first_id, &rows)
                .map_err(|source| database("unit", source))?;
            query!("scoring/clear_dirty.sql").execute(conn, &params)?;
            Ok(ReplacedScores {
                n_items: fresh.len(),
                n_comparisons: rows.len(),
                n_units: rows.iter().map(|row| row.comparison.units.len()).sum(),
                n_stale_items: scored.len() - fresh.len(),
            })
        })
    }
}

struct ComparisonRow<'a> {
    item: &'a StoredItem,
    comparison: &'a Comparison,
    /// Ids of the annotations of a and b, unit by unit.
    annotations: Vec<[Option<AnnotationId>; 2]>,
    a: Side,
    b: Side,
}

/// What a rater's readings of one item, stage and session say together, over all layers.
#[derive(Clone, Copy)]
struct Side {
    role: Role,
    finished_at_us: Option<i64>,
    local_day: Option<Date>,
}

fn comparison_rows<'a>(
    item: &'a StoredItem,
    scored: &'a ScoredItem,
) -> Result<Vec<ComparisonRow<'a>>, StoreError> {
    let row = |scored: &'a ScoredComparison| {
        let comparison = &scored.comparison;
        let missing = |stage: Stage| {
            StoreError::Misuse(format!(
                "a comparison of item {} names a reading at stage `{stage}` that is not there",
                item.id
            ))
        };
        let b = side(
            item,
            &comparison.b_rater,
            comparison.stage,
            Some(&comparison.session),
        );
        // A reference may come from another session than its candidate.
        let a = side(
            item,
            &comparison.a_rater,
            comparison.a_stage,
            Some(&comparison.session),
        )
        .or_else(|| side(item, &comparison.a_rater, comparison.a_stage, None));
        Ok(ComparisonRow {
            item,
            comparison,
            annotations: comparison
                .units
                .iter()
                .map(|unit| {
                    Ok([
                        annotation_id(unit.a_annotation, &scored.a_annotations)?,
                        annotation_id(unit.b_annotation, &scored.b_annotations)?,
                    ])
                })
                .collect::<Result<_, StoreError>>()?,
            a: a.ok_or_else(|| missing(comparison.a_stage))?,
            b: b.ok_or_else(|| missing(comparison.stage))?,
        })
    };
    scored.comparisons.iter().map(row).collect()
}

fn side(item: &StoredItem, rater: &str, stage: Stage, session: Option<&String>) -> Option<Side> {
    item.readings
        .iter()
        .filter(|stored| {
            let key = &stored.reading.key;
            key.rater == rater
                && key.stage == stage
                && session.is_none_or(|session| *session == key.session)
        })
        .map(|stored| Side {
            role: stored.reading.role,
            finished_at_us: stored.reading.finished_at_us,
            local_day: stored.local_day,
        })
        .reduce(|one, other| one.and(other))
}

impl Side {
    /// The later of two; `None` comes before every time.
    fn and(self, other: Self) -> Self {
        Self {
            role: self.role,
            finished_at_us: self.finished_at_us.max(other.finished_at_us),
            local_day: self.local_day.max(other.local_day),
        }
    }
}

fn annotation_id(
    number: Option<usize>,
    ids: &[AnnotationId],
) -> Result<Option<AnnotationId>, StoreError> {
    number
        .map(|number| {
            ids.get(number).copied().ok_or_else(|| {
                StoreError::Misuse(format!(
                    "a unit names annotation {number}, but only {} were given",
                    ids.len()
                ))
            })
        })
        .transpose()
}

fn append_comparisons(
    conn: &Connection,
    project: ProjectId,
    protocol_hash: &str,
    first_id: ComparisonId,
    rows: &[ComparisonRow<'_>],
) -> Result<(), duckdb::Error> {
    let mut appender = conn.appender("comparison")?;
    for (row, id) in rows.iter().zip(first_id..) {
        let comparison = row.comparison;
        let count = |wanted: &dyn Fn(&UnitScore) -> bool| -> i64 {
            comparison.units.iter().filter(|unit| wanted(unit)).count() as i64
        };
        let errors = |kind: ErrorKind| count(&|unit: &UnitScore| unit.error == Some(kind));
        // A peer comparison exists since the later of the two finished.
        let done = match comparison.kind {
            ComparisonKind::Reference => row.b,
            ComparisonKind::Peer => row.b.and(row.a),
        };
        appender.append_row(params![
            id,
            project,
            row.item.id,
            row.item.item.study,
            row.item.item.site,
            comparison.stage.as_str(),
            comparison.session,
            comparison.kind.as_str(),
            comparison.reference_kind.map(ReferenceKind::as_str),
            comparison.a_rater,
            comparison.a_stage.as_str(),
            row.a.role.as_str(),
            comparison.b_rater,
            row.b.role.as_str(),
            done.finished_at_us,
            done.local_day.map_or(Value::Null, day_value),
            done.local_day.map(iso_week),
            comparison.units.len() as i64,
            count(&|unit| unit.a_annotation.is_some() && unit.b_annotation.is_some()),
            errors(ErrorKind::Missing),
            errors(ErrorKind::Extra),
            errors(ErrorKind::WrongLabel),
            errors(ErrorKind::OutOfTolerance),
            errors(ErrorKind::WrongAttribute),
            count(&|unit| unit.not_applicable && unit.error.is_none()),
            comparison.refused,
            protocol_hash,
            comparison.suspected,
        ])?;
    }
    appender.flush()
}

fn append_units(
    conn: &Connection,
    project: ProjectId,
    first_id: ComparisonId,
    rows: &[ComparisonRow<'_>],
) -> Result<(), duckdb::Error> {
    let mut appender = conn.appender("unit")?;
    for (row, comparison_id) in rows.iter().zip(first_id..) {
        let units = row.comparison.units.iter().zip(&row.annotations);
        for ((unit, [a_annotation, b_annotation]), unit_no) in units.zip(0_i64..) {
            let edge = |side: usize| unit.box_edges_px.map(|edges| edges[side]);
            appender.append_row(params![
                comparison_id,
                unit_no,
                project,
                row.item.id,
                a_annotation,
                b_annotation,
                unit.technique.map(Technique::as_str),
                unit.a_label.as_ref().or(unit.b_label.as_ref()),
                unit.a_label,
                unit.b_label,
                unit.error.map(ErrorKind::as_str),
                unit.detail,
                unit.not_applicable,
                unit.dice,
                unit.iou,
                unit.a_size,
                unit.b_size,
                unit.intersection_size,
                unit.frame_size,
                unit.hd,
                unit.hd95,
                unit.assd,
                unit.nsd,
                unit.nsd_tolerance,
                unit.distance_unit.map(DistanceUnit::as_str),
                unit.surface_px,
                unit.surface_voxels,
                unit.box_edge_px,
                edge(0),
                edge(1),
                edge(2),
                edge(3),
                unit.boundary_px,
                unit.keypoint_px,
                unit.keypoint_mm,
                unit.keypoint_max_mm,
                unit.oks,
                unit.n_points,
                unit.n_points_missing,
                unit.n_points_extra,
                unit.n_visibility_differs,
                unit.size_difference,
                unit.relative_size_difference,
                unit.size_unit,
                unit.a_rank,
                unit.b_rank,
                unit.undefined,
                unit.start_difference_chars,
                unit.end_difference_chars,
                unit.n_frames_a,
                unit.n_frames_b,
                unit.n_frames_matched,
                unit.n_identity_switches,
                unit.n_fragmentations,
            ])?;
        }
    }
    appender.flush()
}

#[cfg(test)]
mod tests;
