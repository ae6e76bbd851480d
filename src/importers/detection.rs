//! Which format an upload is in: confidence or the unmet requirement, from every importer.

use super::{ALL, ImportError, Importer, Sink, SinkError, Upload, by_key};
use crate::domain::{Skip, SkipReason};
use serde::{Deserialize, Serialize};

/// An importer's answer to an upload.
#[derive(Clone, Debug, PartialEq)]
pub enum Detection {
    /// These files are in the format; confidence in (0, 1].
    Accepts { confidence: f64, files: Vec<usize> },
    /// What the format requires and the upload lacks.
    Rejects { reason: String },
}

impl Detection {
    /// A rejection with its reason.
    pub fn rejects(reason: impl Into<String>) -> Self {
        Self::Rejects {
            reason: reason.into(),
        }
    }

    /// Accepts the files that `matches` holds for, else rejects with the reason.
    pub fn of_files(
        upload: &Upload,
        confidence: f64,
        reason: &str,
        mut matches: impl FnMut(&super::UploadFile) -> bool,
    ) -> Self {
        let files: Vec<usize> = (0..upload.files().len())
            .filter(|&index| matches(&upload.files()[index]))
            .collect();
        if files.is_empty() {
            Self::rejects(reason)
        } else {
            Self::Accepts { confidence, files }
        }
    }
}

/// A format that an upload is not in, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    pub format: String,
    pub reason: String,
}

/// The chosen importer, its files, and every format that was turned down.
pub struct Detected {
    pub importer: &'static dyn Importer,
    pub confidence: f64,
    pub files: Vec<usize>,
    pub rejected: Vec<Rejected>,
}

/// Asks every importer; the most confident one wins, a tie is an error and never a guess.
///
/// # Errors
/// `UnknownFormat` with every reason, or `TiedFormats`.
pub fn detect(upload: &Upload) -> Result<Detected, ImportError> {
    let mut accepted: Vec<(&'static dyn Importer, f64, Vec<usize>)> = Vec::new();
    let mut rejected = Vec::new();
    for importer in ALL.iter().copied() {
        match importer.detect(upload) {
            Detection::Accepts { confidence, files } => {
                accepted.push((importer, confidence, files))
            }
            Detection::Rejects { reason } => rejected.push(Rejected {
                format: importer.format().key.to_owned(),
                reason,
            }),
        }
    }
    accepted.sort_by(|left, right| right.1.total_cmp(&left.1));
    let mut ranked = accepted.into_iter();
    let Some((importer, confidence, files)) = ranked.next() else {
        return Err(ImportError::UnknownFormat { rejected });
    };
    let mut tied = vec![importer.format().key.to_owned()];
    for (other, other_confidence, _) in ranked {
        if other_confidence == confidence {
            tied.push(other.format().key.to_owned());
        } else {
            rejected.push(Rejected {
                format: other.format().key.to_owned(),
                reason: format!(
                    "fits less well ({other_confidence:.2}) than {} ({confidence:.2})",
                    importer.format().key
                ),
            });
        }
    }
    if tied.len() > 1 {
        return Err(ImportError::TiedFormats { formats: tied });
    }
    Ok(Detected {
        importer,
        confidence,
        files,
        rejected,
    })
}

/// The importer that the user named, provided it accepts at least one file.
pub(super) fn forced(upload: &Upload, key: &str) -> Result<Detected, ImportError> {
    let importer = by_key(key).ok_or_else(|| ImportError::NoSuchImporter {
        key: key.to_owned(),
    })?;
    match importer.detect(upload) {
        Detection::Accepts { confidence, files } => Ok(Detected {
            importer,
            confidence,
            files,
            rejected: Vec::new(),
        }),
        Detection::Rejects { reason } => Err(ImportError::NotThisFormat {
            format: key.to_owned(),
            reason,
        }),
    }
}

/// Files that no one read are counted, so that nothing disappears unexplained.
pub(super) fn count_unclaimed(
    upload: &Upload,
    detected: &Detected,
    sink: &mut dyn Sink,
) -> Result<(), SinkError> {
    let mut claimed = vec![false; upload.files().len()];
    for &index in &detected.files {
        claimed[index] = true;
    }
    for (file, _) in upload
        .files()
        .iter()
        .zip(&claimed)
        .filter(|(_, claimed)| !**claimed)
    {
        sink.skip(Skip {
            reason: SkipReason::NotAnnotation,
            file: file.path().to_owned(),
            record: String::new(),
            detail: format!("not a {} file", detected.importer.format().title),
        })?;
    }
    Ok(())
}
