//! What a report says as a whole: who observed, when, who verified, and which images it is about.

use super::content::Content;
use crate::domain::{Review, ReviewOutcome};
use crate::importers::dicom_document::{Fault, is_person, items, joined_time, stated_time, text};
use crate::importers::written::instant_us;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use std::collections::{BTreeMap, BTreeSet};

/// Titles of the root container that TID 1500 allows (CID 7021).
pub(super) const TITLES: [&str; 4] = ["126000", "126001", "126002", "126003"];

/// Objects that hold masks, values or presentation, not pictures.
const NOT_IMAGES: &[&str] = &[
    super::SEGMENTATION,
    super::LABEL_MAP,
    super::SURFACES,
    super::REAL_WORLD_VALUES,
];

/// Who made the observations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Observer {
    pub people: BTreeSet<String>,
    /// Whether a person is meant, even one without a name.
    pub names_person: bool,
    /// Set where a device observed, with its name if it has one.
    pub device: Option<Option<String>>,
}

/// What the image library says about an image.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ImageFacts {
    pub modality: Option<String>,
    pub width_px: Option<u32>,
    pub height_px: Option<u32>,
    pub row_spacing_mm: Option<f64>,
    pub column_spacing_mm: Option<f64>,
}

/// The report without its measurements.
pub(super) struct Report {
    pub instance: String,
    pub study: Option<String>,
    pub observer: Observer,
    pub finished_at_us: Option<i64>,
    pub lacks_zone: bool,
    pub is_partial: bool,
    pub review: Option<Review>,
    pub is_self_verified: bool,
    /// Study and series of each image that the report names as its evidence.
    pub evidence: BTreeMap<String, (String, String)>,
    pub library: BTreeMap<String, ImageFacts>,
}

impl Report {
    pub fn read(object: &InMemDicomObject) -> Result<Self, Fault> {
        let root = Content(object);
        if !TITLES.contains(&root.code().as_str()) {
            return Err(Fault::unsupported(
                "is a report of another kind; its title is none of the codes 126000 to 126003",
            ));
        }
        let (time, has_zone) = stated_time(object, tags::CONTENT_DATE, tags::CONTENT_TIME);
        let observer = Observer::of(root);
        let verifiers = verifiers(object);
        let verifier = verifiers.last();
        let is_self_verified = verifier
            .and_then(|(_, name)| name.as_ref())
            .is_some_and(|name| observer.people.contains(name));
        let is_verified = text(object, tags::VERIFICATION_FLAG).as_deref() == Some("VERIFIED");
        let review = (is_verified && !is_self_verified).then(|| Review {
            outcome: ReviewOutcome::Accepted,
            reviewer: verifier.and_then(|(_, name)| name.clone()),
            at_us: verifier.and_then(|(at_us, _)| *at_us),
        });
        let mut library = BTreeMap::new();
        for child in root.children().filter(|child| child.code() == "111028") {
            read_library(child, &ImageFacts::default(), &mut library);
        }
        Ok(Self {
            instance: text(object, tags::SOP_INSTANCE_UID).unwrap_or_default(),
            study: text(object, tags::STUDY_INSTANCE_UID),
            observer,
            finished_at_us: instant_us(&time),
            lacks_zone: !time.is_empty() && !has_zone,
            is_partial: text(object, tags::COMPLETION_FLAG).as_deref() == Some("PARTIAL"),
            review,
            is_self_verified: is_verified && is_self_verified,
            evidence: evidence(object),
            library,
        })
    }

    /// The one series of images that the report is about, if there is exactly one.
    pub fn only_series(&self) -> Option<String> {
        let mut series = self.evidence.values().map(|(_, series)| series);
        let first = series.next()?;
        series.all(|other| other == first).then(|| first.clone())
    }

    /// The study of an image, else of the report.
    pub fn study_of(&self, instance: &str) -> Option<&String> {
        self.evidence
            .get(instance)
            .map(|(study, _)| study)
            .filter(|study| !study.is_empty())
            .or(self.study.as_ref())
    }
}

impl Observer {
    /// The observers that a container names among its children.
    pub fn of(container: Content<'_>) -> Self {
        let mut observer = Self::default();
        for child in container.children() {
            match child.code().as_str() {
                "121008" => {
                    observer.names_person = true;
                    observer
                        .people
                        .extend(child.words().filter(|name| is_person(name)));
                }
                "121005" if child.coded_value().as_deref() == Some("121006") => {
                    observer.names_person = true;
                }
                "121005" if child.coded_value().as_deref() == Some("121007") => {
                    observer.device.get_or_insert(None);
                }
                // Device observer name and model name.
                "121013" | "121015" => {
                    let name = observer.device.get_or_insert(None);
                    *name = name.take().or_else(|| child.words());
                }
                _ => {}
            }
        }
        observer
    }

    pub fn is_empty(&self) -> bool {
        !self.names_person && self.device.is_none()
    }

    /// The device that observed without a person, with its name if it has one.
    pub fn device_alone(&self) -> Option<Option<String>> {
        self.device.clone().filter(|_| !self.names_person)
    }

    /// The people who observed, together one rater.
    pub fn person(&self) -> Option<String> {
        let people: Vec<&str> = self.people.iter().map(String::as_str).collect();
        (!people.is_empty()).then(|| people.join(" + "))
    }
}

/// Times and names of those who verified, by time.
fn verifiers(object: &InMemDicomObject) -> Vec<(Option<i64>, Option<String>)> {
    let default_offset = text(object, tags::TIMEZONE_OFFSET_FROM_UTC);
    let mut verifiers: Vec<_> = items(object, tags::VERIFYING_OBSERVER_SEQUENCE)
        .iter()
        .map(|verifier| {
            let at = text(verifier, tags::VERIFICATION_DATE_TIME).unwrap_or_default();
            let (at, _) = joined_time(&at, default_offset.as_deref());
            let name = text(verifier, tags::VERIFYING_OBSERVER_NAME);
            (instant_us(&at), name.filter(|name| is_person(name)))
        })
        .collect();
    verifiers.sort();
    verifiers
}

fn evidence(object: &InMemDicomObject) -> BTreeMap<String, (String, String)> {
    let mut evidence = BTreeMap::new();
    let sequences = [
        tags::CURRENT_REQUESTED_PROCEDURE_EVIDENCE_SEQUENCE,
        tags::PERTINENT_OTHER_EVIDENCE_SEQUENCE,
    ];
    for study in sequences.into_iter().flat_map(|tag| items(object, tag)) {
        let study_uid = text(study, tags::STUDY_INSTANCE_UID).unwrap_or_default();
        for series in items(study, tags::REFERENCED_SERIES_SEQUENCE) {
            let Some(series_uid) = text(series, tags::SERIES_INSTANCE_UID) else {
                continue;
            };
            for instance in items(series, tags::REFERENCED_SOP_SEQUENCE) {
                let class = text(instance, tags::REFERENCED_SOP_CLASS_UID).unwrap_or_default();
                if let Some(uid) = text(instance, tags::REFERENCED_SOP_INSTANCE_UID)
                    && !NOT_IMAGES.contains(&class.as_str())
                {
                    evidence.insert(uid, (study_uid.clone(), series_uid.clone()));
                }
            }
        }
    }
    evidence
}

/// Images with what their group and they themselves state; a group may lie in another.
fn read_library(
    container: Content<'_>,
    inherited: &ImageFacts,
    library: &mut BTreeMap<String, ImageFacts>,
) {
    let mut facts = inherited.clone();
    container.children().for_each(|child| facts.take(child));
    for child in container.children() {
        match child.value_type().as_str() {
            "CONTAINER" => read_library(child, &facts, library),
            "IMAGE" => {
                let mut own = facts.clone();
                child.children().for_each(|fact| own.take(fact));
                if let Some(reference) = child.reference() {
                    library.insert(reference.instance, own);
                }
            }
            _ => {}
        }
    }
}

impl ImageFacts {
    fn take(&mut self, fact: Content<'_>) {
        let number = || fact.measured().map(|(number, _)| number);
        let pixels = || {
            number()
                .filter(|n| n.fract() == 0.0 && *n >= 1.0 && *n <= f64::from(u32::MAX))
                .map(|n| n as u32)
        };
        let spacing_mm = || {
            let (mm, unit) = fact.measured()?;
            (mm > 0.0 && unit == "mm").then_some(mm)
        };
        match fact.code().as_str() {
            "121139" => self.modality = fact.coded_value().or(self.modality.take()),
            "110910" => self.height_px = pixels().or(self.height_px),
            "110911" => self.width_px = pixels().or(self.width_px),
            "111026" => self.column_spacing_mm = spacing_mm().or(self.column_spacing_mm),
            "111066" => self.row_spacing_mm = spacing_mm().or(self.row_spacing_mm),
            _ => {}
        }
    }

    pub fn size_px(&self) -> Option<(u32, u32)> {
        self.width_px.zip(self.height_px)
    }

    pub fn spacing_mm(&self) -> Option<[f64; 3]> {
        Some([0.0, self.row_spacing_mm?, self.column_spacing_mm?])
    }
}
