//! Scores of ours for the rows of a published table, and what they hold under.

use crate::args::TruthArgs;
use crate::progress::Progress;
use crate::run_folder::RunFolder;
use anyhow::{Context as _, Result, bail};
use clap::Args;
use eps_data::{ClassNames, ImageList, Item};
use eps_eval::published::{Circumstances, PublishedTable, Quantity};
use eps_eval::reproduction::Attempt;
use eps_eval::{AnalysisPlan, Cooccurrence, Counts, MaskFolder, Protocol, analyse_folder};
use eps_model::recipe::{BackboneName, Method, Recipe, SelectionRule};
use std::path::{Path, PathBuf};

/// What the folders do not say about the scores of ours.
#[derive(Args, Clone, Debug)]
pub(crate) struct AttemptArgs {
    /// Whose rules pixels are counted by [default: those of the table]
    #[arg(long)]
    protocol: Option<Protocol>,
    /// The network that made the masks, as the table names it [default: that of a run's recipe]
    #[arg(long, value_name = "NAME")]
    backbone: Option<String>,
    /// What the network was trained on before, such as ImageNet [default: not said, or random for a run
    /// without weights]
    #[arg(long, value_name = "NAME")]
    initialisation: Option<String>,
    /// Folder of maps of a background thing, `<id>.png`: the class that it comes with where it is, 0
    /// elsewhere
    #[arg(long, value_name = "NAME=DIR", value_parser = thing)]
    things: Vec<(String, PathBuf)>,
}

/// Folders that are scored for one row.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) row: String,
    /// The column of mean IoU, if it is not the first.
    pub(crate) column: Option<String>,
    pub(crate) folders: Vec<PathBuf>,
}

fn thing(text: &str) -> Result<(String, PathBuf), String> {
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

/// A run's network, as tables name it.
fn backbone(recipe: &Recipe) -> String {
    let network = &recipe.network;
    match network.backbone {
        BackboneName::Resnet38d if network.width == 1.0 && network.depth == 1.0 => {
            "ResNet38d".into()
        }
        BackboneName::Resnet38d => {
            format!("ResNet38d of width {} and depth {}", network.width, network.depth)
        }
        BackboneName::EfficientnetLite0 => "EfficientNet-Lite0".into(),
    }
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
        let things = if scorer.needs_things() { self.things.len() } else { 0 };
        let folders: usize = sources.iter().map(|source| source.folders.len()).sum();
        let progress = Progress::new("masks", folders * scorer.items.len() * (1 + things)).shared();
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
    fn needs_things(&self) -> bool {
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
        let runs = masks.iter().map(|masks| self.count(masks, counted)).collect::<Result<_>>()?;
        Ok(Attempt {
            row: source.row.clone(),
            column: source.column.clone(),
            circumstances: first.clone(),
            classes: self.names.iter().map(str::to_owned).collect(),
            runs,
            things: self.things(&masks, counted)?,
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

    /// Pixels of classes in each background thing, over all folders.
    fn things(
        &self,
        masks: &[PathBuf],
        counted: &(dyn Fn() + Sync),
    ) -> Result<Vec<(String, Cooccurrence)>> {
        let named = if self.needs_things() { &self.args.things[..] } else { &[] };
        let classes = self.names.len();
        let of_thing = |(name, folder): &(String, PathBuf)| {
            let things = Some(folder.clone());
            let plan = AnalysisPlan { classes, band: 0, widths: vec![1], things };
            let mut sum = Cooccurrence::new(classes);
            for masks in masks {
                let analysis = analyse_folder(&self.items, masks, &plan, counted)?;
                sum = sum.merge(&analysis.details.things.context("things were counted")?);
            }
            Ok((name.clone(), sum))
        };
        named.iter().map(of_thing).collect()
    }

    /// What the scores of a folder hold under.
    fn circumstances(&self, folder: &Path) -> Result<Circumstances> {
        let run = RunFolder::at(folder);
        let (recipe, provenance) = match run.recipe_file().exists() {
            true => (Some(run.recipe()?), Some(run.provenance()?)),
            false => (None, None),
        };
        let is_random = provenance.is_some_and(|own| own.weights.is_none());
        let random = || is_random.then(|| "random".to_owned());
        Ok(Circumstances {
            protocol: self.protocol(),
            list: self.list.name.clone(),
            images: self.items.len(),
            masks: self.truth.folder_name(),
            backbone: self.args.backbone.clone().or(recipe.as_ref().map(backbone)),
            initialisation: random().or(self.args.initialisation.clone()),
        })
    }
}
