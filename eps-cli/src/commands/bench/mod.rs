//! `eps bench`

mod bootstrap;
mod check;
mod coco;
mod inference;
mod loader;
mod masks;
mod network;

use crate::commands::Exit;
use anyhow::{Context, Result};
use eps_experiment::Session;
use serde::Serialize;
use std::io;
use std::time::Instant;

/// Time a recipe's network, loader or inference, the bootstrap of a comparison, the decoding of masks,
/// the examination of a data set, or the masks of COCO's annotations, on this machine
///
/// Each measurement is one line of JSON on stdout, with the seconds of every repetition.
#[derive(clap::Subcommand)]
pub(crate) enum Bench {
    Network(network::NetworkBench),
    Inference(inference::InferenceBench),
    Loader(loader::LoaderBench),
    Bootstrap(bootstrap::BootstrapBench),
    Masks(masks::MasksBench),
    Check(check::CheckBench),
    Coco(coco::CocoBench),
}

impl Bench {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        match self {
            Self::Network(command) => command.run(),
            Self::Inference(command) => command.run(),
            Self::Loader(command) => command.run(session),
            Self::Bootstrap(command) => command.run(),
            Self::Masks(command) => command.run(session),
            Self::Check(command) => command.run(session),
            Self::Coco(command) => command.run(),
        }
    }
}

/// What measurements of one call share.
struct Record<'a> {
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
    fn new(side: &'a str, size: usize) -> Self {
        Self { side, size }
    }

    fn print(&self, pass: &str, images: usize, seconds: &[f64]) -> Result<()> {
        let measurement = Measurement {
            side: self.side,
            pass,
            size: self.size,
            images,
            threads: rayon::current_num_threads(),
            seconds,
            peak_bytes: peak_bytes(),
        };
        println!("{}", serde_json::to_string(&measurement)?);
        Ok(())
    }

    /// Prints how long the passes take: all on a line, or if they are paced a line after each, the first
    /// without seconds. Nothing is prepared before its turn.
    fn measure<'r>(
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

/// Passes of one kind.
struct Passes<'a> {
    name: &'a str,
    /// Images of a pass.
    images: usize,
    /// Those that are measured, after a first one that is not.
    repeat: usize,
    /// Whether each waits for a line on stdin.
    paced: bool,
}

/// What is measured.
type Run<'a> = Box<dyn FnMut() -> Result<()> + 'a>;

/// Waits for a line on stdin.
fn wait() -> Result<()> {
    let line = io::stdin().lines().next();
    line.context("stdin has ended, expected a line for each pass")??;
    Ok(())
}

/// Seconds of each run after the first.
fn repeated(count: usize, mut run: impl FnMut() -> Result<()>) -> Result<Vec<f64>> {
    run()?;
    measured(count, run)
}

/// Seconds of each run, after something else has warmed up.
fn measured(count: usize, mut run: impl FnMut() -> Result<()>) -> Result<Vec<f64>> {
    (0..count).map(|_| timed(&mut run)).collect()
}

/// Seconds of one run.
fn timed(run: impl FnOnce() -> Result<()>) -> Result<f64> {
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
