//! Which item a drawing or an answer belongs to.

use super::content::Reference;
use super::group::Group;
use super::report::Report;
use crate::domain::{Keypoint, Shape, Visibility};
use crate::importers::dicom_document::Fault;

/// An item, and the image whose size and study are its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    pub item: String,
    /// The image; empty for a series or a frame of reference.
    pub image: String,
    /// Whether the item has the size of the image's frames.
    pub has_image_size: bool,
}

impl Spot {
    fn of_image(item: String, image: &str, has_image_size: bool) -> Self {
        Self {
            item,
            image: image.to_owned(),
            has_image_size,
        }
    }

    pub fn of_series(item: String) -> Self {
        Self {
            item,
            image: String::new(),
            has_image_size: false,
        }
    }
}

/// The images or frames that references name. Positions in a slide's whole matrix belong to no single frame.
pub(super) fn spots(references: &[Reference], whole_matrix: bool) -> Vec<Spot> {
    let mut spots = Vec::new();
    for reference in references {
        let image = &reference.instance;
        if whole_matrix || reference.frames.is_empty() {
            spots.push(Spot::of_image(image.clone(), image, !whole_matrix));
        } else {
            spots.extend(
                reference
                    .frames
                    .iter()
                    .map(|frame| Spot::of_image(format!("{image}#{frame}"), image, true)),
            );
        }
    }
    spots.sort();
    spots.dedup();
    spots
}

/// What a group without a drawing is about: its one image, its series, or the one series of its images or of the report.
pub(super) fn subject(group: &Group, report: &Report) -> Option<Spot> {
    let mut images = spots(&group.images, false);
    if images.len() == 1 {
        return images.pop();
    }
    let series_of_images = || {
        let mut series = images
            .iter()
            .map(|spot| report.evidence.get(&spot.image).map(|(_, series)| series));
        let first = series.next()??;
        series
            .all(|other| other == Some(first))
            .then(|| first.clone())
    };
    let series = group
        .series
        .clone()
        .or_else(series_of_images)
        .or_else(|| images.is_empty().then(|| report.only_series()).flatten())?;
    Some(Spot::of_series(series))
}

/// Points in the patient as points of an item whose pixels are millimetres.
pub(super) fn points_in_patient(kind: &str, data: &[f64]) -> Result<Shape, Fault> {
    if !matches!(kind, "POINT" | "MULTIPOINT") {
        return Err(Fault::unsupported(
            "a line, outline or body in the patient (SCOORD3D); only points are read",
        ));
    }
    let is_one = kind == "POINT";
    if data.is_empty() || !data.len().is_multiple_of(3) || (is_one && data.len() != 3) {
        return Err(Fault::invalid(format!(
            "coordinates in the patient are {} numbers; {} needed",
            data.len(),
            if is_one { "3 are" } else { "threes are" }
        )));
    }
    let points = data.chunks_exact(3).zip(1_usize..);
    Ok(Shape::Keypoints(
        points
            .map(|(point, number)| Keypoint {
                name: if is_one {
                    "point".to_owned()
                } else {
                    number.to_string()
                },
                x_px: point[0],
                y_px: point[1],
                z_mm: Some(point[2]),
                visibility: Visibility::Visible,
            })
            .collect(),
    ))
}
