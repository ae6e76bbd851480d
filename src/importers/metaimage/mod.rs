//! MetaImage label maps of ITK, MITK and elastix: a text header, then (`.mha`) or beside it (`.mhd` with `.raw` or `.zraw`) the voxels.
//!
//! Layout: itk.org/Wiki/ITK/MetaIO/Documentation, and what ITK's own reader makes of it.

mod header;

use super::volume_grid::{
    Fault, Known, LabelMap, Packing, Raw, Samples, Stored, Tables, Text, is_table, named_beside,
    read_labels,
};
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile};
use header::Header;
use std::collections::BTreeSet;

/// Voxels that follow their header.
const LOCAL: &str = "LOCAL";

/// MetaImage.
pub struct MetaImage;

const FORMAT: Format = Format {
    key: "metaimage",
    title: "MetaImage label maps",
    detected_by: "lines `name = value` with `NDims` and `DimSize` up to `ElementDataFile`, of the object type `Image` where one is named; with less \
                  confidence where other JSON or XML lies beside",
    maps: "binary, zlib or text, in the same file or beside; each value but 0: a volume mask placed by `Offset`, `TransformMatrix` and \
           `ElementSpacing`, slices keyed along their normal in the patient, rows and columns in DICOM's usual order; without an offset: as stored; \
           two axes: a mask; all 0: reviewed and empty; floats that are whole, or probabilities cut at 0.5; names: an ITK-SNAP, colour or BIDS \
           table or JSON beside; item: file name or pattern",
    ignores: "pictures, several volumes in one file, voxels in several files, colours, sheared grids, objects that are no image",
    rater: "none in the format: the pattern's rater group, a sidecar table, or the upload's annotator",
    convention: "voxels placed by offset and directions in LPS millimetres of their centres",
};

impl Importer for MetaImage {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let mut files = BTreeSet::new();
        for (index, file) in upload.files().iter().enumerate() {
            let Some(header) = header_of(file) else {
                continue;
            };
            files.insert(index);
            if let Some(beside) = named_beside(upload, file, header.data_file()) {
                let others = upload.files().iter();
                files.extend(
                    others
                        .enumerate()
                        .filter(|(_, other)| other.path() == beside.path())
                        .map(|(at, _)| at),
                );
            }
        }
        if files.is_empty() {
            return Detection::rejects(
                "no file has the lines `NDims`, `DimSize` and `ElementDataFile` of a MetaImage",
            );
        }
        let mut has_documents = false;
        for (index, file) in upload.files().iter().enumerate() {
            if !files.contains(&index) && is_table(file) {
                files.insert(index);
            } else if file.head_text().starts_with(['{', '[', '<']) {
                has_documents = true;
            }
        }
        Detection::Accepts {
            confidence: if has_documents { 0.6 } else { 0.95 },
            files: files.into_iter().collect(),
        }
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let mut known = Known::default();
        let tables = Tables::of(upload)?;
        let maps: Vec<(&UploadFile, Header)> = files
            .iter()
            .filter_map(|&index| upload.files().get(index))
            .filter_map(|file| Some((file, header_of(file)?)))
            .collect();
        for (file, header) in &maps {
            if let Err(fault) = read_file(file, header, upload, &tables, context, &mut known, sink)
            {
                fault.report(file, maps.len() == 1, sink)?;
            }
        }
        known.finish(sink)
    }
}

/// Only text that begins with a letter can be a header; the rest is not even opened.
fn header_of(file: &UploadFile) -> Option<Header> {
    let first = file.head().first()?;
    if !first.is_ascii_alphabetic() || !file.head().contains(&b'=') {
        return None;
    }
    Header::read(file).ok().flatten()
}

fn read_file(
    file: &UploadFile,
    header: &Header,
    upload: &Upload,
    tables: &Tables,
    context: &Context,
    known: &mut Known,
    sink: &mut dyn Sink,
) -> Result<(), Fault> {
    if context.is_outside_pattern(file.path(), file.name()) {
        return Err(Fault::picture("does not match the pattern"));
    }
    let (size, _) = header.size()?;
    let frame = header.frame()?;
    let layout = frame.layout(size, 1, false);
    let n_values = layout.n_values(upload.limits().max_pixels)?;
    let mut samples = open(header, file, upload, n_values)?;
    let mut found = read_labels(samples.as_mut(), &layout)?;
    known.n_probability += u64::from(found.is_probability);
    let placement = context.place(file.path(), file.name())?;
    let labels = found.layers.pop().unwrap_or_default();
    let regions = known.regions(labels, &tables.beside(file), placement.label.as_deref());
    let map = LabelMap {
        file,
        image: file.name(),
        frame,
        layout,
        regions,
        is_unread: false,
    };
    known.keep(map, context, sink)
}

fn open(
    header: &Header,
    file: &UploadFile,
    upload: &Upload,
    n_values: u64,
) -> Result<Box<dyn Samples>, Fault> {
    let scalar = header.scalar()?;
    let named = header.data_file();
    let first = named.split_whitespace().next().unwrap_or_default();
    if first == "LIST" || named.contains('%') {
        return Err(Fault::unsupported(
            "its voxels lie in several files (LIST or a numbered pattern); save it as one file",
        ));
    }
    let (holder, start) = if named.eq_ignore_ascii_case(LOCAL) {
        (file, header.n_bytes)
    } else {
        let beside = named_beside(upload, file, named).ok_or_else(|| {
            Fault::dangling("is a header whose `ElementDataFile` is not in the upload")
        })?;
        (beside, 0)
    };
    let n_bytes = if header.is_text() {
        // A digit and what parts it from the next.
        n_values.saturating_mul(2) - 1
    } else {
        n_values.saturating_mul(scalar.n_bytes() as u64)
    };
    let packing = if header.is_compressed() {
        Packing::Zlib
    } else {
        Packing::Plain
    };
    let start = match u64::try_from(header.header_size()?) {
        Ok(n) => start + n,
        // The voxels are the last of the file.
        Err(_) if packing == Packing::Plain && !header.is_text() => {
            holder.size_bytes().saturating_sub(n_bytes).max(start)
        }
        Err(_) => start,
    };
    let stored = Stored {
        file: holder,
        start,
        packing,
    };
    stored.check_length(n_bytes, upload)?;
    let reader = stored.open()?;
    Ok(if header.is_text() {
        Box::new(Text::new(reader, scalar))
    } else {
        Box::new(Raw::new(reader, scalar, header.is_big_endian(), None))
    })
}
