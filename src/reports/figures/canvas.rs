//! A drawing surface over the plotters SVG backend, in logical pixels.

use super::paint::{Paint, resolve};
use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, IntoFont, ShapeStyle};
use std::fmt::Write as _;

/// Backend units per logical pixel. The backend draws on whole units; tenths of a pixel are exact enough for
/// a whisker beside a limit line.
const UNITS: f64 = 10.0;
/// The backend divides font sizes by this.
const FONT_FACTOR: f64 = 1.24;
/// Text of this size is legible where a figure is shown at its natural width.
pub const TEXT: f64 = 11.0;

/// Horizontal anchor of a text; texts are centred vertically.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// What names a figure to people who do not see it.
#[derive(Clone, Copy, Debug)]
pub struct Naming<'a> {
    /// Unique within the page; anything but letters, digits and dashes becomes a dash.
    pub id: &'a str,
    /// States the finding.
    pub title: &'a str,
    /// States the data: n, interval method.
    pub description: &'a str,
}

/// A figure in the making.
pub struct Canvas {
    width: f64,
    height: f64,
    body: String,
}

impl Canvas {
    pub fn new(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            body: String::new(),
        }
    }

    pub fn line(&mut self, from: [f64; 2], to: [f64; 2], paint: Paint, width: f64) {
        self.draw(|svg| svg.draw_line(units(from), units(to), &stroke(paint, width)));
    }

    /// An open path.
    pub fn path(&mut self, points: &[[f64; 2]], paint: Paint, width: f64) {
        let points: Vec<_> = points.iter().copied().map(units).collect();
        self.draw(|svg| svg.draw_path(points, &stroke(paint, width)));
    }

    pub fn polygon(&mut self, points: &[[f64; 2]], paint: Paint) {
        let points: Vec<_> = points.iter().copied().map(units).collect();
        self.draw(|svg| svg.fill_polygon(points, &stroke(paint, 0.0)));
    }

    /// A filled rectangle.
    pub fn rect(&mut self, [x, y, width, height]: [f64; 4], paint: Paint) {
        let (from, to) = (units([x, y]), units([x + width, y + height]));
        self.draw(|svg| svg.draw_rect(from, to, &stroke(paint, 0.0), true));
    }

    /// The border of a rectangle.
    pub fn frame(&mut self, [x, y, width, height]: [f64; 4], paint: Paint, line: f64) {
        let (right, bottom) = (x + width, y + height);
        let corners = [[x, y], [right, y], [right, bottom], [x, bottom], [x, y]];
        self.path(&corners, paint, line);
    }

    pub fn dot(&mut self, at: [f64; 2], radius: f64, paint: Paint) {
        let radius = (radius * UNITS).round() as u32;
        self.draw(|svg| svg.draw_circle(units(at), radius, &stroke(paint, 0.0), true));
    }

    /// A hollow dot.
    pub fn ring(&mut self, at: [f64; 2], radius: f64, paint: Paint) {
        self.dot(at, radius, Paint::Paper);
        let units_radius = (radius * UNITS).round() as u32;
        self.draw(|svg| svg.draw_circle(units(at), units_radius, &stroke(paint, 1.4), false));
    }

    pub fn text(&mut self, at: [f64; 2], text: &str, size: f64, anchor: Anchor, paint: Paint) {
        self.styled_text(at, text, size, anchor, paint, FontStyle::Normal);
    }

    pub fn bold(&mut self, at: [f64; 2], text: &str, size: f64, anchor: Anchor, paint: Paint) {
        self.styled_text(at, text, size, anchor, paint, FontStyle::Bold);
    }

    fn styled_text(
        &mut self,
        at: [f64; 2],
        text: &str,
        size: f64,
        anchor: Anchor,
        paint: Paint,
        style: FontStyle,
    ) {
        let across = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let colour = paint.stand_in();
        let style = plotters::style::TextStyle::from(
            ("inherit", size * UNITS * FONT_FACTOR, style).into_font(),
        )
        .color(&colour)
        .pos(Pos::new(across, VPos::Center));
        let printable: String = text.chars().filter(|c| !c.is_control()).collect();
        self.draw(|svg| svg.draw_text(&printable, &style, units(at)));
    }

    /// Everything that `inner` draws, inside one group with these attributes (`stroke-dasharray="4 3"`, in logical pixels
    /// where `dashed` is used instead).
    pub fn group(&mut self, attributes: &[(&str, &str)], inner: impl FnOnce(&mut Self)) {
        self.element("g", attributes, inner);
    }

    /// Everything that `inner` draws, with dashed lines.
    pub fn dashed(&mut self, dash: &[f64], inner: impl FnOnce(&mut Self)) {
        let lengths: Vec<_> = dash
            .iter()
            .map(|length| format!("{}", length * UNITS))
            .collect();
        self.element("g", &[("stroke-dasharray", &lengths.join(" "))], inner);
    }

    /// Everything that `inner` draws, as a link where there is one, with a text that shows on pointing.
    pub fn linked(&mut self, link: Option<&str>, tip: &str, inner: impl FnOnce(&mut Self)) {
        let with_tip = |canvas: &mut Self| {
            let _ = writeln!(canvas.body, "<title>{}</title>", escape(tip));
            inner(canvas);
        };
        match link.filter(|link| is_local(link)) {
            Some(link) => self.element("a", &[("href", link)], with_tip),
            None => self.element("g", &[], with_tip),
        }
    }

    fn element(&mut self, tag: &str, attributes: &[(&str, &str)], inner: impl FnOnce(&mut Self)) {
        let _ = write!(self.body, "<{tag}");
        for (name, value) in attributes {
            let _ = write!(self.body, " {name}=\"{}\"", escape(value));
        }
        self.body.push_str(">\n");
        inner(self);
        let _ = writeln!(self.body, "</{tag}>");
    }

    /// Lets the backend draw one shape and takes over its markup with colours resolved.
    fn draw<E>(&mut self, shape: impl FnOnce(&mut SVGBackend) -> Result<(), E>) {
        let mut markup = String::new();
        let mut backend = SVGBackend::with_string(&mut markup, (0, 0));
        // Writing to memory cannot fail; the backend's only errors are those of files.
        let _ = shape(&mut backend);
        drop(backend);
        let inside = markup
            .split_once(">\n")
            .and_then(|(_, rest)| rest.rsplit_once("</svg>"))
            .map_or("", |(inside, _)| inside);
        self.body.push_str(&resolve(inside));
    }

    /// The figure as one SVG element that fills the width it is given.
    pub fn finish(self, naming: Naming<'_>) -> String {
        let id = identifier(naming.id);
        // A figure with links is a group of things to reach, not one picture.
        let role = if self.body.contains("<a href") {
            "group"
        } else {
            "img"
        };
        let (width, height) = (self.width * UNITS, self.height * UNITS);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" id=\"{id}\" class=\"figure\" role=\"{role}\" \
             aria-labelledby=\"{id}-title {id}-desc\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"100%\" \
             font-family=\"system-ui, sans-serif\" style=\"font-variant-numeric:tabular-nums;max-width:{:.0}px\">\n\
             <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n{}</svg>\n",
            self.width * 1.25,
            escape(naming.title),
            escape(naming.description),
            self.body,
        )
    }
}

fn units([x, y]: [f64; 2]) -> (i32, i32) {
    ((x * UNITS).round() as i32, (y * UNITS).round() as i32)
}

fn stroke(paint: Paint, width: f64) -> ShapeStyle {
    ShapeStyle::from(&paint.stand_in()).stroke_width((width * UNITS).round() as u32)
}

/// Links lead within the page or the server, never elsewhere.
fn is_local(link: &str) -> bool {
    (link.starts_with('#') || link.starts_with('/')) && !link.starts_with("//")
}

/// Letters, digits and dashes of a text, fit for an id.
pub fn identifier(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect()
}

/// A text as XML character data or attribute value.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !c.is_control()) {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Rough width of a text in logical pixels, for leaving room.
pub fn text_width(text: &str, size: f64) -> f64 {
    text.chars().count() as f64 * size * 0.62
}

/// A text cut to a number of characters, with an ellipsis where something was lost.
pub fn shortened(text: &str, n_chars: usize) -> String {
    if text.chars().count() <= n_chars {
        return text.to_owned();
    }
    let kept: String = text.chars().take(n_chars.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// A text over at most two lines, broken after spaces, dashes and underscores; what does not fit is cut.
pub fn two_lines(text: &str, n_chars: usize) -> Vec<String> {
    let (mut first, mut second) = (String::new(), String::new());
    for word in text.split_inclusive([' ', '-', '_', '/']) {
        let n = first.chars().count() + word.trim_end().chars().count();
        if second.is_empty() && (first.is_empty() || n <= n_chars) {
            first.push_str(word);
        } else {
            second.push_str(word);
        }
    }
    let lines = [first, second].map(|line| shortened(line.trim(), n_chars + 1));
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naming() -> Naming<'static> {
        Naming {
            id: "rates by stage",
            title: "A <b> & \"c\"",
            description: "n = 4",
        }
    }

    #[test]
    fn a_figure_is_named_sized_and_free_of_fixed_text_colours() {
        let mut canvas = Canvas::new(100.0, 50.0);
        canvas.text([5.0, 5.0], "x", TEXT, Anchor::Start, Paint::Ink);
        let svg = canvas.finish(naming());
        assert!(svg.contains("id=\"rates-by-stage\""));
        assert!(svg.contains("viewBox=\"0 0 1000 500\" width=\"100%\""));
        assert!(svg.contains("role=\"img\""));
        assert!(svg.contains("A &lt;b&gt; &amp; &quot;c&quot;</title>"));
        assert!(svg.contains("fill=\"var(--ink,#17212b)\""));
        assert!(!svg.contains("\"#0100"));
    }

    #[test]
    fn hostile_labels_stay_text() {
        let mut canvas = Canvas::new(100.0, 50.0);
        let label = "</text><script>alert(1)</script>";
        canvas.text([5.0, 5.0], label, TEXT, Anchor::Start, Paint::Ink);
        canvas.linked(Some("/x\" onload=\"y"), label, |canvas| {
            canvas.dot([1.0, 1.0], 2.0, Paint::Fail);
        });
        let svg = canvas.finish(naming());
        assert!(!svg.contains("<script"));
        assert!(!svg.contains("\" onload"));
        assert_eq!(svg.matches("</text>").count(), 1);
    }

    #[test]
    fn links_to_elsewhere_are_dropped() {
        for (link, kept) in [
            ("/studies/1", true),
            ("#case-1", true),
            ("//evil", false),
            ("javascript:x", false),
        ] {
            let mut canvas = Canvas::new(10.0, 10.0);
            canvas.linked(Some(link), "", |_| ());
            assert_eq!(canvas.finish(naming()).contains("<a href"), kept, "{link}");
        }
    }
}
