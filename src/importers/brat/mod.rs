//! brat standoff: spans of a text file in an annotation file beside it.
//!
//! `T1⇥Label start end[;start end…]⇥text`, `A1⇥Name T1 [value]`, `E1⇥Label:T1 Role:T2 …`, `R1⇥Name Arg1:T1 Arg2:T2`, `N1⇥Reference T1 Base:entry⇥text`,
//! `*⇥Equiv T1 T2 …`, `#1⇥Kind T1⇥note`. Format: <https://brat.nlplab.org/standoff.html>.

mod conf;
mod document;
mod lines;
#[cfg(test)]
mod tests;
mod text;

use super::one_reading::image_of;
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile};
use conf::Configurations;
use lines::Line;
use std::collections::{HashMap, HashSet};

const FORMAT: Format = Format {
    key: "brat",
    title: "brat standoff",
    detected_by: "text files of lines such as `T1⇥Label 0 8⇥text`, most of them known kinds of record",
    maps: "item: the file's name without its extension; text spans, one a stretch (the stretches of a broken span share the attribute \
           `group`); attributes of spans and of the events that they trigger; entries of a knowledge base as the attribute `normalised: <base>`; \
           with annotation.conf, attributes that were not ticked are `false`; an empty file is a text without spans",
    ignores: "relations, equivalences, arguments of events, attributes of relations, notes, counted; the text itself, which only tells whether \
              the spans read as their records quote them",
    rater: "none in the format: from the options, such as --pattern '(?P<rater>[^/]+)/[^/]+$' for one folder a rater",
    convention: "Unicode code points from the start of the text, each line break one; the end lies behind the last character",
};

/// What annotation files end with; tasks of BioNLP keep entities and events apart.
const EXTENSIONS: &[&str] = &[".ann", ".a1", ".a2"];

/// The importer for brat standoff.
pub(super) struct Brat;

impl Importer for Brat {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let files = upload.files();
        let texts: HashSet<&str> = files.iter().filter_map(text_stem).collect();
        let of_spans: Vec<bool> = files.iter().map(looks_right).collect();
        let is_certain = of_spans.contains(&true);
        let is_blank = |file: &UploadFile| is_blank(file) && texts.contains(stem(file));
        let annotated: Vec<bool> = files
            .iter()
            .zip(&of_spans)
            .map(|(file, is_right)| *is_right || is_blank(file))
            .collect();
        let stems: HashSet<&str> = files
            .iter()
            .zip(&annotated)
            .filter(|(_, is_annotated)| **is_annotated)
            .map(|(file, _)| stem(file))
            .collect();
        if stems.is_empty() {
            return Detection::rejects(
                "no text file has lines such as `T1⇥Label 0 8⇥text`, as brat's annotations do",
            );
        }
        let belongs = |index: &usize| {
            let file = &files[*index];
            let is_text = text_stem(file).is_some_and(|stem| stems.contains(stem));
            annotated[*index] || is_text || conf::is_configuration(file)
        };
        Detection::Accepts {
            confidence: if is_certain { 0.97 } else { 0.5 },
            files: (0..files.len()).filter(belongs).collect(),
        }
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
        let configurations = Configurations::read(&files, sink)?;
        let texts: HashMap<&str, &UploadFile> = files
            .iter()
            .filter_map(|file| Some((text_stem(file)?, *file)))
            .collect();
        let mut reader = document::Reader::new(context, sink, &configurations);
        for file in files {
            if text_stem(file).is_none() && !conf::is_configuration(file) {
                reader.read(file, texts.get(stem(file)).copied())?;
            }
        }
        reader.finish()
    }
}

/// The path without an annotation file's extension; the text beside it has the same.
fn stem(file: &UploadFile) -> &str {
    let n_cut = file.name().len() - image_of(file, EXTENSIONS).len();
    &file.path()[..file.path().len() - n_cut]
}

/// The path of a text without its extension; `None` for other files.
fn text_stem(file: &UploadFile) -> Option<&str> {
    file.path().strip_suffix(".txt")
}

/// An annotation file, by its name, without a record.
fn is_blank(file: &UploadFile) -> bool {
    image_of(file, EXTENSIONS) != file.name()
        && file.size_bytes() as usize == file.head().len()
        && file.head().trim_ascii().is_empty()
}

/// Whether most lines at the beginning are records, the first one is, and one is a span.
fn looks_right(file: &UploadFile) -> bool {
    // Bytes that are no UTF-8 break a record or the file when it is read; here they only have to be borne.
    let text = file.head_text();
    let is_whole = file.size_bytes() as usize == file.head().len();
    let head = match text.rsplit_once('\n') {
        Some((lines, _)) if !is_whole => lines,
        _ => text.as_str(),
    };
    let (mut n_lines, mut n_right, mut n_spans) = (0_usize, 0_usize, 0_usize);
    for text in head.lines() {
        if text.trim().is_empty() {
            continue;
        }
        n_lines += 1;
        match lines::line(text) {
            Ok(Line::Span(_)) => n_spans += 1,
            Ok(_) => {}
            Err(_) if n_lines == 1 => return false,
            Err(_) => continue,
        }
        n_right += 1;
    }
    n_spans > 0 && 2 * n_right > n_lines
}
