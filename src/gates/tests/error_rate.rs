use super::fixtures::{clean_lot, count, judged, judged_one};
use crate::domain::{ErrorUnit, ReferenceKind, Stage, Status};
use crate::gates::inputs::{LotFigures, StageErrorCount};
use crate::gates::{CheckResult, CheckRule, EvidenceRule, Policy};
use crate::statistics::{ClusterCount, Population};

fn rule(reference: Option<ReferenceKind>) -> CheckRule {
    CheckRule::ErrorRate {
        stage: Stage::Annotation,
        limit: Some(0.012),
        unit: None,
        reference,
    }
}

fn with(counts: Vec<StageErrorCount>) -> LotFigures {
    LotFigures {
        error_counts: counts,
        ..clean_lot()
    }
}

fn annotation(kind: ReferenceKind, n_errors: u64, n_assessed: u64) -> StageErrorCount {
    count(Stage::Annotation, kind, n_errors, n_assessed)
}

fn gold(n_errors: u64, n_assessed: u64, population: Population) -> CheckResult {
    let count = StageErrorCount {
        population,
        ..annotation(ReferenceKind::Gold, n_errors, n_assessed)
    };
    judged_one(rule(None), &with(vec![count]))
}

fn gold_by_point(n_errors: u64, n_assessed: u64) -> CheckResult {
    let policy = Policy {
        evidence: EvidenceRule::Point,
        checks: vec![rule(None).named()],
        ..Policy::default()
    };
    judged(
        &policy,
        &with(vec![annotation(ReferenceKind::Gold, n_errors, n_assessed)]),
    )
    .checks
    .remove(0)
}

#[test]
fn the_sample_sizes_of_the_quality_model_are_the_thresholds() {
    for (n_errors, n_needed) in [(0, 249), (1, 394), (2, 523)] {
        assert_eq!(
            gold(n_errors, n_needed, Population::Process).status,
            Status::Pass
        );
        let short = gold(n_errors, n_needed - 1, Population::Process);
        assert_eq!(
            (short.status, short.further_clean_audits),
            (Status::InsufficientEvidence, Some(1))
        );
    }
    for (size, n_needed) in [(250, 158), (500, 196), (1000, 220)] {
        assert_eq!(
            gold(0, n_needed, Population::Lot(size)).status,
            Status::Pass
        );
        let short = gold(0, n_needed - 1, Population::Lot(size));
        assert_eq!(
            (short.status, short.further_clean_audits),
            (Status::InsufficientEvidence, Some(1))
        );
    }
}

#[test]
fn a_rate_exactly_at_the_limit_never_passes() {
    // 3/250, 6/500, 12/1000 and 120/10000 are 1.2 % to the last bit.
    for (n_errors, n) in [(3, 250), (6, 500), (12, 1000), (120, 10_000)] {
        assert_eq!(gold_by_point(n_errors, n).status, Status::Fail);
        assert_eq!(gold_by_point(n_errors - 1, n).status, Status::Pass);
        assert_eq!(gold(n_errors, n, Population::Lot(n)).status, Status::Fail);
        assert_eq!(
            gold(n_errors - 1, n, Population::Lot(n)).status,
            Status::Pass
        );
        assert_eq!(
            gold(n_errors, n, Population::Process).status,
            Status::InsufficientEvidence
        );
    }
    assert_eq!(gold_by_point(12, 1001).status, Status::Pass);
}

#[test]
fn the_figures_beside_a_verdict_are_the_exact_bounds() {
    let result = gold(0, 249, Population::Process);
    assert_eq!(
        (result.numerator, result.denominator, result.rate),
        (Some(0), Some(249), Some(0.0))
    );
    assert_eq!(
        (result.lower, result.limit, result.level),
        (Some(0.0), Some(0.012), Some(0.95))
    );
    // 1 − 0.05^(1/249)
    assert!((result.upper.unwrap() - (1.0 - 0.05_f64.powf(1.0 / 249.0))).abs() < 1e-12);
    assert_eq!(result.method.as_deref(), Some("clopper_pearson_one_sided"));
    assert_eq!(result.further_clean_audits, Some(0));
    assert_eq!(result.requirement, "below 1.2 %");
}

#[test]
fn reasons_say_what_was_found_and_what_to_do() {
    let rows = [
        (
            gold(0, 249, Population::Process),
            "0 of 249 studies were wrong at the annotation stage against the gold reference; with 95 % confidence the rate is at most 1.196 %, below the limit of 1.2 %.",
        ),
        (
            gold(0, 48, Population::Process),
            "0 of 48 studies were wrong at the annotation stage against the gold reference; with 95 % confidence the rate may be as high as 6.05 %, limit 1.2 %: audit 201 further studies without an error to pass.",
        ),
        (
            gold(20, 100, Population::Process),
            "20 of 100 studies were wrong at the annotation stage against the gold reference; with 95 % confidence the rate is at least 13.67 %, not below the limit of 1.2 %: have the errors corrected and audit again.",
        ),
        (
            gold(3, 250, Population::Lot(250)),
            "3 of 250 studies were wrong at the annotation stage against the gold reference; the whole lot was assessed and its rate of 1.2 % is not below the limit of 1.2 %: have the errors corrected and audit again.",
        ),
        (
            gold(2, 250, Population::Lot(250)),
            "2 of 250 studies were wrong at the annotation stage against the gold reference; the whole lot was assessed and its rate of 0.8 % is below the limit of 1.2 %.",
        ),
        (
            gold(1, 20, Population::Lot(60)),
            "1 of 20 studies were wrong at the annotation stage against the gold reference; with 95 % confidence the rate is at least 1.67 %, not below the limit of 1.2 %: have the errors corrected and audit again.",
        ),
        (
            gold_by_point(1, 100),
            "1 of 100 studies were wrong at the annotation stage against the gold reference; the observed rate of 1 % is below the limit of 1.2 % (point rule: how sure that is was not asked).",
        ),
        (
            gold_by_point(3, 250),
            "3 of 250 studies were wrong at the annotation stage against the gold reference; the observed rate of 1.2 % is not below the limit of 1.2 % (point rule): have the errors corrected and audit again.",
        ),
    ];
    for (result, reason) in rows {
        assert_eq!(result.reason, reason);
    }
}

#[test]
fn after_a_failure_no_number_of_clean_audits_is_offered() {
    let result = gold(20, 100, Population::Process);
    assert_eq!(
        (result.status, result.further_clean_audits),
        (Status::Fail, None)
    );
    assert_eq!(
        gold(0, 0, Population::Process).further_clean_audits,
        Some(249)
    );
}

#[test]
fn nothing_compared_is_not_applicable_and_says_what_is_missing() {
    let rows = [
        (
            with(Vec::new()),
            None,
            "No study of the annotation stage was compared with a reference; import reference readings of this lot, or take the check out of the policy.",
        ),
        (
            with(vec![annotation(ReferenceKind::Gold, 0, 0)]),
            None,
            "No study of the annotation stage could be judged against the gold reference; have some audited, or take the check out of the policy.",
        ),
        (
            with(vec![StageErrorCount {
                n_not_applicable: 4,
                n_refused: 1,
                ..annotation(ReferenceKind::Gold, 0, 0)
            }]),
            None,
            "No study of the annotation stage could be judged against the gold reference: 4 studies had no tolerance that applies and 1 comparison was refused because the grids differ; give the spacing and import both readings on one grid.",
        ),
        (
            with(vec![annotation(ReferenceKind::Verification, 0, 300)]),
            Some(ReferenceKind::Gold),
            "No study of the annotation stage was compared with a gold reference, though with others (verification (n = 300)); import gold readings or change `reference` in the policy.",
        ),
    ];
    for (figures, reference, reason) in rows {
        let result = judged_one(rule(reference), &figures);
        assert_eq!(
            (result.status, result.reason.as_str()),
            (Status::NotApplicable, reason)
        );
        assert_eq!(result.rate, None);
    }
}

#[test]
fn impossible_counts_are_an_error() {
    for (n_errors, n, population) in [(5, 4, Population::Process), (0, 300, Population::Lot(250))] {
        assert_eq!(gold(n_errors, n, population).status, Status::Error);
    }
    let twice = vec![
        annotation(ReferenceKind::Gold, 0, 300),
        annotation(ReferenceKind::Gold, 0, 300),
    ];
    assert_eq!(judged_one(rule(None), &with(twice)).status, Status::Error);
}

#[test]
fn the_reference_with_most_assessed_units_is_shown_and_ties_go_by_precedence() {
    use ReferenceKind::{Adjudicated, Consensus, Gold, Verification};
    let rows = [
        (vec![(Gold, 249), (Verification, 400)], None, Verification),
        (vec![(Consensus, 300), (Gold, 300)], None, Gold),
        (
            vec![(Gold, 300), (Adjudicated, 300), (Consensus, 299)],
            None,
            Adjudicated,
        ),
        (vec![(Gold, 249), (Verification, 400)], Some(Gold), Gold),
    ];
    for (counts, reference, shown) in rows {
        let counts = counts
            .into_iter()
            .map(|(kind, n)| annotation(kind, 0, n))
            .collect();
        let result = judged_one(rule(reference), &with(counts));
        assert_eq!(
            (result.status, result.reference),
            (Status::Pass, Some(shown))
        );
    }
}

#[test]
fn another_kind_that_fails_fails_the_check_without_being_added_up() {
    let figures = with(vec![
        annotation(ReferenceKind::Gold, 0, 400),
        annotation(ReferenceKind::Verification, 20, 100),
        annotation(ReferenceKind::Consensus, 0, 10),
    ]);
    let result = judged_one(rule(None), &figures);
    assert_eq!(result.status, Status::Fail);
    assert_eq!((result.numerator, result.denominator), (Some(0), Some(400)));
    assert_eq!(result.further_clean_audits, None);
    let statuses: Vec<_> = result
        .by_reference
        .iter()
        .map(|figure| (figure.reference, figure.status))
        .collect();
    assert_eq!(
        statuses,
        [
            (ReferenceKind::Gold, Status::Pass),
            (ReferenceKind::Verification, Status::Fail),
            (ReferenceKind::Consensus, Status::InsufficientEvidence)
        ]
    );
    assert!(
        result.reason.ends_with("It fails against the verification reference: 20 of 100 studies wrong, a rate of at least 13.67 %. Kinds of reference are not mixed: gold (n = 400, shown), verification (n = 100), consensus (n = 10)."),
        "{}",
        result.reason
    );
}

#[test]
fn another_kind_without_enough_evidence_changes_nothing() {
    let figures = with(vec![
        annotation(ReferenceKind::Gold, 0, 400),
        annotation(ReferenceKind::Verification, 0, 10),
    ]);
    assert_eq!(judged_one(rule(None), &figures).status, Status::Pass);
}

#[test]
fn other_stages_and_units_are_not_counted() {
    let item = StageErrorCount {
        unit: ErrorUnit::Item,
        ..annotation(ReferenceKind::Gold, 0, 9000)
    };
    let figures = with(vec![
        item,
        count(Stage::Training, ReferenceKind::Gold, 0, 9000),
    ]);
    assert_eq!(
        judged_one(rule(None), &figures).status,
        Status::NotApplicable
    );
    let by_item = CheckRule::ErrorRate {
        stage: Stage::Annotation,
        limit: None,
        unit: Some(ErrorUnit::Item),
        reference: None,
    };
    let result = judged_one(by_item, &figures);
    // The limit is the protocol's where the policy has none.
    assert_eq!(
        (result.status, result.limit, result.denominator),
        (Status::Pass, Some(0.012), Some(9000))
    );
}

fn by_item() -> CheckRule {
    CheckRule::ErrorRate {
        stage: Stage::Annotation,
        limit: None,
        unit: Some(ErrorUnit::Item),
        reference: None,
    }
}

/// Judges items of these studies: errors and items of each.
fn judged_items(studies: &[(u64, u64)]) -> CheckResult {
    let by_study: Vec<ClusterCount> = studies
        .iter()
        .map(|&(errors, assessed)| ClusterCount { errors, assessed })
        .collect();
    let errors = studies.iter().map(|study| study.0).sum();
    let assessed = studies.iter().map(|study| study.1).sum();
    let count = StageErrorCount {
        unit: ErrorUnit::Item,
        by_study,
        ..annotation(ReferenceKind::Gold, errors, assessed)
    };
    judged_one(by_item(), &with(vec![count]))
}

#[test]
fn clean_units_of_few_studies_prove_little_about_others() {
    let one = judged_items(&[(0, 9000)]);
    assert_eq!(one.status, Status::InsufficientEvidence);
    assert_eq!(
        (one.further_clean_audits, one.further_clean_studies),
        (None, Some(248))
    );
    assert_eq!(
        one.reason,
        "0 of 9000 items were wrong at the annotation stage against the gold reference, in 1 study; they prove as much as 1 independent ones, since errors may cluster by study (0 of 30 studies with errors, from which on that is measured); with 95 % confidence the rate may be as high as 95 %, limit 1.2 %: audit 248 further studies like these without an error to pass."
    );
    let five = judged_items(&[(0, 2000); 5]);
    assert_eq!(five.status, Status::InsufficientEvidence);
    let enough = judged_items(&[(0, 40); 249]);
    assert_eq!(
        (enough.status, enough.further_clean_studies),
        (Status::Pass, Some(0))
    );
    assert!(enough.effective_n.is_some_and(|n| (n - 249.0).abs() < 1e-9));
    assert_eq!(
        judged_items(&[(0, 40); 248]).status,
        Status::InsufficientEvidence
    );
}

#[test]
fn a_study_that_is_wrong_throughout_fails_no_process_by_itself() {
    // As independent units, 40 of 1,000 would be proof of a rate above 1.2 %.
    let mut studies = vec![(0, 40); 24];
    studies.push((40, 40));
    assert_eq!(judged_items(&studies).status, Status::InsufficientEvidence);
    let wrong_everywhere = judged_items(&[(4, 40); 40]);
    assert_eq!(wrong_everywhere.status, Status::Fail);
    assert_eq!(wrong_everywhere.further_clean_studies, None);
    assert_eq!(
        wrong_everywhere.method.as_deref(),
        Some("clopper_pearson_one_sided_of_effective_units")
    );
}

#[test]
fn single_units_of_many_studies_are_judged_exactly() {
    let result = judged_items(&[(0, 1); 249]);
    assert_eq!(result.status, Status::Pass);
    assert_eq!(result.method.as_deref(), Some("clopper_pearson_one_sided"));
    assert_eq!(result.effective_n, None);
}

#[test]
fn studies_that_do_not_add_up_are_a_fault() {
    let count = StageErrorCount {
        unit: ErrorUnit::Item,
        by_study: vec![ClusterCount {
            errors: 0,
            assessed: 8,
        }],
        ..annotation(ReferenceKind::Gold, 0, 9000)
    };
    let result = judged_one(by_item(), &with(vec![count]));
    assert_eq!(result.status, Status::Error);
    assert!(result.reason.contains("add up to 0 errors among 8 units"));
}
