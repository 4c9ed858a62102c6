//! The `eps` program: arguments to calls of the libraries.

#![allow(clippy::print_stderr, reason = "a program talks to its user")]

#[macro_use]
mod stdout;

mod args;
mod arguments;
mod cli;
mod commands;
mod device;
mod faults;
mod interrupt;
mod outputs;
mod progress;
mod terminal;

use commands::Exit;
use eps_experiment::{Session, error_chain};
use std::process::ExitCode;
use terminal::Terminal;

// Tensors of tens of megabytes come and go at every layer: the system's allocator gives their pages
// back and faults them in again each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Exit status of a run that was interrupted after its state was saved.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let command = arguments::parse().command;
    let (terminal, arguments) = (Terminal::default(), arguments::shown());
    let session = Session { observer: &terminal, command: &arguments, alarm: terminal::alarm };
    let ended = command.run(&session);
    match ended.and_then(|exit| stdout::finish().map(|()| exit)) {
        Ok(Exit::Done) => ExitCode::SUCCESS,
        Ok(Exit::Faulty) => ExitCode::FAILURE,
        Ok(Exit::Interrupted) => ExitCode::from(INTERRUPTED),
        Err(error) => {
            eprintln!("error: {}", error_chain(&error));
            ExitCode::FAILURE
        }
    }
}
