//! Fragments of encapsulated pixel data, frame by frame.

use crate::importers::dicom_document::Fault;
use std::borrow::Cow;
use std::ops::Range;

/// More fragments than any sensible file has.
const MAX_FRAGMENTS: usize = 1 << 21;

/// Where the fragments of each frame lie.
#[derive(Debug)]
pub struct Fragments {
    fragments: Vec<Range<usize>>,
    /// The first fragment of each frame, and the end.
    first: Vec<usize>,
}

impl Fragments {
    /// Reads the items of encapsulated pixel data. `offsets` is the extended offset table, if there is one.
    pub fn read(bytes: &[u8], n_frames: usize, offsets: &[u64]) -> Result<Self, Fault> {
        let mut items = Vec::new();
        let mut at = 0;
        loop {
            let header = bytes.get(at..at + 8).ok_or_else(|| {
                Fault::invalid(format!(
                    "its compressed pixel data end without a delimiter after {} fragments; it was cut short",
                    items.len()
                ))
            })?;
            let (tag, length) = header.split_at(4);
            let length = length.try_into().map_or(0, u32::from_le_bytes) as usize;
            match tag {
                [0xFE, 0xFF, 0x00, 0xE0] => {}
                [0xFE, 0xFF, 0xDD, 0xE0] => break,
                _ => {
                    return Err(Fault::invalid(format!(
                        "has something other than a fragment at byte {at} of its pixel data"
                    )));
                }
            }
            let left = bytes.len() - at - 8;
            if length > left {
                return Err(Fault::invalid(format!(
                    "claims {length} bytes for fragment {} of its pixel data, but only {left} follow; it was cut short",
                    items.len()
                )));
            }
            items.push(at + 8..at + 8 + length);
            at += 8 + length;
            if items.len() > MAX_FRAGMENTS {
                return Err(Fault::unsupported(format!(
                    "has more than {MAX_FRAGMENTS} fragments of pixel data, which is the limit"
                )));
            }
        }
        if items.is_empty() {
            return Err(Fault::invalid(
                "its compressed pixel data lack the offset table that comes first",
            ));
        }
        let fragments = items.split_off(1);
        let basic = items.first().cloned().unwrap_or_default();
        let basic: Vec<u64> = bytes
            .get(basic)
            .unwrap_or_default()
            .chunks_exact(4)
            .map(|word| u64::from(word.try_into().map_or(0, u32::from_le_bytes)))
            .collect();
        let offsets = if basic.is_empty() { offsets } else { &basic };
        let first = first_fragments(&fragments, n_frames, offsets)?;
        Ok(Self { fragments, first })
    }

    /// The compressed bytes of a frame.
    pub fn frame<'a>(&self, bytes: &'a [u8], index: usize) -> Cow<'a, [u8]> {
        let ends = self.first.get(index).zip(self.first.get(index + 1));
        let own = ends.and_then(|(from, to)| self.fragments.get(*from..*to));
        let part = |range: &Range<usize>| bytes.get(range.clone()).unwrap_or_default();
        match own.unwrap_or_default() {
            [one] => Cow::Borrowed(part(one)),
            several => Cow::Owned(several.iter().map(part).collect::<Vec<_>>().concat()),
        }
    }
}

/// One fragment a frame, all for the only frame, or as the offset table says.
fn first_fragments(
    fragments: &[Range<usize>],
    n_frames: usize,
    offsets: &[u64],
) -> Result<Vec<usize>, Fault> {
    if fragments.len() == n_frames {
        return Ok((0..=n_frames).collect());
    }
    if n_frames == 1 && !fragments.is_empty() {
        return Ok(vec![0, fragments.len()]);
    }
    let unclear = || {
        Fault::invalid(format!(
            "has {} fragments for {n_frames} frames, and no offset table that tells them apart; export it again",
            fragments.len()
        ))
    };
    if offsets.len() != n_frames || fragments.len() < n_frames {
        return Err(unclear());
    }
    let base = fragments.first().map_or(0, |first| first.start);
    let starts = fragments.iter().map(|range| (range.start - base) as u64);
    let mut first = Vec::with_capacity(n_frames + 1);
    let mut wanted = offsets.iter();
    let mut next = wanted.next();
    for (index, start) in starts.enumerate() {
        if next == Some(&start) {
            first.push(index);
            next = wanted.next();
        }
    }
    if next.is_some() || first.first() != Some(&0) {
        return Err(unclear());
    }
    first.push(fragments.len());
    Ok(first)
}

#[cfg(test)]
mod tests {
    use super::Fragments;

    fn items(values: &[&[u8]]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for value in values {
            bytes.extend([0xFE, 0xFF, 0x00, 0xE0]);
            bytes.extend((value.len() as u32).to_le_bytes());
            bytes.extend(*value);
        }
        bytes.extend([0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]);
        bytes
    }

    #[test]
    fn frames_are_told_apart_by_number_or_by_offset() {
        let bytes = items(&[&[], &[1, 2], &[3, 4]]);
        let found = Fragments::read(&bytes, 2, &[]).expect("one a frame");
        assert_eq!(&*found.frame(&bytes, 1), [3, 4]);
        let found = Fragments::read(&bytes, 1, &[]).expect("one frame");
        assert_eq!(&*found.frame(&bytes, 0), [1, 2, 3, 4]);
        let table: Vec<u8> = [0u32, 20].iter().flat_map(|n| n.to_le_bytes()).collect();
        let bytes = items(&[&table, &[1, 2], &[3, 4], &[5, 6]]);
        let found = Fragments::read(&bytes, 2, &[]).expect("a table");
        assert_eq!(&*found.frame(&bytes, 0), [1, 2, 3, 4]);
        assert_eq!(&*found.frame(&bytes, 1), [5, 6]);
        let bytes = items(&[&[], &[1, 2], &[3, 4], &[5, 6]]);
        let found = Fragments::read(&bytes, 2, &[0, 10]).expect("an extended table");
        assert_eq!(&*found.frame(&bytes, 1), [3, 4, 5, 6]);
        assert_eq!(found.frame(&bytes, 2).len(), 0);
    }

    #[test]
    fn what_cannot_be_told_apart_is_refused() {
        let three = items(&[&[], &[1, 2], &[3, 4], &[5, 6]]);
        assert!(Fragments::read(&three, 2, &[]).is_err());
        assert!(Fragments::read(&three, 2, &[0, 11]).is_err());
        assert!(Fragments::read(&three, 2, &[10, 20]).is_err());
        assert!(Fragments::read(&three, 4, &[]).is_err());
        assert!(Fragments::read(&three[..30], 3, &[]).is_err());
        assert!(Fragments::read(&items(&[]), 1, &[]).is_err());
        assert!(Fragments::read(&[0; 16], 1, &[]).is_err());
    }
}
