//! A file from its first feature to its last.

use super::EXTENSIONS;
use super::feature::{Feature, Kept, Purpose, parse, purpose_of};
use crate::domain::{Role, SkipReason};
use crate::importers::json::{Element, JsonStream, Kind, member, members, text};
use crate::importers::one_reading::{OneReading, image_of};
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Limits, Sink, UploadFile};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::BufRead;

/// How far into a file an object of QuPath is looked for.
const LOOK_BYTES: u64 = 4 << 20;
const LOOK_FEATURES: usize = 200;

/// What a file looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looks {
    Qupath,
    /// A feature collection without features.
    Empty,
    Foreign,
}

/// Looks at the beginning of a file.
pub(super) fn looks(file: &UploadFile) -> Looks {
    let head = file.head_text();
    if !head.starts_with(['{', '[']) {
        return Looks::Foreign;
    }
    let Ok(reader) = file.open() else {
        return Looks::Foreign;
    };
    let reader = std::io::Read::take(reader, LOOK_BYTES);
    let mut stream = JsonStream::new(file.path(), reader, LOOK_BYTES as usize);
    let mut seen = Looks::Foreign;
    let mut n_seen = 0;
    // A file that is cut short, or longer than what is looked at, is told by what came before.
    let walked = walk(&mut stream, &mut |_, element| {
        n_seen += 1;
        if let Element::Raw(raw) = element
            && seen == Looks::Foreign
            && n_seen <= LOOK_FEATURES
            && purpose_of(raw).is_some()
        {
            seen = Looks::Qupath;
        }
        Ok(())
    });
    match walked {
        Ok(Form::Collection) if n_seen == 0 => Looks::Empty,
        Ok(Form::Feature) => match file
            .read_all(LOOK_BYTES)
            .ok()
            .and_then(|bytes| purpose_of(trimmed(&bytes)))
        {
            Some(_) => Looks::Qupath,
            None => Looks::Foreign,
        },
        _ => seen,
    }
}

/// What a file is at its top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Collection,
    List,
    /// One feature, which `walk` leaves to the caller.
    Feature,
    Other,
}

/// Hands out the features of a collection or list, one by one.
fn walk<R: BufRead>(
    stream: &mut JsonStream<'_, R>,
    take: &mut dyn FnMut(&str, Element) -> Result<(), ImportError>,
) -> Result<Form, ImportError> {
    let mut all = |stream: &mut JsonStream<'_, R>, list: &str| -> Result<(), ImportError> {
        let mut at = 0;
        let place = |at: usize| format!("{list}[{at}]");
        while let Some(element) = stream.next_element(|| format!("`{}`", place(at)))? {
            take(&place(at), element)?;
            at += 1;
        }
        Ok(())
    };
    if stream.enter()? == Kind::Array {
        all(stream, "features")?;
        return Ok(Form::List);
    }
    let mut form = Form::Other;
    while let Some(key) = stream.next_key()? {
        match key.as_str() {
            "features" if stream.kind()? == Kind::Array => {
                form = Form::Collection;
                stream.open_container()?;
                all(stream, "features")?;
            }
            "geometry" | "nucleusGeometry" if form == Form::Other => {
                form = Form::Feature;
                stream.skip_value()?;
            }
            _ => stream.skip_value()?,
        }
    }
    Ok(form)
}

/// Reads one file.
pub(super) fn read(
    file: &UploadFile,
    limits: &Limits,
    context: &Context,
    sink: &mut dyn Sink,
) -> Result<(), ImportError> {
    let mut slide = Slide {
        file,
        limits,
        context,
        sink,
        planes: BTreeMap::new(),
        n_records: 0,
    };
    let mut stream = JsonStream::new(file.path(), file.open()?, limits.max_token_bytes);
    let form = walk(&mut stream, &mut |record, element| {
        slide.take(record, element)
    })?;
    stream.finish()?;
    match form {
        Form::Collection | Form::List => {}
        Form::Feature => {
            let bytes = file.read_all(limits.max_token_bytes as u64)?;
            slide.take("feature", Element::Raw(trimmed(&bytes)))?;
        }
        Form::Other => {
            return Err(ImportError::container(
                file.path(),
                "has no list `features`; export the objects as GeoJSON again",
            ));
        }
    }
    slide.finish()
}

fn trimmed(bytes: &[u8]) -> &[u8] {
    bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(bytes)
        .trim_ascii()
}

/// The slide of a file, by planes of its stack; most slides have one.
struct Slide<'a> {
    file: &'a UploadFile,
    limits: &'a Limits,
    context: &'a Context,
    sink: &'a mut dyn Sink,
    planes: BTreeMap<[u32; 2], OneReading<'a>>,
    n_records: usize,
}

impl Slide<'_> {
    fn take(&mut self, record: &str, element: Element) -> Result<(), ImportError> {
        self.n_records += 1;
        let outcome = match element {
            Element::Raw(raw) => self.feature(record, raw)?,
            Element::TooLarge => Err((
                SkipReason::InvalidRecord,
                format!(
                    "is larger than {} bytes; draw it in parts",
                    self.limits.max_token_bytes
                ),
            )),
        };
        match outcome {
            Ok(()) => Ok(()),
            Err((reason, detail)) => Ok(skip(self.sink, reason, self.file.path(), record, detail)?),
        }
    }

    fn feature(&mut self, record: &str, raw: &[u8]) -> Result<Kept, ImportError> {
        let is_collection = members(raw)
            .ok()
            .is_some_and(|all| member(&all, "type").and_then(text).as_deref() != Some("Feature"));
        if is_collection {
            let detail = "is no `Feature`".to_owned();
            return Ok(Err((SkipReason::InvalidRecord, detail)));
        }
        match purpose_of(raw) {
            Some(Purpose::Drawn) => {}
            Some(Purpose::Computed) if self.context.options().role == Some(Role::Model) => {}
            Some(Purpose::Computed) => {
                let detail = "is a detection, cell or tile, which is computed; give the role model to read it";
                return Ok(Err((SkipReason::NotHuman, detail.to_owned())));
            }
            Some(Purpose::Core) => {
                let detail = "is a core of a tissue array, which tells where tissue lies";
                return Ok(Err((SkipReason::Unsupported, detail.to_owned())));
            }
            None => {
                let detail = "says in no `objectType` that it is an annotation";
                return Ok(Err((SkipReason::Unsupported, detail.to_owned())));
            }
        }
        let feature = match parse(raw, record) {
            Ok(feature) => feature,
            Err(refused) => return Ok(Err(refused)),
        };
        self.keep(feature)?;
        Ok(Ok(()))
    }

    fn keep(&mut self, feature: Feature) -> Result<(), ImportError> {
        let plane = match self.planes.entry(feature.plane) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(slot) => slot.insert(open(self.file, feature.plane, self.context)?),
        };
        let stated = plane.placement.label.clone();
        for annotation in feature.into_annotations(stated.as_deref()) {
            plane.keep(self.sink, annotation)?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), ImportError> {
        if self.planes.is_empty() {
            let plane = open(self.file, [0, 0], self.context)?;
            self.planes.insert([0, 0], plane);
        }
        for plane in self.planes.into_values() {
            plane.finish(self.sink, self.context, self.n_records)?;
        }
        Ok(())
    }
}

/// The reading of one plane of the slide; the first plane is the slide itself.
fn open<'a>(
    file: &'a UploadFile,
    [z, t]: [u32; 2],
    context: &Context,
) -> Result<OneReading<'a>, ImportError> {
    let image = image_of(file, EXTENSIONS);
    let mut plane = OneReading::new(file, image, None, context)?;
    if [z, t] != [0, 0] {
        let mut key = format!("{}#", plane.item.key);
        for (letter, at) in [('z', z), ('t', t)] {
            if at > 0 {
                key.push_str(&format!("{letter}{at}"));
            }
        }
        plane.reading.key.item.clone_from(&key);
        plane.item.key = key;
    }
    Ok(plane)
}
