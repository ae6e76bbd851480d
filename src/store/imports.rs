use super::import_writer::ImportWriter;
use super::query::{Fields, Params, query};
use super::{ImportId, ProjectId, Store, StoreError};
use duckdb::Connection;

/// What makes an import this one and no other, and what is known before its first byte is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportIdentity {
    /// SHA-256 of the uploaded bytes, in hex.
    pub sha256: String,
    /// The options as canonical JSON; equal bytes with equal options are the same import.
    pub options_json: String,
    pub format: String,
    pub name: String,
    pub received_at_us: i64,
    pub software_version: String,
}

/// A finished import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRecord {
    pub id: ImportId,
    pub project: ProjectId,
    pub identity: ImportIdentity,
    pub report_json: String,
    pub n_items: i64,
    pub n_readings: i64,
    pub n_annotations: i64,
    pub n_skipped: i64,
}

/// Either the import that was made of the same bytes and options before, or a writer for a new one.
pub enum ImportStart<'a> {
    Existing(Box<ImportRecord>),
    New(Box<ImportWriter<'a>>),
}

impl Store {
    /// Starts an import in one transaction. The writer holds the database's only write connection until it is
    /// committed or dropped; calling another writing method on the same thread meanwhile blocks for ever.
    ///
    /// # Errors
    /// `Database`.
    pub fn begin_import(
        &self,
        project: ProjectId,
        identity: ImportIdentity,
    ) -> Result<ImportStart<'_>, StoreError> {
        let conn = self.writer();
        match find(&conn, project, &identity)? {
            Some(record) => Ok(ImportStart::Existing(Box::new(record))),
            None => Ok(ImportStart::New(Box::new(ImportWriter::begin(
                conn, project, identity,
            )?))),
        }
    }

    /// The import that was made of these bytes and options, if any; takes no write lock.
    ///
    /// # Errors
    /// `Database`.
    pub fn find_import(
        &self,
        project: ProjectId,
        identity: &ImportIdentity,
    ) -> Result<Option<ImportRecord>, StoreError> {
        self.read(|conn| find(conn, project, identity))
    }

    /// A project's imports, newest first.
    ///
    /// # Errors
    /// `Database`.
    pub fn imports(&self, project: ProjectId) -> Result<Vec<ImportRecord>, StoreError> {
        self.read(|conn| {
            query!("imports/list_imports.sql").rows(
                conn,
                &Params::new().with("project", project),
                import_record,
            )
        })
    }
}

fn find(
    conn: &Connection,
    project: ProjectId,
    identity: &ImportIdentity,
) -> Result<Option<ImportRecord>, StoreError> {
    query!("imports/find_import.sql").first(
        conn,
        &Params::new()
            .with("project", project)
            .text("sha256", &identity.sha256)
            .text("options_json", &identity.options_json),
        import_record,
    )
}

pub(super) fn insert(conn: &Connection, record: &ImportRecord) -> Result<(), StoreError> {
    query!("imports/insert_import.sql").execute(
        conn,
        &Params::new()
            .with("id", record.id)
            .with("project", record.project)
            .text("sha256", &record.identity.sha256)
            .text("options_json", &record.identity.options_json)
            .text("format", &record.identity.format)
            .text("name", &record.identity.name)
            .with("received_at_us", record.identity.received_at_us)
            .text("software_version", &record.identity.software_version)
            .text("report_json", &record.report_json)
            .with("n_items", record.n_items)
            .with("n_readings", record.n_readings)
            .with("n_annotations", record.n_annotations)
            .with("n_skipped", record.n_skipped),
    )?;
    Ok(())
}

fn import_record(row: &Fields<'_>) -> Result<ImportRecord, StoreError> {
    Ok(ImportRecord {
        id: row.get(0)?,
        project: row.get(1)?,
        identity: ImportIdentity {
            sha256: row.get(2)?,
            options_json: row.get(3)?,
            format: row.get(4)?,
            name: row.get(5)?,
            received_at_us: row.get(6)?,
            software_version: row.get(7)?,
        },
        report_json: row.get(8)?,
        n_items: row.get(9)?,
        n_readings: row.get(10)?,
        n_annotations: row.get(11)?,
        n_skipped: row.get(12)?,
    })
}

#[cfg(test)]
mod tests;
