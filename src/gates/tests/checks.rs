use super::fixtures::{clean_lot, day, judged, judged_one};
use crate::domain::{Stage, Status, ThroughputBand};
use crate::gates::inputs::*;
use crate::gates::{CheckResult, CheckRule, EvidenceRule, Policy};

/// A changed lot, the status and the start of the reason.
fn assert_rows(rule: &CheckRule, rows: Vec<(LotFigures, Status, &str)>) {
    for (figures, status, reason) in rows {
        let result = judged_one(rule.clone(), &figures);
        assert_eq!((result.status, result.reason.as_str()), (status, reason));
        assert!(!result.requirement.is_empty() && result.limit.is_some());
    }
}

#[test]
fn completeness_is_a_share_of_required_items() {
    let lot = |n_labelled, n_required, studies: &[&str]| LotFigures {
        completeness: Completeness {
            n_required,
            n_labelled,
            gaps: studies
                .iter()
                .map(|study| StudyGap {
                    study: (*study).to_owned(),
                    n_missing: 1,
                })
                .collect(),
        },
        ..clean_lot()
    };
    assert_rows(
        &CheckRule::Completeness { min: 0.95 },
        vec![
            (
                lot(19, 20, &["s1"]),
                Status::Pass,
                "19 of 20 required items labelled, 95 %, as the policy asks.",
            ),
            (
                lot(189, 200, &["a", "b", "c", "d"]),
                Status::Fail,
                "189 of 200 required items labelled, 94.5 %, below 95 %: have the 11 missing items labelled in 4 studies (`a`, `b`, `c` and 1 more).",
            ),
            (
                lot(0, 0, &[]),
                Status::NotApplicable,
                "No item of the lot is required; import the list of its items.",
            ),
            (
                lot(3, 2, &[]),
                Status::Error,
                "3 items are labelled but only 2 required; count each required item once.",
            ),
        ],
    );
    assert_eq!(
        judged_one(
            CheckRule::Completeness { min: 1.0 },
            &lot(99_999, 100_000, &[])
        )
        .status,
        Status::Fail
    );
}

#[test]
fn open_invalid_annotations_are_counted_against_a_maximum() {
    let lot = |n_open, n_annotations| LotFigures {
        open_invalid: OpenInvalid {
            n_annotations,
            n_open,
            examples: vec!["img7: polygon crosses itself".to_owned()],
        },
        ..clean_lot()
    };
    assert_rows(
        &CheckRule::OpenInvalidAnnotations { max: 1 },
        vec![
            (
                lot(1, 9),
                Status::Pass,
                "1 of 9 annotations is structurally invalid and open, at most 1 may be.",
            ),
            (
                lot(2, 9),
                Status::Fail,
                "2 of 9 annotations are structurally invalid and open, at most 1 may be: have them corrected or withdrawn (`img7: polygon crosses itself` and 1 more).",
            ),
            (
                lot(0, 0),
                Status::NotApplicable,
                "The lot holds no annotation; import its annotations.",
            ),
            (
                lot(2, 1),
                Status::Error,
                "2 open invalid annotations among 1; count each annotation once.",
            ),
        ],
    );
}

#[test]
fn the_throughput_band_counts_specialist_days_with_both_ends_inside() {
    let lot = |days: &[u32]| LotFigures {
        throughput: days
            .iter()
            .map(|&n_studies| SpecialistDay {
                annotator: "r1".to_owned(),
                stage: Stage::Annotation,
                day: day("2026-11-02"),
                n_studies,
            })
            .collect(),
        ..clean_lot()
    };
    let rule = |band| CheckRule::ThroughputBand {
        stage: Stage::Annotation,
        min_share: 0.8,
        band,
    };
    assert_rows(
        &rule(None),
        vec![
            (
                lot(&[45, 50, 47, 48, 44]),
                Status::Pass,
                "4 of 5 specialist-days (80 %) had 45 to 50 studies, 1 fewer and 0 more; 80 % are enough.",
            ),
            (
                lot(&[45, 51, 51, 44]),
                Status::Fail,
                "1 of 4 specialist-days (25 %) had 45 to 50 studies, 1 fewer and 2 more; 80 % are needed: look at the error rate of those above the band, and slow them down.",
            ),
            (
                lot(&[44]),
                Status::Fail,
                "0 of 1 specialist-days (0 %) had 45 to 50 studies, 1 fewer and 0 more; 80 % are needed: look at the worklists and schedules of those below the band.",
            ),
            (
                lot(&[]),
                Status::NotApplicable,
                "No specialist-day of the annotation stage is known; import exports that say when work was finished, or take the check out of the policy.",
            ),
        ],
    );
    let own = ThroughputBand {
        min_per_day: 10,
        max_per_day: 20,
    };
    assert_eq!(
        judged_one(rule(Some(own)), &lot(&[10, 20])).status,
        Status::Pass
    );
    let other_stage = CheckRule::ThroughputBand {
        stage: Stage::Training,
        min_share: 0.8,
        band: None,
    };
    assert_eq!(
        judged_one(other_stage, &lot(&[47])).status,
        Status::NotApplicable
    );
}

#[test]
fn every_item_needs_enough_raters() {
    let lot = |histogram: &[(u32, u64)]| LotFigures {
        raters: RatersPerItem {
            n_items_by_raters: histogram.iter().copied().collect(),
            fewest: vec!["i1".to_owned()],
        },
        ..clean_lot()
    };
    assert_rows(
        &CheckRule::MinRatersPerItem { min: 2 },
        vec![
            (
                lot(&[(2, 9), (5, 1)]),
                Status::Pass,
                "Every one of 10 items was read by at least 2 raters.",
            ),
            (
                lot(&[(0, 1), (1, 2), (2, 7)]),
                Status::Fail,
                "3 of 10 items were read by fewer than 2 raters, some by 0 only: assign further raters to them (`i1`).",
            ),
            (
                lot(&[]),
                Status::NotApplicable,
                "The lot holds no item to be read; import its items.",
            ),
            (
                lot(&[(2, 0)]),
                Status::NotApplicable,
                "The lot holds no item to be read; import its items.",
            ),
        ],
    );
    let result = judged_one(
        CheckRule::MinRatersPerItem { min: 2 },
        &lot(&[(1, 2), (2, 7)]),
    );
    assert_eq!(
        (result.numerator, result.denominator, result.value),
        (Some(7), Some(9), Some(1.0))
    );
}

#[test]
fn studies_of_unknown_site_are_taken_neither_way() {
    let lot = |sites: &[(&str, u64)]| LotFigures {
        sites: sites
            .iter()
            .map(|(site, n_studies)| SiteStudies {
                site: (!site.is_empty()).then(|| (*site).to_owned()),
                n_studies: *n_studies,
            })
            .collect(),
        ..clean_lot()
    };
    assert_rows(
        &CheckRule::SiteDiversity {
            min_sites: Some(2),
            max_share: Some(0.5),
        },
        vec![
            (
                lot(&[("a", 5), ("b", 5)]),
                Status::Pass,
                "10 studies from 2 known sites, most from `a` (5, 50 %), 0 of unknown site; asked for at least 2 sites, at most 50 % of the studies from one site.",
            ),
            (
                lot(&[("a", 6), ("b", 5)]),
                Status::Fail,
                "11 studies from 2 known sites, most from `a` (6, 54.55 %), 0 of unknown site; add studies of other sites to reach at least 2 sites, at most 50 % of the studies from one site.",
            ),
            (
                lot(&[("a", 5), ("b", 4), ("", 1)]),
                Status::InsufficientEvidence,
                "10 studies from 2 known sites, most from `a` (5, 50 %), 1 of unknown site; import the missing sites to prove at least 2 sites, at most 50 % of the studies from one site.",
            ),
            (
                lot(&[("", 10)]),
                Status::NotApplicable,
                "No study of the lot has a known site; import the sites of its studies.",
            ),
        ],
    );
    let sites = |min| CheckRule::SiteDiversity {
        min_sites: Some(min),
        max_share: None,
    };
    let two_and_one_unknown = lot(&[("a", 9), ("b", 9), ("", 1)]);
    for (min, status) in [
        (2, Status::Pass),
        (3, Status::InsufficientEvidence),
        (4, Status::Fail),
    ] {
        assert_eq!(judged_one(sites(min), &two_and_one_unknown).status, status);
    }
}

fn kappa(value: Option<f64>, lower: Option<f64>, upper: Option<f64>, n: u64) -> AgreementFigure {
    let undefined = value.is_none().then(|| "no_variation".to_owned());
    AgreementFigure {
        label: Some("nodule".to_owned()),
        coefficient: "cohen_kappa".to_owned(),
        raters: vec!["r1".to_owned(), "r2".to_owned()],
        level: Some(0.95),
        value,
        lower,
        upper,
        n,
        undefined,
        ..AgreementFigure::default()
    }
}

fn floor(
    evidence: EvidenceRule,
    label: Option<&str>,
    agreement: Vec<AgreementFigure>,
) -> CheckResult {
    let rule = CheckRule::AgreementFloor {
        label: label.map(str::to_owned),
        coefficient: "cohen_kappa".to_owned(),
        floor: 0.8,
    };
    let policy = Policy {
        evidence,
        checks: vec![rule.named()],
        ..Policy::default()
    };
    judged(
        &policy,
        &LotFigures {
            agreement,
            ..clean_lot()
        },
    )
    .checks
    .remove(0)
}

#[test]
fn the_lower_end_of_the_interval_must_reach_the_floor() {
    let rows = [
        (
            kappa(Some(0.9), Some(0.8), Some(0.95), 300),
            Status::Pass,
            "cohen_kappa on `nodule` between `r1` and `r2` is 0.9 (n = 300); its interval starts at 0.8, no lower than the floor of 0.8.",
        ),
        (
            kappa(Some(0.9), Some(0.7999), Some(0.95), 300),
            Status::InsufficientEvidence,
            "cohen_kappa on `nodule` between `r1` and `r2` is 0.9 (n = 300); its interval from 0.7999 to 0.95 holds the floor of 0.8: at 95 % confidence more items must be read by two raters.",
        ),
        (
            kappa(Some(0.6), Some(0.5), Some(0.7), 300),
            Status::Fail,
            "cohen_kappa on `nodule` between `r1` and `r2` is 0.6 (n = 300); its interval ends at 0.7, below the floor of 0.8: take its disagreements to calibration and have the items read again.",
        ),
        (
            kappa(Some(0.9), None, None, 2),
            Status::InsufficientEvidence,
            "cohen_kappa on `nodule` between `r1` and `r2` is 0.9 (n = 2) without an interval, which proves nothing about the floor of 0.8; have more items read by two raters.",
        ),
        (
            kappa(None, None, None, 30),
            Status::NotApplicable,
            "cohen_kappa on `nodule` between `r1` and `r2` is undefined (n = 30, `no_variation`); have more items read by two raters, or take the check out of the policy.",
        ),
        (
            kappa(Some(f64::NAN), None, None, 30),
            Status::Error,
            "cohen_kappa on `nodule` between `r1` and `r2` is not a finite number; report this as a fault of Concord.",
        ),
    ];
    for (figure, status, reason) in rows {
        let result = floor(EvidenceRule::Bounds, Some("nodule"), vec![figure]);
        assert_eq!((result.status, result.reason.as_str()), (status, reason));
    }
}

#[test]
fn by_the_point_rule_the_coefficient_itself_must_reach_the_floor() {
    for (value, status) in [(0.8, Status::Pass), (0.7999, Status::Fail)] {
        let result = floor(
            EvidenceRule::Point,
            None,
            vec![kappa(Some(value), Some(0.1), Some(0.99), 9)],
        );
        assert_eq!(result.status, status);
        assert!(result.reason.contains("(point rule"));
    }
}

#[test]
fn the_worst_of_several_figures_decides() {
    let good = kappa(Some(0.95), Some(0.9), Some(0.99), 300);
    let bad = AgreementFigure {
        label: Some("mass".to_owned()),
        ..kappa(Some(0.6), Some(0.5), Some(0.7), 80)
    };
    let result = floor(EvidenceRule::Bounds, None, vec![good.clone(), bad.clone()]);
    assert_eq!(
        (result.status, result.value, result.denominator),
        (Status::Fail, Some(0.6), Some(80))
    );
    assert_eq!(
        floor(EvidenceRule::Bounds, Some("nodule"), vec![good, bad]).status,
        Status::Pass
    );
    let absent = floor(EvidenceRule::Bounds, Some("mass"), Vec::new());
    assert_eq!(absent.status, Status::NotApplicable);
    assert!(
        absent
            .reason
            .starts_with("No cohen_kappa on `mass` was computed")
    );
}
