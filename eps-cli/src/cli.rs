//! The commands, one variant for each file below `commands`.

use crate::args::positive;
use crate::commands::{
    Exit, ablate, audit, compare, data, demo, devices, evaluate, freeze, infer, masks, merge,
    recipes, refine, report, reproduce, saliency, segment, shell, submit, sweep, train, weights,
};
use clap::{Parser, Subcommand};
use eps_experiment::Session;

/// Segmentation masks from image labels and saliency maps: train, infer, score, report.
///
/// Results go to files and stdout, progress and messages to stderr. Exit status: 0 done, 1 bad
/// input or data, 2 bad usage, 130 interrupted with the state saved.
#[derive(Parser)]
#[command(name = "eps", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
}

/// Flags that every command has, before or after its name.
#[derive(clap::Args, Clone, Copy, Debug)]
pub(crate) struct GlobalArgs {
    /// Threads that work at once; results do not depend on it [default: `RAYON_NUM_THREADS`, else one for
    /// each core]
    #[arg(long, global = true, value_name = "N", value_parser = positive, help_heading = "Global")]
    pub(crate) threads: Option<usize>,
    /// Show no progress; notes and errors stay
    #[arg(long, global = true, help_heading = "Global")]
    pub(crate) quiet: bool,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Demo(demo::Demo),
    #[command(subcommand)]
    Data(data::Data),
    Train(train::Train),
    Infer(infer::Infer),
    Masks(masks::Masks),
    Refine(refine::Refine),
    #[command(subcommand)]
    Segment(segment::Segment),
    Evaluate(evaluate::Evaluate),
    #[command(subcommand)]
    Submit(submit::Submit),
    Freeze(freeze::FreezeCommand),
    Audit(audit::Audit),
    Merge(merge::Merge),
    Sweep(sweep::Sweep),
    Compare(compare::Compare),
    // Boxed, since it has many more flags than the others.
    Ablate(Box<ablate::Ablate>),
    Report(report::Report),
    Reproduce(reproduce::Reproduce),
    #[command(subcommand)]
    Saliency(saliency::Saliency),
    #[command(subcommand)]
    Weights(weights::Weights),
    Recipes(recipes::Recipes),
    Devices(devices::Devices),
    Completions(shell::Completions),
    Man(shell::Manual),
}

impl Command {
    pub(crate) fn run(self, session: &Session<'_>) -> anyhow::Result<Exit> {
        match self {
            Self::Demo(command) => command.run(session),
            Self::Data(command) => command.run(session),
            Self::Train(command) => command.run(session),
            Self::Infer(command) => command.run(session),
            Self::Masks(command) => command.run(session),
            Self::Refine(command) => command.run(session),
            Self::Segment(command) => command.run(session),
            Self::Evaluate(command) => command.run(session),
            Self::Submit(command) => command.run(session),
            Self::Freeze(command) => command.run(session),
            Self::Audit(command) => command.run(session),
            Self::Merge(command) => command.run(session),
            Self::Sweep(command) => command.run(session),
            Self::Compare(command) => command.run(session),
            Self::Ablate(command) => command.run(session),
            Self::Report(command) => command.run(session),
            Self::Reproduce(command) => command.run(session),
            Self::Saliency(command) => command.run(session),
            Self::Weights(command) => command.run(session),
            Self::Recipes(command) => command.run(),
            Self::Devices(command) => command.run(session),
            Self::Completions(command) => command.run(session),
            Self::Man(command) => command.run(session),
        }
    }
}

#[cfg(test)]
mod tests;
