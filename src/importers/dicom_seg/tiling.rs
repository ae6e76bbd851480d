//! Where the frames of a whole-slide segmentation lie in its total pixel matrix.
//!
//! Format: DICOM PS3.3, C.7.6.17.3 and C.8.12.14.

use super::Fault;
use super::frames::Storage;
use super::header::{Frame, numbers, whole};
use super::segments::Segments;
use crate::importers::dicom_document::{items, text};
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

/// More tiles than any sensible file has.
const MAX_TILES: u64 = 1 << 20;
/// Tiles of one focal plane differ in depth by no more than this.
const DEPTH_TOLERANCE_UM: f64 = 0.1;

/// Columns and rows of the total pixel matrix, where the frames are tiles of one.
pub fn matrix(data_set: &InMemDicomObject) -> Result<Option<[u32; 2]>, Fault> {
    if !is_full(data_set) && data_set.get(tags::TOTAL_PIXEL_MATRIX_COLUMNS).is_none() {
        return Ok(None);
    }
    let planes = data_set.get(tags::TOTAL_PIXEL_MATRIX_FOCAL_PLANES);
    let n_planes = planes.and_then(|planes| planes.to_int::<u32>().ok());
    if let Some(n) = n_planes.filter(|n| *n > 1) {
        return Err(Fault::unsupported(format!(
            "has {n} focal planes; whole-slide segmentations of one are read"
        )));
    }
    Ok(Some([
        whole(data_set, tags::TOTAL_PIXEL_MATRIX_COLUMNS)?,
        whole(data_set, tags::TOTAL_PIXEL_MATRIX_ROWS)?,
    ]))
}

/// Whether all tiles are there, in the order of rows and columns, and none states its place.
pub fn is_full(data_set: &InMemDicomObject) -> bool {
    text(data_set, tags::DIMENSION_ORGANIZATION_TYPE).as_deref() == Some("TILED_FULL")
}

/// All tiles of one segment after another.
pub fn full(
    [width, height]: [u32; 2],
    tile_px: [u32; 2],
    n_frames: u32,
    storage: Storage,
    segments: &Segments,
) -> Result<Vec<Frame>, Fault> {
    if [width, height].contains(&0) || tile_px.contains(&0) {
        return Err(Fault::invalid(
            "its tiles or its total pixel matrix have no pixels",
        ));
    }
    let columns = u64::from(width.div_ceil(tile_px[0]));
    let rows = u64::from(height.div_ceil(tile_px[1]));
    let numbers: Vec<Option<u32>> = match storage {
        Storage::LabelMap { .. } => vec![None],
        Storage::Binary | Storage::Fractional { .. } => segments.numbers().map(Some).collect(),
    };
    let expected = columns
        .saturating_mul(rows)
        .saturating_mul(numbers.len() as u64);
    if expected != u64::from(n_frames) {
        return Err(Fault::invalid(format!(
            "has {n_frames} frames; {} segments of {columns}x{rows} tiles are {expected}; export it again",
            numbers.len()
        )));
    }
    if expected > MAX_TILES {
        return Err(Fault::unsupported(format!(
            "has {expected} tiles; the limit is {MAX_TILES}"
        )));
    }
    let tiles = || {
        let starts = |length: u32, tile: u32| (0..length).step_by(tile as usize);
        starts(height, tile_px[1]).flat_map(move |y| starts(width, tile_px[0]).map(move |x| [x, y]))
    };
    Ok(numbers
        .into_iter()
        .flat_map(|segment| {
            tiles().map(move |tile| Frame {
                segment,
                position_mm: None,
                source_image: None,
                tile: Some(tile),
            })
        })
        .collect())
}

/// Column and row of a tile that states its place, from 0.
pub fn place(position: Option<&InMemDicomObject>, matrix_px: [u32; 2]) -> Result<[u32; 2], String> {
    let position = position.ok_or("has no position in the total pixel matrix")?;
    let along = |tag, length: u32| {
        let from_one = position
            .get(tag)
            .and_then(|element| element.to_int::<i64>().ok());
        from_one
            .and_then(|at| u32::try_from(at - 1).ok())
            .filter(|at| *at < length)
            .ok_or_else(|| {
                format!(
                    "begins at {} in data element {tag}; 1 to {length} is needed",
                    from_one.map_or("no number".to_owned(), |at| at.to_string())
                )
            })
    };
    Ok([
        along(
            tags::COLUMN_POSITION_IN_TOTAL_IMAGE_PIXEL_MATRIX,
            matrix_px[0],
        )?,
        along(tags::ROW_POSITION_IN_TOTAL_IMAGE_PIXEL_MATRIX, matrix_px[1])?,
    ])
}

/// Refuses tiles at several depths, of which a flat mask would be made.
pub fn check_depth(per_frame: &[InMemDicomObject]) -> Result<(), Fault> {
    let mut depths = per_frame
        .iter()
        .filter_map(|group| items(group, tags::PLANE_POSITION_SLIDE_SEQUENCE).first())
        .filter_map(|place| numbers::<1>(place, tags::Z_OFFSET_IN_SLIDE_COORDINATE_SYSTEM))
        .map(|[um]| um);
    let first = depths.next();
    match first.and_then(|first| depths.find(|um| (um - first).abs() > DEPTH_TOLERANCE_UM)) {
        None => Ok(()),
        Some(_) => Err(Fault::unsupported(
            "has tiles of several focal planes; whole-slide segmentations of one are read",
        )),
    }
}
