//! `eps completions` and `eps man`

use super::Exit;
use crate::cli::Cli;
use anyhow::Result;
use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;
use eps_data::codec::write_file;
use eps_experiment::Session;
use eps_experiment::output::FolderLock;
use std::path::{Path, PathBuf};

/// Write the completions of a shell to stdout
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  eps completions bash > ~/.local/share/bash-completion/completions/eps"
)]
pub(crate) struct Completions {
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  eps man --out man";

/// Write the manual pages of all commands: eps.1, eps-train.1 and so on
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Manual {
    /// Folder to write
    #[arg(long, value_name = "DIR", default_value = "man")]
    out: PathBuf,
}

impl Completions {
    pub(crate) fn run(self, _: &Session<'_>) -> Result<Exit> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "eps", &mut script);
        print!("{}", String::from_utf8_lossy(&script));
        Ok(Exit::Done)
    }
}

impl Manual {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let lock = FolderLock::take_for_results(&self.out, session)?;
        let mut command = Cli::command();
        command.build();
        let pages = write_pages(&self.out, &command)?;
        lock.finish()?;
        eprintln!("{}: {pages} pages", self.out.display());
        Ok(Exit::Done)
    }
}

/// Writes the page of a command and those of its own commands; their number.
fn write_pages(folder: &Path, command: &Command) -> Result<usize> {
    let name = command.get_display_name().unwrap_or(command.get_name());
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    write_file(&folder.join(format!("{name}.1")), &page)?;
    let subcommands =
        command.get_subcommands().filter(|subcommand| subcommand.get_name() != "help");
    subcommands
        .map(|subcommand| write_pages(folder, subcommand))
        .try_fold(1, |sum, pages| Ok(sum + pages?))
}
