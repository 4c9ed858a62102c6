//! Saliency maps of a folder of photographs, two at once, as `eps saliency make` makes them:
//! `scripts/bench-saliency-make.sh` times it.
//!
//!     maps MODEL KIND PHOTOGRAPHS OUT THREADS

use eps_data::DataError;
use eps_data::codec::{read_rgb, write_saliency};
use eps_saliency::{SaliencyModel, SaliencyNetwork};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Photographs in work at once; `AT_ONCE` of the environment says otherwise.
const AT_ONCE: usize = 2;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, kind, photographs, out, threads] = &arguments[..] else {
        return Err("usage: maps MODEL KIND PHOTOGRAPHS OUT THREADS".into());
    };
    let kind = SaliencyModel::named(kind).ok_or("KIND is u2net, u2netp, isnet or birefnet")?;
    let network = SaliencyNetwork::load(Path::new(model), kind, threads.parse()?)?;
    let photographs = eps_data::pictures_of(Path::new(photographs))?;
    let photographs: Vec<(String, PathBuf)> = photographs.into_iter().collect();
    let at_once = std::env::var("AT_ONCE").map_or(Ok(AT_ONCE), |count| count.parse())?;
    let next = AtomicUsize::new(0);
    let take_turns = || -> Result<(), DataError> {
        while let Some((id, path)) = photographs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let map = network.map(&read_rgb(path)?)?;
            write_saliency(&Path::new(out).join(format!("{id}.png")), &map)?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let all: Vec<_> = (0..at_once).map(|_| scope.spawn(take_turns)).collect();
        all.into_iter().try_for_each(|one| one.join().expect("no thread panics"))
    })?;
    Ok(())
}
