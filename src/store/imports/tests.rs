use crate::domain::{Item, Reading, ReadingState, Skip, SkipReason};
use crate::store::seed::{Seed, delivered, drawn, item, reading};
use crate::store::{ImportStart, ImportWriter, StoreError};
use jiff::civil::date;

fn begin<'a>(seed: &'a Seed) -> Box<ImportWriter<'a>> {
    match seed
        .store
        .begin_import(seed.project, seed.identity())
        .unwrap()
    {
        ImportStart::New(writer) => writer,
        ImportStart::Existing(_) => panic!("every identity is new"),
    }
}

#[test]
fn the_same_bytes_with_the_same_options_are_the_same_import() {
    let seed = Seed::new();
    let identity = seed.identity();
    let ImportStart::New(mut writer) = seed
        .store
        .begin_import(seed.project, identity.clone())
        .unwrap()
    else {
        panic!("nothing is there yet");
    };
    writer.reading(&reading("i1", "ann"), None).unwrap();
    let first = writer.commit("{\"n\":1}").unwrap().record;
    seed.store.replace_scores(seed.project, "h1", &[]).unwrap();

    let again = seed
        .store
        .begin_import(seed.project, identity.clone())
        .unwrap();
    assert!(matches!(again, ImportStart::Existing(found) if *found == first));
    let mut other = identity.clone();
    other.options_json = "{\"stage\":\"training\"}".to_owned();
    let other = seed.store.begin_import(seed.project, other).unwrap();
    assert!(matches!(other, ImportStart::New(_)));
    drop(other);
    assert_eq!(
        seed.store.imports(seed.project).unwrap(),
        std::slice::from_ref(&first)
    );
    assert_eq!(
        seed.store.find_import(seed.project, &identity).unwrap(),
        Some(first)
    );
    assert_eq!(
        seed.store.find_import(seed.project + 1, &identity).unwrap(),
        None
    );
}

#[test]
fn an_import_that_is_dropped_leaves_nothing_behind() {
    let seed = Seed::new();
    let mut writer = begin(&seed);
    writer.reading(&reading("i1", "ann"), None).unwrap();
    for _ in 0..9000 {
        writer
            .annotation(&reading("i1", "ann").key, &drawn("lesion"))
            .unwrap();
    }
    drop(writer);
    assert_eq!(seed.store.imports(seed.project).unwrap(), []);
    assert_eq!(seed.store.labels(seed.project).unwrap(), []);
    assert_eq!(seed.store.dirty_items(seed.project).unwrap(), [0_i64; 0]);
    // The connection is free again, and ids are not used up.
    seed.import(&[], &[delivered("i1", "ann", None, vec![])]);
    assert_eq!(seed.item_id("i1"), 1);
}

#[test]
fn what_is_said_twice_is_put_together() {
    let seed = Seed::new();
    let mut writer = begin(&seed);
    let header = |finished_at_us, active_ms, state| Reading {
        finished_at_us,
        active_ms,
        state,
        ..reading("i1", "ann")
    };
    writer
        .reading(
            &header(Some(5), Some(100), ReadingState::ReviewedEmpty),
            Some(date(2026, 11, 20)),
        )
        .unwrap();
    writer.item(&item("i1", "s1")).unwrap();
    writer
        .annotation(&reading("i1", "ann").key, &drawn("lesion"))
        .unwrap();
    writer
        .reading(
            &header(Some(9), Some(50), ReadingState::Annotated),
            Some(date(2026, 11, 22)),
        )
        .unwrap();
    writer
        .item(&Item {
            width_px: Some(64),
            ..item("i1", "s1")
        })
        .unwrap();
    writer
        .annotation(&reading("i1", "ann").key, &drawn("nodule"))
        .unwrap();
    let done = writer.commit("{}").unwrap();
    assert_eq!(
        (
            done.record.n_items,
            done.record.n_readings,
            done.record.n_annotations
        ),
        (1, 1, 2)
    );
    let stored = seed
        .store
        .load_item(seed.project, seed.item_id("i1"))
        .unwrap();
    assert_eq!(stored.item.study, "s1");
    assert_eq!(stored.item.width_px, Some(64));
    assert!(stored.dirty);
    let [only] = stored.readings.as_slice() else {
        panic!("one reading");
    };
    assert_eq!(
        only.reading,
        header(Some(9), Some(150), ReadingState::Annotated)
    );
    assert_eq!(only.local_day, Some(date(2026, 11, 22)));
    let labels: Vec<_> = only
        .annotations
        .iter()
        .map(|(_, one)| one.label.as_str())
        .collect();
    assert_eq!(labels, ["lesion", "nodule"]);
    assert_eq!(only.annotations[0].1, drawn("lesion"));
}

#[test]
fn a_later_import_supersedes_the_same_reading_and_no_other() {
    let seed = Seed::new();
    let in_layer = |layer: &str, label: &str| {
        let mut one = delivered("i1", "ann", None, vec![drawn(label)]);
        one.reading.key.layer = layer.to_owned();
        one
    };
    seed.import(
        &[],
        &[in_layer("masks", "old"), in_layer("ratings", "kept")],
    );
    seed.import(&[], &[delivered("i1", "bob", None, vec![drawn("other")])]);
    seed.import(&[], &[in_layer("masks", "new")]);
    seed.import(&[], &[in_layer("masks", "newest")]);
    let stored = seed
        .store
        .load_item(seed.project, seed.item_id("i1"))
        .unwrap();
    let current: Vec<_> = stored
        .readings
        .iter()
        .map(|one| {
            (
                one.reading.key.rater.as_str(),
                one.annotations[0].1.label.as_str(),
            )
        })
        .collect();
    assert_eq!(
        current,
        [("ann", "newest"), ("ann", "kept"), ("bob", "other")]
    );
    let n_labels = seed.store.labels(seed.project).unwrap().len();
    assert_eq!(n_labels, 3, "superseded annotations are not listed");
}

#[test]
fn a_contradiction_between_imports_is_kept_and_the_first_word_stands() {
    let seed = Seed::new();
    let sized = |width_px, spacing_mm| Item {
        width_px,
        spacing_mm,
        ..item("i1", "s1")
    };
    seed.import(&[sized(Some(100), None)], &[]);
    seed.import(&[sized(Some(101), Some([0.0, 0.5, 0.5]))], &[]);
    seed.import(&[sized(Some(100), Some([0.0, 0.5, 0.7]))], &[]);
    let conflicts = seed.store.item_conflicts(seed.project).unwrap();
    let fields: Vec<_> = conflicts
        .iter()
        .map(|one| {
            (
                one.field.as_str(),
                one.kept.as_str(),
                one.offered.as_str(),
                one.import,
            )
        })
        .collect();
    assert_eq!(
        fields,
        [
            ("spacing_mm", "[0.0, 0.5, 0.5]", "[0.0, 0.5, 0.7]", 3),
            ("width_px", "100", "101", 2)
        ]
    );
    let stored = seed.store.load_item(seed.project, 1).unwrap();
    assert_eq!(stored.item.width_px, Some(100));
    assert_eq!(stored.item.spacing_mm, Some([0.0, 0.5, 0.5]));
    assert_eq!(stored.revision, 3);
}

#[test]
fn an_annotation_before_its_reading_is_a_misuse() {
    let seed = Seed::new();
    let mut writer = begin(&seed);
    let result = writer.annotation(&reading("i1", "ann").key, &drawn("lesion"));
    assert!(matches!(result, Err(StoreError::Misuse(_))));
}

#[test]
fn skips_are_counted_by_import_and_reason() {
    let seed = Seed::new();
    assert_eq!(seed.store.skipped(seed.project).unwrap(), []);
    let mut writer = begin(&seed);
    for reason in [
        SkipReason::Dangling,
        SkipReason::InvalidRecord,
        SkipReason::Dangling,
    ] {
        let skip = Skip {
            reason,
            file: "a.json".to_owned(),
            record: "annotations[1]".to_owned(),
            detail: "no such image".to_owned(),
        };
        writer.skip(&skip).unwrap();
    }
    assert_eq!(writer.commit("{}").unwrap().record.n_skipped, 3);
    let skipped = seed.store.skipped(seed.project).unwrap();
    let counts: Vec<_> = skipped
        .iter()
        .map(|one| (one.reason.as_str(), one.n))
        .collect();
    assert_eq!(counts, [("dangling", 2), ("invalid_record", 1)]);
}
