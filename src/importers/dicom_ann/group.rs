//! One group: its points as the shapes that they belong to, and what was measured on each.

use crate::domain::MEASUREMENT_PREFIX;
use crate::importers::dicom_document::{Fault, code_meaning, items, numbers, text};
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use std::collections::BTreeMap;

/// A group of shapes of one kind.
pub(super) struct Group {
    pub label: Option<String>,
    pub kind: String,
    pub attributes: BTreeMap<String, String>,
    /// The algorithm that drew the group alone.
    pub model: Option<String>,
    /// Coordinate values, as many a point as `n_dimensions` says.
    pub values: Vec<f64>,
    pub n_dimensions: usize,
    /// The height that all points share.
    pub z_mm: Option<f64>,
    /// Where each shape's values begin, and the end of the last.
    pub bounds: Vec<usize>,
    pub measurements: Vec<Measurement>,
}

/// One quantity, by shape.
pub(super) struct Measurement {
    pub name: String,
    pub values: BTreeMap<usize, f64>,
}

impl Group {
    pub fn read(item: &InMemDicomObject, is_on_slide: bool) -> Result<Self, Fault> {
        let kind = text(item, tags::GRAPHIC_TYPE).unwrap_or_default();
        let heights = numbers(item, tags::COMMON_Z_COORDINATE_VALUE).unwrap_or_default();
        let z_mm = match heights[..] {
            [] => None,
            [z_mm] => Some(z_mm),
            _ => {
                return Err(Fault::unsupported(
                    "a group that lies at several heights at once",
                ));
            }
        };
        let n_dimensions = if is_on_slide && z_mm.is_none() { 3 } else { 2 };
        let n = item
            .get(tags::NUMBER_OF_ANNOTATIONS)
            .and_then(|element| element.to_int::<u32>().ok())
            .ok_or_else(|| Fault::invalid("does not say how many annotations it has"))?;
        let values = if n == 0 {
            Vec::new()
        } else {
            numbers(item, tags::POINT_COORDINATES_DATA)
                .or_else(|| numbers(item, tags::DOUBLE_POINT_COORDINATES_DATA))
                .ok_or_else(|| Fault::invalid("its coordinates are missing or not finite"))?
        };
        let bounds = bounds(item, &kind, n as usize, n_dimensions, values.len())?;
        Ok(Self {
            label: text(item, tags::ANNOTATION_GROUP_LABEL)
                .or_else(|| code_meaning(item, tags::ANNOTATION_PROPERTY_TYPE_CODE_SEQUENCE)),
            attributes: attributes(item),
            model: model(item),
            measurements: items(item, tags::MEASUREMENTS_SEQUENCE)
                .iter()
                .filter_map(measurement)
                .collect(),
            kind,
            values,
            n_dimensions,
            z_mm,
            bounds,
        })
    }

    /// Shapes in it.
    pub fn len(&self) -> usize {
        self.bounds.len().saturating_sub(1)
    }

    /// The points of a shape in the plane, and the height of the first where points have one.
    pub fn points(&self, at: usize) -> (Vec<[f64; 2]>, Option<f64>) {
        let (start, end) = match self.bounds.get(at..at + 2) {
            Some(&[start, end]) => (start, end),
            _ => (0, 0),
        };
        let values = self.values.get(start..end).unwrap_or_default();
        let points = values.chunks_exact(self.n_dimensions);
        let z_mm = points
            .clone()
            .next()
            .and_then(|point| point.get(2))
            .copied();
        (
            points.map(|point| [point[0], point[1]]).collect(),
            self.z_mm.or(z_mm),
        )
    }
}

/// Where the values of each shape begin and end.
fn bounds(
    item: &InMemDicomObject,
    kind: &str,
    n: usize,
    n_dimensions: usize,
    n_values: usize,
) -> Result<Vec<usize>, Fault> {
    let n_points = match kind {
        "POINT" => 1,
        "RECTANGLE" | "ELLIPSE" => 4,
        "POLYLINE" | "POLYGON" => return listed(item, n, n_dimensions, n_values),
        _ => {
            return Err(Fault::unsupported(
                "its graphic type is none of POINT, POLYLINE, POLYGON, ELLIPSE, RECTANGLE",
            ));
        }
    };
    let step = n_points * n_dimensions;
    if n.checked_mul(step) != Some(n_values) {
        return Err(Fault::invalid(format!(
            "{n} annotations of {step} coordinate values each are stated, and {n_values} values are there"
        )));
    }
    Ok((0..=n).map(|at| at * step).collect())
}

/// As the list of first values says, which counts from 1.
fn listed(
    item: &InMemDicomObject,
    n: usize,
    n_dimensions: usize,
    n_values: usize,
) -> Result<Vec<usize>, Fault> {
    if n == 0 {
        return Ok(vec![0]);
    }
    let starts = item
        .get(tags::LONG_PRIMITIVE_POINT_INDEX_LIST)
        .and_then(|element| element.to_multi_int::<u32>().ok())
        .unwrap_or_default();
    if starts.len() != n {
        return Err(Fault::invalid(format!(
            "{n} annotations are stated, and the list of their first points has {}",
            starts.len()
        )));
    }
    let mut bounds: Vec<usize> = starts
        .iter()
        .map(|start| (*start as usize).wrapping_sub(1))
        .collect();
    bounds.push(n_values);
    let is_sound = bounds.first() == Some(&0)
        && bounds.windows(2).all(|pair| pair[0] < pair[1])
        && bounds.iter().all(|at| at.is_multiple_of(n_dimensions));
    if !is_sound {
        return Err(Fault::invalid(
            "the list of first points does not rise from 1 in steps of whole points; it counts coordinate values",
        ));
    }
    Ok(bounds)
}

fn attributes(item: &InMemDicomObject) -> BTreeMap<String, String> {
    let known = [
        (
            "property_type",
            code_meaning(item, tags::ANNOTATION_PROPERTY_TYPE_CODE_SEQUENCE),
        ),
        (
            "property_category",
            code_meaning(item, tags::ANNOTATION_PROPERTY_CATEGORY_CODE_SEQUENCE),
        ),
        (
            "algorithm_type",
            text(item, tags::ANNOTATION_GROUP_GENERATION_TYPE),
        ),
    ];
    known
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

/// The algorithm's name and version, where nobody had a hand in the group.
fn model(item: &InMemDicomObject) -> Option<String> {
    if text(item, tags::ANNOTATION_GROUP_GENERATION_TYPE).as_deref() != Some("AUTOMATIC") {
        return None;
    }
    let algorithm = items(
        item,
        tags::ANNOTATION_GROUP_ALGORITHM_IDENTIFICATION_SEQUENCE,
    )
    .first();
    let stated = |tag: Tag| algorithm.and_then(|algorithm| text(algorithm, tag));
    let name = stated(tags::ALGORITHM_NAME).unwrap_or_else(|| "model".to_owned());
    Some(match stated(tags::ALGORITHM_VERSION) {
        Some(version) => format!("{name} {version}"),
        None => name,
    })
}

fn measurement(item: &InMemDicomObject) -> Option<Measurement> {
    let name = code_meaning(item, tags::CONCEPT_NAME_CODE_SEQUENCE)?;
    let unit = items(item, tags::MEASUREMENT_UNITS_CODE_SEQUENCE)
        .first()
        .and_then(|code| text(code, tags::CODE_VALUE))
        .map_or_else(String::new, |unit| format!(" [{unit}]"));
    let stated = items(item, tags::MEASUREMENT_VALUES_SEQUENCE).first()?;
    let values = numbers(stated, tags::FLOATING_POINT_VALUES)?;
    let places = stated
        .get(tags::ANNOTATION_INDEX_LIST)
        .and_then(|element| element.to_multi_int::<u32>().ok());
    let values = match places {
        Some(places) if places.len() == values.len() => places
            .into_iter()
            .map(|place| (place as usize).wrapping_sub(1))
            .zip(values)
            .collect(),
        Some(_) => return None,
        None => values.into_iter().enumerate().collect(),
    };
    Some(Measurement {
        name: format!("{MEASUREMENT_PREFIX}{name}{unit}"),
        values,
    })
}
