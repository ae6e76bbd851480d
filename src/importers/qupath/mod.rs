//! GeoJSON as QuPath writes it: objects of one slide each file.
//!
//! A `FeatureCollection`, an array of features or one feature, whose `properties.objectType` says what each is (before QuPath 0.4 its
//! `id` did, as `PathAnnotationObject`). Format: <https://qupath.readthedocs.io/en/stable/docs/advanced/exporting_annotations.html>.

mod document;
mod feature;
mod geometry;
#[cfg(test)]
mod tests;

use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload};
use document::Looks;

/// Extensions that QuPath and its scripts give these files.
const EXTENSIONS: &[&str] = &[".geojson", ".json"];

const FORMAT: Format = Format {
    key: "qupath",
    title: "QuPath GeoJSON",
    detected_by: "GeoJSON features with `properties.objectType`, or the older id `PathAnnotationObject`",
    maps: "item: the file's name without .geojson; annotation objects: polygons with holes (rectangles and ellipses are written as such), \
           lines, points (each one an annotation); label: class, else name, else `unclassified`; measurements as attributes; planes of a \
           stack or time series as items of their own (`slide#z2`)",
    ignores: "detections, cells and tiles, which are computed, counted (read with role model); TMA cores and multiple lines, counted; \
              colours, locks, names of classified objects",
    rater: "none in the format: from the options",
    convention: "pixels of the full resolution from the corner of the first one",
};

/// The importer for QuPath's GeoJSON.
pub(super) struct Qupath;

/// The one instance.
pub static IMPORTER: Qupath = Qupath;

impl Importer for Qupath {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let looks: Vec<Looks> = upload.files().iter().map(document::looks).collect();
        let files: Vec<usize> = (0..looks.len())
            .filter(|&index| looks[index] != Looks::Foreign)
            .collect();
        if files.is_empty() {
            return Detection::rejects(
                "no GeoJSON feature says with `properties.objectType` which object of QuPath it is",
            );
        }
        // An empty collection could be any tool's.
        let confidence = if looks.contains(&Looks::Qupath) {
            0.97
        } else {
            0.3
        };
        Detection::Accepts { confidence, files }
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
