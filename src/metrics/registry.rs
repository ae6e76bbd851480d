//! The list of all metrics: what each is called, measures and promises, where it is defined, and who else was asked. The property
//! tests hold every entry to its promises.

use super::Unit;
use crate::definitions::DefinedIn;

mod declared;

pub use declared::ALL;

/// Which values are better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    HigherIsBetter,
    LowerIsBetter,
    ZeroIsBest,
}

/// What becomes of a value when reference and candidate are exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// It stays.
    Same,
    /// It changes its sign.
    Sign,
    /// It is another one: the reference has a part of its own.
    Other,
}

/// What a metric gives when one side holds nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WhenEmpty {
    /// No value; the reason says which side was empty.
    Undefined,
    /// This value.
    Value(f64),
    /// The formula needs no special case.
    Formula,
}

/// What a metric gives for each way of being empty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EmptyPolicy {
    pub both: WhenEmpty,
    pub reference: WhenEmpty,
    pub candidate: WhenEmpty,
}

/// One metric: its names and its promises.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MetricSpec {
    pub key: &'static str,
    /// Names under which `concord compare` prints it, its parts and its counts, where they differ from the key.
    pub printed_as: &'static [&'static str],
    pub title: &'static str,
    /// Unit without pixel spacing.
    pub unit: Unit,
    /// Unit with pixel spacing, where that differs.
    pub unit_with_spacing: Option<Unit>,
    /// Least and greatest possible value.
    pub range: (f64, f64),
    pub direction: Direction,
    pub exchange: Exchange,
    pub empty: EmptyPolicy,
    pub source: &'static str,
    /// The function that computes it; its docstring is the definition.
    pub defined_in: DefinedIn,
    /// Files below `tests/oracles` that hold other tools' answers to it.
    pub oracles: &'static [&'static str],
}

/// The metric with a key.
pub fn find(key: &str) -> Option<&'static MetricSpec> {
    ALL.iter().find(|spec| spec.key == key)
}

/// The metrics that are printed under a name, by key or otherwise.
pub fn printed_under(name: &str) -> impl Iterator<Item = &'static MetricSpec> {
    ALL.iter()
        .filter(move |spec| spec.key == name || spec.printed_as.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_distinct_and_every_metric_names_its_source() {
        for (index, spec) in ALL.iter().enumerate() {
            assert!(ALL[..index].iter().all(|other| other.key != spec.key));
            assert!(!spec.source.is_empty() && !spec.title.is_empty());
            assert!(spec.range.0 < spec.range.1);
            assert_eq!(find(spec.key), Some(spec));
        }
        assert_eq!(find("dise"), None);
    }
}
