//! `concord metrics`, and the page that is made from it.

use super::{folder, json, keys, refused, run, stdout};
use concord::{agreement, metrics};
use std::path::Path;

/// Set it to write the page anew.
const UPDATE: &str = "CONCORD_UPDATE_SNAPSHOTS";

#[test]
fn metrics_lists_every_figure_of_both_registries_with_its_definition() {
    let folder = folder();
    let found = json(folder.path(), &["metrics", "--output", "json"]);
    let rows = found.as_array().expect("a list");
    assert_eq!(
        rows.len(),
        metrics::ALL.len() + agreement::registry::ALL.len()
    );
    for row in rows {
        for key in [
            "key",
            "title",
            "unit",
            "range",
            "undefined",
            "source",
            "summary",
            "sections",
        ] {
            assert!(keys(row).contains(&key), "{row} has no `{key}`");
        }
        assert!(
            row["summary"].as_str().is_some_and(|text| text.len() > 10),
            "{row}"
        );
    }
    let table = stdout(&run(folder.path(), &["metrics"]));
    for spec in metrics::ALL {
        assert!(table.contains(spec.title), "{table}");
    }
    let one = stdout(&run(folder.path(), &["metrics", "dice"]));
    assert!(
        one.contains("2·|A∩B|") && one.contains("doi:10.2307/1932409"),
        "{one}"
    );
    // As compare prints it: two metrics share the name.
    let printed = stdout(&run(folder.path(), &["metrics", "boundary_distance"]));
    for key in ["mean_boundary_distance", "mean_line_distance"] {
        assert!(printed.contains(key), "{printed}");
    }
    refused(
        folder.path(),
        &["metrics", "dise"],
        &["`dise`", "concord metrics"],
    );
}

#[test]
fn the_page_of_metrics_says_what_the_command_says() {
    let folder = folder();
    let made = stdout(&run(folder.path(), &["metrics", "--output", "markdown"]));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/metrics.md");
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, &made).expect("a written page");
    }
    let kept = std::fs::read_to_string(&path).expect("a page");
    assert!(
        kept == made,
        "a definition changed; run with {UPDATE}=1 and read the difference"
    );
    assert!(made.matches("\n## ").count() >= 28);
}
