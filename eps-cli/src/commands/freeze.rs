//! `eps freeze`

use super::Exit;
use crate::args::PredictionArgs;
use anyhow::Result;
use eps_eval::Protocol;
use eps_eval::report::export;
use eps_experiment::Session;
use eps_experiment::frozen::Freeze;
use eps_experiment::output::OutputFiles;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps freeze EPS=runs/eps --data VOC2012 --list train --out eps-train.tgz
  eps evaluate eps-train.tgz --data VOC2012";

/// Pack scored masks so that others can check the score
///
/// The archive holds the masks, the list, the protocol, the counts of every image, and the hashes of the masks and of
/// the ground truth. `eps evaluate ARCHIVE --data ROOT` scores the masks again and says whether every count is the
/// one that was packed. For lists that no server evaluates, and for the numbers of a paper.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct FreezeCommand {
    #[command(flatten)]
    masks: PredictionArgs,
    /// Evaluation protocol: voc, eps, seam, irn, deeplab, toco or mmseg
    #[arg(long, default_value = "voc")]
    protocol: Protocol,
    /// Archive to write, `.tgz`
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl FreezeCommand {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let source = self.masks.source();
        let outputs =
            OutputFiles::of([&Some(self.out.clone())]).reading(source.inputs()).check()?;
        let (masks, truth) = source.open(session)?;
        let freeze = Freeze { masks: &masks, truth: &truth, protocol: self.protocol };
        let counts = freeze.write(&self.out, session)?;
        outputs.keep(session);
        session.observer.say(&format!(
            "{}: {} masks of list {}, {} mIoU under protocol {}",
            self.out.display(),
            truth.list.ids.len(),
            truth.list.name,
            export::percent(counts.scores().miou),
            self.protocol
        ));
        Ok(Exit::Done)
    }
}
