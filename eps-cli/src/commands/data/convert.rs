//! `eps data convert`

use crate::commands::End;
use crate::origin::{self, Results};
use crate::{interrupt, parallel};
use anyhow::{Context as _, Result, bail, ensure};
use eps_data::ScoreMap;
use eps_data::codec::{
    ClassPictures, ScoreFormat, class_pictures_of, read_cam_dictionary, read_class_pictures,
    write_scores,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Convert class activation maps of other programs to the `.npz` that `eps sweep` reads
///
/// Taken are dictionaries `{class: map}` (PSA, SEAM, ..) and `keys` with `high_res`, `attn_highres`
/// or `cam` (IRN, CLIP-ES, ..), as `.npy`, `.pkl` or `.npz`, with arrays of NumPy or PyTorch; no code of
/// a file is run. Grey PNGs, one for each class (OAA, NSROM, L2G, ..), are taken as
/// `<id>_<class>.png` or `<id>/<class>.png`, classes counted from 0 without background. Maps that are
/// there already are kept, so an interrupted call goes on; those of another source or with other
/// settings are refused.
#[derive(clap::Args)]
pub(crate) struct Convert {
    /// Folder of maps, or one file of a dictionary
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

/// What the maps of a folder were made of: `convert.json` beside them.
#[derive(PartialEq, Serialize, Deserialize)]
struct Origin {
    /// The folder of the maps, or of the one file.
    source: String,
    normalise: bool,
    f16: bool,
}

impl Origin {
    fn claim(&self, out: &Path) -> Result<()> {
        let results = Results { name: "maps", folder: out, ending: "npz" };
        origin::claim(&out.join("convert.json"), self, &results)
    }
}

/// Where the maps of an image are.
enum Source {
    Dictionary(PathBuf),
    Pictures(ClassPictures),
}

impl Source {
    fn read(&self) -> Result<ScoreMap> {
        Ok(match self {
            Self::Dictionary(path) => read_cam_dictionary(path)?,
            Self::Pictures(pictures) => read_class_pictures(pictures)?,
        })
    }

    /// The file, or the first of several.
    fn path(&self) -> &Path {
        match self {
            Self::Dictionary(path) => path,
            Self::Pictures(pictures) => pictures.values().next().map_or(Path::new(""), |own| own),
        }
    }
}

impl Convert {
    pub(super) fn run(self) -> Result<End> {
        let sources = self.sources()?;
        self.origin()?.claim(&self.out)?;
        let target = |id: &str| self.out.join(format!("{id}.npz"));
        let left: Vec<_> = sources.iter().filter(|(id, _)| !target(id).exists()).collect();
        if left.len() < sources.len() {
            let there = sources.len() - left.len();
            eprintln!("{there} of {} maps are there already", sources.len());
        }
        interrupt::install()?;
        let format = if self.f16 { ScoreFormat::F16 } else { ScoreFormat::F32 };
        let end = parallel::each("maps", &left, |(id, source)| {
            Ok(write_scores(&target(id), &self.map(source)?, format)?)
        })?;
        match end {
            End::Interrupted => eprintln!("finished maps are kept: the same command goes on"),
            _ => eprintln!("{} maps in {}", sources.len(), self.out.display()),
        }
        Ok(end)
    }

    fn origin(&self) -> Result<Origin> {
        let folder = if self.input.is_file() { self.input.parent() } else { None };
        let folder =
            folder.map_or(&*self.input, |own| if own == "" { Path::new(".") } else { own });
        let (normalise, f16) = (self.normalise, self.f16);
        Ok(Origin { source: origin::whole_path(folder)?, normalise, f16 })
    }

    /// The maps of an image, each score in `0..=1`.
    fn map(&self, source: &Source) -> Result<ScoreMap> {
        let map = source.read()?;
        let map = if self.normalise { map.normalised() } else { map };
        let most = map.scores().iter().copied().fold(0.0, f32::max);
        ensure!(
            most <= 1.0,
            "{}: a score of {most}, expected at most 1, or --normalise",
            source.path().display()
        );
        Ok(map)
    }

    /// The maps to convert by image id.
    fn sources(&self) -> Result<BTreeMap<String, Source>> {
        if self.input.is_file() {
            let source = Source::Dictionary(self.input.clone());
            return Ok([(id_of(&self.input), source)].into());
        }
        let mut sources: BTreeMap<String, Source> = class_pictures_of(&self.input)?
            .into_iter()
            .map(|(id, pictures)| (id, Source::Pictures(pictures)))
            .collect();
        for path in dictionaries(&self.input)? {
            if let Some(first) = sources.insert(id_of(&path), Source::Dictionary(path.clone())) {
                let first = first.path().display();
                bail!("{}: the same id as {first}, expected one source each", path.display());
            }
        }
        ensure!(
            !sources.is_empty(),
            "{}: no .npy, .npz, .pkl or <id>_<class>.png in it",
            self.input.display()
        );
        Ok(sources)
    }
}

fn id_of(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The files of dictionaries in a folder, by ascending name.
fn dictionaries(folder: &Path) -> Result<Vec<PathBuf>> {
    let unreadable = || format!("{}: cannot be read", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        let kind = path.extension().and_then(|kind| kind.to_str());
        if matches!(kind, Some("npy" | "npz" | "pkl" | "pickle")) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
