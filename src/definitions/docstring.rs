//! The parts of a docstring.

/// Headings that the docstring of every figure has, in this order.
pub const HEADINGS: [&str; 8] = [
    "Definition",
    "Input",
    "Edge cases",
    "Properties",
    "Errors",
    "Example",
    "Reference",
    "Checked against",
];

/// One heading of a docstring, with the text below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    pub heading: String,
    /// Lines as written, without the comment marks.
    pub text: String,
}

/// A docstring, split at its headings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Docstring {
    /// What stands before the first heading.
    pub summary: String,
    pub sections: Vec<Section>,
}

impl Docstring {
    /// The docstring of the public function (or method) `name` of a source; `None` where there is no such function or it has none.
    pub fn of_function(source: &str, name: &str) -> Option<Self> {
        let lines: Vec<&str> = source.lines().map(str::trim).collect();
        let at = lines.iter().position(|line| {
            let rest = line.strip_prefix("pub fn ");
            let rest = rest.or_else(|| line.strip_prefix("pub const fn "));
            rest.and_then(|rest| rest.strip_prefix(name))
                .is_some_and(|rest| rest.starts_with(['(', '<']))
        })?;
        let above = lines[..at]
            .iter()
            .rev()
            .take_while(|line| line.starts_with("///") || line.starts_with("#["));
        let mut text: Vec<&str> = above
            .filter_map(|line| line.strip_prefix("///"))
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect();
        text.reverse();
        (!text.is_empty()).then(|| Self::parse(&text))
    }

    fn parse(lines: &[&str]) -> Self {
        let mut found = Self {
            summary: String::new(),
            sections: Vec::new(),
        };
        // Within a code block, a line that starts with `#` is hidden code.
        let mut is_code = false;
        for line in lines {
            is_code ^= line.starts_with("```");
            match line.strip_prefix("# ").filter(|_| !is_code) {
                Some(heading) => found.sections.push(Section {
                    heading: heading.trim().to_owned(),
                    text: String::new(),
                }),
                None => {
                    let last = found.sections.last_mut();
                    let text = last.map_or(&mut found.summary, |section| &mut section.text);
                    if !text.is_empty() {
                        text.push('\n');
                    }
                    text.push_str(line);
                }
            }
        }
        found.summary = found.summary.trim().to_owned();
        for section in &mut found.sections {
            section.text = section.text.trim().to_owned();
        }
        found
    }

    /// The text below a heading.
    pub fn section(&self, heading: &str) -> Option<&str> {
        let mut sections = self.sections.iter();
        sections
            .find(|section| section.heading == heading)
            .map(|section| section.text.as_str())
    }

    /// What this docstring lacks of the full form: headings that are missing, empty or out of order.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.summary.is_empty() {
            faults.push("no summary".to_owned());
        }
        let mut last = 0;
        for heading in HEADINGS {
            let at = self.sections.iter().position(|s| s.heading == heading);
            match at {
                None => faults.push(format!("no `# {heading}`")),
                Some(at) if self.sections[at].text.is_empty() => {
                    faults.push(format!("nothing below `# {heading}`"));
                }
                Some(at) if at < last => faults.push(format!("`# {heading}` out of order")),
                Some(at) => last = at,
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "
/// Not this one.
pub fn mean_of_squares(values: &[f64]) -> f64 {}

/// The mean.
///
/// # Definition
/// Sum over n.
/// # Example
/// ```
/// # use concord::mean;
/// assert_eq!(mean(&[1.0]), 1.0);
/// ```
/// # Errors
/// None.
#[must_use]
pub fn mean(values: &[f64]) -> f64 {}
pub fn bare() {}
";

    #[test]
    fn a_docstring_is_split_at_its_headings_and_not_at_hidden_code() {
        let found = Docstring::of_function(SOURCE, "mean").unwrap();
        assert_eq!(found.summary, "The mean.");
        let headings: Vec<_> = found.sections.iter().map(|s| s.heading.as_str()).collect();
        assert_eq!(headings, ["Definition", "Example", "Errors"]);
        assert!(found.section("Example").unwrap().contains("# use concord"));
        assert_eq!(found.section("Errors"), Some("None."));
        assert_eq!(found.section("Reference"), None);
    }

    #[test]
    fn what_is_missing_and_what_is_out_of_order_is_told() {
        let faults = Docstring::of_function(SOURCE, "mean").unwrap().faults();
        assert!(faults.contains(&"no `# Input`".to_owned()), "{faults:?}");
        assert!(faults.contains(&"`# Example` out of order".to_owned()));
        assert_eq!(faults.len(), 6);
    }

    #[test]
    fn a_function_that_is_not_there_or_says_nothing_has_no_docstring() {
        assert_eq!(Docstring::of_function(SOURCE, "me"), None);
        assert_eq!(Docstring::of_function(SOURCE, "bare"), None);
    }
}
