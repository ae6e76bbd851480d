//! What two raters differ in, as two readings that hold only that.

use super::remarks::Remarks;
use crate::analytics::{ReadingInput, compare_readings};
use crate::domain::{Annotation, Item, Protocol, ReadingState, Stage};
use crate::exporters::Work;
use std::collections::BTreeMap;

/// All layers of one rater's pass.
type Pass<'a> = Vec<&'a Work>;

/// The annotations of both sides that are in error by the protocol; each says which error, and both of a pair carry its number.
///
/// Passes meet within a session: those of one stage with each other, else the only pass of either side. Items on which the two agree
/// give nothing. What could not be compared is remarked: an item that only one of them read, several passes of which none can be told
/// to belong together, grids that differ, structurally invalid annotations.
pub(super) fn differing(
    protocol: &Protocol,
    item: &Item,
    works: &[Work],
    [reference, candidate]: [&str; 2],
    remarks: &mut Remarks,
) -> Vec<Work> {
    let (a, b) = (passes(works, reference), passes(works, candidate));
    match (a.is_empty(), b.is_empty()) {
        (true, true) => return Vec::new(),
        (false, true) => {
            remarks.leave_out(&item.key, format!("only `{reference}` read it"));
            return Vec::new();
        }
        (true, false) => {
            remarks.leave_out(&item.key, format!("only `{candidate}` read it"));
            return Vec::new();
        }
        (false, false) => {}
    }
    let mut found = Vec::new();
    for ((session, stage), b_pass) in &b {
        let of_session = |passes: &BTreeMap<(&str, Stage), Pass<'_>>| -> usize {
            passes.keys().filter(|(other, _)| other == session).count()
        };
        let a_pass = match a.get(&(*session, *stage)) {
            Some(pass) => Some(pass),
            None if of_session(&a) == 1 && of_session(&b) == 1 => a
                .iter()
                .find(|((other, _), _)| other == session)
                .map(|(_, pass)| pass),
            None => None,
        };
        match a_pass {
            Some(a_pass) => found.extend(of_passes(protocol, item, a_pass, b_pass, remarks)),
            None => remarks.leave_out(
                &item.key,
                format!("`{candidate}` read it at stage `{stage}`, and no pass of `{reference}` is known to belong to that one"),
            ),
        }
    }
    found
}

fn passes<'a>(works: &'a [Work], rater: &str) -> BTreeMap<(&'a str, Stage), Pass<'a>> {
    let mut found: BTreeMap<(&str, Stage), Pass<'a>> = BTreeMap::new();
    for work in works {
        let reading = &work.reading;
        let was_read = matches!(
            reading.state,
            ReadingState::Annotated | ReadingState::ReviewedEmpty
        );
        if reading.key.rater == rater && was_read {
            found
                .entry((reading.key.session.as_str(), reading.key.stage))
                .or_default()
                .push(work);
        }
    }
    found
}

fn of_passes(
    protocol: &Protocol,
    item: &Item,
    a: &[&Work],
    b: &[&Work],
    remarks: &mut Remarks,
) -> Vec<Work> {
    for annotation in numbered(a).into_iter().chain(numbered(b)) {
        if annotation.invalid.is_some() {
            remarks.leave_out(&item.key, "structurally invalid, so compared with nothing");
        }
    }
    let Some(comparison) = compare_readings(protocol, item, &inputs(a), &inputs(b)) else {
        remarks.leave_out(&item.key, "the two hold no technique in common");
        return Vec::new();
    };
    if let Some(reason) = comparison.refused {
        remarks.leave_out(&item.key, reason);
        return Vec::new();
    }
    remarks.select();
    let (a_list, b_list) = (numbered(a), numbered(b));
    let mut sides = [Vec::new(), Vec::new()];
    let units = comparison.units.into_iter();
    for (number, unit) in (1..).zip(units.filter(|unit| unit.error.is_some())) {
        let pair = [
            unit.a_annotation.and_then(|at| a_list.get(at)),
            unit.b_annotation.and_then(|at| b_list.get(at)),
        ];
        let is_pair = pair.iter().all(Option::is_some);
        for (side, annotation) in sides.iter_mut().zip(pair) {
            let Some(annotation) = annotation else {
                continue;
            };
            let mut copy = (*annotation).clone();
            let mut note = |name: &str, value: String| {
                copy.attributes.insert(name.to_owned(), value);
            };
            if let Some(error) = unit.error {
                note("difference", error.as_str().to_owned());
            }
            if let Some(detail) = &unit.detail {
                note("difference_detail", detail.clone());
            }
            if is_pair {
                note("difference_pair", format!("{}", number));
            }
            side.push(copy);
        }
    }
    if sides.iter().all(Vec::is_empty) {
        return Vec::new();
    }
    [a, b]
        .into_iter()
        .zip(sides)
        .filter_map(|(works, annotations)| {
            let mut reading = works.first()?.reading.clone();
            reading.state = if annotations.is_empty() {
                ReadingState::ReviewedEmpty
            } else {
                ReadingState::Annotated
            };
            Some(Work {
                reading,
                annotations,
            })
        })
        .collect()
}

/// All annotations of one side, in the order in which they are numbered.
fn numbered<'a>(works: &[&'a Work]) -> Vec<&'a Annotation> {
    works.iter().flat_map(|work| &work.annotations).collect()
}

fn inputs<'a>(works: &[&'a Work]) -> Vec<ReadingInput<'a>> {
    let works = works.iter();
    ReadingInput::numbered(works.map(|work| (&work.reading, work.annotations.as_slice())))
}
