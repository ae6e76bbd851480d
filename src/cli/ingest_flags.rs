//! The flags that say what an export itself lacks.

use crate::domain::{IngestOptions, MaskForeground, ReferenceKind, Role, SampleCoverage, Stage};
use crate::importers::{Mapping, parse_instant, parse_spacing_mm, read_sidecar};
use crate::pipeline::{PipelineError, read_text};
use std::path::PathBuf;

/// What the export lacks: who, when, at which stage, of which study.
#[derive(clap::Args, Clone, Debug, Default)]
#[command(next_help_heading = "What the export lacks")]
pub struct IngestFlags {
    /// The rater of the whole upload, where the export names none
    #[arg(long, value_name = "NAME")]
    pub annotator: Option<String>,
    /// clinician, annotator, physician or model
    #[arg(long)]
    pub role: Option<Role>,
    /// training, annotation or verification
    #[arg(long)]
    pub stage: Option<Stage>,
    /// These annotations are called true: gold, adjudicated, verification or consensus
    #[arg(long, value_name = "KIND")]
    pub reference: Option<ReferenceKind>,
    /// Reading session, where one rater reads an item several times
    #[arg(long)]
    pub session: Option<String>,
    /// Exports that complement each other (masks and ratings) are different layers
    #[arg(long)]
    pub layer: Option<String>,
    /// Study that all items belong to
    #[arg(long)]
    pub study: Option<String>,
    /// Site that all items come from
    #[arg(long)]
    pub site: Option<String>,
    /// Modality of all items, such as CT
    #[arg(long)]
    pub modality: Option<String>,
    /// Spacing in mm: z,y,x or y,x
    #[arg(long, value_name = "MM")]
    pub spacing_mm: Option<String>,
    /// When the work was finished: RFC 3339 or a date
    #[arg(long, value_name = "TIME")]
    pub finished_at: Option<String>,
    /// Regular expression over paths, with groups rater, item, study, site, stage, session, label, role, reference
    #[arg(long, value_name = "REGEX")]
    pub pattern: Option<String>,
    /// How items are named: stem, name or path
    #[arg(long, value_name = "RULE")]
    pub item_key: Option<String>,
    /// Items whose keys differ in upper and lower case only are one item
    #[arg(long)]
    pub fold_case: bool,
    /// Label of masks that carry none
    #[arg(long)]
    pub label: Option<String>,
    /// Column of a table that holds a known field: rater=Reader (repeatable)
    #[arg(long = "column", value_name = "FIELD=COLUMN")]
    pub columns: Vec<String>,
    /// nominal or ordinal, for ratings tables
    #[arg(long)]
    pub scale: Option<String>,
    /// Saved mapping of a ratings table: columns, scale, layout, missing cells … as TOML; flags go before it
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// Items that the export lists without annotations are unknown, not reviewed and empty
    #[arg(long)]
    pub only_annotated: bool,
    /// Grey value from which a pixel of a PNG mask is set
    #[arg(long, value_name = "0-255")]
    pub mask_threshold: Option<u8>,
    /// light or dark: the pixels of a black-and-white PNG mask that are drawn; told by the border where not given
    #[arg(long, value_name = "SHADE")]
    pub mask_foreground: Option<MaskForeground>,
    /// CSV table with an item or file column and any of study, site, stage, rater, finished_at …
    #[arg(long, value_name = "FILE")]
    pub sidecar: Option<PathBuf>,
    /// The format, where detection should not decide
    #[arg(long, default_value = "auto")]
    pub format: String,
}

impl IngestFlags {
    /// The options that these flags mean.
    ///
    /// # Errors
    /// A flag whose value is not what it should be, a sidecar that cannot be read.
    pub fn to_options(&self) -> Result<IngestOptions, PipelineError> {
        let mut options = IngestOptions {
            format: (self.format != "auto").then(|| self.format.clone()),
            annotator: self.annotator.clone(),
            role: self.role,
            stage: self.stage,
            reference: self.reference,
            session: self.session.clone(),
            layer: self.layer.clone(),
            study: self.study.clone(),
            site: self.site.clone(),
            modality: self.modality.clone(),
            spacing_mm: self
                .spacing_mm
                .as_deref()
                .map(parse_spacing_mm)
                .transpose()?,
            finished_at_us: self
                .finished_at
                .as_deref()
                .map(|text| parse_instant("finished-at", text))
                .transpose()?,
            pattern: self.pattern.clone(),
            item_key: self.item_key.clone(),
            label: self.label.clone(),
            fold_case: self.fold_case,
            scale: self.scale.clone(),
            mask_threshold: self.mask_threshold,
            mask_foreground: self.mask_foreground,
            coverage: if self.only_annotated {
                SampleCoverage::Annotated
            } else {
                SampleCoverage::Listed
            },
            ..IngestOptions::default()
        };
        for column in &self.columns {
            let (field, name) = column
                .split_once('=')
                .ok_or_else(|| PipelineError::Parameter {
                    what: "--column",
                    given: column.clone(),
                    detail: "write FIELD=COLUMN, such as rater=Reader".to_owned(),
                })?;
            options.columns.insert(field.to_owned(), name.to_owned());
        }
        if let Some(path) = &self.mapping {
            Mapping::parse(&read_text(path)?)?.apply(&mut options);
        }
        if let Some(path) = &self.sidecar {
            options.sidecar = read_sidecar(path)?;
        }
        Ok(options)
    }
}
