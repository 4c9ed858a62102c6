//! Class activation maps of other programs as the `.npz` that this one reads.

use super::{MapSource, SaliencyCue};
use crate::output::FolderLock;
use crate::output::origin::{self, Results};
use crate::resumed::Missing;
use crate::{End, Session};
use anyhow::Result;
use eps_data::codec::{ScoreFormat, is_whole, write_scores};
use eps_data::{ScoreMap, counted};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Maps of another program, and the folder that they go to.
#[derive(Clone, Debug)]
pub struct ConvertedMaps {
    pub source: MapSource,
    /// Saliency maps that score the best class of each pixel in the place of the maps.
    pub cue: Option<SaliencyCue>,
    /// Folder to write, `<id>.npz`.
    pub out: PathBuf,
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
    /// The folder of the saliency maps and their suffix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cue: Option<String>,
}

impl Origin {
    fn take(&self, out: &Path, session: &Session<'_>) -> Result<FolderLock> {
        let results = Results { name: "maps", folder: out, ending: "npz" };
        origin::take(out, false, &out.join("convert.json"), self, &results, session)
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
        let sources: Vec<_> = self.source.find()?.into_iter().collect();
        let locks = &[self.origin()?.take(&self.out, session)?];
        // In order, so that the note below names the same file whichever thread met one first.
        let empty = Mutex::new(BTreeSet::new());
        let missing = Missing { session, stage: "maps", results: "maps", locks, at_once: None };
        let end = missing.make(
            &sources,
            |(id, _)| is_whole(&self.file_of(id)),
            |(id, source)| {
                match self.source.read(source)? {
                    Some(map) => {
                        write_scores(&self.file_of(id), &self.cued(id, map)?, self.format)?;
                    }
                    None => drop(lock(&empty).insert(source.path().to_owned())),
                }
                Ok(())
            },
        )?;
        let empty = empty.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(first) = empty.first() {
            session.observer.note(&format!(
                "{} of {} files hold no map, so that even its size is unknown, and are left out: {}{}",
                empty.len(),
                sources.len(),
                first.display(),
                if empty.len() > 1 { ", .." } else { "" }
            ));
        }
        if end == End::Done {
            let maps = sources.len() - empty.len();
            session.observer.say(&format!("{} in {}", counted(maps, "map"), self.out.display()));
        }
        Ok(end)
    }

    fn file_of(&self, id: &str) -> PathBuf {
        self.out.join(format!("{id}.npz"))
    }

    fn origin(&self) -> Result<Origin> {
        let MapSource { from_one, ref suffix, normalise, .. } = self.source;
        let (source, f16) = (self.source.folder()?, self.format == ScoreFormat::F16);
        let cue = self.cue.as_ref().map(SaliencyCue::name).transpose()?;
        Ok(Origin { source, from_one, suffix: suffix.clone(), normalise, f16, cue })
    }

    fn cued(&self, id: &str, map: ScoreMap) -> Result<ScoreMap> {
        match &self.cue {
            Some(cue) => Ok(map.cued_by(&cue.read(id, map.size())?)),
            None => Ok(map),
        }
    }
}

fn lock<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}
