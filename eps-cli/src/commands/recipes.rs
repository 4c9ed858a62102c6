//! `eps recipes`

use super::Exit;
use anyhow::Result;
use eps_experiment::recipes::BuiltInRecipe;

const EXAMPLES: &str = "\
Examples:
  eps recipes
  eps recipes show laptop-eps > mine.toml    a file to change, for eps train --recipe mine.toml";

/// List the recipes of the program, or print one to change it
///
/// `eps train`, `eps ablate` and `eps segment train` take their names for --recipe.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Recipes {
    #[command(subcommand)]
    query: Option<Query>,
}

#[derive(clap::Subcommand)]
enum Query {
    /// List the recipes and what they are for
    List,
    /// Print a recipe, with its comments
    Show {
        #[arg(value_parser = built_in)]
        name: BuiltInRecipe,
    },
}

fn built_in(name: &str) -> Result<BuiltInRecipe, String> {
    let names = || BuiltInRecipe::ALL.map(|recipe| recipe.name).join(", ");
    BuiltInRecipe::named(name).ok_or_else(|| format!("expected one of {}", names()))
}

impl Recipes {
    pub(crate) fn run(self) -> Result<Exit> {
        match self.query {
            Some(Query::Show { name }) => print!("{}", name.text),
            Some(Query::List) | None => {
                for recipe in BuiltInRecipe::ALL {
                    println!("{:<22} {}", recipe.name, recipe.about());
                }
            }
        }
        Ok(Exit::Done)
    }
}
