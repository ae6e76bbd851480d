//! Headers of a JPEG 2000 code stream, before a decoder reserves what they claim.
//!
//! Format: ISO/IEC 15444-1, annex A; DICOM PS3.5, 8.2.4.

/// The largest frame that is decoded; the decoder holds several copies of 4 bytes a pixel.
const MAX_PIXELS: u64 = 1 << 24;
/// Tiles, precincts and code blocks, for each of which the decoder holds some hundred bytes.
const MAX_PARTS: u64 = 1 << 18;

/// Checks that a code stream is whole, has one channel of this size and precision, and no more parts than fit into
/// memory.
pub fn check(data: &[u8], (width, height): (u32, u32), max_bits: u16) -> Result<(), String> {
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(format!(
            "has {width}x{height} px; the limit for JPEG 2000 is {MAX_PIXELS} px"
        ));
    }
    let broken = || "its JPEG 2000 headers are broken or cut short".to_owned();
    let mut size: Option<Size> = None;
    let mut n_parts = 0;
    if u16_at(data, 0) != Some(0xFF4F) {
        return Err("is no JPEG 2000 code stream".to_owned());
    }
    let mut at = 2;
    // Where the tile that is being read begins and ends; its headers may replace those of the image.
    let mut tile: Option<usize> = None;
    loop {
        let marker = u16_at(data, at).ok_or_else(broken)?;
        if marker == 0xFFD9 {
            break;
        }
        if marker == 0xFF93 {
            at = tile.take().ok_or_else(broken)?;
            continue;
        }
        let length = usize::from(u16_at(data, at + 2).ok_or_else(broken)?);
        let body = data.get(at + 4..at + 2 + length).ok_or_else(broken)?;
        match marker {
            0xFF51 => {
                let found = Size::read(body).ok_or_else(broken)?;
                found.check((width, height), max_bits)?;
                size = Some(found);
            }
            0xFF52 => {
                let size = size.as_ref().ok_or_else(broken)?;
                n_parts += size.n_parts(body, tile.is_some()).ok_or_else(broken)?;
                if n_parts > MAX_PARTS {
                    return Err(format!(
                        "its JPEG 2000 code stream has more than {MAX_PARTS} tiles and blocks, which is the limit"
                    ));
                }
            }
            // Codings of single channels, of which there is one.
            0xFF53 => {
                return Err("its JPEG 2000 code stream codes single channels apart".to_owned());
            }
            0xFF90 => {
                if tile.is_some() || size.is_none() || n_parts == 0 {
                    return Err(broken());
                }
                let n = u32_at(body, 2).ok_or_else(broken)? as usize;
                // 0: up to the end of the image.
                let end = if n == 0 {
                    last_marker(data).ok_or_else(broken)?
                } else {
                    at + n
                };
                if end <= at + 2 + length || end > data.len() {
                    return Err(broken());
                }
                tile = Some(end);
            }
            0xFF00.. if length >= 2 => {}
            _ => return Err(broken()),
        }
        at += 2 + length;
    }
    if size.is_some() && n_parts > 0 {
        Ok(())
    } else {
        Err(broken())
    }
}

/// Where the marker stands that ends the image; a byte may follow that makes the length even.
fn last_marker(data: &[u8]) -> Option<usize> {
    let stream = data.strip_suffix(&[0]).unwrap_or(data);
    stream
        .ends_with(&[0xFF, 0xD9])
        .then(|| stream.len().saturating_sub(2))
}

/// What the marker SIZ says.
struct Size {
    image: [u32; 2],
    tile: [u32; 2],
    offsets: [u32; 4],
    n_channels: u16,
    /// Precision − 1, and 128 for signed samples; subsampling along x and y.
    channel: [u8; 3],
}

impl Size {
    fn read(body: &[u8]) -> Option<Self> {
        let word = |at: usize| u32_at(body, 2 + 4 * at);
        Some(Self {
            image: [word(0)?, word(1)?],
            tile: [word(4)?, word(5)?],
            offsets: [word(2)?, word(3)?, word(6)?, word(7)?],
            n_channels: u16_at(body, 34)?,
            channel: body.get(36..39)?.try_into().ok()?,
        })
    }

    fn check(&self, size_px: (u32, u32), max_bits: u16) -> Result<(), String> {
        let [width, height] = self.image;
        if (width, height) != size_px || self.offsets != [0; 4] {
            return Err(format!(
                "its JPEG 2000 code stream has {width}x{height} px where {}x{} are needed",
                size_px.0, size_px.1
            ));
        }
        let [precision, x, y] = self.channel;
        if self.n_channels != 1 || [x, y] != [1, 1] {
            return Err(format!(
                "its JPEG 2000 code stream has {} channels; one is needed",
                self.n_channels
            ));
        }
        if u16::from(precision) + 1 > max_bits {
            return Err(format!(
                "its JPEG 2000 code stream has samples of {} bits{}; at most {max_bits} without sign are needed",
                (precision & 0x7F) + 1,
                if precision > 127 { " with sign" } else { "" }
            ));
        }
        Ok(())
    }

    /// At most so many precincts and code blocks follow from a marker COD, in one tile or in all.
    fn n_parts(&self, cod: &[u8], of_one_tile: bool) -> Option<u64> {
        let [style, n_levels, x_block, y_block] =
            [*cod.first()?, *cod.get(5)?, *cod.get(6)?, *cod.get(7)?];
        let [width, height] = [0, 1].map(|axis| self.tile[axis].min(self.image[axis]));
        if width == 0 || height == 0 || n_levels > 32 || x_block > 8 || y_block > 8 {
            return None;
        }
        let n_tiles = if of_one_tile {
            1
        } else {
            u64::from(self.image[0].div_ceil(width)) * u64::from(self.image[1].div_ceil(height))
        };
        let mut n = 1_u64;
        for level in 0..=n_levels {
            let precinct = match style & 1 {
                0 => 0xFF,
                _ => *cod.get(9 + usize::from(level))?,
            };
            let shrink = u32::from(n_levels - level);
            // Tiles need not begin where parts do, so that one more of each may be cut.
            let along = |length: u32, precinct: u32, block: u32| {
                let here = (u64::from(length) >> shrink) + 1;
                let block = block.min(precinct.saturating_sub(u32::from(level > 0)));
                ((here >> precinct) + 2, (here >> block) + 2)
            };
            let (p, b) = along(width, u32::from(precinct & 15), u32::from(x_block) + 2);
            let (q, c) = along(height, u32::from(precinct >> 4), u32::from(y_block) + 2);
            n = n.checked_add(p.checked_mul(q)?)?.checked_add(b * c)?;
        }
        n.checked_mul(n_tiles)
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::check;

    /// A stream of 5x3 px in tiles of `tile` px a side, with blocks of 2^(block + 2).
    fn stream(tile: u32, block: u8, channels: u16, precinct: Option<u8>) -> Vec<u8> {
        let mut bytes = vec![0xFF, 0x4F, 0xFF, 0x51, 0, 41, 0, 0];
        for word in [5, 3, 0, 0, tile, tile, 0, 0] {
            bytes.extend(u32::to_be_bytes(word));
        }
        bytes.extend(channels.to_be_bytes());
        bytes.extend([7, 1, 1]);
        let n = 12 + precinct.map_or(0, |_| 1);
        bytes.extend([0xFF, 0x52, 0, n, u8::from(precinct.is_some()), 0, 0, 1, 0]);
        bytes.extend([0, block, block, 0, 1]);
        bytes.extend(precinct);
        bytes.extend([0xFF, 0x90, 0, 10, 0, 0, 0, 0, 0, 15, 0, 1, 0xFF, 0x93, 0]);
        bytes.extend([0xFF, 0xD9]);
        bytes
    }

    #[test]
    fn a_stream_that_says_what_the_file_says_is_let_through() {
        assert_eq!(check(&stream(8, 4, 1, None), (5, 3), 8), Ok(()));
        assert_eq!(check(&stream(8, 4, 1, Some(0x88)), (5, 3), 8), Ok(()));
    }

    #[test]
    fn a_tile_may_run_to_the_end_of_the_image() {
        let mut open = stream(8, 4, 1, None);
        let at = open.len() - 17 + 6;
        assert_eq!(open[at..at + 4], [0, 0, 0, 15]);
        open[at + 3] = 0;
        assert_eq!(check(&open, (5, 3), 8), Ok(()));
        open.push(0);
        assert_eq!(check(&open, (5, 3), 8), Ok(()));
        open.truncate(open.len() - 2);
        assert!(check(&open, (5, 3), 8).is_err());
    }

    #[test]
    fn other_sizes_channels_and_precisions_are_refused() {
        let said = |found: Result<(), String>| found.expect_err("refused");
        let plain = stream(8, 4, 1, None);
        assert!(said(check(&plain, (5, 4), 8)).contains("5x3 px where 5x4"));
        assert!(said(check(&stream(8, 4, 3, None), (5, 3), 8)).contains("3 channels"));
        assert!(said(check(&plain, (5, 3), 7)).contains("samples of 8 bits"));
        assert!(said(check(&plain, (50_000, 50_000), 8)).contains("limit for JPEG 2000"));
        assert!(said(check(b"\x00\x00\x00\x0cjP  ", (5, 3), 8)).contains("no JPEG 2000"));
        assert!(check(&stream(0, 4, 1, None), (5, 3), 8).is_err());
        assert!(check(&stream(8, 40, 1, None), (5, 3), 8).is_err());
    }

    #[test]
    fn a_stream_cut_anywhere_is_refused() {
        let plain = stream(8, 4, 1, None);
        for n in 0..plain.len() {
            assert!(check(&plain[..n], (5, 3), 8).is_err(), "{n}");
        }
    }

    #[test]
    fn countless_tiny_parts_are_refused() {
        let mut huge = stream(1, 0, 1, Some(0));
        for (at, word) in [(8, 4096_u32), (12, 4096)] {
            huge[at..at + 4].copy_from_slice(&word.to_be_bytes());
        }
        let error = check(&huge, (4096, 4096), 8).expect_err("a bomb");
        assert!(error.contains("more than 262144 tiles"), "{error}");
    }
}
