//! `concord protocol`: protocols to begin with, what a file says, and the sheet that annotators work by.

use super::output::{self, Align};
use crate::gates::{PROTOCOL_TEMPLATES, protocol_hash, protocol_template, protocol_toml};
use crate::pipeline::{PipelineError, protocol_sheet, read_protocol, write_file};
use std::path::PathBuf;

#[derive(clap::Args, Debug)]
pub struct ProtocolArgs {
    #[command(subcommand)]
    command: ProtocolCommand,
}

#[derive(clap::Subcommand, Debug)]
enum ProtocolCommand {
    /// A protocol to begin with, explained line by line; without --template, the list of them
    New {
        /// box-detection, tumour-segmentation, joint-keypoints, volumetric-ct, study-classification or text-entities
        #[arg(long, value_name = "NAME")]
        template: Option<String>,
        /// Write it to this file, which must not exist; stdout otherwise
        #[arg(long, value_name = "FILE")]
        into: Option<PathBuf>,
    },
    /// Every mistake in a protocol file; without any, what is in force, defaults included
    Check {
        /// Protocol file
        file: PathBuf,
    },
    /// The annotators' sheet as one printable HTML file: labels, tolerances with pictures, errors
    Sheet {
        /// Protocol file
        file: PathBuf,
        /// Write it to this file; stdout otherwise
        #[arg(long, value_name = "FILE")]
        into: Option<PathBuf>,
    },
}

pub fn run(args: &ProtocolArgs) -> Result<u8, PipelineError> {
    match &args.command {
        ProtocolCommand::New { template, into } => match template {
            None => output::data(&list())?,
            Some(name) => {
                let found = protocol_template(name).ok_or_else(|| {
                    let names: Vec<&str> = PROTOCOL_TEMPLATES.iter().map(|one| one.name).collect();
                    PipelineError::Parameter {
                        what: "template",
                        given: name.clone(),
                        detail: format!("{} are known", names.join(", ")),
                    }
                })?;
                hand_over(found.toml, into.as_ref())?;
            }
        },
        ProtocolCommand::Check { file } => {
            let protocol = read_protocol(file)?;
            output::data(&format!(
                "# {}: no mistakes. In force, defaults included; hash {}\n\n{}",
                file.display(),
                protocol_hash(&protocol),
                protocol_toml(&protocol)
            ))?;
        }
        ProtocolCommand::Sheet { file, into } => {
            let sheet = protocol_sheet(&read_protocol(file)?)?;
            match into {
                Some(path) => write_file(path, sheet.as_bytes())?,
                None => output::data(&sheet)?,
            }
        }
    }
    Ok(0)
}

fn hand_over(toml: &str, into: Option<&PathBuf>) -> Result<(), PipelineError> {
    let Some(path) = into else {
        return output::data(toml);
    };
    if path.exists() {
        return Err(PipelineError::Parameter {
            what: "file",
            given: path.display().to_string(),
            detail: "it exists, and a protocol is written over nothing; name a new file".to_owned(),
        });
    }
    write_file(path, toml.as_bytes())
}

fn list() -> String {
    let rows: Vec<Vec<String>> = PROTOCOL_TEMPLATES
        .iter()
        .map(|one| vec![one.name.to_owned(), one.title.to_owned()])
        .collect();
    output::table(&[("template", Align::Left), ("for", Align::Left)], &rows)
}
