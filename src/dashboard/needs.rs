//! "Needs you today": at most seven lines, the most urgent first, each a link to its evidence.

use super::answer::PageError;
use super::links::Link;
use super::units::{errors_link, rater_link};
use super::views::plural;
use crate::domain::Status;
use crate::gates::Evidence;
use crate::pipeline::{Project, Week};
use crate::reports::model::{AnnotatorRow, StageCard};
use crate::store::{Filter, Store};

const MOST_LINES: usize = 7;
/// People named for one reason; more would crowd out the other reasons.
const MOST_PEOPLE: usize = 2;

/// One thing to do.
pub struct Need {
    /// `act` or `watch`, as the style sheet knows them.
    pub severity: &'static str,
    /// The reason in two words.
    pub word: &'static str,
    pub sentence: String,
    pub href: String,
}

/// Over the limit, below the floor, drifting, invalid, contradicting, seemingly turned, unmatched, gate waiting: in this order.
///
/// # Errors
/// What the store raises.
pub fn needs(
    store: &Store,
    project: &Project,
    week: &Week,
    cards: &[StageCard],
    annotators: &[AnnotatorRow],
) -> Result<Vec<Need>, PageError> {
    let mut found = Vec::new();
    over_the_limit(project, week, cards, annotators, &mut found);
    let newest_gate = store.gate_evaluations(project.id, None)?.into_iter().next();
    if let Some(gate) = &newest_gate {
        below_the_floor(project, gate.id, &gate.record.evidence_json, &mut found);
    }
    drifting(project, week, annotators, &mut found);
    in_doubt(store, project, &mut found)?;
    gate_waiting(store, project, newest_gate.as_ref(), &mut found)?;
    found.truncate(MOST_LINES);
    Ok(found)
}

fn over_the_limit(
    project: &Project,
    week: &Week,
    cards: &[StageCard],
    annotators: &[AnnotatorRow],
    found: &mut Vec<Need>,
) {
    for card in cards.iter().filter(|card| card.status == Status::Fail) {
        found.push(Need {
            severity: "act",
            word: "over the limit",
            sentence: format!(
                "{} stage: {}, {}",
                capital(card.stage.as_str()),
                card.rate.text_with_interval(),
                card.rate.n_text()
            ),
            href: errors_link(project, week)
                .with("kind", "reference")
                .with("stage", card.stage.as_str())
                .into(),
        });
    }
    let mut over: Vec<&AnnotatorRow> = annotators
        .iter()
        .filter(|row| row.status == Status::Fail)
        .collect();
    over.sort_by(|a, b| {
        b.rate
            .value
            .unwrap_or(0.0)
            .total_cmp(&a.rate.value.unwrap_or(0.0))
    });
    let line = |row: &AnnotatorRow| Need {
        severity: "act",
        word: "over the limit",
        sentence: format!(
            "{}: {}, {}",
            row.rater,
            row.rate.text_with_interval(),
            row.rate.n_text()
        ),
        href: rater_link(project, &row.rater, week).into(),
    };
    people(project, week, &over, "over the limit", found, line);
}

/// A line each for the first, one line for the rest.
fn people(
    project: &Project,
    week: &Week,
    rows: &[&AnnotatorRow],
    word: &'static str,
    found: &mut Vec<Need>,
    line: impl Fn(&AnnotatorRow) -> Need,
) {
    found.extend(rows.iter().take(MOST_PEOPLE).map(|row| line(row)));
    if let Some(rest) = rows.get(MOST_PEOPLE..).filter(|rest| !rest.is_empty()) {
        let names: Vec<&str> = rest.iter().map(|row| row.rater.as_str()).collect();
        found.push(Need {
            severity: "act",
            word,
            sentence: format!("and {}", crate::reports::format::list(&names)),
            href: Link::project(&project.name)
                .to("annotators")
                .with("week", week.name())
                .into(),
        });
    }
}

/// Floors stand in policies; the last evaluation knows which were missed.
fn below_the_floor(project: &Project, id: i64, evidence_json: &str, found: &mut Vec<Need>) {
    let Ok(evidence) = serde_json::from_str::<Evidence>(evidence_json) else {
        return;
    };
    let floors = evidence.checks.iter().filter(|check| {
        check.kind == "agreement_floor" && check.effective_status() == Status::Fail
    });
    for check in floors {
        found.push(Need {
            severity: "act",
            word: "below the floor",
            sentence: format!("{}: {}", check.name, check.reason),
            href: Link::project(&project.name)
                .to("gates")
                .to(&id.to_string())
                .into(),
        });
    }
}

fn drifting(project: &Project, week: &Week, annotators: &[AnnotatorRow], found: &mut Vec<Need>) {
    let worse = |row: &AnnotatorRow| -> Option<f64> {
        let change = row.change.as_ref().filter(|change| change.moved)?;
        change.difference.value.filter(|value| *value > 0.0)
    };
    let mut drifting: Vec<(f64, &AnnotatorRow)> = annotators
        .iter()
        .filter_map(|row| Some((worse(row)?, row)))
        .collect();
    drifting.sort_by(|a, b| b.0.total_cmp(&a.0));
    let rows: Vec<&AnnotatorRow> = drifting.into_iter().map(|(_, row)| row).collect();
    people(project, week, &rows, "drifting", found, |row| Need {
        severity: "act",
        word: "drifting",
        sentence: format!(
            "{}: error rate {} against the four weeks before",
            row.rater,
            row.change
                .as_ref()
                .map_or_else(String::new, |change| change.difference.text_with_interval())
        ),
        href: rater_link(project, &row.rater, week).into(),
    });
}

fn in_doubt(store: &Store, project: &Project, found: &mut Vec<Need>) -> Result<(), PageError> {
    let at = |page: &str| String::from(Link::project(&project.name).to(page));
    let invalid = store
        .invalid_annotations(project.id, &Filter::default(), &project.protocol)?
        .len() as u64;
    if invalid > 0 {
        found.push(Need {
            severity: "act",
            word: "invalid",
            sentence: format!(
                "{} structurally invalid (outside the image, self-intersecting, empty, label outside the protocol …)",
                plural(invalid, "annotation is", "annotations are")
            ),
            href: at("invalid"),
        });
    }
    let conflicts = store.item_conflicts(project.id)?.len() as u64;
    if conflicts > 0 {
        found.push(Need {
            severity: "watch",
            word: "in doubt",
            sentence: format!(
                "Imports contradict each other about items {}: size, spacing, study or site",
                match conflicts {
                    1 => "once".to_owned(),
                    n => format!("{} times", crate::reports::format::count(n)),
                }
            ),
            href: at("conflicts"),
        });
    }
    let turned = store.suspected_turns(project.id)?.len() as u64;
    if turned > 0 {
        found.push(Need {
            severity: "watch",
            word: "turned",
            sentence: format!(
                "{} much better when one side is mirrored or turned: its masks may be stored wrongly",
                plural(turned, "pair of masks agrees", "pairs of masks agree")
            ),
            href: at("orientation"),
        });
    }
    let unmatched = store.unmatched_items(project.id)?.len() as u64;
    if unmatched > 0 {
        found.push(Need {
            severity: "watch",
            word: "unmatched",
            sentence: format!(
                "{} read by one person only, with no reference: nothing is known about them",
                plural(unmatched, "item was", "items were")
            ),
            href: at("unmatched"),
        });
    }
    Ok(())
}

fn gate_waiting(
    store: &Store,
    project: &Project,
    newest: Option<&crate::store::GateRecord>,
    found: &mut Vec<Need>,
) -> Result<(), PageError> {
    let imports = store.imports(project.id)?;
    let gates = Link::project(&project.name).to("gates");
    let (sentence, href): (String, Link) = match newest {
        None if imports.is_empty() => return Ok(()),
        None => ("No release gate has been asked yet".to_owned(), gates),
        Some(gate) => {
            let n_since = imports
                .iter()
                .filter(|import| import.identity.received_at_us > gate.record.created_at_us)
                .count() as u64;
            match (n_since, gate.record.status) {
                (0, Status::Pass) => return Ok(()),
                (0, status) => (
                    format!(
                        "The gate is shut: policy {} {}",
                        gate.record.policy_name,
                        verb(status)
                    ),
                    gates.to(&gate.id.to_string()),
                ),
                (n, _) => (
                    format!(
                        "{} since policy {} was last asked",
                        plural(n, "import", "imports"),
                        gate.record.policy_name
                    ),
                    gates,
                ),
            }
        }
    };
    found.push(Need {
        severity: "watch",
        word: "gate waiting",
        sentence,
        href: href.into(),
    });
    Ok(())
}

/// What a policy does that does not pass.
pub fn verb(status: Status) -> &'static str {
    match status {
        Status::Pass => "passes",
        Status::Fail => "fails",
        Status::InsufficientEvidence => "lacks evidence",
        Status::NotApplicable => "does not apply",
        Status::Error => "could not be judged",
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
