use proptest::prelude::*;

use super::*;
use crate::draw::Draw;
use crate::matching::assign;

/// The column of each row, as the rule states it: the greatest total, then the earliest columns; being unmatched comes last.
fn by_trying_all(rows: &[Vec<i64>]) -> (i64, Vec<usize>) {
    fn go(rows: &[Vec<i64>], used: &mut Vec<bool>) -> (i64, Vec<usize>) {
        let Some((first, rest)) = rows.split_first() else {
            return (0, Vec::new());
        };
        let mut best: Option<(i64, Vec<usize>)> = None;
        let columns: Vec<usize> = (0..first.len()).chain([usize::MAX]).collect();
        for column in columns {
            let gain = first.get(column).copied().unwrap_or(0);
            let open = column == usize::MAX || (gain > 0 && !used[column]);
            if !open {
                continue;
            }
            if let Some(used) = used.get_mut(column) {
                *used = true;
            }
            let (total, mut after) = go(rest, used);
            if let Some(used) = used.get_mut(column) {
                *used = false;
            }
            after.insert(0, column);
            // Columns rise, so the first of equal totals stays.
            if best.as_ref().is_none_or(|(most, _)| total + gain > *most) {
                best = Some((total + gain, after));
            }
        }
        best.unwrap()
    }
    let n_columns = rows.first().map_or(0, Vec::len);
    go(rows, &mut vec![false; n_columns])
}

fn component(rows: &[Vec<i64>]) -> Component {
    let (mut starts, mut columns, mut weights) = (vec![0], Vec::new(), Vec::new());
    for row in rows {
        for (column, &weight) in row.iter().enumerate().filter(|(_, weight)| **weight > 0) {
            columns.push(column as u32);
            weights.push(weight);
        }
        starts.push(columns.len());
    }
    Component {
        starts,
        columns,
        weights,
        n_columns: rows.first().map_or(0, Vec::len),
    }
}

/// Prices prove that no matching weighs more.
fn check_prices(of: &Component, found: &Matching) {
    for row in 0..of.n_rows() {
        assert!(found.row_price[row] >= 0);
        assert!(found.column_of[row] != FREE || found.row_price[row] == 0);
        for (column, weight) in of.choices(row) {
            let sum = found.row_price[row] + found.column_price[column];
            assert!(sum >= weight);
            if found.column_of[row] == column as u32 {
                assert_eq!((sum, found.row_of[column]), (weight, row as u32));
            }
        }
    }
    for column in 0..of.n_columns {
        assert!(found.column_price[column] >= 0);
        if found.row_of[column] == FREE {
            assert_eq!(found.column_price[column], 0);
        }
    }
    let held = found
        .column_of
        .iter()
        .filter(|&&column| column != FREE)
        .count();
    let holding = found.row_of.iter().filter(|&&row| row != FREE).count();
    assert_eq!(held, holding);
}

fn weights(most: i64, size: usize) -> impl Strategy<Value = Vec<Vec<i64>>> {
    (1..=size, 1..=size).prop_flat_map(move |(n_a, n_b)| {
        proptest::collection::vec(proptest::collection::vec(0..=most, n_b), n_a)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn of_all_optimal_matchings_the_first_is_taken(rows in weights(2, 5)) {
        let of = component(&rows);
        let mut found = of.heaviest();
        check_prices(&of, &found);
        take_first(&of, &mut found);
        check_prices(&of, &found);
        let columns: Vec<usize> = found.column_of.iter()
            .map(|&column| if column == FREE { usize::MAX } else { column as usize })
            .collect();
        prop_assert_eq!(columns, by_trying_all(&rows).1);
    }

    #[test]
    fn assignments_follow_the_rule_through_all_components(rows in weights(3, 5)) {
        let mut candidates = Vec::new();
        for (a, row) in rows.iter().enumerate() {
            let of_row = row.iter().enumerate().filter(|(_, weight)| **weight > 0);
            candidates.extend(of_row.map(|(b, &weight)| (a, b, weight as f64 / 4.0)));
        }
        candidates.reverse();
        let found = assign(rows.len(), rows[0].len(), &candidates, 0.25);
        let expected: Vec<(usize, usize)> = by_trying_all(&rows).1.into_iter().enumerate()
            .filter(|(_, column)| *column != usize::MAX)
            .collect();
        let pairs: Vec<(usize, usize)> = found.pairs.iter().map(|&(a, b, _)| (a, b)).collect();
        prop_assert_eq!(pairs, expected);
    }
}

#[test]
fn prices_prove_large_crowded_matchings() {
    let mut numbers = Draw(7);
    let mut draw = |n: u64| numbers.below(n);
    for levels in [1, 2, 10, 1 << 30] {
        let rows: Vec<Vec<i64>> = (0..120)
            .map(|_| {
                let weight = |_| {
                    if draw(4) == 0 {
                        1 + draw(levels) as i64
                    } else {
                        0
                    }
                };
                (0..90).map(weight).collect()
            })
            .collect();
        let of = component(&rows);
        let mut found = of.heaviest();
        check_prices(&of, &found);
        let before: i64 = found.row_price.iter().chain(&found.column_price).sum();
        take_first(&of, &mut found);
        check_prices(&of, &found);
        let total: i64 = (0..120)
            .filter_map(|row| rows[row].get(found.column_of[row] as usize))
            .sum();
        assert_eq!(total, before);
    }
}
