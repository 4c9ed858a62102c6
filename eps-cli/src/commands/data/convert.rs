//! `eps data convert`

use crate::commands::End;
use crate::interrupt;
use crate::progress::Progress;
use anyhow::{Context as _, Result, bail, ensure};
use eps_data::ScoreMap;
use eps_data::codec::{ScoreFormat, read_cam_dictionary, write_scores};
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// Convert class activation maps of other programs to the `.npz` that `eps sweep` reads
///
/// Taken are dictionaries `{class: map}` (PSA, SEAM, ..) and `keys` with `high_res`, `attn_highres`
/// or `cam` (IRN, CLIP-ES, ..), as `.npy`, `.pkl` or `.npz`, with arrays of NumPy or PyTorch; no code of
/// a file is run. Maps that are there already are kept, so an interrupted call goes on.
#[derive(clap::Args)]
pub(crate) struct Convert {
    /// Folder of maps, a file for each image, or one file
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// Folder to write, `<id>.npz`
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Divide the map of each class by its maximum
    #[arg(long)]
    normalise: bool,
    /// Store scores in 16 bits
    #[arg(long)]
    f16: bool,
}

impl Convert {
    pub(super) fn run(self) -> Result<End> {
        let files = self.files()?;
        let left: Vec<&PathBuf> = files.iter().filter(|own| !self.target(own).exists()).collect();
        if left.len() < files.len() {
            eprintln!("{} of {} maps are there already", files.len() - left.len(), files.len());
        }
        interrupt::install()?;
        let progress = Progress::new("maps", left.len()).shared();
        left.par_iter().try_for_each(|path| {
            if !interrupt::requested() {
                let format = if self.f16 { ScoreFormat::F16 } else { ScoreFormat::F32 };
                write_scores(&self.target(path), &self.map(path)?, format)?;
                progress.step();
            }
            anyhow::Ok(())
        })?;
        if interrupt::requested() {
            eprintln!("finished maps are kept: the same command goes on");
            return Ok(End::Interrupted);
        }
        progress.finish();
        eprintln!("{} maps in {}", files.len(), self.out.display());
        Ok(End::Done)
    }

    /// The maps of a file, each score in `0..=1`.
    fn map(&self, path: &Path) -> Result<ScoreMap> {
        let map = read_cam_dictionary(path)?;
        let map = if self.normalise { map.normalised() } else { map };
        let most = map.scores().iter().copied().fold(0.0, f32::max);
        ensure!(
            most <= 1.0,
            "{}: a score of {most}, expected at most 1, or --normalise",
            path.display()
        );
        Ok(map)
    }

    fn target(&self, path: &Path) -> PathBuf {
        let id = path.file_stem().unwrap_or_default();
        let mut name = id.to_owned();
        name.push(".npz");
        self.out.join(name)
    }

    /// The files of maps, by ascending name.
    fn files(&self) -> Result<Vec<PathBuf>> {
        if self.input.is_file() {
            return Ok(vec![self.input.clone()]);
        }
        let unreadable = || format!("{}: cannot be read", self.input.display());
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&self.input).with_context(unreadable)? {
            let path = entry.with_context(unreadable)?.path();
            let kind = path.extension().and_then(|kind| kind.to_str());
            if matches!(kind, Some("npy" | "npz" | "pkl" | "pickle")) {
                files.push(path);
            }
        }
        files.sort();
        if let Some(pair) =
            files.windows(2).find(|pair| self.target(&pair[0]) == self.target(&pair[1]))
        {
            bail!(
                "{}: the same id as {}, expected one file each",
                pair[1].display(),
                pair[0].display()
            );
        }
        ensure!(!files.is_empty(), "{}: no .npy, .npz or .pkl in it", self.input.display());
        Ok(files)
    }
}
