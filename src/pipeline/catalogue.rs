//! Metrics and coefficients in one list, for whoever prints what figures mean.

use crate::agreement::registry::{self, Best, CoefficientSpec, Gaps, Raters};
use crate::definitions::{DefinedIn, Docstring};
use crate::metrics::{self, Direction, EmptyPolicy, Exchange, MetricSpec, Unit, WhenEmpty};
use serde::Serialize;

/// One heading of a definition, with the text below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DefinitionSection {
    pub heading: String,
    pub text: String,
}

/// One figure as printed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CatalogueEntry {
    pub key: &'static str,
    /// Other names under which `compare` prints it, its parts and its counts.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub printed_as: &'static [&'static str],
    pub title: &'static str,
    /// What it is a figure of.
    pub kind: &'static str,
    /// `None`: that of the ratings.
    pub unit: Option<Unit>,
    /// Unit where the pixel spacing is known, if it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_with_spacing: Option<Unit>,
    /// Least and greatest value; `None` is open.
    pub range: [Option<f64>; 2],
    pub better: &'static str,
    /// What becomes of it when the sides are exchanged: `same`, `sign` changes, or `other`.
    pub exchange: &'static str,
    /// When there is no value, or what stands in its place.
    pub undefined: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scales: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gaps: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<&'static str>,
    pub source: &'static str,
    pub defined_in: String,
    pub oracles: Vec<String>,
    pub summary: String,
    pub sections: Vec<DefinitionSection>,
}

/// Every figure that the registries declare, metrics first.
pub fn catalogue() -> Vec<CatalogueEntry> {
    let metrics = metrics::ALL.iter().map(of_metric);
    let coefficients = registry::ALL.iter().map(of_coefficient);
    metrics.chain(coefficients).collect()
}

fn of_metric(spec: &MetricSpec) -> CatalogueEntry {
    let (summary, sections) = definition(spec.defined_in);
    CatalogueEntry {
        key: spec.key,
        printed_as: spec.printed_as,
        title: spec.title,
        kind: "a pair",
        unit: Some(spec.unit),
        unit_with_spacing: spec.unit_with_spacing,
        range: range(spec.range),
        better: match spec.direction {
            Direction::HigherIsBetter => "high",
            Direction::LowerIsBetter => "low",
            Direction::ZeroIsBest => "0",
        },
        exchange: match spec.exchange {
            Exchange::Same => "same",
            Exchange::Sign => "sign",
            Exchange::Other => "other",
        },
        undefined: empty(&spec.empty),
        scales: None,
        gaps: None,
        interval: None,
        source: spec.source,
        defined_in: place(spec.defined_in),
        oracles: paths(spec.oracles),
        summary,
        sections,
    }
}

fn of_coefficient(spec: &CoefficientSpec) -> CatalogueEntry {
    let (summary, sections) = definition(spec.defined_in);
    CatalogueEntry {
        key: spec.key,
        printed_as: &[],
        title: spec.title,
        kind: match spec.raters {
            Raters::Two => "two raters",
            Raters::TwoOrMore => "raters",
        },
        unit: (spec.best == Best::One).then_some(Unit::Ratio),
        unit_with_spacing: None,
        range: range(spec.range),
        better: match spec.best {
            Best::One => "1",
            Best::Zero => "0",
        },
        exchange: match spec.best {
            Best::One => "same",
            Best::Zero => "sign",
        },
        undefined: spec.undefined.to_owned(),
        scales: Some(spec.scales.iter().map(|scale| scale.name()).collect()),
        gaps: Some(match spec.gaps {
            Gaps::RatedByBoth => "units rated by both count",
            Gaps::RatedByTwo => "units with two or more ratings count",
            Gaps::LoneForChance => {
                "units with two or more ratings count; a lone rating enters the chance term only"
            }
            Gaps::Complete => "units rated by all count",
        }),
        interval: Some(spec.interval),
        source: spec.source,
        defined_in: place(spec.defined_in),
        oracles: paths(spec.oracles),
        summary,
        sections,
    }
}

fn definition(defined_in: DefinedIn) -> (String, Vec<DefinitionSection>) {
    let Some(Docstring { summary, sections }) = defined_in.docstring() else {
        return (String::new(), Vec::new());
    };
    let sections = sections.into_iter().map(|section| DefinitionSection {
        heading: section.heading,
        text: readable(&section.text),
    });
    (readable(&summary), sections.collect())
}

/// A docstring's text for readers: links are plain code, examples are marked as Rust and show nothing that only their test needs.
fn readable(text: &str) -> String {
    let mut lines = Vec::new();
    let mut is_code = false;
    for line in text.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
            lines.push(if is_code { "```rust" } else { "```" }.to_owned());
        } else if !is_code {
            lines.push(line.replace("[`", "`").replace("`]", "`"));
        } else if line != "#" && !line.starts_with("# ") {
            lines.push(line.to_owned());
        }
    }
    lines.join("\n")
}

fn place(defined_in: DefinedIn) -> String {
    format!("src/{}, `{}`", defined_in.file, defined_in.function)
}

fn paths(oracles: &[&str]) -> Vec<String> {
    let path = |oracle: &&str| format!("tests/oracles/{oracle}");
    oracles.iter().map(path).collect()
}

fn range((least, most): (f64, f64)) -> [Option<f64>; 2] {
    [least, most].map(|bound| bound.is_finite().then_some(bound))
}

fn empty(policy: &EmptyPolicy) -> String {
    let when = |when: WhenEmpty| match when {
        WhenEmpty::Undefined => "undefined".to_owned(),
        WhenEmpty::Value(value) => format!("{value}").replace('-', "−"),
        WhenEmpty::Formula => "as usual".to_owned(),
    };
    let [both, reference, candidate] = [policy.both, policy.reference, policy.candidate].map(when);
    if both == reference && reference == candidate {
        return format!("a side empty: {both}");
    }
    if reference == candidate {
        return format!("both empty: {both}; one: {reference}");
    }
    format!("both empty: {both}; reference: {reference}; candidate: {candidate}")
}

impl CatalogueEntry {
    /// What the summary says beyond the title.
    pub fn explanation(&self) -> Option<&str> {
        Some(self.summary.as_str()).filter(|summary| !summary.starts_with(self.title))
    }

    /// Least and greatest value.
    pub fn range_text(&self) -> String {
        let bound = |bound: Option<f64>, open: &str| match bound {
            Some(bound) => format!("{bound}").replace('-', "−"),
            None => open.to_owned(),
        };
        let [least, most] = self.range;
        format!("{} to {}", bound(least, "−∞"), bound(most, "∞"))
    }

    /// The unit, and that with pixel spacing where it differs.
    pub fn unit_text(&self) -> String {
        let name = |unit: Unit| match unit.symbol() {
            "" => unit.code(),
            symbol => symbol,
        };
        match (self.unit, self.unit_with_spacing) {
            (None, _) => "that of the ratings".to_owned(),
            (Some(unit), None) => name(unit).to_owned(),
            (Some(unit), Some(with)) => format!("{}, {} with spacing", name(unit), name(with)),
        }
    }

    /// Whether the sides may be exchanged.
    pub fn symmetric_text(&self) -> &'static str {
        match self.exchange {
            "same" => "yes",
            "sign" => "sign changes",
            _ => "no",
        }
    }

    /// What is known beside the definition, by name.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![
            ("of", self.kind.to_owned()),
            ("unit", self.unit_text()),
            ("range", self.range_text()),
            ("best", self.better.to_owned()),
            ("symmetric", self.symmetric_text().to_owned()),
            ("without value", self.undefined.clone()),
        ];
        if let Some(scales) = &self.scales {
            facts.push(("scales", scales.join(", ")));
        }
        if let Some(gaps) = self.gaps {
            facts.push(("missing ratings", gaps.to_owned()));
        }
        if let Some(interval) = self.interval {
            facts.push(("interval", interval.to_owned()));
        }
        if !self.printed_as.is_empty() {
            facts.push(("printed as", self.printed_as.join(", ")));
        }
        facts.push(("source", self.source.to_owned()));
        facts.push(("computed by", self.defined_in.clone()));
        facts.push(("checked against", self.oracles.join(", ")));
        facts
    }
}
