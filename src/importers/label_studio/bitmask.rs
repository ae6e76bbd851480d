//! Bitmasks: a PNG of the image's size within a `data:` address, whose alpha is the mask.

use super::brush::too_many_runs;
use super::shapes::MaskRules;
use crate::geometry::Mask;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const PREFIX: &str = "data:image/png;base64,";

/// The mask of a bitmask region, read row by row.
pub(super) fn mask(
    url: &str,
    width_px: u32,
    height_px: u32,
    rules: &MaskRules,
) -> Result<Mask, String> {
    let encoded = url
        .strip_prefix(PREFIX)
        .ok_or_else(|| format!("`imageDataURL` does not begin with `{PREFIX}`"))?;
    let bytes = STANDARD
        .decode(encoded)
        .map_err(|_| "`imageDataURL` is not sound base64".to_owned())?;
    let broken = |error: png::DecodingError| format!("`imageDataURL` holds a broken PNG ({error})");
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    let mut reader = decoder.read_info().map_err(broken)?;
    let (width, height) = (reader.info().width, reader.info().height);
    if (width, height) != (width_px, height_px) {
        return Err(format!(
            "`imageDataURL` is {width}x{height} px; the image is {width_px}x{height_px}"
        ));
    }
    if reader.info().interlaced {
        return Err(
            "`imageDataURL` is an interlaced PNG, which the tool does not write".to_owned(),
        );
    }
    let n_channels = match reader.output_color_type().0 {
        png::ColorType::Rgba => 4,
        png::ColorType::GrayscaleAlpha => 2,
        _ => return Err("`imageDataURL` is a PNG without transparency".to_owned()),
    };
    let mut bounds: Vec<u32> = Vec::new();
    let mut start = 0_u32;
    while let Some(row) = reader.next_row().map_err(broken)? {
        let pixels = row.data().chunks_exact(n_channels);
        for (at, pixel) in (start..).zip(pixels) {
            let alpha = pixel.last().copied().unwrap_or_default();
            if alpha < rules.alpha_threshold.max(1) {
                continue;
            }
            match bounds.last_mut() {
                Some(last) if *last == at => *last = at + 1,
                _ => bounds.extend([at, at + 1]),
            }
        }
        if bounds.len() / 2 > rules.runs_left.get() {
            return Err(too_many_runs());
        }
        // The last row ends where the image does, which may be the highest number there is.
        start = start.saturating_add(width);
    }
    rules
        .runs_left
        .set(rules.runs_left.get() - bounds.len() / 2);
    Mask::from_bounds(width_px, height_px, bounds).map_err(|error| error.to_string())
}
