//! A plan as a TOML file spells it.

use super::axis::{Axis, below};
use super::expand::Combination;
use super::key::Key;
use crate::recipes::BuiltInRecipe;
use anyhow::{Result, anyhow};
use eps_data::codec::read_text;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// What to train and score; unknown keys are errors. Paths are relative to the file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanFile {
    pub recipe: Option<PathBuf>,
    pub weights: Option<PathBuf>,
    pub seeds: Option<Seeds>,
    /// Settings of the row that the others are compared with.
    #[serde(default)]
    baseline: Table,
    /// Values by key.
    #[serde(default)]
    grid: Table,
    /// Single cells.
    #[serde(default, rename = "cell")]
    cells: Vec<Table>,
    /// Number of cells that are drawn from the grid.
    pub random: Option<usize>,
    pub random_seed: Option<u64>,
    #[serde(skip)]
    folder: PathBuf,
}

/// The seeds of every row.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Seeds {
    /// So many, from the recipe's on.
    Count(u64),
    List(Vec<u64>),
}

impl PlanFile {
    pub fn read(path: &Path) -> Result<Self> {
        let text = read_text(path)?;
        let mut plan: Self = toml::from_str(&text)
            .map_err(|error| anyhow!("{}: {}", path.display(), error.to_string().trim()))?;
        plan.folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let recipe = plan.recipe.as_mut().filter(|recipe| !is_built_in(recipe));
        for file in recipe.into_iter().chain(&mut plan.weights) {
            *file = plan.folder.join(&file);
        }
        Ok(plan)
    }

    pub fn axes(&self) -> Result<Vec<Axis>> {
        let entries = flattened(&self.grid);
        entries.iter().map(|(name, value)| Axis::of_entry(name, value, &self.folder)).collect()
    }

    pub fn cells(&self) -> Result<Vec<Combination>> {
        self.cells.iter().map(|cell| self.combination(cell)).collect()
    }

    pub fn baseline(&self) -> Result<Combination> {
        self.combination(&self.baseline)
    }

    fn combination(&self, entries: &Table) -> Result<Combination> {
        let mut combination = Combination::new();
        for (name, value) in flattened(entries) {
            let key = Key::parse(&name)?;
            let value = below(&key, &value, &self.folder);
            combination.push((key, value));
        }
        Ok(combination)
    }
}

fn is_built_in(recipe: &Path) -> bool {
    recipe.to_str().is_some_and(|name| BuiltInRecipe::named(name).is_some())
}

/// Entries by their dotted names.
fn flattened(table: &Table) -> Vec<(String, Value)> {
    let mut entries = Vec::new();
    for (name, value) in table {
        match value {
            Value::Table(inner) => {
                let inner = flattened(inner).into_iter();
                entries.extend(inner.map(|(last, value)| (format!("{name}.{last}"), value)));
            }
            value => entries.push((name.clone(), value.clone())),
        }
    }
    entries
}

impl Seeds {
    /// From `3`, or from `1,2,7`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let numbers: Result<Vec<u64>, _> =
            text.split(',').map(|part| part.trim().parse()).collect();
        match numbers.as_deref() {
            Ok([0]) | Err(_) => {
                Err("expected a number of seeds above 0, or seeds such as 1,2,7".into())
            }
            Ok([count]) => Ok(Self::Count(*count)),
            Ok(list) => Ok(Self::List(list.to_vec())),
        }
    }

    /// The seeds themselves, each once.
    pub fn list(&self, first: u64) -> Vec<u64> {
        match self {
            Self::Count(count) => (0..*count).map(|index| first.wrapping_add(index)).collect(),
            Self::List(list) => {
                let mut seeds = Vec::new();
                for &seed in list {
                    if !seeds.contains(&seed) {
                        seeds.push(seed);
                    }
                }
                seeds
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ablation::axis::Values;
    use std::fs;

    fn plan(text: &str) -> Result<PlanFile> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.toml");
        fs::write(&path, text).unwrap();
        PlanFile::read(&path)
    }

    #[test]
    fn a_plan_has_axes_cells_and_a_baseline() {
        let plan = plan(
            "recipe = 'a.toml'\nseeds = 3\nbaseline = { lambda = 0.5 }\n\
             [grid]\nlambda = [0.1, 0.5]\nsaliency.tau = '0.1..0.9'\n\
             [[cell]]\nlambda = 0.7\nsaliency = 'zero:z'\nseed = 9\n",
        )
        .unwrap();
        assert!(plan.recipe.as_ref().unwrap().ends_with("a.toml"));
        assert!(plan.recipe.as_ref().unwrap().components().count() > 1);
        assert_eq!(plan.seeds.as_ref().unwrap().list(4), [4, 5, 6]);
        let axes = plan.axes().unwrap();
        assert_eq!(axes[0].key.name(), "saliency.lambda");
        assert!(matches!(axes[1].values, Values::Range(_)));
        let cells = plan.cells().unwrap();
        assert!(cells[0].contains(&(Key::Seed, Value::Integer(9))), "{cells:?}");
        assert_eq!(plan.baseline().unwrap().len(), 1);
    }

    #[test]
    fn what_a_plan_does_not_know_is_refused() {
        let refused = |text: &str| plan(text).unwrap_err().to_string();
        assert!(refused("grids = 1").contains("plan.toml: TOML parse error"));
        assert!(refused("grids = 1").contains("unknown field `grids`"));
        let unknown = plan("[grid]\nlamda = [1]").unwrap().axes().unwrap_err().to_string();
        assert!(unknown.contains("did you mean `saliency.lambda`?"), "{unknown}");
    }

    #[test]
    fn seeds_are_a_number_or_a_list() {
        assert_eq!(Seeds::parse("3"), Ok(Seeds::Count(3)));
        assert_eq!(Seeds::parse("1,2,2").unwrap().list(0), [1, 2]);
        assert!(Seeds::parse("0").is_err() && Seeds::parse("a").is_err());
    }
}
