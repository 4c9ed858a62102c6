//! Folders that are scored for the rows of a table.

use crate::Session;
use crate::compare::refuse_twice;
use crate::output::{Inputs, seen_from};
use crate::run::{MethodFolder, RunFolder};
use anyhow::{Context as _, Result, anyhow, ensure};
use eps_eval::report::published::PublishedTable;
use eps_model::recipe::{Method, Recipe, SelectionRule};
use std::path::Path;

/// Folders that are scored for one row.
#[derive(Clone, Debug)]
pub struct AttemptSource {
    pub row: String,
    /// The column of mean IoU, if it is not the first.
    pub column: Option<String>,
    pub folders: Vec<MethodFolder>,
}

impl AttemptSource {
    /// Runs or folders of masks or maps, each with its place `ROW[/COLUMN]` in a table or that which follows from
    /// the recipe of its run; folders of one row and column are together.
    ///
    /// # Errors
    ///
    /// If a folder is not there, has neither masks nor maps, is given twice, or does not say its row; if the table
    /// has no such column.
    pub fn all<'a>(
        places: impl IntoIterator<Item = (Option<&'a str>, &'a Path)>,
        table: &PublishedTable,
        session: &Session<'_>,
    ) -> Result<Vec<Self>> {
        let mut sources: Vec<Self> = Vec::new();
        for (place, folder) in places {
            let found = Self::of(place, folder, table, session)?;
            let known = sources
                .iter_mut()
                .find(|known| known.row == found.row && known.column == found.column);
            match known {
                Some(known) => known.folders.extend(found.folders),
                None => sources.push(found),
            }
        }
        for source in &sources {
            refuse_twice(source.folders.iter().map(|folder| folder.run.root.as_path()))?;
        }
        Ok(sources)
    }

    fn of(
        place: Option<&str>,
        folder: &Path,
        table: &PublishedTable,
        session: &Session<'_>,
    ) -> Result<Self> {
        ensure!(
            folder.is_dir(),
            "{}: is not there, expected a run or a folder of masks or class maps",
            folder.display()
        );
        let (row, column) = match place.map(|place| place.rsplit_once('/').unwrap_or((place, ""))) {
            Some((row, column)) => (row.to_owned(), Some(column.to_owned())),
            None => (row_of_run(folder, table)?, None),
        };
        let column = column.filter(|column| !column.is_empty());
        if let Some(column) = &column {
            table.check_column(column).map_err(|text| anyhow!(text))?;
        }
        if !table.rows().contains(&row.as_str()) {
            session.observer.note(&format!(
                "{}: table {} has no row `{row}`, so it is listed without a published number; the \
                 rows are {}",
                folder.display(),
                table.name,
                table.rows().join(", ")
            ));
        }
        Ok(Self { row, column, folders: vec![MethodFolder::open(None, folder)?] })
    }

    /// The folders under the names of their places, as the record of a result folder has them.
    ///
    /// # Errors
    ///
    /// If the current folder is not known.
    pub(super) fn inputs(&self, out: &Path) -> Result<Inputs> {
        let name = [self.row.as_str()].into_iter().chain(self.column.as_deref());
        let name = name.collect::<Vec<_>>().join("/");
        let folders = self.folders.iter();
        folders.map(|folder| Ok((name.clone(), seen_from(out, &folder.run.root)?))).collect()
    }
}

/// The row of a table that a run is for.
fn row_of_run(folder: &Path, table: &PublishedTable) -> Result<String> {
    let run = RunFolder::at(folder);
    let recipe = run.recipe_file().exists().then(|| run.recipe()).transpose()?;
    recipe.and_then(|recipe| row(&recipe, table.name)).with_context(|| {
        let (folder, table) = (folder.display(), table.name);
        format!("{folder}: does not say its row of table {table}; write ROW={folder}")
    })
}

/// The row of a table that a run of this recipe is for, if its recipe says it.
pub(super) fn row(recipe: &Recipe, table: &str) -> Option<String> {
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
