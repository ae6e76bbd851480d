//! Right or wrong, case by case: who is compared with whom, what meets what, and the tolerances, as the quality model
//! states them (§5 and §6). Every case can be checked by hand, and lies on both sides of its limit.

mod cases;
mod further_kinds;
mod matching;
mod sides;
mod tolerances;

use cases::{annotation, one_to_one};
use concord::domain::{ErrorKind, Item, Protocol, Shape, UnitScore};

type Kinds = Vec<Option<ErrorKind>>;

fn kinds(units: &[UnitScore]) -> Kinds {
    units.iter().map(|unit| unit.error).collect()
}

fn verdict(protocol: &Protocol, item: &Item, reference: Shape, candidate: Shape) -> Kinds {
    let units = one_to_one(
        protocol,
        item,
        annotation("r", "nodule", reference),
        annotation("c", "nodule", candidate),
    );
    kinds(&units)
}

const RIGHT: Option<ErrorKind> = None;
const OUT: Option<ErrorKind> = Some(ErrorKind::OutOfTolerance);
