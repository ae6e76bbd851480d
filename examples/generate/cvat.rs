//! CVAT XML 1.1 for images: boxes, polygons and skeletons, coordinates with two decimals.

use crate::film::{Film, LANDMARKS, Outline};
use crate::programme::FilmReading;
use crate::world::{FILM_PX, WEEKS};
use std::fmt::Write as _;

/// CVAT projects often spell labels with a capital; the demo's protocol lists these as aliases.
fn label(label: &str) -> &str {
    match label {
        "opacity" => "Opacity",
        "nodule" => "Nodule",
        other => other,
    }
}

pub fn write(rater: &str, week: usize, films: &[Film], readings: &[&FilmReading]) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<annotations>\n  <version>1.1</version>\n",
    );
    let updated = readings
        .iter()
        .map(|reading| reading.at)
        .max()
        .map(|at| at.utc())
        .unwrap_or_default();
    let n = films.len();
    let _ = write!(
        xml,
        "  <meta>\n    <job>\n      <id>{id}</id>\n      <size>{n}</size>\n      <mode>annotation</mode>\n      \
         <assignee>\n        <username>{rater}</username>\n        <email></email>\n      </assignee>\n      <updated>{updated}</updated>\n      <labels>\n",
        id = week + 1,
    );
    for (name, kind) in [
        ("Opacity", "polygon"),
        ("Nodule", "rectangle"),
        ("landmarks", "skeleton"),
    ] {
        let _ = writeln!(
            xml,
            "        <label><name>{name}</name><type>{kind}</type><attributes></attributes></label>"
        );
    }
    for name in LANDMARKS {
        let _ = writeln!(
            xml,
            "        <label><name>{name}</name><type>points</type><attributes></attributes><parent>landmarks</parent></label>"
        );
    }
    let _ = write!(
        xml,
        "      </labels>\n    </job>\n    <dumped>{updated}</dumped>\n  </meta>\n"
    );
    for reading in readings {
        let film = &films[reading.film];
        let _ = writeln!(
            xml,
            "  <image id=\"{}\" name=\"{}.png\" subset=\"{}\" width=\"{FILM_PX}\" height=\"{FILM_PX}\">",
            reading.film,
            film.item(),
            WEEKS[week]
        );
        for marked in &reading.answer.shapes {
            let label = label(marked.drawn.label);
            let shared = "source=\"manual\" occluded=\"0\"";
            let _ = match &marked.drawn.outline {
                Outline::Box([left, top, right, bottom]) => writeln!(
                    xml,
                    "    <box label=\"{label}\" {shared} xtl=\"{left:.2}\" ytl=\"{top:.2}\" xbr=\"{right:.2}\" \
                     ybr=\"{bottom:.2}\" z_order=\"0\"></box>"
                ),
                Outline::Polygon(points) => {
                    let points: Vec<String> = points
                        .iter()
                        .map(|[x, y]| format!("{x:.2},{y:.2}"))
                        .collect();
                    let points = points.join(";");
                    writeln!(
                        xml,
                        "    <polygon label=\"{label}\" {shared} points=\"{points}\" z_order=\"0\"></polygon>"
                    )
                }
            };
        }
        xml.push_str("    <skeleton label=\"landmarks\" source=\"manual\" z_order=\"0\">\n");
        for ([x, y], name) in reading.answer.landmarks.iter().zip(LANDMARKS) {
            let _ = writeln!(
                xml,
                "      <points label=\"{name}\" source=\"manual\" outside=\"0\" occluded=\"0\" \
                 points=\"{x:.2},{y:.2}\"></points>"
            );
        }
        xml.push_str("    </skeleton>\n  </image>\n");
    }
    xml.push_str("</annotations>\n");
    xml
}
