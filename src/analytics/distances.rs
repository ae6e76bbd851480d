//! Surface and boundary distances of a pair, in mm where spacing is known.

use crate::domain::{DistanceUnit, Item, Protocol, UnitScore};
use crate::geometry::{Mask, MultiPolygon, SliceAxis, Volume};
use crate::metrics::{Surfaces, assd, hd, hd95, mean_boundary_distance, mean_line_distance, nsd};
use std::borrow::Cow;

/// Distances of two masks on one grid.
pub(super) fn mask_distances(
    protocol: &Protocol,
    item: &Item,
    a: &Mask,
    b: &Mask,
    unit: &mut UnitScore,
) -> Result<(), String> {
    let spacing_mm = item
        .spacing_mm
        .map(|[_, y, x]| [y, x])
        .filter(|[y, x]| *y > 0.0 && *x > 0.0);
    let surfaces = Surfaces::of_masks(a, b, spacing_mm).map_err(text)?;
    put(protocol, &surfaces, spacing_mm.is_some(), unit)?;
    // The tolerance of plain masks is in pixels, whatever the spacing.
    unit.surface_px = match spacing_mm {
        None => unit.assd,
        Some([y, x]) if y == x => unit.assd.map(|mm| mm / x),
        Some(_) => assd(&Surfaces::of_masks(a, b, None).map_err(text)?).value(),
    };
    Ok(())
}

/// Distances of two volumes on one grid. Without spacing they are in voxels, each taken as a cube.
pub(super) fn volume_distances(
    protocol: &Protocol,
    item: &Item,
    a: &Volume,
    b: &Volume,
    unit: &mut UnitScore,
) -> Result<(), String> {
    let (a, b, spacing_mm) = volumes_to_measure(item, a, b)?;
    let surfaces = Surfaces::of_volumes(&a, &b, spacing_mm).map_err(text)?;
    put(protocol, &surfaces, spacing_mm.is_some(), unit)?;
    let voxel = spacing_mm.map_or(1.0, |spacing| {
        spacing.into_iter().fold(f64::INFINITY, f64::min)
    });
    unit.surface_voxels = unit.assd.map(|distance| distance / voxel);
    Ok(())
}

fn put(
    protocol: &Protocol,
    surfaces: &Surfaces,
    in_mm: bool,
    unit: &mut UnitScore,
) -> Result<(), String> {
    let mean = assd(surfaces);
    unit.hd = hd(surfaces).value();
    unit.hd95 = hd95(surfaces).value();
    unit.assd = mean.value();
    unit.nsd = nsd(surfaces, protocol.nsd_tolerance).map_err(text)?.value();
    unit.nsd_tolerance = Some(protocol.nsd_tolerance);
    unit.distance_unit = Some(if in_mm {
        DistanceUnit::Mm
    } else {
        DistanceUnit::Px
    });
    if let Some(reason) = mean.undefined() {
        unit.undefined = Some(reason.code().to_owned());
    }
    Ok(())
}

/// Two volumes with the spacing in which they can be measured.
type Measurable<'a> = (Cow<'a, Volume>, Cow<'a, Volume>, Option<[f64; 3]>);

/// Where no spacing is known, slices are numbered.
pub(super) fn volumes_to_measure<'a>(
    item: &Item,
    a: &'a Volume,
    b: &'a Volume,
) -> Result<Measurable<'a>, String> {
    let spacing_mm = item
        .spacing_mm
        .filter(|spacing| spacing.iter().all(|mm| *mm > 0.0));
    Ok(match spacing_mm {
        Some(_) => (Cow::Borrowed(a), Cow::Borrowed(b), spacing_mm),
        None => (
            Cow::Owned(indexed(a, b)?),
            Cow::Owned(indexed(b, a)?),
            spacing_mm,
        ),
    })
}

/// The volume with its slices numbered, for positions in micrometres whose step is not stated: the smallest gap
/// between slices of either volume is taken as the step, and every slice must lie on it.
fn indexed(volume: &Volume, other: &Volume) -> Result<Volume, String> {
    if volume.axis() == SliceAxis::Index {
        return Ok(volume.clone());
    }
    let mut keys: Vec<i64> = volume
        .slices()
        .iter()
        .chain(other.slices())
        .map(|(key, _)| *key)
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let Some(&first) = keys.first() else {
        return Ok(volume.clone());
    };
    let step = keys
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .min()
        .unwrap_or(1)
        .max(1);
    let slices = volume
        .slices()
        .iter()
        .map(|(key, mask)| {
            let layers = (key - first) as f64 / step as f64;
            if (layers - layers.round()).abs() > 0.05 {
                return Err(format!(
                    "slice at {:.2} mm does not lie on a regular step of {:.2} mm",
                    *key as f64 / 1000.0,
                    step as f64 / 1000.0
                ));
            }
            Ok((layers.round() as i64, mask.clone()))
        })
        .collect::<Result<Vec<_>, String>>()?;
    Volume::new(
        volume.width_px(),
        volume.height_px(),
        SliceAxis::Index,
        slices,
    )
    .map_err(text)
}

/// Mean symmetric distance of two polygons' boundaries in px.
pub(super) fn polygon_distance_px(a: &MultiPolygon, b: &MultiPolygon) -> Result<f64, String> {
    let found = mean_boundary_distance(a, b, None).map_err(text)?.value;
    found.value().ok_or_else(|| {
        found
            .undefined()
            .map_or("undefined", |reason| reason.reason())
            .to_owned()
    })
}

/// Mean symmetric distance of two lines in px.
pub(super) fn polyline_distance_px(a: &[[f64; 2]], b: &[[f64; 2]]) -> Result<f64, String> {
    let found = mean_line_distance(a, b, None).map_err(text)?.value;
    found.value().ok_or_else(|| {
        found
            .undefined()
            .map_or("undefined", |reason| reason.reason())
            .to_owned()
    })
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
