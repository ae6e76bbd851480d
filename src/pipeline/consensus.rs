//! One answer a unit out of a ratings table, and how far each rater is from it.

use super::{Column, PipelineError, Table};
use crate::agreement::RatingMatrix;
use crate::consensus::{
    Convergence, Decision, EmOptions, RaterShares, Ratings, dawid_skene, majority,
};
use serde::Serialize;

/// How raters' answers become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsensusMethod {
    Majority,
    DawidSkene,
}

impl ConsensusMethod {
    /// Name as given on the command line, and as the rater of the consensus.
    pub fn name(self) -> &'static str {
        match self {
            Self::Majority => "majority",
            Self::DawidSkene => "dawid-skene",
        }
    }
}

/// The consensus of a ratings table.
#[derive(Clone, Debug, Serialize)]
pub struct ConsensusReport {
    pub method: &'static str,
    pub n_units: usize,
    /// Units with one answer.
    pub n_decided: usize,
    /// Units on which answers tie; they have no label.
    pub n_tied: usize,
    #[serde(flatten)]
    pub figures: ConsensusFigures,
    /// One a unit, in the order of the table.
    #[serde(skip)]
    pub labels: Vec<ConsensusLabel>,
}

/// What the method says of raters and categories.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum ConsensusFigures {
    Majority {
        level: f64,
        raters: Vec<MajorityRater>,
    },
    DawidSkene {
        /// Estimated share of each category, in the order of `categories`.
        class_shares: Vec<f64>,
        convergence: Convergence,
        /// Categories that the raters together call by another name more often than by their own: not to be trusted.
        slipped_categories: Vec<String>,
        raters: Vec<DawidSkeneRater>,
    },
}

/// A rater against the majority of all, and against that of the others.
#[derive(Clone, Debug, Serialize)]
pub struct MajorityRater {
    pub rater: String,
    #[serde(flatten)]
    pub shares: RaterShares,
}

/// A rater as the model of Dawid and Skene sees it.
#[derive(Clone, Debug, Serialize)]
pub struct DawidSkeneRater {
    pub rater: String,
    pub n_ratings: u64,
    /// Expected share of ratings that are true.
    pub accuracy: Option<f64>,
    pub categories: Vec<DawidSkeneCategory>,
}

/// A rater on one true category.
#[derive(Clone, Debug, Serialize)]
pub struct DawidSkeneCategory {
    pub category: String,
    /// Expected number of the rater's ratings of units of this category: how much the figures rest on.
    pub n_expected: f64,
    pub sensitivity: Option<f64>,
    pub specificity: Option<f64>,
    /// Probability of each answer when this category is true, in the order of `categories`; null where the rater never met it.
    pub given: Vec<Option<f64>>,
}

/// Item, session and question of a unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitKey {
    pub item: String,
    pub session: String,
    pub question: String,
}

/// The answer for one unit; no label where answers tie.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsensusLabel {
    pub unit: UnitKey,
    pub label: Option<String>,
    /// Share of votes, or posterior probability, of the label or of those that tie.
    pub share: Option<f64>,
}

/// The consensus of a matrix whose units are `units`.
///
/// # Errors
/// What the consensus room raises.
pub(super) fn consensus(
    matrix: &RatingMatrix,
    units: Vec<UnitKey>,
    method: ConsensusMethod,
    level: f64,
) -> Result<ConsensusReport, PipelineError> {
    let (raters, categories) = (matrix.raters(), matrix.categories());
    let cells: Vec<_> = matrix.cells().collect();
    let ratings = Ratings::from_cells(raters.len(), categories.len(), &cells)?;
    let (figures, decided) = match method {
        ConsensusMethod::Majority => by_majority(&ratings, raters, level)?,
        ConsensusMethod::DawidSkene => by_model(&ratings, raters, categories)?,
    };
    let name = |category: u16| categories.get(usize::from(category)).cloned();
    let labelled = units.into_iter().zip(&decided);
    Ok(ConsensusReport {
        method: method.name(),
        n_units: decided.len(),
        n_decided: decided
            .iter()
            .filter(|(one, _)| one.category().is_some())
            .count(),
        n_tied: decided
            .iter()
            .filter(|(one, _)| matches!(one, Decision::Tie(_)))
            .count(),
        figures,
        labels: labelled
            .map(|(unit, (decision, share))| ConsensusLabel {
                unit,
                label: decision.category().and_then(name),
                share: *share,
            })
            .collect(),
    })
}

type Decided = (ConsensusFigures, Vec<(Decision, Option<f64>)>);

fn by_majority(ratings: &Ratings, raters: &[String], level: f64) -> Result<Decided, PipelineError> {
    let found = majority(ratings, None, level)?;
    let named = raters.iter().zip(&found.raters);
    let figures = ConsensusFigures::Majority {
        level,
        raters: named
            .map(|(rater, shares)| MajorityRater {
                rater: rater.clone(),
                shares: *shares,
            })
            .collect(),
    };
    let units = found.units.into_iter().map(|vote| {
        let share = vote.share();
        (vote.decision, share)
    });
    Ok((figures, units.collect()))
}

fn by_model(
    ratings: &Ratings,
    raters: &[String],
    categories: &[String],
) -> Result<Decided, PipelineError> {
    let found = dawid_skene(ratings, EmOptions::default())?;
    let codes = || (0_u16..).zip(categories);
    let named = raters.iter().zip(&found.raters);
    let raters = named.map(|(rater, confusion)| DawidSkeneRater {
        rater: rater.clone(),
        n_ratings: confusion.n_ratings,
        accuracy: confusion.accuracy(),
        categories: codes()
            .map(|(truly, category)| DawidSkeneCategory {
                category: category.clone(),
                n_expected: confusion.expected_total(truly),
                sensitivity: confusion.sensitivity(truly),
                specificity: confusion.specificity(truly),
                given: codes()
                    .map(|(given, _)| confusion.rate(truly, given))
                    .collect(),
            })
            .collect(),
    });
    let slipped = found.slipped_categories.iter();
    let figures = ConsensusFigures::DawidSkene {
        class_shares: found.class_shares.clone(),
        convergence: found.convergence,
        slipped_categories: slipped
            .filter_map(|category| categories.get(usize::from(*category)).cloned())
            .collect(),
        raters: raters.collect(),
    };
    let units = (0..ratings.n_units()).map(|unit| found.decision(unit));
    Ok((figures, units.collect()))
}

/// One row a unit, as a ratings table of a single rater that is named after the method. Ties have an empty label, which importing
type PartOfKey = fn(&UnitKey) -> &String;

/// counts as no rating.
pub fn consensus_table(report: &ConsensusReport) -> Table {
    let text = |of: fn(&UnitKey) -> &String| -> Vec<Option<String>> {
        report
            .labels
            .iter()
            .map(|one| Some(of(&one.unit).clone()))
            .collect()
    };
    let mut table = Table::default().with("item", Column::Text(text(|unit| &unit.item)));
    // Most tables have neither sessions nor questions.
    let columns: [(&str, PartOfKey); 2] = [
        ("session", |unit| &unit.session),
        ("question", |unit| &unit.question),
    ];
    for (name, of) in columns {
        if report.labels.iter().any(|one| !of(&one.unit).is_empty()) {
            table = table.with(name, Column::Text(text(of)));
        }
    }
    let labels = report.labels.iter();
    table
        .with(
            "rater",
            Column::Text(vec![Some(report.method.to_owned()); report.labels.len()]),
        )
        .with(
            "label",
            Column::Text(labels.clone().map(|one| one.label.clone()).collect()),
        )
        .with(
            "share",
            Column::Number(labels.map(|one| one.share).collect()),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(method: ConsensusMethod) -> ConsensusReport {
        let rows = [
            ("a", "x", "yes"),
            ("b", "x", "yes"),
            ("c", "x", "no"),
            ("a", "y, z", "no"),
            ("b", "y, z", "yes"),
        ];
        let matrix = RatingMatrix::from_labels(rows, None).expect("ratings");
        let units = matrix.units().iter().map(|item| UnitKey {
            item: item.clone(),
            ..UnitKey::default()
        });
        consensus(&matrix, units.collect(), method, 0.95).expect("a consensus")
    }

    #[test]
    fn a_tie_has_a_share_and_no_label() {
        let found = report(ConsensusMethod::Majority);
        assert_eq!((found.n_units, found.n_decided, found.n_tied), (2, 1, 1));
        assert_eq!(found.labels[0].label.as_deref(), Some("yes"));
        assert_eq!(
            (found.labels[1].label.as_deref(), found.labels[1].share),
            (None, Some(0.5))
        );
        let csv = consensus_table(&found).to_csv().expect("a table");
        let csv = String::from_utf8(csv).expect("text");
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines[0], "item,rater,label,share");
        assert!(lines[1].starts_with("x,majority,yes,0.66666"), "{csv}");
        assert_eq!(lines[2], "\"y, z\",majority,,0.5");
    }

    #[test]
    fn what_the_model_says_of_raters_is_named() {
        let found = report(ConsensusMethod::DawidSkene);
        let ConsensusFigures::DawidSkene {
            raters,
            class_shares,
            convergence,
            ..
        } = found.figures
        else {
            panic!("another method");
        };
        assert_eq!(raters[2].rater, "c");
        assert_eq!(raters[2].n_ratings, 1);
        assert_eq!(raters[0].categories[0].category, "no");
        assert_eq!(raters[0].categories[0].given.len(), 2);
        assert!((class_shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(convergence.n_iterations > 0);
    }
}
