//! Standard output and error, which may be closed or full: `print!`, `println!`, `eprint!` and `eprintln!` of
//! this program.
//!
//! A reader that has enough, as `head` has, ends nothing: files are still written. Text that cannot be
//! written for another reason is an error when the command has ended. Messages that cannot be written, as
//! when a terminal was closed, are left out.

use anyhow::{Context as _, Result};
use eps_experiment::output::PendingFiles;
use std::fmt;
use std::io::{self, ErrorKind, Write as _};
use std::sync::{Mutex, PoisonError};

/// The first error of a write, after which nothing more is written.
static FAILED: Mutex<Option<io::Error>> = Mutex::new(None);

pub(crate) fn write(text: fmt::Arguments<'_>) {
    let mut failed = FAILED.lock().unwrap_or_else(PoisonError::into_inner);
    if failed.is_none() {
        *failed = io::stdout().write_fmt(text).err();
    }
}

/// Writes what is left, and says whether all could be written to a reader that was there.
pub(crate) fn finish() -> Result<()> {
    let flushed = io::stdout().flush();
    let failed = FAILED.lock().unwrap_or_else(PoisonError::into_inner).take();
    match failed.map_or(flushed, Err) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        ended => ended.context("stdout: cannot be written"),
    }
}

/// Prints a table for people, unless a file takes its place on stdout.
pub(crate) fn show(files: &PendingFiles, table: &str) {
    if !files.uses_stdout() {
        write(format_args!("{table}"));
    }
}

pub(crate) fn say(text: fmt::Arguments<'_>) {
    let _ = io::stderr().write_fmt(text);
}

macro_rules! eprint {
    ($($text:tt)*) => { $crate::stdout::say(format_args!($($text)*)) };
}

macro_rules! eprintln {
    () => { $crate::stdout::say(format_args!("\n")) };
    ($($text:tt)*) => { $crate::stdout::say(format_args!("{}\n", format_args!($($text)*))) };
}

macro_rules! print {
    ($($text:tt)*) => { $crate::stdout::write(format_args!($($text)*)) };
}

macro_rules! println {
    () => { $crate::stdout::write(format_args!("\n")) };
    ($($text:tt)*) => { $crate::stdout::write(format_args!("{}\n", format_args!($($text)*))) };
}
