use super::*;

fn span(start: u64, end: u64, label: &str) -> LabelledSpan {
    LabelledSpan {
        start,
        end,
        label: label.into(),
    }
}

fn counts(n_reference: u64, n_candidate: u64, n_matched: u64) -> SpanCounts {
    SpanCounts {
        n_reference,
        n_candidate,
        n_matched,
    }
}

#[test]
fn one_long_span_stands_for_one_short_one_only() {
    let reference = [span(0, 2, "x"), span(3, 5, "x"), span(6, 8, "x")];
    let found = compare_spans(&reference, &[span(0, 8, "x")]).unwrap();
    let x = found.labels["x"];
    assert_eq!((x.exact, x.overlap), (counts(3, 1, 0), counts(3, 1, 1)));
    assert_eq!(x.characters, counts(6, 8, 6));
}

#[test]
fn overlap_finds_more_pairs_than_taking_the_nearest_would() {
    // (4, 9) shares most with (4, 8), but then (0, 5) would have nobody: (0, 5)–(4, 8) and (4, 9)–(7, 20) are two pairs.
    let reference = [span(0, 5, "x"), span(4, 9, "x")];
    let candidate = [span(4, 8, "x"), span(7, 20, "x")];
    let found = compare_spans(&reference, &candidate).unwrap();
    assert_eq!(found.labels["x"].overlap, counts(2, 2, 2));
}

#[test]
fn spans_that_only_touch_share_nothing() {
    let found = compare_spans(&[span(0, 3, "x")], &[span(3, 6, "x")]).unwrap();
    assert_eq!(found.labels["x"].overlap, counts(1, 1, 0));
    assert_eq!(found.labels["x"].characters, counts(3, 3, 0));
}

#[test]
fn an_equal_place_with_another_label_is_no_match() {
    let found = compare_spans(&[span(0, 3, "x")], &[span(0, 3, "y")]).unwrap();
    assert_eq!(found.labels["x"].exact, counts(1, 0, 0));
    assert_eq!(found.labels["y"].exact, counts(0, 1, 0));
    assert_eq!(found.micro(SpanMatch::Exact).f1().value(), Some(0.0));
    assert_eq!(
        found.labels["x"].exact.precision(),
        Undefined::CandidateEmpty.into()
    );
    assert_eq!(
        found.labels["y"].exact.recall(),
        Undefined::ReferenceEmpty.into()
    );
    let mean = found.macro_f1(SpanMatch::Overlap);
    assert_eq!((mean.value.value(), mean.n), (Some(0.0), 2));
}

#[test]
fn a_span_that_stands_twice_counts_as_often_as_the_other_side_has_it() {
    let twice = [span(0, 3, "x"), span(0, 3, "x")];
    let found = compare_spans(&twice, &twice[..1]).unwrap();
    assert_eq!(found.labels["x"].exact, counts(2, 1, 1));
    assert_eq!(found.labels["x"].characters, counts(3, 3, 3));
}

#[test]
fn without_spans_there_are_no_figures_and_an_empty_span_is_misuse() {
    let found = compare_spans(&[], &[]).unwrap();
    let micro = found.micro(SpanMatch::Exact);
    for value in [micro.precision(), micro.recall(), micro.f1()] {
        assert_eq!(value, Undefined::BothEmpty.into());
    }
    assert_eq!(
        found.macro_f1(SpanMatch::Exact).value,
        Undefined::BothEmpty.into()
    );
    for (start, end) in [(3, 3), (4, 3)] {
        let error = compare_spans(&[span(start, end, "x")], &[]).unwrap_err();
        assert_eq!(error, MetricError::EmptySpan { start, end });
    }
}

#[test]
fn offsets_at_the_end_of_the_numbers_do_not_overflow() {
    let far = [span(0, u64::MAX, "x"), span(u64::MAX - 1, u64::MAX, "x")];
    let found = compare_spans(&far, &far).unwrap();
    assert_eq!(found.labels["x"].exact, counts(2, 2, 2));
    let table = character_table([0, u64::MAX], &far, &far).unwrap();
    assert_eq!(table.n(), u64::MAX);
}

#[test]
fn a_token_carries_every_label_that_touches_it() {
    let tokens = [[0, 4], [5, 9]];
    let found = token_table(&tokens, &[span(3, 6, "x"), span(8, 9, "y")], &[]).unwrap();
    assert_eq!(found.names(), ["outside", "x", "x + y"]);
    assert_eq!(found.rows, [(1, 0, 1), (2, 0, 1)]);
    assert_eq!(found.n(), 2);
}

#[test]
fn tokens_out_of_order_and_heaps_of_labels_are_misuse() {
    for tokens in [[[0, 4], [3, 5]], [[4, 5], [0, 1]], [[0, 0], [1, 2]]] {
        let error = token_table(&tokens, &[], &[]).unwrap_err();
        assert!(matches!(error, MetricError::TokenOrder { .. }));
    }
    assert!(character_table([4, 3], &[], &[]).is_err());
    let heap: Vec<LabelledSpan> = (0..65).map(|n| span(0, 1, &n.to_string())).collect();
    assert!(token_table(&[[0, 1]], &heap[..64], &[]).is_ok());
    let error = token_table(&[[0, 1]], &heap, &[]).unwrap_err();
    assert_eq!(error, MetricError::TooManyLabels { most: 64 });
}

#[test]
fn only_the_frame_is_counted() {
    let found = character_table([5, 8], &[span(0, 6, "x")], &[span(7, 20, "x")]).unwrap();
    assert_eq!(found.rows, [(0, 0, 1), (0, 1, 1), (1, 0, 1)]);
    assert_eq!(character_table([5, 5], &[], &[]).unwrap().n(), 0);
}
