//! Formats that know no raters: one file for each stage, role, rater and session, written image by image.

use super::report::Tally;
use super::sidecar::{SIDECAR, Sidecar};
use super::{ExportError, ExportFormat, ExportReport, ReadingSet, Source, Work};
use crate::domain::{Annotation, Item, Reading, ReadingState};
use std::collections::BTreeMap;
use std::path::Path;

/// Why an annotation cannot be written.
pub(super) enum Refused {
    /// The format has no form for the technique.
    NoForm,
    Because(&'static str),
}

/// One rater's pass over one image, its layers put together: a file lists an image once.
pub(super) struct Pass<'a> {
    pub item: &'a Item,
    /// The image's name in the export.
    pub image: &'a str,
    pub reading: Reading,
    pub annotations: Vec<&'a Annotation>,
}

/// A format of this kind.
pub(super) trait Form {
    /// A file that is being written.
    type File;
    /// One annotation as the format has it.
    type Record;

    fn format(&self) -> &'static ExportFormat;
    /// Key of the importer that reads such files again.
    fn importer(&self) -> &'static str;
    /// Whether the format can say that an item is in this state.
    fn says(&self, state: ReadingState) -> bool;
    /// The annotations that the format can hold; the others go to `refuse`.
    fn records(
        &self,
        pass: &Pass<'_>,
        refuse: &mut dyn FnMut(&Annotation, Refused),
    ) -> Vec<Self::Record>;
    fn begin(&self, set: &ReadingSet, folder: &Path) -> Result<Self::File, ExportError>;
    /// Adds an image with its records; without records it is one that was looked at and found empty, or was skipped.
    fn add(
        &self,
        file: &mut Self::File,
        pass: &Pass<'_>,
        records: Vec<Self::Record>,
    ) -> Result<(), ExportError>;
    /// Completes a file; its path inside the folder.
    fn finish(&self, file: Self::File, folder: &Path) -> Result<String, ExportError>;
}

/// Writes a source as one file a set of readings, with the sidecar table beside them.
///
/// A reading none of whose annotations the format can hold is left out as a whole: without them its image would be read as one
/// on which nothing was found.
pub(super) fn write_sets<F: Form>(
    form: &F,
    source: &dyn Source,
    folder: &Path,
) -> Result<ExportReport, ExportError> {
    let format = form.format();
    let mut tally = Tally::default();
    let mut sidecar = Sidecar::default();
    let mut files: BTreeMap<ReadingSet, F::File> = BTreeMap::new();
    source.each(&mut |item, works| {
        let image = sidecar.name(item);
        let mut is_written = false;
        for (set, pass) in passes(item, &image, works) {
            let state = pass.reading.state;
            if !form.says(state) {
                tally.leave_out(&item.key, format!("{} cannot say `{state}`", format.title));
                continue;
            }
            let mut refuse = |annotation: &Annotation, refused| match refused {
                Refused::NoForm => {
                    let technique = annotation.shape.technique();
                    let reason = format!("{} has no form for `{technique}`", format.title);
                    tally.leave_out(&item.key, reason);
                }
                Refused::Because(reason) => tally.leave_out(&item.key, reason),
            };
            let records = form.records(&pass, &mut refuse);
            if records.is_empty() && !pass.annotations.is_empty() {
                tally.n_readings_left_out += 1;
                continue;
            }
            if !files.contains_key(&set) {
                files.insert(set.clone(), form.begin(&set, folder)?);
            }
            let Some(file) = files.get_mut(&set) else {
                continue;
            };
            tally.n_readings += 1;
            tally.n_annotations += records.len() as u64;
            is_written = true;
            form.add(file, &pass, records)?;
        }
        tally.n_items += u64::from(is_written);
        Ok(())
    })?;
    let mut names = vec![SIDECAR.to_owned()];
    for file in files.into_values() {
        names.push(form.finish(file, folder)?);
    }
    sidecar.write(folder)?;
    let again = format!(
        "concord import FOLDER --format {} --pattern '{}' --sidecar FOLDER/{SIDECAR}",
        form.importer(),
        ReadingSet::PATTERN
    );
    Ok(tally.finish(format.key, names, again))
}

/// The passes over one image, by the set that each belongs to.
pub(super) fn passes<'a>(
    item: &'a Item,
    image: &'a str,
    works: &'a [Work],
) -> BTreeMap<ReadingSet, Pass<'a>> {
    let mut found: BTreeMap<ReadingSet, Pass<'a>> = BTreeMap::new();
    for work in works {
        match found.get_mut(&ReadingSet::of(&work.reading)) {
            Some(pass) => {
                pass.reading.fill_from(&work.reading);
                pass.annotations.extend(&work.annotations);
            }
            None => {
                let pass = Pass {
                    item,
                    image,
                    reading: work.reading.clone(),
                    annotations: work.annotations.iter().collect(),
                };
                found.insert(ReadingSet::of(&work.reading), pass);
            }
        }
    }
    found
}
