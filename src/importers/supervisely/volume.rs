//! A volume: its grid, and figures drawn on the slices of its three planes.

use super::document::{LeftOut, Work};
use super::headers::{attributes, maker};
use super::shapes::{Canvas, Left, Positions, drawn, has_fraction};
use super::slices::{Figure, over_slices};
use crate::domain::{GRID_ATTRIBUTE, Shape};
use crate::importers::by_maker::{ByMaker, Maker};
use crate::importers::drawn::annotation;
use crate::importers::json::fields::{count, given, list, word};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// The objects of a file, by key and by number.
pub(super) struct Objects<'v>(HashMap<String, &'v Value>);

/// Reads the objects that figures refer to.
pub(super) fn objects(held: &Value) -> Result<Objects<'_>, String> {
    let mut found = HashMap::new();
    for object in list(held, "objects")? {
        for name in ["key", "id"] {
            found.extend(given(object, name).map(|key| (text(key), object)));
        }
    }
    Ok(Objects(found))
}

/// Keys are written with and without hyphens.
fn text(key: &Value) -> String {
    match key {
        Value::String(key) => key.replace('-', ""),
        other => other.to_string(),
    }
}

impl<'v> Objects<'v> {
    /// The object of a figure.
    pub fn of(&self, figure: &Value) -> Result<&'v Value, String> {
        let key = given(figure, "objectKey").or_else(|| given(figure, "objectId"));
        let key = key.ok_or("has no `objectKey`")?;
        self.0
            .get(&text(key))
            .copied()
            .ok_or_else(|| "is of an object that is not among `objects`".to_owned())
    }
}

/// The three planes, by the sides of the volume that they show.
fn sides(plane: &str) -> Option<[&'static str; 3]> {
    match plane {
        "axial" => Some(["x", "y", "z"]),
        "coronal" => Some(["x", "z", "y"]),
        "sagittal" => Some(["y", "z", "x"]),
        _ => None,
    }
}

/// Figures of one object, plane and labeller.
struct Gathered<'v> {
    object: &'v Value,
    maker: Maker,
    figures: Vec<Figure>,
    size_px: Option<(u32, u32)>,
}

/// Reads a volume's grid and figures.
pub(super) fn read(
    held: &Value,
    work: &mut Work,
    by_maker: &mut ByMaker,
    left_out: &mut LeftOut,
) -> Result<(), String> {
    let grid = given(held, "volumeMeta").ok_or("has no `volumeMeta`")?;
    let sizes = given(grid, "dimensionsIJK");
    let side = |axis: &str| count(sizes?, axis).filter(|side| *side > 0);
    if let Some(size) = side("x").zip(side("y")) {
        by_maker.set_size_px(size);
    }
    by_maker.item.n_slices = side("z");
    by_maker.item.spacing_mm = spacing(grid).or(by_maker.item.spacing_mm);
    let objects = objects(held)?;
    for (at, _) in list(held, "spatialFigures")?.iter().enumerate() {
        let detail = "is a mask or mesh of the whole volume, which has a file of its own; import the masks as NRRD";
        left_out.push((format!("spatialFigures[{at}]"), Left::Unread(detail)));
    }
    let planes = list(held, "planes")?;
    let positions = if planes.iter().any(has_fractions) {
        Positions::FromCorner
    } else {
        Positions::Unsure
    };
    for (plane_at, plane) in planes.iter().enumerate() {
        let plane_place = format!("planes[{plane_at}]");
        let Some((name, [across, down, _])) =
            word(plane, "name").and_then(|name| Some((name, sides(name)?)))
        else {
            let detail = "`name` is none of axial, coronal, sagittal";
            left_out.push((plane_place, detail.into()));
            continue;
        };
        let canvas = Canvas {
            size_px: side(across).zip(side(down)),
            positions,
            meta: work.meta,
        };
        let mut gathered: BTreeMap<(String, Option<String>), Gathered> = BTreeMap::new();
        for (slice_at, slice) in list(plane, "slices")?.iter().enumerate() {
            let index = count(slice, "index");
            for (at, figure) in list(slice, "figures")?.iter().enumerate() {
                let place = format!("{plane_place}.slices[{slice_at}].figures[{at}]");
                let added = index
                    .ok_or(Left::Broken("is on a slice without `index`".to_owned()))
                    .and_then(|index| one(figure, index, &objects, canvas, work, &mut gathered));
                if let Err(left) = added {
                    left_out.push((place, left));
                }
            }
        }
        for ((key, _), one) in gathered {
            let n = one.figures.len();
            let kept = keep(&format!("{key}/{name}"), one, name, grid, work, by_maker);
            if let Err(left) = kept {
                for _ in 0..n {
                    let place = format!("{plane_place}, object {key}");
                    let detail = match &left {
                        Left::Broken(detail) => Left::Broken(detail.clone()),
                        Left::Unread(detail) => Left::Unread(detail),
                    };
                    left_out.push((place, detail));
                }
            }
        }
    }
    Ok(())
}

fn has_fractions(plane: &Value) -> bool {
    let slices = list(plane, "slices").unwrap_or_default();
    let mut figures = slices
        .iter()
        .flat_map(|slice| list(slice, "figures").unwrap_or_default());
    figures.any(has_fraction)
}

fn one<'v>(
    figure: &Value,
    slice: u32,
    objects: &Objects<'v>,
    canvas: Canvas,
    work: &mut Work,
    gathered: &mut BTreeMap<(String, Option<String>), Gathered<'v>>,
) -> Result<(), Left> {
    let object = objects.of(figure)?;
    let label = word(object, "classTitle").ok_or("is of an object without `classTitle`")?;
    let kind = word(figure, "geometryType").ok_or("has no `geometryType`")?;
    let geometry = given(figure, "geometry").ok_or("has no `geometry`")?;
    let (shape, fault) = drawn(kind, geometry, label, canvas)?;
    let mut by = maker(figure, work.people);
    if by.rater.is_none() {
        by.rater = maker(object, work.people).rater;
    }
    let key = super::headers::id_of(object, label);
    let entry = gathered
        .entry((key, by.rater.clone()))
        .or_insert_with(|| Gathered {
            object,
            maker: by.clone(),
            figures: Vec::new(),
            size_px: canvas.size_px,
        });
    entry.maker.finished_at_us = entry.maker.finished_at_us.max(by.finished_at_us);
    entry.figures.push(Figure {
        slice,
        shape,
        fault,
    });
    Ok(())
}

fn keep(
    id: &str,
    gathered: Gathered,
    plane: &str,
    grid: &Value,
    work: &mut Work,
    by_maker: &mut ByMaker,
) -> Result<(), Left> {
    let label = word(gathered.object, "classTitle").unwrap_or_default();
    let drawn = over_slices(gathered.figures, gathered.size_px, &mut work.n_runs_left)?;
    let is_volume = matches!(drawn.0, Shape::Volume(_));
    let (attributes, n_typed) = attributes(gathered.object, work.meta)?;
    work.n_typed += n_typed;
    let mut kept = annotation(id.to_owned(), label, drawn, gathered.size_px);
    kept.attributes = attributes;
    if is_volume {
        let grid = format!("supervisely {plane} {}", placed(grid));
        kept.attributes.insert(GRID_ATTRIBUTE.to_owned(), grid);
    }
    by_maker.add(gathered.maker, kept);
    Ok(())
}

/// Where the grid lies: newer exports write a matrix, older ones origin, spacing and directions.
fn placed(grid: &Value) -> String {
    ["ACS", "IJK2WorldMatrix", "origin", "spacing", "directions"]
        .into_iter()
        .filter_map(|name| given(grid, name).map(Value::to_string))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Spacing along z, y, x.
fn spacing(grid: &Value) -> Option<[f64; 3]> {
    let numbers = |name: &str| -> Option<Vec<f64>> {
        list(grid, name).ok()?.iter().map(Value::as_f64).collect()
    };
    let found = match numbers("spacing").as_deref() {
        Some(&[x, y, z]) => [z, y, x],
        _ => {
            let matrix = numbers("IJK2WorldMatrix").filter(|matrix| matrix.len() == 16)?;
            // Columns are the steps along i, j, k.
            let step = |column: usize| {
                let part = |row: usize| matrix[4 * row + column];
                (part(0).powi(2) + part(1).powi(2) + part(2).powi(2)).sqrt()
            };
            [step(2), step(1), step(0)]
        }
    };
    found
        .iter()
        .all(|mm| mm.is_finite() && *mm > 0.0)
        .then_some(found)
}
