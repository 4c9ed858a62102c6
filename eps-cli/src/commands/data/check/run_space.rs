//! The disk that a run will be written to.

use eps_data::check::RunSpace;
use eps_data::codec::ScoreFormat;
use eps_experiment::inspect::parse_bytes;
use std::path::PathBuf;

/// The disk that a run will be written to.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct RunSpaceArgs {
    /// Run folder whose disk must have room [default: the current folder]
    #[arg(long, value_name = "RUN")]
    out: Option<PathBuf>,
    /// Bytes that must stay free on that disk, such as 500M or 20G
    #[arg(long, value_name = "BYTES", default_value = "0", value_parser = parse_bytes)]
    reserve: u64,
    /// Class maps will be stored in 16 bits, as by `eps infer --f16`
    #[arg(long)]
    f16: bool,
}

impl From<RunSpaceArgs> for RunSpace {
    fn from(args: RunSpaceArgs) -> Self {
        let RunSpaceArgs { out, reserve, f16 } = args;
        let scores = ScoreFormat::of(f16);
        Self { out: out.unwrap_or_else(|| ".".into()), scores, reserve }
    }
}
