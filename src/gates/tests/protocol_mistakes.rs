use crate::domain::{Protocol, Stage};
use crate::gates::{default_protocol_toml, parse_protocol, protocol_hash, protocol_toml};
use proptest::prelude::*;

/// A bad file and all that is said about it.
const MISTAKES: &[(&str, &str)] = &[
    (
        "\n\n[stages.annotation]\nmax_error_rate = 1.2",
        "protocol.toml line 4, `stages.annotation.max_error_rate`: `1.2` is not a share between 0 and 1; write 0.012 for 1.2 %",
    ),
    (
        "[stages.training]\nmax_error_rate = 1",
        "protocol.toml line 2, `stages.training.max_error_rate`: `1` is not a share between 0 and 1; write 0.01 for 1 %",
    ),
    (
        "[stages.training]\nmax_error_rate = -0.1",
        "protocol.toml line 2, `stages.training.max_error_rate`: `-0.1` is not a share between 0 and 1; write 0.012 for 1.2 %",
    ),
    (
        "[stages.training]\nmax_error_rate = 0",
        "protocol.toml line 2, `stages.training.max_error_rate`: `0` can never be met, since the rate must lie below it; write 0.012 for 1.2 %",
    ),
    (
        "[stages.training]\nmax_error_rate = \"1.2 %\"",
        "protocol.toml line 2, `stages.training.max_error_rate`: `1.2 %` is not a number; write it without quotes",
    ),
    (
        "[stages.training]\nmax_error_rate = nan",
        "protocol.toml line 2, `stages.training.max_error_rate`: `nan` is not a finite number",
    ),
    (
        "[stages.review]\nmax_error_rate = 0.01",
        "protocol.toml line 1, `stages.review`: this key is not known here; known are annotation, training, verification",
    ),
    (
        "stages = 5",
        "protocol.toml line 1, `stages`: `5` is not a table; write its keys under `[stages]`",
    ),
    (
        "naem = \"lung\"",
        "protocol.toml line 1, `naem`: this key is not known here; known are calendar, confidence, default_keypoint_sigma, error_unit, keypoint_sigmas, labels, matching, name, nsd_tolerance, reference_precedence, stages, throughput, tolerance, version, within_study_correlation",
    ),
    (
        "name = \"\"",
        "protocol.toml line 1, `name`: this text is empty; write some or leave the key out",
    ),
    (
        "version = 2",
        "protocol.toml line 1, `version`: `2` is not text; put text in quotes",
    ),
    (
        "error_unit = \"case\"",
        "protocol.toml line 1, `error_unit`: `case` is not one of study, item, instance",
    ),
    (
        "confidence = 95",
        "protocol.toml line 1, `confidence`: `95` is not a confidence above 0.5 and below 1; write 0.95 for 95 %",
    ),
    (
        "confidence = 0.5",
        "protocol.toml line 1, `confidence`: `0.5` is not a confidence above 0.5 and below 1; write 0.95 for 95 %",
    ),
    (
        "confidence = 1.0",
        "protocol.toml line 1, `confidence`: `1.0` is not a confidence above 0.5 and below 1; write 0.95 for 95 %",
    ),
    (
        "# one\n[tolerance]\nbox_edge_px = -5",
        "protocol.toml line 3, `tolerance.box_edge_px`: `-5` is not a tolerance of 0 or more",
    ),
    (
        "[tolerance]\npolygon_px = 0",
        "protocol.toml line 2, `tolerance.polygon_px`: `0` is not a tolerance above 0, below which the distance must lie",
    ),
    (
        "[tolerance]\nmask_px = inf",
        "protocol.toml line 2, `tolerance.mask_px`: `inf` is not a tolerance of 0 or more",
    ),
    (
        "[tolerance]\nmask_mm = 1",
        "protocol.toml line 2, `tolerance.mask_mm`: this key is not known here; known are box_edge_px, cloud_error_share, keypoint_mm, mask_px, ordinal_steps, polygon_px, text_chars, track_frames, volume_voxels",
    ),
    (
        "[matching]\nmin_overlap = 50",
        "protocol.toml line 2, `matching.min_overlap`: `50` is not an overlap above 0 and at most 1; write 0.5 for 50 %",
    ),
    (
        "[throughput]\nmax_per_day = 60\nmin_per_day = 61",
        "protocol.toml line 3, `throughput.min_per_day`: the band starts at `61` and ends at `60`; set min_per_day no higher than max_per_day",
    ),
    (
        "[throughput]\nmax_per_day = 40",
        "protocol.toml line 2, `throughput.max_per_day`: the band starts at `45` and ends at `40`; set min_per_day no higher than max_per_day",
    ),
    (
        "[throughput]\nmin_per_day = 45.5",
        "protocol.toml line 2, `throughput.min_per_day`: `45.5` is not a whole number of at least 0",
    ),
    (
        "[calendar]\ntime_zone = \"Middle/Earth\"",
        "protocol.toml line 2, `calendar.time_zone`: `Middle/Earth` is not an IANA time zone; use a name such as Europe/Berlin or UTC",
    ),
    (
        "[calendar]\nworkdays = [\n  1,\n  9,\n]",
        "protocol.toml line 4, `calendar.workdays`: `9` is not an ISO weekday; use 1 (Monday) to 7 (Sunday)",
    ),
    (
        "[calendar]\nworkdays = [1, 1]",
        "protocol.toml line 2, `calendar.workdays`: `1` is listed twice; keep one",
    ),
    (
        "[calendar]\nworkdays = []",
        "protocol.toml line 2, `calendar.workdays`: at least one weekday must be worked; list some of 1 (Monday) to 7 (Sunday)",
    ),
    (
        "[calendar]\nworkdays = 5",
        "protocol.toml line 2, `calendar.workdays`: `5` is not a list; put it in [brackets]",
    ),
    (
        "[calendar]\nholidays = [\"24.12.2026\"]",
        "protocol.toml line 2, `calendar.holidays`: `24.12.2026` is not a day of the calendar; write it as 2026-12-24",
    ),
    (
        "[calendar]\nholidays = [2026-12-24, \"2026-12-24\"]",
        "protocol.toml line 2, `calendar.holidays`: `2026-12-24` is listed twice; keep one",
    ),
    (
        "reference_precedence = [\"gold\", \"silver\"]",
        "protocol.toml line 1, `reference_precedence`: `silver` is not one of adjudicated, gold, verification, consensus",
    ),
    (
        "reference_precedence = [\"gold\", \"adjudicated\"]",
        "protocol.toml line 1, `reference_precedence`: the order lacks verification, consensus; list every kind once, highest first",
    ),
    (
        "default_keypoint_sigma = 0",
        "protocol.toml line 1, `default_keypoint_sigma`: `0` is not a keypoint sigma above 0, such as 0.05",
    ),
    (
        "[keypoint_sigmas]\napex = -1",
        "protocol.toml line 2, `keypoint_sigmas.apex`: `-1` is not a keypoint sigma above 0, such as 0.05",
    ),
    (
        "[labels.a]\naliases = [\"x\"]\n[labels.b]\naliases = [\"y\", \"x\"]",
        "protocol.toml line 4, `labels.b.aliases`: `x` is an alias of `a` already; keep one of the two",
    ),
    (
        "[labels.a]\naliases = [\"b\"]\n[labels.b]",
        "protocol.toml line 2, `labels.a.aliases`: `b` is a label itself; an alias must be another name",
    ),
    (
        "[labels.a]\nclinical_weight = -2",
        "protocol.toml line 2, `labels.a.clinical_weight`: `-2` is not a weight of 0 or more",
    ),
    (
        "[labels.a]\ncolour = \"red\"",
        "protocol.toml line 2, `labels.a.colour`: this key is not known here; known are aliases, clinical_weight, required_attributes, tolerance",
    ),
    (
        "[labels.a.tolerance]\nmask_px = true",
        "protocol.toml line 2, `labels.a.tolerance.mask_px`: `true` is not a number; write it without quotes",
    ),
    (
        "[labels]\na = \"nodule\"",
        "protocol.toml line 2, `labels.a`: `nodule` is not a table; write its keys under `[labels.a]`",
    ),
    (
        "[labels.\"\"]",
        "protocol.toml line 1, `labels.`: this label has no name; write `[labels.NAME]`",
    ),
    (
        "confidence = 0.9\nname = \"x\"\nconfidence = 0.95",
        "protocol.toml line 3: `confidence` is written twice; keep one",
    ),
    (
        "confidence = 0,95",
        "protocol.toml line 1: this is not TOML: unexpected key or value, expected newline, `#`",
    ),
];

#[test]
fn every_mistake_is_told_with_its_line_and_key() {
    for (text, message) in MISTAKES {
        let told = parse_protocol("protocol.toml", text).map_err(|error| error.to_string());
        assert_eq!(told.err().as_deref(), Some(*message), "{text}");
    }
    assert_eq!(MISTAKES.len(), 43);
}

#[test]
fn several_mistakes_are_told_at_once_in_the_order_of_lines() {
    let text =
        "version = 1\n[tolerance]\nmask_px = -1\nzeal = 2\n[calendar]\nworkdays = [8, 1, 9]\n";
    let error = parse_protocol("lung.toml", text).unwrap_err();
    let lines: Vec<_> = error
        .faults
        .iter()
        .map(|fault| (fault.line, fault.key.as_str()))
        .collect();
    assert_eq!(
        lines,
        [
            (1, "version"),
            (3, "tolerance.mask_px"),
            (4, "tolerance.zeal"),
            (6, "calendar.workdays"),
            (6, "calendar.workdays"),
        ]
    );
    assert_eq!(error.to_string().lines().count(), 5);
}

#[test]
fn the_commented_file_and_an_empty_one_are_the_default_protocol() {
    for text in [default_protocol_toml(), "", "# nothing\r\n"] {
        assert_eq!(
            parse_protocol("protocol.toml", text),
            Ok(Protocol::default())
        );
    }
}

#[test]
fn the_commented_file_states_every_key_of_a_protocol() {
    let written = protocol_toml(&Protocol::default());
    let keys = written
        .lines()
        .filter_map(|line| line.split_once(" = ").map(|(key, _)| key));
    let n_keys = keys
        .inspect(|key| {
            let stated = default_protocol_toml()
                .lines()
                .any(|line| line.starts_with(&format!("{key} = ")));
            assert!(stated, "{key}");
        })
        .count();
    assert_eq!(n_keys, 26);
}

#[test]
fn values_are_read_where_they_are_written() {
    let text = "
        name = 'lung'
        [labels.nodule]
        aliases = ['Nodule', 'node']
        required_attributes = ['texture']
        clinical_weight = 2
        [labels.nodule.tolerance]
        mask_px = 1.5
        [tolerance]
        box_edge_px = 3
        [stages.verification]
        max_error_rate = 5e-3
        [calendar]
        time_zone = 'europe/berlin'
        workdays = [6, 2]
        holidays = [2026-12-25, '2026-12-24']
    ";
    let protocol = parse_protocol("protocol.toml", text).unwrap();
    assert_eq!(protocol.canonical_label("node"), "nodule");
    assert_eq!(protocol.tolerance.box_edge_px, 3.0);
    let nodule = protocol.tolerance_for("nodule");
    assert_eq!((nodule.mask_px, nodule.box_edge_px), (1.5, 3.0));
    assert_eq!(protocol.stages[&Stage::Verification].max_error_rate, 0.005);
    assert_eq!(protocol.stages[&Stage::Training].max_error_rate, 0.012);
    assert_eq!(protocol.calendar.time_zone, "Europe/Berlin");
    assert_eq!(protocol.calendar.workdays, [2, 6]);
    assert_eq!(protocol.calendar.holidays, ["2026-12-24", "2026-12-25"]);
}

#[test]
fn the_hash_follows_the_meaning_and_not_the_spelling() {
    let hash = |text| protocol_hash(&parse_protocol("protocol.toml", text).unwrap());
    assert_eq!(hash(default_protocol_toml()), hash(""));
    assert_eq!(hash("[calendar]\nworkdays = [5, 4, 3, 2, 1]"), hash(""));
    assert_eq!(hash("tolerance.ordinal_steps = -0.0"), hash(""));
    assert_ne!(hash("[tolerance]\nmask_px = 1.0000001"), hash(""));
}

fn any_protocol() -> impl Strategy<Value = Protocol> {
    let label = (
        "[a-zA-Z \"'.\\\\é]{1,8}x",
        proptest::option::of(0.0..9.0_f64),
        0.0..3.0_f64,
    );
    let labels = proptest::collection::btree_map("[a-z A-Z.#=é]{1,8}y", label, 0..4);
    (labels, 0.51..0.99_f64, 0.0001..0.9999_f64, 1..90_u32).prop_map(
        |(labels, confidence, rate, most)| {
            let mut protocol = Protocol {
                confidence,
                ..Protocol::default()
            };
            for (position, (name, (alias, clinical_weight, mask_px))) in
                labels.into_iter().enumerate()
            {
                let rule = protocol.labels.entry(name).or_default();
                rule.aliases = vec![format!("{alias}{position}")];
                rule.clinical_weight = clinical_weight;
                rule.tolerance = Some(crate::domain::Tolerance {
                    mask_px,
                    ..Default::default()
                });
            }
            protocol
                .stages
                .values_mut()
                .for_each(|limit| limit.max_error_rate = rate);
            protocol.throughput.min_per_day = most / 2;
            protocol.throughput.max_per_day = most;
            protocol
        },
    )
}

proptest! {
    #[test]
    fn a_written_protocol_reads_back_the_same(protocol in any_protocol()) {
        prop_assert_eq!(parse_protocol("protocol.toml", &protocol_toml(&protocol)), Ok(protocol));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[a-z\\[\\]{}=\"'.,0-9\\n #é_-]{0,80}") {
        let _ = parse_protocol("protocol.toml", &text);
    }
}
