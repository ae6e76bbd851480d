//! One measurement group (TID 1410, 1411, 1501): its finding, what was drawn, measured and judged.

use super::content::{Content, Reference};
use super::report::Observer;
use crate::domain::SkipReason;
use std::collections::{BTreeMap, BTreeSet};

/// Coordinates on images, or in the patient.
pub(super) struct Drawing {
    /// The measurement that it belongs to, if not the group as a whole.
    pub of: Option<String>,
    /// What the drawing itself is called.
    pub name: String,
    pub kind: String,
    pub data: Vec<f64>,
    pub place: Place,
}

pub(super) enum Place {
    Images {
        images: Vec<Reference>,
        whole_matrix: bool,
    },
    /// A frame of reference, in mm.
    Patient(Option<String>),
}

/// What a group holds.
#[derive(Default)]
pub(super) struct Group {
    pub finding: Option<String>,
    pub category: Option<String>,
    pub tracking_id: Option<String>,
    pub tracking_uid: Option<String>,
    pub observer: Observer,
    activity: Option<String>,
    time_point: Option<String>,
    /// Name and version of what measured.
    pub algorithm: Vec<String>,
    /// Values judged, by question; several values of one question are kept in alphabetical order.
    pub judged: BTreeMap<String, BTreeSet<String>>,
    /// Numbers by what was measured, with modifiers and unit.
    pub measured: BTreeMap<String, f64>,
    /// Measurements that have coordinates of their own.
    pub measured_on: BTreeMap<String, f64>,
    pub drawings: Vec<Drawing>,
    pub images: Vec<Reference>,
    pub series: Option<String>,
    pub left_out: Vec<(SkipReason, String)>,
}

impl Group {
    pub fn read(container: Content<'_>) -> Self {
        let mut group = Self {
            observer: Observer::of(container),
            ..Self::default()
        };
        for child in container.children() {
            group.take(child);
        }
        group
    }

    /// The session that the group states; "" where it states none.
    pub fn session(&self) -> String {
        match (&self.activity, &self.time_point) {
            (None, None) => String::new(),
            (Some(activity), None) => activity.clone(),
            (None, Some(point)) => format!("time point {point}"),
            (Some(activity), Some(point)) => format!("{activity}, time point {point}"),
        }
    }

    /// What was found; else the category, the tool, or what it is called.
    pub fn label(&self) -> Option<String> {
        let tool = || {
            let id = self.tracking_id.as_ref()?;
            id.contains('@')
                .then(|| id.rsplit(':').next().unwrap_or(id).to_owned())
        };
        self.finding
            .clone()
            .or_else(|| self.category.clone())
            .or_else(tool)
            .or_else(|| self.tracking_id.clone())
    }

    fn leave_out(&mut self, reason: SkipReason, detail: impl Into<String>) {
        self.left_out.push((reason, detail.into()));
    }

    fn take(&mut self, child: Content<'_>) {
        let code = child.code();
        if child.is_pointer() {
            self.leave_out(
                SkipReason::Unsupported,
                "a reference to another content item, which is not followed",
            );
            return;
        }
        match (child.value_type().as_str(), code.as_str()) {
            ("TEXT", "112039") => self.tracking_id = child.words(),
            ("UIDREF", "112040") => self.tracking_uid = child.uid(),
            ("UIDREF", "121232") => self.series = child.uid(),
            ("TEXT", "C67447") => self.activity = child.words(),
            ("TEXT", "C2348792") => self.time_point = child.words(),
            ("TEXT", "111001" | "111003") => self.algorithm.extend(child.words()),
            // Read with the observer.
            (_, "121005" | "121008" | "121012" | "121013" | "121015") => {}
            ("CODE", "121071") => {
                if self.finding.is_none() {
                    self.finding = child.coded();
                }
                self.modifiers(child);
            }
            // The method of all measurements of the group.
            ("CODE", "G-C036" | "370129005") => {}
            ("CODE", _) => self.judge(child, child.name()),
            ("NUM", _) => self.measure(child),
            ("SCOORD" | "SCOORD3D", _) => self.draw(child, None),
            ("IMAGE" | "COMPOSITE", _) => self.refer(child),
            ("UIDREF", _) => {}
            ("TEXT", _) => self.leave_out(SkipReason::Unsupported, "a free text"),
            _ => self.leave_out(
                SkipReason::Unsupported,
                "a content item of a kind that is not read in measurement groups",
            ),
        }
    }

    fn judge(&mut self, child: Content<'_>, question: String) {
        let Some(value) = child.coded() else {
            self.leave_out(SkipReason::InvalidRecord, "a coded answer without a code");
            return;
        };
        // Finding category.
        if matches!(child.code().as_str(), "276214006" | "M-01000") {
            self.category.get_or_insert_with(|| value.clone());
        }
        self.judged.entry(question).or_default().insert(value);
        self.modifiers(child);
    }

    /// What qualifies an answer: laterality of a site, and the like.
    fn modifiers(&mut self, child: Content<'_>) {
        for modifier in child.children() {
            if modifier.value_type() == "CODE" && !modifier.is_pointer() {
                self.judge(modifier, modifier.name());
            } else {
                self.leave_out(
                    SkipReason::Unsupported,
                    "a content item below a coded answer that is no code",
                );
            }
        }
    }

    fn measure(&mut self, number: Content<'_>) {
        let mut name = number.name();
        let modifiers: BTreeSet<String> = number
            .children()
            .filter(|child| {
                child.value_type() == "CODE" && child.relationship() == "HAS CONCEPT MOD"
            })
            .filter_map(|child| child.coded())
            .collect();
        if !modifiers.is_empty() {
            let modifiers: Vec<String> = modifiers.into_iter().collect();
            name = format!("{name} ({})", modifiers.join(", "));
        }
        let n_drawings = self.drawings.len();
        for child in number.children() {
            match (child.value_type().as_str(), child.relationship().as_str()) {
                _ if child.is_pointer() => self.leave_out(
                    SkipReason::Unsupported,
                    "a reference to another content item, which is not followed",
                ),
                ("CODE", "HAS CONCEPT MOD") | ("UIDREF", _) => {}
                ("CODE", _) => self.judge(child, format!("{name}: {}", child.name())),
                ("SCOORD" | "SCOORD3D", _) => self.draw(child, Some(number.name())),
                ("IMAGE" | "COMPOSITE", _) => self.refer(child),
                _ => self.leave_out(
                    SkipReason::Unsupported,
                    "a content item of a kind that is not read below a measurement",
                ),
            }
        }
        let is_drawn = self.drawings.len() > n_drawings;
        let Some((value, unit)) = number.measured() else {
            // Without a value it only carries the coordinates.
            if !is_drawn {
                self.leave_out(SkipReason::InvalidRecord, "a measurement without a value");
            }
            return;
        };
        if !unit.is_empty() {
            name = format!("{name} [{unit}]");
        }
        let twice = self.measured.contains_key(&name) || self.measured_on.contains_key(&name);
        if twice {
            self.leave_out(
                SkipReason::Unsupported,
                "a quantity measured twice in one group; the first value is kept",
            );
        } else if is_drawn {
            for drawing in &mut self.drawings[n_drawings..] {
                drawing.of = Some(name.clone());
            }
            self.measured_on.insert(name, value);
        } else {
            self.measured.insert(name, value);
        }
    }

    fn draw(&mut self, child: Content<'_>, of: Option<String>) {
        let Some((kind, data)) = child.graphic() else {
            self.leave_out(
                SkipReason::InvalidRecord,
                "coordinates without a graphic type or with data that are no finite numbers",
            );
            return;
        };
        let place = if child.value_type() == "SCOORD3D" {
            Place::Patient(child.frame_of_reference())
        } else {
            let images = child.children().filter_map(Content::reference).collect();
            Place::Images {
                images,
                whole_matrix: child.is_of_whole_matrix(),
            }
        };
        self.drawings.push(Drawing {
            name: of.unwrap_or_else(|| child.name()),
            of: None,
            kind,
            data,
            place,
        });
    }

    fn refer(&mut self, child: Content<'_>) {
        match child.reference() {
            None => self.leave_out(
                SkipReason::InvalidRecord,
                "a reference that names no object",
            ),
            Some(reference) if reference.class == super::REAL_WORLD_VALUES => {}
            Some(reference)
                if [super::SEGMENTATION, super::LABEL_MAP, super::SURFACES]
                    .contains(&reference.class.as_str()) =>
            {
                self.leave_out(
                    SkipReason::Unsupported,
                    "a reference to a segmentation; import the segmentation itself for its masks",
                );
            }
            Some(reference) => self.images.push(reference),
        }
    }
}
