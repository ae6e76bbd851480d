//! Inputs that broke an importer once, found by fuzzing: `tests/regression/<importer>/<name>`, and beside each the answer that it now
//! gets, as `<name>.txt`.

use crate::corpus::read_memory;
use concord::domain::IngestOptions;
use concord::importers::by_key;
use std::path::{Path, PathBuf};

fn entries(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a readable entry").path())
        .collect()
}

#[test]
fn what_broke_an_importer_once_gets_an_answer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/regression");
    let mut n_read = 0;
    for of_importer in entries(&folder) {
        let key = of_importer.file_name().expect("a name").to_string_lossy();
        assert!(by_key(&key).is_some(), "there is no importer `{key}`");
        let inputs = entries(&of_importer);
        for input in inputs
            .iter()
            .filter(|path| path.extension().is_none_or(|found| found != "txt"))
        {
            let mut beside = input.clone().into_os_string();
            beside.push(".txt");
            let expected = std::fs::read_to_string(&beside).expect("an answer beside the input");
            let options = IngestOptions {
                format: Some(key.clone().into_owned()),
                annotator: Some("someone".to_owned()),
                ..IngestOptions::default()
            };
            let said = match read_memory(input, &options) {
                Err(error) => error.to_string(),
                Ok((report, _)) => {
                    let groups = report.skipped.into_iter();
                    groups
                        .flat_map(|group| group.examples)
                        .collect::<Vec<_>>()
                        .join("\n")
                }
            };
            assert!(
                said.contains(expected.trim()),
                "{}: {said}",
                input.display()
            );
            n_read += 1;
        }
    }
    assert!(n_read >= 1, "no input in {}", folder.display());
}
