//! `eps evaluate`

use super::End;
use crate::args::TruthArgs;
use crate::run_folder::write_text;
use anyhow::Result;
use eps_eval::{ScoredList, Scores, export, score_folder};
use std::path::PathBuf;

/// Score predicted masks against the ground truth: IoU, precision and recall of each class
#[derive(clap::Args)]
pub(crate) struct Evaluate {
    #[command(flatten)]
    truth: TruthArgs,
    /// Folder of predicted masks, `<id>.png`
    #[arg(long, value_name = "DIR")]
    predictions: PathBuf,
    /// Write the scores as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the table as CSV
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Write the table as Markdown
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

impl Evaluate {
    pub(crate) fn run(self) -> Result<End> {
        let (list, items, names) = self.truth.open()?;
        let matrix = score_folder(&items, &self.predictions, names.len())?;
        let list = ScoredList { name: list.name, images: items.len(), sha256: list.sha256 };
        let scores = Scores::new("voc", list, None, &matrix, &names);
        let named = [("predictions", &scores)];
        if let Some(path) = &self.json {
            write_text(path, &export::json(&scores))?;
        }
        if let Some(path) = &self.csv {
            write_text(path, &export::csv(&named)?)?;
        }
        if let Some(path) = &self.markdown {
            write_text(path, &export::markdown(&named)?)?;
        }
        print!("{}", export::text(&named)?);
        Ok(End::Done)
    }
}
