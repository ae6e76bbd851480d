//! What two raters differ in, as two readings that hold only that.

use crate::analytics::{ReadingInput, compare_readings};
use crate::domain::{Annotation, Item, Protocol, ReadingState};
use crate::exporters::Work;

/// The annotations of both sides that are in error by the protocol; each says which error and, where there is a counterpart,
/// whose. Items on which the two agree, or which only one of them read, give nothing.
pub(super) fn differing(
    protocol: &Protocol,
    item: &Item,
    works: &[Work],
    reference: &str,
    candidate: &str,
) -> Vec<Work> {
    let of = |rater: &str| -> Vec<&Work> {
        works
            .iter()
            .filter(|work| work.reading.key.rater == rater)
            .collect()
    };
    let (a, b) = (of(reference), of(candidate));
    let (a_list, b_list) = (numbered(&a), numbered(&b));
    let Some(comparison) = compare_readings(protocol, item, &inputs(&a), &inputs(&b)) else {
        return Vec::new();
    };
    let mut found_a = Vec::new();
    let mut found_b = Vec::new();
    for unit in comparison.units {
        let Some(error) = unit.error else { continue };
        let note = |annotation: &&Annotation, counterpart: bool| {
            let mut copy = (*annotation).clone();
            copy.attributes
                .insert("difference".to_owned(), error.as_str().to_owned());
            if let Some(detail) = &unit.detail {
                copy.attributes
                    .insert("difference_detail".to_owned(), detail.clone());
            }
            if counterpart {
                let pair = format!("{}-{}", found_a.len() + 1, found_b.len() + 1);
                copy.attributes.insert("difference_pair".to_owned(), pair);
            }
            copy
        };
        let sides = (
            unit.a_annotation.and_then(|at| a_list.get(at)),
            unit.b_annotation.and_then(|at| b_list.get(at)),
        );
        let both = sides.0.is_some() && sides.1.is_some();
        let (of_a, of_b) = (
            sides.0.map(|one| note(one, both)),
            sides.1.map(|one| note(one, both)),
        );
        found_a.extend(of_a);
        found_b.extend(of_b);
    }
    let reading = |works: &[&Work], annotations: Vec<Annotation>| {
        works.first().map(|first| {
            let mut reading = first.reading.clone();
            reading.state = if annotations.is_empty() {
                ReadingState::ReviewedEmpty
            } else {
                ReadingState::Annotated
            };
            Work {
                reading,
                annotations,
            }
        })
    };
    if found_a.is_empty() && found_b.is_empty() {
        return Vec::new();
    }
    reading(&a, found_a)
        .into_iter()
        .chain(reading(&b, found_b))
        .collect()
}

/// All annotations of one side, in the order in which they are numbered.
fn numbered<'a>(works: &[&'a Work]) -> Vec<&'a Annotation> {
    works.iter().flat_map(|work| &work.annotations).collect()
}

fn inputs<'a>(works: &[&'a Work]) -> Vec<ReadingInput<'a>> {
    let mut next = 0;
    works
        .iter()
        .map(|work| ReadingInput {
            reading: &work.reading,
            annotations: work
                .annotations
                .iter()
                .map(|annotation| {
                    next += 1;
                    (next - 1, annotation)
                })
                .collect(),
        })
        .collect()
}
