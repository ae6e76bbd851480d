//! Stored values, slice by slice, as runs of each label: memory grows with the runs and one slice.

use super::fault::Fault;
use super::samples::{MAX_AT_ONCE, Samples};
use super::values::Values;
use crate::geometry::Mask;
use std::collections::BTreeMap;

/// Numbers of one slice, layers included.
const MAX_SLICE: u64 = 1 << 26;
/// Runs of all labels together; each takes 8 bytes.
const MAX_RUNS: u64 = 1 << 25;
/// Pictures of few grey values: more values than this, in runs shorter than this on average.
const MANY_LABELS: usize = 32;
const SHORT_RUN: u64 = 2;

/// How stored numbers follow each other: layers fastest, then x, y and slices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    pub size: [u32; 3],
    /// Where the stored voxels lie in the grid that is read, where that is larger.
    pub window: Option<Window>,
    /// Values of each voxel; 1 but for segmentations whose segments overlap.
    pub n_layers: u32,
    /// Whether the stored first axis runs along the slice's columns.
    pub is_exchanged: bool,
    /// Whether the stored first and second axes are turned round.
    pub is_flipped: [bool; 2],
    /// Whether the header says that the values are labels.
    pub is_certain: bool,
}

/// A part of a larger grid, which holds nothing beside it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// The larger grid.
    pub size: [u32; 3],
    /// Its voxel that the first stored one is.
    pub first: [u32; 3],
}

impl Layout {
    /// The grid that is read.
    pub fn grid_size(&self) -> [u32; 3] {
        self.window.map_or(self.size, |window| window.size)
    }

    /// Width and height of a slice once it is turned.
    pub fn size_px(&self) -> (u32, u32) {
        let [x, y, _] = self.grid_size();
        if self.is_exchanged { (y, x) } else { (x, y) }
    }

    /// Numbers that are stored, checked against what may be read.
    pub fn n_values(&self, max_pixels: u64) -> Result<u64, Fault> {
        let n_voxels =
            |size: [u32; 3]| size.map(u64::from).into_iter().fold(1, u64::saturating_mul);
        if n_voxels(self.size) == 0 {
            return Err(Fault::invalid("has an axis without voxels"));
        }
        let grid = self.grid_size();
        if n_voxels(grid) > max_pixels {
            return Err(Fault::unsupported(format!(
                "has {} voxels; the limit is {max_pixels}",
                n_voxels(grid)
            )));
        }
        let n_layers = u64::from(self.n_layers);
        let n_slice = n_voxels([grid[0], grid[1], 1]);
        if n_slice.saturating_mul(n_layers) > MAX_SLICE {
            return Err(Fault::unsupported(format!(
                "has {n_slice} voxels a slice in {n_layers} layers; at most {MAX_SLICE} can be read at once"
            )));
        }
        Ok(n_voxels(self.size).saturating_mul(n_layers))
    }
}

/// Slices of one label, by stored slice number.
pub type Slices = Vec<(u32, Mask)>;

/// What a file draws: the slices of each layer's labels.
#[derive(Debug, Default)]
pub struct LabelRuns {
    pub layers: Vec<BTreeMap<i64, Slices>>,
    /// The values were probabilities, cut at one half.
    pub is_probability: bool,
}

/// Reads all values; `layout.n_values` must have accepted the size.
pub fn read_labels(samples: &mut dyn Samples, layout: &Layout) -> Result<LabelRuns, Fault> {
    let (width, height) = layout.size_px();
    let n_slice = width as usize * height as usize;
    let n_layers = layout.n_layers as usize;
    let mut codes = vec![0_u32; n_slice * n_layers];
    let n_stored = layout.size[0] as usize * layout.size[1] as usize * n_layers;
    let first_slice = layout.window.map_or(0, |window| window.first[2]);
    let mut row = vec![0.0; MAX_AT_ONCE.min(n_stored)];
    let mut values = Values::new(layout.is_certain);
    let mut layers: Vec<BTreeMap<i64, Slices>> = vec![BTreeMap::new(); n_layers];
    let mut open: Vec<Vec<u32>> = Vec::new();
    let (mut n_runs, mut n_set) = (0_u64, 0_u64);
    for slice in 0..layout.size[2] {
        let mut places = Places::new(layout);
        let mut left = n_stored;
        while left > 0 {
            let n = left.min(row.len());
            let row = &mut row[..n];
            samples.read(row)?;
            left -= n;
            for value in row {
                let code = values.code(*value)?;
                let (layer, at) = places.next_place();
                codes[layer * n_slice + at] = code;
            }
        }
        for (layer, codes) in codes.chunks_exact(n_slice).enumerate() {
            open.resize_with(values.of_code.len() + 1, Vec::new);
            n_runs += runs(codes, &mut open, &mut n_set);
            if n_runs > MAX_RUNS {
                return Err(Fault::unsupported(format!(
                    "its labels change more than {MAX_RUNS} times along its rows; a mask does not"
                )));
            }
            for (code, bounds) in open.iter_mut().enumerate().skip(1) {
                if !bounds.is_empty() {
                    let mut own = std::mem::take(bounds);
                    own.shrink_to_fit();
                    let mask = Mask::from_bounds(width, height, own)?;
                    let label = values.of_code[code - 1];
                    layers[layer]
                        .entry(label)
                        .or_default()
                        .push((first_slice + slice, mask));
                }
            }
        }
    }
    if !layout.is_certain && values.of_code.len() > MANY_LABELS && n_set < SHORT_RUN * n_runs {
        return Err(Fault::picture(format!(
            "holds {} values in runs of less than {SHORT_RUN} voxels: a picture, and no label map",
            values.of_code.len()
        )));
    }
    Ok(LabelRuns {
        layers,
        is_probability: values.is_probability,
    })
}

/// Appends a slice's runs to the bounds of their codes; how many there were.
fn runs(codes: &[u32], open: &mut [Vec<u32>], n_set: &mut u64) -> u64 {
    let (mut at, mut n_runs) = (0, 0);
    while let Some(&code) = codes.get(at) {
        let start = at;
        at += codes[start..]
            .iter()
            .position(|other| *other != code)
            .unwrap_or(codes.len() - start);
        if code != 0
            && let Some(bounds) = open.get_mut(code as usize)
        {
            bounds.extend([start as u32, at as u32]);
            n_runs += 1;
            *n_set += (at - start) as u64;
        }
    }
    n_runs
}

/// Where the numbers of a slice belong, in the order in which they are stored.
struct Places {
    size: [usize; 2],
    n_layers: usize,
    /// Steps in the turned slice along the stored axes, and where it begins.
    steps: [isize; 2],
    first: isize,
    layer: usize,
    stored: [usize; 2],
}

impl Places {
    fn new(layout: &Layout) -> Self {
        let [x, y, _] = layout.grid_size().map(|n| n as usize);
        let strides = if layout.is_exchanged {
            [y as isize, 1]
        } else {
            [1, x as isize]
        };
        let from = layout.window.map_or([0; 3], |window| window.first);
        let mut first = 0;
        let mut steps = strides;
        for (axis, n) in [x, y].into_iter().enumerate() {
            if layout.is_flipped[axis] {
                first += (n as isize - 1) * strides[axis];
                steps[axis] = -strides[axis];
            }
            first += from[axis] as isize * steps[axis];
        }
        Self {
            size: [layout.size[0] as usize, layout.size[1] as usize],
            n_layers: layout.n_layers as usize,
            steps,
            first,
            layer: 0,
            stored: [0, 0],
        }
    }

    /// Layer and place in the slice of the next number.
    fn next_place(&mut self) -> (usize, usize) {
        let [x, y] = self.stored;
        let at = self.first + x as isize * self.steps[0] + y as isize * self.steps[1];
        let found = (self.layer, at as usize);
        self.layer += 1;
        if self.layer == self.n_layers {
            self.layer = 0;
            self.stored[0] += 1;
            if self.stored[0] == self.size[0] {
                self.stored = [0, y + 1];
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{SampleFault, Samples};
    use super::*;

    struct Given<'a>(Box<dyn Iterator<Item = f64> + 'a>);

    impl Samples for Given<'_> {
        fn read(&mut self, row: &mut [f64]) -> Result<(), SampleFault> {
            for value in row {
                *value = self.0.next().ok_or(SampleFault::CutShort)?;
            }
            Ok(())
        }
    }

    fn layout(size: [u32; 3]) -> Layout {
        Layout {
            size,
            window: None,
            n_layers: 1,
            is_exchanged: false,
            is_flipped: [false; 2],
            is_certain: false,
        }
    }

    fn read(values: &[f64], layout: &Layout) -> Result<LabelRuns, Fault> {
        read_labels(&mut Given(Box::new(values.iter().copied())), layout)
    }

    fn bounds(slices: &Slices) -> Vec<(u32, Vec<u32>)> {
        let own = |(slice, mask): &(u32, Mask)| (*slice, mask.bounds().to_vec());
        slices.iter().map(own).collect()
    }

    #[test]
    fn slices_are_turned_before_runs_are_made() {
        let values = [1.0, 2.0, 0.0, 1.0, 0.0, 0.0];
        let plain = read(&values, &layout([3, 2, 1])).unwrap();
        assert_eq!(bounds(&plain.layers[0][&1]), [(0, vec![0, 1, 3, 4])]);
        let turned = Layout {
            is_exchanged: true,
            is_flipped: [true, false],
            ..layout([3, 2, 1])
        };
        // Columns y = 0, 1; rows x = 2, 1, 0: [0 0 / 2 0 / 1 1].
        let turned = read(&values, &turned).unwrap();
        assert_eq!(bounds(&turned.layers[0][&1]), [(0, vec![4, 6])]);
        assert_eq!(bounds(&turned.layers[0][&2]), [(0, vec![2, 3])]);
    }

    #[test]
    fn layers_are_told_apart_though_their_values_are_equal() {
        let layout = Layout {
            n_layers: 2,
            ..layout([2, 1, 2])
        };
        let found = read(&[1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0], &layout).unwrap();
        assert_eq!(bounds(&found.layers[0][&1]), [(0, vec![0, 2])]);
        assert_eq!(
            bounds(&found.layers[1][&1]),
            [(0, vec![1, 2]), (1, vec![0, 1])]
        );
    }

    #[test]
    fn a_window_is_laid_into_its_grid() {
        let layout = Layout {
            window: Some(Window {
                size: [5, 3, 4],
                first: [1, 1, 2],
            }),
            is_flipped: [true, false],
            ..layout([2, 2, 1])
        };
        assert_eq!(layout.n_values(60).unwrap(), 4);
        assert!(layout.n_values(59).is_err());
        let found = read(&[1.0, 2.0, 0.0, 2.0], &layout).unwrap();
        // Columns from the right: stored (0, 0) is grid (1, 1), turned column 3 of row 1.
        assert_eq!(bounds(&found.layers[0][&1]), [(2, vec![8, 9])]);
        assert_eq!(bounds(&found.layers[0][&2]), [(2, vec![7, 8, 12, 13])]);
    }

    #[test]
    fn probabilities_are_cut_at_one_half_and_pictures_are_refused() {
        let found = read(&[1.0, 0.0, 0.5, 0.499], &layout([4, 1, 1])).unwrap();
        assert!(found.is_probability);
        assert_eq!(bounds(&found.layers[0][&1]), [(0, vec![0, 1, 2, 3])]);
        for values in [[2.0, 0.5], [0.5, 2.0], [-1.0, 0.0], [1.5, 0.0]] {
            assert!(read(&values, &layout([2, 1, 1])).is_err(), "{values:?}");
        }
        assert!(read(&[f64::NAN], &layout([1, 1, 1])).is_err());
    }

    #[test]
    fn whole_numbers_that_were_scaled_are_labels() {
        let found = read(&[1.000_000_35, 0.999_9, 3.0], &layout([3, 1, 1])).unwrap();
        assert!(!found.is_probability);
        assert_eq!(bounds(&found.layers[0][&1]), [(0, vec![0, 2])]);
        assert_eq!(bounds(&found.layers[0][&3]), [(0, vec![2, 3])]);
    }

    #[test]
    fn a_picture_of_few_grey_values_is_told_by_its_short_runs() {
        let grey: Vec<f64> = (0..400).map(|at| f64::from(at * 7 % 40)).collect();
        assert!(matches!(
            read(&grey, &layout([20, 20, 1])),
            Err(Fault::File {
                reason: crate::domain::SkipReason::NotAnnotation,
                ..
            })
        ));
        let certain = Layout {
            is_certain: true,
            ..layout([20, 20, 1])
        };
        assert!(read(&grey, &certain).is_ok());
    }
}
