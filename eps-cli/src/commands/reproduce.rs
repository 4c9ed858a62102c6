//! `eps reproduce`

use super::Exit;
use crate::args::{
    ForceArgs, PaperArgs, ResultFiles, StatementArgs, TruthArgs, level, named_folder,
    small_fraction, write_asked,
};
use crate::stdout::show;
use anyhow::{Result, anyhow};
use eps_eval::paired::Bootstrap;
use eps_eval::report::export;
use eps_eval::report::published::PublishedTable;
use eps_eval::report::reproduction::{Attempt, Reproduction, TOLERANCE};
use eps_experiment::Session;
use eps_experiment::evaluate::note_maps;
use eps_experiment::output::{FolderLock, Inputs, OutputFiles, ReadFiles, ResultFolder};
use eps_experiment::reproduce::{AttemptSource, ReproductionFiles, Statement, attempts};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  eps reproduce
  eps reproduce pseudo-masks-voc
  eps reproduce pseudo-masks-voc --ours runs/eps --data VOC2012 --out pages/table";

/// Compare your scores with a published table: published, yours, difference and verdict of each cell
///
/// Without a table, lists those that are known. With three runs or more, a number is reproduced if it is
/// where a further run is expected; with fewer, yours is within a tolerance or not. Where yours holds
/// under another protocol, on other images or ground truth, or with another backbone or initialisation,
/// nothing is compared and the reason is given. Masks without the provenance of a run get a score, but no
/// verdict. Published numbers that were not checked against a source are marked ? and are no targets.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Reproduce {
    /// Name of the table
    #[arg(value_parser = published_table)]
    table: Option<&'static PublishedTable>,
    /// Yours: runs, or folders of masks or of class maps of any program. ROW is that of the table; that of a
    /// run follows from its recipe. COLUMN is that of mean IoU [default: the first]. Several folders
    /// of one row are runs that differ in their seed
    #[arg(long = "ours", value_name = "[ROW[/COLUMN]=]DIR", value_parser = crate::args::not_empty)]
    ours: Vec<String>,
    #[command(flatten)]
    truth: TruthArgs,
    #[command(flatten)]
    statement: StatementArgs,
    /// Difference of IoU, as a fraction, up to which fewer than three runs are within tolerance. Published
    /// numbers of one method from two sources differ by up to 0.003
    #[arg(long, value_name = "IOU", default_value_t = TOLERANCE, value_parser = small_fraction)]
    tolerance: f64,
    /// Resamples of the images
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    resamples: u32,
    /// Seed of the resamples
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Fraction of further runs, or of resamples, expected inside an interval
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
    /// Year in which the timeline of the field shows yours
    #[arg(long, default_value_t = 2026, value_parser = clap::value_parser!(u16).range(2010..=2100))]
    year: u16,
    #[command(flatten)]
    paper: PaperArgs,
    #[command(flatten)]
    force: ForceArgs,
}

impl Reproduce {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let Some(table) = self.table else {
            list_tables();
            return Ok(Exit::Done);
        };
        let in_out = |folder: &PathBuf| {
            ["json", "csv", "tex", "md"].map(|end| Some(folder.join(format!("reproduction.{end}"))))
        };
        let in_out: Vec<Option<PathBuf>> = self.out.iter().flat_map(in_out).collect();
        let ours = self.ours.iter().map(|argument| named_folder(argument).1);
        let read = ours.fold(self.truth.source().inputs(), ReadFiles::run);
        let outputs = OutputFiles::of(self.files.paths()).and([&self.latex]).and(&in_out);
        let outputs = outputs.reading(read).check()?;
        let places = self.ours.iter().map(|argument| named_folder(argument));
        let sources = AttemptSource::all(places, table, session)?;
        let out = match &self.out {
            Some(out) => {
                let inputs = self.inputs(table, out, &sources)?;
                let (lock, force) = (FolderLock::take_for_results(out, session)?, self.force.force);
                Some(ResultFolder::open(lock, out, "reproduction.json", inputs, force)?)
            }
            None => None,
        };
        let attempts = self.attempts(table, &sources, session)?;
        let bootstrap = Bootstrap { resamples: self.resamples as usize, seed: self.seed };
        let reproduction =
            Reproduction::new(table, &attempts, bootstrap, self.level, self.tolerance)
                .map_err(|text| anyhow!(text))?;
        self.write(table, &reproduction, out, session)?;
        show(&outputs, &export::reproduction_text(&reproduction));
        outputs.keep(session);
        Ok(Exit::Done)
    }

    fn attempts(
        &self,
        table: &PublishedTable,
        sources: &[AttemptSource],
        session: &Session<'_>,
    ) -> Result<Vec<Attempt>> {
        if sources.is_empty() {
            return Ok(vec![]);
        }
        let statement: Statement = self.statement.clone().into();
        let folders = sources.iter().flat_map(|source| &source.folders);
        let masks = folders.map(|folder| folder.predictions(statement.threshold));
        note_maps(&masks.collect::<Vec<_>>(), session);
        let truth = self.truth.source().open(session)?;
        attempts(table, &statement, &truth, sources, session).map_err(|error| truth.explain(error))
    }

    fn inputs(
        &self,
        table: &PublishedTable,
        out: &Path,
        sources: &[AttemptSource],
    ) -> Result<Inputs> {
        let command = format!("reproduce {}", table.name);
        let mut inputs = vec![("command".to_owned(), command)];
        for source in sources {
            inputs.extend(source.inputs(out)?);
        }
        if self.truth.source().is_given() {
            let (masks, list) = self.truth.source().names()?;
            inputs.extend([("ground truth".into(), masks), ("list".into(), list)]);
        }
        Ok(inputs)
    }

    fn write(
        &self,
        table: &PublishedTable,
        reproduction: &Reproduction,
        out: Option<ResultFolder>,
        session: &Session<'_>,
    ) -> Result<()> {
        write_asked(&self.files.json, || Ok(export::json(reproduction)))?;
        write_asked(&self.files.csv, || export::reproduction_csv(reproduction))?;
        let markdown = || Ok(export::reproduction_markdown(reproduction, &[]));
        write_asked(&self.files.markdown, markdown)?;
        write_asked(&self.latex, || Ok(export::reproduction_latex(reproduction)))?;
        if let Some((out, folder)) = out.zip(self.out.as_ref()) {
            let files = ReproductionFiles { year: self.year, sheet: self.paper.sheet() };
            files.write(out, table, reproduction)?;
            session.observer.say(&format!("look at {}", folder.join("reproduction.md").display()));
        }
        Ok(())
    }
}

fn published_table(name: &str) -> Result<&'static PublishedTable, String> {
    let names = || PublishedTable::all().iter().map(|table| table.name).collect::<Vec<_>>();
    PublishedTable::named(name).ok_or_else(|| format!("expected one of {}", names().join(", ")))
}

/// Prints the tables, those with numbers that were read in a source first.
fn list_tables() {
    let targets =
        |table: &PublishedTable| table.cells().iter().filter(|cell| cell.sure.is_target()).count();
    let (sourced, waiting): (Vec<_>, Vec<_>) =
        PublishedTable::all().iter().partition(|table| targets(table) > 0);
    for table in &sourced {
        let PublishedTable { name, title, .. } = table;
        let (found, all) = (targets(table), table.cells().len());
        println!("{name:<24}{title}; cells: {all}, read in a source: {found}");
    }
    for PublishedTable { name, title, .. } in waiting {
        println!("{name:<24}{title}; waits for a source");
    }
}
