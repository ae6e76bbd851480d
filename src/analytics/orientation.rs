//! Whether one side's masks lie mirrored or turned against the other's.
//!
//! Equal sizes prove nothing: one of three readers' masks may be stored turned by half a circle, and then every
//! overlap is low though the work is good. Nothing is corrected here; it is said, for a person to look at.

use super::works::Work;
use crate::domain::Shape;
use crate::geometry::{GeometryError, Mask, Volume};
use std::collections::{BTreeMap, BTreeSet};

/// Overlap as stored from which on nothing is suspected.
const LOW_DICE: f64 = 0.5;
/// A turned mask must overlap at least this well, and this much better than the one as stored.
const HIGH_DICE: f64 = 0.6;
const GAIN: f64 = 0.3;
/// Spans of one side beyond which no turned copies are made.
const MAX_SPANS: u64 = 20_000_000;
/// Pixels beyond which axes are not exchanged: stripes along the rows have as many runs along the columns as half the image has pixels.
const MAX_EXCHANGED_PX: u64 = 1 << 26;

/// One way in which a raster can lie wrongly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    transposed: bool,
    mirrored_x: bool,
    mirrored_y: bool,
    reversed_slices: bool,
    /// Not a turn: slices are moved to where the other side's begin, to tell what moving alone would explain.
    moved_to_start: bool,
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
                moved_to_start: false,
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

    /// The mask, its axes exchanged first and then mirrored.
    fn of(self, mask: &Mask) -> Result<Mask, GeometryError> {
        let exchanged;
        let mask = if self.transposed {
            let counts = mask.to_column_major_counts().into_iter().map(u64::from);
            exchanged = Mask::from_row_major_counts(mask.height_px(), mask.width_px(), counts)?;
            &exchanged
        } else {
            mask
        };
        let (width, height) = (mask.width_px(), mask.height_px());
        let mut spans: Vec<(u32, u32)> = mask
            .spans()
            .map(|span| {
                let y = if self.mirrored_y {
                    height - 1 - span.y
                } else {
                    span.y
                };
                let (x0, x1) = if self.mirrored_x {
                    (width - span.x1, width - span.x0)
                } else {
                    (span.x0, span.x1)
                };
                (y * width + x0, y * width + x1)
            })
            .collect();
        spans.sort_unstable();
        let bounds = spans
            .into_iter()
            .flat_map(|(from, to)| [from, to])
            .collect();
        Mask::from_bounds(width, height, bounds)
    }

    /// The volume, turned slice by slice; reversed slices begin where `first_key` says.
    fn of_volume(self, volume: &Volume, first_key: i64) -> Result<Volume, GeometryError> {
        let slices = volume.slices();
        let (low, high) = match (slices.first(), slices.last()) {
            (Some((low, _)), Some((high, _))) => (*low, *high),
            _ => return Ok(volume.clone()),
        };
        let moved = slices
            .iter()
            .map(|(key, mask)| {
                let key = match (self.reversed_slices, self.moved_to_start) {
                    (true, _) => first_key.saturating_add(high - key),
                    (false, true) => first_key.saturating_add(key - low),
                    (false, false) => *key,
                };
                Ok((key, self.of(mask)?))
            })
            .collect::<Result<Vec<_>, GeometryError>>()?;
        Volume::new(volume.width_px(), volume.height_px(), volume.axis(), moved)
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
            (Self::Flat(mask), _) => turn.of(mask).ok().map(Self::Flat),
            (Self::Solid(volume), Self::Solid(other)) => {
                let first = other.slices().first()?.0;
                turn.of_volume(volume, first).ok().map(Self::Solid)
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

    /// Most spans that turning takes (a run may go over many rows), and the pixels of the raster.
    fn effort(&self) -> [u64; 2] {
        let of = |mask: &Mask| {
            let (width, height) = (u64::from(mask.width_px()), u64::from(mask.height_px()));
            [mask.bounds().len() as u64 + height, width * height]
        };
        match self {
            Self::Flat(mask) => of(mask),
            Self::Solid(volume) => volume
                .slices()
                .iter()
                .map(|(_, mask)| of(mask))
                .fold([0, 0], |[a, b], [c, d]| [a + c, b + d]),
        }
    }
}

/// What is to be said where the masks of `b` overlap those of `a` badly as stored and well when turned.
///
/// # Definition
/// Dice over all labels that both drew, each label's masks united, as stored and after every mirroring in the
/// plane, reversal of slices and, on square rasters, exchange of axes. Suspected below 0.5 as stored, at 0.6 or
/// more when turned, and at least 0.3 better; of equally good turns the one with the fewest changes is named.
/// Slices are reversed within the extent of what was drawn, since an export does not always tell how many slices the image has; so
/// reversal must also be 0.3 better than moving the slices there without it.
/// # Input
/// Two works on one grid.
/// # Edge cases
/// Nothing drawn in common, vectors, rasters of two sizes, and masks of more than 20 million spans: nothing is suspected.
pub(super) fn suspected_turn(a: &Work<'_>, b: &Work<'_>) -> Option<String> {
    let (a_drawn, b_drawn) = (drawn_of(a), drawn_of(b));
    let pairs: Vec<(&Drawn, &Drawn)> = a_drawn
        .iter()
        .filter_map(|(key, drawn)| Some((drawn, b_drawn.get(key)?)))
        .collect();
    let [n_spans, n_pixels] = pairs
        .iter()
        .map(|(_, b)| b.effort())
        .fold([0, 0], |[a, b], [c, d]| [a + c, b + d]);
    if pairs.is_empty() || n_spans > MAX_SPANS {
        return None;
    }
    let as_stored = pooled_dice(pairs.iter().map(|&(a, b)| (a, b.clone())))?;
    if as_stored >= LOW_DICE {
        return None;
    }
    let dice_of = |turn: Turn| -> Option<f64> {
        let turned = pairs
            .iter()
            .map(|&(a, b)| Some((a, b.turned(turn, a)?)))
            .collect::<Option<Vec<_>>>()?;
        pooled_dice(turned.into_iter())
    };
    let square = n_pixels <= MAX_EXCHANGED_PX && pairs.iter().all(|(_, b)| b.is_square());
    let sliced = pairs.iter().any(|(_, b)| matches!(b, Drawn::Solid(_)));
    let mut best: Option<(f64, Turn)> = None;
    for turn in Turn::all(square, sliced) {
        let dice = dice_of(turn)?;
        let moved = Turn {
            reversed_slices: false,
            moved_to_start: true,
            ..turn
        };
        if turn.reversed_slices && dice < dice_of(moved)? + GAIN {
            continue;
        }
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

    fn volume(slices: &[(i64, [u32; 2])]) -> Shape {
        let slices = slices
            .iter()
            .map(|(key, [from, to])| (*key, Mask::from_bounds(20, 16, vec![*from, *to]).unwrap()))
            .collect();
        Shape::Volume(Volume::new(20, 16, SliceAxis::Index, slices).unwrap())
    }

    #[test]
    fn reversed_slices_are_noticed_and_axes_of_an_oblong_raster_are_not_exchanged() {
        let a = volume(&[(4, [21, 39]), (5, [41, 46]), (6, [61, 63])]);
        let b = volume(&[(9, [21, 39]), (8, [41, 46]), (7, [61, 63])]);
        let said = said(&a, &b).expect("reversed");
        assert!(said.contains("0.00 as stored"), "{said}");
        assert!(said.contains("1.00 with the slices in reverse"), "{said}");
        assert!(Turn::all(false, true).iter().all(|turn| !turn.transposed));
    }

    #[test]
    fn a_mark_some_slices_away_is_moved_and_not_reversed() {
        let near = volume(&[(4, [21, 39]), (5, [41, 46])]);
        let far = volume(&[(9, [21, 39]), (10, [41, 46])]);
        assert_eq!(said(&near, &far), None);
        // One slice is its own reverse.
        assert_eq!(
            said(&volume(&[(4, [21, 39])]), &volume(&[(9, [21, 39])])),
            None
        );
    }

    #[test]
    fn exchanging_the_axes_of_a_large_raster_takes_no_room_for_its_pixels() {
        let side = 30_000;
        let full = Mask::from_bounds(side, side, vec![0, side * (side / 2)]).unwrap();
        let exchanged = Turn {
            transposed: true,
            ..Turn::default()
        };
        let columns = exchanged.of(&full).unwrap();
        assert_eq!(columns.area_px(), full.area_px());
        assert_eq!(columns.bounds().len(), 2 * side as usize);
    }
}
