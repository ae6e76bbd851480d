//! NRRD label maps, and segmentations of 3D Slicer (`.seg.nrrd`): a text header, then or beside it the voxels.
//!
//! Layout: teem.sourceforge.net/nrrd/format.html; segments in `SegmentN_…` pairs as 3D Slicer documents them.

mod axes;
mod data;
mod header;
mod segments;

use super::skips::skip;
use super::volume_grid::{
    Fault, Frame, Known, LabelMap, LabelRuns, Layout, Placing, Region, Tables, is_table,
    read_labels,
};
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile};
use crate::domain::SkipReason;
use axes::Axes;
use header::{Header, MAGIC};
use segments::{Segment, reference, segments};
use std::collections::{BTreeMap, BTreeSet};

/// NRRD.
pub struct Nrrd;

const FORMAT: Format = Format {
    key: "nrrd",
    title: "NRRD label maps and 3D Slicer segmentations",
    detected_by: "`NRRD000` at the start; with less confidence where other JSON or XML lies beside",
    maps: "raw, gzip, bzip2, ascii and hex, in the same file or beside; each value but 0: a volume mask placed by space directions and origin \
           (LPS, RAS or LAS), slices keyed along their normal in the patient, rows and columns in DICOM's usual order; two axes: a mask; \
           segments: name, id, category and type, status, label value and layer, laid into the grid of the image that they name; all 0: \
           reviewed and empty, unless every segment's work has not begun; floats that are whole, or probabilities cut at 0.5; names of plain maps: \
           an ITK-SNAP, colour or BIDS table or JSON beside; item: file name or pattern",
    ignores: "pictures, voxels in several files, blocks, sheared grids, layers that no segment describes, segments without voxels, colours, closed surfaces",
    rater: "none in the format: the pattern's rater group, a sidecar table, or the upload's annotator",
    convention: "voxels placed by space origin and directions, in millimetres of their centres",
};

impl Importer for Nrrd {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let mut files = BTreeSet::new();
        for (index, file) in upload.files().iter().enumerate() {
            if !is_nrrd(file) {
                continue;
            }
            files.insert(index);
            let beside = Header::read(file).and_then(|header| {
                Ok(data::file_beside(&header, file, upload)?.map(|other| other.path()))
            });
            if let Ok(Some(path)) = beside {
                let others = upload.files().iter();
                files.extend(
                    others
                        .enumerate()
                        .filter(|(_, other)| other.path() == path)
                        .map(|(at, _)| at),
                );
            }
        }
        if files.is_empty() {
            return Detection::rejects("no file starts with `NRRD000`");
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
        let maps: Vec<&UploadFile> = files
            .iter()
            .filter_map(|&index| upload.files().get(index))
            .filter(|file| is_nrrd(file))
            .collect();
        for file in &maps {
            if let Err(fault) = read_file(file, upload, &tables, context, &mut known, sink) {
                fault.report(file, maps.len() == 1, sink)?;
            }
        }
        known.finish(sink)
    }
}

fn is_nrrd(file: &UploadFile) -> bool {
    file.head().starts_with(MAGIC)
}

fn read_file(
    file: &UploadFile,
    upload: &Upload,
    tables: &Tables,
    context: &Context,
    known: &mut Known,
    sink: &mut dyn Sink,
) -> Result<(), Fault> {
    if context.is_outside_pattern(file.path(), file.name()) {
        return Err(Fault::picture("does not match the pattern"));
    }
    let header = Header::read(file)?;
    let axes = Axes::of(&header)?;
    let described = segments(&header.pairs);
    if axes.n_layers > 1 && described.is_empty() {
        return Err(Fault::unsupported(format!(
            "has {} values a voxel (colours, directions, times or layers), and no segments that say what they are",
            axes.n_layers
        )));
    }
    let (frame, layout) = placed(&header, &axes, !described.is_empty(), known)?;
    let n_values = layout.n_values(upload.limits().max_pixels)?;
    let mut samples = data::open(&header, file, upload, n_values)?;
    let mut found = LabelRuns::default();
    // Layers that lie behind each other are read one after the other.
    let n_whole = if axes.is_interleaved {
        1
    } else {
        axes.n_layers
    };
    for _ in 0..n_whole {
        let whole = Layout {
            n_layers: layout.n_layers / n_whole,
            ..layout
        };
        let one = read_labels(samples.as_mut(), &whole)?;
        found.layers.extend(one.layers);
        found.is_probability |= one.is_probability;
    }
    known.n_probability += u64::from(found.is_probability);
    let placement = context.place(file.path(), file.name())?;
    let mut is_unread = false;
    let regions = if described.is_empty() {
        let labels = found.layers.pop().unwrap_or_default();
        known.regions(labels, &tables.beside(file), placement.label.as_deref())
    } else {
        is_unread = described.iter().all(|(_, segment)| {
            let status = segment
                .as_ref()
                .ok()
                .and_then(|segment| segment.status.as_deref());
            status == Some("notstarted")
        });
        drawn(described, found, file, sink)?
    };
    let map = LabelMap {
        file,
        image: file.name(),
        frame,
        layout,
        regions,
        is_unread,
    };
    known.keep(map, context, sink)
}

/// Where the voxels lie: in the image's grid, where the file says that they are a part of it.
fn placed(
    header: &Header,
    axes: &Axes,
    is_certain: bool,
    known: &mut Known,
) -> Result<(Frame, Layout), Fault> {
    let window = reference(&header.pairs, axes).zip(axes.placed());
    let Some(((window, first), (steps, _))) = window else {
        let frame = axes.frame()?;
        let layout = frame.layout(axes.size, axes.n_layers, is_certain);
        return Ok((frame, layout));
    };
    known.remark("segmentations that are stored as a part of their image's grid (laid into it)");
    let frame = Placing::of(window.size, steps, first)
        .map(Frame::Placed)
        .map_err(Fault::unsupported)?;
    let layout = Layout {
        window: Some(window),
        ..frame.layout(axes.size, axes.n_layers, is_certain)
    };
    Ok((frame, layout))
}

/// The regions of described segments; what is drawn without a description is counted.
fn drawn(
    described: Vec<(u32, Result<Segment, &'static str>)>,
    mut found: LabelRuns,
    file: &UploadFile,
    sink: &mut dyn Sink,
) -> Result<Vec<Region>, Fault> {
    let mut regions = Vec::new();
    let mut taken: BTreeMap<(u32, i64), u32> = BTreeMap::new();
    for (number, segment) in described {
        let mut refuse = |detail: String| {
            let record = format!("Segment{number}");
            skip(sink, SkipReason::InvalidRecord, file.path(), record, detail)
        };
        let segment = match segment {
            Ok(segment) => segment,
            Err(why) => {
                refuse(why.to_owned())?;
                continue;
            }
        };
        let place = (segment.layer, segment.value);
        if let Some(first) = taken.get(&place) {
            refuse(format!(
                "has layer {} and label value {} as Segment{first} has; each needs its own",
                place.0, place.1
            ))?;
            continue;
        }
        taken.insert(place, number);
        let Some(layer) = found.layers.get_mut(segment.layer as usize) else {
            refuse(format!(
                "lies on layer {}, but the file has {}",
                segment.layer,
                found.layers.len()
            ))?;
            continue;
        };
        // A segment without voxels was looked for and not found.
        if let Some(slices) = layer.remove(&segment.value) {
            regions.push(Region {
                source_id: segment.id,
                label: segment.label,
                attributes: segment.attributes,
                slices,
            });
        }
    }
    for (layer, values) in found.layers.iter().enumerate() {
        for value in values.keys() {
            skip(
                sink,
                SkipReason::Dangling,
                file.path(),
                format!("layer {layer} value {value}"),
                "voxels of a label value that no segment describes",
            )?;
        }
    }
    Ok(regions)
}
