//! `eps report`

use super::End;
use crate::args::DataArgs;
use crate::comparison::{Comparison, FIXED_THRESHOLD};
use crate::folder_lock::FolderLock;
use crate::pictures::Choice;
use crate::run_folder::{RunFolder, write_text};
use anyhow::{Result, ensure};
use eps_data::Needs;
use eps_eval::export::percent;
use eps_eval::report::Method;
use eps_eval::{Scores, export};
use serde::Serialize;
use std::path::PathBuf;

/// Compare runs on one page: scores at every threshold, charts, tables, pictures
#[derive(clap::Args)]
pub(crate) struct Report {
    /// Run folders with the maps of `eps infer`; names are those of the folders
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    #[command(flatten)]
    data: DataArgs,
    /// Folder to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[arg(long, default_value = "Pseudo-masks from image labels")]
    title: String,
    /// Rows of pictures; 0 leaves photographs out of the page
    #[arg(long, default_value_t = 12, value_name = "N")]
    pictures: usize,
    /// Which images: `even` over the list, at `random`, of the largest `gain` or `loss` of the last run
    /// against the first, the `best` or `worst` of the last, or ids separated by commas
    #[arg(long, default_value = "even", value_name = "RULE|ID,..")]
    choose: Choice,
    /// Also give the mean over background and the classes with at least N images
    #[arg(long, value_name = "N")]
    minimum_images: Option<usize>,
}

/// One run of `scores.json`.
#[derive(Serialize)]
struct RunScores {
    name: String,
    fixed: Scores,
    best: Scores,
}

impl Report {
    pub(crate) fn run(self) -> Result<End> {
        let saliency = self.pictures > 0 && self.data.folder()?.saliency.is_dir();
        let split = self.data.open(Needs { saliency, masks: true, ..Needs::default() })?;
        let runs: Vec<RunFolder> = self.runs.iter().map(|run| RunFolder::at(run)).collect();
        check_runs(&runs)?;
        let lock = FolderLock::take_for_results(&self.out)?;
        let facts = self.facts(&runs, &split)?;
        let comparison =
            Comparison { split: &split, things: None, minimum_images: self.minimum_images };
        let methods: Vec<Method> =
            runs.iter().map(|run| comparison.method(&run.name(), run)).collect::<Result<_>>()?;
        let shown: Vec<_> =
            runs.iter().zip(&methods).map(|(run, own)| (run, best_threshold(own) as f32)).collect();
        let names: Vec<_> = methods.iter().map(|method| method.name.as_str()).collect();
        let report = eps_eval::report::Report {
            title: self.title.clone(),
            summary: methods.iter().map(summary).collect(),
            picture_header: comparison.picture_header(&names),
            pictures: comparison.pictures(&shown, &self.choose, self.pictures)?,
            facts,
            methods,
        };
        // Without its record or recipe, a run that was removed meanwhile would be shown without a word.
        check_runs(&runs)?;
        report.write(&self.out)?;
        let runs: Vec<RunScores> = report.methods.into_iter().map(RunScores::from).collect();
        write_text(&self.out.join("scores.json"), &export::json(&runs))?;
        lock.finish()?;
        println!("{}", self.out.join("index.html").display());
        Ok(End::Done)
    }

    fn facts(&self, runs: &[RunFolder], split: &eps_data::Split) -> Result<Vec<(String, String)>> {
        let list = &split.list;
        let mut facts = vec![
            ("images".into(), format!("{} of list `{}`", list.ids.len(), list.name)),
            ("list SHA-256".into(), list.sha256.clone()),
        ];
        for run in runs.iter().filter(|run| run.is_begun()) {
            let (name, provenance) = (run.name(), run.provenance()?);
            facts.push((
                format!("{name}: command"),
                provenance.command.get(1..).unwrap_or_default().join(" "),
            ));
            if let Some(weights) = provenance.weights {
                facts.push((format!("{name}: weights SHA-256"), weights));
            }
            facts.push((format!("{name}: recipe"), run.recipe()?.to_toml()));
        }
        Ok(facts)
    }
}

/// Every run has maps and a name of its own.
fn check_runs(runs: &[RunFolder]) -> Result<()> {
    for (index, run) in runs.iter().enumerate() {
        let (cams, name) = (run.cams(), run.name());
        ensure!(
            cams.is_dir(),
            "{}: is not there, expected the maps of `eps infer`",
            cams.display()
        );
        ensure!(
            runs[..index].iter().all(|other| other.name() != name),
            "{}: another run is named `{name}` too, expected a name of its own",
            run.root.display()
        );
    }
    Ok(())
}

impl From<Method> for RunScores {
    fn from(method: Method) -> Self {
        Self { name: method.name, fixed: method.fixed, best: method.best }
    }
}

/// The threshold of the best scores.
pub(crate) fn best_threshold(method: &Method) -> f64 {
    method.best.threshold.as_ref().map_or(FIXED_THRESHOLD, |threshold| threshold.value)
}

/// A method's headline in a sentence.
pub(crate) fn summary(method: &Method) -> String {
    format!(
        "{}: {} % mIoU at the fixed threshold {FIXED_THRESHOLD:.2}, {} % at its best threshold {:.3}.",
        method.name,
        percent(method.fixed.miou),
        percent(method.best.miou),
        best_threshold(method)
    )
}
