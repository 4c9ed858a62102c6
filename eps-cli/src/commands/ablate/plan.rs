//! The flags that say what is trained.

use crate::args;
use anyhow::{Context as _, Result, ensure};
use eps_experiment::ablation::{
    Axis, Base, Combination, Key, PlanFile, Rows, Seeds, grid, parse_settings, random,
};
use eps_experiment::output::ReadFiles;
use eps_experiment::recipes::read_recipe;
use eps_experiment::run::from_scratch;
use std::path::PathBuf;

/// What is trained: a plan file, flags, or both, of which the flags hold.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct PlanArgs {
    /// Plan: a TOML file with recipe, weights, seeds, baseline, a grid and cells
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// Recipe that the cells change: a file, or a name that `eps recipes` lists [default: the plan's]
    #[arg(long, value_name = "FILE|NAME")]
    recipe: Option<PathBuf>,
    /// ImageNet weights of the backbone [default: the plan's]
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Train cells without weights although their recipes freeze the statistics of the normalisations;
    /// the value none of --grid weights=.. says the same of its cells
    #[arg(long)]
    from_scratch: bool,
    /// Replace the recipe's number of updates
    #[arg(long, value_name = "N", value_parser = args::positive)]
    updates: Option<usize>,
    /// Values of a setting of the recipe by its name or an unambiguous last part, such as
    /// lambda=0.1,0.5; of threshold; of saliency=NAME:DIR,.., weights=NAME:FILE,.., crf=none,PRESET,..,
    /// alpha, cue=none,LEVEL,.., seed. A range, such as learning_rate=log:1e-4..1e-1, is for --random. May be repeated
    #[arg(long, value_name = "KEY=VALUES")]
    grid: Vec<String>,
    /// Number of seeds of every row, from the recipe's on, or the seeds themselves: 3 or 1,2,7
    #[arg(long, value_name = "N|SEED,..", value_parser = Seeds::parse)]
    seeds: Option<Seeds>,
    /// Draw so many cells from the grid instead of taking all
    #[arg(long, value_name = "N", value_parser = args::positive)]
    random: Option<usize>,
    /// Seed of the draws
    #[arg(long, value_name = "SEED")]
    random_seed: Option<u64>,
    /// Settings of the row that the others are compared with [default: the recipe as it is, else the
    /// first row]
    #[arg(long, value_name = "KEY=VALUE,..")]
    baseline: Option<String>,
}

impl PlanArgs {
    /// The cells of the plan.
    pub(crate) fn rows(&self) -> Result<Rows> {
        let file = self.plan.as_deref().map(PlanFile::read).transpose()?.unwrap_or_default();
        let recipe = self.recipe.as_ref().or(file.recipe.as_ref());
        let recipe = recipe.context("no recipe, expected --recipe or a --plan that names one")?;
        let mut recipe = read_recipe(recipe)?;
        recipe.optimiser.updates = self.updates.unwrap_or(recipe.optimiser.updates);
        let base = Base { recipe, weights: self.weights.clone().or_else(|| file.weights.clone()) };
        let seeds = self.seeds.as_ref().or(file.seeds.as_ref()).unwrap_or(&Seeds::Count(1));
        let seeds = seeds.list(base.recipe.optimiser.seed);
        ensure!(!seeds.is_empty(), "no seed, expected one or more");
        let baseline = match &self.baseline {
            Some(text) => parse_settings(text).with_context(|| format!("--baseline {text}"))?,
            None => self.of_file(file.baseline())?,
        };
        let combinations = self.combinations(&file, &base)?;
        let rows = Rows::new(&base, &combinations, &seeds, &baseline);
        let rows = if self.plan.is_some() { self.of_file(rows) } else { rows.context("--grid") }?;
        for (_, cell) in &rows.cells {
            let is_meant = self.from_scratch || cell.is_without_weights_by_choice();
            from_scratch::check(&cell.recipe, cell.weights.is_some(), is_meant)?;
        }
        Ok(rows)
    }

    /// Names the file of the plan in its errors.
    fn of_file<T>(&self, result: Result<T>) -> Result<T> {
        match &self.plan {
            Some(path) => result.with_context(|| path.display().to_string()),
            None => result,
        }
    }

    /// The files that are read, which no output may replace: these, and what the flags name.
    pub(crate) fn inputs(&self, inputs: ReadFiles) -> ReadFiles {
        let files = [&self.plan, &self.recipe, &self.weights];
        files.into_iter().flatten().fold(inputs, |inputs, file| inputs.file(file))
    }

    /// Those of the grid, then the single cells of the file.
    fn combinations(&self, file: &PlanFile, base: &Base) -> Result<Vec<Combination>> {
        let axes = self.axes(file)?;
        let mut cells = self.of_file(file.cells())?;
        if axes.is_empty() && !cells.is_empty() {
            return Ok(cells);
        }
        let is_whole =
            |key: &Key| base.recipe.value(key.name()).is_some_and(|value| value.is_integer());
        let mut combinations = match self.random.or(file.random) {
            None => grid(&axes)?,
            Some(count) => {
                let seed = self.random_seed.or(file.random_seed).unwrap_or(0);
                random(&axes, count, seed, &is_whole)?
            }
        };
        combinations.append(&mut cells);
        Ok(combinations)
    }

    /// Those of the file, of which flags replace some, then those of the other flags.
    fn axes(&self, file: &PlanFile) -> Result<Vec<Axis>> {
        let mut axes = self.of_file(file.axes())?;
        let of_file = axes.len();
        for text in &self.grid {
            let axis = Axis::parse(text).with_context(|| format!("--grid {text}"))?;
            let place = axes.iter().position(|earlier| earlier.key == axis.key);
            match place {
                Some(place) if place < of_file => axes[place] = axis,
                Some(_) => anyhow::bail!(
                    "--grid {text}: `{}` again, expected each key once",
                    axis.key.name()
                ),
                None => axes.push(axis),
            }
        }
        Ok(axes)
    }
}
