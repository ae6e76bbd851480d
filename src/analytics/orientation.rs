//! Whether one side's masks lie mirrored or turned against the other's.
//!
//! Equal sizes prove nothing: one of three readers' masks may be stored turned by half a circle, and then every
//! overlap is low though the work is good. Nothing is corrected here; it is said, for a person to look at.

use super::works::Work;
use crate::domain::Shape;
use crate::geometry::{Mask, Volume};
use std::collections::{BTreeMap, BTreeSet};

/// Overlap as stored from which on nothing is suspected.
const LOW_DICE: f64 = 0.5;
/// A turned mask must overlap at least this well, and this much better than the one as stored.
const HIGH_DICE: f64 = 0.6;
const GAIN: f64 = 0.3;
/// Runs of one side beyond which no turned copies are made.
const MAX_RUNS: usize = 20_000_000;

/// One way in which a raster can lie wrongly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    transposed: bool,
    mirrored_x: bool,
    mirrored_y: bool,
    reversed_slices: bool,
}

impl Turn {
    /// All but the one that changes nothing, fewest changes first.
    fn all(square: bool, sliced: bool) -> Vec<Self> {
        let mut found = Vec::new();
        for code in 1..16_u8 {
            let turn = Self {
                mirrored_x: code & 1 != 0,
                mirrored_y: code & 2 != 0,
                reversed_slices: code & 4 != 0,
                transposed: code & 8 != 0,
            };
            if (square || !turn.transposed) && (sliced || !turn.reversed_slices) {
                found.push(turn);
            }
        }
        found.sort_by_key(|turn| (turn.n_changes(), *turn));
        found
    }

    fn n_changes(self) -> usize {
        [
            self.transposed,
            self.mirrored_x,
            self.mirrored_y,
            self.reversed_slices,
        ]
        .into_iter()
        .filter(|changes| *changes)
        .count()
    }

    fn words(self) -> String {
        let mut words = Vec::new();
        for (holds, word) in [
            (self.transposed, "with rows and columns exchanged"),
            (
                self.mirrored_x && self.mirrored_y,
                "turned by half a circle",
            ),
            (
                self.mirrored_x && !self.mirrored_y,
                "mirrored left to right",
            ),
            (
                self.mirrored_y && !self.mirrored_x,
                "mirrored top to bottom",
            ),
            (self.reversed_slices, "with the slices in reverse"),
        ] {
            if holds {
                words.push(word);
            }
        }
        words.join(" and ")
    }

    /// The mask, transposed first and then mirrored.
    fn of(self, mask: &Mask) -> Option<Mask> {
        let (width, height) = (mask.width_px(), mask.height_px());
        let mut rows: BTreeMap<u32, Vec<(u32, u32)>> = BTreeMap::new();
        let mut put = |y: u32, x0: u32, x1: u32| {
            let y = if self.mirrored_y { height - 1 - y } else { y };
            let (x0, x1) = if self.mirrored_x {
                (width - x1, width - x0)
            } else {
                (x0, x1)
            };
            rows.entry(y).or_default().push((x0, x1));
        };
        for span in mask.spans() {
            if self.transposed {
                for x in span.x0..span.x1 {
                    put(x, span.y, span.y + 1);
                }
            } else {
                put(span.y, span.x0, span.x1);
            }
        }
        let mut bounds = Vec::new();
        for (y, mut spans) in rows {
            spans.sort_unstable();
            for (x0, x1) in spans {
                bounds.extend([y * width + x0, y * width + x1]);
            }
        }
        Mask::from_bounds(width, height, bounds).ok()
    }

    fn of_volume(self, volume: &Volume, first_key: i64) -> Option<Volume> {
        let last = volume.slices().last()?.0;
        let slices = volume
            .slices()
            .iter()
            .map(|(key, mask)| {
                let key = if self.reversed_slices {
                    first_key.checked_add(last.checked_sub(*key)?)?
                } else {
                    *key
                };
                Some((key, self.of(mask)?))
            })
            .collect::<Option<Vec<_>>>()?;
        Volume::new(volume.width_px(), volume.height_px(), volume.axis(), slices).ok()
    }
}

/// All that one side drew of one label on one kind of raster.
#[derive(Clone)]
enum Drawn {
    Flat(Mask),
    Solid(Volume),
}

impl Drawn {
    fn size(&self) -> u64 {
        match self {
            Self::Flat(mask) => mask.area_px(),
            Self::Solid(volume) => volume.voxels(),
        }
    }

    fn shared(&self, other: &Self) -> Option<u64> {
        match (self, other) {
            (Self::Flat(a), Self::Flat(b)) => a.intersection_px(b).ok(),
            (Self::Solid(a), Self::Solid(b)) => a.intersection_voxels(b).ok(),
            _ => None,
        }
    }

    fn turned(&self, turn: Turn, against: &Self) -> Option<Self> {
        match (self, against) {
            (Self::Flat(mask), _) => turn.of(mask).map(Self::Flat),
            (Self::Solid(volume), Self::Solid(other)) => {
                let first = other.slices().first()?.0;
                turn.of_volume(volume, first).map(Self::Solid)
            }
            (Self::Solid(_), Self::Flat(_)) => None,
        }
    }

    fn is_square(&self) -> bool {
        match self {
            Self::Flat(mask) => mask.width_px() == mask.height_px(),
            Self::Solid(volume) => volume.width_px() == volume.height_px(),
        }
    }

    fn n_runs(&self) -> usize {
        match self {
            Self::Flat(mask) => mask.bounds().len(),
            Self::Solid(volume) => volume
                .slices()
                .iter()
                .map(|(_, mask)| mask.bounds().len())
                .sum(),
        }
    }
}

/// What is to be said where the masks of `b` overlap those of `a` badly as stored and well when turned.
///
/// # Definition
/// Dice over all labels that both drew, each label's masks united, as stored and after every mirroring in the
/// plane, reversal of slices and, on square rasters, exchange of axes. Suspected below 0.5 as stored, at 0.6 or
/// more when turned, and at least 0.3 better; of equally good turns the one with the fewest changes is named.
/// # Input
/// Two works on one grid. Slices are reversed within the extent of what was drawn, since an export does not always tell
/// how many slices the image has.
/// # Edge cases
/// Nothing drawn in common, vectors, and rasters of two sizes: nothing is suspected.
pub(super) fn suspected_turn(a: &Work<'_>, b: &Work<'_>) -> Option<String> {
    let (a_drawn, b_drawn) = (drawn_of(a), drawn_of(b));
    let pairs: Vec<(&Drawn, &Drawn)> = a_drawn
        .iter()
        .filter_map(|(key, drawn)| Some((drawn, b_drawn.get(key)?)))
        .collect();
    if pairs.is_empty() || pairs.iter().map(|pair| pair.1.n_runs()).sum::<usize>() > MAX_RUNS {
        return None;
    }
    let as_stored = pooled_dice(pairs.iter().map(|&(a, b)| (a, b.clone())))?;
    if as_stored >= LOW_DICE {
        return None;
    }
    let square = pairs.iter().all(|(_, b)| b.is_square());
    let sliced = pairs.iter().any(|(_, b)| matches!(b, Drawn::Solid(_)));
    let mut best: Option<(f64, Turn)> = None;
    for turn in Turn::all(square, sliced) {
        let turned = pairs
            .iter()
            .map(|&(a, b)| Some((a, b.turned(turn, a)?)))
            .collect::<Option<Vec<_>>>()?;
        let dice = pooled_dice(turned.into_iter())?;
        if best.is_none_or(|(known, _)| dice > known + 1e-9) {
            best = Some((dice, turn));
        }
    }
    let (dice, turn) = best?;
    (dice >= HIGH_DICE && dice >= as_stored + GAIN).then(|| {
        format!(
            "the masks of the two overlap with a Dice of {as_stored:.2} as stored and of {dice:.2} {}: one of them may be stored turned; \
             nothing was changed",
            turn.words()
        )
    })
}

fn pooled_dice<'a>(pairs: impl Iterator<Item = (&'a Drawn, Drawn)>) -> Option<f64> {
    let (mut shared, mut sizes) = (0_u64, 0_u64);
    for (a, b) in pairs {
        shared = shared.checked_add(a.shared(&b)?)?;
        sizes = sizes.checked_add(a.size())?.checked_add(b.size())?;
    }
    (sizes > 0).then(|| 2.0 * shared as f64 / sizes as f64)
}

/// By label and kind of raster; a label whose masks have two sizes is left out.
fn drawn_of<'a>(work: &Work<'a>) -> BTreeMap<(&'a str, bool), Drawn> {
    let mut found: BTreeMap<(&'a str, bool), Drawn> = BTreeMap::new();
    let mut unfit = BTreeSet::new();
    for &(_, _, annotation) in &work.annotations {
        let label = annotation.label.as_str();
        let drawn = match &annotation.shape {
            Shape::Mask(mask) => Drawn::Flat(mask.clone()),
            Shape::Volume(volume) => Drawn::Solid(volume.clone()),
            _ => continue,
        };
        let key = (label, matches!(drawn, Drawn::Solid(_)));
        let united = match (found.remove(&key), drawn) {
            (None, drawn) => Some(drawn),
            (Some(Drawn::Flat(known)), Drawn::Flat(mask)) => {
                known.union(&mask).ok().map(Drawn::Flat)
            }
            // Volumes of several instances are looked at by their largest.
            (Some(Drawn::Solid(known)), Drawn::Solid(volume)) => {
                Some(Drawn::Solid(if known.voxels() >= volume.voxels() {
                    known
                } else {
                    volume
                }))
            }
            _ => None,
        };
        match united {
            Some(drawn) => {
                found.insert(key, drawn);
            }
            None => {
                unfit.insert(key);
            }
        }
    }
    found.retain(|key, drawn| !unfit.contains(key) && drawn.size() > 0);
    found
}

#[cfg(test)]
mod tests {
    use super::{Turn, suspected_turn};
    use crate::analytics::works::Work;
    use crate::domain::{Annotation, Role, Shape, Stage};
    use crate::geometry::{Mask, SliceAxis, Volume};
    use std::collections::BTreeMap;

    /// An L whose middle is not that of the image.
    fn letter(n: u32) -> Mask {
        let mut bounds = Vec::new();
        for y in 2..9 {
            bounds.extend([y * n + 3, y * n + 5]);
        }
        bounds.extend([9 * n + 3, 9 * n + 9]);
        Mask::from_bounds(n, 16, bounds).unwrap()
    }

    fn annotation(shape: Shape) -> Annotation {
        Annotation {
            source_id: "1".to_owned(),
            label: "nodule".to_owned(),
            shape,
            attributes: BTreeMap::new(),
            confidence: None,
            finished_at_us: None,
            active_ms: None,
            semantic: true,
            invalid: None,
        }
    }

    fn work(annotation: &Annotation) -> Work<'_> {
        Work {
            rater: "a",
            role: Role::Annotator,
            stage: Stage::Annotation,
            session: "",
            reference: None,
            finished_at_us: None,
            layers: vec!["annotations"],
            annotations: vec![("annotations", 0, annotation)],
        }
    }

    fn said(a: &Shape, b: &Shape) -> Option<String> {
        let (a, b) = (annotation(a.clone()), annotation(b.clone()));
        suspected_turn(&work(&a), &work(&b))
    }

    #[test]
    fn every_turn_of_a_mask_is_named_and_the_mask_itself_is_not() {
        let mask = letter(16);
        let a = Shape::Mask(mask.clone());
        assert_eq!(said(&a, &a), None);
        for turn in Turn::all(true, false) {
            let b = Shape::Mask(turn.of(&mask).unwrap());
            let said = said(&a, &b).unwrap_or_else(|| panic!("{turn:?} goes unnoticed"));
            assert!(said.contains("1.00"), "{turn:?}: {said}");
            // Turning back a quarter turn is the other quarter turn; all others undo themselves.
            let quarter = turn.transposed && (turn.mirrored_x != turn.mirrored_y);
            assert!(quarter || said.contains(&turn.words()), "{turn:?}: {said}");
        }
    }

    #[test]
    fn two_places_apart_are_no_turn_of_each_other() {
        let near = Mask::from_bounds(16, 16, vec![33, 36]).unwrap();
        let far = Mask::from_bounds(16, 16, vec![103, 108]).unwrap();
        assert_eq!(said(&Shape::Mask(near), &Shape::Mask(far)), None);
    }

    #[test]
    fn reversed_slices_are_noticed_and_axes_of_an_oblong_raster_are_not_exchanged() {
        let slice = |from: u32, to: u32| Mask::from_bounds(20, 16, vec![from, to]).unwrap();
        let volume = |slices| Volume::new(20, 16, SliceAxis::Index, slices).unwrap();
        let a = volume(vec![
            (4, slice(21, 39)),
            (5, slice(41, 46)),
            (6, slice(61, 63)),
        ]);
        let b = volume(vec![
            (9, slice(21, 39)),
            (8, slice(41, 46)),
            (7, slice(61, 63)),
        ]);
        let said = said(&Shape::Volume(a), &Shape::Volume(b)).expect("reversed");
        assert!(said.contains("0.00 as stored"), "{said}");
        assert!(said.contains("1.00 with the slices in reverse"), "{said}");
        assert!(Turn::all(false, true).iter().all(|turn| !turn.transposed));
    }
}
