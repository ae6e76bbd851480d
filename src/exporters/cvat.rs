//! CVAT XML 1.1 for images: one file for each rater, stage and session; the rater is the job's assignee.

use super::sets::{Form, Pass, Refused, write_sets};
use super::spool::{close, create};
use super::{ExportError, ExportFormat, ExportReport, Exporter, ReadingSet, Source};
use crate::domain::{Annotation, Keypoint, ReadingState, Shape, Visibility};
use crate::geometry::Mask;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use std::fs::File;
use std::io::{BufWriter, Error, Result as IoResult};
use std::path::Path;

/// Writes CVAT XML 1.1.
pub(super) struct Cvat;

const FORMAT: ExportFormat = ExportFormat {
    key: "cvat",
    title: "CVAT XML 1.1 for images",
    writes: "boxes and rotated boxes, ellipses, polygons of one part, lines, masks, points (as skeletons, visible or hidden), tags; attributes, those of \
             occlusion and source on the shape; images on which nothing was found; full precision, where the tool itself rounds to 2 decimals; one file \
             for each stage, role, rater and session",
    leaves_out: "holes and polygons of several parts, empty masks, points with a depth, volumes, cuboids, clouds, text, tracks, answers to a named \
                 question, ranks; readings that were skipped or never assigned. Without a count: times, reviews, confidence, layers, and whether a mask \
                 is the only one of its label",
};

/// Attributes that have a place of their own on a shape.
const ON_SHAPE: &[&str] = &["occluded", "source"];

type Xml = Writer<BufWriter<File>>;

pub(super) struct Part {
    name: String,
    xml: Xml,
    n_images: u64,
}

impl Exporter for Cvat {
    fn format(&self) -> &'static ExportFormat {
        &FORMAT
    }

    fn write(&self, source: &dyn Source, folder: &Path) -> Result<ExportReport, ExportError> {
        write_sets(self, source, folder)
    }
}

impl Form for Cvat {
    type File = Part;
    type Record = Element;

    fn format(&self) -> &'static ExportFormat {
        &FORMAT
    }

    fn importer(&self) -> &'static str {
        "cvat"
    }

    fn says(&self, state: ReadingState) -> bool {
        matches!(state, ReadingState::Annotated | ReadingState::ReviewedEmpty)
    }

    fn records(
        &self,
        pass: &Pass<'_>,
        refuse: &mut dyn FnMut(&Annotation, Refused),
    ) -> Vec<Element> {
        let mut elements = Vec::new();
        for annotation in &pass.annotations {
            match element(annotation) {
                Ok(element) => elements.push(element),
                Err(refused) => refuse(annotation, refused),
            }
        }
        elements
    }

    fn begin(&self, set: &ReadingSet, folder: &Path) -> Result<Part, ExportError> {
        let name = format!("{}/annotations.xml", set.folder());
        let mut xml = Writer::new_with_indent(create(folder, &name)?, b' ', 2);
        let mut head = || -> IoResult<()> {
            xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
            xml.write_event(Event::Start(BytesStart::new("annotations")))?;
            text(&mut xml, "version", "1.1")?;
            xml.create_element("meta").write_inner_content(|xml| {
                xml.create_element("job")
                    .write_inner_content(|xml| text(xml, "assignee", set.rater()))?;
                Ok(())
            })?;
            Ok(())
        };
        head().map_err(|source| ExportError::io(&name, source))?;
        Ok(Part {
            name,
            xml,
            n_images: 0,
        })
    }

    fn add(
        &self,
        part: &mut Part,
        pass: &Pass<'_>,
        elements: Vec<Element>,
    ) -> Result<(), ExportError> {
        part.image(pass, elements)
            .map_err(|source| ExportError::io(&part.name, source))
    }

    fn finish(&self, mut part: Part, _folder: &Path) -> Result<String, ExportError> {
        part.xml
            .write_event(Event::End(BytesEnd::new("annotations")))
            .map_err(|source| ExportError::io(&part.name, source))?;
        close(&part.name, part.xml.into_inner())?;
        Ok(part.name)
    }
}

impl Part {
    fn image(&mut self, pass: &Pass<'_>, elements: Vec<Element>) -> IoResult<()> {
        let mut attributes = vec![
            ("id", self.n_images.to_string()),
            ("name", pass.image.to_owned()),
        ];
        self.n_images += 1;
        let size = pass.item.width_px.zip(pass.item.height_px);
        if let Some((width, height)) = size.or_else(|| mask_size(pass)) {
            attributes.push(("width", width.to_string()));
            attributes.push(("height", height.to_string()));
        }
        self.xml
            .create_element("image")
            .with_attributes(borrowed(&attributes))
            .write_inner_content(|xml| {
                elements.iter().try_for_each(|element| element.write(xml))
            })?;
        Ok(())
    }
}

/// Masks are placed by the size of the image.
fn mask_size(pass: &Pass<'_>) -> Option<(u32, u32)> {
    pass.annotations
        .iter()
        .find_map(|annotation| match &annotation.shape {
            Shape::Mask(mask) => Some((mask.width_px(), mask.height_px())),
            _ => None,
        })
}

/// One shape: its tag, its attributes with the label first, the points of a skeleton, and what was ticked or typed.
pub(super) struct Element {
    tag: &'static str,
    attributes: Vec<(&'static str, String)>,
    points: Vec<Keypoint>,
    answers: Vec<(String, String)>,
}

fn element(annotation: &Annotation) -> Result<Element, Refused> {
    let because = |reason| Err(Refused::Because(reason));
    let mut points = Vec::new();
    let (tag, placed) = match &annotation.shape {
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
            points.clone_from(set);
            ("skeleton", Vec::new())
        }
        Shape::Classification { question, value }
            if question.is_empty() && *value == annotation.label =>
        {
            ("tag", Vec::new())
        }
        _ => return Err(Refused::NoForm),
    };
    let mut attributes = vec![("label", annotation.label.clone())];
    for name in ON_SHAPE {
        if let Some(value) = annotation.attributes.get(*name) {
            attributes.push((name, value.clone()));
        }
    }
    attributes.extend(placed);
    let answers = annotation.attributes.iter();
    let answers = answers.filter(|(name, _)| !ON_SHAPE.contains(&name.as_str()));
    Ok(Element {
        tag,
        attributes,
        points,
        answers: answers
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    })
}

impl Element {
    fn write(&self, xml: &mut Xml) -> IoResult<()> {
        xml.create_element(self.tag)
            .with_attributes(borrowed(&self.attributes))
            .write_inner_content(|xml| {
                for point in &self.points {
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
                for (name, value) in &self.answers {
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
