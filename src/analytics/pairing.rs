//! Which annotation of a meets which of b: by question for whole-item labels, by label for semantic maps,
//! by optimal assignment for instances.

use super::alike::scored_pairs;
use super::clouds::cloud_units;
use super::measure::{measure_pair, one_sided};
use super::region::Region;
use super::tracks::track_units;
use super::works::Work;
use crate::domain::{
    Annotation, ErrorKind, GRID_ATTRIBUTE, Item, Protocol, Shape, Technique, UnitScore, is_one_grid,
};
use crate::matching::{LabelledAssignment, assign_by_label};
use std::collections::{BTreeMap, BTreeSet};

/// An annotation in play: its id, its protocol label, itself.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub id: usize,
    pub label: &'a str,
    pub annotation: &'a Annotation,
}

/// Techniques that can be compared with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Boxes,
    Regions,
    Volumes,
    Keypoints,
    Polylines,
    Cuboids,
    Clouds,
    Texts,
    Tracks,
}

fn family(shape: &Shape) -> Option<Family> {
    Some(match shape.technique() {
        Technique::Box | Technique::RotatedBox => Family::Boxes,
        Technique::Polygon | Technique::Mask | Technique::Ellipse => Family::Regions,
        Technique::VolumeMask => Family::Volumes,
        Technique::Keypoints => Family::Keypoints,
        Technique::Polyline => Family::Polylines,
        Technique::Cuboid => Family::Cuboids,
        Technique::PointCloud => Family::Clouds,
        Technique::TextSpan => Family::Texts,
        Technique::Track => Family::Tracks,
        Technique::Classification | Technique::Ordinal => return None,
    })
}

/// All units of the comparison of two works; `None` when they have nothing in common that could be compared
/// (one drew, the other only rated); `Some(Err)` with the reason when their grids differ.
pub(super) fn pair_annotations(
    protocol: &Protocol,
    item: &Item,
    a: &Work<'_>,
    b: &Work<'_>,
) -> Option<Result<Vec<UnitScore>, String>> {
    let shared_layer = a.layers.iter().any(|layer| b.has_layer(layer));
    let mut comparable = shared_layer;
    let mut units = Vec::new();

    let (a_shapes, a_labels) = split(protocol, a);
    let (b_shapes, b_labels) = split(protocol, b);
    for (question, a_of, b_of) in by_question(&a_labels, &b_labels) {
        // A missing answer counts only where the other side could have given one.
        let asked =
            |work: &Work<'_>, answers: &[(&str, Entry<'_>)], other: &[(&str, Entry<'_>)]| {
                !answers.is_empty() || other.iter().any(|(layer, _)| work.has_layer(layer))
            };
        if asked(a, &a_of, &b_of) && asked(b, &b_of, &a_of) {
            comparable = true;
            units.extend(whole_item_units(protocol, item, question, &a_of, &b_of));
        }
    }

    let families: BTreeSet<Family> = a_shapes
        .iter()
        .chain(&b_shapes)
        .filter_map(|(_, entry)| family(&entry.annotation.shape))
        .collect();
    for family_in_play in families {
        let of_family = |entries: &[(&str, Entry<'_>)]| -> bool {
            entries
                .iter()
                .any(|(_, entry)| family(&entry.annotation.shape) == Some(family_in_play))
        };
        let drawn_by_both = of_family(&a_shapes) && of_family(&b_shapes);
        if !drawn_by_both && !shared_drawing_layer(a, b, &a_shapes, &b_shapes) {
            continue;
        }
        comparable = true;
        let pick = |entries: &[(&str, Entry<'_>)]| -> Vec<usize> {
            (0..entries.len())
                .filter(|&i| family(&entries[i].1.annotation.shape) == Some(family_in_play))
                .collect()
        };
        let a_of: Vec<Entry<'_>> = pick(&a_shapes).into_iter().map(|i| a_shapes[i].1).collect();
        let b_of: Vec<Entry<'_>> = pick(&b_shapes).into_iter().map(|i| b_shapes[i].1).collect();
        match shape_units(protocol, item, family_in_play, &a_of, &b_of) {
            Ok(found) => units.extend(found),
            Err(reason) => return Some(Err(reason)),
        }
    }
    comparable.then_some(Ok(units))
}

/// Whether both works hold the layer in which the shapes were drawn.
fn shared_drawing_layer(
    a: &Work<'_>,
    b: &Work<'_>,
    a_shapes: &[(&str, Entry<'_>)],
    b_shapes: &[(&str, Entry<'_>)],
) -> bool {
    a_shapes.iter().any(|(layer, _)| b.has_layer(layer))
        || b_shapes.iter().any(|(layer, _)| a.has_layer(layer))
}

type Layered<'a> = Vec<(&'a str, Entry<'a>)>;

fn split<'a>(protocol: &'a Protocol, work: &Work<'a>) -> (Layered<'a>, Layered<'a>) {
    work.annotations
        .iter()
        .map(|&(layer, id, annotation)| {
            let entry = Entry {
                id,
                label: protocol.canonical_label(&annotation.label),
                annotation,
            };
            (layer, entry)
        })
        .partition(|(_, entry)| family(&entry.annotation.shape).is_some())
}

fn question(annotation: &Annotation) -> &str {
    match &annotation.shape {
        Shape::Classification { question, .. } | Shape::Ordinal { question, .. } => question,
        _ => "",
    }
}

/// A question with the answers of a and of b.
type Answers<'a> = (&'a str, Layered<'a>, Layered<'a>);

fn by_question<'a>(a: &Layered<'a>, b: &Layered<'a>) -> Vec<Answers<'a>> {
    let mut grouped: BTreeMap<&str, (Layered<'a>, Layered<'a>)> = BTreeMap::new();
    for &(layer, entry) in a {
        grouped
            .entry(question(entry.annotation))
            .or_default()
            .0
            .push((layer, entry));
    }
    for &(layer, entry) in b {
        grouped
            .entry(question(entry.annotation))
            .or_default()
            .1
            .push((layer, entry));
    }
    grouped
        .into_iter()
        .map(|(question, (a, b))| (question, a, b))
        .collect()
}

/// Equal answers meet; what is left over meets in label order (a wrong label), then stands alone.
fn whole_item_units(
    protocol: &Protocol,
    item: &Item,
    _question: &str,
    a: &Layered<'_>,
    b: &Layered<'_>,
) -> Vec<UnitScore> {
    let mut a_left: Vec<Entry<'_>> = a.iter().map(|(_, entry)| *entry).collect();
    let mut b_left: Vec<Entry<'_>> = b.iter().map(|(_, entry)| *entry).collect();
    let order =
        |left: &Entry<'_>, right: &Entry<'_>| (left.label, left.id).cmp(&(right.label, right.id));
    a_left.sort_by(order);
    b_left.sort_by(order);
    let mut units = Vec::new();
    a_left.retain(|a_entry| {
        match b_left
            .iter()
            .position(|b_entry| b_entry.label == a_entry.label)
        {
            Some(index) => {
                let b_entry = b_left.remove(index);
                units.push(measure_pair(protocol, item, *a_entry, b_entry, None));
                false
            }
            None => true,
        }
    });
    let n_paired = a_left.len().min(b_left.len());
    for (a_entry, b_entry) in a_left.iter().zip(&b_left) {
        units.push(measure_pair(protocol, item, *a_entry, *b_entry, None));
    }
    units.extend(
        a_left[n_paired..]
            .iter()
            .map(|entry| one_sided(*entry, ErrorKind::Missing)),
    );
    units.extend(
        b_left[n_paired..]
            .iter()
            .map(|entry| one_sided(*entry, ErrorKind::Extra)),
    );
    units
}

fn shape_units(
    protocol: &Protocol,
    item: &Item,
    family: Family,
    a: &[Entry<'_>],
    b: &[Entry<'_>],
) -> Result<Vec<UnitScore>, String> {
    match family {
        Family::Clouds => return cloud_units(protocol, a, b),
        Family::Tracks => return track_units(protocol, item, a, b),
        _ => {}
    }
    let mut units = Vec::new();
    let mut a_left: Vec<Entry<'_>> = a.to_vec();
    let mut b_left: Vec<Entry<'_>> = b.to_vec();
    if let (Some(first), Some(second)) = (grid_of(&a_left), grid_of(&b_left))
        && first != second
    {
        return Err(format!(
            "grids differ: {} × {} px against {} × {} px; nothing is resampled",
            first.0, first.1, second.0, second.1
        ));
    }
    if let (Some(first), Some(second)) = (stated_grid(&a_left), stated_grid(&b_left))
        && !is_one_grid(first, second)
    {
        let words = |attributes: &BTreeMap<String, String>| {
            attributes.get(GRID_ATTRIBUTE).cloned().unwrap_or_default()
        };
        return Err(format!(
            "grids differ: {} against {}; nothing is resampled",
            words(first),
            words(second)
        ));
    }
    // Semantic maps, and landmarks that occur once, are the same thing by name.
    for label in labels_to_pair_by_name(family, &a_left, &b_left) {
        let take = |left: &mut Vec<Entry<'_>>| {
            left.iter()
                .position(|entry| entry.label == label)
                .map(|index| left.remove(index).id)
        };
        let a_entry = take(&mut a_left).and_then(|id| a.iter().find(|entry| entry.id == id));
        let b_entry = take(&mut b_left).and_then(|id| b.iter().find(|entry| entry.id == id));
        match (a_entry, b_entry) {
            (Some(a_entry), Some(b_entry)) => {
                units.push(measure_pair(protocol, item, *a_entry, *b_entry, None));
            }
            (Some(entry), None) => units.push(one_sided(*entry, ErrorKind::Missing)),
            (None, Some(entry)) => units.push(one_sided(*entry, ErrorKind::Extra)),
            (None, None) => {}
        }
    }
    units.extend(matched_units(protocol, item, &a_left, &b_left)?);
    Ok(units)
}

/// Size of the grid that masks or volumes lie on; vector shapes have none.
fn grid_of(entries: &[Entry<'_>]) -> Option<(u32, u32)> {
    entries
        .iter()
        .find_map(|entry| match &entry.annotation.shape {
            Shape::Mask(mask) => Some((mask.width_px(), mask.height_px())),
            Shape::Volume(volume) => Some((volume.width_px(), volume.height_px())),
            _ => None,
        })
}

/// The attributes that state spacing, origin and direction, where the export does.
fn stated_grid<'a>(entries: &[Entry<'a>]) -> Option<&'a BTreeMap<String, String>> {
    entries
        .iter()
        .map(|entry| &entry.annotation.attributes)
        .find(|attributes| attributes.contains_key(GRID_ATTRIBUTE))
}

fn labels_to_pair_by_name<'a>(
    family: Family,
    a: &[Entry<'a>],
    b: &[Entry<'a>],
) -> BTreeSet<&'a str> {
    let n_of = |entries: &[Entry<'a>], label: &str| {
        entries.iter().filter(|entry| entry.label == label).count()
    };
    let all_semantic = |entries: &[Entry<'a>], label: &str| {
        entries
            .iter()
            .filter(|entry| entry.label == label)
            .all(|entry| entry.annotation.semantic)
    };
    let labels: BTreeSet<&'a str> = a.iter().chain(b).map(|entry| entry.label).collect();
    labels
        .into_iter()
        .filter(|label| n_of(a, label) <= 1 && n_of(b, label) <= 1)
        .filter(|label| {
            let by_name = all_semantic(a, label) && all_semantic(b, label);
            // A set of several named points is one thing seen twice; a single mark is matched by where it lies.
            let is_set = |entries: &[Entry<'a>]| {
                entries.iter().filter(|entry| entry.label == *label).all(|entry| {
                    matches!(&entry.annotation.shape, Shape::Keypoints(points) if points.len() > 1)
                })
            };
            let landmark = family == Family::Keypoints
                && n_of(a, label) == 1
                && n_of(b, label) == 1
                && is_set(a)
                && is_set(b);
            by_name || landmark
        })
        .collect()
}

/// Annotations in their own order, and who was matched with whom by place in it.
pub(super) struct MatchedEntries<'a> {
    pub a: Vec<Entry<'a>>,
    pub b: Vec<Entry<'a>>,
    pub pairs: LabelledAssignment,
}

/// Matches instances optimally, first within labels, then regardless of label.
pub(super) fn match_entries<'a>(
    protocol: &Protocol,
    item: &Item,
    a: &[Entry<'a>],
    b: &[Entry<'a>],
) -> Result<MatchedEntries<'a>, String> {
    // A canonical order first, so that the result cannot depend on the order in the export.
    let a = in_canonical_order(a);
    let b = in_canonical_order(b);
    let scored = scored_pairs(protocol, item, &a, &b)?;
    let a_names: Vec<&str> = a.iter().map(|entry| entry.label).collect();
    let b_names: Vec<&str> = b.iter().map(|entry| entry.label).collect();
    let pairs = assign_by_label(&a_names, &b_names, &scored, protocol.matching.min_overlap);
    Ok(MatchedEntries { a, b, pairs })
}

fn matched_units(
    protocol: &Protocol,
    item: &Item,
    a: &[Entry<'_>],
    b: &[Entry<'_>],
) -> Result<Vec<UnitScore>, String> {
    if a.is_empty() && b.is_empty() {
        return Ok(Vec::new());
    }
    let MatchedEntries {
        a,
        b,
        pairs: matched,
    } = match_entries(protocol, item, a, b)?;
    let mut units = Vec::new();
    for &(i, j, similarity) in matched.same_label.iter().chain(&matched.wrong_label) {
        units.push(measure_pair(protocol, item, a[i], b[j], Some(similarity)));
    }
    units.extend(
        matched
            .missing
            .iter()
            .map(|&i| one_sided(a[i], ErrorKind::Missing)),
    );
    units.extend(
        matched
            .extra
            .iter()
            .map(|&j| one_sided(b[j], ErrorKind::Extra)),
    );
    Ok(units)
}

fn in_canonical_order<'a>(entries: &[Entry<'a>]) -> Vec<Entry<'a>> {
    let mut keyed: Vec<([f64; 4], Entry<'a>)> = entries
        .iter()
        .map(|&entry| (Region::of(entry.annotation).sort_key(), entry))
        .collect();
    keyed.sort_by(|(left_key, left), (right_key, right)| {
        left_key
            .iter()
            .zip(right_key)
            .map(|(left, right)| left.total_cmp(right))
            .find(|order| order.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal)
            .then_with(|| left.label.cmp(right.label))
            .then_with(|| left.annotation.source_id.cmp(&right.annotation.source_id))
            // Alike in all of that, but perhaps not in shape.
            .then_with(|| {
                let [left, right] =
                    [left, right].map(|entry| format!("{:?}", entry.annotation.shape));
                left.cmp(&right)
            })
    });
    keyed.into_iter().map(|(_, entry)| entry).collect()
}
