//! What one annotation draws.

use crate::domain::{Shape, SkipReason};
use crate::geometry::{MultiPolygon, Rect};
use crate::importers::one_reading::point;
use crate::importers::xml::Node;

/// The shapes of an annotation of this type: one, or one a point.
pub(super) fn shapes(node: &Node, kind: &str) -> Result<Vec<Shape>, (SkipReason, String)> {
    let invalid = |detail: String| (SkipReason::InvalidRecord, detail);
    if ![
        "Polygon",
        "Spline",
        "Rectangle",
        "Dot",
        "PointSet",
        "Measurement",
    ]
    .contains(&kind)
    {
        let detail =
            "`Type` is none of Polygon, Spline, Rectangle, Dot, PointSet, Measurement".to_owned();
        return Err((SkipReason::Unsupported, detail));
    }
    let points = coordinates(node).map_err(invalid)?;
    let n = points.len();
    let too_few = |needed: &str| invalid(format!("`{kind}` has {n} points; {needed}"));
    Ok(match kind {
        "Dot" => match points[..] {
            [at] => vec![point("", at)],
            _ => return Err(too_few("a dot is one")),
        },
        "PointSet" if n == 0 => return Err(too_few("at least 1 is needed")),
        "PointSet" => points.into_iter().map(|at| point("", at)).collect(),
        "Measurement" if n < 2 => return Err(too_few("at least 2 are needed")),
        "Measurement" => vec![Shape::Polyline(points)],
        _ => match upright(&points).filter(|_| kind == "Rectangle") {
            Some(rect) => vec![Shape::Box(rect)],
            None => vec![Shape::Polygon(
                MultiPolygon::from_ring(points)
                    .map_err(|_| too_few("at least 3 different ones are needed"))?,
            )],
        },
    })
}

/// The box whose four corners, in order round it, these points are.
fn upright(points: &[[f64; 2]]) -> Option<Rect> {
    let &[a, b, c, d] = points else { return None };
    let across_first = a[1] == b[1] && b[0] == c[0] && c[1] == d[1] && d[0] == a[0];
    let down_first = a[0] == b[0] && b[1] == c[1] && c[0] == d[0] && d[1] == a[1];
    (across_first || down_first).then(|| Rect::from_corners(a, c))
}

/// The points by their `Order`; where no point has one, as they stand.
fn coordinates(node: &Node) -> Result<Vec<[f64; 2]>, String> {
    let listed = node
        .children
        .iter()
        .filter(|child| child.name() == "Coordinates")
        .flat_map(|list| list.all("Coordinate"));
    let mut found: Vec<(Option<u32>, [f64; 2])> = Vec::new();
    for (at, coordinate) in listed.enumerate() {
        if let Some(fault) = coordinate.tag.fault() {
            return Err(format!("Coordinate[{at}] {fault}"));
        }
        let number = |name: &str| {
            number(coordinate.tag.get(name).unwrap_or_default()).ok_or_else(|| {
                format!(
                    "`{name}` of Coordinate[{at}] is no finite number with a decimal point or comma"
                )
            })
        };
        let order = match coordinate.tag.get("Order") {
            Some(text) => Some(text.trim().parse::<u32>().map_err(|_| {
                format!("`Order` of Coordinate[{at}] is no whole number from 0 on")
            })?),
            None => None,
        };
        found.push((order, [number("X")?, number("Y")?]));
    }
    found.sort_by_key(|(order, _)| *order);
    let is_repeated = found
        .windows(2)
        .any(|pair| pair[0].0.is_some() && pair[0].0 == pair[1].0);
    let n_ordered = found.iter().filter(|(order, _)| order.is_some()).count();
    if is_repeated || (n_ordered > 0 && n_ordered < found.len()) {
        return Err("`Order` does not number the points, each once".to_owned());
    }
    Ok(found.into_iter().map(|(_, at)| at).collect())
}

/// A number with a decimal point, or with the comma that some systems write for it; not with both.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let number = match text.split_once(',') {
        Some((_, behind)) if text.contains('.') || behind.contains(',') => return None,
        Some((whole, behind)) => format!("{whole}.{behind}").parse::<f64>().ok()?,
        None => text.parse::<f64>().ok()?,
    };
    number.is_finite().then_some(number)
}
