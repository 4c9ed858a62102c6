//! Saliency maps that are asked for, before network and photographs are read.

use eps_data::Shard;
use std::path::Path;

/// A network, the photographs that it makes maps of, and where they go.
#[derive(Clone, Copy, Debug)]
pub struct SaliencyRequest<'a> {
    /// An ONNX file.
    pub network: &'a Path,
    /// A name or a TOML file [the name of the network's file].
    pub kind: Option<&'a str>,
    /// Root of the data set of the photographs.
    pub data: &'a Path,
    /// Name or file of a list of it.
    pub list: &'a str,
    pub shard: Option<Shard>,
    /// Folder to write, `<id>.png`.
    pub out: &'a Path,
    /// Whether maps have 65,536 levels instead of 256.
    pub sixteen_bit: bool,
}

#[cfg(not(feature = "saliency"))]
impl SaliencyRequest<'_> {
    /// Makes no map, since there is no engine.
    ///
    /// # Errors
    ///
    /// In any case.
    pub fn run(&self, _: &crate::Session<'_>) -> anyhow::Result<crate::End> {
        anyhow::bail!("saliency networks are not built in (rebuild with --features saliency)")
    }
}
