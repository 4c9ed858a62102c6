//! `eps audit`

use super::End;
use crate::args::PredictionArgs;
use crate::outputs::Outputs;
use crate::progress::Progress;
use crate::run_folder::write_asked;
use anyhow::Result;
use eps_eval::Protocol;
use eps_eval::report::export;
use std::path::PathBuf;

/// Score one folder of masks under every protocol, with a line on why the scores differ
#[derive(clap::Args)]
pub(crate) struct Audit {
    #[command(flatten)]
    masks: PredictionArgs,
    /// Write the audit as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the audit as Markdown
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

impl Audit {
    pub(crate) fn run(self) -> Result<End> {
        let outputs =
            Outputs::of([&self.json, &self.markdown]).reading(self.masks.inputs()).check()?;
        let audit = self.audit()?;
        write_asked(&self.json, || Ok(export::json(&audit)))?;
        write_asked(&self.markdown, || Ok(export::audit_markdown(&audit)))?;
        outputs.keep();
        print!("{}", export::audit_text(&audit));
        Ok(End::Done)
    }

    fn audit(&self) -> Result<eps_eval::Audit> {
        let masks = self.masks.open()?;
        let folder = masks.folder(None);
        let progress = Progress::new("masks", folder.len()).shared();
        let outcomes = folder.audit(&Protocol::ALL, &|| progress.step())?;
        progress.finish();
        Ok(eps_eval::Audit::new(folder.scored_list(), Protocol::ALL.into_iter().zip(outcomes)))
    }
}
