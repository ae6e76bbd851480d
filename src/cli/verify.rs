//! `concord verify`: is this evidence what was signed? Needs neither the store nor a network.

use super::gate::{as_text, n_studies};
use super::output;
use crate::domain::Status;
use crate::gates::{PublicKey, verify_evidence};
use crate::pipeline::{PipelineError, read_text};
use std::path::{Path, PathBuf};

#[derive(clap::Args, Debug)]
pub struct VerifyArgs {
    /// Evidence record, as `concord gate --output json` writes it
    file: PathBuf,
    /// Public key that you trust: 64 hexadecimal digits, or the file evidence-key.pub (repeatable)
    #[arg(long, value_name = "KEY")]
    key: Vec<String>,
    /// Also demand that the record opens the gate; exit codes are those of `concord gate` then
    #[arg(long)]
    must_pass: bool,
}

pub fn run(args: &VerifyArgs) -> Result<u8, PipelineError> {
    let keys = args
        .key
        .iter()
        .map(|given| key_of(given))
        .collect::<Result<Vec<_>, _>>()?;
    let text = read_text(&args.file)?;
    let verified = verify_evidence(&text, &keys).map_err(|fault| PipelineError::Unverified {
        file: args.file.display().to_string(),
        fault,
    })?;
    let evidence = &verified.evidence;
    let trust = if verified.is_trusted {
        "a key that you named"
    } else {
        "which was compared with no key that you trust (--key)"
    };
    output::data(&format!(
        "The record is what was signed, and its verdicts follow from its counts.\n  record  {}\n  key     {}, {trust}\n  lot     {}, {}\n  judged  {} by policy {} and protocol {}\n\n{}",
        evidence.hash(),
        verified.public_key,
        n_studies(evidence.lot.n_studies),
        evidence.lot.source,
        evidence.evaluated_on,
        evidence.policy.name,
        evidence.protocol.name,
        as_text(evidence)
    ))?;
    Ok(if args.must_pass {
        crate::gates::exit_code(evidence.status)
    } else {
        crate::gates::exit_code(Status::Pass)
    })
}

/// A key, or the file that holds it.
fn key_of(given: &str) -> Result<PublicKey, PipelineError> {
    let text = if Path::new(given).is_file() {
        read_text(Path::new(given))?
    } else {
        given.to_owned()
    };
    text.parse().map_err(|_| PipelineError::Parameter {
        what: "key",
        given: given.to_owned(),
        detail: "it is neither 64 hexadecimal digits of a public key nor a file that holds them"
            .to_owned(),
    })
}
