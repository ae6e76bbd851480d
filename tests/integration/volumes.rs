//! What the suites of NIfTI, NRRD and MetaImage share: volumes by plane, and the answers of other readers.

use crate::corpus::read_memory;
use concord::domain::{Annotation, GRID_ATTRIBUTE, IngestOptions, Shape};
use concord::geometry::Mask;
use concord::importers::{ImportReport, MemorySink};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Reads a path for one named rater.
pub fn read(path: &Path) -> (ImportReport, MemorySink) {
    let options = IngestOptions {
        annotator: Some("uploader".to_owned()),
        ..IngestOptions::default()
    };
    read_memory(path, &options).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Key and run bounds of every slice of every annotation, by label.
pub fn runs(sink: &MemorySink) -> BTreeMap<String, Vec<(i64, Vec<u32>)>> {
    annotations(sink)
        .map(|annotation| (annotation.label.clone(), slices(&annotation.shape)))
        .collect()
}

pub fn annotations(sink: &MemorySink) -> impl Iterator<Item = &Annotation> {
    sink.readings
        .values()
        .flat_map(|record| &record.annotations)
}

fn slices(shape: &Shape) -> Vec<(i64, Vec<u32>)> {
    match shape {
        Shape::Volume(volume) => volume
            .slices()
            .iter()
            .map(|(key, mask)| (*key, mask.bounds().to_vec()))
            .collect(),
        Shape::Mask(mask) => vec![(0, mask.bounds().to_vec())],
        _ => panic!("label maps hold masks"),
    }
}

/// A slice's key and its run bounds, as worked out by hand.
type Slice<'a> = (i64, &'a [u32]);

/// Expected runs, as `runs` gives them.
pub fn expected(labels: &[(&str, &[Slice<'_>])]) -> BTreeMap<String, Vec<(i64, Vec<u32>)>> {
    labels
        .iter()
        .map(|(label, slices)| {
            let slices = slices.iter().map(|(key, runs)| (*key, runs.to_vec()));
            ((*label).to_owned(), slices.collect())
        })
        .collect()
}

/// Key, number of pixels and sums of their columns and rows.
fn plane(key: i64, mask: &Mask) -> (i64, u64, u64, u64) {
    let pixels = mask
        .spans()
        .flat_map(|span| (span.x0..span.x1).map(move |x| (x, span.y)));
    let (n, x, y) = pixels.fold((0, 0, 0), |(n, sx, sy), (x, y)| {
        (n + 1, sx + u64::from(x), sy + u64::from(y))
    });
    (key, n, x, y)
}

/// Holds a file against what another reader found in it: size, spacing, in-plane origin and the planes of each value.
pub fn check_oracle(name: &str, sink: &MemorySink, oracle: &Value) {
    let item = sink.items.values().next().expect("an item");
    let number = |key: &str| oracle[key].as_u64();
    assert_eq!(item.width_px.map(u64::from), number("width_px"), "{name}");
    assert_eq!(item.height_px.map(u64::from), number("height_px"), "{name}");
    let spacing: Vec<f64> =
        serde_json::from_value(oracle["spacing_zyx_mm"].clone()).expect("a spacing");
    for (found, wanted) in item.spacing_mm.expect("a spacing").iter().zip(&spacing) {
        assert!(
            (found - wanted).abs() < 1e-5 * wanted,
            "{name}: {found} {wanted}"
        );
    }
    let values = oracle["values"].as_object().expect("values");
    assert_eq!(annotations(sink).count(), values.len(), "{name}");
    for annotation in annotations(sink) {
        assert!(annotation.semantic, "{name}");
        let grid = annotation.attributes.get(GRID_ATTRIBUTE);
        assert_eq!(grid.map(String::as_str), oracle["grid"].as_str(), "{name}");
        let wanted: Vec<(i64, u64, u64, u64)> =
            serde_json::from_value(values[&annotation.source_id].clone()).expect("planes");
        let found: Vec<_> = match &annotation.shape {
            Shape::Volume(volume) => volume
                .slices()
                .iter()
                .map(|(key, mask)| plane(*key, mask))
                .collect(),
            Shape::Mask(mask) => vec![plane(0, mask)],
            _ => panic!("label maps hold masks"),
        };
        assert_eq!(found.len(), wanted.len(), "{name} {}", annotation.source_id);
        for (found, wanted) in found.iter().zip(&wanted) {
            // Single precision on either side: a micrometre.
            assert!(
                (found.0 - wanted.0).abs() <= 1,
                "{name}: {found:?} {wanted:?}"
            );
            assert_eq!(
                (found.1, found.2, found.3),
                (wanted.1, wanted.2, wanted.3),
                "{name} {}",
                annotation.source_id
            );
        }
    }
}

/// The answers of one format's oracle file.
pub fn oracle(format: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/oracles/importers")
        .join(format!("{format}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).expect("the oracle file")).expect("JSON")
}
