//! Exports of a project: what two raters differ in, what most say, and that nothing is left out in silence.

use crate::corpus::read_memory;
use crate::stored::import_text;
use concord::domain::{IngestOptions, Protocol, Role, Shape, Stage};
use concord::exporters::{ExportReport, ReadingSet};
use concord::importers::{MemorySink, read_sidecar};
use concord::pipeline::{
    ExportContent, ExportRequest, ExportSelection, PipelineError, Project, create_project,
    export_files, export_project,
};
use concord::store::Store;
use std::collections::BTreeMap;
use std::path::Path;

/// Label and x, y, width, height.
type Drawn<'a> = &'a [(&'a str, [f64; 4])];
/// Label, x and height.
type Mark = (String, f64, f64);

/// Boxes on images of 100 × 80 px, by image.
fn coco(images: &[(&str, Drawn<'_>)]) -> String {
    let labels = ["nodule", "ruler"];
    let mut annotations = Vec::new();
    for (image, (_, boxes)) in images.iter().enumerate() {
        for (label, bbox) in *boxes {
            let category = labels
                .iter()
                .position(|known| known == label)
                .expect("a label");
            annotations.push(serde_json::json!({"id": annotations.len() + 1, "image_id": image, "category_id": category, "bbox": bbox}));
        }
    }
    let images: Vec<_> = images.iter().enumerate().map(|(id, (name, _))| {
        serde_json::json!({"id": id, "file_name": format!("{name}.png"), "width": 100, "height": 80})
    }).collect();
    let categories: Vec<_> = labels
        .iter()
        .enumerate()
        .map(|(id, name)| serde_json::json!({"id": id, "name": name}))
        .collect();
    serde_json::json!({"images": images, "categories": categories, "annotations": annotations})
        .to_string()
}

const AGREED: [f64; 4] = [10.0, 10.0, 20.0, 20.0];

fn project() -> (Store, Project) {
    let store = Store::in_memory().expect("a database in memory");
    let project = create_project(&store, "chest", None).expect("a project");
    let import = |rater: &str, stage: Stage, text: &str| {
        let options = IngestOptions {
            annotator: Some(rater.to_owned()),
            stage: Some(stage),
            role: Some(Role::Annotator),
            ..IngestOptions::default()
        };
        import_text(&store, &project, &format!("{rater}.json"), text, &options).expect("an import");
    };
    let extra = [50.0, 10.0, 20.0, 20.0];
    import(
        "ann",
        Stage::Annotation,
        &coco(&[
            ("both", &[("nodule", AGREED), ("ruler", extra)]),
            ("alike", &[("nodule", AGREED)]),
            ("mine", &[("nodule", AGREED)]),
        ]),
    );
    import(
        "bob",
        Stage::Annotation,
        &coco(&[
            ("both", &[("nodule", [10.0, 10.0, 20.0, 32.0])]),
            ("alike", &[("nodule", AGREED)]),
        ]),
    );
    import(
        "cem",
        Stage::Annotation,
        &coco(&[("both", &[("nodule", AGREED)]), ("alike", &[])]),
    );
    (store, project)
}

fn export(
    store: &Store,
    project: &Project,
    content: ExportContent,
    selection: ExportSelection,
) -> Result<(ExportReport, MemorySink), PipelineError> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let request = ExportRequest {
        selection,
        content,
        format: "coco".to_owned(),
        folder: folder.path().join("out"),
    };
    let report = export_project(store, project, &request)?;
    // Without a reading there is a sidecar table alone.
    let sink = match report.n_readings {
        0 => MemorySink::default(),
        _ => read_again(&request.folder),
    };
    Ok((report, sink))
}

fn read_again(folder: &Path) -> MemorySink {
    let options = IngestOptions {
        pattern: Some(ReadingSet::PATTERN.to_owned()),
        sidecar: read_sidecar(&folder.join("sidecar.csv")).expect("the sidecar"),
        ..IngestOptions::default()
    };
    read_memory(folder, &options).expect("what was exported").1
}

/// Item and rater of every reading, with label, x and height of its boxes.
fn boxes(sink: &MemorySink) -> BTreeMap<(String, String), Vec<Mark>> {
    let of = |shape: &Shape| match shape {
        Shape::Box(rect) => (rect.x0, rect.height_px()),
        other => panic!("{other:?}"),
    };
    sink.readings
        .iter()
        .map(|(key, record)| {
            let boxes = record.annotations.iter().map(|one| {
                let (x, height) = of(&one.shape);
                (one.label.clone(), x, height)
            });
            ((key.item.clone(), key.rater.clone()), boxes.collect())
        })
        .collect()
}

fn differences(reference: &str, candidate: &str) -> ExportContent {
    ExportContent::Differences {
        reference: reference.to_owned(),
        candidate: candidate.to_owned(),
    }
}

fn reasons(report: &ExportReport) -> Vec<(&str, u64)> {
    let all = report.left_out.iter();
    all.map(|group| (group.reason.as_str(), group.n)).collect()
}

fn marked(label: &str, x: f64, height: f64) -> Mark {
    (label.to_owned(), x, height)
}

#[test]
fn differences_hold_both_sides_of_what_is_wrong_and_nothing_that_is_right() {
    let (store, project) = project();
    let (report, sink) = export(
        &store,
        &project,
        differences("ann", "bob"),
        ExportSelection::default(),
    )
    .expect("an export");
    let key = |rater: &str| ("both".to_owned(), rater.to_owned());
    assert_eq!(
        boxes(&sink),
        BTreeMap::from([
            (
                key("ann"),
                vec![marked("nodule", 10.0, 20.0), marked("ruler", 50.0, 20.0)]
            ),
            (key("bob"), vec![marked("nodule", 10.0, 32.0)]),
        ])
    );
    assert_eq!(reasons(&report), [("only `ann` read it", 1)]);
    let of = |rater: &str, label: &str, name: &str| {
        let record = sink
            .readings
            .iter()
            .find(|(key, _)| key.rater == rater)
            .expect("a reading")
            .1;
        let one = record
            .annotations
            .iter()
            .find(|one| one.label == label)
            .expect("a label");
        one.attributes.get(name).cloned()
    };
    let word = |text: &str| Some(text.to_owned());
    assert_eq!(of("ann", "nodule", "difference"), word("out_of_tolerance"));
    assert_eq!(of("bob", "nodule", "difference"), word("out_of_tolerance"));
    assert_eq!(of("ann", "ruler", "difference"), word("missing"));
    assert_eq!(
        of("ann", "nodule", "difference_pair"),
        of("bob", "nodule", "difference_pair")
    );
    assert!(of("ann", "nodule", "difference_pair").is_some());
    assert_eq!(of("ann", "ruler", "difference_pair"), None);
}

#[test]
fn passes_meet_by_stage_and_what_cannot_be_told_apart_is_said() {
    let (store, project) = project();
    let trained = IngestOptions {
        annotator: Some("bob".to_owned()),
        stage: Some(Stage::Training),
        role: Some(Role::Annotator),
        ..IngestOptions::default()
    };
    let text = coco(&[("both", &[("nodule", [60.0, 40.0, 9.0, 9.0])])]);
    import_text(&store, &project, "trained.json", &text, &trained).expect("an import");
    let (report, sink) = export(
        &store,
        &project,
        differences("ann", "bob"),
        ExportSelection::default(),
    )
    .expect("an export");
    // The pass in training has no pass of the reference's beside it; the one in annotation is compared as before.
    assert_eq!(sink.readings.len(), 2);
    let said = reasons(&report);
    assert!(
        said.iter()
            .any(|(reason, n)| reason.contains("at stage `training`") && *n == 1),
        "{said:?}"
    );
}

#[test]
fn a_consensus_is_what_more_than_half_say_and_says_how_many() {
    let (store, project) = project();
    let (report, sink) = export(
        &store,
        &project,
        ExportContent::Consensus,
        ExportSelection::default(),
    )
    .expect("an export");
    let key = |item: &str| (item.to_owned(), "consensus".to_owned());
    assert_eq!(
        boxes(&sink),
        BTreeMap::from([
            // Each edge is the median of the three; the ruler has one vote of three.
            (key("both"), vec![marked("nodule", 10.0, 20.0)]),
            (key("alike"), vec![marked("nodule", 10.0, 20.0)]),
        ])
    );
    for (key, votes) in [("both", "3 of 3"), ("alike", "2 of 3")] {
        let record = sink
            .readings
            .iter()
            .find(|(found, _)| found.item == key)
            .expect("an item")
            .1;
        assert_eq!(record.annotations[0].attributes["votes"], votes);
        assert_eq!(record.reading.role, Role::Model);
    }
    assert_eq!(reasons(&report), [("only one rater read it", 1)]);
}

#[test]
fn nothing_to_export_is_an_error_and_agreement_is_not() {
    let (store, project) = project();
    let only = |rater: &str| ExportSelection {
        raters: [rater.to_owned()].into(),
        ..ExportSelection::default()
    };
    for (content, selection) in [
        (ExportContent::Readings, only("nobody")),
        (differences("ann", "nobody"), ExportSelection::default()),
        (ExportContent::Consensus, only("ann")),
    ] {
        let error = export(&store, &project, content, selection).err();
        assert!(
            matches!(error, Some(PipelineError::NothingSelected)),
            "{error:?}"
        );
    }
    let alike = ExportSelection {
        items: ["alike".to_owned()].into(),
        ..ExportSelection::default()
    };
    let (report, _) =
        export(&store, &project, differences("ann", "bob"), alike).expect("no difference");
    assert_eq!((report.n_items, report.n_left_out()), (0, 0));
}

#[test]
fn files_are_written_anew_without_a_project_and_nothing_is_written_over() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("one.json");
    std::fs::write(&file, coco(&[("both", &[("nodule", AGREED)])])).expect("a written file");
    let request = ExportRequest {
        selection: ExportSelection::default(),
        content: ExportContent::Readings,
        format: "cvat".to_owned(),
        folder: folder.path().join("out"),
    };
    let files = [file];
    let nameless = export_files(
        &files,
        &IngestOptions::default(),
        &Protocol::default(),
        &request,
    );
    assert!(matches!(nameless, Err(PipelineError::MissingAnnotator)));
    let named = IngestOptions {
        annotator: Some("ann".to_owned()),
        ..IngestOptions::default()
    };
    export_files(&files, &named, &Protocol::default(), &request).expect("an export");
    assert_eq!(boxes(&read_again(&request.folder)).len(), 1);
    let again = export_files(&files, &named, &Protocol::default(), &request);
    assert!(matches!(again, Err(PipelineError::FolderInUse { .. })));
    let unknown = ExportRequest {
        format: "yolo".to_owned(),
        folder: folder.path().join("other"),
        ..request
    };
    let refused = export_files(&files, &named, &Protocol::default(), &unknown);
    assert!(matches!(refused, Err(PipelineError::NoSuchExport { .. })));
    assert!(!unknown.folder.exists());
}
