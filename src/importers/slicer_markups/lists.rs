//! Fiducial lists as text.

use super::Flavour;
use super::frame::Frame;
use super::shapes::{Point, landmarks};
use super::write::Writer;
use crate::domain::SkipReason;
use crate::importers::{ImportError, Limits, UploadFile};

/// Where fields stand in a line.
struct Columns {
    separator: char,
    x: usize,
    label: Option<usize>,
    n: usize,
}

impl Columns {
    fn of(flavour: Flavour) -> Self {
        let (separator, x, label, n) = match flavour {
            Flavour::Annotation => ('|', 1, None, 6),
            Flavour::Unversioned => (',', 1, Some(0), 6),
            Flavour::Versioned | Flavour::Json => (',', 1, Some(11), 14),
        };
        Self {
            separator,
            x,
            label,
            n,
        }
    }

    /// Takes over the order that a file states; `false` where it has no x, y and z beside each other.
    fn stated(&mut self, names: &str) -> bool {
        let names: Vec<&str> = names.split(self.separator).map(str::trim).collect();
        let place = |name: &str| names.iter().position(|found| *found == name);
        let Some(x) = place("x") else {
            return false;
        };
        self.x = x;
        self.n = names.len();
        if self.label.is_some() {
            self.label = place("label");
        }
        place("y") == Some(x + 1) && place("z") == Some(x + 2)
    }

    /// Fields that a line has at least: one behind its label and behind z, so that neither was cut short.
    fn n_needed(&self) -> usize {
        let label = self.label.map_or(0, |at| at + 2);
        label.max(self.x + 4).min(self.n)
    }
}

/// Reads one list.
pub(super) fn read(
    file: &UploadFile,
    flavour: Flavour,
    limits: &Limits,
    writer: &mut Writer,
) -> Result<(), ImportError> {
    let bytes = file.read_all(limits.max_token_bytes as u64)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut columns = Columns::of(flavour);
    // RAS unless stated, as Slicer reads it.
    let mut frame = Frame {
        is_ras: true,
        mm_per_unit: 1.0,
    };
    let mut points = Vec::new();
    let mut n_other = 0_usize;
    let lines = text.trim_start_matches('\u{feff}').lines();
    for (line, number) in lines.zip(1_usize..) {
        if let Some(stated) = line.strip_prefix('#') {
            let fault = header(stated.trim(), &mut columns, &mut frame);
            if let Some(detail) = fault {
                return writer.skip(SkipReason::Unsupported, "", detail);
            }
            continue;
        }
        if line.trim().is_empty() {
            continue;
        }
        let fields = split(line, columns.separator);
        if flavour == Flavour::Annotation && fields.first().map(String::as_str) != Some("point") {
            n_other += usize::from(fields.first().map(String::as_str) != Some("text"));
            continue;
        }
        match position(&fields, &columns) {
            Some(position) => points.push(Point {
                at: points.len(),
                label: columns
                    .label
                    .and_then(|at| fields.get(at))
                    .map(|label| label.trim().to_owned())
                    .unwrap_or_default(),
                mm: frame.to_lps_mm(position),
            }),
            None => writer.skip(
                SkipReason::InvalidRecord,
                format!("line {number}"),
                format!(
                    "has no three finite numbers for x, y and z, or less than {} fields",
                    columns.n_needed()
                ),
            )?,
        }
    }
    writer.frame(frame);
    if flavour == Flavour::Annotation && (points.len() > 1 || n_other > 0) {
        // A region's second point is its half size, and nothing in the file says so.
        return writer.skip(
            SkipReason::Unsupported,
            "",
            "holds several points or lines: a ruler or a region, which the file does not tell apart; save it as markups",
        );
    }
    let stem = writer.stem();
    if flavour == Flavour::Annotation
        && let Some(point) = points.first_mut()
    {
        // Slicer names the one point after the file.
        point.label = stem;
    }
    if points.is_empty() {
        return Ok(());
    }
    let label = writer.label(None, "Fiducial");
    for annotation in landmarks(&points, &label, "points") {
        writer.keep(annotation)?;
    }
    Ok(())
}

/// Takes over what a comment line states; a fault is one of the whole file.
fn header(stated: &str, columns: &mut Columns, frame: &mut Frame) -> Option<&'static str> {
    let (name, value) = stated.split_once('=')?;
    match name.trim() {
        "CoordinateSystem" => match Frame::named(value) {
            Some(named) => *frame = named,
            None => return Some("its coordinate system is neither RAS (0) nor LPS (1)"),
        },
        "columns" | "pointColumns" if !columns.stated(value) => {
            return Some("its columns are not x, y and z beside each other");
        }
        _ => {}
    }
    None
}

fn position(fields: &[String], columns: &Columns) -> Option<[f64; 3]> {
    if fields.len() < columns.n_needed() {
        return None;
    }
    let stated = fields.get(columns.x..columns.x.checked_add(3)?)?;
    let mut numbers = stated.iter().map(|field| {
        let number = field.trim().parse::<f64>().ok()?;
        number.is_finite().then_some(number)
    });
    Some([numbers.next()??, numbers.next()??, numbers.next()??])
}

/// The fields of a line. A field that begins with a quotation mark ends with one; elsewhere they are plain marks, as for Slicer.
fn split(line: &str, separator: char) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let is_start = fields.last().is_some_and(String::is_empty);
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                push(&mut fields, '"');
            }
            '"' if quoted => quoted = false,
            '"' if is_start => quoted = true,
            mark if mark == separator && !quoted => fields.push(String::new()),
            other => push(&mut fields, other),
        }
    }
    fields
}

fn push(fields: &mut [String], character: char) {
    if let Some(last) = fields.last_mut() {
        last.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn quotation_marks_count_at_the_beginning_of_a_field_only() {
        assert_eq!(
            split(r#"1,"a, ""b""",c"d,"#, ','),
            ["1", "a, \"b\"", "c\"d", ""]
        );
        assert_eq!(split("point|1|2", '|'), ["point", "1", "2"]);
    }
}
