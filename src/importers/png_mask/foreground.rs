//! Whether black-and-white masks are drawn light on dark, as most are, or dark on light.

use super::meaning::{Layer, Meaning, Name};
use crate::domain::MaskForeground;
use std::collections::BTreeMap;

/// What the images of one rater show.
#[derive(Default)]
struct Shown {
    n_images: u64,
    n_light_frames: u64,
    n_dark_frames: u64,
}

/// Light and dark frames of black-and-white images, by rater; a tool writes all its masks one way.
#[derive(Default)]
pub struct Frames {
    by_rater: BTreeMap<String, Shown>,
}

impl Frames {
    /// Counts an image that draws one thing, or nothing.
    pub fn add(&mut self, rater: Option<&str>, size_px: (u32, u32), meaning: &Meaning) {
        let frame = match &meaning.layers[..] {
            [] if !meaning.has_classes => Some(false),
            [
                Layer {
                    name: Name::Only,
                    bounds,
                },
            ] => match (n_set(bounds), n_framing(bounds, size_px)) {
                (set, _) if set == n_pixels(size_px) => None,
                (_, 0) => Some(false),
                (_, framing) => (framing == n_border(size_px)).then_some(true),
            },
            _ => return,
        };
        let shown = self
            .by_rater
            .entry(rater.unwrap_or_default().to_owned())
            .or_default();
        shown.n_images += 1;
        shown.n_light_frames += u64::from(frame == Some(true));
        shown.n_dark_frames += u64::from(frame == Some(false));
    }

    /// Whether this rater's masks are the dark pixels: as stated, else where most images are light all round their
    /// border and none is dark all round.
    pub fn is_dark(&self, rater: Option<&str>, stated: Option<MaskForeground>) -> bool {
        match stated {
            Some(foreground) => foreground == MaskForeground::Dark,
            None => self
                .by_rater
                .get(rater.unwrap_or_default())
                .is_some_and(Shown::looks_dark),
        }
    }

    /// What was taken for granted, or could not be.
    pub fn notes(&self, stated: Option<MaskForeground>) -> Vec<String> {
        if stated.is_some() {
            return Vec::new();
        }
        let (dark, light): (Vec<&Shown>, Vec<&Shown>) =
            self.by_rater.values().partition(|shown| shown.looks_dark());
        let n_dark: u64 = dark.iter().map(|shown| shown.n_images).sum();
        let n_doubtful: u64 = light.iter().map(|shown| shown.n_light_frames).sum();
        let mut notes = Vec::new();
        if n_dark > 0 {
            notes.push(format!(
                "masks drawn dark on light, since images are light all round their border; their dark pixels were taken (mask_foreground says otherwise): {n_dark}"
            ));
        }
        if n_doubtful > 0 {
            notes.push(format!(
                "masks that are light all round their border beside others that are not; their light pixels were taken (mask_foreground says otherwise): {n_doubtful}"
            ));
        }
        notes
    }
}

impl Shown {
    fn looks_dark(&self) -> bool {
        self.n_dark_frames == 0 && 2 * self.n_light_frames > self.n_images
    }
}

/// The masks of an image whose dark pixels are drawn.
pub fn inverted(meaning: Meaning, size_px: (u32, u32)) -> Meaning {
    let bounds = match meaning.layers.first() {
        None => Vec::new(),
        Some(layer) if meaning.layers.len() == 1 && layer.name == Name::Only => {
            layer.bounds.clone()
        }
        Some(_) => return meaning,
    };
    let mut rest = Vec::new();
    let mut from = 0;
    for run in bounds.chunks_exact(2) {
        if from < run[0] {
            rest.extend([from, run[0]]);
        }
        from = run[1];
    }
    let end = n_pixels(size_px) as u32;
    if from < end {
        rest.extend([from, end]);
    }
    let layers = if rest.is_empty() {
        Vec::new()
    } else {
        vec![Layer {
            name: Name::Only,
            bounds: rest,
        }]
    };
    Meaning { layers, ..meaning }
}

fn n_pixels((width_px, height_px): (u32, u32)) -> u64 {
    u64::from(width_px) * u64::from(height_px)
}

fn n_border((width_px, height_px): (u32, u32)) -> u64 {
    let inner = u64::from(width_px.saturating_sub(2)) * u64::from(height_px.saturating_sub(2));
    n_pixels((width_px, height_px)) - inner
}

fn n_set(bounds: &[u32]) -> u64 {
    bounds
        .chunks_exact(2)
        .map(|run| u64::from(run[1] - run[0]))
        .sum()
}

/// Set pixels on the border of the image.
fn n_framing(bounds: &[u32], (width_px, height_px): (u32, u32)) -> u64 {
    let mut n = 0;
    for run in bounds.chunks_exact(2) {
        let mut from = run[0];
        while from < run[1] {
            let y = from / width_px;
            let (left, right) = (y * width_px, (y + 1).saturating_mul(width_px));
            let to = run[1].min(right);
            n += if y == 0 || y + 1 == height_px {
                u64::from(to - from)
            } else {
                u64::from(from == left) + u64::from(to == right && width_px > 1)
            };
            from = to;
        }
    }
    n
}

#[cfg(test)]
mod tests {
    use super::{Frames, inverted};
    use crate::domain::MaskForeground;
    use crate::importers::png_mask::meaning::{Layer, Meaning, Name};

    const SIZE: (u32, u32) = (4, 4);

    fn image(bounds: &[u32]) -> Meaning {
        let layer = Layer {
            name: Name::Only,
            bounds: bounds.to_vec(),
        };
        Meaning {
            layers: if bounds.is_empty() {
                vec![]
            } else {
                vec![layer]
            },
            ..Meaning::default()
        }
    }

    fn of(images: &[&[u32]]) -> Frames {
        let mut frames = Frames::default();
        for bounds in images {
            frames.add(Some("r"), SIZE, &image(bounds));
        }
        frames
    }

    /// All but the four pixels in the middle; these four; a corner and its neighbours; all.
    const RING: &[u32] = &[0, 5, 7, 9, 11, 16];
    const MIDDLE: &[u32] = &[5, 7, 9, 11];
    const CORNER: &[u32] = &[0, 2, 4, 6];
    const FULL: &[u32] = &[0, 16];

    #[test]
    fn images_that_are_light_all_round_are_dark_on_light() {
        assert!(of(&[RING]).is_dark(Some("r"), None));
        assert!(!of(&[RING, RING, CORNER, FULL]).is_dark(Some("r"), None));
        assert!(of(&[RING, RING, RING, CORNER, FULL]).is_dark(Some("r"), None));
        assert_eq!(of(&[RING]).notes(None).len(), 1);
        assert!(of(&[RING]).notes(Some(MaskForeground::Dark)).is_empty());
    }

    #[test]
    fn one_image_that_is_dark_all_round_speaks_against_it() {
        for other in [MIDDLE, &[]] {
            let frames = of(&[RING, RING, RING, other]);
            assert!(!frames.is_dark(Some("r"), None));
            assert_eq!(frames.notes(None).len(), 1, "and the doubt is said");
        }
        assert!(!of(&[MIDDLE, CORNER, FULL]).is_dark(Some("r"), None));
        assert!(of(&[MIDDLE]).notes(None).is_empty());
    }

    #[test]
    fn what_is_stated_holds_and_raters_are_told_apart() {
        assert!(of(&[MIDDLE]).is_dark(Some("r"), Some(MaskForeground::Dark)));
        assert!(!of(&[RING]).is_dark(Some("r"), Some(MaskForeground::Light)));
        assert!(!of(&[RING]).is_dark(Some("another"), None));
    }

    #[test]
    fn the_inverse_is_everything_else() {
        let bounds = |meaning: Meaning| meaning.layers.first().map(|layer| layer.bounds.clone());
        assert_eq!(bounds(inverted(image(RING), SIZE)).as_deref(), Some(MIDDLE));
        assert_eq!(bounds(inverted(image(MIDDLE), SIZE)).as_deref(), Some(RING));
        assert_eq!(bounds(inverted(image(FULL), SIZE)), None);
        assert_eq!(bounds(inverted(image(&[]), SIZE)).as_deref(), Some(FULL));
    }
}
