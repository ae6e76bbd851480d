//! 3D Slicer markups: JSON (`.mrk.json`), and the fiducial lists of Slicer 4 (`.fcsv`) and 3 (`.fcsv`, `.acsv`).
//!
//! | file | known by | a point is |
//! |---|---|---|
//! | `.mrk.json` | `@schema`, `markups[]` | `controlPoints[].position` in the markup's `coordinateSystem` (LPS unless stated) |
//! | `.fcsv` | `# Markups fiducial file version` | `id,x,y,z,ow,ox,oy,oz,vis,sel,lock,label,desc,associatedNodeID`, RAS unless stated |
//! | `.fcsv` | `# Fiducial List file` | `label,x,y,z,sel,vis`, RAS |
//! | `.acsv` | `# Annotation file` | `point\|x\|y\|z\|sel\|vis`, RAS |
//!
//! Format: <https://github.com/Slicer/Slicer/tree/main/Modules/Loadable/Markups/Resources/Schema>, and
//! `vtkMRMLMarkupsFiducialStorageNode.cxx` beside it. Points lie in the patient and not on an image, so they go to items of their own
//! (`#mm`), in which a pixel is a millimetre.

mod frame;
mod lists;
mod markup;
mod shapes;
mod write;

use super::json::fields::max_record_bytes;
use super::json::{Element, JsonStream, Kind, record, sketch};
use super::skips::skip;
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile};
use crate::domain::{ReadingKey, SkipReason};
use std::collections::HashMap;
use write::Writer;

const FORMAT: Format = Format {
    key: "slicer_markups",
    title: "3D Slicer markups",
    detected_by: "a JSON object with `@schema` and `markups`; text that begins with `# Markups fiducial file version`, `# Fiducial List file` or \
                  `# Annotation file`",
    maps: "item: the file's name with #mm behind it, 1 mm a pixel, LPS; point lists: one set of named points, or a point each where labels \
           repeat; lines and angles: their numbered points; regions of interest that stand upright: cuboids; curves in an axial plane: lines \
           and outlines through their control points, item with #mm@z behind it; label: the options, else the markup's name, else its type; \
           measurements as attributes",
    ignores: "points that are not placed (undefined, preview, missing), planes, turned regions, curves through space, rulers and regions of \
              .acsv, visibility and selection, descriptions, display",
    rater: "none in the format: from the options",
    convention: "patient millimetres, LPS or RAS as the file states, 1 mm a pixel",
};

/// The importer for 3D Slicer markups.
pub(super) struct SlicerMarkups;

/// The one instance.
pub static IMPORTER: SlicerMarkups = SlicerMarkups;

/// What a file is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flavour {
    Json,
    /// Slicer 4.
    Versioned,
    /// Slicer 3.
    Unversioned,
    /// Slicer 3 and 4, before markups.
    Annotation,
}

impl Flavour {
    fn of(file: &UploadFile) -> Option<Self> {
        let head = file.head_text();
        if head.starts_with('{') {
            let sketch = sketch(file)?;
            let has = |key: &str| sketch.element(key).is_some();
            return (has("@schema") && has("markups")).then_some(Self::Json);
        }
        [
            ("# Markups fiducial file version", Self::Versioned),
            ("# Fiducial List file", Self::Unversioned),
            ("# Annotation file", Self::Annotation),
        ]
        .into_iter()
        .find_map(|(start, flavour)| head.starts_with(start).then_some(flavour))
    }
}

impl Importer for SlicerMarkups {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let reason =
            "no JSON object with `@schema` and `markups`, and no fiducial list of 3D Slicer";
        Detection::of_files(upload, 0.98, reason, |file| Flavour::of(file).is_some())
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let options = context.options();
        // Slicer names files after lists (`F.mrk.json`), so equal names in several folders are likely different cases.
        let is_told_apart =
            options.pattern.is_some() || !options.sidecar.is_empty() || options.item_key.is_some();
        let mut folders: HashMap<ReadingKey, String> = HashMap::new();
        let mut n_curves = 0;
        for file in files.iter().filter_map(|&index| upload.files().get(index)) {
            let Some(flavour) = Flavour::of(file) else {
                continue;
            };
            let mut writer = Writer::new(file, context, sink)?;
            let folder = file.path().trim_end_matches(file.name()).to_owned();
            let known = folders.entry(writer.key()).or_insert(folder.clone());
            if *known != folder && !is_told_apart {
                skip(
                    writer.sink,
                    SkipReason::InvalidRecord,
                    file.path(),
                    "",
                    "has the name of a file in another folder, and whether both are about one item is unknown; give a pattern with `item`, or `item_key` path",
                )?;
                continue;
            }
            if flavour == Flavour::Json {
                read_json(file, upload, &mut writer)?;
            } else {
                lists::read(file, flavour, upload.limits(), &mut writer)?;
            }
            n_curves += writer.n_curves;
            writer.finish(context)?;
        }
        if n_curves > 0 {
            sink.note(format!(
                "curves read as straight lines between control points, since the file does not say how they are bent: {n_curves}"
            ))?;
        }
        Ok(())
    }
}

fn read_json(file: &UploadFile, upload: &Upload, writer: &mut Writer) -> Result<(), ImportError> {
    let max_bytes = max_record_bytes(upload.limits());
    let mut stream = JsonStream::new(file.path(), file.open()?, max_bytes);
    stream.enter()?;
    while let Some(key) = stream.next_key()? {
        if key != "markups" || stream.kind()? != Kind::Array {
            stream.skip_value()?;
            continue;
        }
        stream.open_container()?;
        let mut at = 0_usize;
        while let Some(element) = stream.next_element(|| format!("`markups[{at}]`"))? {
            let place = format!("markups[{at}]");
            let held = match element {
                Element::Raw(raw) => record(raw, &[]),
                Element::TooLarge => Err(format!("is larger than {max_bytes} bytes")),
            };
            match held {
                Ok(value) => markup::read(&value, &place, writer)?,
                Err(detail) => writer.skip(SkipReason::InvalidRecord, place, detail)?,
            }
            at += 1;
        }
    }
    stream.finish()
}
