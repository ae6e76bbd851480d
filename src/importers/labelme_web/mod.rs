//! XML of the LabelMe web tool: one file an image, each object with the person who drew it and when.
//!
//! Format: <http://labelme.csail.mit.edu/Release3.0/browserTools/php/matlab_toolbox.php>.

mod shapes;

use super::annotation_root::{Dialect, dialect, document, fault_of_one, side};
use super::context::base_name;
use super::image_size::is_image;
use super::people::People;
use super::skips::skip;
use super::xml::Node;
use super::{
    Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile, structure,
};
use crate::domain::{
    Annotation, ReadingKey, ReadingState, Review, ReviewOutcome, Shape, SkipReason,
};
use shapes::{attributes, drawn, finished_at_us};
use std::collections::{BTreeMap, HashSet};

const FORMAT: Format = Format {
    key: "labelme_web",
    title: "LabelMe web XML",
    detected_by: "XML whose root is `<annotation>` and holds objects with `<polygon>` or `<segm>` or, without objects, `<imagesize>` or `<source><sourceImage>`",
    maps: "outlines, boxes, lines of two points, points, masks of the upload's `Masks` folder; a reading a person, with the time of each object; occluded, attributes, parts; readings of which every object is verified are accepted",
    ignores: "scribbles that a mask was grown from; objects that are marked as deleted, counted",
    rater: "`username` of each object; else, and for `anonymous`, the options",
    convention: "pixels from the image's corner",
};

/// Masks and scribbles are images in folders of these names beside the file.
const FOLDERS: &[&str] = &["Masks", "Scribbles"];

/// The importer for XML of the LabelMe web tool.
pub(super) struct LabelMeWeb;

/// The one instance.
pub static IMPORTER: LabelMeWeb = LabelMeWeb;

impl Importer for LabelMeWeb {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let found = Detection::of_files(
            upload,
            0.95,
            "no XML file whose root is `<annotation>` with `<polygon>` or `<segm>` in its objects",
            |file| dialect(file, upload.limits()) == Some(Dialect::LabelMe),
        );
        match found {
            Detection::Accepts {
                confidence,
                mut files,
            } => {
                files.extend(
                    (0..upload.files().len()).filter(|&at| is_picture(&upload.files()[at])),
                );
                files.sort_unstable();
                Detection::Accepts { confidence, files }
            }
            rejected => rejected,
        }
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let files = files.iter().filter_map(|&index| upload.files().get(index));
        let (pictures, documents): (Vec<&UploadFile>, Vec<&UploadFile>) =
            files.partition(|file| is_picture(file));
        let mut reader = Reader {
            upload,
            context,
            people: People::default(),
            seen: HashSet::new(),
            used: HashSet::new(),
            n_partly_verified: 0,
        };
        for file in &documents {
            match document(file, upload.limits()) {
                Ok(root) => reader.one(file, &root, sink)?,
                Err(error) => {
                    let detail = fault_of_one(error, documents.len())?;
                    skip(sink, SkipReason::InvalidRecord, file.path(), "", detail)?;
                }
            }
        }
        for file in pictures {
            if !reader.used.contains(file.path()) {
                let detail =
                    "is no mask that an object names: a scribble, or of an object that is left out";
                skip(sink, SkipReason::NotAnnotation, file.path(), "", detail)?;
            }
        }
        if reader.n_partly_verified > 0 {
            sink.note(format!(
                "readings of which only some objects are verified, and which are not taken as reviewed: {}",
                reader.n_partly_verified
            ))?;
        }
        Ok(())
    }
}

/// Whether a file is an image in the tool's folder of masks or of scribbles.
fn is_picture(file: &UploadFile) -> bool {
    let folder = file.path().rsplit('/').nth(1).unwrap_or_default();
    FOLDERS.contains(&folder) && is_image(file)
}

/// What one person drew on an image.
#[derive(Default)]
struct Drawer {
    annotations: Vec<Annotation>,
    n_verified: usize,
    last_us: Option<i64>,
}

struct Reader<'a> {
    upload: &'a Upload,
    context: &'a Context,
    people: People,
    /// Items that a file described.
    seen: HashSet<String>,
    /// Paths of the masks that objects name.
    used: HashSet<String>,
    n_partly_verified: u64,
}

impl Reader<'_> {
    fn one(
        &mut self,
        file: &UploadFile,
        root: &Node,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let stem = file.path().strip_suffix(".xml").unwrap_or(file.path());
        let name = root.text_at(&["filename"]).unwrap_or(stem);
        let placement = self.context.place(file.path(), name)?;
        if !self.seen.insert(placement.item.clone()) {
            let detail =
                "gives the same item key as an earlier file; name items by path (item key `path`)";
            let reason = SkipReason::InvalidRecord;
            return Ok(skip(sink, reason, file.path(), "", detail)?);
        }
        let mut item = placement.to_item();
        item.width_px = side(root, &["imagesize", "ncols"]);
        item.height_px = side(root, &["imagesize", "nrows"]);
        item.image_name = Some(base_name(name).to_owned());
        let size_px = item.width_px.zip(item.height_px);
        sink.item(item)?;
        let mut by_key: BTreeMap<ReadingKey, Drawer> = BTreeMap::new();
        let mut n_objects = 0_u64;
        for (at, object) in root.all("object").enumerate() {
            n_objects += 1;
            let record = format!("object[{at}]");
            if object.text_at(&["deleted"]) == Some("1") {
                let reason = SkipReason::Withdrawn;
                skip(sink, reason, file.path(), record, "is marked as deleted")?;
                continue;
            }
            let stated = object.text_at(&["name"]).or(placement.label.as_deref());
            let outcome = match stated {
                Some(label) => drawn(object, label, file, self.upload, &mut self.used)
                    .map(|found| (label, found)),
                None => Err((SkipReason::InvalidRecord, "has no `name`".to_owned())),
            };
            let (label, (shape, person)) = match outcome {
                Ok(found) => found,
                Err((reason, detail)) => {
                    skip(sink, reason, file.path(), record, detail)?;
                    continue;
                }
            };
            let person = person.filter(|name| *name != "anonymous");
            let person = person.map(|name| self.people.name(name));
            let key = placement.reading_key(person.as_deref());
            let drawer = by_key.entry(key).or_default();
            let finished_at_us = object.text_at(&["date"]).and_then(finished_at_us);
            drawer.last_us = drawer.last_us.max(finished_at_us);
            drawer.n_verified += usize::from(object.text_at(&["verified"]) == Some("1"));
            let label = label.to_owned();
            drawer.annotations.push(annotation(
                object,
                record,
                label,
                shape,
                finished_at_us,
                size_px,
            ));
        }
        if n_objects == 0 && self.context.listed_is_reviewed() {
            let key = placement.reading_key(None);
            sink.reading(placement.to_reading(key, ReadingState::ReviewedEmpty, file.path()))?;
        }
        for (key, drawer) in by_key {
            let state = ReadingState::Annotated;
            let mut reading = placement.to_reading(key.clone(), state, file.path());
            reading.finished_at_us = drawer.last_us.or(reading.finished_at_us);
            if drawer.n_verified == drawer.annotations.len() {
                reading.review = Some(Review {
                    outcome: ReviewOutcome::Accepted,
                    reviewer: None,
                    at_us: None,
                });
            } else {
                self.n_partly_verified += u64::from(drawer.n_verified > 0);
            }
            sink.reading(reading)?;
            for annotation in drawer.annotations {
                sink.annotation(&key, annotation)?;
            }
        }
        Ok(())
    }
}

fn annotation(
    object: &Node,
    record: String,
    label: String,
    shape: Shape,
    finished_at_us: Option<i64>,
    size_px: Option<(u32, u32)>,
) -> Annotation {
    Annotation {
        source_id: object.text_at(&["id"]).map_or(record, str::to_owned),
        label,
        invalid: structure::invalid(&shape, size_px),
        shape,
        attributes: attributes(object),
        confidence: None,
        finished_at_us,
        active_ms: None,
        semantic: false,
    }
}
