//! How alike the shapes of two works are, for those that could meet at all.

use super::measure::keypoint_similarity;
use super::pairing::Entry;
use super::region::Region;
use crate::domain::{Item, Protocol, Shape};
use crate::geometry::SliceAxis;
use crate::matching::{Extent, scored};

/// Pairs `(a, b, similarity)` from the protocol's minimal overlap on.
///
/// # Errors
/// The reason why two shapes cannot be compared; too many pairs.
pub(super) fn scored_pairs(
    protocol: &Protocol,
    item: &Item,
    a: &[Entry<'_>],
    b: &[Entry<'_>],
) -> Result<Vec<(usize, usize, f64)>, String> {
    let regions_a: Vec<Region<'_>> = a.iter().map(|entry| Region::of(entry.annotation)).collect();
    let regions_b: Vec<Region<'_>> = b.iter().map(|entry| Region::of(entry.annotation)).collect();
    // Depths of two kinds cannot be compared: such volumes have to meet, so that the fault is found.
    let mut axes = regions_a.iter().chain(&regions_b).filter_map(slice_axis);
    let first = axes.next();
    let in_depth = axes.all(|axis| Some(axis) == first);
    let extents = |regions: &[Region<'_>]| -> Vec<Extent<3>> {
        let of = regions.iter();
        of.map(|region| search_extent(region, in_depth)).collect()
    };
    let similarity = |i: usize, j: usize| match (&a[i].annotation.shape, &b[j].annotation.shape) {
        (Shape::Keypoints(points_a), Shape::Keypoints(points_b)) => Ok(keypoint_similarity(
            protocol,
            item,
            a[i].annotation,
            points_a,
            points_b,
        )),
        _ => regions_a[i].iou(&regions_b[j]),
    };
    scored(
        &extents(&regions_a),
        &extents(&regions_b),
        protocol.matching.min_overlap,
        similarity,
    )
    .map_err(|error| error.to_string())
}

/// Where counterparts are looked for: cuboids in depth too, volumes if asked, all else on one slice.
fn search_extent(region: &Region<'_>, in_depth: bool) -> Extent<3> {
    match region {
        Region::Volume(volume) if in_depth => Extent::from(*volume),
        Region::Cuboid(cuboid) => Extent::from(*cuboid),
        _ => Extent::from(region.search_box()).at_depth(0.0, 1.0),
    }
}

fn slice_axis(region: &Region<'_>) -> Option<SliceAxis> {
    match region {
        Region::Volume(volume) => Some(volume.axis()),
        _ => None,
    }
}
