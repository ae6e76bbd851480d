//! Pascal VOC XML: one file an image, upright boxes.
//!
//! The challenge's own files count pixels from 1 and include the last one; nearly all tools that write the format
//! state corners, counted from 0. Which of the two holds is decided for each writer: see [`Origin`].
//!
//! Specification: <http://host.robots.ox.ac.uk/pascal/VOC/voc2012/htmldoc/devkit_doc.html>.

mod boxes;

use super::annotation_root::{Dialect, dialect, document, fault_of_one, side};
use super::context::base_name;
use super::skips::skip;
use super::xml::Node;
use super::{
    Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile, structure,
};
use crate::domain::{Annotation, ReadingKey, ReadingState, Shape, SkipReason};
use boxes::{Boxed, attributes, boxed, has_zero};
use std::collections::HashSet;

const FORMAT: Format = Format {
    key: "voc",
    title: "Pascal VOC XML",
    detected_by: "XML whose root is `<annotation>` and holds objects with `<bndbox>` or, without objects, `<segmented>`, `<size>` or `<source><database>`",
    maps: "boxes of objects and of their parts; difficult, truncated, occluded, pose, actions, attributes. Pixels count from 1, the last included, where `source/database`, or without one `folder`, names the VOC challenge and none of these files holds a 0; else corners from 0. The sidecar's `origin` column (one_based, zero_based; `*` in `file` for all) decides otherwise",
    ignores: "segmentation masks, turned boxes, outlines and points of objects: counted; paths of the writer's machine",
    rater: "none in the format: from the options",
    convention: "corners in pixels from 0; in the challenge's own files pixels counted from 1, the last included",
};

/// The importer for Pascal VOC XML.
pub(super) struct Voc;

/// The one instance.
pub static IMPORTER: Voc = Voc;

/// What a file's numbers count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// Pixels from 1; a box ends behind its last pixel.
    One,
    /// Corners from 0.
    Zero,
}

impl Origin {
    fn convention(self) -> &'static str {
        match self {
            Self::One => "pixels counted from 1, the last included",
            Self::Zero => "corners in pixels from 0",
        }
    }
}

impl Importer for Voc {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        Detection::of_files(
            upload,
            0.95,
            "no XML file whose root is `<annotation>` with `<bndbox>` in its objects",
            |file| dialect(file, upload.limits()) == Some(Dialect::Voc),
        )
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let files: Vec<&UploadFile> = files
            .iter()
            .filter_map(|&index| upload.files().get(index))
            .collect();
        // A 0 in one file of the challenge's kind shows that its writer only borrowed the name.
        let mut is_borrowed = false;
        let mut n_challenge = 0_u64;
        for file in &files {
            if let Ok(root) = document(file, upload.limits())
                && names_challenge(&root)
            {
                n_challenge += 1;
                is_borrowed |= has_zero(&root);
            }
        }
        if n_challenge > 0 {
            let note = if is_borrowed {
                "files that name the VOC challenge, but hold a 0 where it counts from 1; read as corners from 0 (sidecar column `origin` says otherwise)"
            } else {
                "files that name the VOC challenge, read as pixels counted from 1 (sidecar column `origin` says otherwise)"
            };
            sink.note(format!("{note}: {n_challenge}"))?;
        }
        let mut seen = HashSet::new();
        for file in &files {
            match document(file, upload.limits()) {
                Ok(root) => {
                    let is_one = names_challenge(&root) && !is_borrowed;
                    let origin = if is_one { Origin::One } else { Origin::Zero };
                    one(file, &root, origin, context, &mut seen, sink)?;
                }
                Err(error) => {
                    let detail = fault_of_one(error, files.len())?;
                    skip(sink, SkipReason::InvalidRecord, file.path(), "", detail)?;
                }
            }
        }
        Ok(())
    }
}

/// Whether a file says that it is the challenge's own: "The VOC2007 Database", `VOC2012`.
fn names_challenge(root: &Node) -> bool {
    let is_year = |text: &str| {
        text.strip_prefix("VOC")
            .and_then(|rest| rest.get(..4))
            .is_some_and(|year| year.bytes().all(|byte| byte.is_ascii_digit()))
    };
    match root.text_at(&["source", "database"]) {
        Some(database) => is_year(database.strip_prefix("The ").unwrap_or(database)),
        // Tools that name another database take the folder from where the images lie.
        None => root.text_at(&["folder"]).is_some_and(is_year),
    }
}

fn one(
    file: &UploadFile,
    root: &Node,
    guessed: Origin,
    context: &Context,
    seen: &mut HashSet<ReadingKey>,
    sink: &mut dyn Sink,
) -> Result<(), ImportError> {
    let stem = file.path().strip_suffix(".xml").unwrap_or(file.path());
    // Some writers put the name of their own file there.
    let name = root.text_at(&["filename"]).unwrap_or(stem);
    let name = name.strip_suffix(".xml").unwrap_or(name);
    let origin = match context.stated(file.path(), name, "origin") {
        None => guessed,
        Some("one_based") => Origin::One,
        Some("zero_based") => Origin::Zero,
        Some(_) => {
            return Err(ImportError::Option {
                option: "sidecar".to_owned(),
                detail: "`origin` is not one of one_based, zero_based".to_owned(),
            });
        }
    };
    let placement = context.place(file.path(), name)?;
    let key = placement.reading_key(None);
    if !seen.insert(key.clone()) {
        let detail =
            "gives the same item key as an earlier file; name items by path (item key `path`)";
        return Ok(skip(
            sink,
            SkipReason::InvalidRecord,
            file.path(),
            "",
            detail,
        )?);
    }
    let mut item = placement.to_item();
    item.width_px = side(root, &["size", "width"]);
    item.height_px = side(root, &["size", "height"]);
    item.image_name = Some(base_name(name).to_owned());
    let size_px = item.width_px.zip(item.height_px);
    sink.item(item)?;
    let announce = |sink: &mut dyn Sink, state| {
        let mut reading = placement.to_reading(key.clone(), state, file.path());
        origin
            .convention()
            .clone_into(&mut reading.source_convention);
        sink.reading(reading)
    };
    if root.text_at(&["segmented"]) == Some("1") {
        let detail = "has segmentation masks beside it, which this importer does not read; import them as PNG masks";
        skip(
            sink,
            SkipReason::Unsupported,
            file.path(),
            "segmented",
            detail,
        )?;
    }
    let mut records: Vec<(String, &Node, Option<String>)> = Vec::new();
    for (at, object) in root.all("object").enumerate() {
        let record = format!("object[{at}]");
        records.push((record.clone(), object, None));
        for (at, part) in object.all("part").enumerate() {
            records.push((format!("{record}/part[{at}]"), part, Some(record.clone())));
        }
    }
    if records.is_empty() && context.listed_is_reviewed() {
        announce(sink, ReadingState::ReviewedEmpty)?;
    }
    let mut is_announced = false;
    for (record, node, whole) in records {
        for other in ["robndbox", "polygon", "mask", "point", "keypoints"] {
            if node.all(other).next().is_some() {
                let place = format!("{record}/{other}");
                let detail = "is no upright box; only `bndbox` is read";
                skip(sink, SkipReason::Unsupported, file.path(), place, detail)?;
            }
        }
        let stated = node.text_at(&["name"]).or(placement.label.as_deref());
        let outcome = match (boxed(node, origin), stated) {
            (Ok(None), _) => continue,
            (Ok(Some(_)), None) => Err("has no `name`".to_owned()),
            (Ok(Some(boxed)), Some(label)) => Ok((boxed, label.to_owned())),
            (Err(detail), _) => Err(detail),
        };
        let (Boxed { rect, invalid }, label) = match outcome {
            Ok(found) => found,
            Err(detail) => {
                skip(sink, SkipReason::InvalidRecord, file.path(), record, detail)?;
                continue;
            }
        };
        if !is_announced {
            announce(sink, ReadingState::Annotated)?;
            is_announced = true;
        }
        let shape = Shape::Box(rect);
        let mut attributes = attributes(node);
        if let Some(whole) = whole {
            attributes.insert("group".to_owned(), whole);
        }
        sink.annotation(
            &key,
            Annotation {
                source_id: record,
                label,
                invalid: invalid.or_else(|| structure::invalid(&shape, size_px)),
                shape,
                attributes,
                confidence: None,
                finished_at_us: None,
                active_ms: None,
                semantic: false,
            },
        )?;
    }
    Ok(())
}
