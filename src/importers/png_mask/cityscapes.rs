//! Images named as Cityscapes does: what an image shows stands in its name, and numbers mean fixed classes.
//!
//! `NAME_gtFine_labelIds.png` draws classes by number, `NAME_gtFine_instanceIds.png` these and, as 1000 × class + number, single things.
//! Reference: <https://github.com/mcordts/cityscapesScripts>, `helpers/labels.py`.

use super::meaning::{Layer, Meaning, Name};
use super::names::Classes;
use super::pixels::Runs;
use std::collections::BTreeMap;

/// What the numbers of an image mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Classes as a network is trained on them.
    TrainIds,
    Labels,
    Instances,
}

/// Classes by number; the first of them show nothing.
const CLASSES: [&str; 34] = [
    "unlabeled",
    "ego vehicle",
    "rectification border",
    "out of roi",
    "static",
    "dynamic",
    "ground",
    "road",
    "sidewalk",
    "parking",
    "rail track",
    "building",
    "wall",
    "fence",
    "guard rail",
    "bridge",
    "tunnel",
    "pole",
    "polegroup",
    "traffic light",
    "traffic sign",
    "vegetation",
    "terrain",
    "sky",
    "person",
    "rider",
    "car",
    "truck",
    "bus",
    "caravan",
    "trailer",
    "train",
    "motorcycle",
    "bicycle",
];
const N_NOTHING: usize = 4;
/// Numbers of the classes that networks are trained on, in that order.
const TRAINED: [usize; 19] = [
    7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33,
];

/// The image that a mask is about, and what its numbers mean.
pub fn part(name: &str) -> Option<(&str, Part)> {
    let (image, rest) = ["_gtFine_", "_gtCoarse_"]
        .iter()
        .find_map(|mark| name.rsplit_once(mark))?;
    let part = match rest {
        "labelIds.png" => Part::Labels,
        "labelTrainIds.png" => Part::TrainIds,
        "instanceIds.png" => Part::Instances,
        _ => return None,
    };
    Some((image, part))
}

/// Whether an image repeats in colour, for viewing, what the others number.
pub fn is_for_viewing(name: &str) -> Option<&str> {
    ["_gtFine_color.png", "_gtCoarse_color.png"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
}

/// The classes of an image's numbers.
pub fn classes(part: Part) -> Classes {
    let mut classes = Classes::default();
    // Every name and number occurs once, so that nothing can be refused.
    match part {
        Part::TrainIds => {
            let _ = classes.add_nothing("void", 255);
            for (value, at) in (0..).zip(TRAINED) {
                let _ = classes.add(CLASSES[at], Some(value), None);
            }
        }
        Part::Labels | Part::Instances => {
            for (value, (at, name)) in (0..).zip(CLASSES.iter().enumerate()) {
                let _ = if at < N_NOTHING {
                    classes.add_nothing(name, value)
                } else {
                    classes.add(name, Some(value), None)
                };
            }
        }
    }
    classes
}

/// The masks of an image of instances.
pub fn instances(runs: Runs, classes: &Classes) -> Meaning {
    let values: BTreeMap<u32, Vec<u32>> = runs.bounds.into_iter().collect();
    let mut meaning = Meaning {
        has_classes: true,
        is_named: true,
        ..Meaning::default()
    };
    for (value, bounds) in values {
        let class = if value < 1000 { value } else { value / 1000 };
        let name = match classes.of_value(class) {
            Some(at) if classes.is_background(at) => continue,
            Some(at) if value < 1000 => Name::Named(at),
            Some(at) => Name::NamedThing(at, value),
            None if value == 0 => continue,
            None if value < 1000 => Name::Class(value),
            None => Name::ClassThing(class, value),
        };
        meaning.n_unnamed += u64::from(classes.of_value(class).is_none());
        meaning.layers.push(Layer { name, bounds });
    }
    meaning
}

#[cfg(test)]
mod tests {
    use super::{Part, classes, part};

    #[test]
    fn names_of_files_say_what_numbers_mean() {
        assert_eq!(
            part("aachen_0_gtFine_labelIds.png"),
            Some(("aachen_0", Part::Labels))
        );
        assert_eq!(part("aachen_0_gtFine_polygons.json"), None);
        let named = |part, value| {
            let classes = classes(part);
            let at = classes.of_value(value).expect("a class");
            (classes.name(at).to_owned(), classes.is_background(at))
        };
        assert_eq!(named(Part::Labels, 33), ("bicycle".to_owned(), false));
        assert_eq!(named(Part::Labels, 3), ("out of roi".to_owned(), true));
        assert_eq!(named(Part::TrainIds, 0), ("road".to_owned(), false));
        assert_eq!(named(Part::TrainIds, 18), ("bicycle".to_owned(), false));
        assert_eq!(named(Part::TrainIds, 255), ("void".to_owned(), true));
    }
}
