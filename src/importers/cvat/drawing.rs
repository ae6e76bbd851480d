//! Shapes from the numbers that CVAT's XML and its backups write alike.

use crate::domain::{Keypoint, Shape, Visibility};
use crate::geometry::{Ellipse, Mask, MultiPolygon, Rect, RotatedRect};
use crate::importers::structure;

/// How a shape gets from one keyframe to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Motion {
    /// Every number moves in a straight line.
    Straight,
    /// Outlines and lines are matched point by point along their length.
    Matched,
    /// It stays where it is until the next keyframe.
    Stays,
}

/// What one record draws.
pub(super) struct Drawn {
    pub shape: Shape,
    /// Why it is invalid, where its numbers alone tell.
    pub invalid: Option<String>,
    pub motion: Motion,
}

impl Drawn {
    pub fn sound(shape: Shape, motion: Motion) -> Self {
        Self {
            shape,
            invalid: None,
            motion,
        }
    }
}

/// A cuboid's corners in the order in which CVAT lists them: left and right, top and bottom of its two faces.
pub(super) const CUBOID_CORNERS: [&str; 8] =
    ["tl1", "bl1", "tr1", "br1", "tl2", "bl2", "tr2", "br2"];

/// A box by two corners, turned clockwise in degrees about its centre.
pub(super) fn boxed([x0, y0, x1, y1]: [f64; 4], angle_deg: f64) -> Drawn {
    let (width, height) = (x1 - x0, y1 - y0);
    let invalid =
        (width <= 0.0 || height <= 0.0).then(|| structure::no_extent("box", width, height));
    let shape = if angle_deg.rem_euclid(360.0) == 0.0 {
        Shape::Box(Rect::from_corners([x0, y0], [x1, y1]))
    } else {
        Shape::RotatedBox(RotatedRect {
            cx: 0.5 * (x0 + x1),
            cy: 0.5 * (y0 + y1),
            width,
            height,
            angle_deg,
        })
    };
    Drawn {
        shape,
        invalid,
        motion: Motion::Straight,
    }
}

pub(super) fn ellipse([cx, cy]: [f64; 2], [rx, ry]: [f64; 2], angle_deg: f64) -> Drawn {
    let shape = Shape::Ellipse(Ellipse {
        cx,
        cy,
        rx,
        ry,
        angle_deg,
    });
    Drawn::sound(shape, Motion::Straight)
}

pub(super) fn polygon(ring: Vec<[f64; 2]>) -> Result<Drawn, String> {
    let n = ring.len();
    let polygon = MultiPolygon::from_ring(ring).map_err(|_| too_few("polygon", n, 3))?;
    Ok(Drawn::sound(Shape::Polygon(polygon), Motion::Matched))
}

pub(super) fn polyline(line: Vec<[f64; 2]>) -> Result<Drawn, String> {
    if line.len() < 2 {
        return Err(too_few("polyline", line.len(), 2));
    }
    Ok(Drawn::sound(Shape::Polyline(line), Motion::Matched))
}

/// Points of one label: numbered, unless `name` is given and there is one only.
pub(super) fn points(found: Vec<[f64; 2]>, name: Option<&str>, visibility: Visibility) -> Drawn {
    let alone = found.len() == 1;
    let named = |(index, at): (usize, [f64; 2])| {
        let name = name.filter(|_| alone);
        keypoint(
            name.map_or_else(|| index.to_string(), str::to_owned),
            at,
            visibility,
        )
    };
    let motion = if alone {
        Motion::Straight
    } else {
        Motion::Stays
    };
    let shape = Shape::Keypoints(found.into_iter().enumerate().map(named).collect());
    Drawn::sound(shape, motion)
}

/// The eight corners of a cuboid as it is seen on the image.
pub(super) fn cuboid(corners: [[f64; 2]; 8], visibility: Visibility) -> Drawn {
    let named = CUBOID_CORNERS
        .iter()
        .zip(corners)
        .map(|(name, at)| keypoint((*name).to_owned(), at, visibility));
    Drawn::sound(Shape::Keypoints(named.collect()), Motion::Straight)
}

pub(super) fn keypoint(name: String, [x_px, y_px]: [f64; 2], visibility: Visibility) -> Keypoint {
    Keypoint {
        name,
        x_px,
        y_px,
        z_mm: None,
        visibility,
    }
}

pub(super) fn visibility(is_occluded: bool) -> Visibility {
    if is_occluded {
        Visibility::Occluded
    } else {
        Visibility::Visible
    }
}

/// Run lengths along rows, zeros first, inside a frame that lies in the image.
pub(super) fn mask(
    counts: Vec<u64>,
    [left, top, width, height]: [u32; 4],
    size_px: Option<(u32, u32)>,
) -> Result<Drawn, String> {
    let (image_width, image_height) =
        size_px.ok_or("a mask needs `width` and `height` of its image")?;
    let mask = Mask::from_row_major_counts(width, height, counts)
        .and_then(|mask| mask.placed(left, top, image_width, image_height))
        .map_err(|error| error.to_string())?;
    Ok(Drawn::sound(Shape::Mask(mask), Motion::Stays))
}

fn too_few(what: &str, n: usize, needed: usize) -> String {
    format!("{what} has {n} points; at least {needed} different ones are needed")
}
