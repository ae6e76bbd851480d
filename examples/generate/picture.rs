//! Grey pictures behind the outlines.

use crate::film::{Film, Outline};
use crate::phantom::{Phantom, SIZE};
use crate::world::{FILM_PX, FILM_SPACING_MM};

/// A chest-film-like picture that shows the film's true shapes.
pub fn film(film: &Film) -> Vec<u8> {
    let mut grey = Vec::new();
    for index in 0..FILM_PX * FILM_PX {
        let [x, y] = [index % FILM_PX, index / FILM_PX].map(|pixel| f64::from(pixel) + 0.5);
        let within = |centre: [f64; 2], radii: [f64; 2]| {
            1.0 - ((x - centre[0]) / radii[0]).hypot((y - centre[1]) / radii[1])
        };
        let soft = |depth: f64, width: f64| (depth / width).clamp(0.0, 1.0);
        let body = soft(within([128.0, 170.0], [122.0, 165.0]), 0.08);
        let lungs = soft(within([82.0, 126.0], [42.0, 82.0]), 0.2)
            .max(soft(within([174.0, 126.0], [42.0, 82.0]), 0.2));
        let heart = soft(within([142.0, 172.0], [38.0, 42.0]), 0.3);
        let ribs = lungs * (0.5 + 0.5 * ((y + (x - 128.0).abs() * 0.35) / 5.2).sin()).powi(4);
        let spine = soft(within([128.0, 150.0], [9.0, 400.0]), 0.6) * body;
        let mut light =
            8.0 + 105.0 * body - 85.0 * lungs + 20.0 * ribs + 62.0 * heart * lungs + 30.0 * spine;
        for shape in &film.shapes {
            let radius = shape.diameter_mm / 2.0 / FILM_SPACING_MM;
            let [dx, dy] = {
                let [cx, cy] = shape.outline.centre();
                [x - cx, y - cy]
            };
            let glow = match shape.outline {
                Outline::Box(_) => soft(1.25 - dx.hypot(dy) / radius, 0.5),
                Outline::Polygon(_) => soft(1.15 - dx.hypot(dy) / radius, 0.4) * 0.8,
            };
            light += 70.0 * glow;
        }
        // Steps of six grey levels keep the file small.
        grey.push((light.clamp(0.0, 240.0) / 6.0).round() as u8 * 6);
    }
    png(FILM_PX, FILM_PX, &grey)
}

/// All slices of a volume in one strip, the first on top.
pub fn strip(volume: &Phantom) -> Vec<u8> {
    png(
        SIZE[2] as u32,
        (SIZE[0] * SIZE[1]) as u32,
        &volume.picture(),
    )
}

fn png(width: u32, height: u32, grey: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header().expect("a sound header");
    writer
        .write_image_data(grey)
        .expect("as many pixels as announced");
    writer.finish().expect("a Vec takes all bytes");
    bytes
}
