//! Shapes as JSON, held to what the geometry asks of them: anyone can write a file.

use crate::domain::{Shape, Track};
use crate::geometry::{Cuboid, MultiPolygon, Polygon, Rect};
use crate::importers::Limits;

/// Reads a shape, or says why not.
pub(super) fn shape(text: &str, limits: &Limits) -> Result<Shape, String> {
    if text.len() > limits.max_token_bytes {
        return Err(format!(
            "`shape` is larger than {} bytes",
            limits.max_token_bytes
        ));
    }
    let shape: Shape = serde_json::from_str(text).map_err(|_| refused())?;
    sound(shape, limits)
}

fn refused() -> String {
    "`shape` is not what Concord writes".to_owned()
}

fn sound(shape: Shape, limits: &Limits) -> Result<Shape, String> {
    match shape {
        Shape::Box(Rect { x0, y0, x1, y1 }) if x0 > x1 || y0 > y1 => Err(refused()),
        Shape::Polygon(polygon) => rings(polygon).map(Shape::Polygon),
        Shape::Mask(mask) => {
            bounded(mask.width_px(), mask.height_px(), limits)?;
            Ok(Shape::Mask(mask))
        }
        Shape::Volume(volume) => {
            bounded(volume.width_px(), volume.height_px(), limits)?;
            Ok(Shape::Volume(volume))
        }
        Shape::Cuboid(Cuboid {
            centre,
            size,
            yaw_rad,
        }) => Cuboid::new(centre, size, yaw_rad)
            .map(Shape::Cuboid)
            .map_err(|_| refused()),
        Shape::Track(track) => {
            let track = Track::new(track.shapes().to_vec()).map_err(|fault| fault.to_string())?;
            for one in track.shapes() {
                sound(one.shape.clone(), limits)?;
            }
            Ok(Shape::Track(track))
        }
        other => Ok(other),
    }
}

fn bounded(width_px: u32, height_px: u32, limits: &Limits) -> Result<(), String> {
    let n_pixels = u64::from(width_px) * u64::from(height_px);
    if n_pixels > limits.max_pixels {
        return Err(format!(
            "`shape` is {width_px}x{height_px} px; that is more than an image may have"
        ));
    }
    Ok(())
}

fn rings(polygon: MultiPolygon) -> Result<MultiPolygon, String> {
    let parts = polygon
        .parts
        .into_iter()
        .map(|part| Polygon::new(part.exterior, part.holes))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| refused())?;
    Ok(MultiPolygon::new(parts))
}
