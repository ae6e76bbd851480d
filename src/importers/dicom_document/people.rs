//! Whether a name in a DICOM object is a person's.

/// Names of tools, or of no one, in lower case without marks.
const NOT_A_PERSON: &[&str] = &[
    "slicer",
    "3dslicer",
    "dcmqi",
    "dcmjs",
    "cornerstone",
    "ohif",
    "ohifviewer",
    "mitk",
    "highdicom",
    "pydicom",
    "dcmtk",
    "itksnap",
    "monai",
    "pydicomseg",
    "weasis",
    "horos",
    "osirix",
    "mdai",
    "unknown",
    "unknownunknown",
    "observer",
    "anonymous",
    "anonymized",
    "anonymised",
    "anon",
    "none",
    "na",
];

/// Whether a name is a person's, and not empty, a tool's or a placeholder.
pub(in crate::importers) fn is_person(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    !plain.is_empty() && !NOT_A_PERSON.contains(&plain.as_str())
}

#[cfg(test)]
mod tests {
    use super::is_person;

    #[test]
    fn a_tool_or_no_one_is_not_a_rater() {
        for name in [
            "",
            "3D Slicer",
            "unknown^unknown",
            "ANONYMOUS",
            "^^",
            "dcmjs",
        ] {
            assert!(!is_person(name), "{name}");
        }
        for name in ["User1", "Doe^John", "Slicer^Jane", "李^明"] {
            assert!(is_person(name), "{name}");
        }
    }
}
