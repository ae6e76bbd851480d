//! CVAT XML 1.1 for images: one file for each rater, stage and session; the rater is the job's assignee.

use super::report::Tally;
use super::sidecar::{SIDECAR, Sidecar};
use super::source::file_name;
use super::spool::{close, create};
use super::{ExportError, ExportFormat, ExportReport, Exporter, ReadingSet, Source, Work};
use crate::domain::{Annotation, Item, Keypoint, ReadingState, Shape, Visibility};
use crate::geometry::Mask;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Error, Result as IoResult};
use std::path::Path;

/// Writes CVAT XML 1.1.
pub(super) struct Cvat;

const FORMAT: ExportFormat = ExportFormat {
    key: "cvat",
    title: "CVAT XML 1.1 for images",
    writes: "boxes and rotated boxes, ellipses, polygons of one part, lines, masks, points (as skeletons), tags; attributes, occlusion and order; \
             full precision, where the tool itself rounds to 2 decimals",
    leaves_out: "holes and polygons of several parts, volumes, cuboids, clouds, text, tracks, answers to a named question, ranks; skipped readings; times; confidence",
};

/// Attributes that have a place of their own on a shape.
const ON_SHAPE: &[&str] = &["occluded", "source"];

type Xml = Writer<BufWriter<File>>;

struct Part {
    name: String,
    xml: Xml,
    n_images: u64,
}

impl Exporter for Cvat {
    fn format(&self) -> &'static ExportFormat {
        &FORMAT
    }

    fn write(&self, source: &dyn Source, folder: &Path) -> Result<ExportReport, ExportError> {
        let mut tally = Tally::default();
        let mut sidecar = Sidecar::default();
        let mut parts: BTreeMap<ReadingSet, Part> = BTreeMap::new();
        source.each(&mut |item, works| {
            tally.n_items += 1;
            let image = sidecar.name(item);
            for work in works {
                let state = work.reading.state;
                if !matches!(state, ReadingState::Annotated | ReadingState::ReviewedEmpty) {
                    tally.leave_out(&item.key, format!("CVAT cannot say `{state}`"));
                    continue;
                }
                let set = ReadingSet::of(&work.reading);
                if !parts.contains_key(&set) {
                    parts.insert(
                        set.clone(),
                        Part::begin(folder, &set, &work.reading.key.rater)?,
                    );
                }
                let Some(part) = parts.get_mut(&set) else {
                    continue;
                };
                tally.n_readings += 1;
                part.image(item, &image, work, &mut tally)
                    .map_err(|source| ExportError::io(&part.name, source))?;
            }
            Ok(())
        })?;
        let mut files = vec![SIDECAR.to_owned()];
        for part in parts.into_values() {
            files.push(part.finish()?);
        }
        sidecar.write(folder)?;
        let again = format!(
            "concord import FOLDER --format cvat --pattern '{}' --sidecar FOLDER/{SIDECAR}",
            ReadingSet::PATTERN
        );
        Ok(tally.finish(FORMAT.key, files, again))
    }
}

impl Part {
    fn begin(folder: &Path, set: &ReadingSet, rater: &str) -> Result<Self, ExportError> {
        let name = format!("{}/annotations.xml", set.folder());
        let mut xml = Writer::new_with_indent(create(folder, &name)?, b' ', 2);
        // The name as the folder has it, so that the two do not say different things when they are read again.
        let rater = file_name(rater);
        let mut head = || -> IoResult<()> {
            xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
            xml.write_event(Event::Start(quick_xml::events::BytesStart::new(
                "annotations",
            )))?;
            text(&mut xml, "version", "1.1")?;
            xml.create_element("meta").write_inner_content(|xml| {
                xml.create_element("job")
                    .write_inner_content(|xml| text(xml, "assignee", &rater))?;
                Ok(())
            })?;
            Ok(())
        };
        head().map_err(|source| ExportError::io(&name, source))?;
        Ok(Self {
            name,
            xml,
            n_images: 0,
        })
    }

    fn finish(mut self) -> Result<String, ExportError> {
        self.xml
            .write_event(Event::End(quick_xml::events::BytesEnd::new("annotations")))
            .map_err(|source| ExportError::io(&self.name, source))?;
        close(&self.name, self.xml.into_inner())?;
        Ok(self.name)
    }

    fn image(&mut self, item: &Item, image: &str, work: &Work, tally: &mut Tally) -> IoResult<()> {
        let mut attributes = vec![
            ("id", self.n_images.to_string()),
            ("name", image.to_owned()),
        ];
        self.n_images += 1;
        let size = item
            .width_px
            .zip(item.height_px)
            .or_else(|| mask_size(work));
        if let Some((width, height)) = size {
            attributes.push(("width", width.to_string()));
            attributes.push(("height", height.to_string()));
        }
        self.xml
            .create_element("image")
            .with_attributes(borrowed(&attributes))
            .write_inner_content(|xml| {
                for annotation in &work.annotations {
                    match element(annotation) {
                        Ok(element) => {
                            element.write(xml, annotation)?;
                            tally.n_annotations += 1;
                        }
                        Err(Some(reason)) => tally.leave_out(&item.key, reason),
                        Err(None) => tally.unknown_technique(&item.key, "CVAT", &annotation.shape),
                    }
                }
                Ok::<(), Error>(())
            })?;
        Ok(())
    }
}

/// Masks are placed by the size of the image.
fn mask_size(work: &Work) -> Option<(u32, u32)> {
    work.annotations
        .iter()
        .find_map(|annotation| match &annotation.shape {
            Shape::Mask(mask) => Some((mask.width_px(), mask.height_px())),
            _ => None,
        })
}

/// One shape: its tag, its attributes, and the points of a skeleton.
struct Element<'a> {
    tag: &'static str,
    attributes: Vec<(&'static str, String)>,
    points: &'a [Keypoint],
}

fn element(annotation: &Annotation) -> Result<Element<'_>, Option<String>> {
    let because = |reason: &str| Err(Some(reason.to_owned()));
    let mut points: &[Keypoint] = &[];
    let (tag, attributes) = match &annotation.shape {
        Shape::Box(rect) => ("box", corners(rect.x0, rect.y0, rect.x1, rect.y1)),
        Shape::RotatedBox(rect) => {
            let (half_width, half_height) = (0.5 * rect.width, 0.5 * rect.height);
            let mut found = corners(
                rect.cx - half_width,
                rect.cy - half_height,
                rect.cx + half_width,
                rect.cy + half_height,
            );
            found.push(("rotation", rect.angle_deg.rem_euclid(360.0).to_string()));
            ("box", found)
        }
        Shape::Ellipse(ellipse) => (
            "ellipse",
            vec![
                ("cx", ellipse.cx.to_string()),
                ("cy", ellipse.cy.to_string()),
                ("rx", ellipse.rx.to_string()),
                ("ry", ellipse.ry.to_string()),
                ("rotation", ellipse.angle_deg.to_string()),
            ],
        ),
        Shape::Polygon(polygon) => {
            let [part] = polygon.parts.as_slice() else {
                return because("CVAT polygons have one part");
            };
            if !part.holes.is_empty() {
                return because("CVAT polygons have no holes");
            }
            ("polygon", vec![("points", pairs(&part.exterior))])
        }
        Shape::Polyline(line) => ("polyline", vec![("points", pairs(line))]),
        Shape::Mask(mask) => {
            let Some(found) = runs(mask) else {
                return because("a CVAT mask has at least one pixel");
            };
            ("mask", found)
        }
        Shape::Keypoints(set) => {
            if set.iter().any(|point| point.z_mm.is_some()) {
                return because("CVAT points have no depth");
            }
            points = set;
            ("skeleton", Vec::new())
        }
        Shape::Classification { question, value }
            if question.is_empty() && *value == annotation.label =>
        {
            ("tag", Vec::new())
        }
        _ => return Err(None),
    };
    Ok(Element {
        tag,
        attributes,
        points,
    })
}

impl Element<'_> {
    fn write(self, xml: &mut Xml, annotation: &Annotation) -> IoResult<()> {
        let mut attributes = vec![("label", annotation.label.clone())];
        for name in ON_SHAPE {
            if let Some(value) = annotation.attributes.get(*name) {
                attributes.push((name, value.clone()));
            }
        }
        attributes.extend(self.attributes);
        xml.create_element(self.tag)
            .with_attributes(borrowed(&attributes))
            .write_inner_content(|xml| {
                for point in self.points {
                    let occluded = u8::from(point.visibility == Visibility::Occluded);
                    let own = [
                        ("label", point.name.clone()),
                        ("outside", "0".to_owned()),
                        ("occluded", occluded.to_string()),
                        ("points", pairs(&[[point.x_px, point.y_px]])),
                    ];
                    xml.create_element("points")
                        .with_attributes(borrowed(&own))
                        .write_empty()?;
                }
                for (name, value) in annotation
                    .attributes
                    .iter()
                    .filter(|(name, _)| !ON_SHAPE.contains(&name.as_str()))
                {
                    xml.create_element("attribute")
                        .with_attribute(("name", name.as_str()))
                        .write_text_content(BytesText::new(value))?;
                }
                Ok::<(), Error>(())
            })?;
        Ok(())
    }
}

fn corners(x0: f64, y0: f64, x1: f64, y1: f64) -> Vec<(&'static str, String)> {
    vec![
        ("xtl", x0.to_string()),
        ("ytl", y0.to_string()),
        ("xbr", x1.to_string()),
        ("ybr", y1.to_string()),
    ]
}

fn pairs(points: &[[f64; 2]]) -> String {
    points
        .iter()
        .map(|[x, y]| format!("{x},{y}"))
        .collect::<Vec<_>>()
        .join(";")
}

/// Run lengths along the rows of the mask's frame, unset first; `None` for an empty mask.
fn runs(mask: &Mask) -> Option<Vec<(&'static str, String)>> {
    let frame = mask.bounding_box()?;
    let (width, height) = (frame.x1 - frame.x0, frame.y1 - frame.y0);
    let mut counts: Vec<u32> = Vec::new();
    let mut done = 0;
    for span in mask.spans() {
        let start = (span.y - frame.y0) * width + (span.x0 - frame.x0);
        let n_set = span.x1 - span.x0;
        match counts.last_mut() {
            // A run that goes on in the next row.
            Some(last) if start == done => *last += n_set,
            _ => counts.extend([start - done, n_set]),
        }
        done = start + n_set;
    }
    if width * height > done {
        counts.push(width * height - done);
    }
    let counts: Vec<String> = counts.iter().map(u32::to_string).collect();
    Some(vec![
        ("rle", counts.join(", ")),
        ("left", frame.x0.to_string()),
        ("top", frame.y0.to_string()),
        ("width", width.to_string()),
        ("height", height.to_string()),
    ])
}

fn text(xml: &mut Xml, tag: &str, content: &str) -> IoResult<()> {
    xml.create_element(tag)
        .write_text_content(BytesText::new(content))
        .map(|_| ())
}

fn borrowed<'a>(
    attributes: &'a [(&'static str, String)],
) -> impl Iterator<Item = (&'a str, &'a str)> {
    attributes
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
}
