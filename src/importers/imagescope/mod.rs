//! Aperio ImageScope XML: annotations of one slide each file.
//!
//! `<Annotations MicronsPerPixel>` holds layers, `<Annotation Name LineColor>`, with one `<Region Type NegativeROA>` a shape.

mod document;
mod holes;
mod regions;
#[cfg(test)]
mod tests;

use super::xml::{Piece, XmlReader};
use super::{Context, Detection, Format, ImportError, Importer, Limits, Sink, Upload, UploadFile};

const ROOT: &str = "Annotations";

const FORMAT: Format = Format {
    key: "imagescope",
    title: "Aperio ImageScope XML",
    detected_by: "XML whose root is `<Annotations>` with `MicronsPerPixel`, or with an `<Annotation>` that has a `LineColor`",
    maps: "item: the file's name without .xml; regions of type 0 (polygon), 1 (box), 2 (ellipse), 3 and 4 (arrow and ruler, as lines); negative \
           regions as holes of the regions of their layer that they lie in; label: the layer's name, else the options, else its colour \
           (`#rrggbb`); spacing from MicronsPerPixel",
    ignores: "texts, measurements, attributes; negative regions that lie in no region of their layer, counted",
    rater: "none in the format: from the options",
    convention: "pixels of the full resolution from the corner of the first one",
};

/// The importer for ImageScope XML.
pub(super) struct ImageScope;

/// The one instance.
pub static IMPORTER: ImageScope = ImageScope;

impl Importer for ImageScope {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        Detection::of_files(
            upload,
            0.97,
            "no XML file whose root is `<Annotations>` with `MicronsPerPixel` or with layers that have a `LineColor`",
            |file| looks_right(file, upload.limits()),
        )
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        for file in files.iter().filter_map(|&index| upload.files().get(index)) {
            document::read(file, upload.limits(), context, sink)?;
        }
        Ok(())
    }
}

fn looks_right(file: &UploadFile, limits: &Limits) -> bool {
    if !XmlReader::has_root(file, limits, ROOT) {
        return false;
    }
    // A document type is told apart from an unknown format: it is refused when the file is read.
    if file.head_text().contains("<!DOCTYPE") {
        return file.head_text().contains("MicronsPerPixel");
    }
    let Ok(mut xml) = XmlReader::open(file, limits) else {
        return false;
    };
    let root = loop {
        match xml.next() {
            Ok(Piece::Text(_)) => {}
            Ok(Piece::Open(tag)) => break tag,
            _ => return false,
        }
    };
    root.get("MicronsPerPixel").is_some()
        || matches!(xml.next_child(), Ok(Some(tag)) if tag.name == "Annotation" && tag.get("LineColor").is_some())
}
