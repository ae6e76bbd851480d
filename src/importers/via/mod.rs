//! Projects and annotations of the VGG Image Annotator (VIA), versions 1 to 3, as JSON and as CSV.
//!
//! | file | holds |
//! |---|---|
//! | annotations (1, 2) | an object of images: `filename`, `size`, `regions` (an object in version 1, a list in 2), `file_attributes` |
//! | project (2) | `_via_img_metadata`: the same; `_via_attributes`: what can be chosen |
//! | CSV (1, 2) | a line a region: `filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes` |
//! | project (3) | `attribute`, `file`, `view`, `metadata[].{vid, z, xy, av}`: times, a shape as numbers, values by attribute id |
//! | CSV (3) | a line an entry of `metadata`: `metadata_id,file_list,flags,temporal_coordinates,spatial_coordinates,metadata` |
//!
//! Read in <https://gitlab.com/vgg/via>, `via-2.x.y/src/via.js` and `via-3.x.y/src/js`.

mod entries;
mod look;
mod project;
mod regions;
mod shapes;
mod table;
mod third;
mod third_project;
mod values;

use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile};
use look::{Kind, kind};

const FORMAT: Format = Format {
    key: "via",
    title: "VGG Image Annotator (VIA)",
    detected_by: "JSON with `_via_img_metadata`, or an object of images with `filename` and `regions`, or `attribute`, `file`, `view` and `metadata`; CSV whose header holds `region_shape_attributes`, or that says `CSV_HEADER` with `spatial_coordinates`",
    maps: "rectangles, circles, ellipses, polygons, lines, points, rectangles and circles by extreme points; attributes of regions; attributes of images as classifications; frames of videos as items of their own (`#t=SECONDS`). The label is the region attribute that `columns` name for `label`, that the project labels regions with, that is called label, class, type, category or name, or the only one (of those with choices)",
    ignores: "stretches of time, entries about several files at once, texts longer than 64 characters: counted; embedded pictures",
    rater: "none in the format: from the options",
    convention: "pixels from the image's corner; angles of ellipses in radians, clockwise",
};

/// The importer for VIA.
pub(super) struct Via;

/// The one instance.
pub static IMPORTER: Via = Via;

impl Importer for Via {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        Detection::of_files(
            upload,
            0.97,
            "no JSON with `_via_img_metadata`, images with `filename` and `regions`, or `attribute`, `file`, `view` and `metadata`, and no CSV with `region_shape_attributes` or `spatial_coordinates`",
            |file| kind(file).is_some(),
        )
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let (mut plain, mut third): (Vec<_>, Vec<_>) = (Vec::new(), Vec::new());
        for file in files.iter().filter_map(|&index| upload.files().get(index)) {
            match kind(file) {
                Some(kind @ (Kind::Project | Kind::Annotations | Kind::Table)) => {
                    plain.push((file, kind));
                }
                Some(kind) => third.push((file, kind)),
                None => {}
            }
        }
        entries::read(&plain, upload.limits(), context, sink)?;
        let mut seen = third::Seen::new();
        for (file, kind) in third {
            third::read(file, kind, upload.limits(), context, &mut seen, sink)?;
        }
        Ok(())
    }
}

/// A file of a known kind.
type Sorted<'a> = (&'a UploadFile, Kind);
