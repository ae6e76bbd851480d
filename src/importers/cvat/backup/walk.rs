//! `annotations.json` from its start to its end: a list with tags, shapes and tracks of one job after the other.

use crate::domain::SkipReason;
use crate::importers::json::fields::max_record_bytes;
use crate::importers::json::{Element, JsonStream, Kind};
use crate::importers::{ImportError, Limits, UploadFile};

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordKind {
    Tag,
    Shape,
    Track,
}

/// One record as it stands in the file.
pub(super) struct Found<'a> {
    pub job: usize,
    pub kind: RecordKind,
    /// Where it stands: `[0].shapes[3]`.
    pub place: String,
    /// `None` where it is too large to be held.
    pub raw: Option<&'a [u8]>,
}

/// A visit to a record, or to what is left out as a whole.
pub(super) enum Visit<'a> {
    Record(Found<'a>),
    LeftOut(SkipReason, String, String),
}

/// The file to walk.
pub(super) struct Walk<'a> {
    pub file: &'a UploadFile,
    pub limits: &'a Limits,
    pub n_jobs: usize,
}

impl Walk<'_> {
    /// What one record may hold.
    pub fn max_bytes(&self) -> usize {
        max_record_bytes(self.limits)
    }

    /// Visits every record in the order of the file.
    pub fn each(
        &self,
        mut visit: impl FnMut(Visit<'_>) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        let mut json = JsonStream::new(self.file.path(), self.file.open()?, self.max_bytes());
        if json.enter()? != Kind::Array {
            let detail = "holds no list of jobs; export it again";
            return Err(ImportError::container(self.file.path(), detail));
        }
        let mut job = 0;
        while let Some(kind) = json.next_kind()? {
            let place = format!("[{job}]");
            if kind != Kind::Object {
                json.skip_value()?;
                let detail = "is no object with `tags`, `shapes` and `tracks`".to_owned();
                visit(Visit::LeftOut(SkipReason::InvalidRecord, place, detail))?;
            } else if job >= self.n_jobs {
                json.skip_value()?;
                let detail = format!("belongs to no job; `task.json` lists {}", self.n_jobs);
                visit(Visit::LeftOut(SkipReason::Dangling, place, detail))?;
            } else {
                json.open_container()?;
                self.job(job, &mut json, &mut visit)?;
            }
            job += 1;
        }
        json.finish()?;
        for missing in job..self.n_jobs {
            let detail = "of a job that `task.json` lists is missing".to_owned();
            let place = format!("[{missing}]");
            visit(Visit::LeftOut(SkipReason::Dangling, place, detail))?;
        }
        Ok(())
    }

    fn job<R: std::io::BufRead>(
        &self,
        job: usize,
        json: &mut JsonStream<'_, R>,
        visit: &mut impl FnMut(Visit<'_>) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        while let Some(key) = json.next_key()? {
            let kind = match key.as_str() {
                "tags" => RecordKind::Tag,
                "shapes" => RecordKind::Shape,
                "tracks" => RecordKind::Track,
                _ => {
                    json.skip_value()?;
                    continue;
                }
            };
            if json.kind()? != Kind::Array {
                json.skip_value()?;
                let place = format!("[{job}].{key}");
                let detail = "is no list".to_owned();
                visit(Visit::LeftOut(SkipReason::InvalidRecord, place, detail))?;
                continue;
            }
            json.open_container()?;
            let mut index = 0;
            let place = |index: usize| format!("[{job}].{key}[{index}]");
            while let Some(element) = json.next_element(|| place(index))? {
                let raw = match element {
                    Element::Raw(raw) => Some(raw),
                    Element::TooLarge => None,
                };
                visit(Visit::Record(Found {
                    job,
                    kind,
                    place: place(index),
                    raw,
                }))?;
                index += 1;
            }
        }
        Ok(())
    }
}
