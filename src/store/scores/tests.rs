use crate::domain::{ComparisonKind, ErrorKind, UnitScore};
use crate::store::seed::{Seed, comparison, delivered, drawn, scored, unit};
use crate::store::{Filter, StoreError};
use jiff::civil::date;

fn seeded() -> Seed {
    let seed = Seed::new();
    let day = Some(date(2026, 11, 20));
    let earlier = Some(date(2026, 11, 12));
    seed.import(
        &[],
        &[
            delivered("i1", "gold", None, vec![drawn("lesion")]),
            delivered("i1", "ann", day, vec![drawn("lesion")]),
            delivered("i1", "bob", earlier, vec![]),
        ],
    );
    seed
}

#[test]
fn every_measured_value_comes_back() {
    let seed = seeded();
    let score = UnitScore {
        // Ann's annotation comes before the reference's by name, and after it by id.
        a_annotation: Some(1),
        b_annotation: Some(0),
        detail: Some("left edge 6 px".to_owned()),
        dice: Some(0.1),
        iou: Some(0.2),
        a_size: Some(1.0),
        b_size: Some(2.0),
        intersection_size: Some(3.0),
        frame_size: Some(4.0),
        hd: Some(5.0),
        hd95: Some(6.0),
        assd: Some(7.0),
        nsd: Some(0.8),
        nsd_tolerance: Some(9.0),
        distance_unit: Some(crate::domain::DistanceUnit::Mm),
        surface_px: Some(10.0),
        surface_voxels: Some(11.0),
        box_edge_px: Some(12.0),
        box_edges_px: Some([1.5, -2.5, 3.5, -4.5]),
        boundary_px: Some(13.0),
        keypoint_px: Some(14.0),
        keypoint_mm: Some(15.0),
        keypoint_max_mm: Some(16.0),
        oks: Some(0.17),
        n_points: Some(18),
        n_points_missing: Some(19),
        n_points_extra: Some(20),
        n_visibility_differs: Some(21),
        size_difference: Some(-22.0),
        relative_size_difference: Some(-0.23),
        size_unit: Some("mm2".to_owned()),
        a_rank: Some(24.0),
        b_rank: Some(25.0),
        undefined: Some("both_empty".to_owned()),
        start_difference_chars: Some(-26.0),
        end_difference_chars: Some(27.0),
        n_frames_a: Some(28),
        n_frames_b: Some(29),
        n_frames_matched: Some(30),
        n_identity_switches: Some(31),
        n_fragmentations: Some(32),
        ..unit("lesion", Some(ErrorKind::OutOfTolerance))
    };
    let one = comparison(
        "i1",
        ComparisonKind::Reference,
        "gold",
        "ann",
        vec![score.clone()],
    );
    seed.score("i1", vec![one]);
    let units = seed.store.units_of_item(seed.project, 1).unwrap();
    assert_eq!(units.len(), 1);
    let stored = &units[0];
    assert_eq!(
        stored.a_annotation,
        Some(seed.annotation_id("i1", "gold", 0))
    );
    assert_eq!(
        stored.b_annotation,
        Some(seed.annotation_id("i1", "ann", 0))
    );
    let unnumbered = UnitScore {
        a_annotation: None,
        b_annotation: None,
        ..score
    };
    assert_eq!(stored.score, unnumbered);
    assert_eq!(units[0].week.as_deref(), Some("2026-W47"));
    assert_eq!(units[0].item_key, "i1");
    assert_eq!(
        (units[0].a_rater.as_str(), units[0].b_rater.as_str()),
        ("gold", "ann")
    );
}

#[test]
fn new_scores_take_the_place_of_the_old_ones_and_clear_the_mark() {
    let seed = seeded();
    assert_eq!(seed.store.dirty_items(seed.project).unwrap(), [1]);
    for n_units in [3, 1] {
        let units = vec![unit("lesion", None); n_units];
        seed.score(
            "i1",
            vec![comparison("i1", ComparisonKind::Peer, "ann", "bob", units)],
        );
        let units = seed.store.units_of_item(seed.project, 1).unwrap();
        assert_eq!(units.len(), n_units);
        // Bob was done earlier; the pair exists since Ann finished.
        assert_eq!(units[0].week.as_deref(), Some("2026-W47"));
    }
    assert_eq!(seed.store.dirty_items(seed.project).unwrap(), [0_i64; 0]);
    seed.store.mark_all_dirty(seed.project).unwrap();
    assert_eq!(seed.store.dirty_items(seed.project).unwrap(), [1]);
}

#[test]
fn scores_of_an_older_state_are_not_kept() {
    let seed = seeded();
    let stored = seed.store.load_item(seed.project, 1).unwrap();
    seed.import(&[], &[delivered("i1", "bob", None, vec![drawn("lesion")])]);
    let peers = comparison("i1", ComparisonKind::Peer, "ann", "bob", vec![]);
    let done = seed
        .store
        .replace_scores(seed.project, "h1", &[scored(&stored, vec![peers])])
        .unwrap();
    assert_eq!((done.n_items, done.n_stale_items), (0, 1));
    assert_eq!(seed.store.dirty_items(seed.project).unwrap(), [1]);
    // A new protocol makes scores under way stale, too.
    let stored = seed.store.load_item(seed.project, 1).unwrap();
    assert!(
        seed.store
            .update_protocol(seed.project, "x = 1", "h2", 1)
            .unwrap()
    );
    let done = seed
        .store
        .replace_scores(seed.project, "h1", &[scored(&stored, vec![])])
        .unwrap();
    assert_eq!(done.n_stale_items, 1);
}

#[test]
fn a_comparison_of_a_reading_that_is_not_there_is_a_misuse_and_keeps_nothing() {
    let seed = seeded();
    let stored = seed.store.load_item(seed.project, 1).unwrap();
    let wrong = comparison("i1", ComparisonKind::Peer, "ann", "nobody", vec![]);
    let result = seed
        .store
        .replace_scores(seed.project, "h1", &[scored(&stored, vec![wrong])]);
    assert!(matches!(result, Err(StoreError::Misuse(_))));
    assert_eq!(seed.store.dirty_items(seed.project).unwrap(), [1]);
}

#[test]
fn a_reference_may_come_from_another_session() {
    let seed = seeded();
    let mut late = delivered("i1", "cat", None, vec![]);
    late.reading.key.session = "w47".to_owned();
    seed.import(&[], &[late]);
    let mut one = comparison("i1", ComparisonKind::Reference, "gold", "cat", vec![]);
    one.session = "w47".to_owned();
    seed.score("i1", vec![one]);
    let rates = seed
        .store
        .error_rates(
            seed.project,
            crate::domain::ErrorUnit::Item,
            &Filter::default(),
            Default::default(),
        )
        .unwrap();
    assert_eq!(rates[0].denominator, 1);
}
