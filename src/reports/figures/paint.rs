//! The colours of figures: names that the page's style sheet resolves, so that figures follow light and dark.
//!
//! The drawing backend writes explicit colours. Each named paint is drawn in a stand-in colour (`#0100xx`) that
//! `resolve` turns into a custom property; nothing else knows of stand-ins.

use plotters::style::RGBColor;

/// A colour by its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Text and main marks.
    Ink,
    /// Secondary text, earlier periods.
    Muted,
    /// Axes and grid lines.
    Rule,
    /// The background of the page.
    Paper,
    /// The inside of a card, empty cells.
    Surface,
    /// The one accent colour.
    Accent,
    /// The shaded target band.
    Band,
    /// The limit line.
    Limit,
    Pass,
    Fail,
    Unsure,
    Error,
    /// A fixed data colour, equal in light and dark.
    Exact(u8, u8, u8),
}

/// Paint, custom property, and what stands in for it where no style sheet is at hand.
const NAMED: [(Paint, &str, &str); 12] = [
    (Paint::Ink, "--ink", "#17212b"),
    (Paint::Muted, "--muted", "#5a6773"),
    (Paint::Rule, "--rule", "#d5dbe1"),
    (Paint::Paper, "--paper", "#ffffff"),
    (Paint::Surface, "--surface", "#f4f6f8"),
    (Paint::Accent, "--accent", "#1a5f8f"),
    (Paint::Band, "--band", "#dcebe4"),
    (Paint::Limit, "--limit", "#b03a06"),
    (Paint::Pass, "--pass", "#00735c"),
    (Paint::Fail, "--fail", "#b03a06"),
    (Paint::Unsure, "--unsure", "#7a5600"),
    (Paint::Error, "--error", "#8c2f6b"),
];

/// Okabe & Ito 2008, ordered so that neighbours differ most on grey images; black gives way to white there.
pub const RATERS: [(u8, u8, u8); 8] = [
    (0xE6, 0x9F, 0x00),
    (0x56, 0xB4, 0xE9),
    (0xF0, 0xE4, 0x42),
    (0xCC, 0x79, 0xA7),
    (0x00, 0x9E, 0x73),
    (0xD5, 0x5E, 0x00),
    (0x00, 0x72, 0xB2),
    (0xFF, 0xFF, 0xFF),
];

/// Dash patterns that go with `RATERS`, in units of the stroke's width.
pub const DASHES: [&[f64]; 8] = [
    &[],
    &[5.0, 2.5],
    &[2.0, 1.6],
    &[8.0, 2.0, 1.5, 2.0],
    &[3.0, 1.5],
    &[10.0, 3.0],
    &[1.5, 1.5, 1.5, 3.5],
    &[6.0, 1.8, 1.5, 1.8, 1.5, 1.8],
];

/// Seven knots of cividis (Nuñez, Anderton & Renslow 2018), read with linear interpolation.
const CIVIDIS: [(u8, u8, u8); 7] = [
    (0, 34, 78),
    (48, 65, 107),
    (87, 93, 109),
    (125, 124, 120),
    (165, 156, 116),
    (209, 192, 96),
    (254, 232, 56),
];

impl Paint {
    /// The colour given to the drawing backend.
    pub fn stand_in(self) -> RGBColor {
        match self {
            Self::Exact(red, green, blue) => RGBColor(red, green, blue),
            named => {
                let position = NAMED.iter().position(|(paint, ..)| *paint == named);
                let index = position.expect("every named paint stands in NAMED");
                RGBColor(1, 0, index as u8)
            }
        }
    }

    /// The paint as a value for an SVG attribute.
    pub fn css(self) -> String {
        let RGBColor(red, green, blue) = self.stand_in();
        let hex = format!("\"#{red:02X}{green:02X}{blue:02X}\"");
        resolve(&hex).trim_matches('"').to_owned()
    }
}

/// Replaces stand-in colours in attributes by custom properties with a fallback.
///
/// Text is safe: the backend escapes quotes, so a quoted colour is an attribute.
pub fn resolve(svg: &str) -> String {
    let mut resolved = svg.to_owned();
    for (index, (_, property, fallback)) in NAMED.iter().enumerate() {
        let stand_in = format!("\"#0100{index:02X}\"");
        if resolved.contains(&stand_in) {
            resolved = resolved.replace(&stand_in, &format!("\"var({property},{fallback})\""));
        }
    }
    resolved
}

/// A sequential, perceptually even colour for a share in [0, 1], and the text colour that reads on it.
pub fn sequential(share: f64) -> (Paint, Paint) {
    let at = share.clamp(0.0, 1.0) * (CIVIDIS.len() - 1) as f64;
    let low = (at.floor() as usize).min(CIVIDIS.len() - 2);
    let part = at - low as f64;
    let (from, to) = (CIVIDIS[low], CIVIDIS[low + 1]);
    let mix = |a: u8, b: u8| (f64::from(a) + part * (f64::from(b) - f64::from(a))).round() as u8;
    let fill = (mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2));
    let text = if luminance(fill) > 0.18 {
        Paint::Exact(0x10, 0x14, 0x18)
    } else {
        Paint::Exact(0xFF, 0xFF, 0xFF)
    };
    (Paint::Exact(fill.0, fill.1, fill.2), text)
}

/// Relative luminance as in WCAG 2.2; 0.18 is where black and white text contrast equally.
fn luminance((red, green, blue): (u8, u8, u8)) -> f64 {
    let linear = |channel: u8| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_paint_resolves_to_its_own_property() {
        let mut seen = std::collections::BTreeSet::new();
        for (paint, property, _) in NAMED {
            let css = paint.css();
            assert!(css.starts_with(&format!("var({property},#")), "{css}");
            seen.insert(css);
        }
        assert_eq!(seen.len(), NAMED.len());
        assert_eq!(Paint::Exact(230, 159, 0).css(), "#E69F00");
    }

    #[test]
    fn a_label_that_looks_like_a_stand_in_stays_text() {
        let text = "<text fill=\"#010000\">#010001 &quot;#010001&quot;</text>";
        let resolved = resolve(text);
        assert!(resolved.contains(">#010001 &quot;#010001&quot;<"));
        assert!(resolved.contains("fill=\"var(--ink,#17212b)\""));
    }

    #[test]
    fn text_on_the_scale_always_contrasts() {
        for step in 0..=100 {
            let (Paint::Exact(r, g, b), Paint::Exact(t, u, v)) =
                sequential(f64::from(step) / 100.0)
            else {
                panic!("the scale is made of fixed colours");
            };
            let (fill, text) = (luminance((r, g, b)), luminance((t, u, v)));
            let contrast = (fill.max(text) + 0.05) / (fill.min(text) + 0.05);
            assert!(contrast >= 4.0, "{step}: {contrast}");
        }
    }
}
