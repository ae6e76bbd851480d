//! Puts a message together from XML events.

use super::message::{
    CHARACTERISTICS, MAX_SIDE_PX, Message, MessageError, Nodule, NonNodule, Roi, Session,
};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart};

/// Elements that mean something here; all others are passed over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Tag {
    Root,
    Session,
    Nodule,
    NonNodule,
    Characteristics,
    Roi,
    Point,
    Characteristic(&'static str),
    Id,
    Series,
    Study,
    DateService,
    TimeService,
    Z,
    Inclusion,
    X,
    Y,
    Other,
}

#[derive(Default)]
pub(super) struct Builder {
    message: Message,
    has_root: bool,
    pub(super) open: Vec<Tag>,
    text: String,
    session: Option<Session>,
    nodule: Option<Nodule>,
    non_nodule: Option<NonNodule>,
    roi: Option<Roi>,
    x: Option<u32>,
    y: Option<u32>,
}

impl Builder {
    pub(super) fn start(&mut self, start: &BytesStart<'_>) -> Result<(), MessageError> {
        let name = start.local_name();
        let tag = self.tag(name.as_ref());
        match tag {
            Tag::Root => {
                self.has_root = true;
                let uid = start.try_get_attribute("uid").ok().flatten();
                self.message.uid = uid
                    .map(|uid| uid.value.trim().to_owned())
                    .filter(|uid| !uid.is_empty());
            }
            Tag::Session => put(&mut self.session, Session::default(), "readingSession")?,
            Tag::Nodule => put(&mut self.nodule, Nodule::default(), "unblindedReadNodule")?,
            Tag::NonNodule => put(&mut self.non_nodule, NonNodule::default(), "nonNodule")?,
            Tag::Roi => put(&mut self.roi, Roi::default(), "roi")?,
            Tag::Point => (self.x, self.y) = (None, None),
            Tag::Other if !self.has_root => {
                return Err(MessageError::Root {
                    found: name.as_ref().to_owned(),
                });
            }
            _ => self.text.clear(),
        }
        self.open.push(tag);
        Ok(())
    }

    fn tag(&self, name: &str) -> Tag {
        match name {
            "edgeMap" | "locus" => Tag::Point,
            "xCoord" => Tag::X,
            "yCoord" => Tag::Y,
            "roi" => Tag::Roi,
            "imageZposition" => Tag::Z,
            "inclusion" => Tag::Inclusion,
            "noduleID" | "nonNoduleID" => Tag::Id,
            "unblindedReadNodule" => Tag::Nodule,
            "nonNodule" => Tag::NonNodule,
            "characteristics" => Tag::Characteristics,
            "readingSession" => Tag::Session,
            "SeriesInstanceUid" => Tag::Series,
            "StudyInstanceUID" => Tag::Study,
            "DateService" => Tag::DateService,
            "TimeService" => Tag::TimeService,
            "LidcReadMessage" if self.open.is_empty() => Tag::Root,
            other if self.open.last() == Some(&Tag::Characteristics) => CHARACTERISTICS
                .iter()
                .find(|(name, _)| *name == other)
                .map_or(Tag::Other, |(name, _)| Tag::Characteristic(name)),
            _ => Tag::Other,
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        if !matches!(
            self.open.last(),
            None | Some(Tag::Other | Tag::Root | Tag::Session | Tag::Point | Tag::Roi)
        ) {
            self.text.push_str(text);
        }
    }

    pub(super) fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), MessageError> {
        let name = reference.xml10_content();
        let character = reference.resolve_char_ref().ok().flatten();
        match (character, resolve_predefined_entity(&name)) {
            (Some(character), _) => self.text.push(character),
            (None, Some(text)) => self.text.push_str(text),
            (None, None) => {
                return Err(MessageError::Entity {
                    name: name.into_owned(),
                });
            }
        }
        Ok(())
    }

    pub(super) fn end(&mut self) {
        let Some(tag) = self.open.pop() else { return };
        let text = self.text.trim();
        match tag {
            Tag::X => self.x = self.coordinate("xCoord"),
            Tag::Y => self.y = self.coordinate("yCoord"),
            Tag::Point => self.point(),
            Tag::Z => self.z(),
            Tag::Inclusion => match text {
                "TRUE" => self.include(true),
                "FALSE" => self.include(false),
                _ => self.fault(format!(
                    "inclusion is `{}`; TRUE or FALSE is expected",
                    shown(text)
                )),
            },
            Tag::Characteristic(name) => {
                if let Some(nodule) = &mut self.nodule {
                    nodule.characteristics.insert(name, text.to_owned());
                }
            }
            Tag::Id => {
                if let Some(nodule) = &mut self.nodule {
                    nodule.id = text.to_owned();
                } else if let Some(non_nodule) = &mut self.non_nodule {
                    non_nodule.id = text.to_owned();
                }
            }
            Tag::Series => self.message.series = text.to_owned(),
            Tag::Study => self.message.study = text.to_owned(),
            Tag::DateService => self.message.date_service = text.to_owned(),
            Tag::TimeService => self.message.time_service = text.to_owned(),
            Tag::Roi => self.roi_ends(),
            Tag::Nodule => {
                if let (Some(session), Some(nodule)) = (&mut self.session, self.nodule.take()) {
                    session.nodules.push(nodule);
                }
            }
            Tag::NonNodule => {
                if let (Some(session), Some(mut non_nodule)) =
                    (&mut self.session, self.non_nodule.take())
                {
                    if non_nodule.z_mm.is_nan() && non_nodule.fault.is_none() {
                        non_nodule.fault = Some("has no imageZposition".to_owned());
                    }
                    session.non_nodules.push(non_nodule);
                }
            }
            Tag::Session => self.message.sessions.extend(self.session.take()),
            Tag::Root | Tag::Characteristics | Tag::Other => {}
        }
        self.text.clear();
    }

    pub(super) fn finish(self) -> Result<Message, MessageError> {
        if !self.open.is_empty() || !self.has_root {
            return Err(MessageError::CutShort);
        }
        if self.message.series.is_empty() {
            return Err(MessageError::NoSeries);
        }
        Ok(self.message)
    }

    fn coordinate(&mut self, name: &str) -> Option<u32> {
        let text = self.text.trim();
        let read = text
            .parse::<u32>()
            .ok()
            .filter(|pixel| *pixel < MAX_SIDE_PX);
        if read.is_none() {
            let fault = format!(
                "{name} is `{}`; a whole number from 0 to {} is expected",
                shown(text),
                MAX_SIDE_PX - 1
            );
            self.fault(fault);
        }
        read
    }

    fn point(&mut self) {
        let (Some(x), Some(y)) = (self.x.take(), self.y.take()) else {
            self.fault("a point lacks xCoord or yCoord".to_owned());
            return;
        };
        if let Some(roi) = &mut self.roi {
            roi.points.push([x, y]);
        } else if let Some(non_nodule) = &mut self.non_nodule {
            non_nodule.points.push([x, y]);
        }
    }

    fn z(&mut self) {
        let text = self.text.trim();
        match text.parse::<f64>().ok().filter(|mm| mm.abs() < 1e6) {
            Some(mm) => {
                if let Some(roi) = &mut self.roi {
                    roi.z_mm = mm;
                } else if let Some(non_nodule) = &mut self.non_nodule {
                    non_nodule.z_mm = mm;
                }
            }
            None => self.fault(format!(
                "imageZposition is `{}`; a number in mm is expected",
                shown(text)
            )),
        }
    }

    fn include(&mut self, included: bool) {
        if let Some(roi) = &mut self.roi {
            roi.included = Some(included);
        }
    }

    fn roi_ends(&mut self) {
        let Some(roi) = self.roi.take() else { return };
        let lacks = [
            (roi.z_mm.is_nan(), "imageZposition"),
            (roi.included.is_none(), "inclusion"),
            (roi.points.is_empty(), "edgeMap"),
        ];
        if let Some((_, name)) = lacks.iter().find(|(lacking, _)| *lacking) {
            self.fault(format!("an roi has no {name}"));
        }
        if let Some(nodule) = &mut self.nodule {
            nodule.rois.push(roi);
        }
    }

    /// Marks the record that is being read; its first fault is kept.
    fn fault(&mut self, fault: String) {
        let place = match (&mut self.nodule, &mut self.non_nodule) {
            (Some(nodule), _) => &mut nodule.fault,
            (None, Some(non_nodule)) => &mut non_nodule.fault,
            (None, None) => return,
        };
        place.get_or_insert(fault);
    }
}

fn put<T>(slot: &mut Option<T>, value: T, name: &'static str) -> Result<(), MessageError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(MessageError::Nested { name }),
    }
}

/// At most forty characters of what was found.
fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}
