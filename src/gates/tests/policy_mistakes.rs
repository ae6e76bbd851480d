use crate::domain::{ErrorUnit, ReferenceKind, Stage, ThroughputBand};
use crate::gates::{
    CheckRule, EvidenceRule, Policy, default_policy_toml, parse_policy, policy_hash,
};

const HEAD: &str = "[[check]]\nkind = \"completeness\"\n";

/// What is written after [`HEAD`], and all that is said about it.
const MISTAKES: &[(&str, &str)] = &[
    (
        "[[check]]\nkind = \"eror_rate\"\nstage = \"training\"",
        "policy.toml line 4, `check.kind`: `eror_rate` is not one of error_rate, agreement_floor, completeness, throughput_band, min_raters_per_item, open_invalid_annotations, site_diversity",
    ),
    (
        "[[check]]\nstage = \"training\"",
        "policy.toml line 3, `check.kind`: this key is missing; it has no default",
    ),
    (
        "[[check]]\nkind = \"error_rate\"",
        "policy.toml line 3, `check.stage`: this key is missing; it has no default",
    ),
    (
        "[[check]]\nkind = \"error_rate\"\nstage = \"review\"",
        "policy.toml line 5, `check.stage`: `review` is not one of training, annotation, verification",
    ),
    (
        "[[check]]\nkind = \"error_rate\"\nstage = \"training\"\nlimit = 1.2",
        "policy.toml line 6, `check.limit`: `1.2` is not a share between 0 and 1; write 0.012 for 1.2 %",
    ),
    (
        "[[check]]\nkind = \"error_rate\"\nstage = \"training\"\nlimit = 0.0",
        "policy.toml line 6, `check.limit`: `0.0` can never be met, since the rate must lie below it; write 0.012 for 1.2 %",
    ),
    (
        "[[check]]\nkind = \"error_rate\"\nstage = \"training\"\nunit = \"image\"",
        "policy.toml line 6, `check.unit`: `image` is not one of study, item, instance",
    ),
    (
        "[[check]]\nkind = \"error_rate\"\nstage = \"training\"\nreference = \"truth\"",
        "policy.toml line 6, `check.reference`: `truth` is not one of adjudicated, gold, verification, consensus",
    ),
    (
        "[[check]]\nkind = \"error_rate\"\nstage = \"training\"\nfloor = 0.1",
        "policy.toml line 6, `check.floor`: this key is not known here; known are kind, limit, name, reference, stage, unit",
    ),
    (
        "[[check]]\nkind = \"agreement_floor\"\ncoefficient = \"kappa\"\nfloor = 0.8",
        "policy.toml line 5, `check.coefficient`: `kappa` is not one of percent_agreement, cohen_kappa, fleiss_kappa, fleiss_kappa_category, krippendorff_alpha, gwet_ac1, gwet_ac2, scott_pi, brennan_prediger, icc",
    ),
    (
        "[[check]]\nkind = \"agreement_floor\"\ncoefficient = \"icc\"",
        "policy.toml line 3, `check.floor`: this key is missing; it has no default",
    ),
    (
        "[[check]]\nkind = \"agreement_floor\"\ncoefficient = \"icc\"\nfloor = 80",
        "policy.toml line 6, `check.floor`: `80` is not a coefficient above -1 and at most 1",
    ),
    (
        "[[check]]\nname = \"all\"\nkind = \"completeness\"\nmin = 99",
        "policy.toml line 6, `check.min`: `99` is not a share above 0 and at most 1; write 0.99 for 99 %",
    ),
    (
        "[[check]]\nkind = \"completeness\"",
        "policy.toml line 3, `check.name`: two checks are called `completeness`; give each its own `name`",
    ),
    (
        "[[check]]\nkind = \"throughput_band\"\nmin_per_day = 51",
        "policy.toml line 5, `check.min_per_day`: the band starts at `51` and ends at `50`; set min_per_day no higher than max_per_day",
    ),
    (
        "[[check]]\nkind = \"throughput_band\"\nmin_share = 0",
        "policy.toml line 5, `check.min_share`: `0` is not a share above 0 and at most 1; write 0.012 for 1.2 %",
    ),
    (
        "[[check]]\nkind = \"min_raters_per_item\"\nmin = 0",
        "policy.toml line 5, `check.min`: `0` is not a whole number of at least 1",
    ),
    (
        "[[check]]\nkind = \"open_invalid_annotations\"\nmax = -1",
        "policy.toml line 5, `check.max`: `-1` is not a whole number of at least 0",
    ),
    (
        "[[check]]\nkind = \"site_diversity\"",
        "policy.toml line 3, `check`: this check asks for nothing; write `min_sites`, `max_share` or both",
    ),
    (
        "[[check]]\nkind = \"site_diversity\"\nmin_sites = 2.5",
        "policy.toml line 5, `check.min_sites`: `2.5` is not a whole number of at least 1",
    ),
    (
        "[[waiver]]\ncheck = \"complete\"\nname = \"A\"\nreason = \"r\"\nexpires = 2026-12-31",
        "policy.toml line 4, `waiver.check`: `complete` is no check of this policy; its checks are completeness",
    ),
    (
        "[[waiver]]\ncheck = \"completeness\"\nreason = \"r\"\nexpires = 2026-12-31",
        "policy.toml line 3, `waiver.name`: this key is missing; it has no default",
    ),
    (
        "[[waiver]]\ncheck = \"completeness\"\nname = \"A\"\nreason = \" \"\nexpires = 2026-12-31",
        "policy.toml line 6, `waiver.reason`: this text is empty; write some or leave the key out",
    ),
    (
        "[[waiver]]\ncheck = \"completeness\"\nname = \"A\"\nreason = \"r\"\nexpires = \"never\"",
        "policy.toml line 7, `waiver.expires`: `never` is not a day of the calendar; write it as 2026-12-24",
    ),
    (
        "[[waiver]]\ncheck = \"completeness\"\nname = \"A\"\nreason = \"r\"\nexpires = 2026-12-31T10:00:00",
        "policy.toml line 7, `waiver.expires`: `2026-12-31T10:00:00` is not a day of the calendar; write it as 2026-12-24",
    ),
    (
        "[waiver]\ncheck = \"completeness\"",
        "policy.toml line 3, `waiver`: write `[[waiver]]` in two brackets, once for each",
    ),
];

#[test]
fn every_mistake_is_told_with_its_line_and_key() {
    for (tail, message) in MISTAKES {
        let told = parse_policy("policy.toml", &format!("{HEAD}{tail}"))
            .map_err(|error| error.to_string());
        assert_eq!(told.err().as_deref(), Some(*message), "{tail}");
    }
    assert_eq!(MISTAKES.len(), 26);
}

#[test]
fn mistakes_at_the_top_are_told_too() {
    let rows = [
        (
            "evidence = \"belief\"\n",
            "policy.toml line 1, `evidence`: `belief` is not one of bounds, point",
        ),
        (
            "confidence = 99\n",
            "policy.toml line 1, `confidence`: `99` is not a confidence above 0.5 and below 1; write 0.99 for 99 %",
        ),
        (
            "checks = 3\n",
            "policy.toml line 1, `checks`: this key is not known here; known are check, confidence, evidence, name, version, waiver",
        ),
    ];
    for (top, message) in rows {
        let error = parse_policy("policy.toml", &format!("{top}{HEAD}")).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    let error = parse_policy("policy.toml", "name = \"empty\"\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "policy.toml line 1, `check`: the policy checks nothing; write at least one `[[check]]`"
    );
}

#[test]
fn the_commented_file_is_the_default_policy() {
    assert_eq!(
        parse_policy("policy.toml", default_policy_toml()),
        Ok(Policy::default())
    );
}

#[test]
fn the_commented_file_shows_every_kind_of_check_and_its_examples_are_right() {
    for kind in CheckRule::KINDS {
        assert!(
            default_policy_toml().contains(&format!("kind = \"{kind}\"")),
            "{kind}"
        );
    }
    // The examples are whole tables behind "# ".
    let (file, examples) = default_policy_toml()
        .split_once("# Further checks")
        .unwrap();
    let examples: String = examples
        .lines()
        .filter_map(|line| line.strip_prefix("# "))
        .filter(|line| {
            line.starts_with("[[")
                || line.contains(" = ") && !line.starts_with(' ') && !line.starts_with("Any")
        })
        .map(|line| format!("{line}\n"))
        .collect();
    let policy = parse_policy("policy.toml", &format!("{file}\n{examples}")).unwrap();
    assert_eq!((policy.checks.len(), policy.waivers.len()), (9, 1));
}

#[test]
fn what_is_left_out_keeps_its_default_or_goes_to_the_protocol() {
    let text = "
        evidence = 'point'
        [[check]]
        kind = 'error_rate'
        stage = 'annotation'
        unit = 'instance'
        reference = 'gold'
        [[check]]
        kind = 'throughput_band'
        [[check]]
        kind = 'throughput_band'
        name = 'doctors'
        stage = 'verification'
        max_per_day = 60
        [[check]]
        kind = 'agreement_floor'
        coefficient = 'icc'
        floor = 0.75
    ";
    let policy = parse_policy("policy.toml", text).unwrap();
    assert_eq!(
        (policy.evidence, policy.confidence),
        (EvidenceRule::Point, None)
    );
    let names: Vec<_> = policy
        .checks
        .iter()
        .map(|check| check.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "error_rate.annotation",
            "throughput_band.annotation",
            "doctors",
            "agreement_floor.icc"
        ]
    );
    let error_rate = CheckRule::ErrorRate {
        stage: Stage::Annotation,
        limit: None,
        unit: Some(ErrorUnit::Instance),
        reference: Some(ReferenceKind::Gold),
    };
    let band = |stage, band| CheckRule::ThroughputBand {
        stage,
        min_share: 0.8,
        band,
    };
    assert_eq!(policy.checks[0].rule, error_rate);
    assert_eq!(policy.checks[1].rule, band(Stage::Annotation, None));
    let own = ThroughputBand {
        min_per_day: 45,
        max_per_day: 60,
    };
    assert_eq!(policy.checks[2].rule, band(Stage::Verification, Some(own)));
}

#[test]
fn a_policy_survives_json_and_its_hash_follows_its_meaning() {
    let policy = parse_policy("policy.toml", default_policy_toml()).unwrap();
    let json = serde_json::to_string(&policy).unwrap();
    assert_eq!(serde_json::from_str::<Policy>(&json).unwrap(), policy);
    assert_eq!(policy_hash(&policy), policy_hash(&Policy::default()));
    let looser = Policy {
        confidence: Some(0.9),
        ..Policy::default()
    };
    assert_ne!(policy_hash(&looser), policy_hash(&policy));
}
