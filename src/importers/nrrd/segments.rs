//! What 3D Slicer writes about its segments, and the image that they were drawn on.

use super::axes::Axes;
use crate::importers::volume_grid::Window;
use std::collections::BTreeMap;

/// How far steps and places may be off and still be those of the image, as a share of a step.
const SAME: f64 = 1e-3;

/// One segment as the header describes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Segment {
    pub id: String,
    pub label: String,
    pub layer: u32,
    pub value: i64,
    pub attributes: BTreeMap<String, String>,
    /// `notstarted`, `inprogress`, `completed` or `flagged`, where it is stated.
    pub status: Option<String>,
}

/// Number and fields of every segment, by number.
type Fields<'a> = BTreeMap<u32, BTreeMap<&'a str, &'a str>>;

/// The segments by number; empty for files that are no segmentation of 3D Slicer's. A number whose layer or value cannot be read
/// comes back as an error.
pub fn segments(pairs: &BTreeMap<String, String>) -> Vec<(u32, Result<Segment, &'static str>)> {
    let mut fields: Fields<'_> = BTreeMap::new();
    for (key, value) in pairs {
        let Some((number, field)) = key
            .strip_prefix("Segment")
            .and_then(|rest| rest.split_once('_'))
        else {
            continue;
        };
        if let Ok(number) = number.parse() {
            fields.entry(number).or_default().insert(field, value);
        }
    }
    fields
        .into_iter()
        .map(|(number, fields)| (number, segment(number, &fields)))
        .collect()
}

fn segment(number: u32, fields: &BTreeMap<&str, &str>) -> Result<Segment, &'static str> {
    let text = |field: &str| {
        fields
            .get(field)
            .map(|text| text.trim())
            .filter(|text| !text.is_empty())
    };
    // Files of before 2020 have one layer a segment, drawn as 1.
    let layer = match text("Layer") {
        Some(text) => text.parse().map_err(|_| "its Layer is no whole number")?,
        None if text("LabelValue").is_some() => 0,
        None => number,
    };
    let value = match text("LabelValue") {
        Some(text) => text
            .parse()
            .ok()
            .filter(|value| *value > 0)
            .ok_or("its LabelValue is no whole number above 0")?,
        None => 1,
    };
    let tags: BTreeMap<&str, &str> = text("Tags")
        .unwrap_or_default()
        .split('|')
        .filter_map(|tag| tag.split_once(':'))
        .collect();
    let mut attributes = BTreeMap::new();
    // Context ~ category ~ type ~ modifier ~ …, each scheme ^ value ^ meaning.
    let entry: Vec<&str> = tags
        .get("TerminologyEntry")
        .map(|entry| entry.split('~').collect())
        .unwrap_or_default();
    let meaning = |at: usize| {
        let code = entry.get(at)?.split('^').nth(2)?.trim();
        (!code.is_empty()).then(|| code.to_owned())
    };
    for (name, at) in [("property_category", 1), ("property_type", 2)] {
        attributes.extend(meaning(at).map(|meaning| (name.to_owned(), meaning)));
    }
    let status = tags
        .get("Segmentation.Status")
        .map(|status| (*status).to_owned());
    if let Some(status) = &status {
        attributes.insert("segmentation_status".to_owned(), status.clone());
    }
    let id = text("ID").map_or_else(|| number.to_string(), str::to_owned);
    let label = text("Name")
        .map(str::to_owned)
        .or_else(|| attributes.get("property_type").cloned())
        .unwrap_or_else(|| format!("segment {number}"));
    Ok(Segment {
        id,
        label,
        layer,
        value,
        attributes,
        status,
    })
}

/// The image's grid that the stored voxels are a part of: where they lie in it, and its first voxel's centre in LPS mm. `None` where none
/// is stated, where it has other voxels, or where it is just what is stored.
pub fn reference(pairs: &BTreeMap<String, String>, axes: &Axes) -> Option<(Window, [f64; 3])> {
    let (steps, first) = axes.placed()?;
    let text = pairs.get("Segmentation_ConversionParameters")?;
    let text = text.split_once("Reference image geometry|")?.1;
    let numbers: Option<Vec<f64>> = text
        .split('|')
        .next()?
        .split(';')
        .filter(|number| !number.trim().is_empty())
        .map(|number| number.trim().parse().ok().filter(|n: &f64| n.is_finite()))
        .collect();
    let numbers = numbers.filter(|numbers| numbers.len() == 22)?;
    // RAS, row by row.
    let lps = |column: usize| {
        let signs = [-1.0, -1.0, 1.0];
        [0, 1, 2].map(|row| signs[row] * numbers[4 * row + column])
    };
    let origin = lps(3);
    let mut window = Window {
        size: [0; 3],
        first: [0; 3],
    };
    let mut corner = origin;
    for axis in 0..3 {
        let (own, image) = (steps[axis], lps(axis));
        let length = dot(own, own).sqrt();
        if (0..3).any(|row| (own[row] - image[row]).abs() > SAME * length) {
            return None;
        }
        let from_origin = [0, 1, 2].map(|row| first[row] - origin[row]);
        let index = dot(from_origin, own) / (length * length);
        let [low, high] = [numbers[16 + 2 * axis], numbers[17 + 2 * axis]];
        let start = index.round() - low;
        let n = high - low + 1.0;
        let fits = (index - index.round()).abs() <= 10.0 * SAME
            && start >= 0.0
            && start + f64::from(axes.size[axis]) <= n
            && n <= f64::from(u32::MAX);
        if !fits {
            return None;
        }
        window.size[axis] = n as u32;
        window.first[axis] = start as u32;
        for (mm, step) in corner.iter_mut().zip(own) {
            *mm += low * step;
        }
    }
    (window.size != axes.size).then_some((window, corner))
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
