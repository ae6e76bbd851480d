//! What an export itself lacks, as query parameters of an upload.

use super::ApiError;
use super::parameters::{Form, Given, Parameter};
use crate::domain::{IngestOptions, MaskForeground, ReferenceKind, Role, SampleCoverage, Stage};
use crate::importers::{parse_instant, parse_spacing_mm};
use crate::pipeline::PipelineError;

const fn option(name: &'static str, description: &'static str, example: &'static str) -> Parameter {
    Parameter {
        name,
        description,
        example,
        form: Form::Text,
        values: None,
    }
}

const fn choice(
    name: &'static str,
    description: &'static str,
    example: &'static str,
    values: fn() -> Vec<&'static str>,
) -> Parameter {
    Parameter {
        name,
        description,
        example,
        form: Form::Text,
        values: Some(values),
    }
}

const ANNOTATOR: Parameter = option(
    "annotator",
    "The rater of the whole upload, where the export names none.",
    "reader-a",
);
const ROLE: Parameter = choice(
    "role",
    "What the rater is in the programme.",
    "annotator",
    || Role::ALL.iter().map(|value| value.as_str()).collect(),
);
const STAGE: Parameter = choice(
    "stage",
    "The stage at which the work was done.",
    "annotation",
    || Stage::ALL.iter().map(|value| value.as_str()).collect(),
);
const REFERENCE: Parameter = choice(
    "reference",
    "These annotations are called true, as this kind of reference.",
    "adjudicated",
    || {
        ReferenceKind::ALL
            .iter()
            .map(|value| value.as_str())
            .collect()
    },
);
const SESSION: Parameter = option(
    "session",
    "Reading session, where one rater reads an item several times.",
    "second-read",
);
const LAYER: Parameter = option(
    "layer",
    "Exports that complement each other, such as masks and ratings, are different layers.",
    "ratings",
);
const STUDY: Parameter = option("study", "Study that all items belong to.", "study-0042");
const SITE: Parameter = option("site", "Site that all items come from.", "north");
const MODALITY: Parameter = option("modality", "Modality of all items.", "CT");
const SPACING_MM: Parameter = option(
    "spacing_mm",
    "Spacing in mm as z,y,x or y,x.",
    "2.5,0.7,0.7",
);
const FINISHED_AT: Parameter = option(
    "finished_at",
    "When the work was finished: RFC 3339 or a date.",
    "2026-11-16T09:30:00+01:00",
);
const PATTERN: Parameter = option(
    "pattern",
    "Regular expression over paths, with named groups rater, item, study, site, stage, session, label, role, reference.",
    "(?P<rater>[^/]+)/(?P<item>[^/]+)\\.png",
);
const ITEM_KEY: Parameter = choice(
    "item_key",
    "How items are named; `stem` unless given.",
    "stem",
    || vec!["stem", "name", "path"],
);
const FOLD_CASE: Parameter = choice(
    "fold_case",
    "`true`: items whose keys differ in upper and lower case only are one item. `false` unless given.",
    "true",
    || vec!["true", "false"],
);
const LABEL: Parameter = option("label", "Label of masks that carry none.", "nodule");
const COLUMN: Parameter = Parameter {
    name: "column",
    description: "Column of a table that holds a known field, as FIELD=COLUMN; once for each.",
    example: "rater=Reader",
    form: Form::Repeated,
    values: None,
};
const SCALE: Parameter = choice(
    "scale",
    "Scale of a ratings table; `nominal` unless given.",
    "ordinal",
    || vec!["nominal", "ordinal"],
);
const COVERAGE: Parameter = choice(
    "coverage",
    "`listed`: an item that the export lists without annotations was reviewed and found empty. `annotated`: nothing \
     is known of it. `listed` unless given.",
    "listed",
    || vec!["listed", "annotated"],
);
const MASK_THRESHOLD: Parameter = Parameter {
    name: "mask_threshold",
    description: "Grey value from which a pixel of a PNG mask is set; 128 unless given.",
    example: "1",
    form: Form::Whole(0, 255),
    values: None,
};
const MASK_FOREGROUND: Parameter = choice(
    "mask_foreground",
    "Which pixels of a black-and-white PNG mask are drawn; told by the images' borders unless given.",
    "dark",
    || {
        MaskForeground::ALL
            .iter()
            .map(|value| value.as_str())
            .collect()
    },
);
const FORMAT: Parameter = option(
    "format",
    "Key of the importer, where detection should not decide.",
    "coco",
);
const FILENAME: Parameter = option(
    "filename",
    "Name of the upload, for reports and item keys; a multipart part's own name, else `upload`, unless given.",
    "reader-a.json",
);

/// Every option of an upload.
pub const ALL: &[Parameter] = &[
    ANNOTATOR,
    ROLE,
    STAGE,
    REFERENCE,
    SESSION,
    LAYER,
    STUDY,
    SITE,
    MODALITY,
    SPACING_MM,
    FINISHED_AT,
    PATTERN,
    ITEM_KEY,
    FOLD_CASE,
    LABEL,
    COLUMN,
    SCALE,
    COVERAGE,
    MASK_THRESHOLD,
    MASK_FOREGROUND,
    FORMAT,
    FILENAME,
];

/// The options that these parameters mean.
///
/// # Errors
/// 400 for a value that means nothing.
pub fn options(given: &Given) -> Result<IngestOptions, ApiError> {
    let mut options = IngestOptions {
        format: given.owned(&FORMAT).filter(|format| format != "auto"),
        annotator: given.owned(&ANNOTATOR),
        role: given.parsed(&ROLE)?,
        stage: given.parsed(&STAGE)?,
        reference: given.parsed(&REFERENCE)?,
        session: given.owned(&SESSION),
        layer: given.owned(&LAYER),
        study: given.owned(&STUDY),
        site: given.owned(&SITE),
        modality: given.owned(&MODALITY),
        spacing_mm: given
            .text(&SPACING_MM)
            .map(parse_spacing_mm)
            .transpose()
            .map_err(PipelineError::from)?,
        finished_at_us: given
            .text(&FINISHED_AT)
            .map(|text| parse_instant(FINISHED_AT.name, text))
            .transpose()
            .map_err(PipelineError::from)?,
        pattern: given.owned(&PATTERN),
        item_key: given.owned(&ITEM_KEY),
        fold_case: given.text(&FOLD_CASE) == Some("true"),
        label: given.owned(&LABEL),
        scale: given.owned(&SCALE),
        mask_foreground: given.parsed(&MASK_FOREGROUND)?,
        coverage: match given.text(&COVERAGE) {
            Some("annotated") => SampleCoverage::Annotated,
            _ => SampleCoverage::Listed,
        },
        ..IngestOptions::default()
    };
    if given.text(&MASK_THRESHOLD).is_some() {
        options.mask_threshold = u8::try_from(given.whole(&MASK_THRESHOLD, 128)?).ok();
    }
    for column in given.all(&COLUMN) {
        let (field, name) = column.split_once('=').ok_or_else(|| {
            ApiError::parameter(COLUMN.name, "write FIELD=COLUMN, such as rater=Reader")
        })?;
        options.columns.insert(field.to_owned(), name.to_owned());
    }
    Ok(options)
}

/// The name that the client gives the upload, without any folder of its machine.
pub fn filename(given: &Given, of_part: Option<&str>) -> String {
    let name = given.text(&FILENAME).or(of_part).unwrap_or("upload");
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = base.chars().filter(|c| !c.is_control()).take(200).collect();
    if clean.is_empty() {
        "upload".to_owned()
    } else {
        clean
    }
}

#[cfg(test)]
mod tests {
    use super::{ALL, filename, options};
    use crate::api::parameters::Given;
    use crate::domain::{Role, SampleCoverage};
    use poem::Request;

    fn given(query: &str) -> Given {
        let uri = format!("/?{query}").parse().expect("an address");
        Given::read(&Request::builder().uri(uri).finish(), ALL)
            .ok()
            .expect("known parameters")
    }

    #[test]
    fn every_option_reaches_the_importer() {
        let read = options(&given(
            "annotator=a&role=physician&spacing_mm=2,1,1&finished_at=2026-11-16&column=rater%3DReader&column=item%3DCase&\
             coverage=annotated&mask_threshold=1&format=auto",
        ))
        .ok()
        .expect("sound options");
        assert_eq!(
            (read.annotator.as_deref(), read.role),
            (Some("a"), Some(Role::Physician))
        );
        assert_eq!(read.spacing_mm, Some([2.0, 1.0, 1.0]));
        assert_eq!(read.columns.len(), 2);
        assert_eq!(
            (read.coverage, read.mask_threshold, read.format),
            (SampleCoverage::Annotated, Some(1), None)
        );
        for query in [
            "spacing_mm=1",
            "finished_at=soon",
            "column=Reader",
            "mask_threshold=256",
        ] {
            assert!(options(&given(query)).is_err(), "{query}");
        }
    }

    #[test]
    fn a_file_name_loses_its_folders() {
        assert_eq!(
            filename(&given(""), Some("C:\\Users\\x\\export.json")),
            "export.json"
        );
        assert_eq!(
            filename(&given("filename=../../etc/passwd"), None),
            "passwd"
        );
        assert_eq!(filename(&given(""), Some("folder/")), "upload");
    }
}
