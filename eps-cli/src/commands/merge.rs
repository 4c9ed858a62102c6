//! `eps merge`

use super::Exit;
use crate::args::{ScoreFiles, write_asked};
use anyhow::Result;
use eps_eval::Counts;
use eps_eval::report::export;
use eps_experiment::Session;
use eps_experiment::output::{OutputFiles, ReadFiles};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps merge part-1.json part-2.json --json merged.json";

/// Score a list from the parts that `eps evaluate --shard` counted
///
/// The parts must be of one protocol and one list, share no image, and leave none out; their order
/// does not matter. The scores are those of one evaluation, bit for bit.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Merge {
    /// Files of `eps evaluate --shard I/N --counts FILE`
    #[arg(required = true, value_name = "PART")]
    parts: Vec<PathBuf>,
    /// Write the scores as JSON
    #[arg(long, alias = "out", value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the counts of all images
    #[arg(long, value_name = "FILE")]
    counts: Option<PathBuf>,
    #[command(flatten)]
    files: ScoreFiles,
}

impl Merge {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let outputs = OutputFiles::of([&self.json, &self.counts]).and(&self.files.paths());
        let inputs = self.parts.iter().fold(ReadFiles::default(), |inputs, part| inputs.file(part));
        let outputs = outputs.reading(inputs).check()?;
        let read = |path: PathBuf| Counts::read(&path).map(|counts| (path, counts));
        let parts = self.parts.iter().cloned().map(read).collect::<Result<Vec<_>, _>>()?;
        let counts = eps_eval::merge(parts)?;
        let scores = counts.scores();
        write_asked(&self.json, || Ok(export::json(&scores)))?;
        if let Some(path) = &self.counts {
            counts.write(path)?;
        }
        self.files.write("predictions", &counts, &scores, &outputs, session.observer)?;
        outputs.keep(session);
        Ok(Exit::Done)
    }
}
