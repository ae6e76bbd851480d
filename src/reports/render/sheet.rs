//! The annotators' sheet: a protocol as people work by it, on paper.

use super::{RenderError, STYLE};
use crate::domain::{Protocol, Stage, Tolerance};
use askama::Template;

#[derive(Template)]
#[template(path = "sheet.html")]
struct Sheet<'a> {
    style: &'static str,
    protocol: &'a Protocol,
    hash: &'a str,
    limits: Vec<(String, String)>,
    labels: Vec<LabelView>,
    examples: Vec<Example>,
    errors: [(&'static str, &'static str); 6],
}

struct LabelView {
    name: String,
    aliases: String,
    attributes: String,
    tolerance: String,
}

/// A picture of a tolerance.
struct Example {
    title: &'static str,
    rule: String,
    svg: &'static str,
}

const ERRORS: [(&str, &str); 6] = [
    (
        "missing",
        "the reference has a finding that you do not have",
    ),
    (
        "extra",
        "you have a finding that the reference does not have",
    ),
    ("wrong label", "the same finding under another label"),
    (
        "out of tolerance",
        "the right label, further from the reference than allowed",
    ),
    (
        "wrong attribute",
        "the right place and label, another value of an attribute that must agree",
    ),
    (
        "invalid",
        "found without any reference and reported apart: outside the image, empty, crossing itself, a label that is not listed",
    ),
];

/// The sheet as one HTML file that prints on A4 and needs no network.
///
/// # Errors
/// A template that fails, which is a fault of this program.
pub fn protocol_sheet(protocol: &Protocol, hash: &str) -> Result<String, RenderError> {
    let sheet = Sheet {
        style: STYLE,
        protocol,
        hash,
        limits: limits(protocol),
        labels: protocol
            .labels
            .iter()
            .map(|(name, rule)| LabelView {
                name: name.clone(),
                aliases: listed(&rule.aliases),
                attributes: listed(&rule.required_attributes),
                tolerance: rule.tolerance.map_or_else(
                    || "–".to_owned(),
                    |own| differences(own, protocol.tolerance),
                ),
            })
            .collect(),
        examples: examples(protocol.tolerance),
        errors: ERRORS,
    };
    Ok(sheet.render()?)
}

fn limits(protocol: &Protocol) -> Vec<(String, String)> {
    let unit = match protocol.error_unit {
        crate::domain::ErrorUnit::Study => "studies",
        crate::domain::ErrorUnit::Item => "images",
        crate::domain::ErrorUnit::Instance => "findings",
    };
    let mut limits: Vec<(String, String)> = Stage::ALL
        .iter()
        .filter_map(|stage| {
            let limit = protocol.stages.get(stage)?.max_error_rate;
            Some((
                format!("share of {unit} with an error, {stage}"),
                format!("below {} %", plain(limit * 100.0)),
            ))
        })
        .collect();
    limits.push((
        "studies a working day".to_owned(),
        format!(
            "{} to {}",
            protocol.throughput.min_per_day, protocol.throughput.max_per_day
        ),
    ));
    limits
}

/// Every tolerance: its name, value and unit.
fn values(tolerance: Tolerance) -> [(&'static str, f64, &'static str); 9] {
    [
        ("box edges", tolerance.box_edge_px, "px"),
        ("outlines", tolerance.polygon_px, "px"),
        ("landmarks", tolerance.keypoint_mm, "mm"),
        ("masks", tolerance.mask_px, "px"),
        ("volumes", tolerance.volume_voxels, "voxels"),
        ("grades", tolerance.ordinal_steps, "steps"),
        ("points of a cloud", tolerance.cloud_error_share, "of all"),
        ("ends of a span", tolerance.text_chars, "characters"),
        ("frames of a track", tolerance.track_frames, "frames"),
    ]
}

/// What a label's own tolerance changes.
fn differences(own: Tolerance, general: Tolerance) -> String {
    let changed: Vec<String> = values(own)
        .into_iter()
        .zip(values(general))
        .filter(|((_, own, _), (_, general, _))| own != general)
        .map(|((name, value, unit), _)| format!("{name}: {} {unit}", plain(value)))
        .collect();
    listed(&changed)
}

fn examples(tolerance: Tolerance) -> Vec<Example> {
    let value = |at: usize| {
        let (_, value, unit) = values(tolerance)[at];
        let unit = if value == 1.0 {
            unit.trim_end_matches('s')
        } else {
            unit
        };
        format!("{} {unit}", plain(value))
    };
    vec![
        Example {
            title: "Boxes",
            rule: format!("Every edge within {} of the reference's.", value(0)),
            svg: BOX,
        },
        Example {
            title: "Outlines",
            rule: format!("On average nearer to the reference's than {}.", value(1)),
            svg: OUTLINE,
        },
        Example {
            title: "Masks and volumes",
            rule: format!(
                "Surfaces on average at most {} apart; volumes {}, a voxel being the smallest spacing.",
                value(3),
                value(4)
            ),
            svg: MASK,
        },
        Example {
            title: "Landmarks",
            rule: format!(
                "Within {} of the reference; without the image's spacing nobody can tell.",
                value(2)
            ),
            svg: LANDMARK,
        },
        Example {
            title: "Spans of text",
            rule: format!("Start and end within {} of the reference's.", value(7)),
            svg: SPAN,
        },
        Example {
            title: "Answers and grades",
            rule: format!("The same answer; grades at most {} apart.", value(5)),
            svg: GRADE,
        },
    ]
}

const BOX: &str = r#"<svg viewBox="0 0 240 120" role="img" aria-label="A box, one just beside it, one too large"><rect class="reference" x="70" y="25" width="100" height="70"/><rect class="right" x="75" y="21" width="92" height="78"/><rect class="wrong" x="46" y="12" width="150" height="98"/></svg>"#;
const OUTLINE: &str = r#"<svg viewBox="0 0 240 120" role="img" aria-label="An outline, one along it, one that cuts off a bulge"><path class="reference" d="M60 60C60 20 110 18 125 32S190 25 185 65 130 108 100 98 60 90 60 60Z"/><path class="right" d="M63 61C64 24 110 22 126 36S187 29 182 65 130 104 101 95 63 89 63 61Z"/><path class="wrong" d="M60 60C60 20 105 20 112 40S120 70 116 88 60 96 60 60Z"/></svg>"#;
const MASK: &str = r#"<svg viewBox="0 0 240 120" role="img" aria-label="Painted pixels, one row off, three rows off"><path class="reference" d="M70 40H110V25H150V40H170V80H150V95H90V80H70Z"/><path class="right" d="M76 40H110V31H150V46H170V80H156V95H90V86H76Z"/><path class="wrong" d="M40 40H80V10H120V25H140V65H120V80H60V65H40Z"/></svg>"#;
const LANDMARK: &str = r#"<svg viewBox="0 0 240 120" role="img" aria-label="A landmark with its circle of tolerance, one point within, one outside"><circle class="reference" cx="110" cy="60" r="3"/><circle class="right" cx="110" cy="60" r="34"/><path class="right" style="stroke-dasharray:none" d="M122 44l8 8m0-8l-8 8"/><path class="wrong" style="stroke-dasharray:none" d="M176 82l10 10m0-10l-10 10"/></svg>"#;
const SPAN: &str = r#"<svg viewBox="0 0 240 120" role="img" aria-label="A span of text, the same one, one that is too short"><text x="24" y="48" textLength="58">no sign of </text><text x="86" y="48" textLength="112">lung embolism</text><path class="reference" d="M86 58H198"/><path class="right" d="M86 68H198"/><path class="wrong" d="M124 78H198"/></svg>"#;
const GRADE: &str = r#"<svg viewBox="0 0 240 120" role="img" aria-label="Grades in a row, the same one, another one"><path class="reference" d="M30 60H210M30 54v12M75 54v12M120 54v12M165 54v12M210 54v12"/><circle class="right" cx="120" cy="60" r="12"/><circle class="wrong" cx="165" cy="60" r="12"/></svg>"#;

fn listed(texts: &[String]) -> String {
    if texts.is_empty() {
        return "–".to_owned();
    }
    texts.join(", ")
}

/// Without the digits that only say how numbers are stored.
fn plain(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::protocol_sheet;
    use crate::domain::{LabelRule, Protocol, Tolerance};

    #[test]
    fn a_sheet_says_every_label_limit_and_tolerance_and_escapes_what_it_is_given() {
        let mut protocol = Protocol {
            name: "<b>lung</b>".to_owned(),
            ..Protocol::default()
        };
        protocol.tolerance.box_edge_px = 3.5;
        protocol.labels.insert(
            "nodule".to_owned(),
            LabelRule {
                aliases: vec!["knot".to_owned()],
                required_attributes: vec!["side".to_owned()],
                tolerance: Some(Tolerance {
                    mask_px: 2.0,
                    ..protocol.tolerance
                }),
                clinical_weight: None,
            },
        );
        let sheet = protocol_sheet(&protocol, "abc").expect("a sheet");
        for text in [
            "&#60;b&#62;lung",
            "below 1.2 %",
            "45 to 50",
            "knot",
            "side",
            "masks: 2 px",
            "within 3.5 px",
            "0.1 mm",
        ] {
            assert!(sheet.contains(text), "{text}");
        }
        assert!(!sheet.contains("<b>lung") && !sheet.contains("http"));
        assert_eq!(sheet.matches("<svg").count(), 6);
    }
}
