//! MOTChallenge text: boxes of objects in the frames of a video; and MOTS text: masks.
//!
//! | file | a line |
//! |---|---|
//! | `gt.txt` | `frame,id,x,y,width,height,flag,class,visibility` (2015: `…,flag,-1,-1,-1`) |
//! | `det.txt`, results | `frame,id,x,y,width,height,confidence,-1,-1,-1`; id −1 where nothing is followed |
//! | MOTS | `frame id class image-height image-width run-lengths`, blanks between |
//!
//! The challenge counts pixels and frames from 1. CVAT and Datumaro write the same lines with corners from 0, and always put a
//! `labels.txt` beside them, which the challenge does not have.
//!
//! References: <https://motchallenge.net/instructions/>, <https://www.vision.rwth-aachen.de/page/mots>.

mod boxes;
mod lines;
mod masks;
mod sequence;
mod tracks;

use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile};
use lines::{Kind, kind};
use sequence::Sequences;
use std::collections::HashSet;

const FORMAT: Format = Format {
    key: "mot",
    title: "MOTChallenge and MOTS text",
    detected_by: "text files of lines with 9 or 10 numbers between commas that begin with a frame and an id, or of `frame id class height width run-lengths`; surer where a file is called gt.txt or det.txt, or seqinfo.ini lies above",
    maps: "an object as a track over the frames of its sequence, boxes or masks; classes by labels.txt, else the challenge's; ids below 1 as tracks of one frame; sequence name and image size from seqinfo.ini. Pixels count from 1, but corners from 0 where labels.txt lies beside, which CVAT and Datumaro write (sidecar's `origin` column: one_based, zero_based; `*` in `file` for all). Frames count from 1 unless one is 0; those of MOTS are taken as they stand",
    ignores: "visibility, positions in space; lines that repeat an object in a frame: counted",
    rater: "none in the format: from the options; lines with a confidence are a model's, named `model` unless the options name it",
    convention: "pixels counted from 1; corners from 0 where labels.txt lies beside; masks by run lengths down the columns",
};

/// The importer for MOTChallenge and MOTS text.
pub(super) struct Mot;

/// The one instance.
pub static IMPORTER: Mot = Mot;

impl Importer for Mot {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let all = upload.files();
        let mut files: Vec<usize> = (0..all.len())
            .filter(|&index| kind(&all[index]).is_some())
            .collect();
        if files.is_empty() {
            return Detection::rejects(
                "no text file of lines with a frame, an id and seven or eight more numbers between commas, or with run lengths",
            );
        }
        let is_named = |index: &usize| ["gt.txt", "det.txt"].contains(&all[*index].name());
        let is_mots = |index: &usize| kind(&all[*index]) == Some(Kind::Masks);
        let is_sure = files.iter().any(|index| is_named(index) || is_mots(index))
            || all.iter().any(sequence::is_description);
        let folders: HashSet<&str> = files
            .iter()
            .map(|&index| sequence::folder(all[index].path()))
            .collect();
        let others = (0..all.len()).filter(|&index| {
            let file = &all[index];
            sequence::is_description(file)
                || (file.name() == sequence::LABELS
                    && folders.contains(sequence::folder(file.path())))
        });
        files.extend(others);
        files.sort_unstable();
        Detection::Accepts {
            confidence: if is_sure { 0.9 } else { 0.55 },
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
        let sequences = Sequences::of(upload)?;
        let files: Vec<(&UploadFile, Kind)> = files
            .iter()
            .filter_map(|&index| upload.files().get(index))
            .filter_map(|file| Some((file, kind(file)?)))
            .collect();
        let mut seen = HashSet::new();
        for &(file, kind) in &files {
            match kind {
                Kind::Masks => masks::read(file, upload, &sequences, context, &mut seen, sink)?,
                _ => boxes::read(file, kind, upload, &sequences, context, &mut seen, sink)?,
            }
        }
        Ok(())
    }
}
