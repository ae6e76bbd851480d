//! Run-length coding of one frame.
//!
//! The registry's decoder knows no pixels of one bit, reserves what a broken header claims and refuses large frames
//! that compress well, as masks do.

/// Length of the table of segments at the start of a frame.
const HEADER_BYTES: usize = 64;

/// A frame of planes of bytes, the most significant first, as little-endian pixels.
pub fn decoded(frame: &[u8], n_planes: usize, n_pixels: usize) -> Result<Vec<u8>, String> {
    let word = |at: usize| {
        let bytes = frame.get(4 * at..4 * at + 4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?) as usize)
    };
    let n_found = word(0).unwrap_or(0);
    if frame.len() < HEADER_BYTES || n_found != n_planes {
        return Err(format!(
            "has {n_found} run-length segments where {n_planes} are needed"
        ));
    }
    let mut pixels = vec![0; n_planes * n_pixels];
    for plane in 0..n_planes {
        let start = word(1 + plane).unwrap_or(0);
        let end = if plane + 1 < n_planes {
            word(2 + plane).unwrap_or(0)
        } else {
            frame.len()
        };
        let segment = frame
            .get(start.max(HEADER_BYTES)..end)
            .ok_or("its table of run-length segments points outside the frame")?;
        let significance = n_planes - 1 - plane;
        let targets = pixels.iter_mut().skip(significance).step_by(n_planes);
        let n_set = unpacked(segment).zip(targets).fold(0, |n, (byte, target)| {
            *target = byte;
            n + 1
        });
        if n_set < n_pixels {
            return Err(format!(
                "its run-length data end after {n_set} of {n_pixels} bytes"
            ));
        }
    }
    Ok(pixels)
}

/// The bytes of a segment, run by run.
fn unpacked(segment: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let n = usize::from(*segment.get(at)?);
            at += 1;
            match n {
                0..=127 => {
                    let rest = segment.get(at..)?;
                    let literal = &rest[..rest.len().min(n + 1)];
                    at += n + 1;
                    return Some((literal, 1));
                }
                128 => {}
                _ => {
                    let byte = segment.get(at..=at)?;
                    at += 1;
                    return Some((byte, 257 - n));
                }
            }
        }
    })
    .flat_map(|(bytes, n)| std::iter::repeat_n(bytes, n).flatten().copied())
}

#[cfg(test)]
mod tests {
    use super::decoded;

    fn frame(segments: &[&[u8]]) -> Vec<u8> {
        let mut header = vec![segments.len() as u32];
        let mut at = 64;
        for segment in segments {
            header.push(at);
            at += segment.len() as u32;
        }
        header.resize(16, 0);
        let mut bytes: Vec<u8> = header.iter().flat_map(|word| word.to_le_bytes()).collect();
        segments.iter().for_each(|segment| bytes.extend(*segment));
        bytes
    }

    #[test]
    fn literals_repeats_and_gaps_are_unpacked() {
        // 3 literals, a filler, 4 times 9 (257 − 253), and an even length.
        let data = frame(&[&[2, 1, 2, 3, 128, 253, 9, 0]]);
        assert_eq!(decoded(&data, 1, 7), Ok(vec![1, 2, 3, 9, 9, 9, 9]));
    }

    #[test]
    fn the_first_plane_holds_the_high_bytes() {
        let data = frame(&[&[1, 1, 0], &[1, 44, 5]]);
        assert_eq!(decoded(&data, 2, 2), Ok(vec![44, 1, 5, 0]));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (data, said) in [
            (frame(&[&[2, 1, 2]]), "end after 2 of 3"),
            (frame(&[&[0, 1], &[0, 1]]), "has 2 run-length segments"),
            (vec![1, 0, 0, 0], "has 1 run-length"),
            (frame(&[]), "has 0 run-length"),
        ] {
            let error = decoded(&data, 1, 3).expect_err("broken");
            assert!(error.contains(said), "{error}");
        }
        let mut outside = frame(&[&[2, 1, 2, 3], &[2, 1, 2, 3]]);
        outside[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(decoded(&outside, 2, 3).is_err());
    }
}
