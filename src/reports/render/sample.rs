//! A small report for tests.

use crate::domain::{ErrorUnit, ReferenceKind, Role, Stage, Status, Technique, ThroughputBand};
use crate::reports::model::*;

pub fn report() -> CalibrationReport {
    let interval = "Wilson, 95 %";
    CalibrationReport {
        project: "Chest CT".to_owned(),
        week: "2026-W47".to_owned(),
        period: Some(Period {
            first_day: "2026-11-16".to_owned(),
            last_day: "2026-11-22".to_owned(),
        }),
        generated_on: "2026-11-23".to_owned(),
        software: "0.1.0".to_owned(),
        protocol: ProtocolStamp {
            name: "nodules".to_owned(),
            version: "3".to_owned(),
            hash: "a1b2c3d4".to_owned(),
        },
        error_unit: ErrorUnit::Study,
        findings: vec![Finding {
            severity: Severity::Act,
            sentence: "Annotation is over the limit: 9 of 250 studies.".to_owned(),
            link: Some("#stage-annotation".to_owned()),
        }],
        stages: vec![StageCard {
            stage: Stage::Annotation,
            reference_kind: Some(ReferenceKind::Adjudicated),
            unit: ErrorUnit::Study,
            rate: Figure::rate(9, 250).with_interval(0.019, 0.067, interval),
            limit: 0.012,
            status: Status::Fail,
            sentence: "Re-read the nine studies and talk about reader_C.".to_owned(),
            further_clean_audits: None,
            previous: Some(Figure::rate(11, 1000).with_interval(0.0062, 0.0196, interval)),
            n_not_applicable: 4,
            other_kinds: Vec::new(),
            weeks: Vec::new(),
        }],
        annotators: vec![
            annotator("reader_C", 6, 80, true),
            annotator("Reader A", 0, 90, false),
        ],
        agreement: vec![AgreementRow {
            label: "nodule".to_owned(),
            unit: "item".to_owned(),
            coefficient: "cohen_kappa".to_owned(),
            value: Figure::new(0.61, 120, Unit::Ratio).with_interval(
                0.49,
                0.73,
                "Fleiss–Cohen–Everitt, 95 %",
            ),
            se: Some(0.061),
            percent_agreement: Figure::new(0.86, 120, Unit::Share),
            prevalence_index: Some(0.4),
            bias_index: Some(-0.05),
            floor: Some(0.6),
            previous: None,
            link: Some("/agreement/nodule".to_owned()),
        }],
        heatmaps: Vec::new(),
        confusions: Vec::new(),
        distributions: Vec::new(),
        throughput: Some(Throughput {
            band: ThroughputBand {
                min_per_day: 45,
                max_per_day: 50,
            },
            time_zone: "Europe/Berlin".to_owned(),
            points: vec![ThroughputPoint {
                rater: "Reader A".to_owned(),
                day: "2026-11-17".to_owned(),
                n_studies: 47,
            }],
        }),
        agenda: vec![AgendaCase {
            item: "ct-0041".to_owned(),
            study: "s-17".to_owned(),
            label: "nodule".to_owned(),
            technique: "volume_mask".to_owned(),
            raters: vec!["Reader A".to_owned(), "reader_C".to_owned()],
            pairs: vec![PairScores {
                a: "Reader A".to_owned(),
                b: "reader_C".to_owned(),
                measures: vec![
                    Measure {
                        name: "Dice".to_owned(),
                        figure: Figure::new(0.58, 1, Unit::Ratio),
                    },
                    Measure {
                        name: "HD95".to_owned(),
                        figure: Figure::undefined("candidate_empty", 1, Unit::Mm),
                    },
                ],
            }],
            rule: "Mean surface distance ≤ 1 voxel.".to_owned(),
            why: "Largest disagreement on a label of weight 3.".to_owned(),
            overlay_svg: None,
            overlay_note: Some("Slice 34".to_owned()),
            link: None,
        }],
        decisions: vec![Decision {
            week: "2026-W44".to_owned(),
            text: "Part-solid nodules include the halo".to_owned(),
            metric: "Dice nodule".to_owned(),
            before: Figure::new(0.71, 60, Unit::Ratio).with_interval(0.66, 0.76, "bootstrap"),
            since: Some(Figure::new(0.82, 75, Unit::Ratio).with_interval(0.78, 0.86, "bootstrap")),
            moved: Some(true),
            open: false,
        }],
        tables: Vec::new(),
        method: vec![MethodNote {
            topic: "Bootstrap".to_owned(),
            text: "B = 2,000, seed 17, studies as clusters".to_owned(),
        }],
        imports: vec![ImportCaveat {
            file: "week47.json".to_owned(),
            format: "coco".to_owned(),
            n_annotations: 1204,
            skipped: vec![SkippedCount {
                reason: "invalid_record".to_owned(),
                n: 3,
            }],
            missing: vec!["spacing".to_owned()],
        }],
    }
}

fn annotator(rater: &str, errors: u64, n: u64, moved: bool) -> AnnotatorRow {
    AnnotatorRow {
        rater: rater.to_owned(),
        role: Role::Annotator,
        rate: Figure::rate(errors, n),
        status: if moved {
            Status::Fail
        } else {
            Status::InsufficientEvidence
        },
        size_technique: Some(Technique::Box),
        size_bias: Figure::new(0.06, n, Unit::Relative).with_interval(0.03, 0.09, "bootstrap"),
        n_missing: errors,
        n_extra: 0,
        n_wrong_label: 0,
        kappa: Figure::undefined("no_variation", n, Unit::Ratio),
        dice: Figure::new(0.8125, n, Unit::Ratio),
        studies_per_day: Figure::new(47.0, 5, Unit::PerDay),
        share_in_band: Figure::rate(4, 5),
        change: moved.then(|| Change {
            metric: "error rate".to_owned(),
            difference: Figure::new(0.05, n, Unit::ShareDifference).with_interval(
                0.01,
                0.09,
                "Newcombe, 95 %",
            ),
            moved,
        }),
        link: None,
    }
}
