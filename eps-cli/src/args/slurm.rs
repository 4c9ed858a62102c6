//! A command as a Slurm job.

use crate::args::positive;
use crate::commands::Exit;
use anyhow::{Context as _, Result, anyhow};
use clap::Args;
use eps_experiment::slurm::{SlurmArray, SlurmScript};
use eps_experiment::{Session, readable};
use std::ffi::OsString;
use std::path::PathBuf;

/// A command as a Slurm job.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Slurm")]
pub(crate) struct SlurmArgs {
    /// Write a Slurm script that runs this command, and do nothing else
    #[arg(long, value_name = "FILE")]
    pub(crate) slurm: Option<PathBuf>,
    /// How often a job whose time is up may save and queue itself again
    #[arg(long, value_name = "N", requires = "slurm", default_value_t = 20)]
    slurm_requeues: usize,
    /// Further option of the Slurm script, such as --gres=gpu:1; may be repeated
    #[arg(long, value_name = "OPTION", requires = "slurm", allow_hyphen_values = true)]
    sbatch: Vec<String>,
}

/// A command as an array of Slurm jobs.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Slurm")]
pub(crate) struct SlurmArrayArgs {
    #[command(flatten)]
    pub(crate) job: SlurmArgs,
    /// Jobs of an array that share the work [default: one for each training of `eps ablate`, else a
    /// single job]
    #[arg(long, value_name = "N", requires = "slurm", value_parser = positive)]
    slurm_tasks: Option<usize>,
    /// Jobs of the array that may run at once
    #[arg(long, value_name = "N", requires = "slurm", value_parser = positive)]
    slurm_parallel: Option<usize>,
}

impl SlurmArrayArgs {
    /// The array that is asked for, with so many tasks if the flags name no number.
    pub(crate) fn array(&self, tasks: Option<usize>) -> Option<SlurmArray> {
        let tasks = self.slurm_tasks.or(tasks)?;
        Some(SlurmArray { tasks, parallel: self.slurm_parallel })
    }
}

impl SlurmArgs {
    /// Writes the script of a training if one is asked for; a job that was queued again goes on.
    pub(crate) fn write_training(
        &self,
        resume: bool,
        session: &Session<'_>,
    ) -> Result<Option<Exit>> {
        let added = if resume { vec![] } else { vec!["--resume".into()] };
        self.write(None, &added, session)
    }

    /// Writes the script if one is asked for; its job runs this process's command with flags `added`.
    pub(crate) fn write(
        &self,
        array: Option<SlurmArray>,
        added: &[String],
        session: &Session<'_>,
    ) -> Result<Option<Exit>> {
        let Some(path) = &self.slurm else { return Ok(None) };
        let arguments: Vec<String> =
            std::env::args_os().skip(1).map(text).collect::<Result<_>>()?;
        let script = SlurmScript {
            job: &format!("eps-{}", session.command_name()),
            program: &std::env::current_exe().context("this program cannot be found")?,
            folder: &std::env::current_dir().context("the current folder cannot be found")?,
            arguments: &arguments,
            added,
            array,
            requeues: self.slurm_requeues,
            options: &self.sbatch,
        };
        script.write(path, session)?;
        Ok(Some(Exit::Done))
    }
}

fn text(argument: OsString) -> Result<String> {
    argument.into_string().map_err(|argument| {
        anyhow!("`{}` is not UTF-8, expected an argument that is", readable(&argument))
    })
}
