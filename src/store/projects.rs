use super::query::{Fields, Params, query};
use super::{ProjectId, Store, StoreError};
use duckdb::Connection;

/// One annotation programme with the protocol that holds now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectRecord {
    pub id: ProjectId,
    pub name: String,
    pub created_at_us: i64,
    pub protocol: ProtocolRecord,
}

/// One version of a project's protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtocolRecord {
    /// 1 for the first.
    pub version_no: i32,
    /// The file as it was given.
    pub toml: String,
    pub hash: String,
    pub created_at_us: i64,
}

impl Store {
    /// Makes a project with its first protocol.
    ///
    /// # Errors
    /// `ProjectExists`, `Database`.
    pub fn create_project(
        &self,
        name: &str,
        protocol_toml: &str,
        protocol_hash: &str,
        now_us: i64,
    ) -> Result<ProjectRecord, StoreError> {
        self.write(|conn| {
            if find(conn, name)?.is_some() {
                return Err(StoreError::ProjectExists {
                    name: name.to_owned(),
                });
            }
            let id = reserve_ids(conn, "project", 1)?;
            query!("projects/insert_project.sql").execute(
                conn,
                &Params::new()
                    .with("id", id)
                    .text("name", name)
                    .with("created_at_us", now_us),
            )?;
            insert_protocol(conn, id, protocol_toml, protocol_hash, now_us)?;
            require(conn, name)
        })
    }

    /// # Errors
    /// `NotFound`, `Database`.
    pub fn project(&self, name: &str) -> Result<ProjectRecord, StoreError> {
        self.read(|conn| require(conn, name))
    }

    /// All projects by name.
    ///
    /// # Errors
    /// `Database`.
    pub fn projects(&self) -> Result<Vec<ProjectRecord>, StoreError> {
        self.read(|conn| query!("projects/list_projects.sql").rows(conn, &Params::new(), project))
    }

    /// Puts a new protocol in force and marks every item for scoring; the same hash again changes nothing.
    /// True when something changed.
    ///
    /// # Errors
    /// `Database`.
    pub fn update_protocol(
        &self,
        project: ProjectId,
        toml: &str,
        hash: &str,
        now_us: i64,
    ) -> Result<bool, StoreError> {
        self.write(|conn| {
            let newest = history(conn, project)?.into_iter().next();
            if newest.is_some_and(|newest| newest.hash == hash) {
                return Ok(false);
            }
            insert_protocol(conn, project, toml, hash, now_us)?;
            mark_all_dirty(conn, project)?;
            Ok(true)
        })
    }

    /// Every protocol of a project, newest first.
    ///
    /// # Errors
    /// `Database`.
    pub fn protocols(&self, project: ProjectId) -> Result<Vec<ProtocolRecord>, StoreError> {
        self.read(|conn| history(conn, project))
    }
}

/// Marks all of a project's items for scoring; how many there are.
pub(super) fn mark_all_dirty(conn: &Connection, project: ProjectId) -> Result<usize, StoreError> {
    query!("scoring/mark_all_dirty.sql").execute(conn, &Params::new().with("project", project))
}

/// Takes `n` ids that follow each other; the first of them.
pub(super) fn reserve_ids(
    conn: &Connection,
    name: &'static str,
    n: usize,
) -> Result<i64, StoreError> {
    query!("projects/reserve_ids.sql")
        .first(
            conn,
            &Params::new().text("name", name).with("n", n as i64),
            |row| Ok(row.get::<i64>(0)? - n as i64),
        )?
        .ok_or_else(|| StoreError::Misuse(format!("there is no id counter `{name}`")))
}

fn insert_protocol(
    conn: &Connection,
    project: ProjectId,
    toml: &str,
    hash: &str,
    now_us: i64,
) -> Result<(), StoreError> {
    query!("projects/insert_protocol.sql").execute(
        conn,
        &Params::new()
            .with("project", project)
            .text("toml", toml)
            .text("hash", hash)
            .with("created_at_us", now_us),
    )?;
    Ok(())
}

fn find(conn: &Connection, name: &str) -> Result<Option<ProjectRecord>, StoreError> {
    query!("projects/find_project.sql").first(conn, &Params::new().text("name", name), project)
}

fn require(conn: &Connection, name: &str) -> Result<ProjectRecord, StoreError> {
    find(conn, name)?.ok_or_else(|| StoreError::NotFound {
        what: "project",
        key: name.to_owned(),
    })
}

fn history(conn: &Connection, project: ProjectId) -> Result<Vec<ProtocolRecord>, StoreError> {
    query!("projects/list_protocols.sql").rows(
        conn,
        &Params::new().with("project", project),
        |row| {
            Ok(ProtocolRecord {
                version_no: row.get(0)?,
                toml: row.get(1)?,
                hash: row.get(2)?,
                created_at_us: row.get(3)?,
            })
        },
    )
}

fn project(row: &Fields<'_>) -> Result<ProjectRecord, StoreError> {
    Ok(ProjectRecord {
        id: row.get(0)?,
        name: row.get(1)?,
        created_at_us: row.get(2)?,
        protocol: ProtocolRecord {
            version_no: row.get(3)?,
            toml: row.get(4)?,
            hash: row.get(5)?,
            created_at_us: row.get(6)?,
        },
    })
}

#[cfg(test)]
mod tests {
    use crate::store::{Store, StoreError};

    #[test]
    fn a_project_keeps_the_history_of_its_protocol() {
        let store = Store::in_memory().unwrap();
        assert_eq!(store.projects().unwrap(), []);
        let made = store.create_project("chest", "a = 1", "h1", 10).unwrap();
        assert_eq!(made.protocol.version_no, 1);
        assert!(store.update_protocol(made.id, "a = 2", "h2", 20).unwrap());
        assert!(!store.update_protocol(made.id, "a = 2", "h2", 30).unwrap());
        let hashes: Vec<_> = store
            .protocols(made.id)
            .unwrap()
            .into_iter()
            .map(|protocol| (protocol.version_no, protocol.hash, protocol.created_at_us))
            .collect();
        assert_eq!(hashes, [(2, "h2".to_owned(), 20), (1, "h1".to_owned(), 10)]);
        assert_eq!(store.project("chest").unwrap().protocol.toml, "a = 2");
        // A protocol that comes back is a new version.
        assert!(store.update_protocol(made.id, "a = 1", "h1", 40).unwrap());
        assert_eq!(store.projects().unwrap()[0].protocol.version_no, 3);
    }

    #[test]
    fn a_name_is_taken_once_and_an_unknown_one_is_named() {
        let store = Store::in_memory().unwrap();
        store.create_project("chest", "", "h", 1).unwrap();
        assert!(matches!(
            store.create_project("chest", "", "h", 2),
            Err(StoreError::ProjectExists { .. })
        ));
        let error = store.project("brain").unwrap_err();
        assert_eq!(error.to_string(), "there is no project `brain`");
        assert_ne!(store.create_project("brain", "", "h", 3).unwrap().id, 1);
    }
}
