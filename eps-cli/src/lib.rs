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
mod faults;
mod interrupt;
mod progress;
mod progress_line;
mod terminal;

use anyhow::Context as _;
use cli::Cli;
use commands::Exit;
use eps_data::error_chain;
use eps_experiment::Session;
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
        Err(error) => match error.downcast::<clap::Error>() {
            Ok(usage) => usage.exit(),
            Err(error) => {
                eprintln!("error: {}", error_chain(error.as_ref()));
                ExitCode::FAILURE
            }
        },
    }
}

/// Limits the threads of everything that works on several, if a number is given.
fn set_threads(threads: Option<usize>) -> anyhow::Result<()> {
    let Some(threads) = threads else { return Ok(()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build_global().context("--threads: the threads cannot be started")?;
    device::set_threads(threads);
    Ok(())
}
