//! The outlines of every rater on one item, over its image where there is one.

use super::PipelineError;
use crate::domain::{Protocol, Shape};
use crate::reports::figures::Naming;
use crate::reports::figures::outline::{RaterShapes, drawing};
use crate::reports::figures::overlay::{Frame, overlay_svg};
use crate::store::{Store, StoredItem};
use std::collections::BTreeMap;

/// Raters named in a note about what was left out.
const MOST_NAMED: usize = 6;

/// A picture, and what it shows or why there is none.
#[derive(Clone, Debug, Default)]
pub struct ItemOverlay {
    pub svg: Option<String>,
    pub note: Option<String>,
}

/// What is to be drawn of an item.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// Only shapes with this label of the protocol.
    pub label: Option<&'a str>,
    /// The two raters that the picture is about: theirs is the grid that is shown, where an item's masks lie on several.
    pub raters: Option<[&'a str; 2]>,
}

/// One rater's shapes, under the name that the legend shows.
struct Drawn<'a> {
    rater: &'a str,
    shapes: Vec<&'a Shape>,
}

type Size = (u32, u32);

/// Draws the shapes of all raters on one grid. Masks of another size are left out and named: in one frame they would seem to
/// lie apart when they need not.
///
/// # Errors
/// What the store raises.
pub fn item_overlay(
    store: &Store,
    protocol: &Protocol,
    stored: &StoredItem,
    wanted: Wanted<'_>,
) -> Result<ItemOverlay, PipelineError> {
    let mut by_name = drawn_by_name(protocol, stored, wanted.label);
    if by_name.is_empty() {
        return Ok(ItemOverlay {
            svg: None,
            note: Some("nothing was drawn on this item".to_owned()),
        });
    }
    let item = &stored.item;
    let item_size = item.width_px.zip(item.height_px);
    let size = size_shown(&by_name, wanted.raters, item_size);
    let left_out = leave_out_other_grids(&mut by_name, size, item_size);
    let raters: Vec<RaterShapes<'_>> = by_name
        .iter()
        .enumerate()
        // A rater keeps the colour whether or not others are left out.
        .filter(|(_, (_, drawn))| !drawn.shapes.is_empty())
        .map(|(colour, (name, drawn))| RaterShapes {
            rater: name,
            colour,
            shapes: &drawn.shapes,
        })
        .collect();
    let drawing = drawing(&raters);
    let frame = Frame {
        width_px: size.0,
        height_px: size.1,
        spacing_yx_mm: item
            .spacing_mm
            .filter(|_| item_size.is_none_or(|item_size| item_size == size))
            .map(|[_, y, x]| [y, x])
            .filter(|[y, x]| *y > 0.0 && *x > 0.0),
    };
    let image = store.item_image(stored.id)?;
    let image = match &image {
        None => Err("no image was imported; outlines only".to_owned()),
        // How a stack is ordered is not known, so no slice is cut out of it.
        Some(image)
            if image.width_px == size.0
                && image.height_px > size.1
                && image.height_px % size.1 == 0 =>
        {
            Err(format!(
                "the image holds {} slices below each other; outlines only",
                image.height_px / size.1
            ))
        }
        // An image of another size is no image of this grid.
        Some(image) if (image.width_px, image.height_px) != size => Err(format!(
            "the image is {} × {} px, this grid {} × {}; outlines only",
            image.width_px, image.height_px, size.0, size.1
        )),
        Some(image) => Ok(image.png.as_slice()),
    };
    let id = format!("item-{}-{}", stored.id, wanted.label.unwrap_or("all"));
    let title = format!("Outlines on {}", item.key);
    let description = format!("Outlines of {} raters on item {}", raters.len(), item.key);
    let naming = Naming {
        id: &id,
        title: &title,
        description: &description,
    };
    let notes: Vec<String> = drawing.note.into_iter().chain(left_out).collect();
    Ok(ItemOverlay {
        svg: Some(overlay_svg(naming, &frame, image, &drawing.outlines)),
        note: (!notes.is_empty()).then(|| notes.join("; ")),
    })
}

fn drawn_by_name<'a>(
    protocol: &Protocol,
    stored: &'a StoredItem,
    label: Option<&str>,
) -> BTreeMap<String, Drawn<'a>> {
    let mut by_name: BTreeMap<String, Drawn<'a>> = BTreeMap::new();
    for reading in &stored.readings {
        let rater = reading.reading.key.rater.as_str();
        let name = match reading.reading.reference {
            Some(kind) => format!("{rater} ({kind})"),
            None => rater.to_owned(),
        };
        let shapes: Vec<&Shape> = reading
            .annotations
            .iter()
            .map(|(_, annotation)| annotation)
            .filter(|one| label.is_none_or(|label| protocol.canonical_label(&one.label) == label))
            .map(|one| &one.shape)
            .filter(|shape| !is_stated(shape))
            .collect();
        if !shapes.is_empty() {
            let nothing = Drawn {
                rater,
                shapes: Vec::new(),
            };
            by_name.entry(name).or_insert(nothing).shapes.extend(shapes);
        }
    }
    by_name
}

fn is_stated(shape: &Shape) -> bool {
    matches!(
        shape,
        Shape::Classification { .. }
            | Shape::Ordinal { .. }
            | Shape::TextSpan(_)
            | Shape::PointLabels(_)
            | Shape::Cuboid(_)
    )
}

/// The size of the grid that a shape lies on by itself; vector shapes lie on the item's.
fn own_size(shape: &Shape) -> Option<Size> {
    match shape {
        Shape::Mask(mask) => Some((mask.width_px(), mask.height_px())),
        Shape::Volume(volume) => Some((volume.width_px(), volume.height_px())),
        _ => None,
    }
}

/// The grid most used by the raters asked for, else by all; at a tie the item's, then the larger one.
fn size_shown(
    by_name: &BTreeMap<String, Drawn<'_>>,
    raters: Option<[&str; 2]>,
    item_size: Option<Size>,
) -> Size {
    let most_used = |is_asked: &dyn Fn(&str) -> bool| {
        let mut n_by_size: BTreeMap<Size, usize> = BTreeMap::new();
        for drawn in by_name.values().filter(|drawn| is_asked(drawn.rater)) {
            for size in drawn.shapes.iter().filter_map(|shape| own_size(shape)) {
                *n_by_size.entry(size).or_default() += 1;
            }
        }
        let key = |(size, n): &(Size, usize)| (*n, Some(*size) == item_size, *size);
        n_by_size.into_iter().max_by_key(key).map(|(size, _)| size)
    };
    raters
        .and_then(|pair| most_used(&|rater| pair.contains(&rater)))
        .or_else(|| most_used(&|_| true))
        .or(item_size)
        .unwrap_or((512, 512))
}

/// Takes out what lies on another grid, and says whose it was.
fn leave_out_other_grids(
    by_name: &mut BTreeMap<String, Drawn<'_>>,
    size: Size,
    item_size: Option<Size>,
) -> Option<String> {
    let mut left_out = Vec::new();
    for (name, drawn) in by_name {
        let mut other = None;
        drawn.shapes.retain(|shape| {
            let lies_on = own_size(shape).or(item_size).unwrap_or(size);
            if lies_on != size {
                other = Some(lies_on);
            }
            lies_on == size
        });
        if let Some((width, height)) = other {
            left_out.push(format!("{name} ({width} × {height} px)"));
        }
    }
    let n_more = left_out.len().saturating_sub(MOST_NAMED);
    left_out.truncate(MOST_NAMED);
    let more = match n_more {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    (!left_out.is_empty()).then(|| {
        format!(
            "drawn on the grid of {} × {} px; not drawn, on another grid: {}{more}",
            size.0,
            size.1,
            left_out.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Mask, Rect};

    fn mask(width: u32, height: u32) -> Shape {
        Shape::Mask(Mask::from_bounds(width, height, vec![0, 1]).unwrap())
    }

    fn drawn<'a>(all: &'a [(&'a str, Vec<Shape>)]) -> BTreeMap<String, Drawn<'a>> {
        let one = |(rater, shapes): &'a (&'a str, Vec<Shape>)| {
            let shapes = shapes.iter().collect();
            ((*rater).to_owned(), Drawn { rater, shapes })
        };
        all.iter().map(one).collect()
    }

    #[test]
    fn the_disputed_pair_decides_the_grid_and_the_rest_is_named() {
        let all = [
            ("crowd-1", vec![mask(25, 24)]),
            ("crowd-2", vec![mask(25, 24)]),
            ("gold", vec![mask(512, 512)]),
        ];
        let mut by_name = drawn(&all);
        let item = Some((512, 512));
        assert_eq!(size_shown(&by_name, None, item), (25, 24));
        let size = size_shown(&by_name, Some(["gold", "nobody"]), item);
        assert_eq!(size, (512, 512));
        let note = leave_out_other_grids(&mut by_name, size, item).unwrap();
        assert_eq!(
            note,
            "drawn on the grid of 512 × 512 px; not drawn, on another grid: crowd-1 (25 × 24 px), crowd-2 (25 × 24 px)"
        );
        assert!(by_name["crowd-1"].shapes.is_empty());
        assert_eq!(by_name["gold"].shapes.len(), 1);
    }

    #[test]
    fn at_a_tie_the_items_grid_is_shown_and_vectors_lie_on_it() {
        let vector = Shape::Box(Rect::from_corners([0.0, 0.0], [4.0, 4.0]));
        let all = [
            ("a", vec![mask(25, 24), vector.clone()]),
            ("b", vec![mask(512, 512)]),
        ];
        let mut by_name = drawn(&all);
        assert_eq!(size_shown(&by_name, None, Some((25, 24))), (25, 24));
        assert_eq!(size_shown(&by_name, None, None), (512, 512));
        // A vector shape on an item of another size is left out with its masks; one on an item of unknown size is not.
        assert!(leave_out_other_grids(&mut by_name, (512, 512), Some((25, 24))).is_some());
        assert!(by_name["a"].shapes.is_empty());
        let mut by_name = drawn(&all);
        let note = leave_out_other_grids(&mut by_name, (512, 512), None).unwrap();
        assert!(note.ends_with("a (25 × 24 px)"), "{note}");
        assert_eq!(by_name["a"].shapes, [&vector]);
    }

    #[test]
    fn one_grid_needs_no_note() {
        let all = [("a", vec![mask(25, 24)]), ("b", vec![mask(25, 24)])];
        let mut by_name = drawn(&all);
        assert_eq!(leave_out_other_grids(&mut by_name, (25, 24), None), None);
    }
}
