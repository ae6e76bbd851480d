//! GeoJSON geometries as shapes. Positions are pixels of the full resolution, so that nothing is converted.

use crate::domain::{Shape, SkipReason};
use crate::geometry::{MultiPolygon, Polygon};
use crate::importers::json::{Members, elements, member, members, text};
use crate::importers::one_reading::point;
use serde::de::{
    Deserialize, DeserializeOwned, Deserializer, Error, IgnoredAny, SeqAccess, Visitor,
};
use std::fmt;

type Refused = (SkipReason, String);

/// The shapes of a geometry: one, or one a point.
pub(super) fn shapes(geometry: &Members) -> Result<Vec<Shape>, Refused> {
    let invalid = |detail: String| (SkipReason::InvalidRecord, detail);
    let kind = member(geometry, "type")
        .and_then(text)
        .ok_or_else(|| invalid("has no `geometry.type`".to_owned()))?;
    let found = match kind.as_ref() {
        "Polygon" => {
            let rings = coordinates(geometry, "lists of points").map_err(invalid)?;
            vec![Shape::Polygon(polygon(rings).map_err(invalid)?.into())]
        }
        "MultiPolygon" => {
            let parts: Vec<Vec<Vec<Position>>> =
                coordinates(geometry, "lists of lists of points").map_err(invalid)?;
            if parts.is_empty() {
                return Err(invalid("`geometry.coordinates` is empty".to_owned()));
            }
            let parts = parts.into_iter().map(polygon).collect::<Result<_, _>>();
            vec![Shape::Polygon(MultiPolygon::new(parts.map_err(invalid)?))]
        }
        "LineString" => {
            let line: Vec<Position> = coordinates(geometry, "points").map_err(invalid)?;
            if line.len() < 2 {
                let detail = format!("line has {} points; at least 2 are needed", line.len());
                return Err(invalid(detail));
            }
            vec![Shape::Polyline(plain(line))]
        }
        "Point" => {
            let Position(at) = coordinates(geometry, "two numbers").map_err(invalid)?;
            vec![point("", at)]
        }
        "MultiPoint" => {
            let all: Vec<Position> = coordinates(geometry, "points").map_err(invalid)?;
            if all.is_empty() {
                return Err(invalid("no point is set".to_owned()));
            }
            all.into_iter().map(|Position(at)| point("", at)).collect()
        }
        "MultiLineString" => {
            let detail = "is several lines in one; draw each on its own".to_owned();
            return Err((SkipReason::Unsupported, detail));
        }
        "GeometryCollection" => {
            let n = member(geometry, "geometries").and_then(|raw| elements(raw).ok());
            let n = n.map_or(0, |all| {
                all.iter().filter(|raw| members(raw).is_ok()).count()
            });
            let detail = format!("mixes {n} geometries in one object; draw each on its own");
            return Err((SkipReason::Unsupported, detail));
        }
        _ => {
            let detail = "`geometry.type` is none that GeoJSON knows".to_owned();
            return Err((SkipReason::Unsupported, detail));
        }
    };
    Ok(found)
}

fn coordinates<T: DeserializeOwned>(geometry: &Members, needed: &str) -> Result<T, String> {
    let raw = member(geometry, "coordinates").ok_or("has no `geometry.coordinates`")?;
    serde_json::from_slice(raw)
        .map_err(|_| format!("`geometry.coordinates` does not hold {needed} of finite numbers"))
}

/// The first ring is the outline, the others are holes.
fn polygon(rings: Vec<Vec<Position>>) -> Result<Polygon, String> {
    let sizes: Vec<usize> = rings.iter().map(Vec::len).collect();
    let mut rings = rings.into_iter().map(plain);
    let exterior = rings.next().ok_or("polygon has no ring; one is needed")?;
    Polygon::new(exterior, rings.collect()).map_err(|_| {
        format!("polygon has rings of {sizes:?} points; each needs at least 3 different ones")
    })
}

fn plain(points: Vec<Position>) -> Vec<[f64; 2]> {
    points.into_iter().map(|Position(at)| at).collect()
}

/// x and y; GeoJSON allows a height behind them, which pixels have not.
struct Position([f64; 2]);

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PositionVisitor;
        impl<'de> Visitor<'de> for PositionVisitor {
            type Value = Position;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("x and y")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Position, A::Error> {
                let mut next = || {
                    seq.next_element::<f64>()?
                        .filter(|number| number.is_finite())
                        .ok_or_else(|| A::Error::custom("x and y are needed"))
                };
                let at = [next()?, next()?];
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Position(at))
            }
        }
        deserializer.deserialize_seq(PositionVisitor)
    }
}
