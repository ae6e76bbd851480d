use super::filter::Filter;
use super::query::query;
use super::{AnnotationId, ItemId, ProjectId, Store, StoreError};
use crate::domain::{Protocol, Stage, Technique};

/// How much of a study is labelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletenessRow {
    pub study: String,
    pub site: Option<String>,
    /// Items with a current reading that is annotated or reviewed and empty.
    pub n_labelled: i64,
    /// Items known.
    pub n_items: i64,
}

/// A current annotation that is structurally invalid, or whose label is outside the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidAnnotation {
    pub annotation: AnnotationId,
    pub item: ItemId,
    pub item_key: String,
    pub study: String,
    pub rater: String,
    pub stage: Stage,
    pub label: String,
    pub technique: Technique,
    pub source_file: String,
    pub source_id: String,
    pub reason: String,
}

/// Why a sound annotation is invalid under a protocol.
const LABEL_OUTSIDE: &str = "the label is not in the protocol";

impl Store {
    /// Labelled and known items by study. Takes the filter's stage (any, when `None`), rater, role, study and
    /// site. Readings by models do not label an item unless the filter names them; references do.
    ///
    /// # Errors
    /// `FilterUnsupported` for other filters, `Database`.
    pub fn completeness(
        &self,
        project: ProjectId,
        filter: &Filter,
    ) -> Result<Vec<CompletenessRow>, StoreError> {
        self.read(|conn| {
            query!("figures/completeness.sql").rows(conn, &filter.params(project), |row| {
                Ok(CompletenessRow {
                    study: row.get(0)?,
                    site: row.get(1)?,
                    n_labelled: row.get(2)?,
                    n_items: row.get(3)?,
                })
            })
        })
    }

    /// Annotations of current readings that are structurally invalid, or whose label `protocol` does not list. Takes the
    /// filter's stage, rater, role, label (as the export spells it), study, site, technique, week and days.
    ///
    /// # Errors
    /// `FilterUnsupported` for other filters, `Database`.
    pub fn invalid_annotations(
        &self,
        project: ProjectId,
        filter: &Filter,
        protocol: &Protocol,
    ) -> Result<Vec<InvalidAnnotation>, StoreError> {
        let params = match protocol.admitted_labels() {
            Some(labels) => filter.params(project).texts("admitted", labels),
            None => filter.params(project).optional_text("admitted", None),
        };
        self.read(|conn| {
            query!("figures/invalid_annotations.sql").rows(conn, &params, |row| {
                Ok(InvalidAnnotation {
                    annotation: row.get(0)?,
                    item: row.get(1)?,
                    item_key: row.get(2)?,
                    study: row.get(3)?,
                    rater: row.get(4)?,
                    stage: row.named(5)?,
                    label: row.get(6)?,
                    technique: row.named(7)?,
                    source_file: row.get(8)?,
                    source_id: row.get(9)?,
                    reason: row
                        .get::<Option<String>>(10)?
                        .unwrap_or_else(|| LABEL_OUTSIDE.to_owned()),
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::{LabelRule, Protocol, ReadingState, Shape, Stage};
    use crate::store::Filter;
    use crate::store::seed::{Seed, delivered, drawn, item};

    #[test]
    fn an_item_is_labelled_when_someone_annotated_it_or_found_it_empty() {
        let seed = Seed::new();
        let count = |filter: &Filter| -> Vec<(String, i64, i64)> {
            let rows = seed.store.completeness(seed.project, filter).unwrap();
            rows.into_iter()
                .map(|row| (row.study, row.n_labelled, row.n_items))
                .collect()
        };
        assert_eq!(count(&Filter::default()), []);
        let mut empty = delivered("i2", "ann", None, vec![]);
        empty.reading.state = ReadingState::ReviewedEmpty;
        let mut skipped = delivered("i3", "ann", None, vec![]);
        skipped.reading.state = ReadingState::Skipped;
        seed.import(
            &[
                item("i1", "s1"),
                item("i2", "s1"),
                item("i3", "s1"),
                item("i4", "s2"),
            ],
            &[
                delivered("i1", "ann", None, vec![drawn("lesion")]),
                delivered("i1", "bob", None, vec![]),
                empty,
                skipped,
            ],
        );
        let s1_s2 = |s1, s2| vec![("s1".to_owned(), s1, 3), ("s2".to_owned(), s2, 1)];
        assert_eq!(count(&Filter::default()), s1_s2(2, 0));
        let verified = Filter {
            stage: Some(Stage::Verification),
            ..Filter::default()
        };
        assert_eq!(count(&verified), s1_s2(0, 0));
        let bobs = Filter {
            rater: Some("bob".to_owned()),
            study: Some("s1".to_owned()),
            ..Filter::default()
        };
        assert_eq!(count(&bobs), [("s1".to_owned(), 1, 3)]);
    }

    #[test]
    fn only_current_invalid_annotations_are_listed() {
        let seed = Seed::new();
        let invalid = |label: &str| {
            let mut one = drawn(label);
            one.invalid = Some("crosses itself".to_owned());
            delivered("i1", "ann", None, vec![one, drawn("sound")])
        };
        let listed = || {
            seed.store
                .invalid_annotations(seed.project, &Filter::default(), &Protocol::default())
                .unwrap()
        };
        assert_eq!(listed(), []);
        seed.import(&[], &[invalid("old")]);
        seed.import(&[], &[invalid("new")]);
        let found = listed();
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].label.as_str(), found[0].reason.as_str()),
            ("new", "crosses itself")
        );
    }

    #[test]
    fn a_label_outside_the_protocol_is_invalid_and_an_alias_or_a_rank_is_not() {
        let seed = Seed::new();
        let mut rank = drawn("3");
        rank.shape = Shape::Ordinal {
            question: "malignancy".to_owned(),
            rank: 3.0,
        };
        let mut crossed = drawn("tumour");
        crossed.invalid = Some("crosses itself".to_owned());
        let annotations = vec![
            drawn("lesion"),
            drawn("Lesion"),
            drawn("tumour"),
            rank,
            crossed,
        ];
        seed.import(&[], &[delivered("i1", "ann", None, annotations)]);
        let listed = |protocol: &Protocol| -> Vec<(String, String)> {
            let found = seed
                .store
                .invalid_annotations(seed.project, &Filter::default(), protocol)
                .unwrap();
            found
                .into_iter()
                .map(|row| (row.label, row.reason))
                .collect()
        };
        let crossed = ("tumour".to_owned(), "crosses itself".to_owned());
        // A protocol without labels admits all.
        assert_eq!(listed(&Protocol::default()), std::slice::from_ref(&crossed));
        let rule = LabelRule {
            aliases: vec!["Lesion".to_owned()],
            ..LabelRule::default()
        };
        let protocol = Protocol {
            labels: [("lesion".to_owned(), rule)].into(),
            ..Protocol::default()
        };
        let outside = (
            "tumour".to_owned(),
            "the label is not in the protocol".to_owned(),
        );
        assert_eq!(listed(&protocol), [outside, crossed]);
    }
}
