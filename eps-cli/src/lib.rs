//! The `eps` program: arguments to calls of the libraries, as a library for the program itself and for what is
//! measured on its devices.

#![allow(clippy::print_stderr, reason = "a program talks to its user")]

#[macro_use]
mod stdout;

mod args;
mod arguments;
mod cli;
mod commands;
pub mod device;
mod interrupt;
mod progress;
mod progress_line;
mod terminal;

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap::error::ErrorKind;
use cli::Cli;
use commands::Exit;
use eps_data::error_chain;
use eps_experiment::evaluate::ImageFaults;
use eps_experiment::{MissingInput, Session};
use std::process::ExitCode;
use terminal::Terminal;

/// Exit status of a run that was interrupted after its state was saved.
const INTERRUPTED: u8 = 130;

/// Runs the command that the arguments of this process name, to its exit status.
pub fn run() -> ExitCode {
    let Cli { command, global } = arguments::parse();
    let (terminal, arguments) = (Terminal::new(global.quiet), arguments::shown());
    let session = Session { observer: &terminal, command: &arguments, alarm: terminal::alarm };
    let ended = set_threads(global.threads).and_then(|()| command.run(&session));
    match ended.and_then(|exit| stdout::finish().map(|()| exit)) {
        Ok(Exit::Done) => ExitCode::SUCCESS,
        Ok(Exit::Faulty) => ExitCode::FAILURE,
        Ok(Exit::Interrupted) => ExitCode::from(INTERRUPTED),
        Err(error) => failed(&error),
    }
}

/// Says why a command failed; a call that lacks an input ends as one that clap refuses.
fn failed(error: &anyhow::Error) -> ExitCode {
    if let Some(missing) = error.downcast_ref::<MissingInput>() {
        Cli::command().error(ErrorKind::MissingRequiredArgument, missing).exit();
    }
    let faults = error.downcast_ref::<ImageFaults>();
    for fault in faults.iter().flat_map(|faults| &faults.faults) {
        eprintln!("error: {}", error_chain(fault));
    }
    eprintln!("error: {}", error_chain(error.as_ref()));
    ExitCode::FAILURE
}

/// Limits the threads of everything that works on several, if a number is given.
fn set_threads(threads: Option<usize>) -> anyhow::Result<()> {
    let Some(threads) = threads else { return Ok(()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build_global().context("--threads: the threads cannot be started")?;
    device::set_threads(threads);
    Ok(())
}
