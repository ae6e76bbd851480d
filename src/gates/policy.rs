//! The release policy: what a lot must show before it may ship.

use super::day::Day;
use crate::domain::{ErrorUnit, ReferenceKind, Stage, ThroughputBand};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// Whether a threshold needs proof or takes the observed figure at its word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceRule {
    /// The one-sided bound, or the interval's end, must lie on the right side of the limit.
    #[default]
    Bounds,
    /// The observed figure is compared with the limit.
    Point,
}

impl EvidenceRule {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bounds => "bounds",
            Self::Point => "point",
        }
    }
}

impl FromStr for EvidenceRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "bounds" => Ok(Self::Bounds),
            "point" => Ok(Self::Point),
            other => Err(format!("`{other}` is not one of bounds, point")),
        }
    }
}

/// The checks of a release and their accepted exceptions. What it leaves out, the protocol decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    pub name: String,
    pub version: String,
    pub evidence: EvidenceRule,
    /// One-sided confidence of verdicts; the protocol's where `None`.
    pub confidence: Option<f64>,
    pub checks: Vec<PolicyCheck>,
    pub waivers: Vec<Waiver>,
}

/// One check under the name that waivers and reports use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PolicyCheck {
    pub name: String,
    #[serde(flatten)]
    pub rule: CheckRule,
}

/// What a check asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CheckRule {
    /// The error rate of a stage lies below `limit` (the protocol's where `None`).
    ErrorRate {
        stage: Stage,
        limit: Option<f64>,
        /// The protocol's where `None`.
        unit: Option<ErrorUnit>,
        /// The kind with most assessed units where `None`.
        reference: Option<ReferenceKind>,
    },
    /// A coefficient reaches `floor`, for one label or for each that has figures.
    AgreementFloor {
        label: Option<String>,
        coefficient: String,
        floor: f64,
    },
    /// The share of required items that is labelled reaches `min`.
    Completeness { min: f64 },
    /// The share of specialist-days inside the band (the protocol's where `None`) reaches `min_share`.
    ThroughputBand {
        stage: Stage,
        min_share: f64,
        band: Option<ThroughputBand>,
    },
    /// Every item was read by at least `min` raters.
    MinRatersPerItem { min: u32 },
    /// At most `max` structurally invalid annotations are open.
    OpenInvalidAnnotations { max: u32 },
    /// At least `min_sites` sites, none of which gives more than `max_share` of the studies.
    SiteDiversity {
        min_sites: Option<u32>,
        max_share: Option<f64>,
    },
}

impl CheckRule {
    /// Every kind, as policy files write it.
    pub const KINDS: &'static [&'static str] = &[
        "error_rate",
        "agreement_floor",
        "completeness",
        "throughput_band",
        "min_raters_per_item",
        "open_invalid_annotations",
        "site_diversity",
    ];

    /// The kind, as policy files write it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ErrorRate { .. } => "error_rate",
            Self::AgreementFloor { .. } => "agreement_floor",
            Self::Completeness { .. } => "completeness",
            Self::ThroughputBand { .. } => "throughput_band",
            Self::MinRatersPerItem { .. } => "min_raters_per_item",
            Self::OpenInvalidAnnotations { .. } => "open_invalid_annotations",
            Self::SiteDiversity { .. } => "site_diversity",
        }
    }

    /// The name of a check that the policy does not name itself.
    pub fn default_name(&self) -> String {
        let kind = self.kind();
        match self {
            Self::ErrorRate { stage, .. } | Self::ThroughputBand { stage, .. } => {
                format!("{kind}.{stage}")
            }
            Self::AgreementFloor {
                label: Some(label),
                coefficient,
                ..
            } => {
                format!("{kind}.{coefficient}.{label}")
            }
            Self::AgreementFloor { coefficient, .. } => format!("{kind}.{coefficient}"),
            _ => kind.to_owned(),
        }
    }

    /// This check under its default name.
    pub fn named(self) -> PolicyCheck {
        PolicyCheck {
            name: self.default_name(),
            rule: self,
        }
    }
}

/// An accepted failure: who answers for it, why, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// Name of the check.
    pub check: String,
    /// Who waives it.
    pub name: String,
    pub reason: String,
    /// The last day on which it holds.
    pub expires: Day,
}

impl Default for Policy {
    fn default() -> Self {
        let error_rate = |&stage: &Stage| CheckRule::ErrorRate {
            stage,
            limit: Some(0.012),
            unit: None,
            reference: None,
        };
        let mut checks: Vec<_> = Stage::ALL
            .iter()
            .map(error_rate)
            .map(CheckRule::named)
            .collect();
        checks.push(CheckRule::Completeness { min: 1.0 }.named());
        checks.push(CheckRule::OpenInvalidAnnotations { max: 0 }.named());
        let throughput = CheckRule::ThroughputBand {
            stage: Stage::Annotation,
            min_share: 0.8,
            band: Some(ThroughputBand {
                min_per_day: 45,
                max_per_day: 50,
            }),
        };
        checks.push(throughput.named());
        Self {
            name: "release".to_owned(),
            version: "1".to_owned(),
            evidence: EvidenceRule::Bounds,
            confidence: Some(0.95),
            checks,
            waivers: Vec::new(),
        }
    }
}
