//! `eps reproduce`

mod attempts;
mod files;

use super::Exit;
use crate::args::{BootstrapArgs, small_fraction};
use crate::stdout::show;
use anyhow::Result;
use attempts::AttemptArgs;
use eps_eval::report::export;
use eps_eval::report::published::PublishedTable;
use eps_eval::report::reproduction::TOLERANCE;
use eps_experiment::Session;
use eps_experiment::reproduce::{AttemptSource, TableComparison, published_table, table_list};
use files::ReproductionFileArgs;

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
    #[command(flatten)]
    attempts: AttemptArgs,
    /// Difference of IoU, as a fraction, up to which fewer than three runs are within tolerance. Published
    /// numbers of one method from two sources differ by up to 0.003
    #[arg(long, value_name = "IOU", default_value_t = TOLERANCE, value_parser = small_fraction)]
    tolerance: f64,
    #[command(flatten)]
    resamples: BootstrapArgs,
    #[command(flatten)]
    files: ReproductionFileArgs,
}

impl Reproduce {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let Some(table) = self.table else {
            print!("{}", table_list());
            return Ok(Exit::Done);
        };
        let folder = self.files.folder();
        let outputs = self.files.outputs().reading(self.attempts.inputs()).check()?;
        let sources = AttemptSource::all(self.attempts.places(), table, session)?;
        let out = folder.map(|folder| {
            let given = self.attempts.truth.source();
            let truth = given.is_given().then(|| given.names()).transpose()?;
            folder.open(table, &sources, truth, session)
        });
        let out = out.transpose()?;
        let statement = self.attempts.statement.clone().into();
        let truth = self.attempts.truth(&sources, &statement, session)?;
        let comparison = TableComparison {
            table,
            sources: &sources,
            statement: &statement,
            truth: truth.as_ref(),
            bootstrap: self.resamples.bootstrap(),
            level: self.resamples.level,
            tolerance: self.tolerance,
        };
        let reproduction = comparison.run(session)?;
        self.files.write(&reproduction)?;
        if let Some((folder, out)) = folder.zip(out) {
            folder.write(out, table, &reproduction)?;
            let page = folder.out.join("reproduction.md");
            session.observer.say(&format!("look at {}", page.display()));
        }
        show(&outputs, &export::reproduction_text(&reproduction));
        outputs.keep(session);
        Ok(Exit::Done)
    }
}
