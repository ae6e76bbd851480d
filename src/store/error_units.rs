use super::filter::Filter;
use super::query::{Fields, Params, query};
use super::{AnnotationId, ComparisonId, ItemId, ProjectId, Store, StoreError};
use crate::domain::{ComparisonKind, ErrorKind, ReferenceKind, Stage, UnitScore};

/// One unit with all that was measured, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredUnit {
    pub comparison: ComparisonId,
    pub unit_no: i64,
    pub item: ItemId,
    pub item_key: String,
    pub study: String,
    pub site: Option<String>,
    pub stage: Stage,
    pub session: String,
    pub kind: ComparisonKind,
    pub reference_kind: Option<ReferenceKind>,
    pub a_rater: String,
    pub a_stage: Stage,
    pub b_rater: String,
    pub week: Option<String>,
    pub a_annotation: Option<AnnotationId>,
    pub b_annotation: Option<AnnotationId>,
    /// Its own annotation numbers are `None`; the ids above stand in their place.
    pub score: UnitScore,
}

/// Where a page of units ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitCursor {
    pub comparison: ComparisonId,
    pub unit_no: i64,
}

impl StoredUnit {
    /// The cursor for the units that follow this one.
    pub fn cursor(&self) -> UnitCursor {
        UnitCursor {
            comparison: self.comparison,
            unit_no: self.unit_no,
        }
    }
}

impl Store {
    /// Units with an error, of one kind or any, page by page in the order of comparisons.
    ///
    /// # Errors
    /// `Database`.
    pub fn error_units(
        &self,
        project: ProjectId,
        filter: &Filter,
        error: Option<ErrorKind>,
        after: Option<UnitCursor>,
        limit: u32,
    ) -> Result<Vec<StoredUnit>, StoreError> {
        let params = filter
            .params(project)
            .optional_text("error", error.map(ErrorKind::as_str))
            .with("after_comparison", after.map(|after| after.comparison))
            .with("after_unit", after.map(|after| after.unit_no))
            .with("limit", i64::from(limit));
        self.read(|conn| {
            query!("figures/error_units.sql").rows(conn, &params, |row| stored_unit(row, 0))
        })
    }

    /// Every unit of every comparison of one item, right or wrong.
    ///
    /// # Errors
    /// `Database`.
    pub fn units_of_item(
        &self,
        project: ProjectId,
        item: ItemId,
    ) -> Result<Vec<StoredUnit>, StoreError> {
        let params = Params::new().with("project", project).with("item", item);
        self.read(|conn| {
            query!("figures/units_of_item.sql").rows(conn, &params, |row| stored_unit(row, 0))
        })
    }
}

/// A unit from the columns of the view `compared_unit`, the first of which is at `start`.
pub(super) fn stored_unit(row: &Fields<'_>, start: usize) -> Result<StoredUnit, StoreError> {
    let at = |column: usize| start + column;
    Ok(StoredUnit {
        comparison: row.get(at(0))?,
        unit_no: row.get(at(1))?,
        item: row.get(at(2))?,
        item_key: row.get(at(3))?,
        study: row.get(at(4))?,
        site: row.get(at(5))?,
        stage: row.named(at(6))?,
        session: row.get(at(7))?,
        kind: row.named(at(8))?,
        reference_kind: row.maybe_named(at(9))?,
        a_rater: row.get(at(10))?,
        a_stage: row.named(at(11))?,
        b_rater: row.get(at(12))?,
        week: row.get(at(13))?,
        a_annotation: row.get(at(14))?,
        b_annotation: row.get(at(15))?,
        score: unit_score(row, at(16))?,
    })
}

fn unit_score(row: &Fields<'_>, start: usize) -> Result<UnitScore, StoreError> {
    let at = |column: usize| start + column;
    let edges = (
        row.get(at(21))?,
        row.get(at(22))?,
        row.get(at(23))?,
        row.get(at(24))?,
    );
    Ok(UnitScore {
        technique: row.maybe_named(at(0))?,
        a_label: row.get(at(1))?,
        b_label: row.get(at(2))?,
        a_annotation: None,
        b_annotation: None,
        error: row.maybe_named(at(3))?,
        detail: row.get(at(4))?,
        not_applicable: row.get(at(5))?,
        dice: row.get(at(6))?,
        iou: row.get(at(7))?,
        a_size: row.get(at(8))?,
        b_size: row.get(at(9))?,
        intersection_size: row.get(at(10))?,
        frame_size: row.get(at(11))?,
        hd: row.get(at(12))?,
        hd95: row.get(at(13))?,
        assd: row.get(at(14))?,
        nsd: row.get(at(15))?,
        nsd_tolerance: row.get(at(16))?,
        distance_unit: row.maybe_named(at(17))?,
        surface_px: row.get(at(18))?,
        surface_voxels: row.get(at(19))?,
        box_edge_px: row.get(at(20))?,
        box_edges_px: match edges {
            (Some(left), Some(top), Some(right), Some(bottom)) => Some([left, top, right, bottom]),
            _ => None,
        },
        boundary_px: row.get(at(25))?,
        keypoint_px: row.get(at(26))?,
        keypoint_mm: row.get(at(27))?,
        keypoint_max_mm: row.get(at(28))?,
        oks: row.get(at(29))?,
        n_points: row.get(at(30))?,
        n_points_missing: row.get(at(31))?,
        n_points_extra: row.get(at(32))?,
        n_visibility_differs: row.get(at(33))?,
        size_difference: row.get(at(34))?,
        relative_size_difference: row.get(at(35))?,
        size_unit: row.get(at(36))?,
        a_rank: row.get(at(37))?,
        b_rank: row.get(at(38))?,
        undefined: row.get(at(39))?,
        start_difference_chars: row.get(at(40))?,
        end_difference_chars: row.get(at(41))?,
        n_frames_a: row.get(at(42))?,
        n_frames_b: row.get(at(43))?,
        n_frames_matched: row.get(at(44))?,
        n_identity_switches: row.get(at(45))?,
        n_fragmentations: row.get(at(46))?,
    })
}

#[cfg(test)]
mod tests {
    use crate::domain::ComparisonKind::{Peer, Reference};
    use crate::domain::ErrorKind;
    use crate::store::seed::{Seed, comparison, delivered, unit};
    use crate::store::{Filter, UnitCursor};

    #[test]
    fn pages_of_errors_follow_each_other_without_gap_or_repeat() {
        let seed = Seed::new();
        let names = ["gold", "ann", "bob"];
        let readings = names.map(|rater| delivered("i1", rater, None, vec![]));
        seed.import(&[], &readings);
        let none = seed
            .store
            .error_units(seed.project, &Filter::default(), None, None, 5);
        assert_eq!(none.unwrap(), []);
        let missing = || unit("lesion", Some(ErrorKind::Missing));
        let extra = || unit("nodule", Some(ErrorKind::Extra));
        seed.score(
            "i1",
            vec![
                comparison(
                    "i1",
                    Reference,
                    "gold",
                    "ann",
                    vec![missing(), unit("lesion", None), extra()],
                ),
                comparison("i1", Peer, "ann", "bob", vec![extra(), missing()]),
            ],
        );
        let mut places = Vec::new();
        let mut after: Option<UnitCursor> = None;
        loop {
            let page = seed
                .store
                .error_units(seed.project, &Filter::default(), None, after, 2)
                .unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.cursor());
            places.extend(page.iter().map(|one| (one.comparison, one.unit_no)));
        }
        assert_eq!(places, [(1, 0), (1, 2), (2, 0), (2, 1)]);
        let only = |filter: &Filter, error| -> Vec<(i64, i64)> {
            let found = seed
                .store
                .error_units(seed.project, filter, error, None, 9)
                .unwrap();
            found
                .iter()
                .map(|one| (one.comparison, one.unit_no))
                .collect()
        };
        assert_eq!(
            only(&Filter::default(), Some(ErrorKind::Extra)),
            [(1, 2), (2, 0)]
        );
        let peers = Filter {
            kind: Some(Peer),
            label: Some("lesion".to_owned()),
            ..Filter::default()
        };
        assert_eq!(only(&peers, None), [(2, 1)]);
        assert_eq!(seed.store.units_of_item(seed.project, 1).unwrap().len(), 5);
    }
}
