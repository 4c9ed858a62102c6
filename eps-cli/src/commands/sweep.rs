//! `eps sweep`

use super::End;
use crate::args::TruthArgs;
use crate::run_folder::write_text;
use anyhow::{Result, anyhow};
use eps_eval::{SweepPoint, export, sweep_folder};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Score class activation maps at every background threshold, in one pass
#[derive(clap::Args)]
pub(crate) struct Sweep {
    #[command(flatten)]
    truth: TruthArgs,
    /// Folder of class activation maps, `<id>.npz`
    #[arg(long, value_name = "DIR")]
    cams: PathBuf,
    /// Write every threshold as CSV
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

impl Sweep {
    pub(crate) fn run(self) -> Result<End> {
        let (_, items, names) = self.truth.open()?;
        let sweep = sweep_folder(&items, &self.cams, names.len())?;
        let points = sweep.points();
        let best = sweep.best().ok_or_else(|| anyhow!("no pixel of the truth counts"))?;
        if let Some(path) = &self.csv {
            write_text(path, &table(&points))?;
        }
        println!("images     {}", items.len());
        let fixed = points.iter().find(|point| point.threshold == 0.2);
        if let Some(fixed) = fixed {
            println!("at 0.200   {} mIoU (fixed threshold)", export::percent(Some(fixed.mean_iou)));
        }
        println!(
            "at {:.3}   {} mIoU (best on this truth)",
            best.threshold,
            export::percent(Some(best.mean_iou))
        );
        Ok(End::Done)
    }
}

fn table(points: &[SweepPoint]) -> String {
    let mut text = String::from("threshold,mean_iou,mean_precision,mean_recall\n");
    let cell = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    for point in points {
        let (precision, recall) = (cell(point.mean_precision), cell(point.mean_recall));
        writeln!(text, "{},{},{precision},{recall}", point.threshold, point.mean_iou)
            .expect("a string takes any text");
    }
    text
}
