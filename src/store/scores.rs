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
            ])?;
        }
    }
    appender.flush()
}

#[cfg(test)]
mod tests {
    use crate::domain::{ComparisonKind, ErrorKind, UnitScore};
    use crate::store::seed::{Seed, comparison, delivered, drawn, scored, unit};
    use crate::store::{Filter, StoreError};
    use jiff::civil::date;

    fn seeded() -> Seed {
        let seed = Seed::new();
        let day = Some(date(2026, 11, 20));
        let earlier = Some(date(2026, 11, 12));
        seed.import(
            &[],
            &[
                delivered("i1", "gold", None, vec![drawn("lesion")]),
                delivered("i1", "ann", day, vec![drawn("lesion")]),
                delivered("i1", "bob", earlier, vec![]),
            ],
        );
        seed
    }

    #[test]
    fn every_measured_value_comes_back() {
        let seed = seeded();
        let score = UnitScore {
            a_annotation: Some(0),
            b_annotation: Some(1),
            detail: Some("left edge 6 px".to_owned()),
            dice: Some(0.1),
            iou: Some(0.2),
            a_size: Some(1.0),
            b_size: Some(2.0),
            intersection_size: Some(3.0),
            frame_size: Some(4.0),
            hd: Some(5.0),
            hd95: Some(6.0),
            assd: Some(7.0),
            nsd: Some(0.8),
            nsd_tolerance: Some(9.0),
            distance_unit: Some(crate::domain::DistanceUnit::Mm),
            surface_px: Some(10.0),
            surface_voxels: Some(11.0),
            box_edge_px: Some(12.0),
            box_edges_px: Some([1.5, -2.5, 3.5, -4.5]),
            boundary_px: Some(13.0),
            keypoint_px: Some(14.0),
            keypoint_mm: Some(15.0),
            keypoint_max_mm: Some(16.0),
            oks: Some(0.17),
            n_points: Some(18),
            n_points_missing: Some(19),
            n_points_extra: Some(20),
            n_visibility_differs: Some(21),
            size_difference: Some(-22.0),
            relative_size_difference: Some(-0.23),
            size_unit: Some("mm2".to_owned()),
            a_rank: Some(24.0),
            b_rank: Some(25.0),
            undefined: Some("both_empty".to_owned()),
            ..unit("lesion", Some(ErrorKind::OutOfTolerance))
        };
        let one = comparison(
            "i1",
            ComparisonKind::Reference,
            "gold",
            "ann",
            vec![score.clone()],
        );
        seed.score("i1", vec![one]);
        let units = seed.store.units_of_item(seed.project, 1).unwrap();
        assert_eq!(units.len(), 1);
        let stored = &units[0];
        assert_eq!(
            stored.a_annotation,
            Some(seed.annotation_id("i1", "gold", 0))
        );
        assert_eq!(
            stored.b_annotation,
            Some(seed.annotation_id("i1", "ann", 0))
        );
        let unnumbered = UnitScore {
            a_annotation: None,
            b_annotation: None,
            ..score
        };
        assert_eq!(stored.score, unnumbered);
        assert_eq!(units[0].week.as_deref(), Some("2026-W47"));
        assert_eq!(units[0].item_key, "i1");
        assert_eq!(
            (units[0].a_rater.as_str(), units[0].b_rater.as_str()),
            ("gold", "ann")
        );
    }

    #[test]
    fn new_scores_take_the_place_of_the_old_ones_and_clear_the_mark() {
        let seed = seeded();
        assert_eq!(seed.store.dirty_items(seed.project).unwrap(), [1]);
        for n_units in [3, 1] {
            let units = vec![unit("lesion", None); n_units];
            seed.score(
                "i1",
                vec![comparison("i1", ComparisonKind::Peer, "ann", "bob", units)],
            );
            let units = seed.store.units_of_item(seed.project, 1).unwrap();
            assert_eq!(units.len(), n_units);
            // Bob was done earlier; the pair exists since Ann finished.
            assert_eq!(units[0].week.as_deref(), Some("2026-W47"));
        }
        assert_eq!(seed.store.dirty_items(seed.project).unwrap(), [0_i64; 0]);
        seed.store.mark_all_dirty(seed.project).unwrap();
        assert_eq!(seed.store.dirty_items(seed.project).unwrap(), [1]);
    }

    #[test]
    fn scores_of_an_older_state_are_not_kept() {
        let seed = seeded();
        let stored = seed.store.load_item(seed.project, 1).unwrap();
        seed.import(&[], &[delivered("i1", "bob", None, vec![drawn("lesion")])]);
        let peers = comparison("i1", ComparisonKind::Peer, "ann", "bob", vec![]);
        let done = seed
            .store
            .replace_scores(seed.project, "h1", &[scored(&stored, vec![peers])])
            .unwrap();
        assert_eq!((done.n_items, done.n_stale_items), (0, 1));
        assert_eq!(seed.store.dirty_items(seed.project).unwrap(), [1]);
        // A new protocol makes scores under way stale, too.
        let stored = seed.store.load_item(seed.project, 1).unwrap();
        assert!(
            seed.store
                .update_protocol(seed.project, "x = 1", "h2", 1)
                .unwrap()
        );
        let done = seed
            .store
            .replace_scores(seed.project, "h1", &[scored(&stored, vec![])])
            .unwrap();
        assert_eq!(done.n_stale_items, 1);
    }

    #[test]
    fn a_comparison_of_a_reading_that_is_not_there_is_a_misuse_and_keeps_nothing() {
        let seed = seeded();
        let stored = seed.store.load_item(seed.project, 1).unwrap();
        let wrong = comparison("i1", ComparisonKind::Peer, "ann", "nobody", vec![]);
        let result = seed
            .store
            .replace_scores(seed.project, "h1", &[scored(&stored, vec![wrong])]);
        assert!(matches!(result, Err(StoreError::Misuse(_))));
        assert_eq!(seed.store.dirty_items(seed.project).unwrap(), [1]);
    }

    #[test]
    fn a_reference_may_come_from_another_session() {
        let seed = seeded();
        let mut late = delivered("i1", "cat", None, vec![]);
        late.reading.key.session = "w47".to_owned();
        seed.import(&[], &[late]);
        let mut one = comparison("i1", ComparisonKind::Reference, "gold", "cat", vec![]);
        one.session = "w47".to_owned();
        seed.score("i1", vec![one]);
        let rates = seed
            .store
            .error_rates(
                seed.project,
                crate::domain::ErrorUnit::Item,
                &Filter::default(),
                Default::default(),
            )
            .unwrap();
        assert_eq!(rates[0].denominator, 1);
    }
}
