//! What stored values mean: labels, probabilities, or a picture that holds neither.

use super::fault::Fault;
use std::collections::HashMap;

/// Different values beyond which a file is a picture, where nothing says that it holds labels.
const MAX_LABELS: usize = 1_024;
/// The same where its header says so.
const MAX_CERTAIN_LABELS: usize = 65_535;
/// How far a value may be off a whole number and still be one: scaled and resaved labels are.
const WHOLE: f64 = 1e-3;
/// From this on a probability counts as drawn.
const HALF: f64 = 0.5;
/// No whole number below it is rounded by a 64-bit float.
const MAX_VALUE: f64 = 9_007_199_254_740_992.0;

/// What values mean, decided as they come.
pub struct Values {
    is_certain: bool,
    /// The values are probabilities, cut at one half.
    pub is_probability: bool,
    code_of: HashMap<i64, u32>,
    /// The label of each code from 1 on.
    pub of_code: Vec<i64>,
    /// The last value and its code: neighbours are mostly equal.
    last: (f64, u32),
}

impl Values {
    pub fn new(is_certain: bool) -> Self {
        Self {
            is_certain,
            is_probability: false,
            code_of: HashMap::new(),
            of_code: Vec::new(),
            last: (0.0, 0),
        }
    }

    /// 0 for the background.
    pub fn code(&mut self, value: f64) -> Result<u32, Fault> {
        if value == self.last.0 {
            return Ok(self.last.1);
        }
        let code = self.look_up(value)?;
        self.last = (value, code);
        Ok(code)
    }

    fn look_up(&mut self, value: f64) -> Result<u32, Fault> {
        if !value.is_finite() {
            return Err(Fault::picture(
                "holds voxels that are no finite numbers, as resampled pictures do; label maps hold whole numbers",
            ));
        }
        let nearest = value.round();
        let is_whole = (value - nearest).abs() <= WHOLE;
        if !self.is_probability && !is_whole {
            let is_share = (0.0..=1.0).contains(&value);
            if !is_share || self.of_code.iter().any(|label| *label != 1) {
                return Err(Fault::picture(
                    "holds values between whole numbers: a picture or a measured map, and no label map",
                ));
            }
            self.is_probability = true;
        }
        if self.is_probability {
            if !(-WHOLE..=1.0 + WHOLE).contains(&value) {
                return Err(Fault::picture(
                    "holds values between whole numbers, and others beyond 0 to 1: a picture or a measured map, and no label map",
                ));
            }
            return if value >= HALF {
                self.code_of_label(1)
            } else {
                Ok(0)
            };
        }
        if nearest < 0.0 {
            return Err(Fault::picture(format!(
                "holds the value {nearest}; labels are not negative, so it is a picture or marks voxels to be ignored"
            )));
        }
        if nearest >= MAX_VALUE {
            return Err(Fault::unsupported(
                "holds values of 2^53 and more, which are no labels",
            ));
        }
        match nearest as i64 {
            0 => Ok(0),
            label => self.code_of_label(label),
        }
    }

    fn code_of_label(&mut self, label: i64) -> Result<u32, Fault> {
        if let Some(&code) = self.code_of.get(&label) {
            return Ok(code);
        }
        let most = if self.is_certain {
            MAX_CERTAIN_LABELS
        } else {
            MAX_LABELS
        };
        if self.of_code.len() >= most {
            return Err(Fault::picture(format!(
                "holds more than {most} values: a picture, and no label map"
            )));
        }
        self.of_code.push(label);
        let code = self.of_code.len() as u32;
        self.code_of.insert(label, code);
        Ok(code)
    }
}
