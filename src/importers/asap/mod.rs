//! ASAP XML: annotations of one slide each file, also as CAMELYON and converters write it.
//!
//! `<ASAP_Annotations>` holds `<Annotations>` with one `<Annotation Name Type PartOfGroup>` a shape, and `<AnnotationGroups>`.
//! Format: <https://computationalpathologygroup.github.io/ASAP/>.

mod document;
mod shapes;
#[cfg(test)]
mod tests;

use super::xml::XmlReader;
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload};

const ROOT: &str = "ASAP_Annotations";

const FORMAT: Format = Format {
    key: "asap",
    title: "ASAP XML",
    detected_by: "XML whose root is `<ASAP_Annotations>`",
    maps: "item: the file's name without .xml; polygons, splines (as polygons through their points), rectangles, dots and point sets (each \
           point one annotation), measurements as lines; label: the group, else the options, else `unclassified`; points by their `Order`; \
           decimal commas",
    ignores: "names, colours, attributes of groups; exclusion groups are kept beside the others and never taken out of them",
    rater: "none in the format: from the options",
    convention: "pixels of the full resolution from the corner of the first one",
};

/// The importer for ASAP XML.
pub(super) struct Asap;

/// The one instance.
pub static IMPORTER: Asap = Asap;

impl Importer for Asap {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        Detection::of_files(
            upload,
            0.99,
            "no XML file whose root is `<ASAP_Annotations>`",
            |file| XmlReader::has_root(file, upload.limits(), ROOT),
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
