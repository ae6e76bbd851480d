//! Ways into importers that every importer's suite shares: read a path into memory, find real samples, walk
//! fixtures, cut files short.

use concord::domain::IngestOptions;
use concord::importers::{ImportError, ImportReport, Limits, MemorySink, Upload, import};
use std::path::{Path, PathBuf};

/// Reads a file, folder or archive, with everything that was kept.
pub fn read_memory(
    path: &Path,
    options: &IngestOptions,
) -> Result<(ImportReport, MemorySink), ImportError> {
    let upload = Upload::open(path, Limits::DEFAULT)?;
    let mut sink = MemorySink::default();
    let report = import(&upload, options, &mut sink)?;
    Ok((report, sink))
}

/// As `read_memory`, for bytes that lie nowhere yet; `name` is the name under which they are uploaded.
pub fn read_bytes(
    name: &str,
    bytes: &[u8],
    options: &IngestOptions,
) -> Result<(ImportReport, MemorySink), ImportError> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("the temporary folder can be written");
    read_memory(&path, options)
}

/// A path below the folder of real samples, which are not part of the project. Without that folder the caller
/// returns, after a line that says so; in CI (`CI` is set) that is a failure.
pub fn sample(relative: &str) -> Option<PathBuf> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = project
        .ancestors()
        .skip(1)
        .take(2)
        .map(|parent| parent.join("shared/data"))
        .find(|folder| folder.is_dir());
    match folder {
        Some(folder) => {
            let path = folder.join(relative);
            assert!(path.exists(), "the samples lack `{relative}`");
            Some(path)
        }
        None => {
            assert!(
                std::env::var_os("CI").is_none(),
                "no folder of samples beside the project"
            );
            println!("skipped: no folder of samples beside the project, `{relative}` was not read");
            None
        }
    }
}

/// The project's own fixtures of one format, `good` or `bad`, in name order; at least one.
pub fn fixtures(format: &str, kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(format)
        .join(kind);
    let entries =
        std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_none_or(|extension| extension != "txt"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "no fixtures in {}", folder.display());
    paths
}

/// Reads every bad fixture; the message beside it (`<name>.txt`) must be the error or occur in the report.
/// Returns how many there were.
pub fn check_bad_fixtures(format: &str, options: &IngestOptions) -> usize {
    let paths = fixtures(format, "bad");
    for path in &paths {
        let mut beside = path.clone().into_os_string();
        beside.push(".txt");
        let expected = std::fs::read_to_string(&beside)
            .unwrap_or_else(|error| panic!("{}: {error}", Path::new(&beside).display()));
        let said = match read_memory(path, options) {
            Err(error) => error.to_string(),
            Ok((report, sink)) => {
                let mut lines: Vec<String> = report
                    .skipped
                    .into_iter()
                    .flat_map(|group| group.examples)
                    .collect();
                lines.extend(
                    sink.readings
                        .values()
                        .flat_map(|record| &record.annotations)
                        .filter_map(|annotation| annotation.invalid.clone()),
                );
                lines.extend(report.notes);
                lines.join("\n")
            }
        };
        for line in expected.lines().filter(|line| !line.trim().is_empty()) {
            assert!(
                said.contains(line.trim()),
                "{}\nexpected: {line}\nsaid: {said}",
                path.display()
            );
        }
    }
    paths.len()
}

/// A fixture's files in memory, so that one of them can be damaged. A folder is one fixture.
pub struct Parts {
    /// The upload's name.
    pub name: String,
    /// Paths below a folder, none for a single file, with the bytes.
    pub files: Vec<(Option<PathBuf>, Vec<u8>)>,
}

impl Parts {
    pub fn of(path: &Path) -> Self {
        let name = path.file_name().expect("a name").to_string_lossy();
        let mut parts = Self {
            name: name.into_owned(),
            files: Vec::new(),
        };
        parts.gather(path, None);
        assert!(!parts.files.is_empty(), "{} is empty", path.display());
        parts
    }

    fn gather(&mut self, path: &Path, below: Option<PathBuf>) {
        if !path.is_dir() {
            let bytes =
                std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            self.files.push((below, bytes));
            return;
        }
        let entries = std::fs::read_dir(path).expect("a readable folder");
        let mut names: Vec<_> = entries
            .map(|entry| entry.expect("a readable folder").file_name())
            .collect();
        names.sort();
        for name in names {
            let below = below.clone().unwrap_or_default().join(&name);
            self.gather(&path.join(&name), Some(below));
        }
    }

    /// Reads the fixture with `bytes` in the place of its file number `changed`.
    pub fn read_with(
        &self,
        changed: usize,
        bytes: &[u8],
        options: &IngestOptions,
    ) -> Result<(ImportReport, MemorySink), ImportError> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().join(&self.name);
        for (at, (below, whole)) in self.files.iter().enumerate() {
            let path = below
                .as_ref()
                .map_or_else(|| root.clone(), |below| root.join(below));
            let parent = path.parent().expect("a folder");
            std::fs::create_dir_all(parent).expect("the temporary folder can be written");
            let bytes = if at == changed { bytes } else { whole };
            std::fs::write(&path, bytes).expect("the temporary folder can be written");
        }
        read_memory(&root, options)
    }
}

/// Cuts a fixture's files, each at every length (about `max_cases` a file, evenly spread), and reads each piece under
/// the file's own name. Reading must not panic; an error must say something; and no piece may yield more than the whole,
/// but for the last cell of a table: `NA`, no rating, may be cut to `N`, a rating. Returns how many pieces were read.
pub fn truncations(path: &Path, options: &IngestOptions, max_cases: usize) -> usize {
    let parts = Parts::of(path);
    let name = &parts.name;
    let (full, _) = read_memory(path, options)
        .unwrap_or_else(|error| panic!("{} is not readable whole: {error}", path.display()));
    let mut n_cases = 0;
    for (at, (_, whole)) in parts.files.iter().enumerate() {
        let step = (whole.len() / max_cases.max(1)).max(1);
        for length in (0..whole.len()).step_by(step) {
            n_cases += 1;
            match parts.read_with(at, &whole[..length], options) {
                Err(error) => assert!(
                    error.to_string().len() > 10,
                    "{name} cut at {length}: {error}"
                ),
                Ok((report, _)) => assert!(
                    report.counts.annotations
                        <= full.counts.annotations + u64::from(full.format == "ratings_table"),
                    "{name}, file {at} cut at {length} yields more than the whole"
                ),
            }
        }
    }
    n_cases
}
