use super::filter::Filter;
use super::query::query;
use super::{ProjectId, Store, StoreError};
use crate::domain::{Role, Stage};
use jiff::civil::Date;

/// What one rater finished at one stage on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThroughputRow {
    pub rater: String,
    pub role: Role,
    pub stage: Stage,
    /// `None`: the export gives no time.
    pub local_day: Option<Date>,
    /// Studies whose last first delivery falls on this day. A study counts once.
    pub n_studies: i64,
    /// Studies that were finished before and of which something was delivered again with a later time.
    pub n_rework: i64,
    /// Items first delivered on this day, and their annotations.
    pub n_items: i64,
    pub n_annotations: i64,
    /// Working time on those items over the readings that report it; `None` when none does.
    pub active_ms: Option<i64>,
    /// Readings among them without a working time.
    pub n_active_unknown: i64,
}

impl Store {
    /// Work by rater, stage and day. Takes the filter's stage, rater, role, study, site, week and days; the
    /// week and days are those of the row.
    ///
    /// # Errors
    /// `FilterUnsupported` for other filters, `Database`.
    pub fn throughput(
        &self,
        project: ProjectId,
        filter: &Filter,
    ) -> Result<Vec<ThroughputRow>, StoreError> {
        self.read(|conn| {
            query!("figures/throughput.sql").rows(conn, &filter.params(project), |row| {
                Ok(ThroughputRow {
                    rater: row.get(0)?,
                    role: row.named(1)?,
                    stage: row.named(2)?,
                    local_day: row.day(3)?,
                    n_studies: row.get(4)?,
                    n_rework: row.get(5)?,
                    n_items: row.get(6)?,
                    n_annotations: row.get(7)?,
                    active_ms: row.get(8)?,
                    n_active_unknown: row.get(9)?,
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::ThroughputRow;
    use crate::domain::{ReadingState, ReferenceKind, Role};
    use crate::store::seed::{Delivered, Seed, delivered, drawn, item};
    use crate::store::{Filter, StoreError};
    use jiff::civil::{Date, date};

    const MONDAY: Date = date(2026, 11, 16);
    const TUESDAY: Date = date(2026, 11, 17);

    fn done(item: &str, day: Option<Date>, active_ms: Option<i64>) -> Delivered {
        let mut one = delivered(item, "ann", day, vec![drawn("lesion")]);
        one.reading.finished_at_us = day.map(|day| i64::from(day.day()) * 1_000_000);
        one.reading.active_ms = active_ms;
        one
    }

    fn rows(seed: &Seed, filter: &Filter) -> Vec<ThroughputRow> {
        seed.store.throughput(seed.project, filter).unwrap()
    }

    fn counts(rows: &[ThroughputRow]) -> Vec<(Option<Date>, i64, i64, i64)> {
        rows.iter()
            .map(|row| (row.local_day, row.n_studies, row.n_rework, row.n_items))
            .collect()
    }

    #[test]
    fn a_study_counts_once_on_the_day_of_its_last_item() {
        let seed = Seed::new();
        assert_eq!(rows(&seed, &Filter::default()), []);
        seed.import(
            &[item("i1", "s1"), item("i2", "s1"), item("i3", "s2")],
            &[
                done("i1", Some(MONDAY), Some(100)),
                done("i2", Some(TUESDAY), None),
                done("i3", Some(MONDAY), Some(50)),
            ],
        );
        let found = rows(&seed, &Filter::default());
        assert_eq!(
            counts(&found),
            [(Some(MONDAY), 1, 0, 2), (Some(TUESDAY), 1, 0, 1)]
        );
        assert_eq!(found[0].active_ms, Some(150));
        assert_eq!(found[1].active_ms, None, "unknown is not zero");
        assert_eq!(found[1].n_active_unknown, 1);
        assert_eq!(found[0].n_annotations, 2);
    }

    #[test]
    fn the_same_work_in_a_later_export_is_no_rework_but_later_work_is() {
        let seed = Seed::new();
        let items = [item("i1", "s1"), item("i2", "s2")];
        seed.import(
            &items,
            &[
                done("i1", Some(MONDAY), None),
                done("i2", Some(MONDAY), None),
            ],
        );
        seed.import(
            &items,
            &[
                done("i1", Some(MONDAY), None),
                done("i2", Some(TUESDAY), None),
            ],
        );
        let found = rows(&seed, &Filter::default());
        assert_eq!(
            counts(&found),
            [(Some(MONDAY), 2, 0, 2), (Some(TUESDAY), 0, 1, 0)]
        );
    }

    #[test]
    fn skipped_items_fused_references_and_models_are_no_work() {
        let seed = Seed::new();
        let mut skipped = done("i1", Some(MONDAY), None);
        skipped.reading.state = ReadingState::Skipped;
        let mut fused = done("i2", Some(MONDAY), None);
        fused.reading.reference = Some(ReferenceKind::Consensus);
        let mut model = done("i3", Some(MONDAY), None);
        model.reading.role = Role::Model;
        seed.import(&[], &[skipped, fused, model]);
        assert_eq!(rows(&seed, &Filter::default()), []);
        let models = Filter {
            role: Some(Role::Model),
            ..Filter::default()
        };
        assert_eq!(rows(&seed, &models).len(), 1);
    }

    #[test]
    fn work_without_a_date_stands_in_a_row_without_a_day_and_in_no_range() {
        let seed = Seed::new();
        seed.import(
            &[],
            &[done("i1", None, None), done("i2", Some(MONDAY), None)],
        );
        assert_eq!(counts(&rows(&seed, &Filter::default())).len(), 2);
        let in_week = Filter {
            week: Some("2026-W47".to_owned()),
            local_day_from: Some(MONDAY),
            local_day_to: Some(MONDAY),
            ..Filter::default()
        };
        assert_eq!(counts(&rows(&seed, &in_week)), [(Some(MONDAY), 1, 0, 1)]);
        let by_label = Filter {
            label: Some("lesion".to_owned()),
            ..Filter::default()
        };
        let refused = seed.store.throughput(seed.project, &by_label);
        assert!(matches!(refused, Err(StoreError::FilterUnsupported { by, .. }) if by == "label"));
    }
}
