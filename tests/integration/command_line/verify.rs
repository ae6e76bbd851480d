//! `concord verify`: records that are what was signed, and records that are not, far from the store.

use super::{folder, refused, run, stderr, stdout};
use std::path::Path;

/// A record of a project in which nothing was compared with a reference, and the key that it was signed with.
fn record(at: &Path) -> (String, String) {
    std::fs::write(
        at.join("r.csv"),
        "item,rater,label\nc1,anna,benign\nc2,anna,benign\n",
    )
    .expect("a file");
    let imported = run(at, &["import", "r.csv", "--quiet", "--data-dir", "data"]);
    assert_eq!(imported.status.code(), Some(0), "{}", stderr(&imported));
    let judge = || {
        run(
            at,
            &[
                "gate",
                "--output",
                "json",
                "--on",
                "2026-11-23",
                "--data-dir",
                "data",
            ],
        )
    };
    let judged = judge();
    assert_eq!(judged.status.code(), Some(3), "{}", stderr(&judged));
    assert_eq!(judged.stdout, judge().stdout, "equal inputs, equal bytes");
    let key = std::fs::read_to_string(at.join("data/evidence-key.pub")).expect("a key");
    (stdout(&judged), key)
}

#[test]
fn a_record_is_believed_without_the_store_and_a_changed_one_is_not() {
    let folder = folder();
    let at = folder.path();
    let (record, key) = record(at);
    let away = tempfile::tempdir().expect("a folder");
    let elsewhere = away.path();
    std::fs::write(elsewhere.join("evidence.json"), &record).expect("a file");
    std::fs::write(elsewhere.join("key.pub"), &key).expect("a file");

    let believed = run(elsewhere, &["verify", "evidence.json"]);
    assert_eq!(believed.status.code(), Some(0), "{}", stderr(&believed));
    assert!(stdout(&believed).contains("compared with no key that you trust"));
    for key in ["key.pub", key.trim()] {
        let believed = run(elsewhere, &["verify", "evidence.json", "--key", key]);
        assert_eq!(believed.status.code(), Some(0), "{}", stderr(&believed));
        assert!(stdout(&believed).contains("a key that you named"));
    }
    // The record is sound, and the gate shut.
    let shut = run(elsewhere, &["verify", "evidence.json", "--must-pass"]);
    assert_eq!(shut.status.code(), Some(3));
    assert!(
        std::fs::read_dir(elsewhere).expect("a folder").count() == 2,
        "verifying leaves nothing behind"
    );

    let changed = record.replacen("\"n_studies\":2", "\"n_studies\":3", 1);
    assert_ne!(changed, record);
    std::fs::write(elsewhere.join("changed.json"), changed).expect("a file");
    let stranger = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    for (arguments, word) in [
        (
            &["verify", "changed.json"][..],
            "was changed after it was signed",
        ),
        (
            &["verify", "evidence.json", "--key", stranger],
            "not with one that you trust",
        ),
        (
            &["verify", "evidence.json", "--key", "abc"],
            "64 hexadecimal digits",
        ),
        (&["verify", "key.pub"], "no evidence record"),
    ] {
        refused(elsewhere, arguments, &[word]);
    }
}
