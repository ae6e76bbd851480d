//! An annotation file with the text beside it.

use super::EXTENSIONS;
use super::conf::Configurations;
use super::lines::{Line, Span, line};
use super::text::Text;
use crate::domain::{Annotation, ReadingKey, Shape, SkipReason, TextSpan};
use crate::importers::one_reading::{OneReading, image_of, plain};
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Sink, UploadFile};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// More is no annotation of one text; as records it takes several times the memory.
const MAX_BYTES: u64 = 8 << 20;
/// Attributes that no record gives and only the configuration asks for, in one file.
const MAX_UNTICKED: usize = 1_000_000;

/// Reads the files of an upload.
pub(super) struct Reader<'a> {
    context: &'a Context,
    sink: &'a mut dyn Sink,
    configurations: &'a Configurations,
    /// Readings, with the file that they came from.
    seen: HashMap<ReadingKey, String>,
    n_without_text: u64,
    n_double_breaks: u64,
    n_ticked_only: u64,
}

/// A span with what other records say about it.
struct Marked<'t> {
    span: Span<'t>,
    attributes: BTreeMap<String, String>,
    entries: BTreeMap<&'t str, BTreeSet<&'t str>>,
}

impl<'a> Reader<'a> {
    pub fn new(
        context: &'a Context,
        sink: &'a mut dyn Sink,
        configurations: &'a Configurations,
    ) -> Self {
        Self {
            context,
            sink,
            configurations,
            seen: HashMap::new(),
            n_without_text: 0,
            n_double_breaks: 0,
            n_ticked_only: 0,
        }
    }

    /// Reads one annotation file.
    pub fn read(
        &mut self,
        file: &UploadFile,
        beside: Option<&UploadFile>,
    ) -> Result<(), ImportError> {
        let bytes = file.read_all(MAX_BYTES)?;
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let detail = format!("is no UTF-8 text at byte {}", error.valid_up_to());
            ImportError::container(file.path(), detail)
        })?;
        let name = image_of(file, EXTENSIONS);
        let mut reading = OneReading::new(file, name, None, self.context)?;
        reading.item.image_name = Some(format!("{name}.txt"));
        if !self.is_new(file, &reading.reading.key)? {
            return Ok(());
        }
        let document = self.text(beside)?;
        let mut found = Document::default();
        let (mut n_records, mut later) = (0, Vec::new());
        for (at, text) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            if text.trim().is_empty() {
                continue;
            }
            let parsed = line(text);
            n_records += usize::from(matches!(parsed, Ok(Line::Span(_)) | Err(_)));
            let outcome = match parsed {
                Ok(line) => found.take(line, at, &mut later),
                Err(detail) => Err((SkipReason::InvalidRecord, detail.to_owned())),
            };
            if let Err((reason, detail)) = outcome {
                reading.skip(self.sink, reason, &place(at), &detail)?;
            }
        }
        // Records may name spans and events that stand further down.
        for (at, line) in later {
            if let Err((reason, detail)) = found.settle(line) {
                reading.skip(self.sink, reason, &place(at), &detail)?;
            }
        }
        self.tick(file, &mut found)?;
        let counts_twice = document
            .as_ref()
            .is_some_and(|document| found.counts_breaks_twice(document));
        self.n_double_breaks += u64::from(counts_twice);
        for marked in found.spans {
            for annotation in marked.annotations(document.as_ref(), counts_twice) {
                reading.keep(self.sink, annotation)?;
            }
        }
        reading.finish(self.sink, self.context, n_records)
    }

    /// Whether no other file holds this reading. Two raters' files of one name would become one rater's work.
    fn is_new(&mut self, file: &UploadFile, key: &ReadingKey) -> Result<bool, ImportError> {
        // Entities and events of one text (.a1, .a2) stand beside each other.
        let stem = super::stem(file).to_owned();
        let known = self.seen.entry(key.clone()).or_insert_with(|| stem.clone());
        if *known == stem {
            return Ok(true);
        }
        let detail = "gives an item and a rater that an earlier file gave; name raters by folder (--pattern \
                      '(?P<rater>[^/]+)/[^/]+$') or items by path (item key `path`)";
        skip(
            self.sink,
            SkipReason::InvalidRecord,
            file.path(),
            "",
            detail,
        )?;
        Ok(false)
    }

    fn text(&mut self, beside: Option<&UploadFile>) -> Result<Option<Text>, ImportError> {
        let Some(file) = beside else {
            self.n_without_text += 1;
            return Ok(None);
        };
        let text = Text::read(file)?;
        if text.is_none() {
            let detail = "is no UTF-8 text; the spans in it are kept and not checked";
            skip(
                self.sink,
                SkipReason::InvalidRecord,
                file.path(),
                "",
                detail,
            )?;
        }
        Ok(text)
    }

    /// Attributes that were not ticked: no record says so, only the configuration that asks for them.
    fn tick(&mut self, file: &UploadFile, found: &mut Document) -> Result<(), ImportError> {
        let Some(configuration) = self.configurations.of(file.path()) else {
            self.n_ticked_only += u64::from(found.has_ticked);
            return Ok(());
        };
        if configuration.n_ticked().saturating_mul(found.spans.len()) > MAX_UNTICKED {
            let detail = "asks more of its spans by annotation.conf than is filled in; attributes that were not ticked stay unknown";
            return Ok(skip(
                self.sink,
                SkipReason::InvalidRecord,
                file.path(),
                "",
                detail,
            )?);
        }
        // Of several events on one span none can be told which the answer would be for.
        let triggered = &found.triggered;
        let is_told = |marked: &&mut Marked| triggered.get(marked.span.id).is_none_or(|n| *n < 2);
        for marked in found.spans.iter_mut().filter(is_told) {
            for name in configuration.ticked(marked.span.label) {
                let is_known = marked.attributes.contains_key(name);
                if !is_known {
                    marked.attributes.insert(name.to_owned(), false.to_string());
                }
            }
        }
        Ok(())
    }

    /// Says what holds for the upload as a whole.
    pub fn finish(self) -> Result<(), ImportError> {
        let notes = [
            (
                self.n_without_text,
                "annotation files have no text beside them; their offsets are kept and not checked",
            ),
            (
                self.n_double_breaks,
                "annotation files count line breaks as two characters; their offsets were turned into brat's, where each is one",
            ),
            (
                self.n_ticked_only,
                "annotation files have ticked attributes and no annotation.conf; where one was not ticked stays unknown",
            ),
        ];
        for (n, what) in notes {
            if n > 0 {
                self.sink.note(format!("{n} {what}"))?;
            }
        }
        Ok(())
    }
}

fn place(at: usize) -> String {
    format!("line {}", at + 1)
}

/// The spans of a file and what may be said about them.
#[derive(Default)]
struct Document<'t> {
    spans: Vec<Marked<'t>>,
    by_id: HashMap<&'t str, usize>,
    /// Triggers of events.
    events: HashMap<&'t str, &'t str>,
    /// How many events a span triggers.
    triggered: HashMap<&'t str, u64>,
    has_ticked: bool,
}

type Refused = (SkipReason, String);

impl<'t> Document<'t> {
    /// Takes a record; one that names others waits in `later`.
    fn take(
        &mut self,
        line: Line<'t>,
        at: usize,
        later: &mut Vec<(usize, Line<'t>)>,
    ) -> Result<(), Refused> {
        let unsupported = |detail: &str| Err((SkipReason::Unsupported, detail.to_owned()));
        match line {
            Line::Span(span) => {
                if self.by_id.contains_key(span.id) {
                    let detail = "gives the id of an earlier span";
                    return Err((SkipReason::InvalidRecord, detail.to_owned()));
                }
                self.by_id.insert(span.id, self.spans.len());
                self.spans.push(Marked {
                    span,
                    attributes: BTreeMap::new(),
                    entries: BTreeMap::new(),
                });
                Ok(())
            }
            Line::Event {
                id,
                trigger,
                n_arguments,
            } => {
                if self.events.insert(id, trigger).is_some() {
                    let detail = "gives the id of an earlier event";
                    return Err((SkipReason::InvalidRecord, detail.to_owned()));
                }
                *self.triggered.entry(trigger).or_default() += 1;
                later.push((at, line));
                match n_arguments {
                    0 => Ok(()),
                    n => unsupported(&format!(
                        "is an event with {n} arguments; its trigger is read, links between spans are not compared"
                    )),
                }
            }
            Line::Attribute { .. } | Line::Normalisation { .. } => {
                later.push((at, line));
                Ok(())
            }
            Line::Relation => unsupported("is a relation; links between spans are not compared"),
            Line::Equivalence => {
                unsupported("is an equivalence; links between spans are not compared")
            }
            Line::Note => unsupported("is a note; free text is not compared"),
        }
    }

    /// Takes a record that names others, once all of them are known.
    fn settle(&mut self, line: Line<'t>) -> Result<(), Refused> {
        match line {
            Line::Event { trigger, .. } => self.span(trigger).map(|_| ()),
            Line::Attribute {
                name,
                target,
                value,
            } => {
                self.has_ticked |= value.is_none();
                let marked = self.target(target)?;
                let value = value.map_or_else(|| true.to_string(), str::to_owned);
                if marked.attributes.contains_key(name) {
                    let detail = "gives an attribute that an earlier record gave to the same span";
                    return Err((SkipReason::InvalidRecord, detail.to_owned()));
                }
                marked.attributes.insert(name.to_owned(), value);
                Ok(())
            }
            Line::Normalisation {
                target,
                base,
                entry,
            } => {
                self.target(target)?
                    .entries
                    .entry(base)
                    .or_default()
                    .insert(entry);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn span(&mut self, id: &str) -> Result<&mut Marked<'t>, Refused> {
        let at = self.by_id.get(id).copied();
        at.and_then(|at| self.spans.get_mut(at)).ok_or_else(|| {
            let detail = "names a span that the file does not hold or that could not be read";
            (SkipReason::Dangling, detail.to_owned())
        })
    }

    /// The span that a record is about: itself, or the trigger of its event.
    fn target(&mut self, id: &str) -> Result<&mut Marked<'t>, Refused> {
        if !id.starts_with('E') {
            if id.starts_with('R') || id.starts_with('*') {
                let detail = "belongs to a relation; links between spans are not compared";
                return Err((SkipReason::Unsupported, detail.to_owned()));
            }
            return self.span(id);
        }
        let trigger = *self.events.get(id).ok_or_else(|| {
            let detail = "names an event that the file does not hold or that could not be read";
            (SkipReason::Dangling, detail.to_owned())
        })?;
        let n_sharing = self.triggered.get(trigger).copied().unwrap_or_default();
        if n_sharing > 1 {
            let detail = format!(
                "belongs to one of {n_sharing} events with the same trigger; only spans are compared"
            );
            return Err((SkipReason::Unsupported, detail));
        }
        self.span(trigger)
    }

    /// Whether more spans read as quoted when the file's line breaks of two characters count twice.
    fn counts_breaks_twice(&self, text: &Text) -> bool {
        if !text.has_doubled_breaks() {
            return false;
        }
        let n_fitting = |twice: bool| {
            let fits = |marked: &&Marked| {
                let quoted = marked.span.quoted;
                quoted.is_some_and(|quoted| {
                    text.passage
                        .reads_as(&marked.stretches(text, twice), quoted)
                })
            };
            self.spans.iter().filter(fits).count()
        };
        n_fitting(true) > n_fitting(false)
    }
}

impl Marked<'_> {
    fn stretches(&self, text: &Text, counts_twice: bool) -> Vec<TextSpan> {
        let turned = |span: &TextSpan| match counts_twice {
            true => TextSpan {
                start: text.once(span.start),
                end: text.once(span.end),
            },
            false => *span,
        };
        self.span.stretches.iter().map(turned).collect()
    }

    /// One annotation a stretch. The stretches of a broken span are held together by `group`.
    fn annotations(self, text: Option<&Text>, counts_twice: bool) -> Vec<Annotation> {
        let (stretches, fault) = match text {
            Some(text) => {
                let stretches = self.stretches(text, counts_twice);
                let fault = text.passage.fault(&stretches, self.span.quoted);
                (stretches, fault)
            }
            None => (self.span.stretches.clone(), None),
        };
        let mut attributes = self.attributes;
        for (base, entries) in self.entries {
            let entries: Vec<&str> = entries.into_iter().collect();
            attributes.insert(format!("normalised: {base}"), entries.join(" | "));
        }
        let is_broken = stretches.len() > 1;
        if is_broken {
            attributes.insert("group".to_owned(), self.span.id.to_owned());
        }
        let mut annotations = Vec::new();
        for (at, stretch) in stretches.into_iter().enumerate() {
            let id = match is_broken {
                true => format!("{}#{at}", self.span.id),
                false => self.span.id.to_owned(),
            };
            annotations.push(Annotation {
                attributes: attributes.clone(),
                invalid: fault.clone(),
                ..plain(id, self.span.label, Shape::TextSpan(stretch))
            });
        }
        annotations
    }
}
