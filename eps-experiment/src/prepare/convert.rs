//! Class activation maps of other programs as the `.npz` that this one reads.

use crate::output::FolderLock;
use crate::output::origin::{self, Results};
use crate::{End, Session, parallel};
use anyhow::{Context as _, Result, bail, ensure};
use eps_data::ScoreMap;
use eps_data::codec::{
    CamKeys, CamProblem, ClassPictures, ScoreFormat, class_pictures_of, is_whole,
    read_cam_dictionary, read_class_pictures, write_scores,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Maps of another program, and the folder that they go to.
#[derive(Clone, Debug)]
pub struct ConvertedMaps {
    /// Folder of maps, or one file of a dictionary.
    pub input: PathBuf,
    /// Folder to write, `<id>.npz`.
    pub out: PathBuf,
    /// Whether classes are counted from 1, and 0 is background.
    pub from_one: bool,
    /// What follows the image id in the names of the files.
    pub suffix: String,
    /// Whether the map of each class is divided by its maximum.
    pub normalise: bool,
    pub format: ScoreFormat,
}

/// What the maps of a folder were made of: `convert.json` beside them.
#[derive(PartialEq, Serialize, Deserialize)]
struct Origin {
    /// The folder of the maps, or of the one file.
    source: String,
    #[serde(default)]
    from_one: bool,
    #[serde(default)]
    suffix: String,
    normalise: bool,
    f16: bool,
}

impl Origin {
    fn claim(&self, out: &Path, lock: &FolderLock) -> Result<()> {
        let results = Results { name: "maps", folder: out, ending: "npz" };
        origin::claim(&out.join("convert.json"), self, &results, lock)
    }
}

/// Where the maps of an image are.
enum Source {
    Dictionary(PathBuf),
    Pictures(ClassPictures),
}

impl Source {
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
    fn path(&self) -> &Path {
        match self {
            Self::Dictionary(path) => path,
            Self::Pictures(pictures) => pictures.values().next().map_or(Path::new(""), |own| own),
        }
    }
}

impl ConvertedMaps {
    /// Converts the maps that are not there yet.
    ///
    /// # Errors
    ///
    /// If the input has no maps, two maps of one image, or scores above 1; if the folder has maps of
    /// another source or of other settings.
    pub fn run(&self, session: &Session<'_>) -> Result<End> {
        let sources = self.sources()?;
        let folder = FolderLock::take(&self.out, session)?;
        self.origin()?.claim(&self.out, &folder)?;
        let target = |id: &str| self.out.join(format!("{id}.npz"));
        let left: Vec<_> = sources.iter().filter(|(id, _)| !is_whole(&target(id))).collect();
        let observer = session.observer;
        if left.len() < sources.len() {
            let there = sources.len() - left.len();
            observer.say(&format!("{there} of {} maps are there already", sources.len()));
        }
        let empty = Mutex::new(BTreeSet::new());
        let end = parallel::each(session, "maps", &left, |(id, source)| {
            folder.check()?;
            match self.map(source)? {
                Some(map) => write_scores(&target(id), &map, self.format)?,
                None => drop(lock(&empty).insert(source.path().to_owned())),
            }
            Ok(())
        })?;
        folder.check()?;
        let empty = empty.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(first) = empty.first() {
            observer.note(&format!(
                "{} of {} files hold no map, so that even its size is unknown, and are left out: {}{}",
                empty.len(),
                sources.len(),
                first.display(),
                if empty.len() > 1 { ", .." } else { "" }
            ));
        }
        match end {
            End::Interrupted => {
                observer.say("finished maps are kept; run the same command again to resume");
            }
            End::Done => {
                let maps = sources.len() - empty.len();
                observer.say(&format!("{maps} maps in {}", self.out.display()));
            }
        }
        Ok(end)
    }

    fn keys(&self) -> CamKeys {
        if self.from_one { CamKeys::FromOne } else { CamKeys::FromZero }
    }

    /// The image id that a file's name begins with; `None` if it does not end in the suffix.
    fn id_of(&self, path: &Path) -> Option<String> {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        stem.strip_suffix(&*self.suffix).filter(|id| !id.is_empty()).map(str::to_owned)
    }

    fn origin(&self) -> Result<Origin> {
        let folder = if self.input.is_file() { self.input.parent() } else { None };
        let folder =
            folder.map_or(&*self.input, |own| if own == "" { Path::new(".") } else { own });
        Ok(Origin {
            source: origin::whole_path(folder)?,
            from_one: self.from_one,
            suffix: self.suffix.clone(),
            normalise: self.normalise,
            f16: self.format == ScoreFormat::F16,
        })
    }

    /// The maps of an image, each score in `0..=1`.
    fn map(&self, source: &Source) -> Result<Option<ScoreMap>> {
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

    /// The maps to convert by image id.
    fn sources(&self) -> Result<BTreeMap<String, Source>> {
        if self.input.is_file() {
            let source = Source::Dictionary(self.input.clone());
            let id = self.id_of(&self.input).with_context(|| {
                let (file, suffix) = (self.input.display(), &self.suffix);
                format!("{file}: expected a name of an image id and `{suffix}`")
            })?;
            return Ok([(id, source)].into());
        }
        let mut sources: BTreeMap<String, Source> = class_pictures_of(&self.input, self.keys())?
            .into_iter()
            .map(|(id, pictures)| (id, Source::Pictures(pictures)))
            .collect();
        for path in dictionaries(&self.input)? {
            let Some(id) = self.id_of(&path) else { continue };
            if let Some(first) = sources.insert(id, Source::Dictionary(path.clone())) {
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

fn lock<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The files of dictionaries in a folder, by ascending name.
fn dictionaries(folder: &Path) -> Result<Vec<PathBuf>> {
    let unreadable = || format!("{}: cannot be read", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        let kind = path.extension().and_then(|kind| kind.to_str()).map(str::to_lowercase);
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
