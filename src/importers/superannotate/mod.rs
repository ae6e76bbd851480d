//! SuperAnnotate exports: one JSON file an image, of vector and pixel projects.
//!
//! | key | read as |
//! |---|---|
//! | `metadata` | `name` is the item, `width` and `height` its size; `status`, `annotatorEmail`, `qaEmail`, `lastAction` |
//! | `instances[]` | `type`, `className`, `createdBy`, `createdAt`, `updatedBy`, `updatedAt`, `creationType`, `error`, `attributes[].{groupName, name}` |
//! | `points` | `bbox` {x1, y1, x2, y2}; `rbbox` {x1 … y4}, corner by corner; `polygon` and `polyline` x, y, x, y …; `template` [{id, x, y}] |
//! | `exclude` | the holes of a polygon, a flat ring each |
//! | `cx`, `cy`, `rx`, `ry`, `angle`; `x`, `y` | `ellipse`; `point` |
//! | `parts[].color` | colours of `<image>___save.png` that are the instance, in pixel projects |
//! | `tags[]`, instances of type `tag` | labels of the image |
//! | `classes.json` | names by `classId`; which attributes are typed |
//!
//! Read in <https://github.com/superannotateai/superannotate-python-sdk>: `tests/data_set/`, `src/superannotate/lib/app/common.py` (colours),
//! `lib/app/analytics/common.py` (keys); <https://doc.superannotate.com/docs/vector-json> (status, users). Converters there pass the angle of
//! an ellipse on in degrees and in radians, so it is read only where it cannot be radians. Times of video instances are microseconds, and no frame rate
//! is exported.

mod classes;
mod headers;
mod image;
mod picture;
mod reader;
mod shapes;

use super::json::{Sketch, sketch};
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile};

const FORMAT: Format = Format {
    key: "superannotate",
    title: "SuperAnnotate JSON",
    detected_by: "a JSON object with `metadata` and `instances`, as SuperAnnotate writes it for each image",
    maps: "boxes, turned boxes, polygons with holes, lines, points, templates as keypoints, ellipses, masks of pixel projects (by colour in `___save.png`), tags; creator, times, status, approval, corrections, attributes by group, image size",
    ignores: "cuboids, comments, typed attributes, ellipses whose angle may be degrees or radians, instances of videos and texts; colours that no instance names; all counted",
    rater: "each instance's `createdBy` by the part of the address before `@`, else `annotatorEmail`; uploaded instances: the options; smart predictions that nobody changed are a model's",
    convention: "pixels from the image's top left corner; boxes by corners",
};

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// How the picture of a pixel project is named behind the image's name.
const PICTURE_ENDING: &str = "___save.png";

/// The importer for SuperAnnotate exports.
pub(super) struct Superannotate;

/// The one instance.
pub static IMPORTER: Superannotate = Superannotate;

impl Importer for Superannotate {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let reason = "no JSON object with `metadata` and `instances` that name a class, as SuperAnnotate writes them";
        let found = Detection::of_files(upload, 0.95, reason, |file| {
            sketch(file).is_some_and(|sketch| is_image(file, &sketch))
        });
        let Detection::Accepts {
            confidence,
            mut files,
        } = found
        else {
            return found;
        };
        // What belongs to the images: pictures of masks and the list of classes.
        let beside = upload.files().iter().enumerate().filter(|(_, file)| {
            is_picture(file) || sketch(file).is_some_and(|sketch| is_classes(&sketch))
        });
        files.extend(beside.map(|(index, _)| index));
        Detection::Accepts { confidence, files }
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let (mut images, mut pictures, mut classes) = (Vec::new(), Vec::new(), Vec::new());
        for file in files.iter().filter_map(|&index| upload.files().get(index)) {
            if is_picture(file) {
                pictures.push(file);
            } else if sketch(file).is_some_and(|sketch| is_classes(&sketch)) {
                classes.push(file);
            } else {
                images.push(file);
            }
        }
        let classes = classes::read(&classes, upload.limits(), sink)?;
        let mut reader = reader::Reader::new(upload.limits(), context, sink, &classes, &pictures);
        for file in images {
            reader.file(file)?;
        }
        reader.finish()
    }
}

fn is_picture(file: &UploadFile) -> bool {
    file.name().ends_with(PICTURE_ENDING) && file.head().starts_with(PNG_SIGNATURE)
}

fn is_image(file: &UploadFile, sketch: &Sketch) -> bool {
    let (Some(instances), true) = (sketch.element("instances"), !sketch.is_list) else {
        return false;
    };
    if sketch.element("metadata").is_none() {
        return false;
    }
    let names = ["className", "classId", "creationType", "parts", "meta"];
    let is_named = instances.iter().any(|key| names.contains(&key.as_str()));
    let head = file.head_text();
    let is_empty = instances.is_empty()
        && ["tags", "comments"]
            .into_iter()
            .any(|key| sketch.element(key).is_some())
        && ["\"lastAction\"", "\"annotatorEmail\"", "\"projectId\""]
            .into_iter()
            .any(|key| head.contains(key));
    is_named || is_empty
}

fn is_classes(sketch: &Sketch) -> bool {
    let has = |key: &str| {
        sketch
            .element("")
            .is_some_and(|keys| keys.iter().any(|found| found == key))
    };
    sketch.is_list && has("attribute_groups") && has("name")
}
