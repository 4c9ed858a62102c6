//! The commands, one variant for each file below `commands`.

use crate::commands::{
    End, ablate, audit, bench, compare, data, demo, devices, evaluate, infer, merge, refine,
    report, reproduce, saliency, shell, sweep, train, weights,
};
use clap::{Parser, Subcommand};

/// Segmentation masks from image labels and saliency maps: train, infer, score, report.
///
/// Results go to files and stdout, progress and messages to stderr. Exit status: 0 done, 1 bad
/// input or data, 2 bad usage, 130 interrupted with the state saved.
#[derive(Parser)]
#[command(name = "eps", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Demo(demo::Demo),
    #[command(subcommand)]
    Data(data::Data),
    Train(train::Train),
    Infer(infer::Infer),
    Refine(refine::Refine),
    Evaluate(evaluate::Evaluate),
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
    Devices(devices::Devices),
    Completions(shell::Completions),
    Man(shell::Manual),
    #[command(subcommand)]
    Bench(bench::Bench),
}

impl Command {
    pub(crate) fn run(self) -> anyhow::Result<End> {
        match self {
            Self::Demo(command) => command.run(),
            Self::Data(command) => command.run(),
            Self::Train(command) => command.run(),
            Self::Infer(command) => command.run(),
            Self::Refine(command) => command.run(),
            Self::Evaluate(command) => command.run(),
            Self::Audit(command) => command.run(),
            Self::Merge(command) => command.run(),
            Self::Sweep(command) => command.run(),
            Self::Compare(command) => command.run(),
            Self::Ablate(command) => command.run(),
            Self::Report(command) => command.run(),
            Self::Reproduce(command) => command.run(),
            Self::Saliency(command) => command.run(),
            Self::Weights(command) => command.run(),
            Self::Devices(command) => command.run(),
            Self::Completions(command) => command.run(),
            Self::Man(command) => command.run(),
            Self::Bench(command) => command.run(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_argument_definitions_are_consistent() {
        Cli::command().debug_assert();
    }
}
