//! Photographs to saliency maps by a network.

use super::SaliencyRequest;
use super::saliency_model::saliency_model;
use crate::output::FolderLock;
use crate::output::origin::{self, Results};
use crate::resumed::Missing;
use crate::{End, Session};
use anyhow::Result;
use eps_data::codec::{is_whole, read_rgb, write_deep_saliency, write_saliency};
use eps_data::{DataSet, ImageList, Shard, counted, none_missing};
use eps_saliency::{SaliencyModel, SaliencyNetwork};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Images that are in work at once: one is decoded or written while the network computes another. More
/// would only take memory.
const AT_ONCE: usize = 2;

/// Photographs of a list, and the network that makes their maps.
struct SaliencyMaps<'a> {
    network: &'a SaliencyNetwork,
    folder: &'a DataSet,
    list: &'a ImageList,
    shard: Option<Shard>,
    out: &'a Path,
    sixteen_bit: bool,
}

/// What the maps of a folder were made by: `saliency.json` beside them.
#[derive(PartialEq, Serialize, Deserialize)]
struct Origin {
    images: String,
    network_sha256: String,
    model: SaliencyModel,
    sixteen_bit: bool,
}

impl SaliencyRequest<'_> {
    /// Writes the maps that are not there yet.
    ///
    /// # Errors
    ///
    /// If the network cannot be read or is of no known kind, a photograph is missing or cannot be read, or the
    /// folder has maps of other photographs, by another network or with other settings.
    pub fn run(&self, session: &Session<'_>) -> Result<End> {
        let model = saliency_model(self.network, self.kind)?;
        let folder = DataSet::open(self.data, self.list)?;
        folder.check_root()?;
        let list = folder.list(self.list)?;
        session.remarks(&list.remarks);
        let threads = rayon::current_num_threads();
        let maps = SaliencyMaps {
            network: &SaliencyNetwork::load(self.network, model, threads)?,
            folder: &folder,
            list: &list,
            shard: self.shard,
            out: self.out,
            sixteen_bit: self.sixteen_bit,
        };
        maps.run(session)
    }
}

impl SaliencyMaps<'_> {
    fn run(&self, session: &Session<'_>) -> Result<End> {
        let jobs = self.jobs()?;
        let (stage, locks) = ("saliency maps", &[self.take(session)?]);
        let at_once = Some(AT_ONCE);
        let missing = Missing { session, stage, results: "maps", locks, at_once };
        let end = missing.make(
            &jobs,
            |(id, _)| is_whole(&self.map_of(id)),
            |(id, image)| self.make(id, image),
        )?;
        if end == End::Done {
            let text = format!("{} in {}", counted(jobs.len(), "map"), self.out.display());
            session.observer.say(&text);
        }
        Ok(end)
    }

    /// The photographs of the list, or of its part, all of which are there.
    fn jobs(&self) -> Result<Vec<(&str, PathBuf)>> {
        let ids = self.list.ids.iter();
        let ids = ids.filter(|id| self.shard.is_none_or(|shard| shard.holds(id)));
        let jobs: Vec<_> = ids.map(|id| (id.as_str(), self.folder.image_of(id))).collect();
        let images = jobs.iter().map(|(_, image)| image.as_path());
        none_missing(images.filter(|image| !image.is_file()), "image")
            .map_err(|error| self.list.explain(error))?;
        Ok(jobs)
    }

    /// Takes the folder for this call, or for its part.
    fn take(&self, session: &Session<'_>) -> Result<FolderLock> {
        let origin = Origin {
            images: origin::whole_path(&self.folder.images)?,
            network_sha256: self.network.sha256().into(),
            model: self.network.model().clone(),
            sixteen_bit: self.sixteen_bit,
        };
        let results = Results { name: "maps", folder: self.out, ending: "png" };
        let (file, is_part) = (self.out.join("saliency.json"), self.shard.is_some());
        origin::take(self.out, is_part, &file, &origin, &results, session)
    }

    fn map_of(&self, id: &str) -> PathBuf {
        self.out.join(format!("{id}.png"))
    }

    fn make(&self, id: &str, image: &Path) -> Result<()> {
        let picture = read_rgb(image)?;
        if self.sixteen_bit {
            let map = self.network.deep_map(&picture)?;
            write_deep_saliency(&self.map_of(id), map.size, &map.values)?;
        } else {
            write_saliency(&self.map_of(id), &self.network.map(&picture)?)?;
        }
        Ok(())
    }
}
