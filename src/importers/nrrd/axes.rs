//! Which axes run through space, which one holds layers, and where voxels lie.

use super::header::Header;
use crate::importers::volume_grid::{Fault, Frame, Placing};

/// Kinds of axes whose samples are not places in space.
const NOT_SPACE: &[&str] = &[
    "time",
    "list",
    "point",
    "vector",
    "covariant-vector",
    "normal",
    "stub",
    "scalar",
    "complex",
    "2-vector",
    "3-color",
    "rgb-color",
    "hsv-color",
    "xyz-color",
    "4-color",
    "rgba-color",
    "3-vector",
    "3-gradient",
    "3-normal",
    "4-vector",
    "quaternion",
];

/// How stored axes are to be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Axes {
    pub size: [u32; 3],
    pub n_space: usize,
    /// Values of each voxel, and whether they follow each other; else each layer lies whole behind the one before.
    pub n_layers: u32,
    pub is_interleaved: bool,
    steps: Option<[[f64; 3]; 3]>,
    first: Option<[f64; 3]>,
    spacing: Option<[f64; 3]>,
}

impl Axes {
    pub fn of(header: &Header) -> Result<Self, Fault> {
        let sizes = header.sizes()?;
        let n_axes = sizes.len();
        let directions = header
            .field("spacedirections")
            .map(|text| directions(text, n_axes))
            .transpose()?;
        let kinds: Vec<String> = header
            .field("kinds")
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_ascii_lowercase)
            .collect();
        let runs_through_space = |axis: usize| match &directions {
            Some(directions) => directions[axis].is_some(),
            None => kinds
                .get(axis)
                .is_none_or(|kind| !NOT_SPACE.contains(&kind.as_str())),
        };
        // An axis of one sample without a direction adds nothing.
        let space: Vec<usize> = (0..n_axes)
            .filter(|&axis| runs_through_space(axis))
            .collect();
        let others: Vec<usize> = (0..n_axes)
            .filter(|&axis| !runs_through_space(axis) && sizes[axis] > 1)
            .collect();
        if !(2..=3).contains(&space.len()) {
            return Err(Fault::unsupported(format!(
                "has {} axes through space; 2 or 3 are read",
                space.len()
            )));
        }
        let (n_layers, is_interleaved) = match others[..] {
            [] => (1, true),
            [axis] if axis < space[0] => (sizes[axis], true),
            [axis] if axis > space[space.len() - 1] => (sizes[axis], false),
            _ => {
                return Err(Fault::unsupported(
                    "has axes of other things than space between those of space, or several of them",
                ));
            }
        };
        let mut size = [1; 3];
        for (at, &axis) in space.iter().enumerate() {
            size[at] = sizes[axis];
        }
        let unit_mm = unit_mm(header)?;
        let mut axes = Self {
            size,
            n_space: space.len(),
            n_layers,
            is_interleaved,
            steps: None,
            first: None,
            spacing: None,
        };
        if let Some(directions) = directions {
            let vectors: Vec<&Vec<f64>> = space
                .iter()
                .filter_map(|&axis| directions[axis].as_ref())
                .collect();
            let length = |vector: &Vec<f64>| vector.iter().map(|mm| mm * mm).sum::<f64>().sqrt();
            axes.spacing = of_three(vectors.iter().map(|vector| unit_mm * length(vector)));
            let lps = lps(header);
            if let (Some(signs), [a, b, c]) = (lps, &vectors[..]) {
                let turned = |vector: &[f64]| -> Result<[f64; 3], Fault> {
                    match vector {
                        [x, y, z, ..] => {
                            Ok([x, y, z]).map(|mm| [0, 1, 2].map(|at| mm[at] * signs[at] * unit_mm))
                        }
                        _ => Err(Fault::invalid(
                            "its space directions or origin have less than three numbers in a space of three",
                        )),
                    }
                };
                axes.steps = Some([turned(a)?, turned(b)?, turned(c)?]);
                axes.first = header
                    .field("spaceorigin")
                    .map(|text| vector(text.trim()).and_then(|origin| turned(&origin)))
                    .transpose()?;
            }
        } else if let Some(text) = header.field("spacings") {
            let spacings: Vec<f64> = text
                .split_whitespace()
                .map(|mm| mm.parse().unwrap_or(f64::NAN))
                .collect();
            let own = |&axis: &usize| unit_mm * spacings.get(axis).copied().unwrap_or(f64::NAN);
            axes.spacing = of_three(space.iter().map(own));
        }
        Ok(axes)
    }

    /// Where the voxels lie.
    pub fn frame(&self) -> Result<Frame, Fault> {
        let spacing = self.spacing.filter(|spacing| {
            let stated = &spacing[..self.n_space];
            stated.iter().all(|mm| mm.is_finite() && *mm > 0.0)
        });
        if self.n_space < 3 {
            let spacing_xy_mm = spacing.map(|[x, y, _]| [x, y]);
            return Ok(Frame::Plane { spacing_xy_mm });
        }
        match (self.steps, self.first) {
            (Some(steps), Some(first)) => Placing::of(self.size, steps, first)
                .map(Frame::Placed)
                .map_err(Fault::unsupported),
            _ => Ok(Frame::Stack {
                spacing_xyz_mm: spacing,
            }),
        }
    }

    /// Steps along the stored axes and the first voxel's centre in LPS mm, where both are stated.
    pub fn placed(&self) -> Option<([[f64; 3]; 3], [f64; 3])> {
        self.steps.zip(self.first)
    }
}

fn of_three(numbers: impl Iterator<Item = f64>) -> Option<[f64; 3]> {
    let mut found = [1.0; 3];
    for (slot, number) in found.iter_mut().zip(numbers) {
        *slot = number;
    }
    Some(found)
}

/// Signs that turn the header's space to LPS; `None` where it is none of a patient.
fn lps(header: &Header) -> Option<[f64; 3]> {
    let name = header.field("space")?.to_ascii_lowercase();
    let name = name
        .strip_suffix("-time")
        .or_else(|| name.strip_suffix('t').filter(|short| short.len() == 3))
        .unwrap_or(&name);
    match name {
        "left-posterior-superior" | "lps" => Some([1.0, 1.0, 1.0]),
        "right-anterior-superior" | "ras" => Some([-1.0, -1.0, 1.0]),
        "left-anterior-superior" | "las" => Some([1.0, -1.0, 1.0]),
        _ => None,
    }
}

/// Millimetres of the header's unit of length.
fn unit_mm(header: &Header) -> Result<f64, Fault> {
    let Some(units) = header.field("spaceunits") else {
        return Ok(1.0);
    };
    match units.split('"').nth(1).unwrap_or(units).trim() {
        "mm" | "" => Ok(1.0),
        "cm" => Ok(10.0),
        "m" => Ok(1000.0),
        "um" | "µm" | "μm" => Ok(0.001),
        _ => Err(Fault::unsupported(
            "its field `space units` is none of mm, cm, m, um",
        )),
    }
}

/// One vector or `none` an axis.
fn directions(text: &str, n_axes: usize) -> Result<Vec<Option<Vec<f64>>>, Fault> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() && found.len() <= n_axes {
        if let Some(after) = rest.strip_prefix("none") {
            found.push(None);
            rest = after.trim_start();
            continue;
        }
        let end = rest.find(')').map_or(rest.len(), |at| at + 1);
        found.push(Some(vector(&rest[..end])?));
        rest = rest[end..].trim_start();
    }
    if found.len() != n_axes {
        return Err(Fault::invalid(format!(
            "its field `space directions` is not one vector or `none` for each of {n_axes} axes"
        )));
    }
    Ok(found)
}

/// `(x,y,z)`.
fn vector(text: &str) -> Result<Vec<f64>, Fault> {
    let inner = text
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'));
    inner
        .and_then(|inner| {
            inner
                .split(',')
                .map(|part| part.trim().parse::<f64>().ok())
                .collect()
        })
        .ok_or_else(|| Fault::invalid("a vector of its header is not written as `(x,y,z)`"))
}
