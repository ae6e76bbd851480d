//! The generator gives the examples again.

use super::project_file;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What stands among the exports and is written by hand.
const HAND_WRITTEN: [&str; 3] = ["README.md", "policy.toml", "protocol.toml"];

/// The generator stands beside this test's own binary; `cargo test` builds it, `cargo test --test` alone does not.
fn generator() -> Option<PathBuf> {
    let test = std::env::current_exe().expect("this binary");
    let binary = test.parent()?.parent()?.join("examples/generate");
    if binary.is_file() {
        return Some(binary);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "the examples were not built: run `cargo test`, or `cargo build --examples` first"
    );
    println!("skipped: {} is not built", binary.display());
    None
}

fn files_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path
                    .strip_prefix(folder)
                    .expect("below")
                    .display()
                    .to_string();
                found.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

#[test]
fn the_generator_writes_the_examples_again_byte_for_byte() {
    let Some(binary) = generator() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let status = std::process::Command::new(binary)
        .arg(folder.path())
        .status()
        .expect("it runs");
    assert!(status.success());
    let made = files_below(folder.path());
    let mut kept = files_below(&project_file("examples"));
    kept.retain(|name, _| !name.starts_with("generate/") && !HAND_WRITTEN.contains(&name.as_str()));
    assert!(made.len() > 90, "{} files", made.len());
    assert_eq!(
        kept.keys().collect::<Vec<_>>(),
        made.keys().collect::<Vec<_>>()
    );
    for (name, bytes) in &made {
        assert!(kept[name] == *bytes, "{name} differs");
    }
}
