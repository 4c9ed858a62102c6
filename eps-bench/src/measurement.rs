//! One measurement: a line of JSON on stdout, with the seconds of every repetition.

use anyhow::{Context, Result};
use serde::Serialize;
use std::io::{self, Write as _};
use std::time::Instant;

/// What measurements of one call share.
pub(crate) struct Record<'a> {
    side: &'a str,
    size: usize,
}

/// One measurement.
#[derive(Serialize)]
struct Measurement<'a> {
    /// Who was measured: the device.
    side: &'a str,
    pass: &'a str,
    /// Side of the images in pixels; of the bootstrap the number of resamples.
    size: usize,
    /// Images of one repetition.
    images: usize,
    threads: usize,
    seconds: &'a [f64],
    /// Largest resident memory of the process so far, where the system tells it.
    peak_bytes: Option<u64>,
}

impl<'a> Record<'a> {
    pub(crate) fn new(side: &'a str, size: usize) -> Self {
        Self { side, size }
    }

    pub(crate) fn print(&self, pass: &str, images: usize, seconds: &[f64]) -> Result<()> {
        let measurement = Measurement {
            side: self.side,
            pass,
            size: self.size,
            images,
            threads: rayon::current_num_threads(),
            seconds,
            peak_bytes: peak_bytes(),
        };
        print(&measurement)
    }

    /// Prints how long the passes take: all on a line, or if they are paced a line after each, the first
    /// without seconds. Nothing is prepared before its turn.
    pub(crate) fn measure<'r>(
        &self,
        passes: &Passes<'_>,
        prepare: impl FnOnce() -> Result<Run<'r>>,
    ) -> Result<()> {
        let &Passes { name, images, repeat, paced } = passes;
        if !paced {
            return self.print(name, images, &repeated(repeat, prepare()?)?);
        }
        wait()?;
        let mut run = prepare()?;
        run()?;
        self.print(name, images, &[])?;
        for _ in 0..repeat {
            wait()?;
            self.print(name, images, &[timed(&mut run)?])?;
        }
        Ok(())
    }
}

/// Prints a line of JSON.
pub(crate) fn print(measurement: &impl Serialize) -> Result<()> {
    let line = serde_json::to_string(measurement)?;
    writeln!(io::stdout(), "{line}").context("stdout: cannot be written")
}

/// Passes of one kind.
pub(crate) struct Passes<'a> {
    pub(crate) name: &'a str,
    /// Images of a pass.
    pub(crate) images: usize,
    /// Those that are measured, after a first one that is not.
    pub(crate) repeat: usize,
    /// Whether each waits for a line on stdin.
    pub(crate) paced: bool,
}

/// What is measured.
pub(crate) type Run<'a> = Box<dyn FnMut() -> Result<()> + 'a>;

/// Waits for a line on stdin.
fn wait() -> Result<()> {
    let line = io::stdin().lines().next();
    line.context("stdin has ended, expected a line for each pass")??;
    Ok(())
}

/// Seconds of each run after the first.
pub(crate) fn repeated(count: usize, mut run: impl FnMut() -> Result<()>) -> Result<Vec<f64>> {
    run()?;
    measured(count, run)
}

/// Seconds of each run, after something else has warmed up.
pub(crate) fn measured(count: usize, mut run: impl FnMut() -> Result<()>) -> Result<Vec<f64>> {
    (0..count).map(|_| timed(&mut run)).collect()
}

/// Seconds of one run.
pub(crate) fn timed(run: impl FnOnce() -> Result<()>) -> Result<f64> {
    let begun = Instant::now();
    run()?;
    Ok(begun.elapsed().as_secs_f64())
}

/// Peak resident memory from Linux's process file.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
