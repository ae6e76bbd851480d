use crate::domain::ComparisonKind::Reference;
use crate::domain::{ErrorKind, ReadingState, ReferenceKind, Role};
use crate::store::ItemImage;
use crate::store::seed::{Seed, comparison, delivered, drawn, item, unit};
use jiff::civil::date;

#[test]
fn an_empty_project_lists_nothing() {
    let Seed { store, project, .. } = Seed::new();
    assert_eq!(store.raters(project).unwrap(), []);
    assert_eq!(store.studies(project, None, 9).unwrap(), []);
    assert_eq!(store.items_of_study(project, "s1").unwrap(), []);
    assert_eq!(store.labels(project).unwrap(), []);
    assert_eq!(store.weeks(project).unwrap(), []);
    assert_eq!(store.reading_states(project).unwrap(), []);
    assert_eq!(store.item_conflicts(project).unwrap(), []);
    assert_eq!(store.raters_per_item(project).unwrap(), []);
}

#[test]
fn lists_count_what_is_current() {
    let seed = Seed::new();
    let (early, late) = (Some(date(2026, 11, 13)), Some(date(2026, 11, 16)));
    let mut empty = delivered("i2", "ann", None, vec![]);
    empty.reading.state = ReadingState::ReviewedEmpty;
    seed.import(
        &[item("i1", "s1"), item("i2", "s1"), item("i3", "s2")],
        &[
            delivered("i1", "ann", early, vec![drawn("lesion"); 5]),
            delivered("i1", "gold", early, vec![]),
            empty,
        ],
    );
    seed.import(
        &[],
        &[delivered("i1", "ann", late, vec![drawn("lesion"); 2])],
    );
    let missing = unit("lesion", Some(ErrorKind::Missing));
    seed.score(
        "i1",
        vec![comparison("i1", Reference, "gold", "ann", vec![missing])],
    );
    let image = ItemImage {
        png: vec![1],
        width_px: 1,
        height_px: 1,
    };
    seed.store
        .put_item_image(seed.item_id("i2"), &image)
        .unwrap();

    let raters = seed.store.raters(seed.project).unwrap();
    let ann = &raters[0];
    assert_eq!(
        (
            ann.n_studies,
            ann.n_items,
            ann.n_readings,
            ann.n_annotations
        ),
        (1, 2, 2, 2)
    );
    assert_eq!((ann.first_day, ann.last_day), (late, late));
    assert_eq!(raters.len(), 2);

    let studies = seed.store.studies(seed.project, None, 9).unwrap();
    let s1 = &studies[0];
    assert_eq!((s1.n_items, s1.n_readings, s1.n_annotations), (2, 3, 2));
    assert_eq!((s1.n_raters, s1.n_errors), (2, 1));
    assert_eq!((studies[1].n_items, studies[1].n_readings), (1, 0));
    assert_eq!(
        seed.store.studies(seed.project, None, 1).unwrap(),
        studies[..1]
    );
    assert_eq!(
        seed.store.studies(seed.project, Some("s1"), 9).unwrap(),
        studies[1..]
    );

    let items = seed.store.items_of_study(seed.project, "s1").unwrap();
    let facts: Vec<_> = items
        .iter()
        .map(|one| {
            (
                one.key.as_str(),
                one.has_image,
                one.dirty,
                one.n_annotations,
                one.n_errors,
            )
        })
        .collect();
    assert_eq!(
        facts,
        [("i1", false, false, 2, 1), ("i2", true, true, 0, 0)]
    );

    let labels = seed.store.labels(seed.project).unwrap();
    assert_eq!(
        (labels.len(), labels[0].n_annotations, labels[0].n_items),
        (1, 2, 1)
    );
    let weeks = seed.store.weeks(seed.project).unwrap();
    let weeks: Vec<_> = weeks
        .iter()
        .map(|one| (one.week.as_str(), one.n_readings, one.n_comparisons))
        .collect();
    assert_eq!(weeks, [("2026-W46", 1, 0), ("2026-W47", 1, 1)]);
    let states = seed.store.reading_states(seed.project).unwrap();
    let states: Vec<_> = states
        .iter()
        .map(|one| (one.rater.as_str(), one.state, one.n))
        .collect();
    assert_eq!(
        states,
        [
            ("ann", ReadingState::Annotated, 1),
            ("ann", ReadingState::ReviewedEmpty, 1),
            ("gold", ReadingState::Annotated, 1)
        ]
    );
}

#[test]
fn references_models_and_skipped_readings_are_no_raters_of_an_item() {
    let seed = Seed::new();
    let mut gold = delivered("i1", "gold", None, vec![]);
    gold.reading.reference = Some(ReferenceKind::Gold);
    let mut model = delivered("i1", "net", None, vec![]);
    model.reading.role = Role::Model;
    let mut skipped = delivered("i1", "cat", None, vec![]);
    skipped.reading.state = ReadingState::Skipped;
    let [ann, bob] = ["ann", "bob"].map(|rater| delivered("i1", rater, None, vec![]));
    seed.import(&[item("i2", "s2")], &[gold, model, skipped, ann, bob]);
    let rows = seed.store.raters_per_item(seed.project).unwrap();
    let found: Vec<_> = rows
        .iter()
        .map(|row| (row.item.as_str(), row.n_raters))
        .collect();
    assert_eq!(found, [("i1", 2), ("i2", 0)]);
}
