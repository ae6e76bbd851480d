//! A gigabyte of nonsense behind every kind of head: it is refused, or read past, in little memory and time.

use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const FLOOD_BYTES: u64 = 1 << 30;
const MOST_KIB: u64 = 512 << 10;

/// What each head is followed by.
#[derive(Clone, Copy, PartialEq)]
enum Fill {
    /// A hole in the file: reads as zeros.
    Zeros,
    /// One letter, over and over.
    Letters,
}

/// Exit code, what was said, and the most memory that the process ever held.
fn explain(path: &Path) -> (i32, String, u64) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_concord"))
        .arg("explain")
        .arg(path)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let status_file = format!("/proc/{}/status", child.id());
    let mut most_kib = 0;
    loop {
        if let Ok(status) = std::fs::read_to_string(&status_file) {
            let peak = status
                .lines()
                .find_map(|line| line.strip_prefix("VmHWM:"))
                .and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok());
            most_kib = most_kib.max(peak.unwrap_or(0));
        }
        if child.try_wait().expect("a child").is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(3));
    }
    let output = child.wait_with_output().expect("a child");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap_or(-1), said, most_kib)
}

#[test]
fn a_gigabyte_of_nonsense_is_refused_in_little_memory() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cases: &[(&str, &[u8], Fill)] = &[
        (
            "text.json",
            b"{\"images\": [{\"file_name\": \"",
            Fill::Letters,
        ),
        (
            "key.json",
            b"{\"images\": [], \"annotations\": [], \"",
            Fill::Letters,
        ),
        (
            "bare.json",
            b"[{\"data\": {}, \"annotations\": [{\"result\": [",
            Fill::Letters,
        ),
        ("zeros.json", b"{\"images\": [", Fill::Zeros),
        (
            "text.xml",
            b"<annotations><version>1.1</version><image id=\"0\" name=\"",
            Fill::Letters,
        ),
        ("tag.xml", b"<LidcReadMessage><", Fill::Letters),
        ("cell.csv", b"item,rater,label\ncase-1,anna,", Fill::Letters),
        (
            "quote.csv",
            b"item,rater,label\ncase-1,anna,\"",
            Fill::Letters,
        ),
        ("zeros.csv", b"item,rater,label\n", Fill::Zeros),
        ("zeros.bin", b"", Fill::Zeros),
        ("letters.bin", b"", Fill::Letters),
        (
            "head.png",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x08\0\0\0\x08\x08\0\0\0\0",
            Fill::Zeros,
        ),
        ("head.zip", b"PK\x03\x04", Fill::Zeros),
        ("head.gz", b"\x1f\x8b\x08\0\0\0\0\0", Fill::Zeros),
    ];
    let dicom: Vec<u8> = [&[0; 128], b"DICM".as_slice()].concat();
    let started = Instant::now();
    let mut n_cases = 0;
    for fill in [Fill::Zeros, Fill::Letters] {
        let path = folder.path().join("flood");
        let mut file = std::fs::File::create(&path).expect("a file");
        match fill {
            Fill::Zeros => file.set_len(FLOOD_BYTES).expect("a hole"),
            Fill::Letters => {
                let chunk = vec![b'a'; 8 << 20];
                for _ in 0..FLOOD_BYTES / chunk.len() as u64 {
                    file.write_all(&chunk).expect("room on the disk");
                }
            }
        }
        let with_dicom = [("head.dcm", dicom.as_slice(), fill)];
        for (name, head, of) in cases.iter().chain(&with_dicom) {
            if *of != fill {
                continue;
            }
            // The head alone changes, over whatever head the file had before.
            let filler = if fill == Fill::Zeros { 0 } else { b'a' };
            let mut start = vec![filler; 512];
            start[..head.len()].copy_from_slice(head);
            file.seek(SeekFrom::Start(0)).expect("a file");
            file.write_all(&start).expect("a head");
            let renamed = folder.path().join(name);
            std::fs::rename(&path, &renamed).expect("the same folder");
            let one = Instant::now();
            let (code, said, most_kib) = explain(&renamed);
            println!(
                "{name}: exit {code}, {} MiB, {:.1} s",
                most_kib >> 10,
                one.elapsed().as_secs_f64()
            );
            assert_eq!(code, 2, "{name}: {said}");
            assert!(said.starts_with("concord: "), "{name}: {said}");
            assert!(!said.contains("panicked"), "{name}: {said}");
            assert!(
                said.len() < 4_000,
                "{name}: the message repeats the nonsense"
            );
            assert!(
                most_kib > 0 && most_kib < MOST_KIB,
                "{name}: {} MiB",
                most_kib >> 10
            );
            std::fs::rename(&renamed, &path).expect("the same folder");
            n_cases += 1;
        }
        std::fs::remove_file(&path).expect("a file");
    }
    assert_eq!(n_cases, cases.len() + 2);
    println!(
        "{n_cases} floods in {:.1} s",
        started.elapsed().as_secs_f64()
    );
}
