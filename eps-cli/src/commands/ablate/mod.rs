//! `eps ablate`

mod manner;
mod plan;
mod run;
mod status;

use super::Exit;
use anyhow::{Result, bail};
use clap::Subcommand;
use eps_eval::report::export;
use eps_experiment::Session;
use eps_experiment::ablation::{AblationFolder, AblationResults};
use run::AblateArgs;

const EXAMPLES: &str = "\
Examples:
  eps ablate --recipe laptop-eps --data VOC2012 --weights weights/efficientnet-lite0-57934424.pth \\
      --grid lambda=0.1,0.5 --out ablations/lambda
  eps ablate status ablations/lambda";

/// Train and score a grid of settings; finished cells are skipped
///
/// Every combination of the values of `--grid` is trained with every seed, inferred and scored against
/// the truth. The same command after a kill or a crash goes on from the last checkpoint, and any number
/// of processes and machines may run it on one shared folder. docs/ablate.md has examples.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Ablate {
    #[command(subcommand)]
    query: Option<Query>,
    #[command(flatten)]
    run: AblateArgs,
}

#[derive(Subcommand)]
enum Query {
    Status(status::Status),
}

impl Ablate {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let Self { query, run } = self;
        // Required, but not where there is a command.
        match (query, run.out.clone(), run.data.clone()) {
            (Some(Query::Status(status)), ..) => status.run(session),
            (None, Some(out), Some(data)) => run.run(AblationFolder::at(&out), &data, session),
            (None, ..) => bail!("no data set or no folder, expected --data and --out"),
        }
    }
}

/// Shows the results of what is done, and lists what is not.
fn show(results: &AblationResults, session: &Session<'_>) -> Exit {
    if let Some(report) = &results.report {
        print!("{}", export::ablation_text(report));
        session.observer.say(&format!("look at {}", results.page.display()));
    }
    results.unfinished.iter().for_each(|line| eprintln!("{line}"));
    if results.failed == 0 {
        return Exit::Done;
    }
    let AblationResults { failed, cells, .. } = results;
    eprintln!("{failed} of {cells} cells failed: --retry-failed tries them again");
    Exit::Faulty
}
