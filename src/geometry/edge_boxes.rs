//! Bounding boxes over runs of edges of an outline. Neighbours along an outline are neighbours in the plane, so no sorting is needed.

use super::Rect;

type Point = [f64; 2];

/// Edges in a run.
pub(super) const RUN: usize = 4;
/// The points between which the edges of a run lie.
pub(super) type Run = [Point; RUN + 1];
/// Runs in a group.
const GROUP: usize = 8;

/// The boxes of up to eight runs, side by side so that one comparison serves several.
struct Group {
    area: Rect,
    x0: [f64; GROUP],
    y0: [f64; GROUP],
    x1: [f64; GROUP],
    y1: [f64; GROUP],
}

/// Boxes of all runs of an outline, in two levels.
#[derive(Default)]
pub(super) struct EdgeBoxes {
    groups: Vec<Group>,
    n_runs: usize,
}

const NOTHING: Rect = Rect {
    x0: f64::INFINITY,
    y0: f64::INFINITY,
    x1: f64::NEG_INFINITY,
    y1: f64::NEG_INFINITY,
};

/// Whether two boxes share at least a point.
#[inline]
pub(super) fn touch(a: &Rect, b: &Rect) -> bool {
    (a.x0 <= b.x1) & (a.x1 >= b.x0) & (a.y0 <= b.y1) & (a.y1 >= b.y0)
}

/// `f64::min` without its care for NaN, which costs a third of the time here.
#[inline]
pub(super) fn less(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

#[inline]
pub(super) fn more(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

impl Group {
    fn new() -> Self {
        Self {
            area: NOTHING,
            x0: [f64::INFINITY; GROUP],
            y0: [f64::INFINITY; GROUP],
            x1: [f64::NEG_INFINITY; GROUP],
            y1: [f64::NEG_INFINITY; GROUP],
        }
    }

    /// A bit for each run whose box touches `area`.
    #[inline]
    fn touching(&self, area: &Rect) -> u32 {
        bits(&self.x0, &self.y0, &self.x1, &self.y1, area)
    }

    #[inline]
    fn run(&self, lane: usize) -> Rect {
        Rect {
            x0: self.x0[lane],
            y0: self.y0[lane],
            x1: self.x1[lane],
            y1: self.y1[lane],
        }
    }
}

/// Places of the bits that are set.
#[inline]
fn lanes(mut bits: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lane = (bits != 0).then(|| bits.trailing_zeros() as usize)?;
        bits &= bits - 1;
        Some(lane)
    })
}

impl EdgeBoxes {
    pub fn with_capacity(n_runs: usize) -> Self {
        Self {
            groups: Vec::with_capacity(n_runs.div_ceil(GROUP)),
            n_runs: 0,
        }
    }

    /// Adds the next run.
    #[inline]
    pub fn push(&mut self, run: &Run) {
        let lane = self.n_runs % GROUP;
        self.n_runs += 1;
        if lane == 0 {
            self.groups.push(Group::new());
        }
        let [mut low, mut high] = [run[0]; 2];
        for point in &run[1..] {
            low = [less(point[0], low[0]), less(point[1], low[1])];
            high = [more(point[0], high[0]), more(point[1], high[1])];
        }
        if let Some(group) = self.groups.last_mut() {
            let area = &mut group.area;
            area.x0 = less(area.x0, low[0]);
            area.y0 = less(area.y0, low[1]);
            area.x1 = more(area.x1, high[0]);
            area.y1 = more(area.y1, high[1]);
            group.x0[lane] = low[0];
            group.y0[lane] = low[1];
            group.x1[lane] = high[0];
            group.y1[lane] = high[1];
        }
    }

    /// Calls `found` with every run that touches `area`; stops at the first `None`.
    #[inline]
    pub fn touching(&self, area: &Rect, mut found: impl FnMut(usize) -> Option<()>) -> Option<()> {
        for (group, first) in self.groups.iter().zip((0..).step_by(GROUP)) {
            if touch(&group.area, area) {
                for lane in lanes(group.touching(area)) {
                    found(first + lane)?;
                }
            }
        }
        Some(())
    }

    /// Calls `found` with every pair of runs whose boxes touch, and the box that they share; stops at the first `None`.
    #[inline]
    pub fn pairs(
        &self,
        other: &Self,
        mut found: impl FnMut(usize, usize, &Rect) -> Option<()>,
    ) -> Option<()> {
        for (ours, our_first) in self.groups.iter().zip((0..).step_by(GROUP)) {
            for (theirs, their_first) in other.groups.iter().zip((0..).step_by(GROUP)) {
                if !touch(&ours.area, &theirs.area) {
                    continue;
                }
                for lane in lanes(ours.touching(&theirs.area)) {
                    let run = ours.run(lane);
                    for their_lane in lanes(theirs.touching(&run)) {
                        let shared = shared(&run, &theirs.run(their_lane));
                        found(our_first + lane, their_first + their_lane, &shared)?;
                    }
                }
            }
        }
        Some(())
    }
}

#[inline]
fn shared(a: &Rect, b: &Rect) -> Rect {
    Rect {
        x0: more(a.x0, b.x0),
        y0: more(a.y0, b.y0),
        x1: less(a.x1, b.x1),
        y1: less(a.y1, b.y1),
    }
}

/// The boxes of the edges of one run.
pub(super) struct RunBoxes {
    x0: [f64; RUN],
    y0: [f64; RUN],
    x1: [f64; RUN],
    y1: [f64; RUN],
}

impl RunBoxes {
    #[inline]
    pub fn of(run: &Run) -> Self {
        let side = |axis: usize, pick: fn(f64, f64) -> f64| {
            std::array::from_fn(|edge| pick(run[edge][axis], run[edge + 1][axis]))
        };
        Self {
            x0: side(0, less),
            y0: side(1, less),
            x1: side(0, more),
            y1: side(1, more),
        }
    }

    /// Edges whose box touches `area`.
    #[inline]
    pub fn touching(&self, area: &Rect) -> impl Iterator<Item = usize> + use<> {
        lanes(bits(&self.x0, &self.y0, &self.x1, &self.y1, area))
    }

    #[inline]
    pub fn edge(&self, edge: usize) -> Rect {
        Rect {
            x0: self.x0[edge],
            y0: self.y0[edge],
            x1: self.x1[edge],
            y1: self.y1[edge],
        }
    }
}

/// A bit for each box that touches `area`.
#[inline]
fn bits<const N: usize>(
    x0: &[f64; N],
    y0: &[f64; N],
    x1: &[f64; N],
    y1: &[f64; N],
    area: &Rect,
) -> u32 {
    let mut found = 0;
    for lane in 0..N {
        let hit = (x0[lane] <= area.x1)
            & (x1[lane] >= area.x0)
            & (y0[lane] <= area.y1)
            & (y1[lane] >= area.y0);
        found |= u32::from(hit) << lane;
    }
    found
}
