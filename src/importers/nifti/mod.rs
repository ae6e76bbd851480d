//! NIfTI label maps: whole numbers on a grid, one file a rater and item (or a rater, item and structure).
//!
//! Layout: `nifti1.h` and `nifti2.h` of nifti.nimh.nih.gov; a header of 348 or 540 bytes, then the voxels, x fastest, in the same
//! file (`.nii`) or in one beside it (`.hdr` with `.img`), both often packed by gzip. Label names stand in a table beside.

mod affine;
mod header;

use super::volume_grid::{
    Fault, Known, LabelMap, Packing, Raw, Stored, Tables, is_table, read_labels, skip_bytes,
};
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile};
use header::{Data, Header, MAX_HEADER_BYTES, version};
use std::collections::BTreeSet;
use std::io::Read;

const SUFFIXES: [&str; 2] = ["", ".gz"];

/// NIfTI.
pub struct Nifti;

const FORMAT: Format = Format {
    key: "nifti",
    title: "NIfTI label maps",
    detected_by: "`n+1`, `ni1` at byte 344 behind the length 348, or `n+2`, `ni2` at byte 4 behind the length 540, in either byte order, plain \
                  or in gzip; with less confidence where other JSON or XML lies beside",
    maps: "each value but 0: a volume mask placed by the sform, else the qform, slices keyed along their normal in the patient, rows and columns \
           in DICOM's usual order; without either form: as stored; two axes: a mask; all 0: reviewed and empty; floats and scaled values that \
           are whole; floats of 0 to 1 as probabilities, cut at 0.5; names: an ITK-SNAP, colour or BIDS table or JSON (nnU-Net, decathlon) \
           beside; item: file name or pattern",
    ignores: "pictures and statistics, several volumes in one file, colours and complex numbers, sheared grids, header texts and extensions",
    rater: "none in the format: the pattern's rater group, a sidecar table, or the upload's annotator",
    convention: "voxels placed by sform or qform in RAS millimetres of their centres",
};

impl Importer for Nifti {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let mut files = BTreeSet::new();
        for (index, file) in upload.files().iter().enumerate() {
            if is_nifti(file) {
                files.insert(index);
                files.extend(voxels_beside(upload, file));
            }
        }
        if files.is_empty() {
            return Detection::rejects("no file has the header of NIfTI-1 or NIfTI-2");
        }
        let mut has_documents = false;
        for (index, file) in upload.files().iter().enumerate() {
            let starts = file.head_text();
            if !files.contains(&index) && is_table(file) {
                files.insert(index);
            } else if starts.starts_with(['{', '[', '<']) {
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
            .filter(|file| is_nifti(file))
            .collect();
        for file in &maps {
            if let Err(fault) = read_file(file, upload, &tables, context, &mut known, sink) {
                fault.report(file, maps.len() == 1, sink)?;
            }
        }
        known.finish(sink)
    }
}

fn is_nifti(file: &UploadFile) -> bool {
    if Packing::of(file) == Packing::Plain {
        return version(file.head()).is_some();
    }
    let mut start = Vec::with_capacity(MAX_HEADER_BYTES);
    // What a cut file still yields is enough to know it by.
    let _ = Packing::Gzip
        .unpacked(file.head())
        .take(MAX_HEADER_BYTES as u64)
        .read_to_end(&mut start);
    version(&start).is_some()
}

/// The `.img` of a `.hdr`, whatever case and packing its name tells.
fn voxels_beside(upload: &Upload, file: &UploadFile) -> Option<usize> {
    let path = file.path().to_ascii_lowercase();
    let stem = SUFFIXES
        .iter()
        .find_map(|suffix| path.strip_suffix(&format!(".hdr{suffix}")))?;
    SUFFIXES.iter().find_map(|suffix| {
        let wanted = format!("{stem}.img{suffix}");
        upload
            .files()
            .iter()
            .position(|other| other.path().to_ascii_lowercase() == wanted)
    })
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
    let mut reader = Stored::whole(file).open()?;
    let mut start = Vec::with_capacity(MAX_HEADER_BYTES);
    reader
        .by_ref()
        .take(MAX_HEADER_BYTES as u64)
        .read_to_end(&mut start)
        .map_err(|_| Fault::invalid("its header does not unpack; export it again"))?;
    let header = Header::parse(&start)?;
    let (frame, differ) = affine::frame(&header)?;
    if differ {
        known.remark("files whose sform and qform place voxels differently (the sform is taken)");
    }
    let layout = frame.layout(header.size, 1, header.is_label);
    let n_bytes = layout.n_values(upload.limits().max_pixels)? * header.scalar.n_bytes() as u64;
    let (holder, offset) = match header.data {
        Data::Here(offset) => (file, offset),
        Data::Beside(offset) => {
            let beside = voxels_beside(upload, file).and_then(|index| upload.files().get(index));
            let missing = || {
                Fault::dangling(
                    "is a header whose voxels lie in an .img file of the same name, which is not in the upload",
                )
            };
            (beside.ok_or_else(missing)?, offset)
        }
    };
    let holder = Stored::whole(holder);
    holder.check_length(offset.saturating_add(n_bytes), upload)?;
    let mut voxels = holder.open()?;
    skip_bytes(&mut voxels, offset)?;
    let mut samples = Raw::new(voxels, header.scalar, header.is_big_endian, header.scaling);
    let mut found = read_labels(&mut samples, &layout)?;
    known.n_probability += u64::from(found.is_probability);
    let names = tables.beside(file);
    let placement = context.place(file.path(), file.name())?;
    let labels = found.layers.pop().unwrap_or_default();
    let regions = known.regions(labels, &names, placement.label.as_deref());
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
