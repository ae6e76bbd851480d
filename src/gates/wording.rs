//! Numbers in the sentences of verdicts.

/// A limit or level as a percentage, in full.
pub(super) fn percent(share: f64) -> String {
    format!("{} %", trimmed(share * 100.0, 10))
}

/// A share as a percentage, with as many decimals as keep it on its side of `limit`.
pub(super) fn percent_beside(share: f64, limit: f64) -> String {
    format!("{} %", beside(share * 100.0, limit * 100.0))
}

/// A number with two decimals, or as many as keep it on its side of `limit`.
pub(super) fn beside(value: f64, limit: f64) -> String {
    let side = |a: f64, b: f64| a.partial_cmp(&b);
    let written = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
    let at_limit = trimmed(limit, 10);
    let on_its_side = |text: &String| side(written(text), written(&at_limit)) == side(value, limit);
    (2..10)
        .map(|decimals| trimmed(value, decimals))
        .find(on_its_side)
        .unwrap_or(at_limit)
}

fn trimmed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

/// `1 study`, `2 studies`.
pub(super) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// The first few of a list, and how many more there are.
pub(super) fn first_of(names: &[String], n_all: u64) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<_> = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    let n_more = n_all.saturating_sub(shown.len() as u64);
    match (shown.is_empty(), n_more) {
        (true, _) => String::new(),
        (false, 0) => format!(" ({})", shown.join(", ")),
        (false, more) => format!(" ({} and {more} more)", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_just_below_the_limit_is_not_rounded_onto_it() {
        assert_eq!(percent(0.012), "1.2 %");
        assert_eq!(percent_beside(0.0119596, 0.012), "1.196 %");
        assert_eq!(percent_beside(0.01199999, 0.012), "1.199999 %");
        assert_eq!(percent_beside(0.012, 0.012), "1.2 %");
        assert_eq!(percent_beside(0.0606, 0.012), "6.06 %");
        assert_eq!(percent_beside(0.011959, 0.01196), "1.1959 %");
        assert_eq!(percent_beside(0.0125, 0.0125), "1.25 %");
        assert_eq!(percent(0.00125), "0.125 %");
        assert_eq!(percent(0.07), "7 %");
        assert_eq!(beside(0.7999, 0.8), "0.7999");
        assert_eq!(beside(0.7949, 0.8), "0.79");
        assert_eq!(beside(-0.0001, 0.5), "0");
        assert_eq!(percent(1.0), "100 %");
    }

    #[test]
    fn long_lists_are_cut_and_counted() {
        let names: Vec<_> = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        assert_eq!(first_of(&names, 9), " (`a`, `b`, `c` and 6 more)");
        assert_eq!(first_of(&names[..2], 2), " (`a`, `b`)");
        assert_eq!(first_of(&[], 4), "");
    }
}
