//! The release policy as a TOML file.

use super::canonical::content_hash;
use super::config::{self, ConfigError, Section};
use super::config_values::{choice, number, share, shown, text, whole};
use super::policy::{CheckRule, EvidenceRule, Policy, PolicyCheck, Waiver};
use super::protocol_file::{band, confidence, day, rate_limit};
use crate::domain::{Protocol, Stage};
use std::cell::RefCell;
use std::collections::BTreeSet;
use toml::de::DeValue;

/// Coefficients that can carry a floor.
pub const FLOOR_COEFFICIENTS: &[&str] = &[
    "percent_agreement",
    "cohen_kappa",
    "fleiss_kappa",
    "fleiss_kappa_category",
    "krippendorff_alpha",
    "gwet_ac1",
    "gwet_ac2",
    "scott_pi",
    "brennan_prediger",
    "icc",
];

/// The commented policy file that holds every default with its reason.
pub const fn default_policy_toml() -> &'static str {
    include_str!("templates/policy.toml")
}

/// Reads a policy. `file` is only named in messages.
pub fn parse_policy(file: &str, text: &str) -> Result<Policy, ConfigError> {
    config::read(file, text, policy)
}

/// Identifies a policy by what it says, whatever its file looks like.
pub fn policy_hash(policy: &Policy) -> String {
    content_hash(policy)
}

fn policy(root: &mut Section<'_>) -> Policy {
    let default = Policy::default();
    let names = RefCell::new(BTreeSet::new());
    let checks = root.tables("check", |section| check(section, &mut names.borrow_mut()));
    if checks.as_ref().is_none_or(Vec::is_empty) {
        root.fault(
            "check",
            "the policy checks nothing; write at least one `[[check]]`",
        );
    }
    let names = names.into_inner();
    Policy {
        name: root.get("name", text).unwrap_or(default.name),
        version: root.get("version", text).unwrap_or(default.version),
        evidence: root
            .get("evidence", choice::<EvidenceRule>)
            .unwrap_or_default(),
        confidence: root.get("confidence", confidence),
        checks: checks.into_iter().flatten().flatten().collect(),
        waivers: root
            .tables("waiver", |section| waiver(section, &names))
            .into_iter()
            .flatten()
            .flatten()
            .collect(),
    }
}

fn check(section: &mut Section<'_>, names: &mut BTreeSet<String>) -> Option<PolicyCheck> {
    let named = section.get("name", text);
    let kind = section.require("kind", known_kind);
    let Some(kind) = kind else {
        section.allow_any_key();
        return None;
    };
    let rule = match kind {
        "error_rate" => error_rate(section),
        "agreement_floor" => agreement_floor(section),
        "completeness" => Some(CheckRule::Completeness {
            min: section.get("min", reachable_share).unwrap_or(1.0),
        }),
        "throughput_band" => Some(throughput_band(section)),
        "min_raters_per_item" => Some(CheckRule::MinRatersPerItem {
            min: section.get("min", whole(1)).unwrap_or(2),
        }),
        "open_invalid_annotations" => Some(CheckRule::OpenInvalidAnnotations {
            max: section.get("max", whole(0)).unwrap_or(0),
        }),
        _ => site_diversity(section),
    }?;
    let name = named.unwrap_or_else(|| rule.default_name());
    if !names.insert(name.clone()) {
        section.fault(
            "name",
            format!("two checks are called `{name}`; give each its own `name`"),
        );
    }
    Some(PolicyCheck { name, rule })
}

fn known_kind(value: &DeValue<'_>) -> Result<&'static str, String> {
    let kind = text(value)?;
    let known = CheckRule::KINDS
        .iter()
        .copied()
        .find(|known| *known == kind);
    known.ok_or_else(|| format!("`{kind}` is not one of {}", CheckRule::KINDS.join(", ")))
}

fn error_rate(section: &mut Section<'_>) -> Option<CheckRule> {
    let stage = section.require("stage", choice);
    let (limit, unit) = (
        section.get("limit", rate_limit),
        section.get("unit", choice),
    );
    let reference = section.get("reference", choice);
    Some(CheckRule::ErrorRate {
        stage: stage?,
        limit,
        unit,
        reference,
    })
}

fn agreement_floor(section: &mut Section<'_>) -> Option<CheckRule> {
    let label = section.get("label", text);
    let coefficient = section.require("coefficient", |value| {
        let name = text(value)?;
        if FLOOR_COEFFICIENTS.contains(&name.as_str()) {
            return Ok(name);
        }
        Err(format!(
            "`{name}` is not one of {}",
            FLOOR_COEFFICIENTS.join(", ")
        ))
    });
    let floor = section.require(
        "floor",
        number(
            |x| x > -1.0 && x <= 1.0,
            "a coefficient above -1 and at most 1",
        ),
    );
    Some(CheckRule::AgreementFloor {
        label,
        coefficient: coefficient?,
        floor: floor?,
    })
}

fn throughput_band(section: &mut Section<'_>) -> CheckRule {
    let written = section.has("min_per_day") || section.has("max_per_day");
    let band = band(section, Protocol::default().throughput);
    CheckRule::ThroughputBand {
        stage: section.get("stage", choice).unwrap_or(Stage::Annotation),
        min_share: section.get("min_share", reachable_share).unwrap_or(0.8),
        band: written.then_some(band),
    }
}

fn site_diversity(section: &mut Section<'_>) -> Option<CheckRule> {
    let min_sites = section.get("min_sites", whole(1));
    let max_share = section.get("max_share", reachable_share);
    if !section.has("min_sites") && !section.has("max_share") {
        section.fault(
            "",
            "this check asks for nothing; write `min_sites`, `max_share` or both",
        );
    }
    Some(CheckRule::SiteDiversity {
        min_sites,
        max_share,
    })
}

fn reachable_share(value: &DeValue<'_>) -> Result<f64, String> {
    share(|x| x > 0.0 && x <= 1.0, "a share above 0 and at most 1")(value)
}

fn waiver(section: &mut Section<'_>, names: &BTreeSet<String>) -> Option<Waiver> {
    let check = section.require("check", |value| {
        let check = text(value)?;
        if names.contains(&check) {
            return Ok(check);
        }
        let known: Vec<_> = names.iter().map(String::as_str).collect();
        Err(format!(
            "{} is no check of this policy; its checks are {}",
            shown(value),
            known.join(", ")
        ))
    });
    let (name, reason) = (
        section.require("name", text),
        section.require("reason", text),
    );
    let expires = section.require("expires", day);
    Some(Waiver {
        check: check?,
        name: name?,
        reason: reason?,
        expires: expires?,
    })
}
