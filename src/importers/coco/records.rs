//! The records of COCO files, as they stand in them.

use crate::importers::json::Shape as Field;
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// An id: tools write whole numbers or texts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Id {
    Number(i64),
    Text(Box<str>),
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IdVisitor;
        impl Visitor<'_> for IdVisitor {
            type Value = Id;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a whole number or a text")
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Id, E> {
                Ok(Id::Number(number))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Id, E> {
                Ok(i64::try_from(number)
                    .map_or_else(|_| Id::Text(number.to_string().into()), Id::Number))
            }
            fn visit_f64<E: Error>(self, number: f64) -> Result<Id, E> {
                if number.fract() == 0.0 && number.abs() < 9e15 {
                    Ok(Id::Number(number as i64))
                } else {
                    Err(E::custom("an id with a fraction"))
                }
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Id, E> {
                Ok(Id::Text(text.into()))
            }
        }
        deserializer.deserialize_any(IdVisitor)
    }
}

/// An element of `images`.
#[derive(Deserialize)]
pub(super) struct ImageRecord {
    pub id: Id,
    pub file_name: Option<String>,
    pub width: Option<f64>,
    pub height: Option<f64>,
}

pub(super) const IMAGE_FIELDS: &[(&str, Field)] = &[
    ("id", Field::Id),
    ("file_name", Field::Text),
    ("width", Field::Number),
    ("height", Field::Number),
];

/// An element of `categories`.
#[derive(Deserialize)]
pub(super) struct CategoryRecord {
    pub id: Id,
    pub name: String,
    pub keypoints: Option<Vec<String>>,
    pub isthing: Option<Flag>,
}

pub(super) const CATEGORY_FIELDS: &[(&str, Field)] = &[
    ("id", Field::Id),
    ("name", Field::Text),
    ("keypoints", Field::List),
    ("isthing", Field::Flag),
];

/// An element of `annotations`, or of a results file.
#[derive(Deserialize)]
pub(super) struct AnnotationRecord {
    pub id: Option<Id>,
    pub image_id: Option<Id>,
    pub category_id: Option<Id>,
    pub bbox: Option<Vec<f64>>,
    pub segmentation: Option<Segmentation>,
    pub keypoints: Option<Vec<f64>>,
    pub area: Option<f64>,
    pub iscrowd: Option<Flag>,
    pub score: Option<f64>,
    pub attributes: Option<serde_json::Map<String, Value>>,
    pub caption: Option<IgnoredAny>,
    pub segments_info: Option<Vec<Value>>,
    /// Name of the picture of segments.
    pub file_name: Option<String>,
}

pub(super) const ANNOTATION_FIELDS: &[(&str, Field)] = &[
    ("id", Field::Id),
    ("image_id", Field::Id),
    ("category_id", Field::Id),
    ("bbox", Field::Numbers),
    ("keypoints", Field::Numbers),
    ("area", Field::Number),
    ("iscrowd", Field::Flag),
    ("score", Field::Number),
    ("attributes", Field::Object),
    ("segments_info", Field::List),
    ("file_name", Field::Text),
    ("segmentation", Field::Nested),
];

/// `iscrowd`, which some tools write as true or false, or as a text.
#[derive(Clone, Copy)]
pub(super) struct Flag(pub bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Bool(flag) => Ok(Self(flag)),
            Value::Number(number) => Ok(Self(number.as_f64() != Some(0.0))),
            Value::String(text) if matches!(text.as_str(), "1" | "true" | "True") => Ok(Self(true)),
            Value::String(text) if matches!(text.as_str(), "0" | "false" | "False") => {
                Ok(Self(false))
            }
            _ => Err(D::Error::custom("not a flag")),
        }
    }
}

/// `segmentation`: polygons, or run lengths.
pub(super) enum Segmentation {
    Polygons(Vec<Vec<f64>>),
    Runs {
        size: [u64; 2],
        counts: RunCounts,
    },
    /// `{}`, which stands for none.
    Nothing,
}

/// Run lengths, column by column, zeros first.
pub(super) enum RunCounts {
    Text(String),
    List(Vec<u64>),
}

impl<'de> Deserialize<'de> for Segmentation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SegmentationVisitor)
    }
}

struct SegmentationVisitor;

impl<'de> Visitor<'de> for SegmentationVisitor {
    type Value = Segmentation;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list of polygons or run lengths")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Segmentation, A::Error> {
        let mut polygons = Vec::new();
        while let Some(polygon) = seq.next_element()? {
            polygons.push(polygon);
        }
        Ok(Segmentation::Polygons(polygons))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Segmentation, A::Error> {
        let (mut size, mut counts) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "size" => size = Some(map.next_value()?),
                "counts" => counts = Some(map.next_value()?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        match (size, counts) {
            (Some(size), Some(counts)) => Ok(Segmentation::Runs { size, counts }),
            (None, None) => Ok(Segmentation::Nothing),
            _ => Err(A::Error::custom("run lengths without `size` or `counts`")),
        }
    }
}

impl<'de> Deserialize<'de> for RunCounts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CountsVisitor;
        impl<'de> Visitor<'de> for CountsVisitor {
            type Value = RunCounts;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a text or a list of whole numbers")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<RunCounts, E> {
                Ok(RunCounts::Text(text.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<RunCounts, A::Error> {
                let mut counts = Vec::new();
                while let Some(count) = seq.next_element::<u64>()? {
                    counts.push(count);
                }
                Ok(RunCounts::List(counts))
            }
        }
        deserializer.deserialize_any(CountsVisitor)
    }
}
