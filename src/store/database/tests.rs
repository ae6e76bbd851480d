use super::{Store, StoreConfig};
use crate::store::{Fault, StoreError};
use std::process::Command;

const DIRECTORY: &str = "CONCORD_TEST_DATA_DIR";

/// The other process of the test below; alone it has no directory to open.
#[test]
#[ignore = "runs as the second process of another test"]
fn second_process() {
    let dir = std::env::var_os(DIRECTORY).expect("the other test names the directory");
    let error = Store::open(dir.as_ref()).expect_err("the first process holds the lock");
    assert!(matches!(error, StoreError::Locked { .. }), "{error:?}");
    assert_eq!(error.fault(), Fault::Operator);
    println!("refused: {error}");
}

#[test]
fn a_second_process_is_told_that_the_file_is_in_use() {
    let dir = tempfile::tempdir().unwrap();
    let _store = Store::open(dir.path()).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "store::database::tests::second_process",
            "--ignored",
            "--nocapture",
        ])
        .env(DIRECTORY, dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("refused: database `") && said.contains("1 passed"),
        "{said}"
    );
}

#[test]
fn the_same_process_cannot_open_the_file_twice_either() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let roundabout = dir.path().join("..").join(dir.path().file_name().unwrap());
    for path in [dir.path(), &roundabout] {
        assert!(matches!(
            Store::open(path),
            Err(StoreError::AlreadyOpen { .. })
        ));
    }
    drop(store);
    assert!(Store::open(dir.path()).is_ok());
}

#[test]
fn limits_are_handed_to_the_database() {
    let dir = tempfile::tempdir().unwrap();
    let config = StoreConfig {
        memory_limit_bytes: Some(256 << 20),
        threads: Some(1),
        max_idle_readers: 1,
    };
    let store = Store::open_with(dir.path(), config).unwrap();
    let setting = |name: &str| -> String {
        store
            .writer()
            .query_row(
                "SELECT CAST(current_setting(?) AS VARCHAR)",
                [name],
                |row| row.get(0),
            )
            .unwrap()
    };
    assert_eq!(setting("threads"), "1");
    assert_eq!(setting("memory_limit"), "256.0 MiB");
    assert_eq!(setting("enable_external_access"), "false");
}

#[test]
fn a_backup_holds_everything_that_was_committed() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("copy");
    std::fs::create_dir(&target).unwrap();
    let store = Store::open(&dir.path().join("data")).unwrap();
    store.create_project("chest", "", "h", 1).unwrap();
    let n_bytes = store.backup(&target.join(super::FILE_NAME)).unwrap();
    assert!(n_bytes > 0);
    let copy = Store::open(&target).unwrap();
    assert_eq!(copy.projects().unwrap().len(), 1);
    assert!(
        Store::in_memory()
            .unwrap()
            .backup(&target.join("x"))
            .is_err()
    );
}

#[test]
fn readers_see_what_was_committed_and_never_block_behind_a_writer() {
    let store = Store::in_memory().unwrap();
    let conn = store.writer();
    conn.execute_batch("BEGIN; INSERT INTO project VALUES (9, 'half', 0);")
        .unwrap();
    assert!(store.projects().unwrap().is_empty());
    conn.execute_batch("ROLLBACK").unwrap();
    drop(conn);
    store.create_project("whole", "", "h", 0).unwrap();
    assert_eq!(store.projects().unwrap().len(), 1);
}
