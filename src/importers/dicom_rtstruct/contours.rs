//! Contours as they stand: kind, points, images.

use super::structure_set::images;
use crate::importers::dicom_document::{Fault, items, numbers, text};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

/// Retired, but older files may hold it: a vector to add to every point.
const OFFSET_VECTOR: Tag = Tag(0x3006, 0x0045);

/// What a contour draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Point,
    OpenPlanar,
    /// The area inside; where several lie in one plane, inner ones are holes.
    Closed,
    /// The area inside an odd number of these.
    ClosedXor,
}

/// One contour.
#[derive(Clone, Debug)]
pub(super) struct Contour {
    pub kind: Kind,
    /// LPS mm.
    pub points_mm: Vec<[f64; 3]>,
    /// The images that it was drawn on, with `#number` for a frame.
    pub images: Vec<String>,
}

/// Contour data that were taken out of the file before it was decoded; `None` where they are no finite numbers.
pub(super) type Taken = Vec<Option<Vec<f64>>>;

/// The contours of one item of the ROI Contour Sequence.
pub(super) fn contours(item: &InMemDicomObject, taken: &mut Taken) -> Vec<Result<Contour, Fault>> {
    items(item, tags::CONTOUR_SEQUENCE)
        .iter()
        .map(|item| contour(item, taken))
        .collect()
}

fn contour(item: &InMemDicomObject, taken: &mut Taken) -> Result<Contour, Fault> {
    let kind = match text(item, tags::CONTOUR_GEOMETRIC_TYPE).as_deref() {
        Some("POINT") => Kind::Point,
        Some("OPEN_PLANAR") => Kind::OpenPlanar,
        Some("CLOSED_PLANAR") => Kind::Closed,
        Some("CLOSEDPLANAR_XOR") => Kind::ClosedXor,
        Some("OPEN_NONPLANAR") => {
            return Err(Fault::unsupported(
                "an OPEN_NONPLANAR contour, a line through space that lies in no image",
            ));
        }
        _ => {
            return Err(Fault::unsupported(
                "its geometric type is none of POINT, OPEN_PLANAR, CLOSED_PLANAR, CLOSEDPLANAR_XOR",
            ));
        }
    };
    if numbers(item, OFFSET_VECTOR).is_some_and(|mm| mm.iter().any(|mm| *mm != 0.0)) {
        return Err(Fault::unsupported(
            "has a contour offset vector; export it with the offset applied",
        ));
    }
    let data = coordinates(item, taken)?;
    let points_mm: Vec<[f64; 3]> = data
        .chunks_exact(3)
        .map(|mm| [mm[0], mm[1], mm[2]])
        .collect();
    if points_mm.is_empty() || !data.len().is_multiple_of(3) {
        return Err(Fault::invalid(format!(
            "contour data are {} numbers; threes of x, y and z are needed",
            data.len()
        )));
    }
    let stated = item
        .get(tags::NUMBER_OF_CONTOUR_POINTS)
        .and_then(|element| element.to_int::<u64>().ok());
    if stated.is_some_and(|n| n != points_mm.len() as u64) {
        return Err(Fault::invalid(format!(
            "states {} points and holds {}; it was cut short or is broken",
            stated.unwrap_or_default(),
            points_mm.len()
        )));
    }
    let needed = match kind {
        Kind::Point => 1..=1,
        Kind::OpenPlanar => 2..=usize::MAX,
        Kind::Closed | Kind::ClosedXor => 3..=usize::MAX,
    };
    if !needed.contains(&points_mm.len()) {
        let needed = match kind {
            Kind::Point => "exactly 1 is",
            Kind::OpenPlanar => "at least 2 are",
            Kind::Closed | Kind::ClosedXor => "at least 3 are",
        };
        return Err(Fault::invalid(format!(
            "has {} points; {needed} needed",
            points_mm.len()
        )));
    }
    Ok(Contour {
        kind,
        points_mm,
        images: images(item),
    })
}

/// Contour data. Those of more than 64 KiB have no room in an explicit DS element, so writers make them UN.
fn coordinates(item: &InMemDicomObject, taken: &mut Taken) -> Result<Vec<f64>, Fault> {
    let mut read = || {
        let element = item.get(tags::CONTOUR_DATA)?;
        let bytes = match element.vr() {
            VR::UN => element.to_bytes().ok()?.into_owned(),
            _ => element.to_str().ok()?.as_bytes().to_vec(),
        };
        match bytes.strip_prefix(b"@") {
            None => parsed(&bytes),
            Some(number) => {
                let number = std::str::from_utf8(number).ok()?;
                let at: usize = number.trim_matches(['\0', ' ']).parse().ok()?;
                // Each is asked for once.
                taken.get_mut(at)?.take()
            }
        }
    };
    read().ok_or_else(|| {
        Fault::invalid(
            "its contour data are missing or not finite numbers; decimal points are needed",
        )
    })
}

/// Decimal numbers between backslashes.
pub(super) fn parsed(bytes: &[u8]) -> Option<Vec<f64>> {
    let text = std::str::from_utf8(bytes).ok()?;
    text.split('\\')
        .map(|number| {
            let number = number.trim_matches(['\0', ' ']).parse::<f64>();
            number.ok().filter(|mm| mm.is_finite())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::parsed;

    #[test]
    fn decimal_strings_are_read_in_every_form_that_dicom_allows() {
        assert_eq!(
            parsed(b"-1.5\\+2\\ .5 \\3.\\1e-1 "),
            Some(vec![-1.5, 2.0, 0.5, 3.0, 0.1])
        );
        assert_eq!(parsed(b"1\\nan\\2"), None);
        assert_eq!(parsed(b"1\\\\2"), None);
        assert_eq!(parsed(b"1,5\\2\\3"), None);
    }
}
