//! `--shard`

use clap::Args;
use eps_data::Shard;
use eps_experiment::part_of_process;

/// The part of the images that a process does.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct ShardArgs {
    /// Only part I of N of the images, such as 1/4; one process for each part does all. In a job array
    /// `auto` is the task's part, `auto/N` where the engine does not tell how many tasks there are
    #[arg(long, value_name = "I/N|auto", value_parser = shard)]
    pub(crate) shard: Option<Shard>,
}

/// A part such as `2/8`, or that of this process in a job array: `auto`, or `auto/8` where the engine does not
/// tell how many there are.
pub(crate) fn shard(text: &str) -> Result<Shard, String> {
    let variable = |name: &str| std::env::var(name).ok();
    match text.strip_prefix("auto") {
        Some("") => part_of_process(variable, None),
        Some(parts) => {
            let parts = parts.strip_prefix('/').and_then(|parts| parts.parse().ok());
            let parts = parts.ok_or("expected auto, or auto/N with the number of parts")?;
            part_of_process(variable, Some(parts))
        }
        None => text.parse().map_err(|error| format!("{error}, or auto in a job array")),
    }
}
