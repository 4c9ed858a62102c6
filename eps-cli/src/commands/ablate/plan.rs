//! The flags that say what is trained.

use crate::args;
use eps_experiment::ablation::{PlanRequest, Seeds};
use std::path::PathBuf;

/// What is trained: a plan file, flags, or both, of which the flags hold.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct PlanArgs {
    /// Plan: a TOML file with recipe, weights, seeds, baseline, a grid and cells
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// Recipe that the cells change: a file, or a name that `eps recipes` lists [default: the plan's]
    #[arg(long, value_name = "FILE|NAME")]
    recipe: Option<PathBuf>,
    /// ImageNet weights of the backbone [default: the plan's]
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Train cells without weights although their recipes freeze the statistics of the normalisations;
    /// the value none of --grid weights=.. says the same of its cells
    #[arg(long)]
    from_scratch: bool,
    /// Replace the recipe's number of updates
    #[arg(long, value_name = "N", value_parser = args::positive)]
    updates: Option<usize>,
    /// Values of a setting of the recipe by its name or an unambiguous last part, such as
    /// lambda=0.1,0.5; of threshold; of saliency=NAME:DIR,.., weights=NAME:FILE,.., crf=none,PRESET,..,
    /// alpha, cue=none,LEVEL,.., seed. A range, such as learning_rate=log:1e-4..1e-1, is for --random. May be repeated
    #[arg(long, value_name = "KEY=VALUES")]
    grid: Vec<String>,
    /// Number of seeds of every row, from the recipe's on, or the seeds themselves: 3 or 1,2,7
    #[arg(long, value_name = "N|SEED,..", value_parser = Seeds::parse)]
    seeds: Option<Seeds>,
    /// Draw so many cells from the grid instead of taking all
    #[arg(long, value_name = "N", value_parser = args::positive)]
    random: Option<usize>,
    /// Seed of the draws
    #[arg(long, value_name = "SEED")]
    random_seed: Option<u64>,
    /// Settings of the row that the others are compared with [default: the recipe as it is, else the
    /// first row]
    #[arg(long, value_name = "KEY=VALUE,..")]
    baseline: Option<String>,
}

impl From<PlanArgs> for PlanRequest {
    fn from(args: PlanArgs) -> Self {
        let PlanArgs { plan, recipe, weights, from_scratch, updates, .. } = args;
        let PlanArgs { grid, seeds, random, random_seed, baseline, .. } = args;
        Self {
            plan,
            recipe,
            weights,
            from_scratch,
            updates,
            grid,
            seeds,
            random,
            random_seed,
            baseline,
        }
    }
}
