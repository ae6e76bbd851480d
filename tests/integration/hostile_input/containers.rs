//! Archives and documents that unfold into more than they hold, reach out of their place, or are broken.

use super::{Outcome, read_hostile};
use crate::corpus::fixtures;
use concord::importers::{ImportError, Limits, Upload};
use std::io::Write;

fn deflated(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options: zip::write::FileOptions<()> =
        zip::write::FileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, bytes) in files {
        writer.start_file(*name, options).expect("an entry");
        writer.write_all(bytes).expect("bytes");
    }
    writer.finish().expect("an archive").into_inner()
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder
            .append_data(&mut header, name, *bytes)
            .expect("an entry");
    }
    builder.into_inner().expect("an archive")
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("bytes");
    encoder.finish().expect("a stream")
}

fn refusal(name: &str, bytes: &[u8]) -> String {
    match read_hostile(name, bytes, "a container") {
        Outcome::Refused(said) => said,
        Outcome::Read(read) => panic!("{name} was read: {:?}", read.0),
    }
}

#[test]
fn archives_that_unfold_beyond_their_limits_are_refused() {
    let zeros = vec![b' '; 80 << 20];
    let small = Limits {
        max_unpacked_bytes: 16 << 20,
        max_files: 100,
        ..Limits::DEFAULT
    };
    let many: Vec<(String, &[u8])> = (0..200)
        .map(|at| (format!("{at}.json"), b"{}".as_slice()))
        .collect();
    let many: Vec<(&str, &[u8])> = many
        .iter()
        .map(|(name, bytes)| (name.as_str(), *bytes))
        .collect();
    let single = [("a.json", zeros.as_slice())];
    let cases = [
        ("bomb.zip", deflated(&single), "unpacks to far more"),
        ("bomb.tar.gz", gzipped(&tar(&single)), "unpacks to far more"),
        ("many.zip", deflated(&many), "too many files"),
        ("many.tar", tar(&many), "too many files"),
        ("many.tar.gz", gzipped(&tar(&many)), "too many files"),
    ];
    for (name, bytes, fault) in &cases {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        let error = Upload::open(&path, small.clone()).expect_err("a bomb");
        assert!(
            matches!(error, ImportError::Limit { .. }),
            "{name}: {error}"
        );
        let said = error.to_string();
        assert!(
            said.contains(fault) && said.contains(name),
            "{name}: {said}"
        );
        assert!(said.contains("limit"), "{name}: {said}");
    }
    assert_eq!(cases.len(), 5);
}

#[test]
fn the_ratio_alone_refuses_a_bomb_under_the_limits_that_ship() {
    // 80 MB from 80 kB: beyond 1000 times its size and beyond the 64 MB that any archive may have.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("bomb.zip");
    let bytes = deflated(&[("a.json", &vec![b' '; 80 << 20])]);
    assert!(bytes.len() < 90_000, "{}", bytes.len());
    std::fs::write(&path, bytes).expect("a file");
    let said = Upload::open(&path, Limits::DEFAULT)
        .expect_err("a bomb")
        .to_string();
    assert!(said.contains("unpacks to far more"), "{said}");
}

#[test]
fn a_bomb_within_a_bomb_is_set_aside_unopened() {
    let inner = deflated(&[("b.json", &vec![b' '; 20 << 20])]);
    let good = std::fs::read(&fixtures("coco", "good")[1]).expect("a fixture");
    let bytes = deflated(&[("a.json", &good), ("inner.zip", &inner)]);
    let Outcome::Read(read) = read_hostile("outer.zip", &bytes, "nested") else {
        panic!("the good file went with the archive beside it");
    };
    assert!(read.0.counts.annotations > 0);
    assert!(
        read.0
            .skipped
            .iter()
            .flat_map(|group| &group.examples)
            .any(|line| line.contains("inner.zip")),
        "{:?}",
        read.0.skipped
    );
}

#[test]
fn archives_cut_at_any_length_say_that_they_are_broken() {
    let good = std::fs::read(&fixtures("coco", "good")[1]).expect("a fixture");
    let files = [
        ("a.json", good.as_slice()),
        ("b.txt", b"read me".as_slice()),
    ];
    let mut n_cases = 0;
    let mut n_refused = 0;
    for (name, whole) in [
        ("a.zip", deflated(&files)),
        ("a.tar", tar(&files)),
        ("a.tar.gz", gzipped(&tar(&files))),
    ] {
        for length in (0..whole.len()).step_by(whole.len().div_ceil(150)) {
            let outcome = read_hostile(name, &whole[..length], &format!("cut at {length}"));
            n_refused += usize::from(matches!(outcome, Outcome::Refused(_)));
            n_cases += 1;
        }
    }
    assert!(n_cases >= 350, "only {n_cases} cases ran");
    // A tar without its closing zeros still holds everything.
    assert!(n_refused > 250, "only {n_refused} were refused");
}

#[test]
fn names_and_links_in_archives_reach_nothing_outside() {
    let good = std::fs::read(&fixtures("coco", "good")[1]).expect("a fixture");
    let mut builder = tar::Builder::new(Vec::new());
    let mut link = tar::Header::new_ustar();
    link.set_entry_type(tar::EntryType::Symlink);
    link.set_size(0);
    builder
        .append_link(&mut link, "passwd.json", "/etc/passwd")
        .expect("a link");
    let mut header = tar::Header::new_ustar();
    header.set_size(good.len() as u64);
    header.set_cksum();
    builder
        .append_data(&mut header, "a.json", good.as_slice())
        .expect("an entry");
    let bytes = builder.into_inner().expect("an archive");
    let Outcome::Read(read) = read_hostile("links.tar", &bytes, "links") else {
        panic!("the good file went with the link");
    };
    assert!(
        read.0
            .skipped
            .iter()
            .flat_map(|group| &group.examples)
            .any(|line| line.contains("symbolic link")),
        "{:?}",
        read.0.skipped
    );
    let slips = [
        "../../slip.json",
        "/etc/slip.json",
        "..\\slip.json",
        "a/../../slip.json",
    ];
    for name in slips {
        let bytes = deflated(&[(name, &good)]);
        let Outcome::Read(read) = read_hostile("slip.zip", &bytes, name) else {
            panic!("{name} is only a name");
        };
        assert!(read.0.counts.annotations > 0, "{name}");
    }
    assert!(!std::path::Path::new("/etc/slip.json").exists());
}

#[test]
fn entity_bombs_are_refused_wherever_xml_is_read() {
    let laughs: String = (1..10).fold("<!ENTITY l0 \"ha\">".to_owned(), |text, n| {
        let ten = format!("&l{};", n - 1).repeat(10);
        format!("{text}<!ENTITY l{n} \"{ten}\">")
    });
    let mut n_cases = 0;
    for (root, body) in [
        (
            "annotations",
            "<version>1.1</version><image id=\"0\" name=\"&l9;\" width=\"4\" height=\"4\"/>",
        ),
        (
            "LidcReadMessage",
            "<ResponseHeader><SeriesInstanceUid>&l9;</SeriesInstanceUid></ResponseHeader>",
        ),
    ] {
        for kind in [
            format!("<!DOCTYPE x [{laughs}]>"),
            "<!DOCTYPE x [<!ENTITY l9 SYSTEM \"file:///etc/passwd\">]>".to_owned(),
            "<!DOCTYPE x SYSTEM \"http://127.0.0.1:9/x.dtd\">".to_owned(),
            "<!DOCTYPE x [<!ENTITY % p SYSTEM \"file:///etc/passwd\"> %p;]>".to_owned(),
        ] {
            let said = refusal(
                "bomb.xml",
                format!("<?xml version=\"1.0\"?>{kind}<{root}>{body}</{root}>").as_bytes(),
            );
            assert!(!said.contains("root:"), "{said}");
            assert!(said.contains("document type"), "{said}");
            n_cases += 1;
        }
        // Without a document type the entity is unknown; it must not pass as a name.
        let text = format!("<{root}>{body}</{root}>");
        if let Outcome::Read(read) = read_hostile("bomb.xml", text.as_bytes(), "unknown entity") {
            assert!(read.0.n_skipped() > 0, "{:?}", read.0);
        }
        n_cases += 1;
    }
    assert_eq!(n_cases, 10);
}

#[test]
fn nesting_without_end_is_refused_without_overflow() {
    let deep = 2_000_000;
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("a.json", b"[".repeat(deep)),
        ("b.json", b"{\"a\":".repeat(deep)),
        (
            "c.json",
            [
                b"{\"images\": [], \"categories\": [], \"annotations\": [".as_slice(),
                &b"[".repeat(deep),
            ]
            .concat(),
        ),
        (
            "d.json",
            [
                b"[{\"data\": {}, \"annotations\": [{\"result\": [".as_slice(),
                &b"{\"value\":".repeat(deep),
            ]
            .concat(),
        ),
        (
            "e.xml",
            [
                b"<annotations><version>1.1</version><image>".as_slice(),
                &b"<a>".repeat(deep),
            ]
            .concat(),
        ),
        (
            "f.xml",
            [b"<LidcReadMessage>".as_slice(), &b"<a>".repeat(deep)].concat(),
        ),
        ("g.xml", b"<a>".repeat(deep)),
    ];
    for (name, bytes) in &cases {
        refusal(name, bytes);
    }
    assert_eq!(cases.len(), 7);
}
