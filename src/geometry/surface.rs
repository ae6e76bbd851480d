//! Distances between the surfaces of two masks or volumes: computed once, read many times.

use rayon::join;

use super::distance_transform::{Lattice, MOST_ROWS, Points};
use super::error::positive;
use super::mask::PixelBox;
use super::surface_elements::{areas, lengths};
use super::{GeometryError, Mask, Volume};

/// Most lattice points that one comparison may hold in memory (at most 10 bytes each, for one side at a time).
const MOST_POINTS: u64 = 1 << 28;
/// Distances and shares that meet their limit but for rounding do meet it.
const ROUNDING: f64 = 1e-9;

/// The surface elements of two shapes with their distances to the other's surface.
///
/// # Definition
/// Elements sit at pixel corners, where the 2x2 (2x2x2) block around is neither empty nor full; each has the length (area) of its
/// marching-squares (-cubes) piece. Its distance is the Euclidean distance to the nearest element of the other shape. Beyond the
/// image all is unset, so a shape that touches the image border has a surface there.
///
/// # Reference
/// Nikolov et al. 2021, J Med Internet Res 23(7):e26151, doi:10.2196/26151.
///
/// # Checked against
/// surface-distance 0.1, `tests/oracles/surface_distance/`.
#[derive(Clone, Debug, PartialEq)]
pub struct SurfaceDistances {
    a: Vec<SurfaceElement>,
    b: Vec<SurfaceElement>,
    a_is_empty: bool,
    b_is_empty: bool,
}

/// An element's distance to the other surface, and its own length or area.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurfaceElement {
    pub distance: f64,
    pub size: f64,
}

impl SurfaceDistances {
    /// Between two masks, on a spacing of `[y, x]`.
    ///
    /// # Errors
    /// `SizeMismatch`; a spacing that is not positive; a window too large to hold.
    pub fn of_masks(a: &Mask, b: &Mask, spacing: [f64; 2]) -> Result<Self, GeometryError> {
        a.check_size(b)?;
        let spacing = checked(spacing)?;
        let Some(area) = around(a.bounding_box(), b.bounding_box()) else {
            return Ok(Self::without_distances(true, true));
        };
        let lattice = lattice(1, area, [1.0, spacing[0], spacing[1]])?;
        if a.is_empty() || b.is_empty() {
            return Ok(Self::without_distances(a.is_empty(), b.is_empty()));
        }
        let table = lengths(spacing);
        let [elements_a, elements_b] = [a, b].map(|mask| Border::of_mask(mask, area, &table));
        Ok(Self::between(lattice, elements_a, elements_b))
    }

    /// Between two volumes, on a spacing of `[z, y, x]`.
    ///
    /// # Definition
    /// Slices take their place on a regular grid: for positions in micrometres the step is the spacing along z (each gap may be off
    /// by 5 % of a step, as rounded exports are); for slice numbers the step is 1.
    ///
    /// # Errors
    /// As for masks; `AxisMismatch`; `IrregularSlices` when a slice lies off the grid.
    pub fn of_volumes(a: &Volume, b: &Volume, spacing: [f64; 3]) -> Result<Self, GeometryError> {
        a.check_grid(b)?;
        let spacing = checked(spacing)?;
        let boxes = a.slices().iter().chain(b.slices());
        let boxes = boxes.map(|(_, mask)| mask.bounding_box());
        let Some(area) = boxes.fold(None, around) else {
            return Ok(Self::without_distances(true, true));
        };
        let layers = super::slice_grid::Layers::new(a, b, spacing[0])?;
        let lattice = lattice(layers.n_layers, area, spacing)?;
        if a.is_empty() || b.is_empty() {
            return Ok(Self::without_distances(a.is_empty(), b.is_empty()));
        }
        let table = areas(spacing);
        let border = |volume: &Volume, layers: &[usize]| {
            let slices = volume.slices().iter().map(|(_, mask)| mask);
            Border::of_slices(
                slices.zip(layers.iter().copied()),
                area,
                lattice.shape[0],
                &table,
            )
        };
        let (elements_a, elements_b) = join(|| border(a, &layers.of_a), || border(b, &layers.of_b));
        Ok(Self::between(lattice, elements_a, elements_b))
    }

    fn without_distances(a_is_empty: bool, b_is_empty: bool) -> Self {
        Self {
            a: Vec::new(),
            b: Vec::new(),
            a_is_empty,
            b_is_empty,
        }
    }

    fn between(lattice: Lattice, a: Border, b: Border) -> Self {
        let to_b = a.elements(lattice.distances(&a.points, &b.points));
        let to_a = b.elements(lattice.distances(&b.points, &a.points));
        Self {
            a: to_b,
            b: to_a,
            a_is_empty: false,
            b_is_empty: false,
        }
    }

    pub fn a_is_empty(&self) -> bool {
        self.a_is_empty
    }

    pub fn b_is_empty(&self) -> bool {
        self.b_is_empty
    }

    /// Elements of a and of b, by rising distance; none where a shape is empty.
    pub fn elements(&self) -> [&[SurfaceElement]; 2] {
        [&self.a, &self.b]
    }

    /// Greatest distance from a to b and from b to a; `None` where a shape is empty.
    pub fn maximum(&self) -> Option<[f64; 2]> {
        Some([self.a.last()?.distance, self.b.last()?.distance])
    }

    /// The least distance within which `percent` of a surface lies, from a to b and from b to a; `None` where a shape is empty.
    pub fn percentile(&self, percent: f64) -> Option<[f64; 2]> {
        Some([percentile(&self.a, percent)?, percentile(&self.b, percent)?])
    }

    /// Mean distance over both surfaces, weighted by size; `None` where a shape is empty.
    pub fn mean(&self) -> Option<f64> {
        // Each side is summed on its own, so that exchanging the shapes changes nothing, not even rounding.
        let side = |elements: &[SurfaceElement]| {
            elements.iter().fold((0.0, 0.0), |(moment, size), element| {
                (
                    moment + element.distance * element.size,
                    size + element.size,
                )
            })
        };
        let (of_a, of_b) = (side(&self.a), side(&self.b));
        let size = of_a.1 + of_b.1;
        (size > 0.0).then(|| (of_a.0 + of_b.0) / size)
    }

    /// Share of both surfaces within `tolerance` of the other; `None` where a shape is empty.
    pub fn share_within(&self, tolerance: f64) -> Option<f64> {
        let limit = tolerance * (1.0 + ROUNDING);
        let side = |elements: &[SurfaceElement]| {
            elements.iter().fold((0.0, 0.0), |(within, size), element| {
                let counts = element.distance <= limit;
                let added = if counts { element.size } else { 0.0 };
                (within + added, size + element.size)
            })
        };
        let (of_a, of_b) = (side(&self.a), side(&self.b));
        let size = of_a.1 + of_b.1;
        (size > 0.0).then(|| (of_a.0 + of_b.0) / size)
    }
}

fn percentile(elements: &[SurfaceElement], percent: f64) -> Option<f64> {
    let size: f64 = elements.iter().map(|element| element.size).sum();
    let enough = size * (percent / 100.0) * (1.0 - ROUNDING);
    let mut passed = 0.0;
    let reached = elements.iter().find(|element| {
        passed += element.size;
        passed >= enough
    });
    reached.or(elements.last()).map(|element| element.distance)
}

fn checked<const N: usize>(spacing: [f64; N]) -> Result<[f64; N], GeometryError> {
    for value in spacing {
        positive("spacing", value)?;
    }
    Ok(spacing)
}

fn around(a: Option<PixelBox>, b: Option<PixelBox>) -> Option<PixelBox> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.around(&b)),
        (one, other) => one.or(other),
    }
}

/// The lattice of pixel corners of a window; a single layer stays one.
fn lattice(n_layers: usize, area: PixelBox, spacing: [f64; 3]) -> Result<Lattice, GeometryError> {
    let shape = [
        n_layers,
        area.height_px() as usize + 1,
        area.width_px() as usize + 1,
    ];
    let n_points = shape
        .iter()
        .fold(1_u64, |n, &side| n.saturating_mul(side as u64));
    if n_points > MOST_POINTS || shape[1] > MOST_ROWS {
        return Err(GeometryError::TooLarge {
            n_voxels: n_points,
            limit: MOST_POINTS,
        });
    }
    Ok(Lattice { shape, spacing })
}

/// Surface elements in the order of the lattice.
#[derive(Default)]
struct Border {
    points: Points,
    sizes: Vec<f64>,
}

impl Border {
    fn of_mask(mask: &Mask, area: PixelBox, lengths: &[f64; 16]) -> Self {
        let (width, height) = (area.width_px() as usize, area.height_px() as usize);
        let pixels = layer(Some(mask), area);
        let mut border = Self::default();
        let mut codes = vec![0_u8; width + 1];
        for y in 0..=height {
            let rows = pixels[y * (width + 2)..].split_at(width + 2);
            let pair = |x: usize| rows.0[x] << 3 | rows.1[x] << 1;
            for (x, code) in codes.iter_mut().enumerate() {
                *code = pair(x) | pair(x + 1) >> 1;
            }
            border.push_row(0, y, &codes, 0b1111, lengths);
        }
        border
    }

    /// Slices with their layers; layer `z` of the lattice lies between slice layers `z - 1` and `z`.
    fn of_slices<'a>(
        slices: impl Iterator<Item = (&'a Mask, usize)>,
        area: PixelBox,
        n_layers: usize,
        areas: &[f64; 256],
    ) -> Self {
        let (width, height) = (area.width_px() as usize, area.height_px() as usize);
        let mut slices = slices.peekable();
        let mut border = Self::default();
        let empty = layer(None, area);
        let (mut below, mut codes) = (None, vec![0_u8; width + 1]);
        let mut quads = vec![0_u8; width + 2];
        for z in 0..n_layers {
            let above = below;
            let here = slices.next_if(|(_, at)| *at == z);
            below = here.map(|(mask, _)| layer(Some(mask), area));
            if above.is_none() && below.is_none() {
                continue;
            }
            let (upper, lower) = (
                above.as_ref().unwrap_or(&empty),
                below.as_ref().unwrap_or(&empty),
            );
            for y in 0..=height {
                let at = y * (width + 2);
                let rows = [upper, lower].map(|pixels| pixels[at..].split_at(width + 2));
                let rows = rows.map(|(first, second)| (first, &second[..width + 2]));
                let columns = rows[0]
                    .0
                    .iter()
                    .zip(rows[0].1)
                    .zip(rows[1].0.iter().zip(rows[1].1));
                for (quad, ((a, b), (c, d))) in quads.iter_mut().zip(columns) {
                    *quad = a << 7 | b << 5 | c << 3 | d << 1;
                }
                for (code, pair) in codes.iter_mut().zip(quads.windows(2)) {
                    *code = pair[0] | pair[1] >> 1;
                }
                border.push_row(z, y, &codes, 0xff, areas);
            }
        }
        border
    }

    fn push_row(&mut self, z: usize, y: usize, codes: &[u8], full: u8, sizes: &[f64]) {
        let on_border = codes
            .iter()
            .enumerate()
            .filter(|&(_, &code)| code != 0 && code != full);
        let sizes_before = &mut self.sizes;
        let x = on_border.map(|(x, &code)| {
            sizes_before.push(sizes[usize::from(code)]);
            x as u32
        });
        self.points.push_row(z as u32, y as u32, x);
    }

    /// The elements by rising distance.
    fn elements(&self, distances: Vec<f64>) -> Vec<SurfaceElement> {
        let pairs = distances.into_iter().zip(&self.sizes);
        let mut elements: Vec<_> = pairs
            .map(|(distance, &size)| SurfaceElement { distance, size })
            .collect();
        // Sizes settle ties, so that sums do not depend on which shape came first.
        elements.sort_unstable_by(|p, q| {
            let by_distance = p.distance.total_cmp(&q.distance);
            by_distance.then(p.size.total_cmp(&q.size))
        });
        elements
    }
}

/// The pixels of a window as 0 and 1, with a border of one unset pixel all round.
fn layer(mask: Option<&Mask>, area: PixelBox) -> Vec<u8> {
    let (width, height) = (area.width_px() as usize + 2, area.height_px() as usize + 2);
    let mut pixels = vec![0; width * height];
    for span in mask.into_iter().flat_map(Mask::spans) {
        let row = (span.y - area.y0 + 1) as usize * width + 1;
        let (from, to) = ((span.x0 - area.x0) as usize, (span.x1 - area.x0) as usize);
        pixels[row + from..row + to].fill(1);
    }
    pixels
}

#[cfg(test)]
mod tests;
