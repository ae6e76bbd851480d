//! The demo programme from import to gate and report, against the generator's account (`examples/truth.json`) and
//! against what independent tools measure in the same files (`tests/oracles/demo`).

mod agreement;
mod figures;
mod gate;
mod generator;
mod report;

use concord::analytics::{ErrorFigure, error_figures};
use concord::domain::ErrorUnit;
use concord::pipeline::{Programme, Silent, calibration, import_programme};
use concord::reports::model::CalibrationReport;
use concord::store::{Filter, Group, GroupBy, Store};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub fn project_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

pub fn json(name: &str) -> Value {
    let path = project_file(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_json::from_str(&text).expect("sound JSON")
}

pub fn expected() -> &'static Value {
    static READ: OnceLock<Value> = OnceLock::new();
    READ.get_or_init(|| json("tests/oracles/demo/expected.json"))
}

pub fn truth() -> &'static Value {
    static READ: OnceLock<Value> = OnceLock::new();
    READ.get_or_init(|| json("examples/truth.json"))
}

pub struct Demo {
    pub store: Store,
    pub programme: Programme,
}

pub fn import() -> Demo {
    let store = Store::in_memory().expect("a database in memory");
    let manifest = project_file("examples/manifest.toml");
    let programme =
        import_programme(&store, "demo", &manifest, &Silent).expect("the demo's own exports");
    Demo { store, programme }
}

/// The programme, imported once for all tests that only read it.
pub fn demo() -> &'static Demo {
    static IMPORTED: OnceLock<Demo> = OnceLock::new();
    IMPORTED.get_or_init(import)
}

impl Demo {
    pub fn errors(&self, by: GroupBy) -> Vec<ErrorFigure> {
        let project = &self.programme.project;
        let filter = Filter::default();
        error_figures(
            &self.store,
            project.id,
            &project.protocol,
            ErrorUnit::Study,
            &filter,
            by,
        )
        .expect("error figures")
    }

    pub fn report(&self, week: &str) -> CalibrationReport {
        calibration(&self.store, &self.programme.project, week).expect("a report")
    }
}

/// `stage/kind/…` as the oracle names its rows.
pub fn key(group: &Group, rest: &[&Option<String>]) -> String {
    let mut parts = vec![
        group.stage.expect("split by stage").to_string(),
        group.reference_kind.expect("a reference").to_string(),
    ];
    parts.extend(
        rest.iter()
            .map(|part| part.as_deref().expect("a value").to_owned()),
    );
    parts.join("/")
}

pub fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("no number: {value}"))
}

/// The oracle rounds to six decimals.
pub fn near(found: f64, wanted: &Value, tolerance: f64, what: &str) {
    let wanted = number(wanted);
    assert!(
        (found - wanted).abs() <= tolerance,
        "{what}: {found} instead of {wanted}"
    );
}
