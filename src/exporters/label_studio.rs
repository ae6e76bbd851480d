//! Label Studio JSON: tasks with one annotation each, one file for each rater, stage and session.
//!
//! The export names users by number, which Concord does not know, so that the rater stands in the file's path.

use super::label_studio_brush::packed;
use super::sets::{Form, Pass, Refused, write_sets};
use super::spool::{Spool, close, create};
use super::{ExportError, ExportFormat, ExportReport, Exporter, ReadingSet, Source};
use crate::domain::{Annotation, Keypoint, ReadingState, ReferenceKind, Role, Shape, Visibility};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

/// What Label Studio says about regions that began as a prediction; the importer keeps it as `source`.
const ORIGINS: [&str; 2] = ["prediction", "prediction-changed"];

/// Writes Label Studio JSON.
pub(super) struct LabelStudio;

const FORMAT: ExportFormat = ExportFormat {
    key: "label-studio",
    title: "Label Studio JSON",
    writes: "boxes, rotated boxes, ellipses, polygons of one part, brush masks, keypoints, choices and ratings; attributes of regions as choices, \
             confidence of regions as `score`; times, active time, gold as ground truth, skipped tasks, tasks on which nothing was found; a model's work \
             as predictions; one file for each stage, role, rater and session",
    leaves_out: "holes and polygons of several parts, lines, volumes, cuboids, clouds, text, tracks; points that are hidden, have a depth, or cannot be \
                 told apart by their names; answers under another label than their own; shapes on images of unknown size; readings that were never \
                 assigned. Without a count: attributes and confidence of answers, reviews, layers, and whether a mask is the only one of its label",
};

impl Exporter for LabelStudio {
    fn format(&self) -> &'static ExportFormat {
        &FORMAT
    }

    fn write(&self, source: &dyn Source, folder: &Path) -> Result<ExportReport, ExportError> {
        write_sets(self, source, folder)
    }
}

impl Form for LabelStudio {
    type File = (String, Spool);
    /// The results of one annotation: its region or answer, and what was asked about it.
    type Record = Vec<Value>;

    fn format(&self) -> &'static ExportFormat {
        &FORMAT
    }

    fn importer(&self) -> &'static str {
        "label_studio"
    }

    fn says(&self, state: ReadingState) -> bool {
        state != ReadingState::NeverAssigned
    }

    fn records(
        &self,
        pass: &Pass<'_>,
        refuse: &mut dyn FnMut(&Annotation, Refused),
    ) -> Vec<Vec<Value>> {
        let mut point_sets = BTreeSet::new();
        let mut records = Vec::new();
        for annotation in &pass.annotations {
            let mut results = Results {
                id: format!("r{}", records.len()),
                size_px: pass.item.width_px.zip(pass.item.height_px),
                rows: Vec::new(),
            };
            match results.add(annotation, &mut point_sets) {
                Ok(()) => records.push(results.rows),
                Err(refused) => refuse(annotation, refused),
            }
        }
        records
    }

    fn begin(&self, set: &ReadingSet, _folder: &Path) -> Result<Self::File, ExportError> {
        let name = format!("{}/tasks.json", set.folder());
        let spool = Spool::new(&name)?;
        Ok((name, spool))
    }

    fn add(
        &self,
        (name, spool): &mut Self::File,
        pass: &Pass<'_>,
        records: Vec<Vec<Value>>,
    ) -> Result<(), ExportError> {
        let results = records.into_iter().flatten().collect();
        spool.push(name, &task(pass, results, spool.n() + 1))
    }

    fn finish(&self, (name, spool): Self::File, folder: &Path) -> Result<String, ExportError> {
        let mut out = create(folder, &name)?;
        spool.copy_to(&name, &mut out)?;
        out.write_all(b"\n")
            .map_err(|source| ExportError::io(&name, source))?;
        close(&name, out)?;
        Ok(name)
    }
}

fn task(pass: &Pass<'_>, results: Vec<Value>, id: u64) -> Value {
    let reading = &pass.reading;
    let mut made = json!({"id": id, "result": results});
    let is_model = reading.role == Role::Model;
    if is_model {
        made["model_version"] = json!(reading.key.rater);
        let scores: Vec<f64> = pass
            .annotations
            .iter()
            .filter_map(|annotation| annotation.confidence)
            .collect();
        if !scores.is_empty() {
            made["score"] = json!(scores.iter().sum::<f64>() / scores.len() as f64);
        }
    } else {
        made["was_cancelled"] = json!(reading.state == ReadingState::Skipped);
        made["ground_truth"] = json!(reading.reference == Some(ReferenceKind::Gold));
        if let Some(done) = reading
            .finished_at_us
            .and_then(|us| jiff::Timestamp::from_microsecond(us).ok())
        {
            made["created_at"] = json!(done.to_string());
            made["updated_at"] = json!(done.to_string());
        }
        if let Some(ms) = reading.active_ms {
            made["lead_time"] = json!(ms as f64 / 1000.0);
        }
    }
    let (annotations, predictions) = if is_model {
        (Vec::new(), vec![made])
    } else {
        (vec![made], Vec::new())
    };
    json!({
        "id": id,
        "data": {"image": pass.image},
        "annotations": annotations,
        "predictions": predictions,
    })
}

struct Results {
    id: String,
    size_px: Option<(u32, u32)>,
    rows: Vec<Value>,
}

fn because<T>(reason: &'static str) -> Result<T, Refused> {
    Err(Refused::Because(reason))
}

impl Results {
    /// `point_sets` are the labels that have a set of points already: points of one control are one set.
    fn add<'a>(
        &mut self,
        annotation: &'a Annotation,
        point_sets: &mut BTreeSet<&'a str>,
    ) -> Result<(), Refused> {
        let id = self.id.clone();
        match &annotation.shape {
            Shape::Classification { question, value } => {
                if *value != annotation.label {
                    return because("a choice is its own label in Label Studio");
                }
                self.rows.push(answer(
                    &id,
                    question,
                    "choices",
                    json!({"choices": [value]}),
                ));
            }
            Shape::Ordinal { question, rank } => {
                if *question != annotation.label {
                    return because("a rating is labelled by its question in Label Studio");
                }
                self.rows
                    .push(answer(&id, question, "rating", json!({"rating": rank})));
            }
            Shape::Keypoints(points) => self.points(&id, annotation, points, point_sets)?,
            _ => {
                let (kind, mut value) = self.region(annotation)?;
                value[kind] = json!([annotation.label]);
                self.push_region(&id, "label", kind, value, annotation)?;
            }
        }
        Ok(())
    }

    fn size_of(&self, shape: &Shape) -> Result<(u32, u32), Refused> {
        match (shape, self.size_px) {
            (Shape::Mask(mask), _) => Ok((mask.width_px(), mask.height_px())),
            (_, Some(size)) => Ok(size),
            (_, None) => because("percent of an image need its size, which is unknown"),
        }
    }

    fn push_region(
        &mut self,
        id: &str,
        from_name: &str,
        kind: &str,
        value: Value,
        annotation: &Annotation,
    ) -> Result<(), Refused> {
        let (width, height) = self.size_of(&annotation.shape)?;
        let mut row = json!({
            "id": id,
            "type": kind,
            "from_name": from_name,
            "to_name": "image",
            "original_width": width,
            "original_height": height,
            "image_rotation": 0,
            "value": value,
        });
        if let Some(confidence) = annotation.confidence {
            row["score"] = json!(confidence);
        }
        let source = annotation.attributes.get("source").map(String::as_str);
        let origin = source.filter(|source| ORIGINS.contains(source));
        row["origin"] = json!(origin.unwrap_or("manual"));
        self.rows.push(row);
        for (name, text) in annotation.attributes.iter().filter(|(name, _)| {
            name.as_str() != "area_px2" && (name.as_str() != "source" || origin.is_none())
        }) {
            self.rows
                .push(answer(id, name, "choices", json!({"choices": [text]})));
        }
        Ok(())
    }

    fn region(&self, annotation: &Annotation) -> Result<(&'static str, Value), Refused> {
        let shape = &annotation.shape;
        let percent = |[x, y]: [f64; 2]| -> Result<[f64; 2], Refused> {
            let (width, height) = self.size_of(shape)?;
            Ok([100.0 * x / f64::from(width), 100.0 * y / f64::from(height)])
        };
        Ok(match shape {
            Shape::Box(rect) => {
                let [x, y] = percent([rect.x0, rect.y0])?;
                let [width, height] = percent([rect.width_px(), rect.height_px()])?;
                let value =
                    json!({"x": x, "y": y, "width": width, "height": height, "rotation": 0});
                ("rectanglelabels", value)
            }
            Shape::RotatedBox(rect) => {
                let (sin, cos) = rect.angle_deg.to_radians().sin_cos();
                let (half_width, half_height) = (0.5 * rect.width, 0.5 * rect.height);
                let [x, y] = percent([
                    rect.cx - cos * half_width + sin * half_height,
                    rect.cy - sin * half_width - cos * half_height,
                ])?;
                let [width, height] = percent([rect.width, rect.height])?;
                let rotation = rect.angle_deg.rem_euclid(360.0);
                let value =
                    json!({"x": x, "y": y, "width": width, "height": height, "rotation": rotation});
                ("rectanglelabels", value)
            }
            Shape::Ellipse(ellipse) => {
                let [x, y] = percent([ellipse.cx, ellipse.cy])?;
                let [rx, ry] = percent([ellipse.rx, ellipse.ry])?;
                let value = json!({"x": x, "y": y, "radiusX": rx, "radiusY": ry, "rotation": ellipse.angle_deg});
                ("ellipselabels", value)
            }
            Shape::Polygon(polygon) => {
                let [part] = polygon.parts.as_slice() else {
                    return because("Label Studio polygons have one part");
                };
                if !part.holes.is_empty() {
                    return because("Label Studio polygons have no holes");
                }
                let points = part
                    .exterior
                    .iter()
                    .map(|point| percent(*point))
                    .collect::<Result<Vec<_>, _>>()?;
                ("polygonlabels", json!({"points": points, "closed": true}))
            }
            Shape::Mask(mask) => ("brushlabels", json!({"format": "rle", "rle": packed(mask)})),
            _ => return Err(Refused::NoForm),
        })
    }

    fn points<'a>(
        &mut self,
        id: &str,
        annotation: &'a Annotation,
        points: &[Keypoint],
        point_sets: &mut BTreeSet<&'a str>,
    ) -> Result<(), Refused> {
        let names: BTreeSet<&str> = points.iter().map(|point| point.name.as_str()).collect();
        if points.is_empty() || names.len() < points.len() {
            return because("a set of points needs points of different names");
        }
        if points
            .iter()
            .any(|point| point.visibility == Visibility::Occluded || point.z_mm.is_some())
        {
            return because("Label Studio knows no hidden points and no depth");
        }
        let alone = points.len() == 1;
        if alone && points[0].name != annotation.label {
            return because("a single point is named by its label in Label Studio");
        }
        if !alone && !point_sets.insert(&annotation.label) {
            return because("Label Studio cannot tell two sets of points of one label apart");
        }
        let (width, height) = self.size_of(&annotation.shape)?;
        for (index, point) in points.iter().enumerate() {
            let value = json!({
                "x": 100.0 * point.x_px / f64::from(width),
                "y": 100.0 * point.y_px / f64::from(height),
                "width": 0.5,
                "keypointlabels": [point.name],
            });
            let from_name = if alone {
                format!("{}#{id}", annotation.label)
            } else {
                annotation.label.clone()
            };
            // What was asked about the set stands with its first point, which the set is named after when read.
            let plain = Annotation {
                attributes: BTreeMap::new(),
                ..annotation.clone()
            };
            let asked = if index == 0 { annotation } else { &plain };
            self.push_region(
                &format!("{id}.{index}"),
                &from_name,
                "keypointlabels",
                value,
                asked,
            )?;
        }
        Ok(())
    }
}

fn answer(id: &str, question: &str, kind: &str, value: Value) -> Value {
    json!({"id": id, "type": kind, "from_name": question, "to_name": "image", "value": value})
}
