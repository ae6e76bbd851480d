//! How the numbers were made, in words.

use crate::analytics::bootstrap_method;
use crate::pipeline::Project;
use crate::reports::model::MethodNote;

/// One paragraph a topic.
pub(super) fn notes(project: &Project) -> Vec<MethodNote> {
    let protocol = &project.protocol;
    let tolerance = protocol.tolerance;
    let note = |topic: &str, text: String| MethodNote {
        topic: topic.to_owned(),
        text,
    };
    vec![
        note(
            "Error rate",
            format!(
                "Erroneous over assessed units (unit: {}). A unit is wrong when anything in it is missing, extra, wrongly labelled, out of tolerance or has a wrong required attribute. Kinds of reference are never mixed in one figure. A study read by several people counts once for each.",
                protocol.error_unit
            ),
        ),
        note(
            "Verdicts",
            format!(
                "Shown intervals: Wilson 1927, two-sided {:.0} %. Verdicts: one-sided {:.0} % Clopper–Pearson 1934 bounds; pass when the upper bound is below the limit, over the limit when the lower bound reaches it, not enough evidence otherwise.",
                protocol.confidence * 100.0,
                protocol.confidence * 100.0
            ),
        ),
        note(
            "Tolerances",
            format!(
                "Box edges ±{} px; polygon boundary mean < {} px; keypoints ≤ {} mm; masks mean surface ≤ {} px; volumes mean surface ≤ {} voxel; ordinal {} steps; text spans start and end ≤ {} characters; clouds ≤ {} of a label's points wrong; tracks without identity switch, ≤ {} frames on one side only; classification exact. Labels may override them.",
                tolerance.box_edge_px,
                tolerance.polygon_px,
                tolerance.keypoint_mm,
                tolerance.mask_px,
                tolerance.volume_voxels,
                tolerance.ordinal_steps,
                tolerance.text_chars,
                tolerance.cloud_error_share,
                tolerance.track_frames
            ),
        ),
        note(
            "Matching",
            format!(
                "Instances are matched optimally within equal labels, then regardless of label, where IoU (OKS for keypoints) is at least {}. Semantic maps meet by label.",
                protocol.matching.min_overlap
            ),
        ),
        note(
            "Overlap and distances",
            format!(
                "Dice 1945 and Jaccard 1912 on pixels, voxels or exact vector areas; surface distances weighted as in Nikolov et al. 2021. Undefined values are left out and counted. Means with {}.",
                bootstrap_method()
            ),
        ),
        note(
            "Agreement",
            "Cohen's κ 1960, 1968 with the standard error of Fleiss, Cohen & Everitt 1969, among peers of one stage and session. κ by label pools all pairs of raters; its interval resamples studies. One category throughout is undefined, not 0 or 1. On masks, κ by pixel counts the background within the box around both.".to_owned(),
        ),
        note(
            "Throughput",
            format!(
                "Studies per specialist and day in {}; a study counts once, on the day of the last annotation of its first delivery. Band {}–{} per working day.",
                protocol.calendar.time_zone, protocol.throughput.min_per_day, protocol.throughput.max_per_day
            ),
        ),
    ]
}
