//! A file from its first annotation to its last.

use super::ROOT;
use super::shapes::shapes;
use crate::domain::{Shape, SkipReason};
use crate::importers::one_reading::{OneReading, UNCLASSIFIED, image_of, plain};
use crate::importers::xml::{Node, XmlReader};
use crate::importers::{Context, ImportError, Limits, Sink, UploadFile};
use std::collections::BTreeSet;

/// Reads one file.
pub(super) fn read(
    file: &UploadFile,
    limits: &Limits,
    context: &Context,
    sink: &mut dyn Sink,
) -> Result<(), ImportError> {
    let mut xml = XmlReader::open(file, limits)?;
    xml.root(ROOT)?;
    let image = image_of(file, &[".xml"]);
    let mut slide = Slide {
        reading: OneReading::new(file, image, None, context)?,
        sink,
        n_records: 0,
        n_splines: 0,
        exclusions: BTreeSet::new(),
    };
    while let Some(list) = xml.next_child()? {
        if list.name != "Annotations" {
            xml.skip_subtree()?;
            continue;
        }
        while let Some(tag) = xml.next_child()? {
            let node = xml.subtree(tag)?;
            slide.record(&node)?;
        }
    }
    xml.finish()?;
    for note in slide.notes() {
        slide.sink.note(format!("{}: {note}", file.path()))?;
    }
    slide.reading.finish(slide.sink, context, slide.n_records)
}

struct Slide<'a> {
    reading: OneReading<'a>,
    sink: &'a mut dyn Sink,
    n_records: usize,
    n_splines: u64,
    /// Groups whose name says that they mark what does not belong to another.
    exclusions: BTreeSet<String>,
}

impl Slide<'_> {
    fn record(&mut self, node: &Node) -> Result<(), ImportError> {
        let record = format!("Annotation[{}]", self.n_records);
        self.n_records += 1;
        if node.name() != "Annotation" {
            let detail = "is no `Annotation`";
            return self
                .reading
                .skip(self.sink, SkipReason::Unsupported, &record, detail);
        }
        let found = match (node.tag.fault(), node.tag.get("Type")) {
            (Some(fault), _) => Err((SkipReason::InvalidRecord, fault.to_owned())),
            (None, kind) => shapes(node, kind.unwrap_or_default().trim()),
        };
        let found = match found {
            Ok(found) => found,
            Err((reason, detail)) => {
                return self.reading.skip(self.sink, reason, &record, &detail);
            }
        };
        self.n_splines += u64::from(node.tag.get("Type") == Some("Spline"));
        let label = self.label_of(node);
        let is_one = found.len() == 1;
        for (at, mut shape) in found.into_iter().enumerate() {
            if let Shape::Keypoints(points) = &mut shape {
                points
                    .iter_mut()
                    .for_each(|point| point.name.clone_from(&label));
            }
            let id = match is_one {
                true => record.clone(),
                false => format!("{record}#{at}"),
            };
            self.reading.keep(self.sink, plain(id, &label, shape))?;
        }
        Ok(())
    }

    fn label_of(&mut self, node: &Node) -> String {
        let group = node.tag.get("PartOfGroup").map(str::trim);
        let group = group.filter(|group| !group.is_empty() && *group != "None");
        if let Some(group) = group.filter(|group| is_exclusion(group)) {
            self.exclusions.insert(group.to_owned());
        }
        let stated = self.reading.placement.label.as_deref();
        group.or(stated).unwrap_or(UNCLASSIFIED).to_owned()
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.n_splines > 0 {
            notes.push(format!(
                "{} splines are read as polygons through their points; the curves between these are not in the file",
                self.n_splines
            ));
        }
        if !self.exclusions.is_empty() {
            notes.push(format!(
                "{} groups by their name mark what is to be left out of others (`_2` does so in CAMELYON16); they are kept as labels of their own, and nothing is taken out",
                self.exclusions.len()
            ));
        }
        notes
    }
}

fn is_exclusion(group: &str) -> bool {
    group == "_2" || group.to_lowercase().contains("exclu")
}
