//! A lot that passes every check, to be spoilt by each test in its own way.

use crate::domain::{ErrorUnit, Protocol, ReferenceKind, Stage};
use crate::gates::inputs::*;
use crate::gates::*;
use crate::statistics::Population;

pub const TODAY: &str = "2026-11-23";

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub fn count(stage: Stage, kind: ReferenceKind, n_errors: u64, n_assessed: u64) -> StageErrorCount {
    StageErrorCount {
        stage,
        unit: ErrorUnit::Study,
        reference_kind: kind,
        n_errors,
        n_assessed,
        n_not_applicable: 0,
        n_refused: 0,
        population: Population::Process,
        by_study: Vec::new(),
    }
}

pub fn clean_lot() -> LotFigures {
    let study = |n: u32| format!("1.2.826.{n}");
    LotFigures {
        lot: Lot {
            source: "project lung".to_owned(),
            studies: (0..300).map(study).collect(),
        },
        error_counts: Stage::ALL
            .iter()
            .map(|&stage| count(stage, ReferenceKind::Gold, 0, 249))
            .collect(),
        agreement: vec![AgreementFigure {
            label: Some("nodule".to_owned()),
            coefficient: "cohen_kappa".to_owned(),
            raters: vec!["r1".to_owned(), "r2".to_owned()],
            value: Some(0.9),
            lower: Some(0.85),
            upper: Some(0.95),
            level: Some(0.95),
            method: Some("fleiss_cohen_everitt".to_owned()),
            n: 300,
            undefined: None,
        }],
        completeness: Completeness {
            n_required: 300,
            n_labelled: 300,
            gaps: Vec::new(),
        },
        throughput: (1..=5)
            .map(|number| SpecialistDay {
                annotator: "r1".to_owned(),
                stage: Stage::Annotation,
                day: day(&format!("2026-11-0{number}")),
                n_studies: 44 + number,
            })
            .collect(),
        raters: RatersPerItem {
            n_items_by_raters: [(2, 250), (3, 50)].into(),
            fewest: Vec::new(),
        },
        open_invalid: OpenInvalid {
            n_annotations: 900,
            n_open: 0,
            examples: Vec::new(),
        },
        sites: vec![
            SiteStudies {
                site: Some("north".to_owned()),
                n_studies: 150,
            },
            SiteStudies {
                site: Some("south".to_owned()),
                n_studies: 150,
            },
        ],
    }
}

/// Evaluates `policy` over `figures` as of [`TODAY`].
pub fn judged(policy: &Policy, figures: &LotFigures) -> Evidence {
    evaluate(&Evaluation {
        policy,
        protocol: &Protocol::default(),
        figures,
        software_version: "0.1.0",
        import_hashes: &["b".repeat(64), "a".repeat(64), "b".repeat(64)],
        evaluated_on: day(TODAY),
    })
}

/// The answer to one check alone.
pub fn judged_one(rule: CheckRule, figures: &LotFigures) -> CheckResult {
    let policy = Policy {
        checks: vec![rule.named()],
        ..Policy::default()
    };
    judged(&policy, figures).checks.remove(0)
}
