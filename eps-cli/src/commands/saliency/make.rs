//! `eps saliency make`

use crate::args::{DATA, ShardArgs};
use crate::commands::Exit;
use crate::interrupt;
use anyhow::Result;
use eps_experiment::Session;
use eps_experiment::prepare::SaliencyRequest;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps saliency make --model u2netp.onnx --data VOC2012 --list train --out VOC2012/SALImages
  eps saliency make --model mine.onnx --kind mine.toml --data photographs --out maps --shard 1/4";

/// Make saliency maps (`<id>.png`) of photographs by U²-Net or a network like it, an ONNX file
///
/// Maps are as large as their photographs and equal those of rembg. Maps that are there already are kept, so
/// that an interrupted command goes on; maps by another network or with other settings are refused.
/// `scripts/fetch-u2net.sh` of the repository fetches u2netp and U²-Net; docs/own-data.md says which to take.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Make {
    /// The network
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// What the network is: u2net, u2netp, isnet, birefnet, or a TOML file with a table
    /// [saliency-model] [default: the name of the network's file]
    #[arg(long, value_name = "NAME|FILE")]
    kind: Option<String>,
    /// Data set folder, as `eps train` takes it: gives the photographs
    #[arg(long, value_name = "ROOT", env = DATA)]
    data: PathBuf,
    /// Name of a split, `all` photographs, or a file with an image id in each line
    #[arg(long, default_value = "all", value_parser = crate::args::not_empty)]
    list: String,
    /// Folder to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    part: ShardArgs,
    /// Write 65,536 levels of grey instead of 256
    #[arg(long)]
    sixteen_bit: bool,
}

impl Make {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let maps = SaliencyRequest {
            network: &self.model,
            kind: self.kind.as_deref(),
            data: &self.data,
            list: &self.list,
            shard: self.part.shard,
            out: &self.out,
            sixteen_bit: self.sixteen_bit,
        };
        interrupt::install()?;
        Ok(maps.run(session)?.into())
    }
}
