//! How cells are taken.

use crate::args;
use eps_data::Shard;
use eps_experiment::ablation::Manner;
use std::time::Duration;

/// How cells are taken.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct MannerArgs {
    /// Try cells that failed again
    #[arg(long)]
    retry_failed: bool,
    /// Stay until cells that other processes hold are done, or their locks expire
    #[arg(long)]
    wait: bool,
    /// Time without a sign of life after which the lock of another machine counts no more, such as 90s,
    /// 15m or 2h
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = args::duration)]
    pub(super) lock_expiry: Duration,
    /// Delete the class maps of scored cells; other thresholds then need new ones
    #[arg(long)]
    discard_maps: bool,
    /// Take only part I of N of the trainings, in the order of the plan; in a job array `auto` is the
    /// task's part
    #[arg(long, value_name = "I/N|auto", value_parser = args::shard)]
    shard: Option<Shard>,
}

impl From<MannerArgs> for Manner {
    fn from(args: MannerArgs) -> Self {
        Self {
            expiry: args.lock_expiry,
            waits: args.wait,
            retries_failed: args.retry_failed,
            discards_maps: args.discard_maps,
            part: args.shard,
        }
    }
}
