//! COCO JSON: one file for each rater, stage and session, since COCO names nobody.

use super::sets::{Form, Pass, Refused, write_sets};
use super::spool::{Spool, close, create};
use super::vocabulary::Vocabulary;
use super::{ExportError, ExportFormat, ExportReport, Exporter, ReadingSet, Source};
use crate::domain::{Annotation, Item, Keypoint, ReadingState, Shape, Visibility};
use crate::geometry::{MultiPolygon, Rect};
use serde_json::{Map, Value, json};
use std::io::Write;
use std::path::Path;

/// Writes COCO JSON.
pub(super) struct Coco;

const FORMAT: ExportFormat = ExportFormat {
    key: "coco",
    title: "COCO JSON",
    writes: "boxes, polygons of one or more parts, run-length masks, keypoints (visible or hidden), labels of a whole image; attributes, confidence as \
             `score`; images on which nothing was found; one file for each stage, role, rater and session",
    leaves_out: "holes, rotated boxes, ellipses, lines, points with a depth or a repeated name, volumes, cuboids, clouds, text, tracks, answers to a \
                 named question, ranks; readings that were skipped or never assigned. Without a count: times, reviews, layers, and whether a mask is \
                 the only one of its label",
};

impl Exporter for Coco {
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
    images: Spool,
    annotations: Spool,
}

impl Form for Files {
    type File = Part;
    type Record = Map<String, Value>;

    fn format(&self) -> &'static ExportFormat {
        &FORMAT
    }

    fn importer(&self) -> &'static str {
        "coco"
    }

    fn says(&self, state: ReadingState) -> bool {
        matches!(state, ReadingState::Annotated | ReadingState::ReviewedEmpty)
    }

    fn records(
        &self,
        pass: &Pass<'_>,
        refuse: &mut dyn FnMut(&Annotation, Refused),
    ) -> Vec<Self::Record> {
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
        let name = format!("{}/annotations.json", set.folder());
        Ok(Part {
            images: Spool::new(&name)?,
            annotations: Spool::new(&name)?,
            name,
        })
    }

    fn add(
        &self,
        part: &mut Part,
        pass: &Pass<'_>,
        records: Vec<Self::Record>,
    ) -> Result<(), ExportError> {
        let image_id = part.images.n() + 1;
        let image = image_record(pass.item, image_id, pass.image);
        part.images.push(&part.name, &image)?;
        for mut record in records {
            record.insert("id".to_owned(), json!(part.annotations.n() + 1));
            record.insert("image_id".to_owned(), json!(image_id));
            part.annotations.push(&part.name, &record)?;
        }
        Ok(())
    }

    /// Images and categories stand before the annotations, so that readers need one pass.
    fn finish(&self, part: Part, folder: &Path) -> Result<String, ExportError> {
        let name = part.name;
        let mut out = create(folder, &name)?;
        let put = |out: &mut std::io::BufWriter<std::fs::File>, text: &[u8]| {
            out.write_all(text)
                .map_err(|source| ExportError::io(&name, source))
        };
        put(&mut out, b"{\"images\":")?;
        part.images.copy_to(&name, &mut out)?;
        put(&mut out, b",\n\"categories\":")?;
        serde_json::to_writer(&mut out, &categories(&self.vocabulary))
            .map_err(|error| ExportError::encode(&name, error))?;
        put(&mut out, b",\n\"annotations\":")?;
        part.annotations.copy_to(&name, &mut out)?;
        put(&mut out, b"}\n")?;
        close(&name, out)?;
        Ok(name)
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

/// The record of an annotation, without its number and its image.
fn record_of(
    annotation: &Annotation,
    vocabulary: &Vocabulary,
) -> Result<Map<String, Value>, Refused> {
    let place = vocabulary.place(&annotation.label).ok_or(Refused::Because(
        "the label appeared while the export was written",
    ))?;
    let mut record = Map::new();
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
            // A box would be taken for the object's size, which similarity of points is scaled by.
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
        _ => return Err(Refused::NoForm),
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
    Ok(record)
}

fn bbox(rect: &Rect) -> Value {
    json!([rect.x0, rect.y0, rect.width_px(), rect.height_px()])
}

fn rings(polygon: &MultiPolygon) -> Result<Value, Refused> {
    if polygon.parts.iter().any(|part| !part.holes.is_empty()) {
        return Err(Refused::Because("COCO polygons have no holes"));
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
fn triples(points: &[Keypoint], names: &[String]) -> Result<Vec<f64>, Refused> {
    if points.iter().any(|point| point.z_mm.is_some()) {
        return Err(Refused::Because("COCO keypoints have no depth"));
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
        return Err(Refused::Because(
            "COCO keypoints have one place for each name",
        ));
    }
    Ok(numbers)
}
