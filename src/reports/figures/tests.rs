//! Figures over small, hand-checkable rows.

use super::canvas::Naming;
use super::outline::Outline;
use super::overlay::{Frame, overlay_svg};
use super::*;
use crate::domain::{ErrorUnit, ReferenceKind, Stage, Status, ThroughputBand};
use crate::reports::model::*;

fn card(errors: u64, n: u64, lower: f64, upper: f64, status: Status) -> StageCard {
    StageCard {
        stage: Stage::Annotation,
        reference_kind: Some(ReferenceKind::Adjudicated),
        unit: ErrorUnit::Study,
        rate: Figure::rate(errors, n).with_interval(lower, upper, "Wilson, 95 %"),
        limit: 0.012,
        status,
        sentence: String::new(),
        further_clean_audits: None,
        previous: None,
        n_not_applicable: 0,
        other_kinds: Vec::new(),
        weeks: Vec::new(),
    }
}

/// Every attribute value of this name in the SVG.
fn numbers(svg: &str, name: &str) -> Vec<f64> {
    let attribute = format!(" {name}=\"");
    svg.split(&attribute)
        .skip(1)
        .filter_map(|piece| piece.split('"').next()?.parse().ok())
        .collect()
}

#[test]
fn the_verdict_bar_puts_whiskers_dot_and_limit_where_they_belong() {
    let svg = verdict_bar::svg("v", &card(5, 250, 0.01, 0.03, Status::Fail));
    // 284 px from 8 on for 0–5 %, in tenths: 1 % = 648, 2 % = 1216, 3 % = 1784, the limit of 1.2 % = 761.6.
    assert!(
        svg.contains("x1=\"648\" y1=\"170\" x2=\"1784\" y2=\"170\""),
        "{svg}"
    );
    assert!(numbers(&svg, "cx").contains(&1216.0));
    assert!(svg.contains("x1=\"762\" y1=\"40\" x2=\"762\""));
    assert!(svg.contains("limit 1.2\u{a0}%"));
}

#[test]
fn a_rate_beyond_the_axis_becomes_an_arrow_with_the_number() {
    let svg = stage_rates::svg("s", &[card(9, 100, 0.048, 0.162, Status::Fail)]);
    assert!(svg.contains("<polygon"));
    assert!(!svg.contains("<circle"));
    assert!(svg.contains("9\u{a0}%"));
    assert_eq!(svg.matches("class=\"limit\"").count(), 1);
}

#[test]
fn an_unassessed_stage_shows_its_reason_and_no_mark() {
    let mut empty = card(0, 0, 0.0, 1.0, Status::NotApplicable);
    empty.rate = Figure::rate(0, 0);
    for svg in [
        verdict_bar::svg("v", &empty),
        stage_rates::svg("s", &[empty.clone()]),
    ] {
        assert!(svg.contains("nothing assessed"));
        assert!(!svg.contains("<circle"));
    }
}

fn agreement(label: &str, value: Option<f64>) -> AgreementRow {
    AgreementRow {
        label: label.to_owned(),
        unit: "item".to_owned(),
        coefficient: "cohen_kappa".to_owned(),
        value: match value {
            Some(value) => Figure::new(value, 40, Unit::Ratio).with_interval(
                value - 0.2,
                value + 0.1,
                "Fleiss–Cohen–Everitt, 95 %",
            ),
            None => Figure::undefined("no_variation", 40, Unit::Ratio),
        },
        se: None,
        percent_agreement: Figure::new(0.9, 40, Unit::Share),
        prevalence_index: None,
        bias_index: None,
        floor: None,
        previous: value.map(|value| Figure::new(value, 30, Unit::Ratio)),
        link: None,
    }
}

#[test]
fn labels_are_sorted_from_the_weakest_and_undefined_ones_stand_last() {
    let rows = [
        agreement("b", Some(0.8)),
        agreement("none", None),
        agreement("a", Some(0.3)),
    ];
    let order: Vec<_> = agreement_by_label::weakest_first(&rows)
        .iter()
        .map(|row| &row.label)
        .collect();
    assert_eq!(order, ["a", "b", "none"]);
    let svg = agreement_by_label::svg("a", &rows);
    assert!(svg.contains("no variation"));
    assert!(
        agreement_by_label::headline(&rows).starts_with("Raters agree least on a: Cohen’s κ 0.3")
    );
    // Two dots, and two hollow dots made of a patch and a ring each.
    assert_eq!(svg.matches("<circle").count(), 6);
}

#[test]
fn hostile_names_never_become_markup() {
    let hostile = "<script>alert('x')</script>";
    let mut row = agreement(hostile, Some(0.4));
    row.link = Some("javascript:alert(1)".to_owned());
    let heatmap = Heatmap {
        label: hostile.to_owned(),
        metric: "κ".to_owned(),
        caption: hostile.to_owned(),
        raters: vec![hostile.to_owned(), "B".to_owned()],
        cells: Vec::new(),
    };
    let outline = Outline {
        rater: hostile.to_owned(),
        points: vec![(hostile.to_owned(), [3.0, 4.0])],
        ..Outline::default()
    };
    let frame = Frame {
        width_px: 10,
        height_px: 10,
        spacing_yx_mm: None,
    };
    let naming = Naming {
        id: hostile,
        title: hostile,
        description: hostile,
    };
    for svg in [
        agreement_by_label::svg(hostile, &[row]),
        rater_heatmap::svg("h", &heatmap),
        overlay_svg(naming, &frame, Err("<script>".to_owned()), &[outline]),
        throughput::svg("t", &days(&[(hostile, 12)])),
    ] {
        assert!(!svg.contains("<script"), "{svg}");
        assert!(!svg.contains("javascript:"));
    }
}

#[test]
fn heatmap_cells_link_to_their_items_and_undefined_ones_are_hatched_with_the_reason() {
    let cell = |row, column, value, link: Option<&str>| HeatCell {
        row,
        column,
        value,
        link: link.map(str::to_owned),
    };
    let heatmap = Heatmap {
        label: "nodule".to_owned(),
        metric: "κ".to_owned(),
        caption: "n items".to_owned(),
        raters: ["A", "B", "C"].map(str::to_owned).to_vec(),
        cells: vec![
            cell(
                0,
                1,
                Figure::new(0.42, 50, Unit::Ratio),
                Some("/items?pair=a-b"),
            ),
            cell(
                0,
                2,
                Figure::undefined("no_variation", 50, Unit::Ratio),
                None,
            ),
        ],
    };
    let svg = rater_heatmap::svg("h", &heatmap);
    assert_eq!(svg.matches("<a href=\"/items?pair=a-b\">").count(), 2);
    assert_eq!(svg.matches("\nvariation\n").count(), 2);
    assert_eq!(svg.matches("\npaired\n").count(), 2);
    assert!(svg.contains("n 50"));
    assert!(rater_heatmap::headline(&heatmap).contains("A and B agree least, κ 0.42"));
}

fn days(counts: &[(&str, u32)]) -> Throughput {
    Throughput {
        band: ThroughputBand {
            min_per_day: 45,
            max_per_day: 50,
        },
        time_zone: "Europe/Berlin".to_owned(),
        points: counts
            .iter()
            .map(|&(rater, n_studies)| ThroughputPoint {
                rater: rater.to_owned(),
                day: "2026-11-16".to_owned(),
                n_studies,
            })
            .collect(),
    }
}

#[test]
fn days_outside_the_band_are_named_and_the_edges_lie_inside() {
    let throughput = days(&[("A", 45), ("B", 50), ("C", 44), ("D", 58)]);
    let svg = throughput::svg("t", &throughput);
    assert_eq!(svg.matches("<circle").count(), 2);
    assert!(svg.contains("D 58\n") && svg.contains("C 44\n"));
    assert!(!svg.contains("B 50\n"));
    assert!(svg.contains("Mon 16"));
    assert_eq!(
        throughput::headline(&throughput),
        "2 of 4 specialist days within the band of 45 to 50 studies; 1 below, 1 above"
    );
}

#[test]
fn a_distribution_has_a_box_only_with_enough_values() {
    let row = |n: usize| Distribution {
        rater: "A".to_owned(),
        metric: "Dice".to_owned(),
        values: (0..n).map(|i| 0.8 + 0.01 * i as f64).collect(),
        n_undefined: 1,
    };
    let box_frames = |n| {
        distribution::svg("d", &[row(n)])
            .matches("<polyline")
            .count()
    };
    assert_eq!((box_frames(5), box_frames(12)), (0, 1));
    assert!(distribution::caption(&[row(5)]).ends_with("1 undefined left out"));
    assert_eq!(
        distribution::headline(&[row(5)]),
        "A has the lowest median Dice: 0.82 (n = 5)"
    );
}

#[test]
fn a_control_chart_rings_what_is_beyond_its_limits() {
    let chart = control_chart::ControlChart {
        subject: "studies per day".to_owned(),
        values: [46.0, 48.0, 47.0, 62.0]
            .iter()
            .map(|v| ("d".to_owned(), *v))
            .collect(),
        centre: 47.0,
        lower: 42.0,
        upper: 52.0,
        range_centre: 2.0,
        range_upper: 6.5,
        decimals: 0,
    };
    assert_eq!(chart.n_out_of_control(), 1);
    let svg = control_chart::svg("c", &chart);
    // One individual and one range (15) beyond: a ring is a patch and a circle; seven dots.
    assert_eq!(svg.matches("<circle").count(), 2 * 2 + 7);
}

#[test]
fn an_overlay_zooms_to_the_drawings_and_its_bar_is_in_millimetres() {
    let square = |rater: &str, colour, x0: f64, x1: f64| Outline {
        rater: rater.to_owned(),
        colour,
        loops: vec![vec![[x0, 40.0], [x1, 40.0], [x1, 80.0], [x0, 80.0]]],
        ..Outline::default()
    };
    let empty = Outline {
        rater: "C".to_owned(),
        colour: 2,
        ..Outline::default()
    };
    let outlines = [
        square("A", 0, 40.0, 80.0),
        square("B", 1, 44.0, 84.0),
        empty,
    ];
    let frame = Frame {
        width_px: 200,
        height_px: 200,
        spacing_yx_mm: Some([0.5, 0.5]),
    };
    let image = picture::tests::ramp(200, 200);
    let naming = Naming {
        id: "o",
        title: "t",
        description: "d",
    };
    let svg = overlay_svg(naming, &frame, Ok(&image), &outlines);
    assert!(svg.contains("data:image/png;base64,"));
    // 61.6 px wide at 8 figure px each: a quarter is about 7.5 mm, so the bar is 5 mm long.
    assert!(svg.contains(">5 mm</text>"), "{svg}");
    assert!(svg.contains("C: nothing drawn"));
    assert!(svg.contains("stroke=\"#E69F00\"") && svg.contains("stroke=\"#56B4E9\""));
    assert!(svg.contains("stroke-dasharray=\"10.0 5.0\""));
    let without = overlay_svg(
        naming,
        &Frame {
            spacing_yx_mm: None,
            ..frame
        },
        Err("no image was imported".to_owned()),
        &outlines,
    );
    assert!(without.contains(" px</text>") && without.contains("no image was imported"));
}

#[test]
fn every_figure_is_free_of_outside_resources_and_stand_in_colours() {
    let svgs = [
        verdict_bar::svg("v", &card(1, 250, 0.0, 0.02, Status::InsufficientEvidence)),
        agreement_by_label::svg("a", &[agreement("x", Some(0.4))]),
        throughput::svg("t", &days(&[])),
        sparkline::svg("s", &[], 0.012),
        distribution::svg("d", &[]),
    ];
    for svg in svgs {
        let plain = svg.replace("http://www.w3.org/2000/svg", "");
        assert!(!plain.contains("http"), "{plain}");
        assert!(!plain.contains("\"#0100"), "{plain}");
        assert!(svg.contains("role=\"img\"") && svg.contains("<desc"));
    }
}
