//! Tracks of a video: which track meets which, frame by frame, with identity switches.

use super::measure::{measure_pair, one_sided};
use super::pairing::{Entry, match_entries};
use super::region::{Region, shape_similarity};
use super::verdict::{Outcome, is_wrong_label, settle};
use crate::domain::{Annotation, ErrorKind, Item, Protocol, Shape, Technique, Track, UnitScore};
use crate::matching::track_counts;
use crate::metrics::{Overlap, TrackCounts, TrackFrame, dice, iou};
use std::collections::{BTreeMap, BTreeSet};

/// Units of the tracks of two raters: one a pair of whole tracks, or one a track without a counterpart.
///
/// Whole tracks are matched by their mean likeness over the frames that either shows. Switches and fragmentations come from following each
/// track of a through the frames, whatever its label ([`video_counts`]).
pub(super) fn track_units(
    protocol: &Protocol,
    item: &Item,
    a: &[Entry<'_>],
    b: &[Entry<'_>],
) -> Result<Vec<UnitScore>, String> {
    let matched = match_entries(protocol, item, a, b)?;
    let counts = counts(protocol, &tracks_of(&matched.a), &tracks_of(&matched.b))?;
    let history = |unit: &mut UnitScore, at: usize| {
        let found = counts.tracks.get(&at).copied().unwrap_or_default();
        unit.n_frames_a = Some(count(found.n_frames));
        unit.n_frames_matched = Some(count(found.n_matched));
        unit.n_identity_switches = Some(count(found.n_switches));
        unit.n_fragmentations = Some(count(found.n_fragmentations));
    };
    let mut units = Vec::new();
    let pairs = &matched.pairs;
    for &(i, j, _) in pairs.same_label.iter().chain(&pairs.wrong_label) {
        let (one, other) = (matched.a[i], matched.b[j]);
        let mut unit = UnitScore {
            technique: Some(Technique::Track),
            a_label: Some(one.label.to_owned()),
            b_label: Some(other.label.to_owned()),
            a_annotation: Some(one.id),
            b_annotation: Some(other.id),
            ..UnitScore::default()
        };
        history(&mut unit, i);
        let (Shape::Track(track), Shape::Track(partner)) =
            (&one.annotation.shape, &other.annotation.shape)
        else {
            continue;
        };
        unit.n_frames_b = Some(count(partner.shapes().len() as u64));
        put_overlap(track, partner, &mut unit)?;
        if !is_wrong_label(&one, &other, &mut unit) {
            let outcome = outcome(protocol, item, one, other, &unit);
            settle(protocol, &one, &other, &mut unit, outcome);
        }
        units.push(unit);
    }
    for &i in &pairs.missing {
        let mut unit = one_sided(matched.a[i], ErrorKind::Missing);
        history(&mut unit, i);
        units.push(unit);
    }
    for &j in &pairs.extra {
        let mut unit = one_sided(matched.b[j], ErrorKind::Extra);
        if let Shape::Track(track) = &matched.b[j].annotation.shape {
            unit.n_frames_b = Some(count(track.shapes().len() as u64));
        }
        units.push(unit);
    }
    Ok(units)
}

/// What became of the tracks of two raters over a whole video; `None` where neither drew a track.
///
/// # Definition
/// CLEAR MOT and identity counts over all tracks regardless of label, with the protocol's `min_overlap` as least similarity; frames in which
/// neither shows anything are left out, as they change no count. See [`crate::metrics::TrackCounts::of`].
/// # Errors
/// Two tracks that cannot be compared, in words.
pub fn video_counts(
    protocol: &Protocol,
    a: &[&Annotation],
    b: &[&Annotation],
) -> Result<Option<TrackCounts>, String> {
    let tracks = |annotations: &[&Annotation]| -> Vec<Track> {
        let drawn = annotations.iter().filter(|one| one.invalid.is_none());
        drawn
            .filter_map(|one| match &one.shape {
                Shape::Track(track) => Some(track.clone()),
                _ => None,
            })
            .collect()
    };
    let (a, b) = (tracks(a), tracks(b));
    if a.is_empty() && b.is_empty() {
        return Ok(None);
    }
    let (a, b): (Vec<&Track>, Vec<&Track>) = (a.iter().collect(), b.iter().collect());
    counts(protocol, &a, &b).map(Some)
}

fn tracks_of<'a>(entries: &[Entry<'a>]) -> Vec<&'a Track> {
    entries
        .iter()
        .filter_map(|entry| match &entry.annotation.shape {
            Shape::Track(track) => Some(track),
            _ => None,
        })
        .collect()
}

fn counts(protocol: &Protocol, a: &[&Track], b: &[&Track]) -> Result<TrackCounts, String> {
    let mut shown: BTreeMap<u32, [Vec<(usize, &Shape)>; 2]> = BTreeMap::new();
    for (side, tracks) in [a, b].into_iter().enumerate() {
        for (number, track) in tracks.iter().enumerate() {
            for one in track.shapes() {
                shown.entry(one.frame).or_default()[side].push((number, &one.shape));
            }
        }
    }
    let mut frames = Vec::with_capacity(shown.len());
    for [ours, theirs] in shown.values() {
        let numbers = |shapes: &[(usize, &Shape)]| shapes.iter().map(|(n, _)| *n).collect();
        let mut frame = TrackFrame {
            reference: numbers(ours),
            candidate: numbers(theirs),
            similar: Vec::new(),
        };
        for (i, (_, one)) in ours.iter().enumerate() {
            for (j, (_, other)) in theirs.iter().enumerate() {
                let similarity = shape_similarity(one, other)?;
                if similarity > 0.0 {
                    frame.similar.push((i, j, similarity));
                }
            }
        }
        frames.push(frame);
    }
    track_counts(&frames, protocol.matching.min_overlap).map_err(|error| error.to_string())
}

/// Areas of both tracks over all frames, and of what they share: the overlap of two tubes. None for shapes without area.
fn put_overlap(a: &Track, b: &Track, unit: &mut UnitScore) -> Result<(), String> {
    let mut sum = Overlap::default();
    let frames: BTreeSet<u32> = a
        .shapes()
        .iter()
        .chain(b.shapes())
        .map(|one| one.frame)
        .collect();
    for frame in frames {
        let (one, other) = (a.at(frame), b.at(frame));
        let (Some(either), Some(partner)) = (one.or(other), other.or(one)) else {
            continue;
        };
        let Some(found) = Region::of_shape(either).overlap(&Region::of_shape(partner))? else {
            return Ok(());
        };
        let found = match (one, other) {
            (Some(_), None) => Overlap::new(found.a(), 0.0, 0.0),
            (None, Some(_)) => Overlap::new(0.0, found.b(), 0.0),
            _ => Ok(found),
        };
        sum = sum + found.map_err(|error| error.to_string())?;
    }
    unit.a_size = Some(sum.a());
    unit.b_size = Some(sum.b());
    unit.intersection_size = Some(sum.intersection());
    unit.dice = dice(&sum).value();
    unit.iou = iou(&sum).value();
    Ok(())
}

/// The verdict on a pair: no switch, no more frames on one side only than allowed, and every shared frame within its own tolerance.
fn outcome(
    protocol: &Protocol,
    item: &Item,
    a: Entry<'_>,
    b: Entry<'_>,
    unit: &UnitScore,
) -> Outcome {
    let (Shape::Track(track), Shape::Track(partner)) = (&a.annotation.shape, &b.annotation.shape)
    else {
        return Outcome::Undecided("a track meets a shape that is none".to_owned());
    };
    let shared: Vec<(u32, &Shape, &Shape)> = track
        .shapes()
        .iter()
        .filter_map(|one| Some((one.frame, &one.shape, partner.at(one.frame)?)))
        .collect();
    let n_missing = track.shapes().len() - shared.len();
    let n_extra = partner.shapes().len() - shared.len();
    let n_switches = unit.n_identity_switches.unwrap_or(0);
    let (mut n_out, mut first_out, mut undecided) = (0, None, None);
    for (frame, one, other) in &shared {
        let in_frame = |shape: &Shape| Annotation {
            source_id: String::new(),
            label: String::new(),
            shape: shape.clone(),
            attributes: BTreeMap::new(),
            confidence: None,
            finished_at_us: None,
            active_ms: None,
            semantic: false,
            invalid: None,
        };
        let (one, other) = (in_frame(one), in_frame(other));
        let entry = |annotation| Entry {
            id: 0,
            label: a.label,
            annotation,
        };
        let found = measure_pair(protocol, item, entry(&one), entry(&other), None);
        if found.error.is_some() {
            n_out += 1;
            first_out.get_or_insert((*frame, found.detail.unwrap_or_default()));
        } else if found.not_applicable {
            undecided = undecided.or(found.detail);
        }
    }
    let mut faults = Vec::new();
    if n_switches > 0 {
        faults.push(format!("{n_switches} identity switches"));
    }
    if (n_missing + n_extra) as f64 > protocol.tolerance_for(a.label).track_frames {
        faults.push(format!(
            "{n_missing} frames are missing and {n_extra} are extra"
        ));
    }
    if let Some((frame, detail)) = first_out {
        let n = shared.len();
        faults.push(format!(
            "{n_out} of {n} shared frames are off, first frame {frame}: {detail}"
        ));
    }
    match (faults.is_empty(), undecided) {
        (false, _) => Outcome::Wrong(faults.join("; ")),
        (true, Some(reason)) => Outcome::Undecided(reason),
        (true, None) => Outcome::Right,
    }
}

fn count(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
