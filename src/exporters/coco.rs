//! COCO JSON: one file for each rater, stage and session, since COCO names nobody.

use super::report::Tally;
use super::sidecar::{SIDECAR, Sidecar};
use super::spool::{Spool, close, create};
use super::vocabulary::Vocabulary;
use super::{ExportError, ExportFormat, ExportReport, Exporter, ReadingSet, Source};
use crate::domain::{Annotation, Item, Keypoint, ReadingState, Shape, Visibility};
use crate::geometry::{MultiPolygon, Rect};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

/// Writes COCO JSON.
pub(super) struct Coco;

const FORMAT: ExportFormat = ExportFormat {
    key: "coco",
    title: "COCO JSON",
    writes: "boxes, polygons of one or more parts, run-length masks, keypoints, labels of a whole image; attributes, confidence as `score`; \
             one file for each stage, role, rater and session",
    leaves_out: "holes, rotated boxes, ellipses, lines, volumes, cuboids, clouds, text, tracks, answers to a named question, ranks; skipped readings; times",
};

/// The file of one set of readings.
struct Part {
    name: String,
    images: Spool,
    annotations: Spool,
}

impl Exporter for Coco {
    fn format(&self) -> &'static ExportFormat {
        &FORMAT
    }

    fn write(&self, source: &dyn Source, folder: &Path) -> Result<ExportReport, ExportError> {
        let vocabulary = Vocabulary::of(source)?;
        let mut tally = Tally::default();
        let mut sidecar = Sidecar::default();
        let mut parts: BTreeMap<ReadingSet, Part> = BTreeMap::new();
        source.each(&mut |item, works| {
            tally.n_items += 1;
            let image = sidecar.name(item);
            for work in works {
                let state = work.reading.state;
                if !matches!(state, ReadingState::Annotated | ReadingState::ReviewedEmpty) {
                    tally.leave_out(&item.key, format!("COCO cannot say `{state}`"));
                    continue;
                }
                tally.n_readings += 1;
                let set = ReadingSet::of(&work.reading);
                let part = match parts.get_mut(&set) {
                    Some(part) => part,
                    None => {
                        let part = Part::new(&set)?;
                        parts.entry(set).or_insert(part)
                    }
                };
                let image_id = part.images.n() + 1;
                let record = image_record(item, image_id, &image);
                part.images.push(&part.name, &record)?;
                for annotation in &work.annotations {
                    let id = part.annotations.n() + 1;
                    match record_of(annotation, id, image_id, &vocabulary) {
                        Ok(record) => {
                            part.annotations.push(&part.name, &record)?;
                            tally.n_annotations += 1;
                        }
                        Err(Some(reason)) => tally.leave_out(&item.key, reason),
                        Err(None) => tally.unknown_technique(&item.key, "COCO", &annotation.shape),
                    }
                }
            }
            Ok(())
        })?;
        let mut files = vec![SIDECAR.to_owned()];
        for part in parts.into_values() {
            files.push(part.name.clone());
            part.finish(folder, &vocabulary)?;
        }
        sidecar.write(folder)?;
        let again = format!(
            "concord import FOLDER --format coco --pattern '{}' --sidecar FOLDER/{SIDECAR}",
            ReadingSet::PATTERN
        );
        Ok(tally.finish(FORMAT.key, files, again))
    }
}

impl Part {
    fn new(set: &ReadingSet) -> Result<Self, ExportError> {
        let name = format!("{}/annotations.json", set.folder());
        Ok(Self {
            images: Spool::new(&name)?,
            annotations: Spool::new(&name)?,
            name,
        })
    }

    /// Images and categories stand before the annotations, so that readers need one pass.
    fn finish(self, folder: &Path, vocabulary: &Vocabulary) -> Result<(), ExportError> {
        let name = self.name;
        let mut out = create(folder, &name)?;
        let put = |out: &mut std::io::BufWriter<std::fs::File>, text: &[u8]| {
            out.write_all(text)
                .map_err(|source| ExportError::io(&name, source))
        };
        put(&mut out, b"{\"images\":")?;
        self.images.copy_to(&name, &mut out)?;
        put(&mut out, b",\n\"categories\":")?;
        serde_json::to_writer(&mut out, &categories(vocabulary))
            .map_err(|error| ExportError::encode(&name, error))?;
        put(&mut out, b",\n\"annotations\":")?;
        self.annotations.copy_to(&name, &mut out)?;
        put(&mut out, b"}\n")?;
        close(&name, out)
    }
}

fn categories(vocabulary: &Vocabulary) -> Vec<Value> {
    vocabulary
        .labels()
        .map(|(place, label, points)| {
            let mut category = json!({"id": place + 1, "name": label, "supercategory": ""});
            if !points.is_empty() {
                category["keypoints"] = json!(points);
                category["skeleton"] = json!([]);
            }
            category
        })
        .collect()
}

fn image_record(item: &Item, id: u64, name: &str) -> Value {
    let mut record = json!({"id": id, "file_name": name});
    // pycocotools asks for both sides wherever a polygon is turned into a mask.
    if let (Some(width), Some(height)) = (item.width_px, item.height_px) {
        record["width"] = json!(width);
        record["height"] = json!(height);
    }
    record
}

/// The record of an annotation; an error with the reason, or without one where COCO knows no such shape.
fn record_of(
    annotation: &Annotation,
    id: u64,
    image_id: u64,
    vocabulary: &Vocabulary,
) -> Result<Value, Option<String>> {
    let place = vocabulary
        .place(&annotation.label)
        .ok_or_else(|| Some("the label appeared while the export was written".to_owned()))?;
    let mut record = Map::new();
    record.insert("id".to_owned(), json!(id));
    record.insert("image_id".to_owned(), json!(image_id));
    record.insert("category_id".to_owned(), json!(place + 1));
    let mut iscrowd = annotation
        .attributes
        .get("iscrowd")
        .map_or(0, |text| u8::from(text == "1"));
    match &annotation.shape {
        Shape::Box(rect) => {
            record.insert("bbox".to_owned(), bbox(rect));
            record.insert("area".to_owned(), json!(rect.area_px2()));
        }
        Shape::Polygon(polygon) => {
            record.insert("segmentation".to_owned(), rings(polygon)?);
            let around = polygon.bounding_box();
            record.insert(
                "bbox".to_owned(),
                around.map_or(Value::Null, |rect| bbox(&rect)),
            );
            record.insert("area".to_owned(), json!(polygon.area_px2()));
        }
        Shape::Mask(mask) => {
            let size = [mask.height_px(), mask.width_px()];
            let runs = json!({"size": size, "counts": mask.to_coco_string()});
            record.insert("segmentation".to_owned(), runs);
            let around = mask.bounding_box();
            let around = around.map(|b| json!([b.x0, b.y0, b.x1 - b.x0, b.y1 - b.y0]));
            record.insert("bbox".to_owned(), around.unwrap_or(json!([0, 0, 0, 0])));
            record.insert("area".to_owned(), json!(mask.area_px()));
        }
        Shape::Keypoints(points) => {
            let names = vocabulary.points(&annotation.label);
            record.insert("keypoints".to_owned(), json!(triples(points, names)?));
            record.insert("num_keypoints".to_owned(), json!(points.len()));
            let places: Vec<[f64; 2]> = points.iter().map(|p| [p.x_px, p.y_px]).collect();
            let around = Rect::around(&places);
            record.insert(
                "bbox".to_owned(),
                around.map_or(Value::Null, |rect| bbox(&rect)),
            );
            if let Some(area) = annotation
                .attributes
                .get("area_px2")
                .and_then(|text| text.parse::<f64>().ok())
            {
                record.insert("area".to_owned(), json!(area));
            }
        }
        Shape::Classification { question, value }
            if question.is_empty() && *value == annotation.label =>
        {
            iscrowd = 0;
        }
        _ => return Err(None),
    }
    record.insert("iscrowd".to_owned(), json!(iscrowd));
    if let Some(confidence) = annotation.confidence {
        record.insert("score".to_owned(), json!(confidence));
    }
    let attributes: Map<String, Value> = annotation
        .attributes
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "iscrowd" | "area_px2"))
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect();
    if !attributes.is_empty() {
        record.insert("attributes".to_owned(), Value::Object(attributes));
    }
    Ok(Value::Object(record))
}

fn bbox(rect: &Rect) -> Value {
    json!([rect.x0, rect.y0, rect.width_px(), rect.height_px()])
}

fn rings(polygon: &MultiPolygon) -> Result<Value, Option<String>> {
    if polygon.parts.iter().any(|part| !part.holes.is_empty()) {
        return Err(Some("COCO polygons have no holes".to_owned()));
    }
    let flat = |ring: &[[f64; 2]]| -> Vec<f64> { ring.iter().flatten().copied().collect() };
    Ok(json!(
        polygon
            .parts
            .iter()
            .map(|part| flat(&part.exterior))
            .collect::<Vec<_>>()
    ))
}

/// x, y, v of every name of the category; points that are not set are 0, 0, 0.
fn triples(points: &[Keypoint], names: &[String]) -> Result<Vec<f64>, Option<String>> {
    if points.iter().any(|point| point.z_mm.is_some()) {
        return Err(Some("COCO keypoints have no depth".to_owned()));
    }
    let mut numbers = vec![0.0; 3 * names.len()];
    let mut n_set = 0;
    for (name, triple) in names.iter().zip(numbers.chunks_exact_mut(3)) {
        if let Some(point) = points.iter().find(|point| point.name == *name) {
            let v = match point.visibility {
                Visibility::Occluded => 1.0,
                Visibility::Visible => 2.0,
            };
            triple.copy_from_slice(&[point.x_px, point.y_px, v]);
            n_set += 1;
        }
    }
    if n_set < points.len() {
        return Err(Some(
            "COCO keypoints have one place for each name".to_owned(),
        ));
    }
    Ok(numbers)
}
