//! Every rater's outline over the image, zoomed to what was drawn.

use super::canvas::{Naming, escape, identifier};
use super::legend::{LEGEND_ROW, legend, legend_rows, look, point_mark};
use super::outline::Outline;
use super::paint::Paint;
use super::picture::{Picture, Region, cut_out};
use crate::reports::format;
use std::fmt::Write as _;

const WIDTH: f64 = 640.0;
const MOST_HEIGHT: f64 = 520.0;
/// Free space around the drawings, of their longer side.
const MARGIN: f64 = 0.2;
/// A view is never narrower than this, so that single points keep their surroundings.
const LEAST_VIEW_PX: f64 = 32.0;

/// The image that the outlines are drawn on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    pub width_px: u32,
    pub height_px: u32,
    /// In-plane spacing `[y, x]`.
    pub spacing_yx_mm: Option<[f64; 2]>,
}

/// From pixels of the frame to logical pixels of the figure.
struct View {
    region: Region,
    /// Figure pixels per frame pixel, `[x, y]`; they differ where the spacing does.
    scale: [f64; 2],
    width: f64,
    height: f64,
}

impl View {
    fn around(frame: &Frame, outlines: &[Outline]) -> Self {
        let (width, height) = (
            f64::from(frame.width_px.max(1)),
            f64::from(frame.height_px.max(1)),
        );
        let points = || {
            let all = outlines.iter().flat_map(Outline::vertices);
            all.filter(|[x, y]| x.is_finite() && y.is_finite())
        };
        let mut region = Region {
            x0: 0.0,
            y0: 0.0,
            x1: width,
            y1: height,
        };
        if let Some([x, y]) = points().next() {
            region = Region {
                x0: x,
                y0: y,
                x1: x,
                y1: y,
            };
            for [x, y] in points() {
                region.x0 = region.x0.min(x);
                region.y0 = region.y0.min(y);
                region.x1 = region.x1.max(x);
                region.y1 = region.y1.max(y);
            }
            let longer = (region.x1 - region.x0).max(region.y1 - region.y0);
            // Never thinner than 3 : 5, or the picture would be a strip.
            let least = (longer * (1.0 + 2.0 * MARGIN)).max(LEAST_VIEW_PX);
            (region.x0, region.x1) = widened(region.x0, region.x1, longer * MARGIN, least, width);
            (region.y0, region.y1) =
                widened(region.y0, region.y1, longer * MARGIN, least * 0.6, height);
        }
        let stretch = match frame.spacing_yx_mm {
            Some([y, x]) if x > 0.0 && y > 0.0 => y / x,
            _ => 1.0,
        };
        let (across, down) = (region.x1 - region.x0, (region.y1 - region.y0) * stretch);
        let scale = (WIDTH / across).min(MOST_HEIGHT / down);
        Self {
            region,
            scale: [scale, scale * stretch],
            width: across * scale,
            height: down * scale,
        }
    }

    fn at(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [
            (x - self.region.x0) * self.scale[0],
            (y - self.region.y0) * self.scale[1],
        ]
    }
}

/// A range with a margin and a least length, moved and cut to lie within the image.
///
/// What was drawn outside the image stays in view: that is a finding.
fn widened(from: f64, to: f64, margin: f64, least: f64, most: f64) -> (f64, f64) {
    let grow = margin.max((least - (to - from)) / 2.0);
    let (mut low, mut high) = (from - grow, to + grow);
    if low < 0.0 {
        (low, high) = (0.0_f64.min(from), high - low);
    }
    if high > most {
        (low, high) = ((low - (high - most)).max(0.0_f64.min(from)), most.max(to));
    }
    (low.floor(), high.ceil())
}

/// Draws the outlines over the image (a PNG, or why there is none), with a legend, a scale bar and the place of the view in the
/// frame.
pub fn overlay_svg(
    naming: Naming<'_>,
    frame: &Frame,
    image_png: Result<&[u8], String>,
    outlines: &[Outline],
) -> String {
    let id = identifier(naming.id);
    let view = View::around(frame, outlines);
    let picture = image_png.and_then(|png| {
        let size = (frame.width_px, frame.height_px);
        cut_out(png, size, view.region).map_err(|error| format!("no image: {error}"))
    });
    let mut notes = Vec::new();
    match &picture {
        Ok(picture) if picture.stretched => {
            notes.push("grey values spread to the range in view".to_owned())
        }
        Ok(_) => {}
        Err(reason) => notes.push(reason.clone()),
    }
    let rows = legend_rows(outlines, WIDTH);
    let height = view.height + 14.0 + LEGEND_ROW * rows.len() as f64 + 18.0 * notes.len() as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" id=\"{id}\" class=\"figure overlay\" role=\"img\" \
         aria-labelledby=\"{id}-title {id}-desc\" viewBox=\"0 0 {WIDTH:.0} {height:.0}\" width=\"100%\" \
         font-family=\"system-ui, sans-serif\" style=\"font-variant-numeric:tabular-nums;max-width:{:.0}px\">\n\
         <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n\
         <clipPath id=\"{id}-view\"><rect width=\"{:.1}\" height=\"{:.1}\"/></clipPath>\n\
         <g clip-path=\"url(#{id}-view)\">\n\
         <rect width=\"{WIDTH:.0}\" height=\"{:.1}\" fill=\"#15191d\"/>\n",
        WIDTH * 1.1,
        escape(naming.title),
        escape(naming.description),
        view.width,
        view.height,
        view.height,
    );
    if let Ok(picture) = &picture {
        place_picture(&mut svg, &view, picture);
    }
    for outline in outlines {
        draw_outline(&mut svg, &view, outline);
    }
    locator(&mut svg, &view, frame);
    scale_bar(&mut svg, &view, frame);
    svg.push_str("</g>\n");
    legend(&mut svg, &rows, view.height + 14.0);
    for (i, note) in notes.iter().enumerate() {
        let y = height - 5.0 - 18.0 * (notes.len() - 1 - i) as f64;
        let _ = writeln!(
            svg,
            "<text x=\"0\" y=\"{y:.1}\" font-size=\"13\" fill=\"{}\">{}</text>",
            Paint::Muted.css(),
            escape(note),
        );
    }
    svg.push_str("</svg>\n");
    svg
}

fn place_picture(svg: &mut String, view: &View, picture: &Picture) {
    let [x0, y0] = view.at([picture.region.x0, picture.region.y0]);
    let [x1, y1] = view.at([picture.region.x1, picture.region.y1]);
    // Single pixels are shown as they are once they are large enough to see.
    let rendering = if view.scale[0] > 3.0 {
        "pixelated"
    } else {
        "auto"
    };
    let _ = writeln!(
        svg,
        "<image x=\"{x0:.2}\" y=\"{y0:.2}\" width=\"{:.2}\" height=\"{:.2}\" preserveAspectRatio=\"none\" \
         style=\"image-rendering:{rendering}\" href=\"{}\"/>",
        x1 - x0,
        y1 - y0,
        picture.data_uri,
    );
}

fn draw_outline(svg: &mut String, view: &View, outline: &Outline) {
    let mut path = String::new();
    for (line, end) in (outline.loops.iter().map(|line| (line, "Z")))
        .chain(outline.lines.iter().map(|line| (line, "")))
    {
        let finite = line.iter().filter(|[x, y]| x.is_finite() && y.is_finite());
        for (i, point) in finite.enumerate() {
            let [x, y] = view.at(*point);
            let _ = write!(path, "{}{x:.2} {y:.2}", if i == 0 { "M" } else { "L" });
        }
        path.push_str(end);
    }
    let (colour, dash) = look(outline.colour);
    let _ = writeln!(
        svg,
        "<g class=\"rater\" fill=\"none\" stroke-linejoin=\"round\"><title>{}</title>",
        escape(&outline.rater)
    );
    if !path.is_empty() {
        // A dark line below keeps every colour legible on bright tissue.
        let _ = writeln!(
            svg,
            "<path d=\"{path}\" stroke=\"#000\" stroke-opacity=\"0.4\" stroke-width=\"3.4\"/>\n\
             <path d=\"{path}\" stroke=\"{colour}\" stroke-width=\"2\"{dash}/>",
        );
    }
    for (name, at) in &outline.points {
        let [x, y] = view.at(*at);
        if !x.is_finite() || !y.is_finite() {
            continue;
        }
        let mark = point_mark(outline.colour, x, y);
        let _ = writeln!(
            svg,
            "<g><title>{}: {}</title><path d=\"{mark}\" stroke=\"#000\" stroke-opacity=\"0.55\" stroke-width=\"4\"/>\
             <path d=\"{mark}\" stroke=\"{colour}\" stroke-width=\"2\"/><circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"1.3\" fill=\"{colour}\"/></g>",
            escape(&outline.rater),
            escape(name),
        );
    }
    svg.push_str("</g>\n");
}

/// Where the view lies in the frame, unless it is most of it.
fn locator(svg: &mut String, view: &View, frame: &Frame) {
    let (width, height) = (
        f64::from(frame.width_px.max(1)),
        f64::from(frame.height_px.max(1)),
    );
    let region = &view.region;
    let share = (region.x1 - region.x0) * (region.y1 - region.y0) / (width * height);
    if share > 0.6 {
        return;
    }
    let scale = 56.0 / width.max(height);
    let (left, top) = (view.width - width * scale - 8.0, 8.0);
    let _ = writeln!(
        svg,
        "<g fill=\"none\"><rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"#000\" \
         fill-opacity=\"0.55\" stroke=\"#fff\" stroke-opacity=\"0.7\"/><rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" \
         height=\"{:.1}\" fill=\"#fff\" fill-opacity=\"0.75\"/></g>",
        width * scale,
        height * scale,
        left + region.x0 * scale,
        top + region.y0 * scale,
        ((region.x1 - region.x0) * scale).max(2.0),
        ((region.y1 - region.y0) * scale).max(2.0),
    );
}

/// A bar of a round length, about a quarter of the view: in mm where the spacing is known, in px otherwise.
fn scale_bar(svg: &mut String, view: &View, frame: &Frame) {
    let (per_unit, unit) = match frame.spacing_yx_mm {
        Some([_, x]) if x > 0.0 => (view.scale[0] / x, "mm"),
        _ => (view.scale[0], "px"),
    };
    let length = round_length(view.width / 4.0 / per_unit);
    let (x, y) = (12.0, view.height - 12.0);
    let decimals = (-length.log10().floor()).max(0.0) as usize;
    let _ = writeln!(
        svg,
        "<g class=\"scale-bar\"><path d=\"M{x:.1} {y:.1}h{bar:.2}\" stroke=\"#000\" stroke-opacity=\"0.6\" stroke-width=\"5\"/>\
         <path d=\"M{x:.1} {y:.1}h{bar:.2}\" stroke=\"#fff\" stroke-width=\"2.4\"/>\
         <text x=\"{x:.1}\" y=\"{:.1}\" font-size=\"14\" fill=\"#fff\" stroke=\"#000\" stroke-opacity=\"0.7\" stroke-width=\"3\" \
         paint-order=\"stroke\">{} {unit}</text></g>",
        y - 7.0,
        format::number(length, decimals, false),
        bar = length * per_unit,
    );
}

/// The largest of 1, 2, 5 × 10ᵏ that is not above `most`.
fn round_length(most: f64) -> f64 {
    let power = 10_f64.powf(most.max(1e-9).log10().floor());
    let steps = [5.0, 2.0].into_iter().map(|step| step * power);
    steps
        .into_iter()
        .find(|&length| length <= most)
        .unwrap_or(power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scale_bars_are_round_and_fit() {
        for (most, expected) in [
            (37.0, 20.0),
            (9.9, 5.0),
            (1.0, 1.0),
            (0.34, 0.2),
            (600.0, 500.0),
        ] {
            assert!((round_length(most) - expected).abs() < 1e-9, "{most}");
        }
    }

    #[test]
    fn a_view_lies_within_the_image_but_keeps_what_was_drawn_outside() {
        assert_eq!(widened(10.0, 30.0, 4.0, 20.0, 100.0), (6.0, 34.0));
        assert_eq!(widened(2.0, 12.0, 4.0, 10.0, 100.0), (0.0, 18.0));
        assert_eq!(widened(90.0, 98.0, 4.0, 10.0, 100.0), (84.0, 100.0));
        assert_eq!(widened(90.0, 120.0, 4.0, 10.0, 100.0).1, 120.0);
    }
}
