//! Modalities by the storage class of an image.

/// The modality of images of a SOP class, where the class has one only.
///
/// Format: DICOM PS3.4, annex B.5, and the Modality that PS3.3 fixes for each of the classes.
pub(in crate::importers) fn modality_of(sop_class: &str) -> Option<&'static str> {
    Some(match sop_class.strip_prefix("1.2.840.10008.5.1.4.1.1.")? {
        "1" => "CR",
        "1.1" | "1.1.1" => "DX",
        "1.2" | "1.2.1" | "13.1.3" | "13.1.4" | "13.1.5" => "MG",
        "2" | "2.1" | "2.2" => "CT",
        "3.1" | "6.1" | "6.2" => "US",
        "4" | "4.1" | "4.3" | "4.4" => "MR",
        "12.1" | "12.1.1" | "13.1.1" => "XA",
        "12.2" | "12.2.1" => "RF",
        "20" => "NM",
        "77.1.5.1" | "77.1.5.2" => "OP",
        "77.1.5.4" => "OPT",
        "77.1.6" => "SM",
        "128" | "128.1" | "130" => "PT",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::modality_of;

    #[test]
    fn classes_of_one_modality_name_it() {
        let found = |class: &str| modality_of(&format!("1.2.840.10008.5.1.4.1.1.{class}"));
        assert_eq!(found("2"), Some("CT"));
        assert_eq!(found("4.1"), Some("MR"));
        assert_eq!(found("77.1.6"), Some("SM"));
        // Secondary captures come from anywhere.
        assert_eq!(found("7"), None);
        assert_eq!(modality_of("2"), None);
    }
}
