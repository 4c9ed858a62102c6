//! What the folders of a reproduction do not say about its scores.

use super::{MapThresholdArgs, RenamedArgs};
use clap::Args;
use eps_eval::Protocol;
use eps_experiment::reproduce::Statement;
use std::path::PathBuf;

/// What the folders do not say about your scores.
#[derive(Args, Clone, Debug)]
pub(crate) struct StatementArgs {
    /// Evaluation protocol [default: that of the table]
    #[arg(long)]
    protocol: Option<Protocol>,
    /// The network that made the masks, as the table names it; that of a run follows from its recipe
    #[arg(long, value_name = "NAME")]
    backbone: Option<String>,
    /// What the network was pre-trained on, such as ImageNet [default: not stated, or random for a run
    /// without weights]
    #[arg(long, value_name = "NAME")]
    initialisation: Option<String>,
    /// Folder of maps of one kind of stuff, `<id>.png`: the class that it comes with where it is, 0
    /// elsewhere
    #[arg(long, value_name = "NAME=DIR", value_parser = named_stuff)]
    stuff: Vec<(String, PathBuf)>,
    #[command(flatten)]
    maps: MapThresholdArgs,
    #[command(flatten)]
    _renamed: RenamedArgs,
}

fn named_stuff(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, folder)) if !name.is_empty() => Ok((name.into(), folder.into())),
        _ => Err("expected NAME=DIR".into()),
    }
}

impl From<StatementArgs> for Statement {
    fn from(args: StatementArgs) -> Self {
        let StatementArgs { protocol, backbone, initialisation, stuff, maps, .. } = args;
        Self { protocol, backbone, initialisation, stuff, threshold: maps.threshold }
    }
}
