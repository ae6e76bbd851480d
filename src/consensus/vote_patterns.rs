//! Which raters set which pixels, gathered: pixels set by the same raters are one pattern, found by a sweep over all runs at once.

use std::collections::HashMap;

use serde::Serialize;

use super::ConsensusError;
use crate::geometry::{Mask, PixelBox, SliceAxis, Volume};

/// Most numbers that one estimate may hold.
const MOST_NUMBERS: u64 = 1 << 26;

/// Which pixels a figure over masks is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// The whole image; of volumes, whole slices at the positions where any rater set a voxel.
    Image,
    /// The smallest box around everything that any rater set, the same box in every slice that holds something.
    UnionBox,
    /// Pixels that some set and others did not.
    Disputed,
}

/// One rater against the consensus mask.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RaterPerformance {
    /// Probability that the rater sets a pixel of the consensus; `None` where the consensus has none in the region.
    pub sensitivity: Option<f64>,
    /// Probability that the rater leaves out a pixel outside the consensus; `None` where the region holds none.
    pub specificity: Option<f64>,
}

/// A run of pixels that the same raters set.
struct Segment {
    start: u32,
    end: u32,
    pattern: u32,
}

struct Slice {
    key: i64,
    segments: Vec<Segment>,
}

/// Pixels by the raters who set them. Pattern 0 is «nobody» and holds no pixel until a region is chosen.
pub(super) struct VotePatterns {
    pub n_raters: usize,
    width_px: u32,
    height_px: u32,
    n_words: usize,
    /// A bit per rater, `n_words` words per pattern.
    bits: Vec<u64>,
    /// Pixels of each pattern.
    pub n_px: Vec<u64>,
    slices: Vec<Slice>,
    around: Option<PixelBox>,
}

impl VotePatterns {
    /// Patterns of masks of one image.
    pub fn of_masks(masks: &[&Mask]) -> Result<Self, ConsensusError> {
        let first = masks.first().ok_or(ConsensusError::NoRaters)?;
        for mask in masks {
            first.check_size(mask)?;
        }
        let mut sweep = Sweep::new(masks.len(), first.width_px(), first.height_px());
        let with_rater: Vec<_> = masks
            .iter()
            .enumerate()
            .map(|(rater, mask)| (rater, *mask))
            .collect();
        sweep.slice(0, &with_rater);
        Ok(sweep.patterns)
    }

    /// Patterns of volumes on one grid.
    pub fn of_volumes(volumes: &[&Volume]) -> Result<Self, ConsensusError> {
        let first = volumes.first().ok_or(ConsensusError::NoRaters)?;
        let mut slices = Vec::new();
        for (rater, volume) in volumes.iter().enumerate() {
            first.check_grid(volume)?;
            let theirs = volume.slices().iter();
            slices.extend(theirs.map(|(key, mask)| (*key, rater, mask)));
        }
        slices.sort_unstable_by_key(|(key, rater, _)| (*key, *rater));
        // Positions that differ by rounding are one; two slices of one volume never do.
        let tolerance = match first.axis() {
            SliceAxis::Micrometres => 1,
            SliceAxis::Index => 0,
        };
        let mut sweep = Sweep::new(volumes.len(), first.width_px(), first.height_px());
        let mut rest = slices.as_slice();
        while let Some((key, ..)) = rest.first() {
            let n = rest.partition_point(|(other, ..)| key.abs_diff(*other) <= tolerance);
            let (here, after) = rest.split_at(n);
            let masks: Vec<_> = here
                .iter()
                .map(|(_, rater, mask)| (*rater, *mask))
                .collect();
            sweep.slice(*key, &masks);
            rest = after;
        }
        Ok(sweep.patterns)
    }

    pub fn len(&self) -> usize {
        self.n_px.len()
    }

    pub fn is_set_by(&self, pattern: usize, rater: usize) -> bool {
        let word = self.bits.get(pattern * self.n_words + rater / 64);
        word.is_some_and(|word| (word >> (rater % 64)) & 1 == 1)
    }

    /// Number of raters who set the pixels of a pattern.
    pub fn n_votes(&self, pattern: usize) -> usize {
        let words = &self.bits[pattern * self.n_words..(pattern + 1) * self.n_words];
        words.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub fn is_disputed(&self, pattern: usize) -> bool {
        !matches!(self.n_votes(pattern), n if n == 0 || n == self.n_raters)
    }

    /// Pixels of each pattern within a region.
    pub fn in_region(&self, region: Region) -> Vec<u64> {
        let union: u64 = self.n_px.iter().sum();
        let n_slices = self.slices.len() as u64;
        let area = |width: u32, height: u32| u64::from(width) * u64::from(height) * n_slices;
        let mut n_px = self.n_px.clone();
        match region {
            Region::Image => n_px[0] = area(self.width_px, self.height_px) - union,
            Region::UnionBox => {
                let around = self.around.map(|b| area(b.width_px(), b.height_px()));
                n_px[0] = around.unwrap_or_default() - union;
            }
            Region::Disputed => {
                for (pattern, n) in n_px.iter_mut().enumerate() {
                    if !self.is_disputed(pattern) {
                        *n = 0;
                    }
                }
            }
        }
        n_px
    }

    /// Refuses more patterns times raters than may be worked on.
    pub fn check_size(&self) -> Result<(), ConsensusError> {
        check_count(
            (self.len() as u64).saturating_mul(self.n_raters as u64),
            "raters or masks with fewer runs",
        )
    }

    /// Slices by position with the pixels of the patterns chosen. «Nobody», if chosen, is all of the region that nobody set.
    pub fn select(
        &self,
        region: Region,
        is_chosen: impl Fn(usize) -> bool,
    ) -> Result<Vec<(i64, Mask)>, ConsensusError> {
        let image = PixelBox {
            x0: 0,
            y0: 0,
            x1: self.width_px,
            y1: self.height_px,
        };
        let rest = match region {
            Region::Image => Some(image),
            Region::UnionBox => self.around,
            Region::Disputed => None,
        };
        let rest = match rest.filter(|_| is_chosen(0)) {
            Some(area) => Some(self.filled(area)?),
            None => None,
        };
        let of_segments = |slice: &Slice, wanted: &dyn Fn(usize) -> bool| {
            let wanted = slice
                .segments
                .iter()
                .filter(|one| wanted(one.pattern as usize));
            let bounds = wanted.flat_map(|one| [one.start, one.end]).collect();
            Mask::from_bounds(self.width_px, self.height_px, bounds)
        };
        let of_slice = |slice: &Slice| -> Result<_, ConsensusError> {
            let mut mask = of_segments(slice, &is_chosen)?;
            if let Some(area) = &rest {
                mask = mask.union(&area.difference(&of_segments(slice, &|_| true)?)?)?;
            }
            Ok((slice.key, mask))
        };
        self.slices.iter().map(of_slice).collect()
    }

    /// The only slice of a pattern of masks.
    pub fn select_mask(
        &self,
        region: Region,
        is_chosen: impl Fn(usize) -> bool,
    ) -> Result<Mask, ConsensusError> {
        match self.select(region, is_chosen)?.pop() {
            Some((_, mask)) => Ok(mask),
            None => Ok(Mask::empty(self.width_px, self.height_px)?),
        }
    }

    /// All pixels of a box.
    fn filled(&self, area: PixelBox) -> Result<Mask, ConsensusError> {
        let row = |y: u32| y * self.width_px;
        let bounds = if area.width_px() == self.width_px {
            vec![row(area.y0), row(area.y1 - 1) + self.width_px]
        } else {
            check_count(u64::from(area.height_px()), "rows")?;
            let rows = area.y0..area.y1;
            rows.flat_map(|y| [row(y) + area.x0, row(y) + area.x1])
                .collect()
        };
        Ok(Mask::from_bounds(self.width_px, self.height_px, bounds)?)
    }
}

/// Walks over the runs of all raters of one slice after another.
struct Sweep {
    patterns: VotePatterns,
    numbers: HashMap<Box<[u64]>, u32>,
}

impl Sweep {
    fn new(n_raters: usize, width_px: u32, height_px: u32) -> Self {
        let n_words = n_raters.div_ceil(64);
        let nobody = vec![0_u64; n_words];
        Self {
            patterns: VotePatterns {
                n_raters,
                width_px,
                height_px,
                n_words,
                bits: nobody.clone(),
                n_px: vec![0],
                slices: Vec::new(),
                around: None,
            },
            numbers: HashMap::from([(nobody.into_boxed_slice(), 0)]),
        }
    }

    fn slice(&mut self, key: i64, masks: &[(usize, &Mask)]) {
        let mut bounds: Vec<(u32, u32)> = Vec::new();
        for (rater, mask) in masks {
            bounds.extend(mask.bounds().iter().map(|at| (*at, *rater as u32)));
            let theirs = mask.bounding_box();
            let around = self.patterns.around;
            self.patterns.around = match (around, theirs) {
                (Some(a), Some(b)) => Some(a.around(&b)),
                (a, b) => a.or(b),
            };
        }
        bounds.sort_unstable();
        let mut now = vec![0_u64; self.patterns.n_words];
        let (mut segments, mut start, mut pattern) = (Vec::new(), 0, 0);
        for here in bounds.chunk_by(|a, b| a.0 == b.0) {
            let at = here[0].0;
            if pattern != 0 {
                self.patterns.n_px[pattern as usize] += u64::from(at - start);
                segments.push(Segment {
                    start,
                    end: at,
                    pattern,
                });
            }
            for (_, rater) in here {
                now[*rater as usize / 64] ^= 1 << (rater % 64);
            }
            start = at;
            pattern = self.number(&now);
        }
        self.patterns.slices.push(Slice { key, segments });
    }

    fn number(&mut self, now: &[u64]) -> u32 {
        if let Some(number) = self.numbers.get(now) {
            return *number;
        }
        let number = self.patterns.n_px.len() as u32;
        self.patterns.bits.extend_from_slice(now);
        self.patterns.n_px.push(0);
        self.numbers.insert(now.into(), number);
        number
    }
}

fn check_count(n: u64, what: &'static str) -> Result<(), ConsensusError> {
    if n <= MOST_NUMBERS {
        return Ok(());
    }
    Err(ConsensusError::TooLarge {
        n,
        limit: MOST_NUMBERS,
        what,
    })
}
