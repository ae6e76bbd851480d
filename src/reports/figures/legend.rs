//! How raters are told apart on a picture, and the legend that says so.

use super::canvas::{escape, shortened, text_width};
use super::outline::Outline;
use super::paint::{DASHES, Paint, RATERS};
use std::fmt::Write as _;

/// Colour and dash attribute of a rater.
pub(super) fn look(index: usize) -> (String, String) {
    let (red, green, blue) = RATERS[index % RATERS.len()];
    // Past the palette the next dash goes with the same colour.
    let dash = DASHES[(index + index / RATERS.len()) % DASHES.len()];
    let lengths: Vec<_> = dash
        .iter()
        .map(|length| format!("{:.1}", length * 2.0))
        .collect();
    let dash = match lengths.is_empty() {
        true => String::new(),
        false => format!(" stroke-dasharray=\"{}\"", lengths.join(" ")),
    };
    (format!("#{red:02X}{green:02X}{blue:02X}"), dash)
}

/// Points differ by shape as lines do by dash: square, diamond, triangle, cross.
pub(super) fn point_mark(index: usize, x: f64, y: f64) -> String {
    let r = 6.0;
    let to = |dx: f64, dy: f64| format!("{:.2} {:.2}", x + dx * r, y + dy * r);
    match index % 4 {
        0 => format!(
            "M{}L{}L{}L{}Z",
            to(-0.9, -0.9),
            to(0.9, -0.9),
            to(0.9, 0.9),
            to(-0.9, 0.9)
        ),
        1 => format!(
            "M{}L{}L{}L{}Z",
            to(0.0, -1.2),
            to(1.2, 0.0),
            to(0.0, 1.2),
            to(-1.2, 0.0)
        ),
        2 => format!("M{}L{}L{}Z", to(0.0, -1.2), to(1.1, 0.8), to(-1.1, 0.8)),
        _ => format!(
            "M{}L{}M{}L{}",
            to(-1.0, -1.0),
            to(1.0, 1.0),
            to(-1.0, 1.0),
            to(1.0, -1.0)
        ),
    }
}

/// Height of one row of the legend.
pub(super) const LEGEND_ROW: f64 = 23.0;

/// Legend entries in rows that fit the width.
pub(super) fn legend_rows(outlines: &[Outline], width: f64) -> Vec<Vec<(f64, &Outline)>> {
    let mut rows: Vec<Vec<(f64, &Outline)>> = vec![Vec::new()];
    let mut x = 0.0;
    for outline in outlines {
        let entry_width = 46.0 + text_width(&entry(outline), 14.0) + 14.0;
        if x > 0.0 && x + entry_width > width {
            rows.push(Vec::new());
            x = 0.0;
        }
        if let Some(row) = rows.last_mut() {
            row.push((x, outline));
        }
        x += entry_width;
    }
    rows
}

fn entry(outline: &Outline) -> String {
    let name = shortened(&outline.rater, 28);
    if outline.is_empty() {
        format!("{name}: nothing drawn")
    } else {
        name
    }
}

/// Writes the legend, its first row at `top`.
pub(super) fn legend(svg: &mut String, rows: &[Vec<(f64, &Outline)>], top: f64) {
    for (i, row) in rows.iter().enumerate() {
        let y = top + LEGEND_ROW * i as f64 + 4.0;
        for (x, outline) in row {
            let (colour, dash) = look(outline.colour);
            if !outline.is_empty() {
                let line = if outline.points.is_empty() {
                    format!("M{x:.1} {y:.1}h36")
                } else {
                    point_mark(outline.colour, x + 18.0, y)
                };
                let dash = if outline.points.is_empty() {
                    dash
                } else {
                    String::new()
                };
                let _ = writeln!(
                    svg,
                    "<path d=\"{line}\" fill=\"none\" stroke=\"#15191d\" stroke-width=\"6\"/>\
                     <path d=\"{line}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.4\"{dash}/>",
                );
            }
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"14\" fill=\"{}\">{}</text>",
                x + 44.0,
                y + 5.0,
                Paint::Ink.css(),
                escape(&entry(outline)),
            );
        }
    }
}
