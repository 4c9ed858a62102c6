//! Where class activation maps of other programs are, and how they are read.

use crate::folder::paths_in;
use crate::output::origin;
use anyhow::{Context as _, Result, bail, ensure};
use eps_data::ScoreMap;
use eps_data::codec::{
    CamKeys, CamProblem, ClassPictures, class_pictures_of, read_cam_dictionary, read_class_pictures,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Maps of other programs, or this one's, and how they are read.
#[derive(Clone, Debug)]
pub struct MapSource {
    /// Folder of maps, or one file of a dictionary.
    pub input: PathBuf,
    /// Whether classes are counted from 1, and 0 is background.
    pub from_one: bool,
    /// What follows the image id in the names of the files.
    pub suffix: String,
    /// Whether the map of each class is divided by its maximum.
    pub normalise: bool,
}

/// Where the maps of an image are.
pub(super) enum FoundMaps {
    Dictionary(PathBuf),
    Pictures(ClassPictures),
}

impl FoundMaps {
    /// The maps; `None` where there is neither a map nor the size of one.
    fn read(&self, keys: CamKeys) -> Result<Option<ScoreMap>> {
        match self {
            Self::Dictionary(path) => match read_cam_dictionary(path, keys) {
                Err(CamProblem::Empty) => Ok(None),
                map => Ok(Some(map?)),
            },
            Self::Pictures(pictures) => Ok(Some(read_class_pictures(pictures)?)),
        }
    }

    /// The file, or the first of several.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Dictionary(path) => path,
            Self::Pictures(pictures) => pictures.values().next().map_or(Path::new(""), |path| path),
        }
    }
}

impl MapSource {
    /// The folder of the maps, or of the one file, by its whole path.
    pub(super) fn folder(&self) -> Result<String> {
        let folder = if self.input.is_file() { self.input.parent() } else { None };
        let folder =
            folder.map_or(&*self.input, |path| if path == "" { Path::new(".") } else { path });
        origin::whole_path(folder)
    }

    fn keys(&self) -> CamKeys {
        if self.from_one { CamKeys::FromOne } else { CamKeys::FromZero }
    }

    /// The image id that a file's name begins with; `None` if it does not end in the suffix.
    fn id_of(&self, path: &Path) -> Option<String> {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        stem.strip_suffix(&*self.suffix).filter(|id| !id.is_empty()).map(str::to_owned)
    }

    /// The maps of an image, each score in `0..=1`.
    pub(super) fn read(&self, source: &FoundMaps) -> Result<Option<ScoreMap>> {
        let Some(map) = source.read(self.keys())? else { return Ok(None) };
        let map = if self.normalise { map.normalised() } else { map };
        let most = map.scores().iter().copied().fold(0.0, f32::max);
        ensure!(
            most <= 1.0,
            "{}: a score of {most}, expected at most 1, or --normalise",
            source.path().display()
        );
        Ok(Some(map))
    }

    /// The maps by image id.
    pub(super) fn find(&self) -> Result<BTreeMap<String, FoundMaps>> {
        if self.input.is_file() {
            let source = FoundMaps::Dictionary(self.input.clone());
            let id = self.id_of(&self.input).with_context(|| {
                let (file, suffix) = (self.input.display(), &self.suffix);
                format!("{file}: expected a name of an image id and `{suffix}`")
            })?;
            return Ok([(id, source)].into());
        }
        // A folder may hold both kinds, of different images; by id, so that what is made of them comes in
        // one order on every file system.
        let mut sources: BTreeMap<String, FoundMaps> = class_pictures_of(&self.input, self.keys())?
            .into_iter()
            .map(|(id, pictures)| (id, FoundMaps::Pictures(pictures)))
            .collect();
        for path in dictionaries(&self.input)? {
            let Some(id) = self.id_of(&path) else { continue };
            if let Some(first) = sources.insert(id, FoundMaps::Dictionary(path.clone())) {
                let first = first.path().display();
                bail!("{}: the same id as {first}, expected one source each", path.display());
            }
        }
        ensure!(
            !sources.is_empty(),
            "{}: no .npy, .npz, .pkl or <id>_<class>.png in it{}",
            self.input.display(),
            match &*self.suffix {
                "" => String::new(),
                suffix => format!(" whose name ends in `{suffix}`"),
            }
        );
        Ok(sources)
    }
}

/// The files of dictionaries in a folder, by ascending name.
fn dictionaries(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths_in(folder)? {
        let kind = path.extension().and_then(|kind| kind.to_str()).map(str::to_lowercase);
        // Such as ._2007_000032.npy, in which macOS keeps what another file system cannot.
        if path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".")) {
            continue;
        }
        if matches!(kind.as_deref(), Some("npy" | "npz" | "pkl" | "pickle")) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
