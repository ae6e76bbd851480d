//! What the upload's options say about a file or image, in one place for all importers.
//!
//! Precedence: what the export itself says, then the sidecar table, then the pattern, then the plain options.

use super::ImportError;
use super::written::{parse_instant, parse_spacing_mm};
use crate::domain::{
    IngestOptions, Item, Reading, ReadingKey, ReadingState, ReferenceKind, Role, SampleCoverage,
    Stage,
};
use regex::Regex;
use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;

pub(super) use super::item_names::base_name;
pub use super::item_names::item_key_of;

/// Options made ready for use: pattern compiled, sidecar indexed.
pub struct Context {
    options: IngestOptions,
    pattern: Option<Regex>,
    sidecar: HashMap<String, BTreeMap<String, String>>,
    item_key: ItemKeyRule,
}

#[derive(Clone, Copy)]
enum ItemKeyRule {
    Stem,
    Name,
    Path,
}

/// Everything known about one image or file before its annotations are read.
#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    pub item: String,
    pub study: String,
    /// `None` when neither export nor options name the rater.
    pub rater: Option<String>,
    pub stage: Stage,
    pub role: Role,
    pub reference: Option<ReferenceKind>,
    pub session: String,
    pub layer: String,
    pub site: Option<String>,
    pub modality: Option<String>,
    pub label: Option<String>,
    pub spacing_mm: Option<[f64; 3]>,
    pub finished_at_us: Option<i64>,
    pub active_ms: Option<i64>,
}

impl Context {
    /// Checks and prepares the options.
    ///
    /// # Errors
    /// A pattern that does not compile or names an unknown group, an unknown `item_key`.
    pub fn new(options: &IngestOptions) -> Result<Self, ImportError> {
        let pattern = options
            .pattern
            .as_deref()
            .map(compile_pattern)
            .transpose()?;
        let item_key = match options.item_key.as_deref() {
            None | Some("stem") => ItemKeyRule::Stem,
            Some("name") => ItemKeyRule::Name,
            Some("path") => ItemKeyRule::Path,
            Some(other) => {
                return Err(ImportError::Option {
                    option: "item_key".to_owned(),
                    detail: format!("`{other}` is not one of stem, name, path"),
                });
            }
        };
        let mut sidecar = HashMap::new();
        for (index, row) in options.sidecar.iter().enumerate() {
            let key =
                row.get("file")
                    .or_else(|| row.get("item"))
                    .ok_or_else(|| ImportError::Option {
                        option: "sidecar".to_owned(),
                        detail: format!(
                            "row {} has neither a `file` nor an `item` column",
                            index + 1
                        ),
                    })?;
            sidecar.insert(key.clone(), row.clone());
        }
        Ok(Self {
            options: options.clone(),
            pattern,
            sidecar,
            item_key,
        })
    }

    /// The options as given.
    pub fn options(&self) -> &IngestOptions {
        &self.options
    }

    /// Whether a listed item without annotations counts as reviewed and empty.
    pub fn listed_is_reviewed(&self) -> bool {
        self.options.coverage == SampleCoverage::Listed
    }

    /// The item key for an image as the export names it.
    pub fn item_key(&self, image: &str) -> String {
        match self.item_key {
            ItemKeyRule::Stem => item_key_of(image),
            ItemKeyRule::Name => base_name(image).to_owned(),
            ItemKeyRule::Path => image.to_owned(),
        }
    }

    /// What is known about `image`, annotated in `file` of the upload. `image` is a file name or an id;
    /// the pattern is tried on `file` and then on `image`.
    ///
    /// # Errors
    /// A pattern or sidecar value that is not a stage, role or number.
    pub fn place(&self, file: &str, image: &str) -> Result<Placement, ImportError> {
        let item = self.item_key(image);
        self.place_item(file, image, item)
    }

    /// As `place`, for an item whose key is certain already (a DICOM UID, a table's item column).
    ///
    /// # Errors
    /// As `place`.
    pub fn place_item(
        &self,
        file: &str,
        image: &str,
        item: String,
    ) -> Result<Placement, ImportError> {
        let captured = self.capture(file, image);
        let item = captured.get("item").cloned().unwrap_or(item);
        let row = [file, image, base_name(image), item.as_str()]
            .into_iter()
            .find_map(|key| self.sidecar.get(key));
        let lookup = |field: &str| -> Option<String> {
            row.and_then(|row| row.get(field))
                .filter(|value| !value.is_empty())
                .or_else(|| captured.get(field))
                .cloned()
        };
        let item = lookup("item").unwrap_or(item);
        let item = if self.options.fold_case {
            item.to_lowercase()
        } else {
            item
        };
        let stage = match lookup("stage") {
            Some(text) => parse("stage", &text)?,
            None => self.options.stage.unwrap_or(Stage::Annotation),
        };
        let role = match lookup("role") {
            Some(text) => parse("role", &text)?,
            None => self.options.role.unwrap_or(default_role(stage)),
        };
        let reference = match lookup("reference") {
            Some(text) => Some(parse("reference", &text)?),
            None => self.options.reference,
        };
        let study = lookup("study")
            .or_else(|| self.options.study.clone())
            .unwrap_or_else(|| item.clone());
        Ok(Placement {
            study,
            rater: lookup("rater").or_else(|| self.options.annotator.clone()),
            stage,
            role,
            reference,
            session: lookup("session")
                .or_else(|| self.options.session.clone())
                .unwrap_or_default(),
            layer: self
                .options
                .layer
                .clone()
                .unwrap_or_else(|| "annotations".to_owned()),
            site: lookup("site").or_else(|| self.options.site.clone()),
            modality: lookup("modality").or_else(|| self.options.modality.clone()),
            label: lookup("label").or_else(|| self.options.label.clone()),
            spacing_mm: match lookup("spacing_mm") {
                Some(text) => Some(parse_spacing_mm(&text)?),
                None => self.options.spacing_mm,
            },
            finished_at_us: match lookup("finished_at") {
                Some(text) => Some(parse_instant("finished_at", &text)?),
                None => self.options.finished_at_us,
            },
            active_ms: lookup("active_s")
                .map(|text| parse::<f64>("active_s", &text))
                .transpose()?
                .filter(|seconds| seconds.is_finite() && *seconds >= 0.0 && *seconds < 1e9)
                .map(|seconds| (seconds * 1000.0).round() as i64),
            item,
        })
    }

    /// What the sidecar table says in a column about a file or image; a row for the file `*` is about all.
    pub fn stated(&self, file: &str, image: &str, column: &str) -> Option<&str> {
        let item = self.item_key(image);
        [file, image, base_name(image), item.as_str(), "*"]
            .into_iter()
            .find_map(|key| self.sidecar.get(key)?.get(column))
            .map(String::as_str)
    }

    /// Whether options, table or pattern say what the rater of an image is, rather than leaving it to the stage.
    pub fn states_role(&self, file: &str, image: &str) -> bool {
        self.options.role.is_some()
            || self.stated(file, image, "role").is_some()
            || self.capture(file, image).contains_key("role")
    }

    /// The image's size as the sidecar's columns `width_px` and `height_px` say.
    ///
    /// # Errors
    /// A size that is no whole number above 0, or a width without a height.
    pub fn size_px(&self, file: &str, image: &str) -> Result<Option<(u32, u32)>, ImportError> {
        let side = |column: &str| {
            let stated = self.stated(file, image, column);
            stated.map(|text| parse::<std::num::NonZeroU32>(column, text))
        };
        match (side("width_px"), side("height_px")) {
            (Some(width), Some(height)) => Ok(Some((width?.get(), height?.get()))),
            (None, None) => Ok(None),
            _ => Err(ImportError::Option {
                option: "sidecar".to_owned(),
                detail: "`width_px` and `height_px` belong together".to_owned(),
            }),
        }
    }

    /// Whether a pattern was given that neither the path in the upload nor the image's name matches.
    pub fn is_outside_pattern(&self, file: &str, image: &str) -> bool {
        self.pattern
            .as_ref()
            .is_some_and(|pattern| !pattern.is_match(file) && !pattern.is_match(image))
    }

    fn capture(&self, file: &str, image: &str) -> BTreeMap<&'static str, String> {
        let mut found = BTreeMap::new();
        let Some(pattern) = &self.pattern else {
            return found;
        };
        let Some(captures) = pattern.captures(file).or_else(|| pattern.captures(image)) else {
            return found;
        };
        for &group in PATTERN_GROUPS {
            if let Some(value) = captures.name(group) {
                found.insert(group, value.as_str().to_owned());
            }
        }
        found
    }
}

impl Placement {
    /// The key of this placement's reading, for the rater that the export names or else the options do.
    /// An unknown rater is "" and makes the import ask for one.
    pub fn reading_key(&self, rater_in_export: Option<&str>) -> ReadingKey {
        ReadingKey {
            item: self.item.clone(),
            rater: rater_in_export
                .map(str::to_owned)
                .or_else(|| self.rater.clone())
                .unwrap_or_default(),
            stage: self.stage,
            session: self.session.clone(),
            layer: self.layer.clone(),
        }
    }

    /// An item with what is known here; the importer adds what the export says.
    pub fn to_item(&self) -> Item {
        Item {
            key: self.item.clone(),
            study: self.study.clone(),
            spacing_mm: self.spacing_mm,
            modality: self.modality.clone(),
            site: self.site.clone(),
            ..Item::default()
        }
    }

    /// A reading with what is known here; the importer adds what the export says.
    pub fn to_reading(&self, key: ReadingKey, state: ReadingState, source_file: &str) -> Reading {
        Reading {
            reference: self.reference,
            finished_at_us: self.finished_at_us,
            active_ms: self.active_ms,
            source_file: source_file.to_owned(),
            ..Reading::new(key, self.role, state)
        }
    }
}

const PATTERN_GROUPS: &[&str] = &[
    "rater",
    "item",
    "study",
    "site",
    "stage",
    "session",
    "label",
    "role",
    "reference",
];

fn compile_pattern(text: &str) -> Result<Regex, ImportError> {
    let refuse = |detail: String| ImportError::Option {
        option: "pattern".to_owned(),
        detail,
    };
    let pattern = Regex::new(text).map_err(|error| refuse(error.to_string()))?;
    for name in pattern.capture_names().flatten() {
        if !PATTERN_GROUPS.contains(&name) {
            return Err(refuse(format!(
                "group `{name}` is not one of {}",
                PATTERN_GROUPS.join(", ")
            )));
        }
    }
    Ok(pattern)
}

pub(super) fn default_role(stage: Stage) -> Role {
    match stage {
        Stage::Verification => Role::Physician,
        Stage::Training | Stage::Annotation => Role::Annotator,
    }
}

fn parse<T: FromStr>(field: &str, text: &str) -> Result<T, ImportError>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| ImportError::Option {
        option: field.to_owned(),
        detail: format!("`{text}`: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use super::Context;
    use crate::domain::{IngestOptions, Stage};

    #[test]
    fn a_pattern_names_rater_and_item_from_the_path() {
        let context = Context::new(&IngestOptions {
            pattern: Some(r"(?P<rater>Person\d)_.*/[Ss]eg_?(?P<item>.+)\.png".to_owned()),
            stage: Some(Stage::Training),
            ..IngestOptions::default()
        })
        .expect("the pattern is sound");
        let placed = context
            .place("Expert/Person3_Amira/Seg_TPre01.png", "Seg_TPre01.png")
            .expect("nothing to refuse");
        assert_eq!(placed.rater.as_deref(), Some("Person3"));
        assert_eq!(placed.item, "TPre01");
        assert_eq!(placed.stage, Stage::Training);
    }

    #[test]
    fn items_that_differ_in_case_only_meet_when_asked_to() {
        let context = Context::new(&IngestOptions {
            pattern: Some(r"(?i)seg_(?P<item>.+)\.png".to_owned()),
            fold_case: true,
            ..IngestOptions::default()
        })
        .expect("the pattern is sound");
        let keys = ["a/Seg_TPre01.png", "b/seg_tpre01.png"]
            .map(|file| context.place(file, file).expect("nothing to refuse"));
        assert_eq!(keys[0].item, "tpre01");
        assert_eq!(keys[0].item, keys[1].item);
        assert_eq!(keys[0].study, "tpre01");
        assert!(context.is_outside_pattern("raw/TPre01.png", "TPre01.png"));
    }

    #[test]
    fn an_unknown_group_in_a_pattern_is_refused() {
        let options = IngestOptions {
            pattern: Some("(?P<reader>.*)".to_owned()),
            ..IngestOptions::default()
        };
        let error = Context::new(&options).err().map(|error| error.to_string());
        assert_eq!(
            error.as_deref(),
            Some(
                "option `pattern`: group `reader` is not one of rater, item, study, site, stage, session, label, role, reference"
            )
        );
    }
}
