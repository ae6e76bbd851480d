//! Protocols to begin with, one for each common kind of work, explained line by line.

/// A protocol to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProtocolTemplate {
    /// What `concord protocol new --template` takes.
    pub name: &'static str,
    /// For which work.
    pub title: &'static str,
    pub toml: &'static str,
}

/// Every template, in the order in which they are listed.
pub const PROTOCOL_TEMPLATES: &[ProtocolTemplate] = &[
    ProtocolTemplate {
        name: "box-detection",
        title: "findings marked by boxes",
        toml: include_str!("templates/protocols/box-detection.toml"),
    },
    ProtocolTemplate {
        name: "tumour-segmentation",
        title: "tumours outlined or painted on single images",
        toml: include_str!("templates/protocols/tumour-segmentation.toml"),
    },
    ProtocolTemplate {
        name: "joint-keypoints",
        title: "landmarks of joints",
        toml: include_str!("templates/protocols/joint-keypoints.toml"),
    },
    ProtocolTemplate {
        name: "volumetric-ct",
        title: "volumes segmented voxel by voxel",
        toml: include_str!("templates/protocols/volumetric-ct.toml"),
    },
    ProtocolTemplate {
        name: "study-classification",
        title: "one answer a study",
        toml: include_str!("templates/protocols/study-classification.toml"),
    },
    ProtocolTemplate {
        name: "text-entities",
        title: "spans marked in clinical text",
        toml: include_str!("templates/protocols/text-entities.toml"),
    },
];

/// The template of this name.
pub fn protocol_template(name: &str) -> Option<ProtocolTemplate> {
    PROTOCOL_TEMPLATES
        .iter()
        .copied()
        .find(|template| template.name == name)
}

#[cfg(test)]
mod tests {
    use super::{PROTOCOL_TEMPLATES, protocol_template};
    use crate::domain::{Protocol, Tolerance};
    use crate::gates::parse_protocol;

    #[test]
    fn templates_are_sound_and_keep_the_guide_s_tolerances() {
        let guide = Tolerance::default();
        for template in PROTOCOL_TEMPLATES {
            let protocol = parse_protocol(template.name, template.toml)
                .unwrap_or_else(|error| panic!("{error:?}"));
            assert_eq!(protocol.tolerance, guide, "{}", template.name);
            assert!(protocol.labels.len() >= 2, "{}", template.name);
            assert_ne!(protocol.name, Protocol::default().name);
            assert_eq!(protocol.stages, Protocol::default().stages);
            assert_eq!(protocol.throughput, Protocol::default().throughput);
        }
        assert_eq!(PROTOCOL_TEMPLATES.len(), 6);
        assert!(protocol_template("box-detection").is_some());
        assert!(protocol_template("boxes").is_none());
    }

    #[test]
    fn each_template_states_the_tolerance_of_its_technique_with_its_reason() {
        for (name, key) in [
            ("box-detection", "box_edge_px = 5.0"),
            ("tumour-segmentation", "polygon_px = 1.0"),
            ("joint-keypoints", "keypoint_mm = 0.1"),
            ("volumetric-ct", "volume_voxels = 1.0"),
            ("study-classification", "ordinal_steps = 0.0"),
            ("text-entities", "text_chars = 0.0"),
        ] {
            let toml = protocol_template(name).expect("a template").toml;
            let lines: Vec<&str> = toml.lines().collect();
            let at = lines.iter().position(|line| *line == key).expect(key);
            assert!(lines[at - 1].starts_with("# "), "{name}: {key}");
        }
    }
}
