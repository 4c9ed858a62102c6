//! `eps audit`

use super::Exit;
use crate::args::{PredictionArgs, ResultFiles, write_asked};
use crate::stdout::show;
use anyhow::Result;
use eps_eval::report::export;
use eps_experiment::Session;
use eps_experiment::output::OutputFiles;

const EXAMPLES: &str = "\
Examples:
  eps audit runs/eps --data VOC2012
  eps audit runs/eps/masks --truth VOC2012/SegmentationClass --list train --markdown audit.md";

/// Score one folder of masks under every protocol, with a line on why the scores differ
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Audit {
    #[command(flatten)]
    masks: PredictionArgs,
    #[command(flatten)]
    files: ResultFiles,
}

impl Audit {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let source = self.masks.source();
        let outputs = OutputFiles::of(self.files.paths()).reading(source.inputs()).check()?;
        let (masks, truth) = source.open(session)?;
        let audit = masks.audit(&truth, session)?;
        write_asked(&self.files.json, || Ok(export::json(&audit)))?;
        write_asked(&self.files.csv, || export::audit_csv(&audit))?;
        write_asked(&self.files.markdown, || Ok(export::audit_markdown(&audit)))?;
        show(&outputs, &export::audit_text(&audit));
        outputs.keep(session);
        Ok(Exit::Done)
    }
}
