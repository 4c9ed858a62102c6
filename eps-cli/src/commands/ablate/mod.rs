//! `eps ablate`

mod plan;
mod status;

use super::Exit;
use crate::args::{self, DataArgs, DevicesArgs, PaperArgs, SlurmArrayArgs};
use crate::interrupt;
use anyhow::{Result, bail, ensure};
use clap::Subcommand;
use eps_data::Shard;
use eps_eval::report::export;
use eps_experiment::Session;
use eps_experiment::ablation::{
    AblationFolder, Cell, CellState, Manner, PlanRecord, Sources, Workers, write_results,
};
use eps_experiment::output::OutputFiles;
use plan::PlanArgs;
use std::path::PathBuf;
use std::time::Duration;

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

#[derive(clap::Args)]
struct AblateArgs {
    /// Folder of the ablation
    #[arg(long, value_name = "DIR", required = true)]
    out: Option<PathBuf>,
    #[command(flatten)]
    plan: PlanArgs,
    #[command(flatten)]
    data: Option<DataArgs>,
    /// List of the images that are scored, as `--list` takes it [default: that of the training]
    #[arg(long, value_name = "LIST", value_parser = crate::args::not_empty)]
    score_list: Option<String>,
    /// Paired resamples of the images for intervals
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    resamples: u32,
    /// Show the cells and what is left of them, and train nothing
    #[arg(long)]
    dry_run: bool,
    /// Try cells that failed again
    #[arg(long)]
    retry_failed: bool,
    /// Stay until cells that other processes hold are done, or their locks expire
    #[arg(long)]
    wait: bool,
    /// Time without a sign of life after which the lock of another machine counts no more, such as 90s,
    /// 15m or 2h
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = args::duration)]
    lock_expiry: Duration,
    /// Delete the class maps of scored cells; other thresholds then need new ones
    #[arg(long)]
    discard_maps: bool,
    /// Take only part I of N of the trainings, in the order of the plan; in a job array `auto` is the
    /// task's part
    #[arg(long, value_name = "I/N|auto", value_parser = args::shard)]
    shard: Option<Shard>,
    /// Refuse a plan with another hash than this
    #[arg(long, value_name = "HASH")]
    expect_plan: Option<String>,
    #[command(flatten)]
    slurm: SlurmArrayArgs,
    #[command(flatten)]
    device: DevicesArgs,
    #[command(flatten)]
    paper: PaperArgs,
}

impl Ablate {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let Self { query, run } = self;
        // Required, but not where there is a command.
        match (query, run.out.clone(), run.data.clone()) {
            (Some(Query::Status(status)), ..) => status.run(session),
            (None, Some(out), Some(data)) => run.run(&AblationFolder::at(&out), &data, session),
            (None, ..) => bail!("no data set or no folder, expected --data and --out"),
        }
    }
}

impl AblateArgs {
    fn run(self, folder: &AblationFolder, data: &DataArgs, session: &Session<'_>) -> Result<Exit> {
        let read = self.plan.inputs(data.inputs());
        OutputFiles::of([&self.slurm.job.slurm]).reading(read).check()?.keep(&Session::SILENT);
        let rows = self.plan.rows()?;
        let cells: Vec<Cell> = rows.cells.iter().map(|(_, cell)| cell.clone()).collect();
        let inputs = folder.inputs();
        let cache = (!self.dry_run).then_some(inputs.as_path());
        let list = self.score_list.clone().unwrap_or_else(|| data.list.clone());
        let scored_on = DataArgs { list, ..data.clone() }.source()?;
        let sources = Sources::open(&data.source()?, &scored_on, &cells, cache, session)?;
        let plan = rows.record(&sources, self.resamples as usize);
        if let Some(expected) = &self.expect_plan {
            ensure!(
                *expected == plan.hash(),
                "the plan is {}, expected {expected}: settings or files have changed",
                plan.hash()
            );
        }
        if self.dry_run {
            print!("{}", plan.preview(&folder.states(&plan, self.lock_expiry)));
            return Ok(Exit::Done);
        }
        // Left by the script's maker too, so that `status` shows the cells before the first task begins.
        folder.begin(&plan, session)?;
        let array = self.slurm.array(Some(plan.trainings().len()));
        let added = ["--wait".into(), "--expect-plan".into(), plan.hash()];
        if let Some(exit) = self.slurm.job.write(array, &added, session)? {
            return Ok(exit);
        }
        let devices = self.device.open()?;
        interrupt::install()?;
        let workers = Workers {
            folder,
            plan: &plan,
            cells: &cells,
            sources: &sources,
            devices: &devices,
            session,
            manner: self.manner(),
        };
        let end = workers.run()?;
        self.finish(folder, &plan, end.into(), session)
    }

    fn manner(&self) -> Manner {
        Manner {
            expiry: self.lock_expiry,
            waits: self.wait,
            retries_failed: self.retry_failed,
            discards_maps: self.discard_maps,
            part: self.shard,
        }
    }

    /// Writes the results of what is done, shows them, and lists what is not.
    fn finish(
        &self,
        folder: &AblationFolder,
        plan: &PlanRecord,
        end: Exit,
        session: &Session<'_>,
    ) -> Result<Exit> {
        if end == Exit::Interrupted {
            return Ok(end);
        }
        let states = folder.states(plan, self.lock_expiry);
        if states.contains(&CellState::Done) {
            let sheet = self.paper.sheet();
            let results = write_results(folder, plan, self.lock_expiry, sheet, session)?;
            let Some(report) = results else {
                let text = "the results are not written; run the same command again to write them";
                session.observer.say(text);
                return Ok(Exit::Interrupted);
            };
            print!("{}", export::ablation_text(&report));
            let page = folder.root.join("results.md");
            session.observer.say(&format!("look at {}", page.display()));
        }
        plan.unfinished(&states).iter().for_each(|line| eprintln!("{line}"));
        match states.iter().filter(|state| matches!(state, CellState::Failed(_))).count() {
            0 => Ok(Exit::Done),
            failed => {
                let cells = states.len();
                eprintln!("{failed} of {cells} cells failed: --retry-failed tries them again");
                Ok(Exit::Faulty)
            }
        }
    }
}
