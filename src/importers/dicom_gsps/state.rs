//! What a presentation state says about itself: images, groups of graphics, who made it and when.

use crate::importers::dicom_document::{is_person, items, stated_time, text};
use crate::importers::written::instant_us;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use std::collections::BTreeMap;

/// An image, or one frame of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Image {
    pub instance: String,
    pub frame: Option<u32>,
}

impl Image {
    /// The item's key.
    pub fn key(&self) -> String {
        match self.frame {
            Some(frame) => format!("{}#{frame}", self.instance),
            None => self.instance.clone(),
        }
    }
}

/// A presentation state without its graphics.
pub(super) struct State {
    pub instance: String,
    pub study: Option<String>,
    /// Every image that the state is for.
    pub images: Vec<Image>,
    /// Labels of graphic groups, by their number.
    pub groups: BTreeMap<u32, String>,
    pub creator: Option<String>,
    pub finished_at_us: Option<i64>,
    pub lacks_zone: bool,
    /// Whether images are shown turned or mirrored.
    pub is_turned: bool,
    pub n_overlays: usize,
}

impl State {
    pub fn read(object: &InMemDicomObject) -> Self {
        let (time, states_zone) = stated_time(
            object,
            tags::PRESENTATION_CREATION_DATE,
            tags::PRESENTATION_CREATION_TIME,
        );
        let number = |item: &InMemDicomObject, tag| item.get(tag)?.to_int::<u32>().ok();
        let groups = items(object, tags::GRAPHIC_GROUP_SEQUENCE).iter();
        Self {
            instance: text(object, tags::SOP_INSTANCE_UID).unwrap_or_default(),
            study: text(object, tags::STUDY_INSTANCE_UID),
            images: items(object, tags::REFERENCED_SERIES_SEQUENCE)
                .iter()
                .flat_map(images)
                .collect(),
            groups: groups
                .filter_map(|group| {
                    let label = text(group, tags::GRAPHIC_GROUP_LABEL)?;
                    Some((number(group, tags::GRAPHIC_GROUP_ID)?, label))
                })
                .collect(),
            creator: text(object, tags::CONTENT_CREATOR_NAME).filter(|name| is_person(name)),
            finished_at_us: instant_us(&time),
            lacks_zone: !time.is_empty() && !states_zone,
            is_turned: number(object, tags::IMAGE_ROTATION).is_some_and(|angle| angle % 360 != 0)
                || text(object, tags::IMAGE_HORIZONTAL_FLIP).as_deref() == Some("Y"),
            n_overlays: object
                .iter()
                .filter(|element| {
                    let tag = element.header().tag;
                    (0x6000..=0x60FF).contains(&tag.group()) && tag.element() == 0x3000
                })
                .count(),
        }
    }
}

/// The images of a Referenced Image Sequence.
pub(super) fn images(object: &InMemDicomObject) -> Vec<Image> {
    let mut found = Vec::new();
    for image in items(object, tags::REFERENCED_IMAGE_SEQUENCE) {
        let Some(instance) = text(image, tags::REFERENCED_SOP_INSTANCE_UID) else {
            continue;
        };
        let frames = image
            .get(tags::REFERENCED_FRAME_NUMBER)
            .and_then(|element| element.to_multi_int::<u32>().ok())
            .unwrap_or_default();
        if frames.is_empty() {
            found.push(Image {
                instance,
                frame: None,
            });
        } else {
            found.extend(frames.into_iter().map(|frame| Image {
                instance: instance.clone(),
                frame: Some(frame),
            }));
        }
    }
    found
}
