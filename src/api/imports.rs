//! Imports: exports in, with a report on everything that was left out.

use super::content::{JsonText, Read};
use super::import_options::{ALL, filename, options};
use super::parameters::Given;
use super::problem::RejectedFormat;
use super::projects::Scored;
use super::spool::{UploadBody, spool};
use super::{ApiError, ApiState, blocking, timestamp};
use crate::importers::{Counts, ImportReport, SkipGroup};
use crate::pipeline::{KnownImport, explain_spooled, import_of, imports, ingest_spooled};
use poem::Request;
use poem_openapi::param::{Header, Path};
use poem_openapi::types::Example;
use poem_openapi::{ApiResponse, Object, OpenApi};
use std::collections::BTreeMap;

/// How much was kept.
#[derive(Object)]
#[oai(rename = "ImportCounts", example)]
pub struct CountsDto {
    /// Files of the upload that are in its format.
    files: u64,
    /// Studies, where the export knows them; else items.
    studies: u64,
    /// What is labelled independently: images, volumes.
    items: u64,
    /// One rater's passes over one item.
    readings: u64,
    /// Shapes and labels.
    annotations: u64,
}

impl Example for CountsDto {
    fn example() -> Self {
        Self {
            files: 1,
            studies: 40,
            items: 40,
            readings: 40,
            annotations: 87,
        }
    }
}

impl From<Counts> for CountsDto {
    fn from(counts: Counts) -> Self {
        Self {
            files: counts.files,
            studies: counts.studies,
            items: counts.items,
            readings: counts.readings,
            annotations: counts.annotations,
        }
    }
}

/// What was left out for one reason.
#[derive(Object)]
#[oai(rename = "ImportSkip", example)]
pub struct SkipDto {
    /// invalid_record, unsupported, not_annotation, withdrawn, dangling or not_human.
    reason: String,
    /// How often.
    n: u64,
    /// The first few, with their places in the upload.
    examples: Vec<String>,
}

impl Example for SkipDto {
    fn example() -> Self {
        Self {
            reason: "dangling".to_owned(),
            n: 2,
            examples: vec![
                "reader-a.json annotations[41]: image `77` is not in `images`".to_owned(),
            ],
        }
    }
}

impl From<SkipGroup> for SkipDto {
    fn from(group: SkipGroup) -> Self {
        Self {
            reason: group.reason,
            n: group.n,
            examples: group.examples,
        }
    }
}

/// What an upload holds, what was kept of it, and what was left out and why.
#[derive(Object)]
#[oai(rename = "ImportReport", example)]
pub struct ReportDto {
    /// Key of the importer.
    format: String,
    /// Of the detection, from 0 to 1.
    confidence: f64,
    /// Every format that was turned down.
    rejected: Vec<RejectedFormat>,
    /// How much was kept.
    counts: CountsDto,
    /// Annotations by technique.
    by_technique: BTreeMap<String, u64>,
    /// Annotations by label, as the export spells it.
    by_label: BTreeMap<String, u64>,
    /// By name.
    raters: Vec<String>,
    /// Everything that was left out, by reason.
    skipped: Vec<SkipDto>,
    /// Structurally invalid annotations that were kept and flagged.
    n_invalid: u64,
    /// What the export does not say: annotator, finished_at, study.
    missing: Vec<String>,
    /// Remarks on the upload as a whole.
    notes: Vec<String>,
}

impl Example for ReportDto {
    fn example() -> Self {
        Self {
            format: "coco".to_owned(),
            confidence: 0.95,
            rejected: vec![RejectedFormat::example()],
            counts: CountsDto::example(),
            by_technique: BTreeMap::from([("polygon".to_owned(), 87)]),
            by_label: BTreeMap::from([("nodule".to_owned(), 87)]),
            raters: vec!["reader-a".to_owned()],
            skipped: vec![SkipDto::example()],
            n_invalid: 0,
            missing: vec!["finished_at".to_owned()],
            notes: Vec::new(),
        }
    }
}

impl From<ImportReport> for ReportDto {
    fn from(report: ImportReport) -> Self {
        Self {
            format: report.format,
            confidence: report.confidence,
            rejected: report
                .rejected
                .into_iter()
                .map(|one| RejectedFormat {
                    format: one.format,
                    reason: one.reason,
                })
                .collect(),
            counts: report.counts.into(),
            by_technique: report.by_technique,
            by_label: report.by_label,
            raters: report.raters,
            skipped: report.skipped.into_iter().map(SkipDto::from).collect(),
            n_invalid: report.n_invalid,
            missing: report.missing,
            notes: report.notes,
        }
    }
}

/// An import with its report.
#[derive(Object)]
#[oai(rename = "Import", example)]
pub struct ImportDto {
    /// Number of the import.
    id: i64,
    /// The name that the upload was given.
    name: String,
    /// SHA-256 of the bytes, in hexadecimal.
    sha256: String,
    /// RFC 3339, UTC.
    received_at: String,
    /// Version of the software that read it.
    software_version: String,
    /// What it holds and what was left out.
    report: ReportDto,
}

impl Example for ImportDto {
    fn example() -> Self {
        Self {
            id: 3,
            name: "reader-a.json".to_owned(),
            sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
            received_at: "2026-11-16T16:05:00Z".to_owned(),
            software_version: "0.1.0".to_owned(),
            report: ReportDto::example(),
        }
    }
}

impl From<KnownImport> for ImportDto {
    fn from(known: KnownImport) -> Self {
        let identity = known.record.identity;
        Self {
            id: known.record.id,
            name: identity.name,
            sha256: identity.sha256,
            received_at: timestamp(identity.received_at_us),
            software_version: identity.software_version,
            report: known.report.into(),
        }
    }
}

/// A project's imports.
#[derive(Object)]
#[oai(example)]
pub struct ImportList {
    /// Newest first.
    imports: Vec<ImportDto>,
}

impl Example for ImportList {
    fn example() -> Self {
        Self {
            imports: vec![ImportDto::example()],
        }
    }
}

/// What an upload led to.
#[derive(Object)]
#[oai(example)]
pub struct ImportResult {
    /// The same bytes with the same parameters were imported before; nothing changed.
    already_imported: bool,
    /// The import.
    import: ImportDto,
    /// What was scored because of it.
    scored: Scored,
}

impl Example for ImportResult {
    fn example() -> Self {
        Self {
            already_imported: false,
            import: ImportDto::example(),
            scored: Scored::example(),
        }
    }
}

#[derive(ApiResponse)]
enum Imported {
    /// The same bytes with the same parameters were imported before: the same import again.
    #[oai(status = 200)]
    Again(
        JsonText<ImportResult>,
        /// Where the import is found.
        #[oai(header = "Location")]
        String,
    ),
    /// Imported, and everything that it touches is scored.
    #[oai(status = 201)]
    New(
        JsonText<ImportResult>,
        /// Where the import is found.
        #[oai(header = "Location")]
        String,
    ),
}

#[derive(ApiResponse)]
enum Explained {
    /// What would be read, kept and left out.
    #[oai(status = 200)]
    Report(JsonText<ReportDto>),
}

pub struct ImportsApi(pub ApiState);

#[OpenApi(tag = "super::Area::Imports")]
impl ImportsApi {
    /// Import an export
    ///
    /// The format is detected. Equal bytes with equal parameters are the same import. Whatever was left out is
    /// counted in the report, with its reason.
    #[oai(
        path = "/projects/:project/imports",
        method = "post",
        operation_id = "import"
    )]
    async fn import(
        &self,
        request: &Request,
        /// Name of the project.
        project: Path<String>,
        upload: UploadBody,
    ) -> Result<Imported, ApiError> {
        let given = Given::read(request, ALL)?;
        let options = options(&given)?;
        // Before gigabytes are read in vain.
        self.0
            .with_project(project.0.clone(), |_, _| Ok(()))
            .await?;
        let spooled = spool(&self.0, upload).await?;
        let name = filename(&given, spooled.part_name.as_deref());
        self.0
            .with_project(project.0, move |store, project| {
                let done = ingest_spooled(store, project, spooled.path(), &name, &options)?;
                let location = format!(
                    "/api/v1/projects/{}/imports/{}",
                    project.name, done.record.id
                );
                let result = JsonText::of(&ImportResult {
                    already_imported: done.already_imported,
                    scored: done.scored.into(),
                    import: KnownImport {
                        record: done.record,
                        report: done.report,
                    }
                    .into(),
                });
                Ok(match done.already_imported {
                    true => Imported::Again(result, location),
                    false => Imported::New(result, location),
                })
            })
            .await
    }

    /// Say what an import would do
    ///
    /// Takes what an import takes and writes nothing.
    #[oai(
        path = "/projects/:project/explain",
        method = "post",
        operation_id = "explain"
    )]
    async fn explain(
        &self,
        request: &Request,
        /// Name of the project.
        project: Path<String>,
        upload: UploadBody,
    ) -> Result<Explained, ApiError> {
        let given = Given::read(request, ALL)?;
        let options = options(&given)?;
        self.0.with_project(project.0, |_, _| Ok(())).await?;
        let spooled = spool(&self.0, upload).await?;
        let name = filename(&given, spooled.part_name.as_deref());
        blocking(move || {
            let report = explain_spooled(spooled.path(), &name, &options)?;
            Ok(Explained::Report(JsonText::of(&ReportDto::from(report))))
        })
        .await
    }

    /// List imports
    #[oai(
        path = "/projects/:project/imports",
        method = "get",
        operation_id = "list_imports"
    )]
    async fn list(
        &self,
        request: &Request,
        /// Name of the project.
        project: Path<String>,
        /// The entity tag of an earlier answer.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<Read<ImportList>, ApiError> {
        Given::read(request, &[])?;
        self.0
            .with_project(project.0, move |store, project| {
                let found = imports(store, project)?
                    .into_iter()
                    .map(ImportDto::from)
                    .collect();
                Ok(Read::of(
                    &ImportList { imports: found },
                    if_none_match.0.as_deref(),
                ))
            })
            .await
    }

    /// Read an import with its report
    #[oai(
        path = "/projects/:project/imports/:import",
        method = "get",
        operation_id = "get_import"
    )]
    async fn get(
        &self,
        request: &Request,
        /// Name of the project.
        project: Path<String>,
        /// Number of the import.
        import: Path<i64>,
        /// The entity tag of an earlier answer.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<Read<ImportDto>, ApiError> {
        Given::read(request, &[])?;
        self.0
            .with_project(project.0, move |store, project| {
                let found = import_of(store, project, import.0)?;
                Ok(Read::of(
                    &ImportDto::from(found),
                    if_none_match.0.as_deref(),
                ))
            })
            .await
    }
}
