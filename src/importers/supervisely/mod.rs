//! Supervisely projects: one JSON file an image, volume or point cloud, below `meta.json`.
//!
//! | key | read as |
//! |---|---|
//! | `<dataset>/ann/<name>.json` | the item, by its name |
//! | `size` | of an image |
//! | `objects[]` | `classTitle`, `geometryType`, `labelerLogin`, `createdAt`, `nnCreated`, `nnUpdated`, `tags[].{name, value}` |
//! | `points.{exterior, interior}` | `rectangle` by two corners, `polygon` with holes, `line`, `point`; `points` and `angle` of an `oriented_bbox` |
//! | `bitmap.{data, origin}` | base64 of a PNG, mostly packed by zlib; its first pixel lies at `origin` |
//! | `nodes.{id}.{loc, disabled}` | a `graph`; `meta.json` names its nodes |
//! | `parts[]` | a `multipolygon` |
//! | `volumeMeta`, `planes[].slices[].figures[]` | a volume: figures of one object are a volume, or a track over the slices; `objectKey` says whose |
//! | `figures[].geometry` of a cloud | `cuboid_3d`: middle, turn in radians, sides |
//!
//! Positions: the labelling tool counts from the image's corner, in fractions of pixels. The SDK, and so the export app, writes whole
//! numbers of pixels, both corners of a rectangle included; a polygon runs through the middles of its pixels. An upload in which no position
//! has a fraction is taken to be of the second kind.
//!
//! Read in <https://github.com/supervisely/supervisely>: `supervisely/geometry/{geometry, rectangle, oriented_bbox, bitmap, graph, cuboid_3d}.py`
//! (`_to_pixel_coordinate_system_json`, `_to_subpixel_coordinate_system_json`, `base64_2_data`), `supervisely/annotation/{annotation, label,
//! tag}.py`, `supervisely/volume_annotation/`, `supervisely/pointcloud_annotation/`.

mod bitmap;
mod cloud;
mod document;
mod headers;
mod image;
mod meta;
mod shapes;
mod slices;
mod volume;

use super::json::{Sketch, sketch};
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload};

const FORMAT: Format = Format {
    key: "supervisely",
    title: "Supervisely JSON",
    detected_by: "a JSON object with `size` and `objects` that have `classTitle` and `geometryType`, with `volumeMeta` and `planes`, or with `objects` and `figures` by `objectKey`",
    maps: "rectangles, turned boxes, polygons and multipolygons with holes, lines, points, graphs as keypoints, bitmaps; bitmaps of volumes as volumes slice by slice, their other figures as tracks; upright cuboids of point clouds; tags of images and objects, labellers, times, image and voxel size; objects that a network made alone as a model's",
    ignores: "typed tags, alpha masks, cuboids on images, masks and meshes of volumes (files of their own), points and tilted cuboids of clouds, videos, episodes; all counted or noted",
    rater: "`labelerLogin`, without what follows an `@`, else the options",
    convention: "whole numbers: pixels, both corners of a box included, points in their middles",
};

/// The convention of uploads whose positions have fractions.
const FROM_CORNER: &str = "fractions of pixels from the image's top left corner";

/// The importer for Supervisely projects.
pub(super) struct Supervisely;

/// The one instance.
pub static IMPORTER: Supervisely = Supervisely;

/// What a file of a project is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Image,
    Volume,
    Cloud,
    /// A video or an episode of clouds, which is not read.
    Frames,
    Meta,
    /// Which key is which number on the server.
    Keys,
}

impl Importer for Supervisely {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let reason = "no JSON object with `objects` by `classTitle` and `geometryType`, or with `volumeMeta` or `figures`, as Supervisely writes them";
        let kinds: Vec<Option<Kind>> = upload
            .files()
            .iter()
            .map(|file| kind(&sketch(file)?))
            .collect();
        let is_annotation =
            |kind: &Option<Kind>| !matches!(kind, None | Some(Kind::Meta | Kind::Keys));
        if !kinds.iter().any(is_annotation) {
            return Detection::rejects(reason);
        }
        let files = (0..kinds.len()).filter(|&at| kinds[at].is_some()).collect();
        Detection::Accepts {
            confidence: 0.95,
            files,
        }
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let files: Vec<_> = files
            .iter()
            .filter_map(|&index| upload.files().get(index))
            .filter_map(|file| Some((file, kind(&sketch(file)?)?)))
            .collect();
        let mut reader = document::Reader::new(upload.limits(), context, sink);
        for (file, _) in files.iter().filter(|(_, kind)| *kind == Kind::Meta) {
            reader.meta(file)?;
        }
        for (file, _) in files.iter().filter(|(_, kind)| *kind == Kind::Image) {
            if reader.has_fractions(file)? {
                break;
            }
        }
        for &(file, kind) in &files {
            reader.file(file, kind)?;
        }
        reader.finish()
    }
}

fn kind(sketch: &Sketch) -> Option<Kind> {
    if sketch.is_list {
        return None;
    }
    let element = |key: &str| sketch.element(key);
    let has = |key: &str| element(key).is_some();
    let holds = |key: &str, inner: &str| {
        element(key).is_some_and(|keys| keys.iter().any(|found| found == inner))
    };
    let is_empty = |key: &str| element(key).is_some_and(<[String]>::is_empty);
    if has("volumeMeta") && has("planes") {
        return Some(Kind::Volume);
    }
    let is_named = holds("objects", "classTitle");
    if has("frames") && has("objects") && has("framesCount") {
        return Some(Kind::Frames);
    }
    if has("figures") && has("key") && (is_named || is_empty("objects")) {
        return Some(Kind::Cloud);
    }
    if has("size") && has("objects") {
        let is_image = is_named && holds("objects", "geometryType");
        let is_bare = is_empty("objects") && has("tags") && has("description");
        return (is_image || is_bare).then_some(Kind::Image);
    }
    if holds("classes", "title") && has("tags") && (has("projectType") || holds("classes", "shape"))
    {
        return Some(Kind::Meta);
    }
    (has("tags") && has("objects") && has("figures") && has("videos") && !is_named)
        .then_some(Kind::Keys)
}
