//! `eps saliency evaluate`

use super::truth::SaliencyTruthArgs;
use crate::args::{PaperArgs, ResultFiles, missing, named_folder, write_asked};
use crate::commands::Exit;
use crate::stdout::show;
use anyhow::{Result, anyhow};
use eps_data::{DataError, ImageList, SaliencyFit};
use eps_eval::EvalError;
use eps_eval::report::chart::{ChartFiles, SaliencyFChart, SaliencyPrecisionRecallChart};
use eps_eval::report::export::{self, SaliencyTable, images_csv};
use eps_eval::saliency::{
    NamedImageScores, SaliencyJob, SaliencyPair, SaliencyScores, Stretch, TruthKind, score_saliency,
};
use eps_experiment::Session;
use eps_experiment::output::{FolderLock, OutputFiles, ReadFiles};
use eps_experiment::saliency::{SaliencySource, SaliencyTruth, check_sources, reading};
use std::convert::Infallible;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps saliency evaluate --data VOC2012
  eps saliency evaluate --data VOC2012 --predictions PFAN=VOC2012/SALImages --predictions maps/u2net \\
      --charts pages/saliency
  eps saliency evaluate --truth VOC2012/SegmentationClass --truth-as classes --list train \\
      --predictions maps/u2net";

/// Score saliency maps against masks: MAE, F, weighted F, S- and E-measure, precision and recall
///
/// Maps of several sources are shown side by side. Each metric is computed for every image and
/// averaged over images, as PySODMetrics does, with the same values.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Evaluate {
    #[command(flatten)]
    truth: SaliencyTruthArgs,
    /// Folder of saliency maps, a PNG, JPEG or NumPy array for each image id; once for each source, as NAME=DIR
    /// to name it [default: the maps of --data]
    #[arg(long, value_name = "[NAME=]DIR", value_parser = source)]
    predictions: Vec<SaliencySource>,
    /// What the names of saliency maps have between id and ending, such as `_sal_fuse` [default: that of
    /// --data, else nothing]
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    saliency_suffix: Option<String>,
    /// Resize maps that are not as large as their masks; otherwise they are errors
    #[arg(long)]
    resize: bool,
    /// Compare grey values as they are; otherwise each map is stretched from 0 to 1
    #[arg(long)]
    no_stretch: bool,
    /// Name everything that is wrong, not only the first
    #[arg(long)]
    keep_going: bool,
    #[command(flatten)]
    files: ResultFiles,
    /// Write the table as LaTeX, for the package booktabs
    #[arg(long, value_name = "FILE")]
    latex: Option<PathBuf>,
    /// Write the scores of every image as CSV
    #[arg(long, value_name = "FILE")]
    images: Option<PathBuf>,
    /// Write precision-recall and F-measure curves as SVG, PNG and PDF
    #[arg(long, value_name = "DIR")]
    charts: Option<PathBuf>,
    #[command(flatten)]
    paper: PaperArgs,
}

/// What came of one source.
struct Scored {
    scores: SaliencyScores,
    images: Vec<NamedImageScores>,
}

impl Evaluate {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        check_sources(&self.predictions)?;
        let outputs = OutputFiles::of(self.files.paths()).and([&self.latex, &self.images]);
        let outputs = outputs.reading(self.inputs()).check()?;
        let lock = self
            .charts
            .as_deref()
            .map(|charts| FolderLock::take_for_results(charts, session))
            .transpose()?;
        let truth = self.truth.open(session)?;
        let sources = self.sources(&truth)?;
        let scored: Vec<Scored> = sources
            .iter()
            .map(|source| self.score(source, &truth, session))
            .collect::<Result<_>>()?;
        let images: Vec<_> = scored
            .iter()
            .map(|scored| (scored.scores.source.as_str(), &scored.images[..]))
            .collect();
        write_asked(&self.images, || images_csv(&images))?;
        let scores: Vec<_> = scored.iter().map(|scored| scored.scores.clone()).collect();
        self.write(&scores)?;
        lock.map_or(Ok(()), FolderLock::finish)?;
        show(&outputs, &SaliencyTable::of(&scores).text());
        outputs.keep(session);
        scores.iter().for_each(|scores| remark(scores, session));
        Ok(Exit::Done)
    }

    fn inputs(&self) -> ReadFiles {
        let folders = self.predictions.iter().map(|source| &source.folder);
        folders.fold(self.truth.inputs(), |inputs, folder| reading(inputs, folder))
    }

    /// The sources that were named, else the maps of the data set.
    fn sources(&self, truth: &SaliencyTruth) -> Result<Vec<SaliencySource>> {
        if !self.predictions.is_empty() {
            return Ok(self.predictions.clone());
        }
        let lacking = "no saliency maps, expected --predictions DIR, or --data with maps";
        Ok(vec![truth.maps().ok_or_else(|| missing(lacking))?])
    }

    fn score(
        &self,
        source: &SaliencySource,
        truth: &SaliencyTruth,
        session: &Session<'_>,
    ) -> Result<Scored> {
        let pair = |id: &String| SaliencyPair {
            id: id.clone(),
            truth: truth.mask_of(id),
            map: source.map_of(id, self.saliency_suffix.as_deref()),
        };
        let job = SaliencyJob {
            source: source.name.clone(),
            list: truth.list.id(),
            pairs: truth.list.ids.iter().map(pair).collect(),
            truth: truth.kind,
            stretch: if self.no_stretch { Stretch::Nothing } else { Stretch::WholeRange },
            fit: if self.resize { SaliencyFit::Resized } else { SaliencyFit::Exact },
            keep_going: self.keep_going,
        };
        session.observer.begin(&source.name, job.pairs.len(), 0);
        let scored = score_saliency(&job, session.observer)
            .map_err(|faults| list_faults(faults, &truth.list))?;
        session.observer.end();
        let scores = scored.scores.ok_or_else(|| anyhow!("no image to score"))?;
        Ok(Scored { scores, images: scored.images })
    }

    fn write(&self, scores: &[SaliencyScores]) -> Result<()> {
        let table = SaliencyTable::of(scores);
        write_asked(&self.files.json, || Ok(export::json(&scores)))?;
        write_asked(&self.files.csv, || table.csv())?;
        write_asked(&self.files.markdown, || Ok(table.markdown()))?;
        write_asked(&self.latex, || Ok(table.latex()))?;
        if let Some(folder) = &self.charts {
            let (retrieval, f) =
                (SaliencyPrecisionRecallChart { scores }, SaliencyFChart { scores });
            let sheet = self.paper.sheet();
            ChartFiles::of(&retrieval, sheet)?.write(&folder.join("precision_recall"))?;
            ChartFiles::of(&f, sheet)?.write(&folder.join("f_measure"))?;
        }
        Ok(())
    }
}

/// `NAME=DIR`, or a folder that gives its own name; a folder with `=` in its name is found.
fn source(text: &str) -> Result<SaliencySource, Infallible> {
    let (name, folder) = named_folder(text);
    Ok(SaliencySource::new(name, folder))
}

/// Every fault but the last on a line of its own before it.
fn list_faults(faults: Vec<EvalError>, list: &ImageList) -> anyhow::Error {
    let with_hint = |fault| match fault {
        EvalError::Data(fault @ DataError::Missing { .. }) => list.explain(fault).into(),
        EvalError::Data(DataError::Colours { .. }) => anyhow!("{fault}, or `--truth-as classes`"),
        _ => anyhow::Error::from(fault),
    };
    let mut faults: Vec<anyhow::Error> = faults.into_iter().map(with_hint).collect();
    let last = faults.pop().unwrap_or_else(|| anyhow!("nothing could be scored"));
    for fault in &faults {
        eprintln!("error: {fault:#}");
    }
    last
}

/// Says what should be known when the means are read.
fn remark(scores: &SaliencyScores, session: &Session<'_>) {
    let SaliencyScores { source, list, counts, .. } = scores;
    let note = |images: usize, what: &str| {
        if images > 0 {
            let all = list.images;
            session.observer.note(&format!("{source}: {images} of {all} images {what}"));
        }
    };
    let hint = match scores.truth {
        TruthKind::Grey => "; `--truth-as classes` if the masks hold classes",
        TruthKind::Classes => "; `--truth-as grey` if objects are 255 in the masks",
    };
    note(counts.without_objects, &format!("have no object: F and weighted F are 0 there{hint}"));
    note(counts.without_s_measure, "have no S-measure, which counts as 0 as in PySODMetrics");
    note(counts.binary, "have a binary map");
    note(counts.constant, "have a constant map");
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn a_source_has_a_given_name_or_that_of_its_folder() {
        let source = |text: &str| source(text).expect("anything is a source");
        assert_eq!(source("PFAN=maps/a"), SaliencySource::new(Some("PFAN"), Path::new("maps/a")));
        assert_eq!(source("maps/u2net").name, "u2net");
        assert_eq!(source("=maps").folder, Path::new("=maps"));
        let folder = tempfile::tempdir().expect("a temporary folder");
        let strange = folder.path().join("a=b");
        std::fs::create_dir(&strange).expect("a writable folder");
        assert_eq!(source(&strange.display().to_string()).name, "a=b");
    }
}
