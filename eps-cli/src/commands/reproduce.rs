//! `eps reproduce`

use super::End;
use super::compare::level;
use crate::args::{ResultFiles, TruthArgs, named_folder};
use crate::attempt::{AttemptArgs, Source};
use crate::folder_lock::FolderLock;
use crate::outputs::Outputs;
use crate::run_folder::{write_asked, write_text};
use anyhow::{Context as _, Result, anyhow, ensure};
use eps_eval::chart::{ChartFiles, ReproductionChart, TimelineChart};
use eps_eval::export;
use eps_eval::paired::Bootstrap;
use eps_eval::published::{PublishedTable, Quantity};
use eps_eval::reproduction::{Attempt, Reproduction};
use std::path::{Path, PathBuf};

/// Hold our scores against a published table: published, ours, difference and verdict of each cell
///
/// Without a table, lists those that are known. A verdict uses the interval of ours; where ours holds
/// under another protocol, on other images or true masks, or with another backbone or initialisation,
/// nothing is compared and the reason is given. Published numbers that were not read in any source are
/// shown with a question mark and are no targets.
#[derive(clap::Args)]
pub(crate) struct Reproduce {
    /// Name of the table
    #[arg(value_parser = published_table)]
    table: Option<&'static PublishedTable>,
    /// Ours: folders of runs with the masks of `eps infer`, or of masks. ROW is that of the table; that of
    /// a run follows from its recipe. COLUMN is that of mean IoU, the first where nothing is said. Several
    /// folders of one row are runs that differ in their seed
    #[arg(long = "ours", value_name = "[ROW[/COLUMN]=]DIR", requires = "truth")]
    ours: Vec<String>,
    /// Folder of ground-truth masks, `<id>.png`
    #[arg(long, value_name = "DIR", requires = "list")]
    truth: Option<PathBuf>,
    /// File with one image id a line, or the name of a split beside the masks' folder
    #[arg(long, requires = "truth")]
    list: Option<String>,
    /// Text file with one object class a line [default: classes.txt in the masks' folder, else beside it,
    /// else VOC's]
    #[arg(long, value_name = "FILE")]
    classes: Option<PathBuf>,
    #[command(flatten)]
    attempt: AttemptArgs,
    /// Resamples of the images
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    resamples: u32,
    /// Seed of the resamples
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Fraction of the resamples inside an interval
    #[arg(long, default_value_t = 0.95, value_parser = level)]
    level: f64,
    #[command(flatten)]
    files: ResultFiles,
    /// Write the cells that have a number as a LaTeX table (booktabs)
    #[arg(long, value_name = "FILE")]
    latex: Option<PathBuf>,
    /// Write all of that and charts: reproduction.md, .json, .csv, .tex, charts/
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Year in which the timeline of the field shows ours
    #[arg(long, default_value_t = 2026, value_parser = clap::value_parser!(u16).range(2010..=2100))]
    year: u16,
}

impl Reproduce {
    pub(crate) fn run(self) -> Result<End> {
        let Some(table) = self.table else {
            list_tables();
            return Ok(End::Done);
        };
        let in_out = |folder: &PathBuf| {
            ["json", "csv", "tex", "md"].map(|end| Some(folder.join(format!("reproduction.{end}"))))
        };
        let in_out: Vec<Option<PathBuf>> = self.out.iter().flat_map(in_out).collect();
        let outputs = Outputs::of(self.files.paths()).and([&self.latex]).and(&in_out).check()?;
        let lock = self.out.as_deref().map(FolderLock::take_for_results).transpose()?;
        let attempts = self.attempts(table)?;
        let bootstrap = Bootstrap { resamples: self.resamples as usize, seed: self.seed };
        let reproduction = Reproduction::new(table, &attempts, bootstrap, self.level)
            .map_err(|text| anyhow!(text))?;
        self.write(table, &reproduction)?;
        lock.map_or(Ok(()), FolderLock::finish)?;
        outputs.keep();
        print!("{}", export::reproduction_text(&reproduction));
        Ok(End::Done)
    }

    fn attempts(&self, table: &PublishedTable) -> Result<Vec<Attempt>> {
        let (Some(truth), Some(list)) = (&self.truth, &self.list) else { return Ok(vec![]) };
        let truth = TruthArgs::new(truth, list, self.classes.as_deref());
        let mut sources: Vec<Source> = Vec::new();
        for argument in &self.ours {
            let found = source(argument, table)?;
            match sources.iter_mut().find(|own| own.row == found.row && own.column == found.column)
            {
                Some(own) => own.folders.extend(found.folders),
                None => sources.push(found),
            }
        }
        self.attempt.score(table, &truth, &sources)
    }

    fn write(&self, table: &PublishedTable, reproduction: &Reproduction) -> Result<()> {
        write_asked(&self.files.json, || Ok(export::json(reproduction)))?;
        write_asked(&self.files.csv, || export::reproduction_csv(reproduction))?;
        let markdown = || Ok(export::reproduction_markdown(reproduction, &[]));
        write_asked(&self.files.markdown, markdown)?;
        write_asked(&self.latex, || Ok(export::reproduction_latex(reproduction)))?;
        if let Some(folder) = &self.out {
            let charts = self.write_charts(folder, table, reproduction)?;
            let file = |end: &str| folder.join(format!("reproduction.{end}"));
            write_text(&file("json"), &export::json(reproduction))?;
            write_text(&file("csv"), &export::reproduction_csv(reproduction)?)?;
            write_text(&file("tex"), &export::reproduction_latex(reproduction))?;
            write_text(&file("md"), &export::reproduction_markdown(reproduction, &charts))?;
            eprintln!("{}", file("md").display());
        }
        Ok(())
    }

    /// Writes the charts as SVG, PNG and PDF; titles and files of the PNG, relative to the folder.
    fn write_charts(
        &self,
        folder: &Path,
        table: &PublishedTable,
        reproduction: &Reproduction,
    ) -> Result<Vec<(String, String)>> {
        let path = |file: &str| folder.join("charts").join(file);
        let mut charts = vec![("Published and ours".to_owned(), "charts/cells.png".to_owned())];
        ChartFiles::of(&ReproductionChart { reproduction })?.write(&path("cells"))?;
        if let Some(quantity) = table.field {
            let ours = mean_ious(table, reproduction);
            let timeline = TimelineChart { quantity, year: self.year, ours: &ours };
            ChartFiles::of(&timeline)?.write(&path("timeline"))?;
            charts.push(("The field by year".into(), "charts/timeline.png".into()));
        }
        Ok(charts)
    }
}

/// Rows and mean IoU of ours that were scored on the task of the table.
fn mean_ious(table: &PublishedTable, reproduction: &Reproduction) -> Vec<(String, f64)> {
    let is_mean =
        |name: &str| table.column(name).map(|own| own.quantity) == Some(Quantity::MeanIou);
    let cells = reproduction.cells.iter().filter(|cell| is_mean(cell.column));
    let value = |cell: &eps_eval::reproduction::ReproducedCell| {
        let mut ours = reproduction.ours.iter().filter(|(row, _)| *row == cell.row);
        let is_same = ours.any(|(_, own)| reproduction.conditions.is_same_task(own));
        let value = cell.ours?.value.filter(|_| is_same)?;
        Some((format!("{}, {}", cell.row, cell.column), value))
    };
    cells.filter_map(value).collect()
}

/// What `--ours` names.
fn source(argument: &str, table: &PublishedTable) -> Result<Source> {
    let (place, folder) = named_folder(argument);
    ensure!(
        folder.is_dir(),
        "{}: is not there, expected the folder of a run or of masks",
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
        eprintln!(
            "note: {}: table {} has no row `{row}`, which is listed as ours alone; its rows are {}",
            folder.display(),
            table.name,
            table.rows().join(", ")
        );
    }
    Ok(Source { row, column, folders: vec![folder.into()] })
}

/// The row of a table that a run is for.
fn row_of_run(folder: &Path, table: &PublishedTable) -> Result<String> {
    let hint = || {
        format!(
            "{0}: does not say its row of table {1}; write ROW={0}",
            folder.display(),
            table.name
        )
    };
    let run = crate::run_folder::RunFolder::at(folder);
    ensure!(run.recipe_file().exists(), hint());
    let recipe = run.recipe()?;
    crate::attempt::row(&recipe, table.name).with_context(hint)
}

fn published_table(name: &str) -> Result<&'static PublishedTable, String> {
    let names = || PublishedTable::all().iter().map(|table| table.name).collect::<Vec<_>>();
    PublishedTable::named(name).ok_or_else(|| format!("expected one of {}", names().join(", ")))
}

fn list_tables() {
    for table in PublishedTable::all() {
        let cells = table.cells();
        let targets = cells.iter().filter(|cell| cell.sure.is_target()).count();
        let PublishedTable { name, title, .. } = table;
        println!("{name:<24}{title}; cells: {}, read in a source: {targets}", cells.len());
    }
}
