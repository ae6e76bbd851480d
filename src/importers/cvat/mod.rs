//! CVAT XML 1.1, as exported "for images" or "for video", and CVAT's backups of tasks and projects.
//!
//! Format: <https://docs.cvat.ai/docs/manual/advanced/xml_format/>.

mod backup;
mod between;
mod document;
mod drawing;
mod held;
mod meta;
#[cfg(test)]
mod tests;
mod tracks;
mod video;
#[cfg(test)]
mod video_tests;
mod xml_shapes;
mod xml_tracks;

use super::xml::{Piece, XmlReader};
use super::{Context, Detection, Format, ImportError, Importer, Limits, Sink, Upload, UploadFile};
use document::Known;

const FORMAT: Format = Format {
    key: "cvat",
    title: "CVAT XML and backups",
    detected_by: "XML whose root is `<annotations>` and holds `<version>`, `<meta>`, `<image>` or `<track>`; a backup's `task.json` with `data` \
                  and `jobs`",
    maps: "box (turned about its centre), polygon, polyline, points, ellipse, mask, skeleton, the eight corners of a cuboid, tag, attributes, \
           group, layer (`z_order`); tracks of a video, or of each video of a project, with the shapes of every frame, filled in between \
           keyframes as CVAT does it where only these are listed; backups of tasks and projects: jobs, replicas, references (`ground_truth`), \
           acceptance, upright cuboids in clouds",
    ignores: "labels on single frames of a video and references of videos, frames taken out, tilted cuboids, counted; attributes and layers that \
              change within a track, counted in a note; subsets, definitions of labels",
    rater: "assignee of the job, else of the task, else the options; backups name no one: their jobs that share images are told apart by number, \
            or named by a table; shapes merged from several annotators (`consensus`) are the consensus', images on which nobody changed what a \
            model drew (`auto`) are the rater `model`'s",
    convention: "pixels from the corner of the first one, rounded by the tool to 2 decimals; boxes turn clockwise in degrees about their centre; masks by run lengths along the rows",
};

/// The importer for CVAT XML.
pub(super) struct Cvat;

/// The one instance.
pub static IMPORTER: Cvat = Cvat;

impl Importer for Cvat {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let backups = backup::claimed(upload);
        let is_right = |index: &usize| {
            backups.binary_search(index).is_ok()
                || looks_right(&upload.files()[*index], upload.limits())
        };
        let files: Vec<usize> = (0..upload.files().len()).filter(is_right).collect();
        if files.is_empty() {
            return Detection::rejects(
                "no XML file whose root is `<annotations>` with `<version>`, `<meta>`, `<image>` or `<track>` in it, and no `task.json` \
                 with `data` and `jobs` of a backup",
            );
        }
        // The lines of a backup's manifest could be those of many formats.
        let confidence = if backups.is_empty() { 0.95 } else { 0.97 };
        Detection::Accepts { confidence, files }
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let mut known = Known::default();
        let named = files.iter().filter_map(|&index| upload.files().get(index));
        for file in named.filter(|file| file.head_text().starts_with('<')) {
            document::read(file, upload.limits(), context, &mut known, sink)?;
        }
        backup::read(upload, files, context, &mut known, sink)
    }
}

fn looks_right(file: &UploadFile, limits: &Limits) -> bool {
    let head = file.head_text();
    if !head.starts_with('<') || !head.contains("<annotations") {
        return false;
    }
    // A document type is told apart from an unknown format: it is refused when the file is read.
    if head.contains("<!DOCTYPE") {
        return ["<version", "<meta", "<image", "<track"]
            .iter()
            .any(|tag| head.contains(tag));
    }
    let Ok(mut xml) = XmlReader::open(file, limits) else {
        return false;
    };
    let root = loop {
        match xml.next() {
            Ok(Piece::Text(_)) => {}
            Ok(Piece::Open(tag)) => break tag.name,
            _ => return false,
        }
    };
    root == "annotations"
        && matches!(
            xml.next_child(),
            Ok(Some(tag)) if matches!(tag.name.as_str(), "version" | "meta" | "image" | "track")
        )
}
