//! KITTI raw tracklets: one XML file a drive, with objects that have one size and a pose in every frame.
//!
//! `<boost_serialization><tracklets><item><objectType/><h/><w/><l/><first_frame/><poses><item><tx/>…<rz/><state/>…</item></poses></item>`.
//! Format: the development kit of <https://www.cvlibs.net/datasets/kitti/raw_data.php>.

mod document;
mod names;
mod tracklets;

use super::context::base_name;
use super::xml::XmlReader;
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile};
use std::collections::HashSet;

const FORMAT: Format = Format {
    key: "kitti_raw",
    title: "KITTI raw tracklets",
    detected_by: "XML whose root is `<boost_serialization>` and holds `<tracklets>`",
    maps: "item: one frame, by `frame_list.txt` beside the file, else by its number in ten digits; upright cuboids in metres, x ahead, y left, \
           z up; track, hiding, truncation, interpolation; attributes of CVAT and Datumaro; frames of the list or of `velodyne_points` without \
           objects are empty ones",
    ignores: "poses outside the image, where nothing was labelled, tilted cuboids, counted; amounts of hiding and borders",
    rater: "none in the format: from the options",
    convention: "metres in the frame of the laser scanner; length along x, width along y, height along z, position in the middle of the bottom",
};

/// How files are written by CVAT and Datumaro, which export the extents of their own cuboids under the names of KITTI's.
const CENTRED: &str = "metres in the frame of the cloud; `w` along x, `h` along y, `l` along z, position in the middle";

const ROOT: &str = "boost_serialization";
const FRAME_LIST: &str = "frame_list.txt";

/// The importer for KITTI's tracklets.
pub(super) struct KittiRaw;

/// The one instance.
pub static IMPORTER: KittiRaw = KittiRaw;

impl Importer for KittiRaw {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let files = upload.files();
        let is_drive: Vec<bool> = files.iter().map(|file| looks_right(file, upload)).collect();
        let folders: HashSet<&str> = files
            .iter()
            .zip(&is_drive)
            .filter(|(_, is_drive)| **is_drive)
            .map(|(file, _)| folder(file))
            .collect();
        if folders.is_empty() {
            return Detection::rejects(
                "no XML file whose root is `<boost_serialization>` with `<tracklets>` in it",
            );
        }
        let is_claimed = |index: &usize| {
            let file = &files[*index];
            is_drive[*index] || (file.name() == FRAME_LIST && folders.contains(folder(file)))
        };
        Detection::Accepts {
            confidence: 0.98,
            files: (0..files.len()).filter(is_claimed).collect(),
        }
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let claimed: Vec<&UploadFile> = files
            .iter()
            .filter_map(|&index| upload.files().get(index))
            .collect();
        let (lists, drives): (Vec<&UploadFile>, Vec<&UploadFile>) = claimed
            .into_iter()
            .partition(|file| file.name() == FRAME_LIST);
        let is_alone = drives.len() == 1;
        for drive in drives {
            let list = lists
                .iter()
                .find(|list| folder(list) == folder(drive))
                .copied();
            let names = names::Names::read(drive, list, upload, is_alone, sink)?;
            document::read(drive, &names, upload.limits(), context, sink)?;
        }
        Ok(())
    }
}

fn folder(file: &UploadFile) -> &str {
    let path = file.path();
    &path[..path.len() - base_name(path).len()]
}

fn looks_right(file: &UploadFile, upload: &Upload) -> bool {
    file.head_text().contains("<tracklets") && XmlReader::has_root(file, upload.limits(), ROOT)
}
