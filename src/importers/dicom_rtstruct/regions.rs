//! Closed contours as regions: a volume on the planes of a stack, or outlines in millimetres where no grid is known.

use super::contours::{Contour, Kind};
use super::stack::Stack;
use crate::domain::Shape;
use crate::geometry::{MultiPolygon, Polygon, SliceAxis, Volume};
use crate::importers::dicom_document::Fault;
use crate::importers::{drawn, structure};
use std::collections::BTreeMap;

/// Without images, contours this level lie in an axial plane.
const LEVEL_MM: f64 = 0.1;

/// A region, and why it is structurally invalid, if it is.
pub(super) struct Region {
    pub shape: Shape,
    pub invalid: Option<String>,
    /// Planes between its first and its last on which nothing was drawn.
    pub n_gaps: usize,
}

type Rings = Vec<Vec<[f64; 2]>>;

/// The voxels whose centre the contours hold. One contour that cannot be placed fails the region: without it, it would be a smaller one.
pub(super) fn volume(
    stack: &Stack,
    contours: &[&Contour],
    n_runs_left: &mut u64,
) -> Result<Region, Fault> {
    let mut planes: BTreeMap<i64, Rings> = BTreeMap::new();
    for contour in contours {
        let (key_um, image) = stack
            .plane_of(&contour.points_mm)
            .map_err(|detail| Fault::unsupported(format!("a contour {detail}")))?;
        let named = contour.images.iter().any(|named| named == image);
        if !named && contour.images.iter().any(|named| stack.holds(named)) {
            return Err(Fault::invalid(
                "a contour names an image that it does not lie on",
            ));
        }
        let ring = contour.points_mm.iter().map(|mm| stack.to_px(*mm));
        planes.entry(key_um).or_default().push(ring.collect());
    }
    let is_xor = contours.iter().all(|one| one.kind == Kind::ClosedXor);
    let (width_px, height_px) = (stack.plane.width_px, stack.plane.height_px);
    let n_planes = planes.len();
    let keys = planes
        .keys()
        .next()
        .copied()
        .zip(planes.keys().next_back().copied());
    let n_gaps = keys.map_or(0, |(low, high)| {
        stack.n_between_um(low, high).saturating_sub(n_planes)
    });
    let mut slices = Vec::with_capacity(n_planes);
    let mut invalid = None;
    for (key_um, rings) in planes {
        let (polygon, fault) = even_odd(rings, is_xor, Some((width_px, height_px)))?;
        invalid =
            invalid.or(fault.map(|fault| format!("at {:.3} mm: {fault}", key_um as f64 / 1000.0)));
        let mask = drawn::filled(&polygon, (width_px, height_px), n_runs_left)
            .map_err(Fault::unsupported)?;
        slices.push((key_um, mask));
    }
    let volume = Volume::new(width_px, height_px, SliceAxis::Micrometres, slices)
        .map_err(|error| Fault::invalid(error.to_string()))?;
    if volume.is_empty() {
        let why = invalid.map_or_else(String::new, |fault| format!(" ({fault})"));
        return Err(Fault::invalid(format!(
            "its contours hold the centre of no pixel, so nothing is left of it on the grid of its images{why}"
        )));
    }
    Ok(Region {
        shape: Shape::Volume(volume),
        invalid,
        n_gaps,
    })
}

/// Outlines of one region by item, in millimetres of the patient.
pub(super) fn outlines(
    contours: &[&Contour],
    frame_of_reference: Option<&str>,
) -> Result<BTreeMap<String, Region>, Fault> {
    let is_xor = contours.iter().all(|one| one.kind == Kind::ClosedXor);
    let mut planes: BTreeMap<String, (f64, Rings)> = BTreeMap::new();
    for contour in contours {
        let (item, z_mm) = level(contour, frame_of_reference)?;
        let (at_mm, rings) = planes.entry(item).or_insert((z_mm, Vec::new()));
        if (*at_mm - z_mm).abs() > LEVEL_MM {
            return Err(Fault::invalid(format!(
                "contours on one image lie at z {at_mm:.2} mm and z {z_mm:.2} mm"
            )));
        }
        rings.push(contour.points_mm.iter().map(|[x, y, _]| [*x, *y]).collect());
    }
    planes
        .into_iter()
        .map(|(item, (_, rings))| {
            let (polygon, invalid) = even_odd(rings, is_xor, None)?;
            let shape = Shape::Polygon(polygon);
            Ok((
                item,
                Region {
                    shape,
                    invalid,
                    n_gaps: 0,
                },
            ))
        })
        .collect()
}

/// The item of a contour that no image is known of, and its height.
pub(super) fn level(
    contour: &Contour,
    frame_of_reference: Option<&str>,
) -> Result<(String, f64), Fault> {
    let z_mm = contour.points_mm.first().map_or(0.0, |point| point[2]);
    let is_level = |point: &[f64; 3]| (point[2] - z_mm).abs() <= LEVEL_MM;
    if !contour.points_mm.iter().all(is_level) {
        return Err(Fault::unsupported(
            "a contour that is not axial; without its images, whose planes are unknown, only axial ones are read: upload the images with it",
        ));
    }
    let item = match (&contour.images[..], frame_of_reference) {
        ([image], _) => format!("{image}#mm"),
        // Adding zero turns a rounded −0 into 0.
        (_, Some(space)) => {
            format!("{space}#mm@{:.2}", (z_mm * 100.0).round() / 100.0 + 0.0)
        }
        (_, None) => {
            return Err(Fault::File {
                reason: crate::domain::SkipReason::Dangling,
                detail: "a contour names neither its image nor a frame of reference".to_owned(),
            });
        }
    };
    Ok((item, z_mm))
}

/// The area inside an odd number of rings, sorted into parts and holes, and what is wrong with it.
fn even_odd(
    rings: Rings,
    is_xor: bool,
    size_px: Option<(u32, u32)>,
) -> Result<(MultiPolygon, Option<String>), Fault> {
    let mut simple = Vec::with_capacity(rings.len());
    for mut ring in rings {
        if ring.len() > 1 && ring.first() == ring.last() {
            ring.pop();
        }
        let n = ring.len();
        let polygon = Polygon::new(ring, Vec::new())
            .map_err(|_| Fault::invalid(format!("a contour: {}", drawn::too_few(n))))?;
        simple.push(polygon);
    }
    let sorted = if simple.len() > 1 {
        drawn::sorted(&simple)
    } else {
        Some(simple.clone())
    };
    let (parts, cross) = match sorted {
        Some(parts) => (parts, false),
        None => {
            let mut rings = simple.into_iter().map(|ring| ring.exterior);
            let first = rings.next().unwrap_or_default();
            let whole = Polygon::new(first, rings.collect())
                .map_err(|error| Fault::invalid(error.to_string()))?;
            (vec![whole], true)
        }
    };
    let polygon = MultiPolygon::new(parts);
    let invalid = structure::invalid(&Shape::Polygon(polygon.clone()), size_px).or_else(|| {
        (cross && !is_xor).then(|| {
            "contours of one plane cross or repeat each other; where two of them meet counts as outside".to_owned()
        })
    });
    Ok((polygon, invalid))
}
