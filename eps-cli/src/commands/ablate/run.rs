//! What `eps ablate` trains and scores.

use super::manner::MannerArgs;
use super::plan::PlanArgs;
use crate::args::{DataArgs, DevicesArgs, PaperArgs, SlurmArrayArgs};
use crate::commands::Exit;
use crate::interrupt;
use anyhow::Result;
use eps_experiment::Session;
use eps_experiment::ablation::{AblationFolder, AblationRequest, PlanRequest};
use eps_experiment::output::OutputFiles;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct AblateArgs {
    /// Folder of the ablation
    #[arg(long, value_name = "DIR", required = true)]
    pub(super) out: Option<PathBuf>,
    #[command(flatten)]
    plan: PlanArgs,
    #[command(flatten)]
    pub(super) data: Option<DataArgs>,
    /// List of the images that are scored, as `--list` takes it [default: that of the training]
    #[arg(long, value_name = "LIST", value_parser = crate::args::not_empty)]
    score_list: Option<String>,
    /// Paired resamples of the images for intervals
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    resamples: u32,
    /// Show the cells and what is left of them, and train nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    manner: MannerArgs,
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

impl AblateArgs {
    pub(super) fn run(
        self,
        folder: AblationFolder,
        data: &DataArgs,
        session: &Session<'_>,
    ) -> Result<Exit> {
        let plan = PlanRequest::from(self.plan);
        let read = plan.inputs(data.inputs());
        OutputFiles::of([&self.slurm.job.slurm]).reading(read).check()?.keep(&Session::SILENT);
        let rows = plan.rows()?;
        let list = self.score_list.unwrap_or_else(|| data.list.clone());
        let request = AblationRequest {
            rows: &rows,
            scored_on: &DataArgs { list, ..data.clone() }.source()?,
            trained_on: &data.source()?,
            resamples: self.resamples as usize,
            expected_plan: self.expect_plan.as_deref(),
            is_dry_run: self.dry_run,
        };
        let ablation = request.open(folder, session)?;
        if self.dry_run {
            print!("{}", ablation.preview(self.manner.lock_expiry));
            return Ok(Exit::Done);
        }
        // Left by the script's maker too, so that `status` shows the cells before the first task begins.
        ablation.begin(session)?;
        let array = self.slurm.array(Some(ablation.plan.trainings().len()));
        let added = ["--wait".into(), "--expect-plan".into(), ablation.plan.hash()];
        if let Some(exit) = self.slurm.job.write(array, &added, session)? {
            return Ok(exit);
        }
        let devices = self.device.open()?;
        interrupt::install()?;
        let results = ablation.run(&devices, self.manner.into(), self.paper.sheet(), session)?;
        Ok(results.map_or(Exit::Interrupted, |results| super::show(&results, session)))
    }
}
