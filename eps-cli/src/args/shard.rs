//! `--shard`

use eps_data::Shard;
use eps_experiment::part_of_process;

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
