//! LIDC-IDRI readings of chest CT: XML, one file a reading round of up to four radiologists.
//!
//! Format: <https://wiki.cancerimagingarchive.net/display/Public/LIDC-IDRI> and its annotation file documentation.

mod annotate;
mod builder;
mod interior;
mod message;
mod radiograph;

use super::written::instant_us;
use super::{
    Context, Detection, Format, ImportError, Importer, Sink, SinkError, Upload, UploadFile,
};
use crate::domain::{ReadingState, Skip, SkipReason};
use annotate::{Findings, Tally};
use message::Message;
use rayon::prelude::*;

/// Files read side by side before they are passed on in order.
const FILES_AT_ONCE: usize = 32;

/// LIDC-IDRI XML.
pub struct Lidc;

const FORMAT: Format = Format {
    key: "lidc",
    title: "LIDC-IDRI XML",
    detected_by: "XML root LidcReadMessage (CT) or IdriReadMessage (radiographs)",
    maps: "item: SeriesInstanceUid; study: StudyInstanceUID; session: the message's uid; nodules with outlines: volume masks \
           (label nodule) of the pixels strictly inside each outline, holes taken out, nine characteristics as attributes; \
           smaller nodules and non-nodules: points (labels nodule<3mm, non-nodule); time: DateService, TimeService (UTC); radiographs: item: \
           imageSOP_UID, nodules as points with confidence, subtlety, obscuration and reason",
    ignores: "reading rounds' comments, servicingRadiologistID (not linked across scans); radiograph files without a reading, counted",
    rater: "reader-1, reader-2, … by the order of readingSession in each file",
    convention: "numbers of border pixels, which lie outside the nodule, and millimetres along the patient",
};

impl Importer for Lidc {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        Detection::of_files(
            upload,
            1.0,
            "no XML file has the root LidcReadMessage or IdriReadMessage",
            |file| root(file).is_some(),
        )
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let files: Vec<&UploadFile> = files
            .iter()
            .filter_map(|&index| upload.files().get(index))
            .collect();
        let mut tally = Tally::default();
        for chunk in files.chunks(FILES_AT_ONCE) {
            let read: Vec<_> = chunk
                .par_iter()
                .map(|file| read_file(file, upload, context))
                .collect();
            for (file, read) in chunk.iter().zip(read) {
                match read {
                    Ok(Read::Ct(findings)) => findings.pass_on(sink, &mut tally)?,
                    Ok(Read::Radiographs(findings)) => findings.pass_on(sink, &mut tally)?,
                    Err(Fault::Import(error)) => return Err(error),
                    Err(Fault::File(reason, detail))
                        if files.len() > 1 || reason == SkipReason::NotAnnotation =>
                    {
                        sink.skip(Skip {
                            reason,
                            file: file.path().to_owned(),
                            record: String::new(),
                            detail,
                        })?;
                    }
                    Err(Fault::File(_, detail)) => {
                        return Err(ImportError::container(file.path(), detail));
                    }
                }
            }
        }
        Ok(tally.notes().try_for_each(|note| sink.note(note))?)
    }
}

enum Fault {
    Import(ImportError),
    File(SkipReason, String),
}

impl Fault {
    /// A broken container is a fault of its file alone; a limit or an input fault is one of the import.
    fn of_container(error: ImportError) -> Self {
        match error {
            ImportError::Container { detail, .. } => Self::File(SkipReason::InvalidRecord, detail),
            other => Self::Import(other),
        }
    }
}

/// What one file yields.
enum Read {
    Ct(Box<Findings>),
    Radiographs(radiograph::Findings),
}

#[derive(Clone, Copy, PartialEq)]
enum Root {
    Ct,
    Radiograph,
}

fn root(file: &UploadFile) -> Option<Root> {
    let head = file.head_text();
    if !head.starts_with('<') {
        return None;
    }
    let opens =
        |name: &str| head.contains(&format!("<{name}")) || head.contains(&format!(":{name}"));
    if opens("LidcReadMessage") {
        Some(Root::Ct)
    } else if opens("IdriReadMessage") {
        Some(Root::Radiograph)
    } else {
        None
    }
}

fn read_file(file: &UploadFile, upload: &Upload, context: &Context) -> Result<Read, Fault> {
    let invalid = |detail: String| Fault::File(SkipReason::InvalidRecord, detail);
    if root(file) == Some(Root::Radiograph) {
        return radiograph::read(file, upload.limits(), context).map(Read::Radiographs);
    }
    let bytes = file
        .read_all(upload.limits().max_token_bytes as u64)
        .map_err(Fault::Import)?;
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        invalid(format!(
            "is not UTF-8 at byte {}; export it again",
            error.valid_up_to()
        ))
    })?;
    let message = Message::parse(text, upload.limits().max_depth)
        .map_err(|error| invalid(error.to_string()))?;
    let placement = context
        .place_item(file.path(), &message.series, message.series.clone())
        .map_err(Fault::Import)?;
    let time = format!("{} {}", message.date_service, message.time_service);
    let finished_at_us = instant_us(&time).or(placement.finished_at_us);
    let mut findings = Findings::new(&message, &placement, file.path());
    for (index, session) in message.sessions.iter().enumerate() {
        let mut key = placement.reading_key(Some(&format!("reader-{}", index + 1)));
        key.session = message
            .uid
            .clone()
            .unwrap_or_else(|| file.path().to_owned());
        let is_empty = session.nodules.is_empty() && session.non_nodules.is_empty();
        let state = if is_empty {
            ReadingState::ReviewedEmpty
        } else {
            ReadingState::Annotated
        };
        let mut reading = placement.to_reading(key, state, file.path());
        reading.finished_at_us = finished_at_us;
        findings.add(index, session, reading);
    }
    Ok(Read::Ct(Box::new(findings)))
}
