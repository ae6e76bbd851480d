//! The objects of an image.

use super::document::{LeftOut, Work};
use super::headers::{attributes, id_of, maker, source};
use super::shapes::{Canvas, Left, Positions, drawn};
use crate::importers::by_maker::ByMaker;
use crate::importers::drawn::annotation;
use crate::importers::json::fields::{given, list, size_px, word};
use serde_json::Value;

/// Reads an image's size and objects.
pub(super) fn read(
    held: &Value,
    positions: Positions,
    work: &mut Work,
    by_maker: &mut ByMaker,
    left_out: &mut LeftOut,
) -> Result<(), String> {
    if let Some(size) = given(held, "size").and_then(size_px) {
        by_maker.set_size_px(size);
    }
    for (at, object) in list(held, "objects")?.iter().enumerate() {
        let place = format!("objects[{at}]");
        if let Err(left) = one(object, &place, positions, work, by_maker) {
            left_out.push((place, left));
        }
    }
    Ok(())
}

fn one(
    object: &Value,
    place: &str,
    positions: Positions,
    work: &mut Work,
    by_maker: &mut ByMaker,
) -> Result<(), Left> {
    let label = word(object, "classTitle").ok_or("has no `classTitle`")?;
    let kind = word(object, "geometryType").ok_or("has no `geometryType`")?;
    let canvas = Canvas {
        size_px: by_maker.size_px(),
        positions,
        meta: work.meta,
    };
    let holder = given(object, "geometry").unwrap_or(object);
    let drawn = drawn(kind, holder, label, canvas)?;
    let (attributes, n_typed) = attributes(object, work.meta)?;
    work.n_typed += n_typed;
    let mut kept = annotation(id_of(object, place), label, drawn, by_maker.size_px());
    kept.attributes = attributes;
    if let Some(source) = source(object) {
        kept.attributes
            .insert("source".to_owned(), source.to_owned());
    }
    if let Some(instance) = word(object, "instance") {
        kept.attributes
            .insert("group".to_owned(), instance.to_owned());
    }
    by_maker.add(maker(object, work.people), kept);
    Ok(())
}
