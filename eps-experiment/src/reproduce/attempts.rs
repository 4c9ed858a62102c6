//! Your scores for the rows of a published table, and what they hold under.

use super::AttemptSource;
use super::source::row;
use crate::compare::refuse_copies;
use crate::refine::refined_maps;
use crate::run::{MapsOrigin, RunFolder, holder_of};
use crate::{GroundTruth, Session};
use anyhow::{Context as _, Result, bail};
use eps_data::Observer;
use eps_eval::report::published::{Circumstances, PublishedTable, Quantity};
use eps_eval::report::reproduction::{Attempt, MadeBy};
use eps_eval::{
    AnalysisPlan, Cooccurrence, Counts, Details, MaskFolder, Predictions, Protocol, analyse_folder,
};
use std::path::{Path, PathBuf};

/// What the folders do not say about your scores.
#[derive(Clone, Debug, Default)]
pub struct Statement {
    /// Evaluation protocol [that of the table].
    pub protocol: Option<Protocol>,
    /// The network that made the masks, as the table names it; that of a run follows from its recipe.
    pub backbone: Option<String>,
    /// What the network was pre-trained on, such as ImageNet.
    pub initialisation: Option<String>,
    /// At which class maps without masks are scored.
    pub threshold: f32,
    /// Folders of maps of one kind of stuff each, by name.
    pub stuff: Vec<(String, PathBuf)>,
}

/// Whether a row of a table is of the method that a recipe says: its own, or that of somebody who ran it
/// or printed it.
fn is_row_of(method: &str, row: &str) -> bool {
    let rest = row.strip_prefix(method);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(" by ") || rest.starts_with(" as "))
}

/// The training run whose network made the masks of a folder: that of the folder itself, the one that it
/// is in, or the one whose maps were refined. `None` where no provenance says so.
fn run_of(folder: &Path) -> Result<Option<RunFolder>> {
    let holder = holder_of(folder);
    let root = match refined_maps(holder)? {
        Some(maps) => maps.parent().map_or(maps.clone(), Path::to_owned),
        None => holder.to_owned(),
    };
    let run = RunFolder::at(&root);
    if !run.is_begun() || !run.provenance_file().exists() {
        return Ok(None);
    }
    // Maps of another network may lie in the folder of a run.
    let network = MapsOrigin::read(&run)?.map(|origin| origin.network);
    let recipe = run.recipe()?;
    Ok(network.is_some_and(|network| network == recipe.network).then_some(run))
}

/// Scores the folders of each row of a table.
///
/// # Errors
///
/// If the folders of one row are of different networks, two have the same masks, or a mask cannot be
/// counted.
pub(super) fn attempts(
    table: &PublishedTable,
    statement: &Statement,
    truth: &GroundTruth,
    sources: &[AttemptSource],
    session: &Session<'_>,
) -> Result<Vec<Attempt>> {
    let observer = session.observer;
    let scorer = Scorer { statement, table, truth, observer };
    let stuff = if scorer.needs_stuff() { statement.stuff.len() } else { 0 };
    let folders: usize = sources.iter().map(|source| source.folders.len()).sum();
    observer.begin("masks", folders * truth.items.len() * (1 + stuff), 0);
    let attempts = sources.iter().map(|source| scorer.attempt(source)).collect();
    observer.end();
    attempts
}

/// The ground truth and what is said about ours.
struct Scorer<'a> {
    statement: &'a Statement,
    table: &'a PublishedTable,
    truth: &'a GroundTruth,
    observer: &'a dyn Observer,
}

impl Scorer<'_> {
    fn needs_stuff(&self) -> bool {
        let mut quantities = self.table.columns.iter().map(|column| column.quantity);
        quantities.any(|quantity| matches!(quantity, Quantity::Confusion { .. }))
    }

    fn attempt(&self, source: &AttemptSource) -> Result<Attempt> {
        let circumstances: Vec<Circumstances> = source
            .folders
            .iter()
            .map(|folder| self.circumstances(&folder.run.root))
            .collect::<Result<_>>()?;
        let (first, others) = circumstances.split_first().context("a row has a folder")?;
        // The runs of a row become one mean with its spread over seeds, so nothing else may differ.
        if let Some(index) = others.iter().position(|other| other != first) {
            let other = source.folders[index + 1].run.root.display();
            bail!("{other}: another network or start than the first folder of row {}", source.row);
        }
        let threshold = self.statement.threshold;
        let masks: Vec<Predictions> =
            source.folders.iter().map(|folder| folder.predictions(threshold)).collect();
        refuse_copies(&masks, &self.truth.items, self.truth.names.len())?;
        let runs = masks.iter().map(|masks| self.count(masks)).collect::<Result<_>>()?;
        Ok(Attempt {
            row: source.row.clone(),
            column: source.column.clone(),
            made_by: self.made_by(source)?,
            circumstances: first.clone(),
            classes: self.truth.names.iter().map(str::to_owned).collect(),
            runs,
            stuff: self.stuff(&masks)?,
        })
    }

    fn protocol(&self) -> Protocol {
        self.statement.protocol.unwrap_or(self.table.conditions.protocol)
    }

    fn count(&self, masks: &Predictions) -> Result<Counts> {
        let folder = MaskFolder {
            list: &self.truth.list,
            items: &self.truth.items,
            predictions: masks,
            names: &self.truth.names,
            shard: None,
        };
        Ok(folder.count(self.protocol(), self.observer)?)
    }

    /// Which method made the masks, as far as the folders say it.
    fn made_by(&self, source: &AttemptSource) -> Result<MadeBy> {
        for folder in &source.folders {
            let Some(run) = run_of(&folder.run.root)? else { return Ok(MadeBy::Unknown) };
            match row(&run.recipe()?, self.table.name) {
                None => return Ok(MadeBy::Unknown),
                Some(name) if !is_row_of(&name, &source.row) => return Ok(MadeBy::Another(name)),
                Some(_) => {}
            }
        }
        Ok(MadeBy::TheRow)
    }

    /// Pixels of classes in each kind of stuff, of each folder.
    fn stuff(&self, masks: &[Predictions]) -> Result<Vec<(String, Vec<Cooccurrence>)>> {
        let named = if self.needs_stuff() { &self.statement.stuff[..] } else { &[] };
        let mut counted = Vec::new();
        for (name, folder) in named {
            let counts = masks.iter().map(|masks| self.count_stuff(folder, masks));
            counted.push((name.clone(), counts.collect::<Result<_>>()?));
        }
        Ok(counted)
    }

    fn count_stuff(&self, stuff: &Path, masks: &Predictions) -> Result<Cooccurrence> {
        let classes = self.truth.names.len();
        let metrics = Details::default().with(Cooccurrence::new(classes));
        let plan = AnalysisPlan { classes, stuff: Some(stuff.into()), metrics };
        let analysis = analyse_folder(&self.truth.items, masks, &plan, self.observer)?;
        analysis.details.get().cloned().context("stuff was counted")
    }

    /// What the scores of a folder hold under.
    fn circumstances(&self, folder: &Path) -> Result<Circumstances> {
        let (recipe, provenance) = match run_of(folder)? {
            Some(run) => (Some(run.recipe()?), Some(run.provenance()?)),
            None => (None, None),
        };
        // What a run says of itself goes before what was stated of all of them.
        let is_random = provenance.is_some_and(|provenance| provenance.weights.is_none());
        let random = is_random.then(|| "random".to_owned());
        Ok(Circumstances {
            protocol: self.protocol(),
            list: self.truth.list.name.clone(),
            images: self.truth.items.len(),
            masks: self.truth.folder.clone(),
            backbone: recipe
                .as_ref()
                .map(|recipe| recipe.network.title())
                .or(self.statement.backbone.clone()),
            initialisation: random.or(self.statement.initialisation.clone()),
        })
    }
}
