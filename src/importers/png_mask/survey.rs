//! What all images of an upload tell together.

use super::foreground::{Frames, inverted};
use super::meaning::{Layer, Meaning, Name};
use super::names::Classes;
use super::{Decoded, Plan};
use crate::domain::{Item, MaskForeground};
use crate::importers::Placement;
use std::collections::{BTreeMap, BTreeSet};

/// Items named in a note.
const MAX_EXAMPLES: usize = 3;

/// What all images together tell.
#[derive(Default)]
pub(super) struct Survey {
    /// Number of masks by item and size.
    sizes: BTreeMap<String, BTreeMap<(u32, u32), u64>>,
    small_values: BTreeSet<u32>,
    has_classes: bool,
    n_thresholded: u64,
    pub frames: Frames,
    n_unnamed: u64,
}

impl Survey {
    pub fn add(&mut self, placement: &Placement, size_px: (u32, u32), meaning: &Meaning) {
        *self
            .sizes
            .entry(placement.item.clone())
            .or_default()
            .entry(size_px)
            .or_default() += 1;
        self.small_values.extend(meaning.small_value);
        self.has_classes |= meaning.has_classes;
        self.n_thresholded += u64::from(meaning.is_thresholded);
        self.n_unnamed += meaning.n_unnamed;
        self.frames
            .add(placement.rater.as_deref(), size_px, meaning);
    }

    /// The image with what is drawn in it set, be it light or dark.
    pub fn drawn(
        &self,
        plan: &Plan<'_>,
        decoded: Decoded,
        foreground: Option<MaskForeground>,
    ) -> Decoded {
        let is_class = decoded.meaning.small_value.is_some() && self.are_classes();
        if is_class
            || decoded.meaning.is_named
            || !self
                .frames
                .is_dark(plan.placement.rater.as_deref(), foreground)
        {
            return decoded;
        }
        Decoded {
            meaning: inverted(decoded.meaning, plan.size_px),
            ..decoded
        }
    }

    /// Whether small grey values are classes rather than "set".
    fn are_classes(&self) -> bool {
        self.has_classes || self.small_values.len() > 1
    }

    /// The item, with its size unless its masks lie on different grids.
    pub fn item(&self, placement: &Placement, (width_px, height_px): (u32, u32)) -> Item {
        let mut item = placement.to_item();
        item.n_slices = Some(1);
        if self
            .sizes
            .get(&placement.item)
            .is_some_and(|sizes| sizes.len() == 1)
        {
            item.width_px = Some(width_px);
            item.height_px = Some(height_px);
        }
        item
    }

    /// Label, id and whether the mask is the only one of its label.
    pub fn name(
        &self,
        layer: &Layer,
        small_value: Option<u32>,
        placement: &Placement,
        classes: Option<&Classes>,
    ) -> (String, String, bool) {
        let named = |at: u16| classes.map_or("", |classes| classes.name(at)).to_owned();
        let only = || placement.label.clone().unwrap_or_else(|| "mask".to_owned());
        let class = |value: u32| (format!("class-{value}"), value.to_string(), true);
        match (layer.name, small_value) {
            (Name::Only, Some(value)) if self.are_classes() => class(value),
            (Name::Only, _) => (only(), "1".to_owned(), true),
            (Name::Class(value), _) => class(value),
            (Name::Colour(colour), _) => (format!("#{colour:06x}"), format!("#{colour:06x}"), true),
            (Name::Instance(value), _) => (only(), value.to_string(), false),
            (Name::Named(at), _) => (named(at), named(at), true),
            (Name::NamedThing(at, value), _) => (named(at), value.to_string(), false),
            (Name::ClassThing(at, value), _) => (format!("class-{at}"), value.to_string(), false),
            (Name::ColourThing(at, value), _) => {
                (format!("#{at:06x}"), format!("#{value:06x}"), false)
            }
        }
    }

    pub fn notes(&self, threshold: u8) -> Vec<String> {
        let mut notes = Vec::new();
        if self.n_thresholded > 0 {
            notes.push(format!(
                "images with smoothed edges, cut at grey value {threshold}: {}",
                self.n_thresholded
            ));
        }
        if self.n_unnamed > 0 {
            notes.push(format!(
                "values of images that the list of names does not hold, called class-N or #rrggbb: {}",
                self.n_unnamed
            ));
        }
        let differing: Vec<_> = self
            .sizes
            .iter()
            .filter(|(_, sizes)| sizes.len() > 1)
            .collect();
        if !differing.is_empty() {
            let examples: Vec<String> = differing
                .iter()
                .take(MAX_EXAMPLES)
                .map(|(item, sizes)| {
                    let sizes: Vec<String> = sizes
                        .iter()
                        .map(|((width, height), n)| format!("{width}x{height} px ({n})"))
                        .collect();
                    format!("`{item}` {}", sizes.join(" and "))
                })
                .collect();
            notes.push(format!(
                "items whose masks lie on different grids, of which only masks of one grid are compared: {} (such as {})",
                differing.len(),
                examples.join("; ")
            ));
        }
        notes
    }
}
