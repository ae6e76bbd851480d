//! In which frame and unit a file states points.

use serde_json::Value;

use crate::importers::json::fields::given;

/// How far apart two numbers of an axis may be that are meant to be the same.
const SAME: f64 = 1e-4;

/// Frame and unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    pub is_ras: bool,
    pub mm_per_unit: f64,
}

impl Frame {
    /// The frame by name or by Slicer's number.
    pub fn named(name: &str) -> Option<Self> {
        let is_ras = match name.trim() {
            "RAS" | "0" => true,
            "LPS" | "1" => false,
            _ => return None,
        };
        Some(Self {
            is_ras,
            mm_per_unit: 1.0,
        })
    }

    /// What a markup states: LPS and mm, unless it says otherwise.
    pub fn of(markup: &Value) -> Result<Self, String> {
        let system = match given(markup, "coordinateSystem") {
            None => "LPS".to_owned(),
            Some(Value::String(name)) => name.clone(),
            Some(other) => other.to_string(),
        };
        let frame = Self::named(&system)
            .ok_or("its coordinate system is neither LPS nor RAS".to_owned())?;
        let unit = match given(markup, "coordinateUnits") {
            None => Some("mm"),
            Some(Value::Array(code)) => code.first().and_then(Value::as_str),
            Some(other) => other.as_str(),
        };
        let mm_per_unit = match unit {
            Some("mm") => 1.0,
            Some("um") => 1e-3,
            Some("cm") => 10.0,
            Some("m") => 1000.0,
            _ => return Err("its unit of length is none of mm, um, cm, m".to_owned()),
        };
        Ok(Self {
            mm_per_unit,
            ..frame
        })
    }

    /// A direction in LPS.
    pub fn turned(self, [x, y, z]: [f64; 3]) -> [f64; 3] {
        if self.is_ras {
            // Adding zero turns −0 into 0.
            [-x + 0.0, -y + 0.0, z]
        } else {
            [x, y, z]
        }
    }

    /// A point in LPS mm.
    pub fn to_lps_mm(self, point: [f64; 3]) -> [f64; 3] {
        self.turned(point.map(|number| number * self.mm_per_unit))
    }

    /// How files in this frame are described.
    pub fn convention(self) -> &'static str {
        if self.is_ras {
            "3D Slicer: RAS mm, 1 mm a pixel"
        } else {
            "3D Slicer: LPS mm, 1 mm a pixel"
        }
    }
}

/// Which of three axes stands upright, and the angle of the first of the others; `None` where none does.
pub(super) fn upright(axes: [[f64; 3]; 3]) -> Option<([usize; 3], f64)> {
    let is_unit = |a: &[f64; 3]| (a.iter().map(|v| v * v).sum::<f64>() - 1.0).abs() <= SAME;
    if !axes.iter().all(is_unit) {
        return None;
    }
    let up = axes.iter().position(|axis| axis[2].abs() >= 1.0 - SAME)?;
    let order = match up {
        0 => [1, 2, 0],
        1 => [0, 2, 1],
        _ => [0, 1, 2],
    };
    let [a, b] = [axes[order[0]], axes[order[1]]];
    let is_square = (a[0] * b[0] + a[1] * b[1]).abs() <= SAME && a[2].abs().max(b[2].abs()) <= SAME;
    // A box looks the same from both ends of its axes.
    is_square.then(|| (order, a[1].atan2(a[0]).rem_euclid(std::f64::consts::PI)))
}

#[cfg(test)]
mod tests {
    use super::upright;

    #[test]
    fn boxes_stand_on_any_of_their_sides_but_on_no_corner() {
        let (x, y, z) = ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, -1.0]);
        assert_eq!(upright([x, y, z]), Some(([0, 1, 2], 0.0)));
        assert_eq!(upright([[-1.0, -0.0, 0.0], y, z]), Some(([0, 1, 2], 0.0)));
        let quarter = std::f64::consts::FRAC_PI_2;
        assert_eq!(upright([z, y, x]), Some(([1, 2, 0], quarter)));
        assert_eq!(upright([x, z, y]), Some(([0, 2, 1], 0.0)));
        assert_eq!(upright([x, [0.0, 0.6, 0.8], [0.0, -0.8, 0.6]]), None);
        assert_eq!(upright([x, x, z]), None);
        assert_eq!(upright([[2.0, 0.0, 0.0], y, z]), None);
    }
}
