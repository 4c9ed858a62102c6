//! Cells, their rows, and the keys under which their work is kept.

use super::axis::{parse_value, split};
use super::cell::{Base, Cell, setting};
use super::expand::Combination;
use super::key::Key;
use super::record::{CellRecord, FORMAT, PlanRecord, key};
use super::sources::Sources;
use anyhow::{Context as _, Result, bail, ensure};
use eps_eval::report::ablation::{Setting, Settings};
use toml::Value;

/// Cells of a plan, each row with every seed, none twice.
#[derive(Clone, Debug)]
pub struct Rows {
    pub axes: Vec<String>,
    pub rows: Vec<Settings>,
    pub baseline: usize,
    /// With the index of their row.
    pub cells: Vec<(usize, Cell)>,
}

impl Rows {
    /// Resolves combinations; those without a seed of their own get each of `seeds`.
    ///
    /// # Errors
    ///
    /// If a combination makes no recipe, or the baseline is not exactly one row.
    pub fn new(
        base: &Base,
        combinations: &[Combination],
        seeds: &[u64],
        baseline: &Combination,
    ) -> Result<Self> {
        let mut plan = Self { axes: axes(combinations), rows: vec![], baseline: 0, cells: vec![] };
        for combination in combinations {
            if combination.iter().any(|(key, _)| *key == Key::Seed) {
                plan.add(Cell::new(base, combination)?);
                continue;
            }
            for &seed in seeds {
                // TOML's integers are signed.
                let seed = i64::try_from(seed).context("a seed above 2^63")?;
                let seeded = combination.iter().cloned().chain([(Key::Seed, Value::Integer(seed))]);
                plan.add(Cell::new(base, &seeded.collect::<Combination>())?);
            }
        }
        ensure!(!plan.cells.is_empty(), "the plan has no cell");
        plan.baseline = plan.find(base, baseline)?;
        Ok(plan)
    }

    fn add(&mut self, cell: Cell) {
        let place = self.rows.iter().position(|row| *row == cell.settings);
        let row = place.unwrap_or_else(|| {
            self.rows.push(cell.settings.clone());
            self.rows.len() - 1
        });
        // Settings that do not apply to a cell are not among those of its row, so combinations that
        // differ in them alone, such as in the saliency maps of a plain classifier, come here as equals.
        let seed = cell.recipe.optimiser.seed;
        let is_there = self
            .cells
            .iter()
            .any(|(other_row, other)| *other_row == row && other.recipe.optimiser.seed == seed);
        if !is_there {
            self.cells.push((row, cell));
        }
    }

    /// The row of the given settings; without any the one of the recipe as it is, else the first.
    fn find(&self, base: &Base, baseline: &Combination) -> Result<usize> {
        if baseline.is_empty() {
            let given = self.rows.iter().position(|row| is_given(base, row));
            return Ok(given.unwrap_or(0));
        }
        let wanted: Vec<_> =
            baseline.iter().map(|(key, value)| (key.name(), setting(value))).collect();
        let meant: Vec<usize> = (0..self.rows.len())
            .filter(|&row| {
                wanted.iter().all(|(axis, value)| self.rows[row].get(*axis) == Some(value))
            })
            .collect();
        let named: Vec<_> = wanted.iter().map(|(axis, value)| format!("{axis}={value}")).collect();
        let named = named.join(",");
        match meant[..] {
            [] => bail!("baseline {named}: no such row, expected settings of one in the plan"),
            [row] => Ok(row),
            _ => bail!(
                "baseline {named}: {} rows, expected more settings to tell which",
                meant.len()
            ),
        }
    }

    /// The plan with the keys of every cell.
    pub fn record(&self, sources: &Sources, resamples: usize) -> PlanRecord {
        PlanRecord {
            format: FORMAT,
            list: sources.scored.list.id(),
            classes: sources.scored.names.iter().map(str::to_owned).collect(),
            axes: self.axes.clone(),
            rows: self.rows.clone(),
            baseline: self.baseline,
            resamples,
            cells: self.cells.iter().map(|(row, cell)| cell_record(*row, cell, sources)).collect(),
        }
    }
}

/// Whether a row is of the recipe as it is.
fn is_given(base: &Base, row: &Settings) -> bool {
    row.iter().all(|(axis, value)| match axis.as_str() {
        "crf" | "cue" => *value == Setting::Text("none".into()),
        key => base.recipe.value(key).as_ref().map(setting).as_ref() == Some(value),
    })
}

// Each key has the one before in it:
//
//     training    recipe but for inference; photographs, labels, saliency maps and weights
//     maps        training; inference but for its threshold; photographs that are scored
//     scoring     maps; threshold, CRF or cut; ground truth
//
// So cells share what they have in common, and a change renews all that depends on it.
fn cell_record(row: usize, cell: &Cell, sources: &Sources) -> CellRecord {
    let optimiser = &cell.recipe.optimiser;
    let training = key(&format!("{}{}", cell.training_text(), sources.training_text(cell)));
    let maps = key(&format!("{training}\n{}\n{}", cell.maps_text(), sources.scored_digest));
    let scoring = key(&format!("{maps}\n{}\n{}", cell.scoring_text(), sources.scoring_text(cell)));
    CellRecord { row, seed: optimiser.seed, training, maps, scoring, updates: optimiser.updates }
}

/// Names of the keys that combinations set, in the order in which they first come.
fn axes(combinations: &[Combination]) -> Vec<String> {
    let mut axes: Vec<String> = Vec::new();
    for (key, _) in combinations.iter().flatten() {
        if *key != Key::Seed && !axes.iter().any(|axis| axis == key.name()) {
            axes.push(key.name().into());
        }
    }
    axes
}

/// Settings as `--baseline` spells them: `KEY=VALUE,..`.
pub fn parse_settings(text: &str) -> Result<Combination> {
    split(text).map(parse_setting).collect()
}

fn parse_setting(text: &str) -> Result<(Key, Value)> {
    let (name, value) = text
        .split_once('=')
        .with_context(|| format!("`{text}`: expected KEY=VALUE such as lambda=0.5"))?;
    let key = Key::parse(name.trim())?;
    let value = parse_value(&key, value);
    Ok((key, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ablation::axis::Axis;
    use crate::ablation::expand::grid;
    use eps_model::recipe::Recipe;

    fn rows(axes: &[&str], seeds: &[u64], baseline: &str) -> Result<Rows> {
        let recipe = Recipe::parse(include_str!("../../../recipes/laptop-eps.toml")).unwrap();
        let base = Base { recipe, weights: None };
        let axes: Vec<Axis> = axes.iter().map(|text| Axis::parse(text).unwrap()).collect();
        let baseline = if baseline.is_empty() { vec![] } else { parse_settings(baseline).unwrap() };
        Rows::new(&base, &grid(&axes).unwrap(), seeds, &baseline)
    }

    #[test]
    fn every_row_has_every_seed_once() {
        let found =
            rows(&["lambda=0.1,0.5", "crf=none,psa", "threshold=0.2,0.3"], &[1, 2], "").unwrap();
        // The threshold is nothing to the CRF: 2 · (2 + 1) rows.
        assert_eq!((found.rows.len(), found.cells.len()), (6, 12));
        assert_eq!(found.axes, ["saliency.lambda", "crf", "inference.threshold"]);
        let seeds: Vec<u64> =
            found.cells[..3].iter().map(|(_, cell)| cell.recipe.optimiser.seed).collect();
        assert_eq!(seeds, [1, 2, 1]);
    }

    #[test]
    fn seeds_as_an_axis_are_runs_of_one_row() {
        let found = rows(&["lambda=0.1,0.5", "seed=3,4"], &[1], "").unwrap();
        assert_eq!((found.rows.len(), found.cells.len()), (2, 4));
        assert_eq!(found.axes, ["saliency.lambda"]);
    }

    #[test]
    fn the_baseline_is_the_recipe_unless_it_is_said() {
        let axes = ["lambda=0.1,0.5", "tau=0.2,0.4"];
        assert_eq!(rows(&axes, &[1], "").unwrap().baseline, 3);
        assert_eq!(rows(&["lambda=0.1,0.2"], &[1], "").unwrap().baseline, 0);
        let named = rows(&axes, &[1], "lambda=0.5,tau=0.2").unwrap();
        assert_eq!(named.baseline, 2);
        assert_eq!(named.rows[2]["saliency.lambda"], Setting::Number(0.5));
        let refused = |baseline: &str| rows(&axes, &[1], baseline).unwrap_err().to_string();
        assert!(refused("lambda=0.7").contains("saliency.lambda=0.7: no such row"));
        assert!(refused("lambda=0.5").contains("2 rows, expected more settings"));
    }
}
