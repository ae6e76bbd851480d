use super::*;

fn volume(slices: &[(i64, [u32; 2])]) -> Volume {
    let slices = slices
        .iter()
        .map(|(key, run)| (*key, Mask::from_bounds(4, 3, run.to_vec()).unwrap()))
        .collect();
    Volume::new(4, 3, SliceAxis::Index, slices).unwrap()
}

#[test]
fn slices_are_sorted_and_counted_by_key() {
    let a = volume(&[(5, [0, 4]), (2, [0, 2])]);
    let b = volume(&[(2, [1, 5]), (3, [0, 12]), (5, [2, 4])]);
    assert_eq!(a.slices()[0].0, 2);
    assert_eq!((a.voxels(), b.voxels()), (6, 18));
    assert_eq!(a.intersection_voxels(&b), Ok(3));
    assert_eq!(a.union_voxels(&b), Ok(21));
    assert_eq!(a.volume_mm3([2.0, 0.5, 0.5]), Ok(3.0));
}

#[test]
fn the_centroid_weighs_slices_by_their_pixels() {
    let a = volume(&[(0, [0, 1]), (3, [0, 2])]);
    assert_eq!(a.centroid(), Some([2.0, 0.5, 2.5 / 3.0]));
    assert_eq!(volume(&[]).centroid(), None);
}

#[test]
fn a_position_given_twice_is_refused() {
    let mask = Mask::empty(4, 3).unwrap();
    let twice = Volume::new(4, 3, SliceAxis::Index, vec![(1, mask.clone()), (1, mask)]);
    assert_eq!(twice, Err(GeometryError::DuplicateSlice { key: 1 }));
}

#[test]
fn positions_a_micrometre_apart_are_one_position() {
    let slice = |key| {
        let mask = Mask::from_bounds(4, 3, vec![0, 3]).unwrap();
        Volume::new(4, 3, SliceAxis::Micrometres, vec![(key, mask)]).unwrap()
    };
    assert_eq!(slice(1_250).intersection_voxels(&slice(1_251)), Ok(3));
    assert_eq!(slice(1_251).intersection_voxels(&slice(1_250)), Ok(3));
    assert_eq!(slice(1_250).intersection_voxels(&slice(1_252)), Ok(0));
    // Between two slices of the other: it meets one of them, not both.
    let mask = Mask::from_bounds(4, 3, vec![0, 3]).unwrap();
    let two = vec![(1_250, mask.clone()), (1_252, mask)];
    let two = Volume::new(4, 3, SliceAxis::Micrometres, two).unwrap();
    assert_eq!(two.intersection_voxels(&slice(1_251)), Ok(3));
    assert_eq!(slice(1_251).intersection_voxels(&two), Ok(3));
}

#[test]
fn volumes_placed_in_different_units_are_not_compared() {
    let a = volume(&[(0, [0, 1])]);
    let b = Volume::new(4, 3, SliceAxis::Micrometres, a.slices().to_vec()).unwrap();
    assert!(matches!(
        a.intersection_voxels(&b),
        Err(GeometryError::AxisMismatch { .. })
    ));
}
