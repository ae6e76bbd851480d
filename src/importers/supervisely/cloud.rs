//! The figures of a point cloud.

use super::document::{LeftOut, Work};
use super::headers::{attributes, id_of, maker};
use super::shapes::Left;
use super::volume::{Objects, objects};
use crate::domain::Shape;
use crate::geometry::Cuboid;
use crate::importers::by_maker::ByMaker;
use crate::importers::drawn::annotation;
use crate::importers::json::fields::{given, list, number, word};
use serde_json::Value;

/// A turn about another axis than the vertical one, in radians, that is more than rounding.
const TILT_RAD: f64 = 1e-6;

/// Reads a cloud's figures.
pub(super) fn read(
    held: &Value,
    work: &mut Work,
    by_maker: &mut ByMaker,
    left_out: &mut LeftOut,
) -> Result<(), String> {
    let objects = objects(held)?;
    for (at, figure) in list(held, "figures")?.iter().enumerate() {
        let place = format!("figures[{at}]");
        if let Err(left) = one(figure, &place, &objects, work, by_maker) {
            left_out.push((place, left));
        }
    }
    Ok(())
}

fn one(
    figure: &Value,
    place: &str,
    objects: &Objects,
    work: &mut Work,
    by_maker: &mut ByMaker,
) -> Result<(), Left> {
    let object = objects.of(figure)?;
    let label = word(object, "classTitle").ok_or("is of an object without `classTitle`")?;
    if word(figure, "geometryType") != Some("cuboid_3d") {
        return Err(Left::Unread(
            "is no cuboid; other figures of point clouds are not read",
        ));
    }
    let geometry = given(figure, "geometry").ok_or("has no `geometry`")?;
    let vector = |name: &str| -> Result<[f64; 3], String> {
        let held = given(geometry, name).ok_or_else(|| format!("has no `{name}`"))?;
        let part = |axis: &str| number(held, axis).map_err(|fault| format!("`{name}` {fault}"));
        Ok([part("x")?, part("y")?, part("z")?])
    };
    let [tilt_x, tilt_y, yaw_rad] = vector("rotation")?;
    if tilt_x.abs() > TILT_RAD || tilt_y.abs() > TILT_RAD {
        return Err(Left::Unread(
            "is a cuboid that does not stand upright, which is not read",
        ));
    }
    let cuboid = Cuboid::new(vector("position")?, vector("dimensions")?, yaw_rad)
        .map_err(|error| error.to_string())?;
    let (attributes, n_typed) = attributes(object, work.meta)?;
    work.n_typed += n_typed;
    let drawn = (Shape::Cuboid(cuboid), None);
    let mut kept = annotation(id_of(figure, place), label, drawn, None);
    kept.attributes = attributes;
    by_maker.add(maker(figure, work.people), kept);
    Ok(())
}
