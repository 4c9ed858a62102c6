//! `eps weights`

use super::Exit;
use anyhow::{Result, ensure};
use eps_experiment::output::{OutputFiles, ReadFiles};
use eps_experiment::{Session, weights};
use eps_model::weights::WeightsFile;
use std::path::PathBuf;

/// Look into weights files (MXNet .params, PyTorch, safetensors, burnpack) and convert them
#[derive(clap::Subcommand)]
pub(crate) enum Weights {
    Inspect(Inspect),
    Convert(Convert),
}

impl Weights {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        match self {
            Self::Inspect(command) => command.run(session),
            Self::Convert(command) => command.run(session),
        }
    }
}

/// List the tensors of a weights file, and say which network they fit
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  eps weights inspect runs/eps\n  eps weights inspect ilsvrc.params"
)]
pub(crate) struct Inspect {
    /// Weights file, whatever it is called, or run folder
    #[arg(value_name = "FILE|RUN")]
    weights: PathBuf,
}

impl Inspect {
    fn run(self, session: &Session<'_>) -> Result<Exit> {
        let file = WeightsFile::open(&weights::file_of(&self.weights, session)?)?;
        print!("{}", weights::table(&file));
        Ok(Exit::Done)
    }
}

/// Write weights as safetensors with the names that PyTorch programs know
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  eps weights convert runs/eps eps.safetensors")]
pub(crate) struct Convert {
    /// Weights file, whatever it is called, or run folder
    #[arg(value_name = "FILE|RUN")]
    weights: PathBuf,
    /// File to write, ending in .safetensors
    #[arg(value_name = "OUT")]
    out: PathBuf,
}

impl Convert {
    fn run(self, session: &Session<'_>) -> Result<Exit> {
        ensure!(
            self.out.extension().is_some_and(|kind| kind == "safetensors"),
            "{}: expected a name that ends in .safetensors",
            self.out.display()
        );
        let path = weights::file_of(&self.weights, session)?;
        let inputs = ReadFiles::default().file(&path);
        let outputs = OutputFiles::of([&Some(self.out.clone())]).reading(inputs).check()?;
        let converted = weights::convert(&path, &self.out)?;
        outputs.keep(session);
        session.observer.say(&format!("{}: {converted}", self.out.display()));
        Ok(Exit::Done)
    }
}
