//! What a rater drew, as lines and points; for volumes the slice on which the raters differ most.

use crate::domain::Shape;
use crate::reports::format;
use std::collections::BTreeSet;

/// One rater's drawing in pixels of the frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outline {
    pub rater: String,
    /// Index into the palette and the dash patterns; the same rater keeps it on every picture.
    pub colour: usize,
    /// Closed lines.
    pub loops: Vec<Vec<[f64; 2]>>,
    /// Open lines.
    pub lines: Vec<Vec<[f64; 2]>>,
    /// Named points.
    pub points: Vec<(String, [f64; 2])>,
}

impl Outline {
    /// Every vertex, for bounding boxes.
    pub fn vertices(&self) -> impl Iterator<Item = [f64; 2]> + '_ {
        let paths = self.loops.iter().chain(&self.lines).flatten().copied();
        paths.chain(self.points.iter().map(|(_, at)| *at))
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.vertices().next().is_none()
    }
}

/// The drawings of one item, and what they leave out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawing {
    pub outlines: Vec<Outline>,
    /// The key of the slice shown, in the unit of the volumes' axis; `None` for plain images.
    pub slice: Option<i64>,
    /// Which slice is shown and why, or what cannot be drawn.
    pub note: Option<String>,
}

/// One rater's shapes on one item.
#[derive(Clone, Copy, Debug)]
pub struct RaterShapes<'a> {
    pub rater: &'a str,
    pub colour: usize,
    pub shapes: &'a [&'a Shape],
}

/// Turns shapes into drawings. Of volumes one slice is drawn: that with the most voxels in some raters' volumes
/// but not in all.
pub fn drawing(raters: &[RaterShapes<'_>]) -> Drawing {
    let (slice, note) = match slice_of_largest_disagreement(raters) {
        Some(found) => (Some(found.key), Some(found.note)),
        None => (None, None),
    };
    let outlines: Vec<_> = raters
        .iter()
        .map(|rater| {
            let mut outline = Outline {
                rater: rater.rater.to_owned(),
                colour: rater.colour,
                ..Outline::default()
            };
            for shape in rater.shapes {
                add(&mut outline, shape, slice);
            }
            outline
        })
        .collect();
    let is_stated = |shape: &&&Shape| {
        !shape.lies_in_a_plane() && !matches!(shape, Shape::Volume(_) | Shape::Track(_))
    };
    let shapes = || raters.iter().flat_map(|rater| rater.shapes);
    let stated_only = shapes().next().is_some() && shapes().all(|shape| is_stated(&shape));
    let note = note.or_else(|| {
        stated_only.then(|| "labels for the whole item; there is no outline to draw".to_owned())
    });
    Drawing {
        outlines,
        slice,
        note,
    }
}

/// Adds a shape; of a volume the given slice.
fn add(outline: &mut Outline, shape: &Shape, slice: Option<i64>) {
    let rings = |polygon: Vec<Vec<[f64; 2]>>| polygon.into_iter().filter(|ring| ring.len() > 1);
    match shape {
        Shape::Box(rect) => outline.loops.extend(owned(rect.to_polygon().rings())),
        Shape::RotatedBox(rect) => outline.loops.extend(owned(rect.to_polygon().rings())),
        Shape::Ellipse(ellipse) => outline.loops.extend(owned(ellipse.to_polygon().rings())),
        Shape::Polygon(polygon) => outline.loops.extend(owned(polygon.rings())),
        Shape::Polyline(line) => outline.lines.push(line.clone()),
        Shape::Keypoints(points) => {
            let named = points
                .iter()
                .map(|point| (point.name.clone(), [point.x_px, point.y_px]));
            outline.points.extend(named);
        }
        Shape::Mask(mask) => outline.loops.extend(rings(mask.outline())),
        Shape::Volume(volume) => {
            let shown = volume
                .slices()
                .iter()
                .filter(|(key, _)| Some(*key) == slice);
            for (_, mask) in shown {
                outline.loops.extend(rings(mask.outline()));
            }
        }
        // The first frame stands for a track: several over each other would be a smear.
        Shape::Track(track) => {
            if let Some(first) = track.shapes().first() {
                add(outline, &first.shape, None);
            }
        }
        // Seen from above a cuboid lies in another plane than the image.
        Shape::Classification { .. }
        | Shape::Ordinal { .. }
        | Shape::Cuboid(_)
        | Shape::PointLabels(_)
        | Shape::TextSpan(_) => {}
    }
}

fn owned<'a>(rings: impl Iterator<Item = &'a [[f64; 2]]>) -> Vec<Vec<[f64; 2]>> {
    rings.map(<[_]>::to_vec).collect()
}

struct FoundSlice {
    key: i64,
    note: String,
}

/// Voxels in the union of all raters but not in their intersection, slice by slice; the lowest key wins a tie.
/// `None` without volumes, and where masks lie on different grids, which cannot be laid over each other.
fn slice_of_largest_disagreement(raters: &[RaterShapes<'_>]) -> Option<FoundSlice> {
    let shapes = || raters.iter().flat_map(|rater| rater.shapes);
    let keys: BTreeSet<i64> = shapes().flat_map(|shape| slice_keys(shape)).collect();
    let mut best: Option<(u64, i64)> = None;
    for &key in &keys {
        let differing = differing_voxels(raters, key)?;
        if best.is_none_or(|(most, _)| differing > most) {
            best = Some((differing, key));
        }
    }
    let (differing, key) = best?;
    let in_micrometres = shapes().any(|shape| match shape {
        // The axis by its stable name in JSON.
        Shape::Volume(volume) => {
            serde_json::to_value(volume.axis()).is_ok_and(|axis| axis == "micrometres")
        }
        _ => false,
    });
    let place = match in_micrometres {
        true => format!("at {} mm", format::number(key as f64 / 1000.0, 1, false)),
        false => key.to_string(),
    };
    let note = format!(
        "Slice {place}, where the raters differ most: {} voxels; {} slices have annotations",
        format::count(differing),
        keys.len(),
    );
    Some(FoundSlice { key, note })
}

fn slice_keys(shape: &Shape) -> Vec<i64> {
    match shape {
        Shape::Volume(volume) => volume.slices().iter().map(|(key, _)| *key).collect(),
        _ => Vec::new(),
    }
}

fn differing_voxels(raters: &[RaterShapes<'_>], key: i64) -> Option<u64> {
    let mut drawn = Vec::new();
    for rater in raters {
        let of_slice = rater.shapes.iter().filter_map(|shape| match shape {
            Shape::Volume(volume) => volume.slices().iter().find(|(k, _)| *k == key),
            _ => None,
        });
        let mut masks = of_slice.map(|(_, mask)| mask.clone());
        if let Some(first) = masks.next() {
            drawn.push(masks.try_fold(first, |all, mask| all.union(&mask)).ok()?);
        }
    }
    let first = drawn.first()?.clone();
    let union = drawn
        .iter()
        .try_fold(first.clone(), |all, mask| all.union(mask))
        .ok()?;
    let common = drawn
        .iter()
        .try_fold(first, |all, mask| all.intersection(mask))
        .ok()?;
    // Where somebody drew nothing, nothing is common to all.
    let n_common = if drawn.len() == raters.len() {
        common.area_px()
    } else {
        0
    };
    Some(union.area_px() - n_common)
}

#[cfg(test)]
mod tests {
    use super::*;
    /// A volume as it is stored; this room does not know the geometry behind shapes. Runs are `[start, end]`.
    fn volume(axis: &str, slices: &[(i64, [u32; 2])]) -> Shape {
        let slice = |(key, [start, end]): &(i64, [u32; 2])| {
            let mask =
                serde_json::json!({"width_px": 8, "height_px": 4, "deltas": [start, end - start]});
            serde_json::json!([key, mask])
        };
        let slices: Vec<_> = slices.iter().map(slice).collect();
        let stored = serde_json::json!({"Volume": {"width_px": 8, "height_px": 4, "axis": axis, "slices": slices}});
        serde_json::from_value(stored).unwrap()
    }

    fn drawn(a: &Shape, b: &Shape) -> Drawing {
        drawing(&[
            RaterShapes {
                rater: "A",
                colour: 0,
                shapes: &[a],
            },
            RaterShapes {
                rater: "B",
                colour: 1,
                shapes: &[b],
            },
        ])
    }

    #[test]
    fn the_slice_with_the_most_differing_voxels_is_drawn() {
        let a = volume("index", &[(1, [0, 4]), (2, [0, 6]), (5, [0, 3])]);
        let b = volume("index", &[(1, [1, 5]), (2, [0, 6])]);
        let drawing = drawn(&a, &b);
        // Slice 1 differs by 2 voxels, slice 2 by none, slice 5 by 3: only A drew there.
        assert_eq!(drawing.slice, Some(5));
        let note = drawing.note.unwrap();
        assert_eq!(
            note,
            "Slice 5, where the raters differ most: 3 voxels; 3 slices have annotations"
        );
        assert_eq!(drawing.outlines[0].loops.len(), 1);
        assert!(drawing.outlines[1].is_empty());
    }

    #[test]
    fn slices_by_position_are_named_in_millimetres() {
        let a = volume("micrometres", &[(-12_500, [0, 4])]);
        let b = volume("micrometres", &[(-12_500, [0, 5])]);
        assert!(
            drawn(&a, &b)
                .note
                .unwrap()
                .starts_with("Slice at −12.5 mm,")
        );
    }

    #[test]
    fn labels_for_the_whole_item_have_no_outline() {
        let said = |value: &str| Shape::Classification {
            question: String::new(),
            value: value.to_owned(),
        };
        let drawing = drawn(&said("effusion"), &said("normal"));
        assert!(drawing.outlines.iter().all(Outline::is_empty));
        assert!(drawing.note.unwrap().contains("no outline"));
    }
}
