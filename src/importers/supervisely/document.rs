//! Files of a project, one by one.

use super::headers::answer;
use super::meta::Meta;
use super::shapes::{Left, Positions, has_fraction};
use super::{FROM_CORNER, Kind, cloud, image, volume};
use crate::domain::{ReadingState, SkipReason};
use crate::importers::by_maker::{ByMaker, Maker, Seen};
use crate::importers::drawn::MAX_FILLED_RUNS;
use crate::importers::json::fields::{list, max_record_bytes, word};
use crate::importers::json::record;
use crate::importers::people::People;
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Limits, Sink, UploadFile};
use serde_json::Value;

/// Places within a file, with why what stands there is left out.
pub(super) type LeftOut = Vec<(String, Left)>;

/// What reading one file needs and counts.
pub(super) struct Work<'r> {
    pub meta: &'r Meta,
    pub people: &'r mut People,
    pub n_typed: u64,
    pub n_runs_left: u64,
}

/// Reads the files of a project.
pub(super) struct Reader<'a> {
    limits: &'a Limits,
    context: &'a Context,
    sink: &'a mut dyn Sink,
    meta: Meta,
    people: People,
    seen: Seen,
    positions: Positions,
    n_typed: u64,
    /// Images with outlines or points whose positions are taken for numbers of pixels; bitmaps leave no doubt.
    n_of_pixels: u64,
}

impl<'a> Reader<'a> {
    pub fn new(limits: &'a Limits, context: &'a Context, sink: &'a mut dyn Sink) -> Self {
        Self {
            limits,
            context,
            sink,
            meta: Meta::default(),
            people: People::default(),
            seen: Seen::default(),
            positions: Positions::OfPixels,
            n_typed: 0,
            n_of_pixels: 0,
        }
    }

    /// Says what concerns the upload as a whole.
    pub fn finish(self) -> Result<(), ImportError> {
        for (n, what) in [
            (self.n_typed, "typed tags are not read"),
            (
                self.n_of_pixels,
                "images state positions as whole numbers, which are taken to count pixels, as Supervisely's export does",
            ),
        ] {
            if n > 0 {
                self.sink.note(format!("{n} {what}"))?;
            }
        }
        Ok(())
    }

    fn held(&self, file: &UploadFile) -> Result<Result<Value, String>, ImportError> {
        let bytes = file.read_all(max_record_bytes(self.limits) as u64)?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(bytes) else {
            return Ok(record(bytes.trim_ascii(), &[]));
        };
        if error.is_eof() {
            return Err(ImportError::container(
                file.path(),
                "the JSON ends early: the file is cut short; export it again",
            ));
        }
        Ok(record(bytes.trim_ascii(), &[]))
    }

    fn skip(
        &mut self,
        reason: SkipReason,
        file: &UploadFile,
        record: &str,
        detail: &str,
    ) -> Result<(), ImportError> {
        Ok(skip(self.sink, reason, file.path(), record, detail)?)
    }

    /// Takes over what a `meta.json` says.
    pub fn meta(&mut self, file: &UploadFile) -> Result<(), ImportError> {
        let taken = match self.held(file)? {
            Ok(held) => self.meta.take(&held),
            Err(detail) => Err(detail),
        };
        match taken {
            Ok(()) => Ok(()),
            Err(detail) => self.skip(SkipReason::InvalidRecord, file, "", &detail),
        }
    }

    /// Whether a position of an image has a fraction, so that all positions count from the corner.
    pub fn has_fractions(&mut self, file: &UploadFile) -> Result<bool, ImportError> {
        let Ok(held) = self.held(file)? else {
            return Ok(false);
        };
        let found = list(&held, "objects")
            .unwrap_or_default()
            .iter()
            .any(has_fraction);
        if found {
            self.positions = Positions::FromCorner;
        }
        Ok(found)
    }

    /// Reads one file.
    pub fn file(&mut self, file: &UploadFile, kind: Kind) -> Result<(), ImportError> {
        match kind {
            Kind::Meta | Kind::Keys => return Ok(()),
            Kind::Frames => {
                let detail = "is a video or an episode of clouds, which is not read";
                return self.skip(SkipReason::Unsupported, file, "frames", detail);
            }
            Kind::Image | Kind::Volume | Kind::Cloud => {}
        }
        let held = match self.held(file)? {
            Ok(held) => held,
            Err(detail) => return self.skip(SkipReason::InvalidRecord, file, "", &detail),
        };
        let path = item_path(file.path());
        let placement = self.context.place(file.path(), &path)?;
        let name = path.rsplit('/').next().unwrap_or(&path);
        let mut by_maker = ByMaker::new(file.path(), placement, name);
        let mut left_out = LeftOut::new();
        let mut work = Work {
            meta: &self.meta,
            people: &mut self.people,
            n_typed: 0,
            n_runs_left: MAX_FILLED_RUNS,
        };
        let read = match kind {
            Kind::Volume => volume::read(&held, &mut work, &mut by_maker, &mut left_out),
            Kind::Cloud => cloud::read(&held, &mut work, &mut by_maker, &mut left_out),
            _ => image::read(
                &held,
                self.positions,
                &mut work,
                &mut by_maker,
                &mut left_out,
            ),
        };
        if let Err(detail) = read {
            left_out.push((String::new(), Left::Broken(detail)));
        }
        let has_vectors = list(&held, "objects")
            .unwrap_or_default()
            .iter()
            .any(|object| word(object, "geometryType") != Some("bitmap"));
        if let Err(detail) = tags(&held, &mut work, &mut by_maker, &mut left_out) {
            left_out.push(("tags".to_owned(), Left::Broken(detail)));
        }
        let n_typed = work.n_typed;
        self.n_typed += n_typed;
        let is_of_pixels = kind == Kind::Image && self.positions == Positions::OfPixels;
        self.n_of_pixels += u64::from(is_of_pixels && has_vectors);
        let n_left = left_out.len();
        for (place, left) in left_out {
            match left {
                Left::Broken(detail) => {
                    self.skip(SkipReason::InvalidRecord, file, &place, &detail)?
                }
                Left::Unread(detail) => self.skip(SkipReason::Unsupported, file, &place, detail)?,
            }
        }
        if is_of_pixels || kind == Kind::Cloud {
            by_maker.convention = "";
        } else {
            by_maker.convention = FROM_CORNER;
        }
        let is_bare = by_maker.is_empty() && n_left == 0 && n_typed == 0;
        if is_bare && self.context.listed_is_reviewed() {
            let state = ReadingState::ReviewedEmpty;
            return by_maker.keep_without(self.sink, &mut self.seen, Maker::default(), state);
        }
        by_maker.keep(self.sink, &mut self.seen)
    }
}

fn tags(
    held: &Value,
    work: &mut Work,
    by_maker: &mut ByMaker,
    left_out: &mut LeftOut,
) -> Result<(), String> {
    for (at, tag) in list(held, "tags")?.iter().enumerate() {
        let place = format!("tags[{at}]");
        match answer(tag, &place, work.meta, work.people) {
            Ok(Some((maker, kept))) => by_maker.add(maker, kept),
            Ok(None) => work.n_typed += 1,
            Err(detail) => left_out.push((place, Left::Broken(detail))),
        }
    }
    Ok(())
}

/// The image, volume or cloud that a file is about: `<dataset>/ann/<name>.json` is about `<dataset>/<name>`.
fn item_path(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let name = name.strip_suffix(".json").unwrap_or(name);
    let folder = match folder {
        "ann" => "",
        folder => folder.strip_suffix("/ann").unwrap_or(folder),
    };
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::item_path;

    #[test]
    fn files_are_about_what_their_names_say() {
        assert_eq!(item_path("p/ds1/ann/a.png.json"), "p/ds1/a.png");
        assert_eq!(item_path("ann/a.png.json"), "a.png");
        assert_eq!(item_path("a.json"), "a");
    }
}
