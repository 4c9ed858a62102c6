//! `eps saliency make`

use crate::args::{self, DATA};
use crate::commands::Exit;
use anyhow::Result;
use eps_data::Shard;
use eps_experiment::Session;
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
    /// Only part I of N of the photographs, such as 1/4; one process for each part does all. In a job
    /// array `auto` is the task's part, `auto/N` where the engine does not tell how many tasks there are
    #[arg(long, value_name = "I/N|auto", value_parser = args::shard)]
    shard: Option<Shard>,
    /// Write 65,536 levels of grey instead of 256
    #[arg(long)]
    sixteen_bit: bool,
}

#[cfg(not(feature = "saliency"))]
impl Make {
    pub(crate) fn run(self, _: &Session<'_>) -> Result<Exit> {
        let Self { model, kind, data, list, out, shard, sixteen_bit } = self;
        // Whatever they say, there is no engine.
        drop((model, kind, data, list, out, shard, sixteen_bit));
        anyhow::bail!("saliency networks are not built in (rebuild with --features saliency)")
    }
}

#[cfg(feature = "saliency")]
mod built_in {
    use super::{Exit, Make, Result, Session};
    use crate::interrupt;
    use eps_data::DataSet;
    use eps_experiment::prepare::{SaliencyMaps, saliency_model};
    use eps_saliency::SaliencyNetwork;

    impl Make {
        pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
            let model = saliency_model(&self.model, self.kind.as_deref())?;
            let folder = DataSet::open(&self.data, &self.list)?;
            folder.check_root()?;
            let list = folder.list(&self.list)?;
            session.remarks(&list.remarks);
            let threads = rayon::current_num_threads();
            let maps = SaliencyMaps {
                network: &SaliencyNetwork::load(&self.model, model, threads)?,
                folder: &folder,
                list: &list,
                shard: self.shard,
                out: &self.out,
                sixteen_bit: self.sixteen_bit,
            };
            interrupt::install()?;
            Ok(maps.run(session)?.into())
        }
    }
}
