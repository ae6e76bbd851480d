//! What `concord compare` prints about whole texts, videos and clouds.

use super::output::{self, Align};
use crate::pipeline::CompareReport;

/// Tables of spans, tracks and clouds; empty where there are none.
pub(super) fn as_text(report: &CompareReport) -> String {
    let mut text = String::new();
    let number = |value| output::number(value, None);
    let mut add = |headers: &[&'static str], n_words: usize, rows: Vec<Vec<String>>| {
        if rows.is_empty() {
            return;
        }
        let align = |(at, name): (usize, &&'static str)| {
            let align = if at < n_words {
                Align::Left
            } else {
                Align::Right
            };
            (*name, align)
        };
        let headers: Vec<(&str, Align)> = headers.iter().enumerate().map(align).collect();
        text.push('\n');
        text.push_str(&output::table(&headers, &rows));
    };
    let spans = report.spans.iter().map(|row| {
        vec![
            row.label.clone(),
            row.matched_by.to_owned(),
            row.n_reference.to_string(),
            row.n_candidate.to_string(),
            row.n_matched.to_string(),
            number(row.precision),
            number(row.recall),
            number(row.f1),
        ]
    });
    add(
        &[
            "text label",
            "matched by",
            "reference",
            "candidate",
            "matched",
            "precision",
            "recall",
            "F1",
        ],
        2,
        spans.collect(),
    );
    let videos = report.videos.iter().map(|row| {
        vec![
            row.item.clone(),
            row.n_frames.to_string(),
            row.n_misses.to_string(),
            row.n_false_positives.to_string(),
            row.n_identity_switches.to_string(),
            row.n_fragmentations.to_string(),
            number(row.mota),
            number(row.motp),
            number(row.idf1),
        ]
    });
    add(
        &[
            "video",
            "frames",
            "misses",
            "false positives",
            "identity switches",
            "fragmentations",
            "MOTA",
            "MOTP",
            "IDF1",
        ],
        1,
        videos.collect(),
    );
    let clouds = report.clouds.iter().map(|row| {
        vec![
            row.item.clone(),
            row.n_points.to_string(),
            number(row.accuracy),
            number(row.mean_iou),
            row.n_labels.to_string(),
            row.n_undefined.to_string(),
        ]
    });
    add(
        &[
            "cloud",
            "points",
            "accuracy",
            "mean IoU",
            "labels",
            "undefined",
        ],
        1,
        clouds.collect(),
    );
    if let Some(kappa) = &report.text_kappa {
        text.push_str(&format!(
            "\nCohen's κ on {} characters ({}): {}\n",
            kappa.n,
            kappa.frame,
            output::number(kappa.value, kappa.undefined.as_deref())
        ));
    }
    text
}
