//! Datumaro JSON: one file for each rater, stage and session, since Datumaro names nobody.

use super::sets::{Form, Pass, Refused, write_sets};
use super::spool::{Spool, close, create};
use super::vocabulary::Vocabulary;
use super::{ExportError, ExportFormat, ExportReport, Exporter, ReadingSet, Source};
use crate::domain::{Annotation, Keypoint, ReadingState, Shape, Visibility};
use crate::geometry::{Ellipse, MultiPolygon};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

/// Writes Datumaro JSON.
pub(super) struct Datumaro;

const FORMAT: ExportFormat = ExportFormat {
    key: "datumaro",
    title: "Datumaro JSON",
    writes: "labels of a whole item, boxes and rotated boxes, ellipses (turns as the attribute `rotation`), polygons of one part, lines, points by name \
             (visible or hidden), masks, cuboids; attributes, group and order, confidence as the attribute `score`; items on which nothing was found; one \
             file for each stage, role, rater and session",
    leaves_out: "holes and polygons of several parts, lines of one point, points with a depth or a repeated name, volumes, clouds, text, tracks, answers \
                 to a named question, ranks; annotations without a label, or with attributes that Datumaro gives a meaning of its own (keyframe, is_crowd, \
                 rotation, score); readings that were skipped or never assigned. Without a count: times, reviews, layers, and whether a mask is the only \
                 one of its label",
};

/// Attributes that mean something else to readers of the format.
const TAKEN: &[&str] = &["is_crowd", "keyframe", "rotation", "score"];

impl Exporter for Datumaro {
    fn format(&self) -> &'static ExportFormat {
        &FORMAT
    }

    fn write(&self, source: &dyn Source, folder: &Path) -> Result<ExportReport, ExportError> {
        let vocabulary = Vocabulary::of(source)?;
        write_sets(&Files { vocabulary }, source, folder)
    }
}

struct Files {
    vocabulary: Vocabulary,
}

/// The file of one set of readings.
struct Part {
    name: String,
    items: Spool,
    n_annotations: u64,
}

type Record = Map<String, Value>;

impl Form for Files {
    type File = Part;
    type Record = Record;

    fn format(&self) -> &'static ExportFormat {
        &FORMAT
    }

    fn importer(&self) -> &'static str {
        "datumaro"
    }

    fn says(&self, state: ReadingState) -> bool {
        matches!(state, ReadingState::Annotated | ReadingState::ReviewedEmpty)
    }

    fn records(
        &self,
        pass: &Pass<'_>,
        refuse: &mut dyn FnMut(&Annotation, Refused),
    ) -> Vec<Record> {
        let mut records = Vec::new();
        for annotation in &pass.annotations {
            match record_of(annotation, &self.vocabulary) {
                Ok(record) => records.push(record),
                Err(refused) => refuse(annotation, refused),
            }
        }
        records
    }

    fn begin(&self, set: &ReadingSet, _folder: &Path) -> Result<Part, ExportError> {
        let name = format!("{}/default.json", set.folder());
        Ok(Part {
            items: Spool::new(&name)?,
            name,
            n_annotations: 0,
        })
    }

    fn add(
        &self,
        part: &mut Part,
        pass: &Pass<'_>,
        mut records: Vec<Record>,
    ) -> Result<(), ExportError> {
        for record in &mut records {
            part.n_annotations += 1;
            record.insert("id".to_owned(), json!(part.n_annotations));
        }
        let in_space = records
            .iter()
            .any(|record| record.get("type") == Some(&json!("cuboid_3d")));
        let mut media = json!({"path": pass.image});
        let size = pass.item.height_px.zip(pass.item.width_px);
        if let Some((height, width)) = size {
            media["size"] = json!([height, width]);
        }
        let of_cloud = in_space && size.is_none();
        let medium = if of_cloud { "point_cloud" } else { "image" };
        let mut item =
            json!({"id": pass.image, "annotations": records, "attr": {"frame": part.items.n()}});
        item[medium] = media;
        part.items.push(&part.name, &item)
    }

    fn finish(&self, part: Part, folder: &Path) -> Result<String, ExportError> {
        let name = part.name;
        let mut out = create(folder, &name)?;
        let failed = |source| ExportError::io(&name, source);
        out.write_all(b"{\"info\":{},\n\"categories\":")
            .map_err(failed)?;
        serde_json::to_writer(&mut out, &categories(&self.vocabulary))
            .map_err(|error| ExportError::encode(&name, error))?;
        out.write_all(b",\n\"items\":").map_err(failed)?;
        part.items.copy_to(&name, &mut out)?;
        out.write_all(b"}\n").map_err(failed)?;
        close(&name, out)?;
        Ok(name)
    }
}

fn categories(vocabulary: &Vocabulary) -> Value {
    let (mut labels, mut points) = (Vec::new(), Vec::new());
    for (place, label, names) in vocabulary.labels() {
        labels.push(json!({"name": label, "parent": "", "attributes": []}));
        if !names.is_empty() {
            points.push(json!({"label_id": place, "labels": names, "joints": []}));
        }
    }
    json!({"label": {"labels": labels, "attributes": []}, "points": {"items": points}})
}

/// The record of an annotation, without its number.
fn record_of(annotation: &Annotation, vocabulary: &Vocabulary) -> Result<Record, Refused> {
    let because = |reason| Err(Refused::Because(reason));
    if annotation.label.is_empty() {
        return because("Datumaro's labels have names");
    }
    let Some(place) = vocabulary.place(&annotation.label) else {
        return because("the label appeared while the export was written");
    };
    let mut record = Map::new();
    let mut put = |name: &str, value: Value| {
        record.insert(name.to_owned(), value);
    };
    let mut turn_deg = None;
    match &annotation.shape {
        Shape::Box(rect) => {
            put("type", json!("bbox"));
            put(
                "bbox",
                json!([rect.x0, rect.y0, rect.width_px(), rect.height_px()]),
            );
        }
        Shape::RotatedBox(rect) if rect.angle_deg == 0.0 => {
            return because("Datumaro's boxes are turned by an angle other than 0");
        }
        Shape::RotatedBox(rect) => {
            turn_deg = Some(rect.angle_deg);
            let corner = [rect.cx - 0.5 * rect.width, rect.cy - 0.5 * rect.height];
            put("type", json!("bbox"));
            put(
                "bbox",
                json!([corner[0], corner[1], rect.width, rect.height]),
            );
        }
        Shape::Ellipse(Ellipse {
            cx,
            cy,
            rx,
            ry,
            angle_deg,
        }) => {
            turn_deg = Some(*angle_deg).filter(|deg| *deg != 0.0);
            put("type", json!("ellipse"));
            put("points", json!([cx - rx, cy - ry, cx + rx, cy + ry]));
        }
        Shape::Polygon(polygon) => {
            put("type", json!("polygon"));
            put("points", json!(flat(ring(polygon)?)));
        }
        Shape::Polyline(line) if line.len() < 2 => {
            return because("Datumaro's lines have two points or more");
        }
        Shape::Polyline(line) => {
            put("type", json!("polyline"));
            put("points", json!(flat(line)));
        }
        Shape::Keypoints(set) => {
            let (points, seen) = placed(set, vocabulary.points(&annotation.label))?;
            put("type", json!("points"));
            put("points", json!(flat(&points)));
            put("visibility", json!(seen));
        }
        Shape::Mask(mask) => {
            let size = [mask.height_px(), mask.width_px()];
            put("type", json!("mask"));
            put(
                "rle",
                json!({"counts": mask.to_coco_string(), "size": size}),
            );
        }
        Shape::Cuboid(cuboid) => {
            put("type", json!("cuboid_3d"));
            put("position", json!(cuboid.centre));
            put("rotation", json!([0.0, 0.0, cuboid.yaw_rad]));
            put("scale", json!(cuboid.size));
        }
        Shape::Classification { question, value }
            if question.is_empty() && *value == annotation.label =>
        {
            put("type", json!("label"));
        }
        _ => return Err(Refused::NoForm),
    }
    put("label_id", json!(place));
    let (attributes, group, z_order) = attributes(annotation, turn_deg)?;
    put("attributes", Value::Object(attributes));
    put("group", json!(group));
    put("z_order", json!(z_order));
    Ok(record)
}

/// Attributes, and the two that have places of their own: whole numbers other than 0.
fn attributes(
    annotation: &Annotation,
    turn_deg: Option<f64>,
) -> Result<(Record, i64, i64), Refused> {
    let mut left: BTreeMap<&str, &str> = annotation
        .attributes
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    if TAKEN.iter().any(|name| left.contains_key(name)) {
        return Err(Refused::Because(
            "Datumaro gives an attribute of this name a meaning of its own (keyframe, is_crowd, rotation, score)",
        ));
    }
    let mut number = |name: &str| {
        let found = left
            .get(name)
            .and_then(|text| text.parse::<i64>().ok().filter(|n| n.to_string() == **text));
        let found = found.filter(|number| *number != 0);
        if found.is_some() {
            left.remove(name);
        }
        found.unwrap_or_default()
    };
    let (group, z_order) = (number("group"), number("z_order"));
    let mut found = Map::new();
    for (name, text) in left {
        let flag = text.parse::<bool>().ok();
        let (name, value) = match (name, text) {
            ("iscrowd", "0" | "1") => ("is_crowd", json!(text == "1")),
            ("occluded", _) if flag.is_some() => (name, json!(flag)),
            _ => (name, json!(text)),
        };
        found.insert(name.to_owned(), value);
    }
    if let Some(deg) = turn_deg {
        found.insert("rotation".to_owned(), json!(deg));
    }
    if let Some(confidence) = annotation.confidence {
        if !(0.0..=1.0).contains(&confidence) {
            return Err(Refused::Because(
                "Datumaro's scores are read as confidence from 0 to 1 only",
            ));
        }
        found.insert("score".to_owned(), json!(confidence));
    }
    Ok((found, group, z_order))
}

fn flat(points: &[[f64; 2]]) -> Vec<f64> {
    points.iter().flatten().copied().collect()
}

fn ring(polygon: &MultiPolygon) -> Result<&[[f64; 2]], Refused> {
    match polygon.parts.as_slice() {
        [part] if part.holes.is_empty() => Ok(&part.exterior),
        [_] => Err(Refused::Because("Datumaro's polygons have no holes")),
        _ => Err(Refused::Because("Datumaro's polygons have one part")),
    }
}

/// A place and how it is seen for every name of the label; points that are not set are 0, 0 and 0.
fn placed(set: &[Keypoint], names: &[String]) -> Result<(Vec<[f64; 2]>, Vec<u8>), Refused> {
    if set.iter().any(|point| point.z_mm.is_some()) {
        return Err(Refused::Because("Datumaro's points have no depth"));
    }
    let of = |name: &String| set.iter().find(|point| point.name == *name);
    let points: Vec<[f64; 2]> = names
        .iter()
        .map(|name| of(name).map_or([0.0, 0.0], |point| [point.x_px, point.y_px]))
        .collect();
    let seen: Vec<u8> = names
        .iter()
        .map(|name| match of(name).map(|point| point.visibility) {
            None => 0,
            Some(Visibility::Occluded) => 1,
            Some(Visibility::Visible) => 2,
        })
        .collect();
    if seen.iter().filter(|seen| **seen > 0).count() < set.len() {
        return Err(Refused::Because(
            "Datumaro's points have one place for each name",
        ));
    }
    Ok((points, seen))
}
