//! What the values of a mask image mean.

use super::names::Classes;
use super::pixels::{Kind, Runs};
use super::voc_pairs::VOID;
use std::collections::BTreeMap;

/// Grey values up to this are class numbers, not brightness.
const MAX_CLASS: u32 = 32;
/// Colours beyond which edges are smoothed or the image is a picture.
const MAX_COLOURS: usize = 64;
/// Instances beyond which an image without compact regions is a picture.
const MAX_SCATTERED: usize = 32;

/// One mask drawn in an image.
#[derive(Debug, PartialEq)]
pub struct Layer {
    pub name: Name,
    pub bounds: Vec<u32>,
}

/// Where a mask's label comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// The image draws one thing, which the upload names.
    Only,
    Class(u32),
    Colour(u32),
    Instance(u32),
    /// A class that a list names, by its place there.
    Named(u16),
    /// One thing of a class, with its own number.
    NamedThing(u16, u32),
    ClassThing(u32, u32),
    /// A thing of a class and by a number that are told by colours.
    ColourThing(u32, u32),
}

/// The masks of one image.
#[derive(Debug, Default, PartialEq)]
pub struct Meaning {
    pub layers: Vec<Layer>,
    /// Cut at the threshold, since edges are smoothed.
    pub is_thresholded: bool,
    /// The one small grey value that is drawn: class or "set", depending on the upload's other images.
    pub small_value: Option<u32>,
    /// Several small grey values are drawn: classes.
    pub has_classes: bool,
    /// Read by a list of names: what is drawn is known, and never everything else.
    pub is_named: bool,
    /// Values that the list does not name.
    pub n_unnamed: u64,
}

/// The image is a picture and no mask; the text says why.
#[derive(Debug, PartialEq)]
pub struct Picture(pub String);

type Values = BTreeMap<u32, Vec<u32>>;

/// Works out which pixels are masks.
pub fn meaning(runs: Runs, threshold: u8) -> Result<Meaning, Picture> {
    let n_pixels = u64::from(runs.width_px) * u64::from(runs.height_px);
    let values: Values = runs.bounds.into_iter().collect();
    match runs.kind {
        Kind::Palette => Ok(layers(values, Name::Class)),
        Kind::Grey { bits: 16 } => instances(values),
        Kind::Grey { .. } => grey(values, n_pixels, threshold),
        Kind::Colour => colour(values, n_pixels, threshold),
    }
}

/// As `meaning`, by a list of names. `None` where it names nothing that is drawn.
pub fn named(runs: &Runs, classes: &Classes, is_void: bool) -> Option<Result<Meaning, Picture>> {
    let by_value: Values = match runs.kind {
        // Transparency is no class.
        Kind::Colour => merged(runs.bounds.iter(), |value| value >> 8),
        _ => merged(runs.bounds.iter(), |value| value),
    };
    let of = |value: u32| match runs.kind {
        Kind::Colour => classes.of_colour(value),
        Kind::Palette => {
            let colour = runs.palette.get(value as usize).copied();
            let of_colour = colour.and_then(|colour| classes.of_colour(colour));
            of_colour.or_else(|| classes.of_value(value))
        }
        Kind::Grey { bits } if bits <= 8 && classes.has_colours() => {
            let level = value * 255 / ((1 << bits) - 1);
            let of_value = classes.of_value(value);
            of_value.or_else(|| classes.of_colour(level * 0x01_0101))
        }
        Kind::Grey { .. } => classes.of_value(value),
    };
    // Drawn in the transparency of one colour.
    if runs.kind == Kind::Colour && by_value.len() == 1 && runs.bounds.len() > 1 {
        return None;
    }
    // Numbers of sixteen bits are mostly single things.
    if runs.kind == (Kind::Grey { bits: 16 }) {
        let mut drawn = by_value.keys().filter(|value| **value != 0);
        if drawn.any(|value| of(*value).is_none()) {
            return None;
        }
    }
    let mut meaning = Meaning {
        has_classes: true,
        is_named: true,
        ..Meaning::default()
    };
    // By colours, black is the background wherever it stands in the palette.
    let is_black = |value: u32| {
        classes.has_colours()
            && runs.kind == Kind::Palette
            && runs.palette.get(value as usize) == Some(&0)
    };
    let is_void_index = |value: u32| runs.kind == Kind::Palette && value == VOID;
    let mut n_named = 0_u64;
    for (value, bounds) in by_value {
        let name = match of(value) {
            Some(at) => {
                n_named += 1;
                if classes.is_background(at) {
                    continue;
                }
                Name::Named(at)
            }
            None if value == 0 || is_black(value) || (is_void && is_void_index(value)) => {
                continue;
            }
            None => {
                meaning.n_unnamed += 1;
                match runs.kind {
                    Kind::Colour => Name::Colour(value),
                    _ => Name::Class(value),
                }
            }
        };
        meaning.layers.push(Layer { name, bounds });
    }
    if n_named == 0 {
        return None;
    }
    Some(if meaning.n_unnamed > u64::from(MAX_CLASS) {
        Err(Picture(format!(
            "draws {} values that no list names: it looks like a picture, not a mask",
            meaning.n_unnamed
        )))
    } else {
        Ok(meaning)
    })
}

fn layers(values: Values, name: impl Fn(u32) -> Name) -> Meaning {
    let drawn = values.into_iter().filter(|(value, _)| *value != 0);
    Meaning {
        layers: drawn
            .map(|(value, bounds)| Layer {
                name: name(value),
                bounds,
            })
            .collect(),
        ..Meaning::default()
    }
}

fn instances(values: Values) -> Result<Meaning, Picture> {
    let drawn: Vec<u32> = values.keys().copied().filter(|value| *value != 0).collect();
    if let [1 | 255 | 65_535] = drawn[..] {
        return Ok(layers(values, |_| Name::Only));
    }
    let (n_runs, n_set) = values
        .iter()
        .filter(|(value, _)| **value != 0)
        .fold((0, 0), |(runs, set), (_, bounds)| {
            (runs + bounds.len() as u64 / 2, set + n_pixels_in(bounds))
        });
    if drawn.len() > MAX_SCATTERED && n_runs * 2 > n_set {
        return Err(Picture(format!(
            "its {} values are scattered over single pixels: it looks like a picture, not a mask of instances",
            drawn.len()
        )));
    }
    Ok(layers(values, Name::Instance))
}

fn grey(values: Values, n_pixels: u64, threshold: u8) -> Result<Meaning, Picture> {
    let drawn: Vec<u32> = values.keys().copied().filter(|value| *value != 0).collect();
    let highest = drawn.last().copied().unwrap_or(0);
    match drawn[..] {
        [] => Ok(Meaning::default()),
        [value] => Ok(Meaning {
            small_value: (value <= MAX_CLASS).then_some(value),
            ..layers(values, |_| Name::Only)
        }),
        _ if highest <= MAX_CLASS => Ok(Meaning {
            has_classes: true,
            ..layers(values, Name::Class)
        }),
        _ => thresholded(values, n_pixels, threshold),
    }
}

fn thresholded(values: Values, n_pixels: u64, threshold: u8) -> Result<Meaning, Picture> {
    let n_plain: u64 = [0, 255]
        .iter()
        .filter_map(|value| values.get(value))
        .map(|bounds| n_pixels_in(bounds))
        .sum();
    if n_plain * 2 < n_pixels {
        return Err(Picture(format!(
            "only {n_plain} of {n_pixels} pixels are 0 or 255 among {} grey values: it looks like a picture, not a mask",
            values.len()
        )));
    }
    let mut spans: Vec<[u32; 2]> = values
        .range(u32::from(threshold)..)
        .flat_map(|(_, bounds)| bounds.chunks_exact(2).map(|run| [run[0], run[1]]))
        .collect();
    spans.sort_unstable();
    let bounds: Vec<u32> = spans.into_iter().flatten().collect();
    let layer = Layer {
        name: Name::Only,
        bounds,
    };
    Ok(Meaning {
        layers: if layer.bounds.is_empty() {
            Vec::new()
        } else {
            vec![layer]
        },
        is_thresholded: true,
        ..Meaning::default()
    })
}

fn colour(values: Values, n_pixels: u64, threshold: u8) -> Result<Meaning, Picture> {
    let by_colour = merged(values.iter(), |value| value >> 8);
    let by_alpha = merged(values.iter(), |value| value & 0xFF);
    if by_colour.len() == 1 && by_alpha.len() > 1 {
        return grey(by_alpha, n_pixels, threshold);
    }
    let is_grey =
        |colour: &u32| (colour >> 16) == (colour & 0xFF) && (colour >> 8 & 0xFF) == (colour & 0xFF);
    if by_colour.keys().all(is_grey) {
        return grey(
            merged(by_colour.iter(), |colour| colour & 0xFF),
            n_pixels,
            threshold,
        );
    }
    if by_colour.len() > MAX_COLOURS {
        return Err(Picture(format!(
            "has {} colours: it looks like a picture, or its edges are smoothed; export it without smoothing or with a palette",
            by_colour.len()
        )));
    }
    Ok(layers(by_colour, Name::Colour))
}

/// Runs by a coarser value, in order.
fn merged<'v>(
    values: impl Iterator<Item = (&'v u32, &'v Vec<u32>)>,
    key: impl Fn(u32) -> u32,
) -> Values {
    let mut spans: BTreeMap<u32, Vec<[u32; 2]>> = BTreeMap::new();
    for (&value, bounds) in values {
        spans
            .entry(key(value))
            .or_default()
            .extend(bounds.chunks_exact(2).map(|run| [run[0], run[1]]));
    }
    spans
        .into_iter()
        .map(|(value, mut spans)| {
            spans.sort_unstable();
            (value, spans.into_iter().flatten().collect())
        })
        .collect()
}

fn n_pixels_in(bounds: &[u32]) -> u64 {
    bounds
        .chunks_exact(2)
        .map(|run| u64::from(run[1] - run[0]))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::{Kind, Meaning, Name, Runs, meaning};

    fn read(kind: Kind, pixels: &[u32]) -> Result<Meaning, super::Picture> {
        let mut bounds: std::collections::HashMap<u32, Vec<u32>> = Default::default();
        for (at, &value) in pixels.iter().enumerate() {
            bounds
                .entry(value)
                .or_default()
                .extend([at as u32, at as u32 + 1]);
        }
        let runs = Runs {
            width_px: pixels.len() as u32,
            height_px: 1,
            kind,
            palette: Vec::new(),
            bounds,
        };
        meaning(runs, 128)
    }

    fn names(meaning: &Meaning) -> Vec<Name> {
        meaning.layers.iter().map(|layer| layer.name).collect()
    }

    const GREY: Kind = Kind::Grey { bits: 8 };

    #[test]
    fn black_and_white_is_one_mask_and_black_alone_is_none() {
        assert_eq!(
            names(&read(GREY, &[0, 255, 0]).expect("a mask")),
            [Name::Only]
        );
        assert!(read(GREY, &[0, 0]).expect("a mask").layers.is_empty());
    }

    #[test]
    fn small_grey_values_are_classes() {
        let found = read(GREY, &[0, 1, 2]).expect("a mask");
        assert_eq!(names(&found), [Name::Class(1), Name::Class(2)]);
        assert!(found.has_classes);
    }

    #[test]
    fn smoothed_edges_are_cut_at_the_threshold_and_said_to_be() {
        let found = read(GREY, &[0, 0, 0, 127, 128, 255, 255, 0]).expect("a mask");
        assert!(found.is_thresholded);
        assert_eq!(found.layers[0].bounds, [4, 5, 5, 6, 6, 7]);
    }

    #[test]
    fn a_grey_picture_is_no_mask() {
        let picture: Vec<u32> = (3..90).collect();
        assert!(read(GREY, &picture).is_err());
        let deep: Vec<u32> = (300..900).collect();
        assert!(read(Kind::Grey { bits: 16 }, &deep).is_err());
    }

    #[test]
    fn alpha_counts_only_where_the_colour_never_changes() {
        let [red, red_clear, black] = [0xFF00_00FF, 0xFF00_0000, 0x0000_0000];
        let by_alpha = read(Kind::Colour, &[red, red_clear, red]).expect("a mask");
        assert_eq!(names(&by_alpha), [Name::Only]);
        assert_eq!(by_alpha.layers[0].bounds, [0, 1, 2, 3]);
        let by_colour = read(Kind::Colour, &[red, red_clear, black]).expect("a mask");
        assert_eq!(names(&by_colour), [Name::Colour(0xFF_0000)]);
        assert_eq!(by_colour.layers[0].bounds, [0, 1, 1, 2]);
    }

    #[test]
    fn grey_stored_as_colour_is_grey() {
        let found = read(Kind::Colour, &[0x0000_00FF, 0xFFFF_FFFF]).expect("a mask");
        assert_eq!(names(&found), [Name::Only]);
    }

    #[test]
    fn sixteen_bit_values_are_instances() {
        let found = read(Kind::Grey { bits: 16 }, &[0, 7, 7, 300]).expect("a mask");
        assert_eq!(names(&found), [Name::Instance(7), Name::Instance(300)]);
    }
}
