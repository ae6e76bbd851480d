use super::filter::Filter;
use super::query::{Params, query};
use super::{ProjectId, Store, StoreError};
use serde::{Deserialize, Serialize};

/// On what two raters agree or do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgreementUnit {
    /// An item and question that both answered; categories are labels.
    Classification,
    /// As `Classification`; categories are ranks, as text.
    Ordinal,
    /// A pair of matched drawn instances; categories are labels.
    InstanceLabel,
    /// An item and a label; categories are `present` and `absent`.
    Presence,
    /// A pair of matched instances and an attribute that both state; categories are its values.
    Attribute,
}

impl AgreementUnit {
    /// The name in queries and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Classification => "classification",
            Self::Ordinal => "ordinal",
            Self::InstanceLabel => "instance_label",
            Self::Presence => "presence",
            Self::Attribute => "attribute",
        }
    }
}

/// Who is set against whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sides {
    /// Every pair of raters once, a's name before b's.
    Pairs,
    /// Every rater as a, all who read the same items as b (`b_rater` is then `None`).
    EachAgainstOthers,
}

/// A question about agreement among peers.
#[derive(Clone, Debug, PartialEq)]
pub struct ContingencyQuestion {
    pub unit: AgreementUnit,
    pub sides: Sides,
    pub by_study: bool,
    /// Instances and presence by label. Questions and attributes are always kept apart.
    pub by_label: bool,
}

/// One cell of a contingency table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContingencyRow {
    pub a_rater: String,
    pub b_rater: Option<String>,
    pub study: Option<String>,
    /// Question, attribute or label; `None` over all labels.
    pub scope: Option<String>,
    pub category_a: String,
    pub category_b: String,
    pub n: i64,
}

/// Pixels or voxels of matched and left-over masks, within the boxes around each pair.
#[derive(Clone, Debug, PartialEq)]
pub struct PixelRow {
    pub a_rater: String,
    pub b_rater: Option<String>,
    pub study: Option<String>,
    pub label: Option<String>,
    pub n_both: f64,
    pub n_a_only: f64,
    pub n_b_only: f64,
    pub n_neither: f64,
    /// Masks that went into the sums.
    pub n_units: i64,
    /// Masks whose sizes or frame are unknown; not in the sums.
    pub n_without_frame: i64,
}

impl Store {
    /// Contingency tables among peers, cell by cell; cells with no unit have no row. `filter.rater` keeps the
    /// tables in which that rater stands on either side (as a, when each is set against the others).
    ///
    /// # Errors
    /// `FilterUnsupported` when the unit has no such property, `Database`.
    pub fn contingency(
        &self,
        project: ProjectId,
        question: &ContingencyQuestion,
        filter: &Filter,
    ) -> Result<Vec<ContingencyRow>, StoreError> {
        let file = match question.unit {
            AgreementUnit::Classification => query!("agreement/classification.sql"),
            AgreementUnit::Ordinal => query!("agreement/ordinal.sql"),
            AgreementUnit::InstanceLabel => query!("agreement/instance_label.sql"),
            AgreementUnit::Presence => query!("agreement/presence.sql"),
            AgreementUnit::Attribute => query!("agreement/attribute.sql"),
        };
        let params = sided(filter.params(project), question.sides)
            .with("by_study", question.by_study)
            .with("by_label", question.by_label);
        self.read(|conn| {
            file.rows(conn, &params, |row| {
                Ok(ContingencyRow {
                    a_rater: row.get(0)?,
                    b_rater: row.get(1)?,
                    study: row.get(2)?,
                    scope: row.get(3)?,
                    category_a: row.get(4)?,
                    category_b: row.get(5)?,
                    n: row.get(6)?,
                })
            })
        })
    }

    /// Pixel agreement among peers, from summed sizes and intersections.
    ///
    /// # Errors
    /// `Database`.
    pub fn pixel_agreement(
        &self,
        project: ProjectId,
        sides: Sides,
        by_study: bool,
        by_label: bool,
        filter: &Filter,
    ) -> Result<Vec<PixelRow>, StoreError> {
        let params = sided(filter.params(project), sides)
            .with("by_study", by_study)
            .with("by_label", by_label);
        self.read(|conn| {
            query!("agreement/pixel.sql").rows(conn, &params, |row| {
                Ok(PixelRow {
                    a_rater: row.get(0)?,
                    b_rater: row.get(1)?,
                    study: row.get(2)?,
                    label: row.get(3)?,
                    n_both: row.get(4)?,
                    n_a_only: row.get(5)?,
                    n_b_only: row.get(6)?,
                    n_neither: row.get(7)?,
                    n_units: row.get(8)?,
                    n_without_frame: row.get(9)?,
                })
            })
        })
    }
}

fn sided(params: Params, sides: Sides) -> Params {
    params.with("each_against_others", sides == Sides::EachAgainstOthers)
}

#[cfg(test)]
mod tests {
    use super::{AgreementUnit, ContingencyQuestion, Sides};
    use crate::domain::ComparisonKind::Peer;
    use crate::domain::{Annotation, Comparison, ErrorKind, Shape, Technique, UnitScore};
    use crate::store::seed::{Seed, answered, comparison, delivered, drawn, unit};
    use crate::store::{Filter, StoreError};

    type Cell = (String, Option<String>, Option<String>, String, String, i64);

    fn cells(seed: &Seed, unit: AgreementUnit, sides: Sides, filter: &Filter) -> Vec<Cell> {
        let question = ContingencyQuestion {
            unit,
            sides,
            by_study: false,
            by_label: unit == AgreementUnit::Presence,
        };
        let rows = seed
            .store
            .contingency(seed.project, &question, filter)
            .unwrap();
        rows.into_iter()
            .map(|row| {
                (
                    row.a_rater,
                    row.b_rater,
                    row.scope,
                    row.category_a,
                    row.category_b,
                    row.n,
                )
            })
            .collect()
    }

    fn cell(
        a: &str,
        b: Option<&str>,
        scope: Option<&str>,
        category_a: &str,
        category_b: &str,
        n: i64,
    ) -> Cell {
        (
            a.to_owned(),
            b.map(str::to_owned),
            scope.map(str::to_owned),
            category_a.to_owned(),
            category_b.to_owned(),
            n,
        )
    }

    /// Zoe and Ann on one item, scored with Zoe as a: unit n joins the nth annotations of both.
    fn paired(zoe: Vec<Annotation>, ann: Vec<Annotation>, units: Vec<UnitScore>) -> Seed {
        let seed = Seed::new();
        seed.import(
            &[],
            &[
                delivered("i1", "zoe", None, zoe),
                delivered("i1", "ann", None, ann),
            ],
        );
        let units = units
            .into_iter()
            .enumerate()
            .map(|(nth, unit)| UnitScore {
                a_annotation: unit
                    .a_label
                    .is_some()
                    .then(|| seed.annotation_number("i1", "zoe", nth)),
                b_annotation: unit
                    .b_label
                    .is_some()
                    .then(|| seed.annotation_number("i1", "ann", nth)),
                ..unit
            })
            .collect();
        seed.score("i1", vec![comparison("i1", Peer, "zoe", "ann", units)]);
        seed
    }

    fn classified(a: &str, b: &str) -> UnitScore {
        UnitScore {
            technique: Some(Technique::Classification),
            b_label: Some(b.to_owned()),
            error: (a != b).then_some(ErrorKind::WrongLabel),
            ..unit(a, None)
        }
    }

    #[test]
    fn no_peers_give_no_cells() {
        let seed = Seed::new();
        use AgreementUnit::{Attribute, Classification, InstanceLabel, Ordinal, Presence};
        for unit in [Classification, Ordinal, InstanceLabel, Presence, Attribute] {
            for sides in [Sides::Pairs, Sides::EachAgainstOthers] {
                assert_eq!(cells(&seed, unit, sides, &Filter::default()), []);
            }
        }
        let pixels =
            seed.store
                .pixel_agreement(seed.project, Sides::Pairs, true, true, &Filter::default());
        assert_eq!(pixels.unwrap(), []);
    }

    #[test]
    fn answers_are_set_against_answers_question_by_question() {
        let seed = paired(
            vec![answered("birads", "4"), answered("density", "b")],
            vec![answered("birads", "3"), answered("density", "b")],
            vec![classified("4", "3"), classified("b", "b")],
        );
        let unit = AgreementUnit::Classification;
        assert_eq!(
            cells(&seed, unit, Sides::Pairs, &Filter::default()),
            [
                cell("ann", Some("zoe"), Some("birads"), "3", "4", 1),
                cell("ann", Some("zoe"), Some("density"), "b", "b", 1)
            ],
            "the name that comes first is a, however it was scored"
        );
        let zoe = Filter {
            rater: Some("zoe".to_owned()),
            ..Filter::default()
        };
        assert_eq!(
            cells(&seed, unit, Sides::EachAgainstOthers, &zoe),
            [
                cell("zoe", None, Some("birads"), "4", "3", 1),
                cell("zoe", None, Some("density"), "b", "b", 1)
            ]
        );
        let both = cells(&seed, unit, Sides::EachAgainstOthers, &Filter::default());
        assert_eq!(both.len(), 4);
        let by_label = ContingencyQuestion {
            unit,
            sides: Sides::Pairs,
            by_study: false,
            by_label: true,
        };
        let refused = seed
            .store
            .contingency(seed.project, &by_label, &Filter::default());
        assert!(matches!(refused, Err(StoreError::FilterUnsupported { .. })));
    }

    #[test]
    fn several_answers_are_one_category_and_an_unanswered_question_is_no_unit() {
        let one_sided = UnitScore {
            technique: Some(Technique::Classification),
            ..unit("mass", Some(ErrorKind::Missing))
        };
        let alone = UnitScore {
            ..one_sided.clone()
        };
        let seed = paired(
            vec![
                answered("finding", "cyst"),
                answered("finding", "mass"),
                answered("side", "mass"),
            ],
            vec![answered("finding", "cyst")],
            vec![classified("cyst", "cyst"), one_sided, alone],
        );
        assert_eq!(
            cells(
                &seed,
                AgreementUnit::Classification,
                Sides::Pairs,
                &Filter::default()
            ),
            [cell(
                "ann",
                Some("zoe"),
                Some("finding"),
                "cyst",
                "cyst + mass",
                1
            )]
        );
    }

    #[test]
    fn ranks_are_categories_of_an_ordinal_question() {
        let ranked = |rank: f64| Annotation {
            shape: Shape::Ordinal {
                question: "grade".to_owned(),
                rank,
            },
            ..drawn("grade")
        };
        let score = UnitScore {
            technique: Some(Technique::Ordinal),
            a_rank: Some(2.0),
            b_rank: Some(1.5),
            ..unit("grade", None)
        };
        let seed = paired(vec![ranked(2.0)], vec![ranked(1.5)], vec![score]);
        let found = cells(
            &seed,
            AgreementUnit::Ordinal,
            Sides::Pairs,
            &Filter::default(),
        );
        assert_eq!(
            found,
            [cell("ann", Some("zoe"), Some("grade"), "1.5", "2.0", 1)]
        );
        assert_eq!(found[0].3.parse(), Ok(1.5));
    }

    #[test]
    fn presence_counts_labels_that_neither_found_where_both_drew() {
        let seed = paired(
            vec![drawn("lesion"), drawn("lesion")],
            vec![drawn("lesion")],
            vec![
                unit("lesion", None),
                unit("lesion", Some(ErrorKind::Missing)),
            ],
        );
        let in_layer = |item: &str, rater: &str, layer: &str, annotations| {
            let mut one = delivered(item, rater, None, annotations);
            one.reading.key.layer = layer.to_owned();
            one
        };
        seed.import(
            &[],
            &[
                // Both drew; only Ann found a nodule. Both drew nothing. Both only rated. Grids that differ.
                delivered("i2", "zoe", None, vec![]),
                delivered("i2", "ann", None, vec![drawn("nodule")]),
                delivered("i3", "zoe", None, vec![]),
                delivered("i3", "ann", None, vec![]),
                in_layer("i4", "zoe", "ratings", vec![answered("q", "yes")]),
                in_layer("i4", "ann", "ratings", vec![answered("q", "yes")]),
                delivered("i5", "zoe", None, vec![]),
                delivered("i5", "ann", None, vec![]),
            ],
        );
        let peers = |item: &str, units| comparison(item, Peer, "zoe", "ann", units);
        seed.score(
            "i2",
            vec![peers("i2", vec![unit("nodule", Some(ErrorKind::Extra))])],
        );
        seed.score("i3", vec![peers("i3", vec![])]);
        seed.score("i4", vec![peers("i4", vec![classified("yes", "yes")])]);
        let refused = Comparison {
            refused: Some("grids differ".to_owned()),
            ..peers("i5", vec![])
        };
        seed.score("i5", vec![refused]);
        let found = cells(
            &seed,
            AgreementUnit::Presence,
            Sides::Pairs,
            &Filter::default(),
        );
        let zoe = Some("zoe");
        assert_eq!(
            found,
            [
                cell("ann", zoe, Some("lesion"), "absent", "absent", 2),
                cell("ann", zoe, Some("lesion"), "present", "present", 1),
                cell("ann", zoe, Some("nodule"), "absent", "absent", 2),
                cell("ann", zoe, Some("nodule"), "present", "absent", 1),
            ]
        );
    }

    #[test]
    fn matched_instances_give_labels_and_attributes() {
        let with = |label: &str, value: &str| {
            let mut one = drawn(label);
            one.attributes.insert("margin".to_owned(), value.to_owned());
            one
        };
        let taken_for = UnitScore {
            b_label: Some("mass".to_owned()),
            ..unit("cyst", Some(ErrorKind::WrongLabel))
        };
        let seed = paired(
            vec![with("cyst", "sharp"), drawn("mass")],
            vec![with("mass", "blurred"), with("mass", "sharp")],
            vec![taken_for, unit("mass", None)],
        );
        let all = Filter::default();
        let zoe = Some("zoe");
        assert_eq!(
            cells(&seed, AgreementUnit::InstanceLabel, Sides::Pairs, &all),
            [
                cell("ann", zoe, None, "mass", "cyst", 1),
                cell("ann", zoe, None, "mass", "mass", 1)
            ]
        );
        assert_eq!(
            cells(&seed, AgreementUnit::Attribute, Sides::Pairs, &all),
            [cell("ann", zoe, Some("margin"), "blurred", "sharp", 1)]
        );
    }

    #[test]
    fn pixels_are_summed_and_masks_of_unknown_size_counted() {
        let mask = |a: f64, b: f64, both: f64, frame: Option<f64>| UnitScore {
            technique: Some(Technique::Mask),
            a_size: Some(a),
            b_size: Some(b),
            intersection_size: Some(both),
            frame_size: frame,
            ..unit("lesion", None)
        };
        let seed = paired(
            vec![drawn("lesion"), drawn("lesion"), drawn("lesion")],
            vec![drawn("lesion"), drawn("lesion"), drawn("lesion")],
            vec![
                mask(10.0, 8.0, 6.0, Some(20.0)),
                mask(4.0, 4.0, 4.0, Some(4.0)),
                mask(1.0, 1.0, 0.0, None),
            ],
        );
        let rows = seed
            .store
            .pixel_agreement(seed.project, Sides::Pairs, false, false, &Filter::default())
            .unwrap();
        assert_eq!(rows.len(), 1);
        let row = &rows[0];
        // Zoe drew 10 and 4, Ann 8 and 4; Ann's name comes first.
        assert_eq!(
            (row.a_rater.as_str(), row.n_a_only, row.n_b_only),
            ("ann", 2.0, 4.0)
        );
        assert_eq!((row.n_both, row.n_neither), (10.0, 8.0));
        assert_eq!((row.n_units, row.n_without_frame), (2, 1));
    }
}
