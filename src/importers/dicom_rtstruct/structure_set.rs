//! What a structure set says about itself: references, regions of interest, people, approval.

use super::contours::{Contour, Taken, contours};
use super::images::stated_planes;
use super::stack::Stack;
use crate::domain::{Review, ReviewOutcome};
use crate::importers::dicom_document::{Fault, is_person, items, stated_time, text};
use crate::importers::written::instant_us;
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use std::collections::{BTreeMap, BTreeSet};

/// Retired, but older files name regions here.
const OBSERVATION_LABEL: Tag = Tag(0x3006, 0x0085);

/// A series that contours were drawn on.
#[derive(Debug, Default, Clone)]
pub(super) struct Series {
    pub uid: String,
    /// Its images as the structure set lists them, with `#number` for a frame.
    pub images: Vec<String>,
}

/// A region of interest without its contours.
#[derive(Debug, Default)]
pub(super) struct Roi {
    pub label: String,
    pub frame_of_reference: Option<String>,
    pub attributes: BTreeMap<String, String>,
    pub interpreter: Option<String>,
    pub is_automatic: bool,
}

/// The contours of one region, in the order of the file.
pub(super) struct Drawing {
    /// `None` where the item does not say which region it draws.
    pub number: Option<i64>,
    pub contours: Vec<Result<Contour, Fault>>,
    /// The grid that the file itself states for it.
    pub stated_planes: Option<Stack>,
}

/// A structure set.
pub(super) struct StructureSet {
    pub instance: String,
    pub study: Option<String>,
    /// Referenced series by frame of reference.
    pub series: BTreeMap<String, Vec<Series>>,
    pub rois: BTreeMap<i64, Roi>,
    /// Numbers that two regions share.
    pub repeated: BTreeSet<i64>,
    pub drawings: Vec<Drawing>,
    pub operator: Option<String>,
    /// The program that wrote it, as the name of a model that drew automatic contours.
    pub program: Option<String>,
    pub finished_at_us: Option<i64>,
    pub lacks_zone: bool,
    pub review: Option<Review>,
}

impl StructureSet {
    /// Reads everything; faults of single contours are kept beside them.
    pub fn read(object: &InMemDicomObject, mut taken: Taken) -> Self {
        let (time, states_zone) =
            stated_time(object, tags::STRUCTURE_SET_DATE, tags::STRUCTURE_SET_TIME);
        let (rois, repeated) = rois(object);
        let drawings = items(object, tags::ROI_CONTOUR_SEQUENCE).iter();
        Self {
            instance: text(object, tags::SOP_INSTANCE_UID).unwrap_or_default(),
            study: text(object, tags::STUDY_INSTANCE_UID),
            series: series(object),
            rois,
            repeated,
            drawings: drawings
                .map(|item| Drawing {
                    number: whole(item, tags::REFERENCED_ROI_NUMBER),
                    contours: contours(item, &mut taken),
                    stated_planes: stated_planes(item),
                })
                .collect(),
            operator: person(object, tags::OPERATORS_NAME),
            program: text(object, tags::MANUFACTURER_MODEL_NAME),
            finished_at_us: instant_us(&time),
            lacks_zone: !time.is_empty() && !states_zone,
            review: review(object),
        }
    }

    /// The series that a region was drawn on, as far as they are named.
    pub fn series_of(&self, roi: &Roi) -> &[Series] {
        let own = roi
            .frame_of_reference
            .as_ref()
            .and_then(|uid| self.series.get(uid));
        // A region that names no frame of reference lies in the only one there is.
        own.or_else(|| (self.series.len() == 1).then(|| self.series.values().next())?)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }
}

/// Approval is a review; a structure set that nobody has approved yet has none.
fn review(object: &InMemDicomObject) -> Option<Review> {
    let outcome = match text(object, tags::APPROVAL_STATUS)?.as_str() {
        "APPROVED" => ReviewOutcome::Accepted,
        "REJECTED" => ReviewOutcome::Rejected,
        _ => return None,
    };
    let (time, _) = stated_time(object, tags::REVIEW_DATE, tags::REVIEW_TIME);
    Some(Review {
        outcome,
        reviewer: person(object, tags::REVIEWER_NAME),
        at_us: instant_us(&time),
    })
}

/// The one person that an element names.
fn person(object: &InMemDicomObject, tag: Tag) -> Option<String> {
    text(object, tag).filter(|name| !name.contains('\\') && is_person(name))
}

fn whole(object: &InMemDicomObject, tag: Tag) -> Option<i64> {
    object.get(tag)?.to_int::<i64>().ok()
}

fn series(object: &InMemDicomObject) -> BTreeMap<String, Vec<Series>> {
    let mut found: BTreeMap<String, Vec<Series>> = BTreeMap::new();
    for space in items(object, tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE) {
        let Some(uid) = text(space, tags::FRAME_OF_REFERENCE_UID) else {
            continue;
        };
        let known = found.entry(uid).or_default();
        for study in items(space, tags::RT_REFERENCED_STUDY_SEQUENCE) {
            for one in items(study, tags::RT_REFERENCED_SERIES_SEQUENCE) {
                if let Some(uid) = text(one, tags::SERIES_INSTANCE_UID) {
                    known.push(Series {
                        uid,
                        images: images(one),
                    });
                }
            }
        }
    }
    found
}

/// The images of a Contour Image Sequence, with `#number` for frames.
pub(super) fn images(object: &InMemDicomObject) -> Vec<String> {
    let mut found = Vec::new();
    for image in items(object, tags::CONTOUR_IMAGE_SEQUENCE) {
        let Some(uid) = text(image, tags::REFERENCED_SOP_INSTANCE_UID) else {
            continue;
        };
        let frames = image
            .get(tags::REFERENCED_FRAME_NUMBER)
            .and_then(|element| element.to_multi_int::<u32>().ok())
            .unwrap_or_default();
        if frames.is_empty() {
            found.push(uid);
        } else {
            found.extend(frames.iter().map(|frame| format!("{uid}#{frame}")));
        }
    }
    found
}

fn rois(object: &InMemDicomObject) -> (BTreeMap<i64, Roi>, BTreeSet<i64>) {
    let mut found = BTreeMap::new();
    let mut repeated = BTreeSet::new();
    for item in items(object, tags::STRUCTURE_SET_ROI_SEQUENCE) {
        let Some(number) = whole(item, tags::ROI_NUMBER) else {
            continue;
        };
        let algorithm = text(item, tags::ROI_GENERATION_ALGORITHM);
        let mut roi = Roi {
            label: text(item, tags::ROI_NAME).unwrap_or_default(),
            frame_of_reference: text(item, tags::REFERENCED_FRAME_OF_REFERENCE_UID),
            is_automatic: algorithm.as_deref() == Some("AUTOMATIC"),
            ..Roi::default()
        };
        if let Some(algorithm) = algorithm {
            roi.attributes
                .insert("algorithm_type".to_owned(), algorithm);
        }
        if found.insert(number, roi).is_some() {
            repeated.insert(number);
        }
    }
    let mut interpreters: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
    for item in items(object, tags::RTROI_OBSERVATIONS_SEQUENCE) {
        let number = whole(item, tags::REFERENCED_ROI_NUMBER).unwrap_or(i64::MIN);
        let Some(roi) = found.get_mut(&number) else {
            continue;
        };
        if let Some(kind) = text(item, tags::RTROI_INTERPRETED_TYPE) {
            roi.attributes
                .entry("interpreted_type".to_owned())
                .or_insert(kind);
        }
        if roi.label.is_empty() {
            roi.label = text(item, OBSERVATION_LABEL).unwrap_or_default();
        }
        if let Some(name) = person(item, tags::ROI_INTERPRETER) {
            interpreters.entry(number).or_default().insert(name);
        }
    }
    for (number, roi) in &mut found {
        if roi.label.is_empty() {
            roi.label = format!("ROI {number}");
        }
        // Two interpreters of one region are not one rater.
        roi.interpreter = interpreters
            .remove(number)
            .filter(|names| names.len() == 1)
            .and_then(|names| names.into_iter().next());
    }
    (found, repeated)
}
