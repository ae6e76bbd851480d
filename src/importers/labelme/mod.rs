//! JSON of LabelMe (and of X-AnyLabeling, which builds on it): one file an image.
//!
//! | key | read as |
//! |---|---|
//! | `imagePath`, `imageWidth`, `imageHeight` | the item; without a size, that of the picture in `imageData` |
//! | `flags` | what was ticked about the image: a classification each |
//! | `shapes[].{label, shape_type, points}` | what was drawn |
//! | `shapes[].mask` | a PNG image in base64, put between the two `points`, both included |
//! | `shapes[].{group_id, flags, difficult, attributes}` | attributes; `score` is a confidence |
//!
//! Read in <https://github.com/wkentaro/labelme>, `labelme/_label_file.py`.

mod head;
mod shapes;

use super::json::fields::{list, max_record_bytes, value_of};
use super::json::{Element, JsonStream, Sketch, sketch};
use super::one_reading::{OneReading, image_of, plain};
use super::skips::skip;
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile};
use crate::domain::{ReadingKey, Shape, SkipReason};
use head::Head;
use std::collections::HashSet;

const FORMAT: Format = Format {
    key: "labelme",
    title: "LabelMe JSON",
    detected_by: "a JSON object with `shapes` that carry `label` and `points`, or with `imageData` and `imagePath`",
    maps: "rectangles, turned rectangles, polygons, circles, lines, points, masks; flags of the image as classifications; flags, groups, difficult, attributes; a score as confidence; image sizes as stated, else of the embedded picture",
    ignores: "the embedded picture, descriptions (noted), links between shapes and kinds of shapes that are not known: counted",
    rater: "none in the format: from the options",
    convention: "pixels from the image's corner; masks between two corner pixels, both included",
};

/// The importer for LabelMe JSON.
pub(super) struct LabelMe;

/// The one instance.
pub static IMPORTER: LabelMe = LabelMe;

impl Importer for LabelMe {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        Detection::of_files(
            upload,
            0.95,
            "no JSON object with `shapes` that carry `label` and `points`, or with `imageData` and `imagePath`",
            |file| sketch(file).is_some_and(|sketch| is_labelme(&sketch)),
        )
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let mut reader = Reader {
            max_bytes: max_record_bytes(upload.limits()),
            max_pixels: upload.limits().max_pixels,
            context,
            sink,
            seen: HashSet::new(),
            n_descriptions: 0,
        };
        for file in files.iter().filter_map(|&index| upload.files().get(index)) {
            // The whole file is walked before its first shape is kept: a broken one leaves nothing behind.
            match Head::of(file, reader.max_bytes) {
                Ok(head) => reader.file(file, &head)?,
                Err(ImportError::Container { detail, .. }) if files.len() > 1 => {
                    let reason = SkipReason::InvalidRecord;
                    skip(reader.sink, reason, file.path(), "", detail)?;
                }
                Err(error) => return Err(error),
            }
        }
        if reader.n_descriptions > 0 {
            let n = reader.n_descriptions;
            reader
                .sink
                .note(format!("shapes whose description is not read: {n}"))?;
        }
        Ok(())
    }
}

fn is_labelme(sketch: &Sketch) -> bool {
    let has = |key: &str| sketch.keys.iter().any(|(name, _)| name == key);
    let of_shape = sketch.element("shapes").unwrap_or_default();
    let shape_has = |key: &str| of_shape.iter().any(|name| name == key);
    !sketch.is_list
        && ((shape_has("label") && shape_has("points"))
            || (has("imageData") && has("imagePath"))
            // A large picture that stands first hides the rest from a short look.
            || (has("imageData") && !has("shapes") && has("version")))
}

struct Reader<'a> {
    max_bytes: usize,
    max_pixels: u64,
    context: &'a Context,
    sink: &'a mut dyn Sink,
    seen: HashSet<ReadingKey>,
    n_descriptions: u64,
}

impl Reader<'_> {
    fn file(&mut self, file: &UploadFile, head: &Head) -> Result<(), ImportError> {
        let stem = image_of(file, &[".json"]);
        let image = head.image.as_deref().unwrap_or(stem);
        let mut target = OneReading::new(file, image, None, self.context)?;
        if !self.seen.insert(target.reading.key.clone()) {
            let detail =
                "gives the same item key as an earlier file; name items by path (item key `path`)";
            let reason = SkipReason::InvalidRecord;
            return Ok(skip(self.sink, reason, file.path(), "", detail)?);
        }
        target.item.width_px = head.size_px.map(|(width, _)| width);
        target.item.height_px = head.size_px.map(|(_, height)| height);
        for (flag, is_set) in &head.flags {
            let shape = Shape::Classification {
                question: flag.clone(),
                value: is_set.to_string(),
            };
            target.keep(self.sink, plain(format!("flags.{flag}"), flag, shape))?;
        }
        let mut n_records = head.flags.len() + head.n_bad_flags;
        for place in 0..head.n_bad_flags {
            let detail = "is a flag of the image that is neither true nor false";
            let record = format!("flags[{place}]");
            target.skip(self.sink, SkipReason::InvalidRecord, &record, detail)?;
        }
        let mut stream = JsonStream::new(file.path(), file.open()?, self.max_bytes);
        stream.enter()?;
        while let Some(key) = stream.next_key()? {
            if key != "shapes" {
                stream.skip_value()?;
                continue;
            }
            stream.open_container()?;
            for at in 0.. {
                let place = format!("shapes[{at}]");
                let Some(element) = stream.next_element(|| place.clone())? else {
                    break;
                };
                n_records += 1;
                self.shape(&mut target, &place, &element)?;
            }
        }
        target.finish(self.sink, self.context, n_records)
    }

    fn shape(
        &mut self,
        target: &mut OneReading,
        place: &str,
        element: &Element,
    ) -> Result<(), ImportError> {
        let shape = match value_of(element, self.max_bytes) {
            Ok(shape) => shape,
            Err(detail) => {
                return target.skip(self.sink, SkipReason::InvalidRecord, place, &detail);
            }
        };
        let stated = target.placement.label.clone();
        match shapes::annotation(&shape, place, stated, target.size_px(), self.max_pixels) {
            Ok(annotation) => {
                let description = shape.get("description").and_then(|text| text.as_str());
                self.n_descriptions += u64::from(description.is_some_and(|text| !text.is_empty()));
                if list(&shape, "kie_linking").is_ok_and(|links| !links.is_empty()) {
                    let place = format!("{place}.kie_linking");
                    let detail = "links shapes, which is not compared";
                    target.skip(self.sink, SkipReason::Unsupported, &place, detail)?;
                }
                target.keep(self.sink, annotation)
            }
            Err((reason, detail)) => target.skip(self.sink, reason, place, &detail),
        }
    }
}
