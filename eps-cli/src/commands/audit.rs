//! `eps audit`

use super::End;
use crate::args::TruthArgs;
use crate::progress::Progress;
use crate::run_folder::write_text;
use anyhow::Result;
use eps_eval::{MaskFolder, Protocol, export};
use std::path::PathBuf;

/// Score one folder of masks under every protocol, with a line on why the scores differ
#[derive(clap::Args)]
pub(crate) struct Audit {
    #[command(flatten)]
    truth: TruthArgs,
    /// Folder of predicted masks, `<id>.png`
    #[arg(long, value_name = "DIR")]
    predictions: PathBuf,
    /// Write the audit as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the audit as Markdown
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

impl Audit {
    pub(crate) fn run(self) -> Result<End> {
        let audit = self.audit()?;
        if let Some(path) = &self.json {
            write_text(path, &export::json(&audit))?;
        }
        if let Some(path) = &self.markdown {
            write_text(path, &export::audit_markdown(&audit))?;
        }
        print!("{}", export::audit_text(&audit));
        Ok(End::Done)
    }

    fn audit(&self) -> Result<eps_eval::Audit> {
        let (list, items, names) = self.truth.open()?;
        let folder = MaskFolder {
            list: &list,
            items: &items,
            predictions: &self.predictions,
            names: &names,
            shard: None,
        };
        let progress = Progress::new("masks", folder.len()).shared();
        let outcomes = folder.audit(&Protocol::ALL, &|| progress.step())?;
        progress.finish();
        Ok(eps_eval::Audit::new(folder.scored_list(), Protocol::ALL.into_iter().zip(outcomes)))
    }
}
