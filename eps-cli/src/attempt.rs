//! Your scores for the rows of a published table, and what they hold under.

use crate::args::{RenamedArgs, TruthArgs};
use crate::commands::refine::refined_maps;
use crate::kept_maps::MapsOrigin;
use crate::progress::Progress;
use crate::run_folder::RunFolder;
use crate::same_masks;
use anyhow::{Context as _, Result, bail};
use clap::Args;
use eps_data::{ClassNames, ImageList, Item};
use eps_eval::report::published::{Circumstances, PublishedTable, Quantity};
use eps_eval::report::reproduction::{Attempt, MadeBy};
use eps_eval::{AnalysisPlan, Cooccurrence, Counts, Details, MaskFolder, Protocol, analyse_folder};
use eps_model::recipe::{Method, Recipe, SelectionRule};
use std::path::{Path, PathBuf};

/// What the folders do not say about your scores.
#[derive(Args, Clone, Debug)]
pub(crate) struct AttemptArgs {
    /// Evaluation protocol [default: that of the table]
    #[arg(long)]
    protocol: Option<Protocol>,
    /// The network that made the masks, as the table names it; that of a run follows from its recipe
    #[arg(long, value_name = "NAME")]
    backbone: Option<String>,
    /// What the network was pre-trained on, such as ImageNet [default: not stated, or random for a run
    /// without weights]
    #[arg(long, value_name = "NAME")]
    initialisation: Option<String>,
    /// Folder of maps of one kind of stuff, `<id>.png`: the class that it comes with where it is, 0
    /// elsewhere
    #[arg(long, value_name = "NAME=DIR", value_parser = named_stuff)]
    stuff: Vec<(String, PathBuf)>,
    #[command(flatten)]
    _renamed: RenamedArgs,
}

/// Folders that are scored for one row.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) row: String,
    /// The column of mean IoU, if it is not the first.
    pub(crate) column: Option<String>,
    pub(crate) folders: Vec<PathBuf>,
}

fn named_stuff(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, folder)) if !name.is_empty() => Ok((name.into(), folder.into())),
        _ => Err("expected NAME=DIR".into()),
    }
}

/// The row of a table that a run of this recipe is for, if its recipe says it.
pub(crate) fn row(recipe: &Recipe, table: &str) -> Option<String> {
    let saliency = recipe.saliency.as_ref();
    match table {
        "map-selection" => {
            let name = match saliency?.selection {
                SelectionRule::Overlap => "overlap",
                SelectionRule::Naive => "naive",
                SelectionRule::Predefined => "predefined",
            };
            Some(name.into())
        }
        "lambda-tau" => {
            let saliency = saliency?;
            Some(format!("lambda {}, tau {}", saliency.lambda, saliency.tau))
        }
        "pseudo-masks-voc" | "pseudo-masks-coco" | "co-occurrence" | "per-class" => {
            let name = match recipe.network.method {
                Method::Cam => "CAM",
                Method::Eps => "EPS",
            };
            Some(name.into())
        }
        _ => None,
    }
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
    let holder = match folder.file_name().is_some_and(|name| name == "masks") {
        true => folder.parent().unwrap_or(folder),
        false => folder,
    };
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

impl AttemptArgs {
    /// Scores the folders of each row.
    pub(crate) fn score(
        &self,
        table: &PublishedTable,
        truth: &TruthArgs,
        sources: &[Source],
    ) -> Result<Vec<Attempt>> {
        let (list, items, names) = truth.open()?;
        let scorer = Scorer { args: self, table, truth, list, items, names };
        let stuff = if scorer.needs_stuff() { self.stuff.len() } else { 0 };
        let folders: usize = sources.iter().map(|source| source.folders.len()).sum();
        let progress = Progress::new("masks", folders * scorer.items.len() * (1 + stuff)).shared();
        let counted = || progress.step();
        let attempts = sources.iter().map(|source| scorer.attempt(source, &counted)).collect();
        progress.finish();
        attempts
    }
}

/// The truth and what is said about ours.
struct Scorer<'a> {
    args: &'a AttemptArgs,
    table: &'a PublishedTable,
    truth: &'a TruthArgs,
    list: ImageList,
    items: Vec<Item>,
    names: ClassNames,
}

impl Scorer<'_> {
    fn needs_stuff(&self) -> bool {
        let is_ratio = |quantity| matches!(quantity, Quantity::Confusion { .. });
        self.table.columns.iter().any(|column| is_ratio(column.quantity))
    }

    fn attempt(&self, source: &Source, counted: &(dyn Fn() + Sync)) -> Result<Attempt> {
        let circumstances: Vec<Circumstances> =
            source.folders.iter().map(|own| self.circumstances(own)).collect::<Result<_>>()?;
        let (first, others) = circumstances.split_first().context("a row has a folder")?;
        if let Some(index) = others.iter().position(|other| other != first) {
            let other = source.folders[index + 1].display();
            bail!("{other}: another network or start than the first folder of row {}", source.row);
        }
        let masks: Vec<PathBuf> =
            source.folders.iter().map(|own| RunFolder::masks_in(own)).collect::<Result<_>>()?;
        same_masks::refuse_copies(&masks, &self.items, self.names.len())?;
        let runs = masks.iter().map(|masks| self.count(masks, counted)).collect::<Result<_>>()?;
        Ok(Attempt {
            row: source.row.clone(),
            column: source.column.clone(),
            made_by: self.made_by(source)?,
            circumstances: first.clone(),
            classes: self.names.iter().map(str::to_owned).collect(),
            runs,
            stuff: self.stuff(&masks, counted)?,
        })
    }

    fn protocol(&self) -> Protocol {
        self.args.protocol.unwrap_or(self.table.conditions.protocol)
    }

    fn count(&self, masks: &Path, counted: &(dyn Fn() + Sync)) -> Result<Counts> {
        let folder = MaskFolder {
            list: &self.list,
            items: &self.items,
            predictions: masks,
            names: &self.names,
            shard: None,
        };
        Ok(folder.count(self.protocol(), counted)?)
    }

    /// Which method made the masks, as far as the folders say it.
    fn made_by(&self, source: &Source) -> Result<MadeBy> {
        for folder in &source.folders {
            let Some(run) = run_of(folder)? else { return Ok(MadeBy::Unknown) };
            match row(&run.recipe()?, self.table.name) {
                None => return Ok(MadeBy::Unknown),
                Some(name) if !is_row_of(&name, &source.row) => return Ok(MadeBy::Another(name)),
                Some(_) => {}
            }
        }
        Ok(MadeBy::TheRow)
    }

    /// Pixels of classes in each kind of stuff, of each folder.
    fn stuff(
        &self,
        masks: &[PathBuf],
        counted: &(dyn Fn() + Sync),
    ) -> Result<Vec<(String, Vec<Cooccurrence>)>> {
        let named = if self.needs_stuff() { &self.args.stuff[..] } else { &[] };
        let classes = self.names.len();
        let of_stuff = |(name, folder): &(String, PathBuf)| {
            let metrics = Details::default().with(Cooccurrence::new(classes));
            let plan = AnalysisPlan { classes, stuff: Some(folder.clone()), metrics };
            let count = |masks: &PathBuf| {
                let analysis = analyse_folder(&self.items, masks, &plan, counted)?;
                analysis.details.get().cloned().context("stuff was counted")
            };
            Ok((name.clone(), masks.iter().map(count).collect::<Result<_>>()?))
        };
        named.iter().map(of_stuff).collect()
    }

    /// What the scores of a folder hold under.
    fn circumstances(&self, folder: &Path) -> Result<Circumstances> {
        let (recipe, provenance) = match run_of(folder)? {
            Some(run) => (Some(run.recipe()?), Some(run.provenance()?)),
            None => (None, None),
        };
        let is_random = provenance.is_some_and(|own| own.weights.is_none());
        let random = || is_random.then(|| "random".to_owned());
        Ok(Circumstances {
            protocol: self.protocol(),
            list: self.list.name.clone(),
            images: self.items.len(),
            masks: self.truth.folder_name(),
            backbone: recipe
                .as_ref()
                .map(|recipe| recipe.network.title())
                .or(self.args.backbone.clone()),
            initialisation: random().or(self.args.initialisation.clone()),
        })
    }
}
