//! What is asked to be trained.

use super::axis::Axis;
use super::cell::Base;
use super::expand::{Combination, grid, random};
use super::key::Key;
use super::plan::{Rows, parse_settings};
use super::plan_file::{PlanFile, Seeds};
use crate::output::ReadFiles;
use crate::recipes::read_recipe;
use crate::run::from_scratch;
use anyhow::{Context as _, Result, ensure};
use std::path::PathBuf;

/// What is trained: a plan file, settings, or both, of which the settings hold.
#[derive(Clone, Debug, Default)]
pub struct PlanRequest {
    /// A TOML file, of which the other fields replace what they set.
    pub plan: Option<PathBuf>,
    /// Recipe that the cells change: a file, or the name of a built-in one [the plan's].
    pub recipe: Option<PathBuf>,
    /// Weights of the backbone [the plan's].
    pub weights: Option<PathBuf>,
    /// Whether cells are meant to be trained without weights.
    pub from_scratch: bool,
    /// In the place of the recipe's number of updates.
    pub updates: Option<usize>,
    /// Values of settings, `KEY=VALUES`.
    pub grid: Vec<String>,
    /// Seeds of every row [the plan's, else the recipe's].
    pub seeds: Option<Seeds>,
    /// Draw so many cells from the grid instead of taking all.
    pub random: Option<usize>,
    /// Seed of the draws.
    pub random_seed: Option<u64>,
    /// Settings of the row that the others are compared with, `KEY=VALUE,..`.
    pub baseline: Option<String>,
}

impl PlanRequest {
    /// The cells of the plan.
    ///
    /// # Errors
    ///
    /// If there is no recipe or no seed, a file cannot be read, settings make no recipe, or a cell lacks weights that
    /// it counts on.
    pub fn rows(&self) -> Result<Rows> {
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

    /// The files that are read, which no output may replace: these besides others.
    pub fn inputs(&self, inputs: ReadFiles) -> ReadFiles {
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
