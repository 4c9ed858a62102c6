//! What the scripts of the measurements run beside a peer, on this machine.
//!
//! Each measurement is one line of JSON on stdout, with the seconds of every repetition.

mod bootstrap;
mod check;
mod coco;
mod flags;
mod inference;
mod loader;
mod masks;
mod measurement;
mod network;

use clap::Parser as _;

// As the program has it, whose speed is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Time a recipe's network, loader or inference, the bootstrap of a comparison, the decoding of masks, the
/// examination of a data set, or the masks of COCO's annotations, on this machine
///
/// Each measurement is one line of JSON on stdout, with the seconds of every repetition. Threads are those of
/// `RAYON_NUM_THREADS`, else one for each core.
#[derive(clap::Parser)]
#[command(name = "eps-bench", version)]
enum Bench {
    Network(network::NetworkBench),
    Inference(inference::InferenceBench),
    Loader(loader::LoaderBench),
    Bootstrap(bootstrap::BootstrapBench),
    Masks(masks::MasksBench),
    Check(check::CheckBench),
    Coco(coco::CocoBench),
}

fn main() -> anyhow::Result<()> {
    match Bench::parse() {
        Bench::Network(measured) => measured.run(),
        Bench::Inference(measured) => measured.run(),
        Bench::Loader(measured) => measured.run(),
        Bench::Bootstrap(measured) => measured.run(),
        Bench::Masks(measured) => measured.run(),
        Bench::Check(measured) => measured.run(),
        Bench::Coco(measured) => measured.run(),
    }
}
