//! The `eps` program: arguments to calls of the libraries.

#![allow(clippy::print_stderr, reason = "a program talks to its user")]

#[macro_use]
mod stdout;

mod ablation;
mod args;
mod arguments;
mod attempt;
mod cli;
mod commands;
mod comparison;
mod device;
mod faults;
mod folder;
mod folder_lock;
mod from_scratch;
mod inference;
mod interrupt;
mod kept_file;
mod kept_maps;
mod notes;
mod origin;
mod outputs;
mod parallel;
mod pictures;
mod progress;
mod refined_sweep;
mod refinement;
mod result_folder;
mod run_folder;
mod same_masks;
mod score_files;
mod shown_masks;
mod sweep_notes;

use std::process::ExitCode;

// Tensors of tens of megabytes come and go at every layer: the system's allocator gives their pages
// back and faults them in again each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Exit status of a run that was interrupted after its state was saved.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let ended = arguments::parse().command.run();
    match ended.and_then(|end| stdout::finish().map(|()| end)) {
        Ok(commands::End::Done) => ExitCode::SUCCESS,
        Ok(commands::End::Faulty) => ExitCode::FAILURE,
        Ok(commands::End::Interrupted) => ExitCode::from(INTERRUPTED),
        Err(error) => {
            eprintln!("error: {}", chain(&error));
            ExitCode::FAILURE
        }
    }
}

/// The causes of an error in one line, outermost first; one that only repeats its cause is left out.
fn chain(error: &anyhow::Error) -> String {
    let mut causes: Vec<String> = Vec::new();
    for cause in error.chain().map(ToString::to_string) {
        if causes.last() != Some(&cause) {
            causes.push(cause);
        }
    }
    causes.join(": ")
}
