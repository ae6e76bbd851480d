//! The grid that a label map is written on.

use super::direction::{nearest, upright};
use crate::domain::{
    Annotation, EXACT_GRID_ATTRIBUTE, GRID_ATTRIBUTE, Item, Shape, grid_of_exact_words,
    grid_of_words, grid_words,
};
use crate::geometry::{Grid, SliceAxis};
use std::collections::BTreeMap;

/// The most voxels along an axis that NIfTI-1 can state.
const MAX_SIDE: u64 = 32_767;
/// How far a slice may lie off a whole number of steps, as a share of one, and still be meant to lie on one.
const STEP_TOLERANCE: f64 = 0.05;

/// What tells grids apart: whether it is a volume, size, what slices count, and the grid in words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Whether slices lie in the patient or are counted; `None` for a plain image.
    axis: Option<bool>,
    size_px: (u32, u32),
    words: Option<String>,
}

impl Place {
    /// The grid of a mask or volume; `None` for other shapes.
    pub fn of(annotation: &Annotation) -> Option<Self> {
        let words = annotation.attributes.get(GRID_ATTRIBUTE).cloned();
        match &annotation.shape {
            Shape::Mask(mask) => Some(Self {
                axis: None,
                size_px: (mask.width_px(), mask.height_px()),
                words,
            }),
            Shape::Volume(volume) => Some(Self {
                axis: Some(volume.axis() == SliceAxis::Micrometres),
                size_px: (volume.width_px(), volume.height_px()),
                words,
            }),
            _ => None,
        }
    }

    /// The grid of an item on which nothing is drawn, where its size is known.
    pub fn as_stored(item: &Item) -> Option<Self> {
        Some(Self {
            axis: item.n_slices.filter(|n| *n > 1).map(|_| false),
            size_px: (item.width_px?, item.height_px?),
            words: None,
        })
    }
}

/// Where the slices of all volumes of one item and grid lie.
#[derive(Clone, Copy, Debug)]
struct Extent {
    low: i64,
    high: i64,
    /// The smallest distance of two slices of one volume.
    step: Option<i64>,
}

/// What all annotations on one grid say of it.
#[derive(Default)]
struct Known {
    extent: Option<Extent>,
    /// In-plane origin and direction with every digit, as the first says that states them.
    exact: Option<([f64; 2], [f64; 9])>,
}

/// The grids of every item, so that all readings of an item are written on one.
#[derive(Default)]
pub(super) struct Extents(BTreeMap<String, BTreeMap<Place, Known>>);

impl Extents {
    pub fn add(&mut self, item: &str, annotation: &Annotation) {
        let Some(place) = Place::of(annotation) else {
            return;
        };
        let known = self.0.entry(item.to_owned()).or_default();
        let Known { extent, exact } = known.entry(place).or_default();
        if exact.is_none() {
            let words = annotation.attributes.get(EXACT_GRID_ATTRIBUTE);
            *exact = words.and_then(|words| grid_of_exact_words(words));
        }
        if let Shape::Volume(volume) = &annotation.shape {
            let mut before = None;
            for &(key, _) in volume.slices() {
                let own = extent.get_or_insert(Extent {
                    low: key,
                    high: key,
                    step: None,
                });
                own.low = own.low.min(key);
                own.high = own.high.max(key);
                if let Some(gap) = before
                    .map(|before: i64| key - before)
                    .filter(|gap| *gap > 1)
                {
                    own.step = Some(own.step.map_or(gap, |step| step.min(gap)));
                }
                before = Some(key);
            }
        }
    }

    /// The first grid that something of the item is drawn on.
    pub fn first(&self, item: &str) -> Option<&Place> {
        self.0.get(item)?.keys().next()
    }

    /// The grid to write on.
    pub fn frame(&self, item: &Item, place: &Place) -> Result<Frame, &'static str> {
        let nothing = Known::default();
        let known = self.0.get(&item.key).and_then(|known| known.get(place));
        Frame::of(item, place, known.unwrap_or(&nothing))
    }
}

/// A grid as NIfTI states it.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// Columns, rows and slices.
    pub size: [u32; 3],
    pub is_plane: bool,
    /// Along columns, rows and slices; 0 where it is not known.
    pub spacing_xyz_mm: [f64; 3],
    /// Directions of columns, rows and slices, and the first voxel's centre, in LPS.
    pub placed: Option<([[f64; 3]; 3], [f64; 3])>,
    first_key: i64,
    step: f64,
}

impl Frame {
    fn of(item: &Item, place: &Place, known: &Known) -> Result<Self, &'static str> {
        let extent = known.extent;
        let (width, height) = place.size_px;
        if u64::from(width.max(height)) > MAX_SIDE {
            return Err("NIfTI-1 has at most 32767 voxels along an axis");
        }
        let stated = match &place.words {
            Some(words) => {
                Some(grid_of_words(words).ok_or("its grid is stated in words of another tool")?)
            }
            None => None,
        };
        let spacing = spacing_yx(item, stated.as_ref());
        let [y, x] = spacing.unwrap_or([0.0; 2]);
        let mut frame = Self {
            size: [width, height, 1],
            is_plane: place.axis.is_none(),
            spacing_xyz_mm: [x, y, 0.0],
            placed: None,
            first_key: 0,
            step: 1.0,
        };
        let slice_mm = item.spacing_mm.map(|[z, ..]| z).filter(|z| *z > 0.0);
        let n_slices = match place.axis {
            None => 1,
            Some(false) => {
                match slice_mm {
                    Some(z) => frame.spacing_xyz_mm[2] = z,
                    // Part of a spacing cannot be stated.
                    None if stated.is_some_and(|grid| grid.spacing_mm.is_some()) => {
                        return Err("the distance of its slices is not known");
                    }
                    None => frame.spacing_xyz_mm = [0.0; 3],
                }
                if extent.is_some_and(|extent| extent.low < 0) {
                    return Err("NIfTI counts slices from 0 on");
                }
                let last = extent.map_or(0, |extent| extent.high.unsigned_abs());
                last.saturating_add(1)
                    .max(item.n_slices.map_or(1, u64::from))
            }
            Some(true) => frame.place_slices(stated.as_ref(), known, slice_mm)?,
        };
        frame.size[2] = u32::try_from(n_slices)
            .ok()
            .filter(|n| u64::from(*n) <= MAX_SIDE)
            .ok_or("NIfTI-1 has at most 32767 voxels along an axis")?;
        Ok(frame)
    }

    /// Places the slices of a volume in the patient; how many there are.
    fn place_slices(
        &mut self,
        stated: Option<&Grid>,
        known: &Known,
        slice_mm: Option<f64>,
    ) -> Result<u64, &'static str> {
        let unknown = "its volume does not say where it lies in the patient";
        let stated = stated.ok_or(unknown)?;
        let (Some([along_row, along_column, _]), Some(direction)) =
            (stated.origin_mm, stated.direction)
        else {
            return Err(unknown);
        };
        // Words are rounded: a thousandth of a direction is half a millimetre half a metre away.
        let (in_plane, directions) = match known.exact {
            Some((in_plane, direction)) => (in_plane, nearest_to(direction)),
            None => ([along_row, along_column], upright(direction)),
        };
        let [along_row, along_column] = in_plane;
        let directions = directions.ok_or("its directions are not at right angles")?;
        let extent = known
            .extent
            .ok_or("no slice of the item says where its slices lie")?;
        let span = extent.high as f64 - extent.low as f64;
        let steps_um = slice_mm.map(|mm| mm * 1000.0).into_iter();
        let mut steps_um = steps_um.chain(extent.step.map(|step| step as f64));
        let step = steps_um
            .find(|step| {
                let n = span / step;
                *step > 0.0 && (n - n.round()).abs() <= STEP_TOLERANCE
            })
            .ok_or("the distance of its slices is not known, or not regular")?;
        let n_steps = (span / step).round();
        // Of all slices together, so that rounded distances do not add up.
        self.step = if n_steps > 0.0 { span / n_steps } else { step };
        self.first_key = extent.low;
        self.spacing_xyz_mm[2] = self.step / 1000.0;
        let [row, column, normal] = directions;
        let along_normal = extent.low as f64 / 1000.0;
        let first = [0, 1, 2]
            .map(|at| row[at] * along_row + column[at] * along_column + normal[at] * along_normal);
        self.placed = Some((directions, first));
        if self.spacing_xyz_mm[..2].iter().any(|mm| *mm <= 0.0) {
            return Err("the distance of its pixels is not known");
        }
        Ok((n_steps as u64).saturating_add(1))
    }

    /// The number of the slice with this key; `None` where none lies there to the micrometre.
    pub fn slice(&self, key: i64) -> Option<u32> {
        let at = ((key as f64 - self.first_key as f64) / self.step).round();
        let is_there = (0.0..f64::from(self.size[2])).contains(&at)
            && (self.first_key as f64 + at * self.step - key as f64).abs() <= 1.0;
        is_there.then_some(at as u32)
    }
}

fn nearest_to([a, b, c, d, e, f, g, h, i]: [f64; 9]) -> Option<[[f64; 3]; 3]> {
    nearest([[a, b, c], [d, e, f], [g, h, i]])
}

/// The item's spacing, where the grid's words do not say another one.
fn spacing_yx(item: &Item, stated: Option<&Grid>) -> Option<[f64; 2]> {
    let of_item = item.spacing_mm.map(|[_, y, x]| [y, x]);
    let Some(stated) = stated else {
        return of_item;
    };
    let in_words = |spacing: Option<[f64; 2]>| {
        grid_words(&Grid {
            spacing_mm: spacing.map(|[y, x]| [0.0, y, x]),
            ..stated.clone()
        })
    };
    if in_words(of_item) == grid_words(stated) {
        of_item
    } else {
        stated.spacing_yx_mm()
    }
}
