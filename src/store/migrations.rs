use super::StoreError;
use super::database::database;
use duckdb::Connection;
use std::path::Path;

struct Migration {
    version: i64,
    name: &'static str,
    sql: &'static str,
}

macro_rules! migration {
    ($version:literal, $name:literal) => {
        Migration {
            version: $version,
            name: $name,
            sql: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/queries/migrations/",
                $name
            )),
        }
    };
}

/// In order; a migration that was ever released never changes.
const ALL: &[Migration] = &[
    migration!(1, "0001_initial.sql"),
    migration!(2, "0002_spans_and_tracks.sql"),
    migration!(3, "0003_reviews.sql"),
];

/// Brings the schema to the newest version that this program knows.
pub(super) fn apply(conn: &Connection, path: &Path) -> Result<(), StoreError> {
    conn.execute_batch(
        "CREATE TABLE IF NOT EXISTS schema_migration (version BIGINT NOT NULL, name VARCHAR NOT NULL)",
    )
    .map_err(|source| database("schema_migration", source))?;
    let found: i64 = conn
        .query_row(
            "SELECT coalesce(max(version), 0) FROM schema_migration",
            [],
            |row| row.get(0),
        )
        .map_err(|source| database("schema_migration", source))?;
    let known = ALL.last().map_or(0, |last| last.version);
    if found > known {
        return Err(StoreError::NewerFile {
            path: path.to_owned(),
            found,
            known,
        });
    }
    for migration in ALL.iter().filter(|migration| migration.version > found) {
        run(conn, migration).map_err(|source| StoreError::Migration {
            name: migration.name,
            source,
        })?;
    }
    Ok(())
}

fn run(conn: &Connection, migration: &Migration) -> Result<(), duckdb::Error> {
    let transaction = conn.unchecked_transaction()?;
    conn.execute_batch(migration.sql)?;
    conn.execute(
        "INSERT INTO schema_migration (version, name) VALUES (?, ?)",
        duckdb::params![migration.version, migration.name],
    )?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::ALL;
    use crate::store::{Fault, Store, StoreError};

    #[test]
    fn versions_rise_by_one_and_stand_in_the_file_names() {
        for (index, migration) in ALL.iter().enumerate() {
            assert_eq!(migration.version, index as i64 + 1);
            assert!(
                migration
                    .name
                    .starts_with(&format!("{:04}_", migration.version))
            );
        }
    }

    #[test]
    fn a_file_of_a_newer_program_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        {
            let store = Store::open(dir.path()).unwrap();
            store
                .writer()
                .execute_batch("INSERT INTO schema_migration VALUES (9999, '9999_later.sql')")
                .unwrap();
        }
        let error = Store::open(dir.path()).unwrap_err();
        assert!(matches!(
            error,
            StoreError::NewerFile { found: 9999, known, .. } if known == ALL.len() as i64
        ));
        assert_eq!(error.fault(), Fault::Operator);
        assert!(error.to_string().contains("concord.duckdb"), "{error}");
    }

    #[test]
    fn opening_again_keeps_what_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let id = Store::open(dir.path())
            .unwrap()
            .create_project("chest", "", "h0", 5)
            .unwrap()
            .id;
        let again = Store::open(dir.path()).unwrap();
        assert_eq!(again.project("chest").unwrap().id, id);
    }
}
