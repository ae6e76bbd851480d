//! Damaged bytes: files cut short, bits flipped, pieces left out and doubled, in every format.

use super::{Outcome, bear, read_hostile};
use crate::corpus::{Parts, fixtures, truncations};
use concord::domain::IngestOptions;
use concord::importers::ALL;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::BTreeMap;

/// Damaged copies of each good fixture.
const N_DAMAGED: usize = 150;

fn damaged(whole: &[u8], random: &mut ChaCha8Rng) -> (Vec<u8>, String) {
    let mut bytes = whole.to_vec();
    let mut below = |n: usize| random.next_u64() as usize % n.max(1);
    let at = below(bytes.len());
    let length = (1 + below(16)).min(bytes.len() - at);
    let what = match below(6) {
        0 => {
            bytes[at] ^= 1 << below(8);
            format!("a bit flipped at {at}")
        }
        1 => {
            bytes.drain(at..at + length);
            format!("{length} bytes gone at {at}")
        }
        2 => {
            let piece = bytes[at..at + length].to_vec();
            bytes.splice(at..at, piece);
            format!("{length} bytes doubled at {at}")
        }
        3 => {
            bytes[at..at + length].fill(0);
            format!("{length} bytes zeroed at {at}")
        }
        4 => {
            bytes[at..at + length].fill(0xff);
            format!("{length} bytes filled at {at}")
        }
        _ => {
            let other = below(whole.len());
            bytes.swap(at, other);
            format!("bytes {at} and {other} swapped")
        }
    };
    (bytes, what)
}

#[test]
fn a_file_cut_at_any_length_of_any_format_never_panics() {
    let mut n_cases = BTreeMap::new();
    for importer in ALL {
        let key = importer.format().key;
        for path in fixtures(key, "good") {
            *n_cases.entry(key).or_insert(0) += truncations(&path, &IngestOptions::default(), 120);
        }
    }
    assert_eq!(n_cases.len(), ALL.len());
    for (key, n) in &n_cases {
        assert!(*n >= 100, "{key}: only {n} cases ran");
    }
    println!("cut short: {n_cases:?}");
}

#[test]
fn damaged_bytes_of_any_format_never_panic() {
    let mut random = ChaCha8Rng::seed_from_u64(0x5eed);
    let mut n_cases = BTreeMap::new();
    let mut n_refused = 0;
    for importer in ALL {
        let key = importer.format().key;
        for path in fixtures(key, "good") {
            let parts = Parts::of(&path);
            // There is nothing to damage in an empty file, which stands for an image without findings.
            let files: Vec<usize> = (0..parts.files.len())
                .filter(|at| !parts.files[*at].1.is_empty())
                .collect();
            for case in 0..N_DAMAGED {
                let at = files[case % files.len()];
                let (bytes, what) = damaged(&parts.files[at].1, &mut random);
                let options = IngestOptions::default();
                let outcome = bear(&parts.name, &what, || parts.read_with(at, &bytes, &options));
                n_refused += usize::from(matches!(outcome, Outcome::Refused(_)));
                *n_cases.entry(key).or_insert(0) += 1;
            }
        }
    }
    assert_eq!(n_cases.len(), ALL.len());
    for (key, n) in &n_cases {
        assert!(*n >= N_DAMAGED, "{key}: only {n} cases ran");
    }
    assert!(n_refused > 100, "only {n_refused} cases did any damage");
    println!("damaged: {n_cases:?}, {n_refused} refused");
}

#[test]
fn a_png_header_may_claim_anything() {
    let mut n_cases = 0;
    let files = fixtures("png_mask", "good").into_iter();
    for path in files.filter(|path| path.is_file()) {
        let whole = std::fs::read(&path).expect("a fixture");
        let name = path
            .file_name()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        // The header's data: width and height (4 bytes each), depth, colour type and three methods.
        for at in 16..29 {
            for value in [0, 1, 3, 7, 16, 127, 128, 255] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                let sum = crc32(&bytes[12..29]).to_be_bytes();
                bytes[29..33].copy_from_slice(&sum);
                read_hostile(
                    &name,
                    &bytes,
                    &format!("byte {at} of the header is {value}"),
                );
                n_cases += 1;
            }
        }
    }
    assert!(n_cases > 1_000, "only {n_cases} cases ran");
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}
