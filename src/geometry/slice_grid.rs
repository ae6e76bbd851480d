//! The regular grid that sparse slices must lie on before surfaces can be drawn through them.

use super::volume::same_position;
use super::{GeometryError, SliceAxis, Volume};

/// How far a gap between two slices may be off a whole number of steps, as a share of one step.
const STEP_TOLERANCE: f64 = 0.05;

/// Layers of two volumes on one common grid, counted from the first slice of either.
#[derive(Debug, PartialEq)]
pub(super) struct Layers {
    pub of_a: Vec<usize>,
    pub of_b: Vec<usize>,
    /// Layers of the lattice of corners: one more than there are layers of voxels.
    pub n_layers: usize,
}

impl Layers {
    pub fn new(a: &Volume, b: &Volume, spacing_mm: f64) -> Result<Self, GeometryError> {
        let axis = a.axis();
        let step = match axis {
            SliceAxis::Index => 1.0,
            SliceAxis::Micrometres => spacing_mm * 1000.0,
        };
        let keys = |volume: &Volume| {
            volume
                .slices()
                .iter()
                .map(|(key, _)| *key)
                .collect::<Vec<_>>()
        };
        let (keys_a, keys_b) = (keys(a), keys(b));
        let mut all: Vec<i64> = keys_a.iter().chain(&keys_b).copied().collect();
        all.sort_unstable();
        let mut layers = Vec::with_capacity(all.len());
        let mut before: Option<(i64, usize)> = None;
        for key in all {
            let layer = match before {
                None => 0,
                Some((last, layer)) if same_position(axis, last, key) => layer,
                Some((last, layer)) => {
                    let gap = last.abs_diff(key) as f64 / step;
                    if gap.round() < 1.0 || (gap - gap.round()).abs() > STEP_TOLERANCE {
                        return Err(GeometryError::IrregularSlices {
                            step: step.round() as i64,
                            found: key,
                        });
                    }
                    layer.saturating_add(gap.round() as usize)
                }
            };
            before = Some((key, layer));
            layers.push((key, layer));
        }
        let place = |keys: Vec<i64>| -> Vec<usize> {
            let layer = |key| layers.partition_point(|&(other, _)| other < key);
            keys.into_iter()
                .filter_map(|key| layers.get(layer(key)))
                .map(|&(_, layer)| layer)
                .collect()
        };
        Ok(Self {
            of_a: place(keys_a),
            of_b: place(keys_b),
            n_layers: before.map_or(0, |(_, layer)| layer.saturating_add(2)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Mask;

    fn volume(axis: SliceAxis, keys: &[i64]) -> Volume {
        let dot = Mask::from_bounds(2, 2, vec![0, 1]).unwrap();
        let slices = keys.iter().map(|&key| (key, dot.clone())).collect();
        Volume::new(2, 2, axis, slices).unwrap()
    }

    #[test]
    fn positions_take_layers_of_the_spacing() {
        let a = volume(SliceAxis::Micrometres, &[-2_500, 0, 5_001]);
        let b = volume(SliceAxis::Micrometres, &[0, 2_499]);
        let layers = Layers::new(&a, &b, 2.5).unwrap();
        assert_eq!((layers.of_a, layers.of_b), (vec![0, 1, 3], vec![1, 2]));
        assert_eq!(layers.n_layers, 5);
    }

    #[test]
    fn positions_a_micrometre_apart_share_a_layer() {
        let a = volume(SliceAxis::Micrometres, &[1_250]);
        let b = volume(SliceAxis::Micrometres, &[1_251]);
        let layers = Layers::new(&a, &b, 1.25).unwrap();
        assert_eq!((layers.of_a, layers.of_b), (vec![0], vec![0]));
    }

    #[test]
    fn a_slice_off_the_grid_is_named() {
        let a = volume(SliceAxis::Micrometres, &[0, 2_500]);
        let b = volume(SliceAxis::Micrometres, &[0, 1_000]);
        let error = Layers::new(&a, &b, 2.5).unwrap_err();
        let expected = GeometryError::IrregularSlices {
            step: 2_500,
            found: 1_000,
        };
        assert_eq!(error, expected);
    }

    #[test]
    fn slice_numbers_count_steps_whatever_the_spacing() {
        let a = volume(SliceAxis::Index, &[10, 12]);
        let layers = Layers::new(&a, &volume(SliceAxis::Index, &[]), 0.3).unwrap();
        assert_eq!((layers.of_a, layers.n_layers), (vec![0, 2], 4));
    }
}
