//! Figures that belong to two raters' whole work on an item, not to one pair: spans of a text, tracks of a video, labels on a cloud.

use super::report::{CloudRow, SpanRow, TextKappa, VideoRow};
use crate::agreement::{ContingencyTable, Weights, cohen_kappa};
use crate::analytics::{cloud_counts, text_counts, video_counts};
use crate::domain::{Annotation, Item, Protocol};
use crate::metrics::{
    LabelSpans, MetricValue, SpanComparison, SpanCounts, SpanMatch, TokenTable, TrackCounts,
};
use crate::pipeline::PipelineError;
use std::collections::BTreeMap;

/// Labels as they count for one character.
type LabelSet = Vec<String>;

/// What adds up over the items.
#[derive(Default)]
pub(super) struct WholeItems {
    spans: SpanComparison,
    characters: BTreeMap<(LabelSet, LabelSet), u64>,
    videos: Vec<(String, TrackCounts)>,
    clouds: Vec<CloudRow>,
    /// Items whose whole could not be counted, with the reason.
    pub refused: Vec<(String, String)>,
}

impl WholeItems {
    /// Counts one item.
    pub(super) fn add(
        &mut self,
        protocol: &Protocol,
        item: &Item,
        a: &[&Annotation],
        b: &[&Annotation],
    ) {
        match text_counts(protocol, a, b) {
            Ok(Some(found)) => self.add_text(&found.spans, &found.characters),
            Ok(None) => {}
            Err(error) => self.refused.push((item.key.clone(), error.to_string())),
        }
        match video_counts(protocol, a, b) {
            Ok(Some(found)) => self.videos.push((item.key.clone(), found)),
            Ok(None) => {}
            Err(reason) => self.refused.push((item.key.clone(), reason)),
        }
        match cloud_counts(protocol, a, b) {
            Ok(Some((names, found))) => {
                let codes: Vec<u32> = (0..names.len() as u32).collect();
                let mean = found.mean_iou(&codes);
                self.clouds.push(CloudRow {
                    item: item.key.clone(),
                    n_points: found.n_points(),
                    n_equal: found.n_equal(),
                    accuracy: found.accuracy().value(),
                    mean_iou: mean.value.value(),
                    n_labels: mean.n as u64,
                    n_undefined: mean.n_undefined as u64,
                });
            }
            Ok(None) => {}
            Err(reason) => self.refused.push((item.key.clone(), reason)),
        }
    }

    fn add_text(&mut self, spans: &SpanComparison, characters: &TokenTable) {
        for (label, counts) in &spans.labels {
            let sum = self.spans.labels.entry(label.clone()).or_default();
            for by in [SpanMatch::Exact, SpanMatch::Overlap, SpanMatch::Characters] {
                add_counts(sum, by, &counts.counts(by));
            }
        }
        for &(row, column, n) in &characters.rows {
            let set = |at: usize| characters.categories.get(at).cloned().unwrap_or_default();
            *self.characters.entry((set(row), set(column))).or_default() += n;
        }
    }

    /// Rows of every label, then of all labels together.
    pub(super) fn span_rows(&self) -> Vec<SpanRow> {
        let rows = |label: &str, counts: &dyn Fn(SpanMatch) -> SpanCounts| {
            let row = |(name, by): (&'static str, SpanMatch)| span_row(label, name, &counts(by));
            MATCHES.map(row)
        };
        let mut found: Vec<SpanRow> = Vec::new();
        for (label, spans) in &self.spans.labels {
            found.extend(rows(label, &|by| spans.counts(by)));
        }
        if !found.is_empty() {
            found.extend(rows("(all labels)", &|by| self.spans.micro(by)));
        }
        found
    }

    /// κ on characters over all texts; `None` without texts.
    ///
    /// # Errors
    /// What [`cohen_kappa`] raises.
    pub(super) fn text_kappa(&self, level: f64) -> Result<Option<TextKappa>, PipelineError> {
        if self.characters.is_empty() {
            return Ok(None);
        }
        let both = self.characters.keys().flat_map(|(a, b)| [a, b]);
        let mut sets: Vec<&LabelSet> = both.collect();
        sets.sort_unstable();
        sets.dedup();
        let place = |set: &LabelSet| sets.binary_search(&set).unwrap_or(sets.len());
        let rows = self.characters.iter();
        let rows = rows.map(|((a, b), n)| (place(a), place(b), *n));
        let names = sets.iter().map(|set| set.join(" + ")).collect();
        let table = ContingencyTable::from_grouped(names, rows)?;
        let kappa = cohen_kappa(&table, Weights::Unweighted, level)?;
        Ok(Some(TextKappa {
            unit: "character".to_owned(),
            frame: "from the first to the last character marked in each text".to_owned(),
            value: kappa.value,
            n: kappa.n,
            undefined: kappa.undefined.map(|found| found.reason.to_owned()),
        }))
    }

    /// A row for each video, then one for all together where there are several.
    pub(super) fn video_rows(&self) -> Vec<VideoRow> {
        let mut rows: Vec<VideoRow> = self
            .videos
            .iter()
            .map(|(item, counts)| video_row(item, counts))
            .collect();
        if rows.len() > 1 {
            let mut sum = TrackCounts::default();
            for (_, counts) in &self.videos {
                sum.add(counts);
            }
            rows.push(video_row("(all videos)", &sum));
        }
        rows
    }

    /// A row for each cloud.
    pub(super) fn cloud_rows(&self) -> Vec<CloudRow> {
        self.clouds.clone()
    }
}

const MATCHES: [(&str, SpanMatch); 3] = [
    ("exact", SpanMatch::Exact),
    ("overlap", SpanMatch::Overlap),
    ("characters", SpanMatch::Characters),
];

fn add_counts(sum: &mut LabelSpans, by: SpanMatch, more: &SpanCounts) {
    let counts = match by {
        SpanMatch::Exact => &mut sum.exact,
        SpanMatch::Overlap => &mut sum.overlap,
        SpanMatch::Characters => &mut sum.characters,
    };
    counts.n_reference += more.n_reference;
    counts.n_candidate += more.n_candidate;
    counts.n_matched += more.n_matched;
}

fn span_row(label: &str, by: &'static str, counts: &SpanCounts) -> SpanRow {
    SpanRow {
        label: label.to_owned(),
        matched_by: by,
        n_reference: counts.n_reference,
        n_candidate: counts.n_candidate,
        n_matched: counts.n_matched,
        precision: counts.precision().value(),
        recall: counts.recall().value(),
        f1: counts.f1().value(),
    }
}

fn video_row(item: &str, counts: &TrackCounts) -> VideoRow {
    let reason = |value: MetricValue| value.undefined().map(|reason| reason.code().to_owned());
    VideoRow {
        item: item.to_owned(),
        n_frames: counts.n_frames,
        n_reference: counts.n_reference,
        n_candidate: counts.n_candidate,
        n_matched: counts.n_matched,
        n_misses: counts.n_misses(),
        n_false_positives: counts.n_false_positives(),
        n_identity_switches: counts.n_switches,
        n_fragmentations: counts.n_fragmentations,
        mota: counts.mota().value(),
        motp: counts.motp().value(),
        idf1: counts.idf1().value(),
        undefined: reason(counts.mota()).or_else(|| reason(counts.motp())),
    }
}
