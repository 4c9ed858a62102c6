//! `eps sweep`

mod notes;

use super::Exit;
use crate::args::{
    PaperArgs, RefinedSweepArgs, RenamedSweepArgs, ResultFiles, TruthArgs, fraction, named_folder,
    power, small_fraction, write_asked,
};
use crate::faults;
use crate::stdout::show;
use anyhow::{Context as _, Result};
use eps_data::labels::read_image_scores;
use eps_data::{ClassId, ClassNames, ImageList, Item};
use eps_eval::ranking::{ImageRanking, ScoreHistogram};
use eps_eval::report::chart::{ChartFiles, ClassMapsChart, Curve, SweepChart};
use eps_eval::report::export;
use eps_eval::{
    AveragePrecisions, BackgroundRule, Cuts, Protocol, SweepPlan, SweepPoint, SweepReport,
    SweepSummary, SweptRule, sweep_faults, sweep_folder,
};
use eps_experiment::compare::FIXED_THRESHOLD;
use eps_experiment::output::OutputFiles;
use eps_experiment::refine::RefinedSweep;
use eps_experiment::run::{RunFolder, folder_name};
use eps_experiment::{GroundTruth, Session};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  eps sweep runs/eps --data VOC2012 --chart sweep
  eps sweep runs/eps --data VOC2012 --crf psa --powers 4,8 --json -";

/// Score class activation maps at every background threshold, in one pass
///
/// A pixel has its best class where that class's score is above the background's, which wins ties.
/// Every number is labelled with how its threshold was chosen: fixed beforehand, on other images
/// than those it is scored on, or as the best on this ground truth, which flatters.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Sweep {
    /// Folder of class activation maps, `<id>.npz` or another program's `<id>.npy`, or a run with the maps of
    /// `eps infer`
    #[arg(value_name = "[NAME=]DIR", required_unless_present = "cams", value_parser = crate::args::not_empty)]
    maps: Option<String>,
    #[command(flatten)]
    truth: TruthArgs,
    /// The same as a flag
    #[arg(long, value_name = "[NAME=]DIR", conflicts_with = "maps", value_parser = crate::args::not_empty)]
    cams: Option<String>,
    #[command(flatten)]
    refined: RefinedSweepArgs,
    /// Constant backgrounds to sweep [default: 0, 0.001, .. 0.999; with --crf those of --powers alone]
    #[arg(long, value_name = "T,..", value_delimiter = ',', value_parser = fraction)]
    thresholds: Vec<f32>,
    /// Powers α of a background (1 - max)^α to sweep [default: 0.25, 0.5, .. 250; with --crf 1, 2, 4, 8,
    /// 16, 32]
    #[arg(long, visible_alias = "alpha", value_name = "A,..")]
    #[arg(value_delimiter = ',', value_parser = power)]
    powers: Vec<f32>,
    /// Threshold fixed in advance, reported beside the tuned ones
    #[arg(long, conflicts_with = "crf", value_name = "T", default_value_t = FIXED_THRESHOLD as f32, value_parser = fraction)]
    threshold: f32,
    #[command(flatten)]
    _renamed: RenamedSweepArgs,
    /// Number of cross-validation folds for choosing the threshold; 1 disables it
    #[arg(long, value_name = "K", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    folds: u16,
    /// Mean IoU, as a fraction, that thresholds on the plateau may lose against the best
    #[arg(long, value_name = "LOSS", default_value_t = 0.01, value_parser = small_fraction)]
    plateau: f64,
    /// Report all unreadable images instead of stopping at the first
    #[arg(long)]
    keep_going: bool,
    /// Write precision and recall of each class map at 0, 0.001, .. 0.999 as CSV, and give average
    /// precisions
    #[arg(long, value_name = "FILE", conflicts_with = "crf")]
    precision_recall: Option<PathBuf>,
    /// Scores of whole images by a classifier, as CSV: `id`, then a column for each class; gives their
    /// average precisions against the classes of the masks
    #[arg(long, value_name = "FILE")]
    classifier: Option<PathBuf>,
    #[command(flatten)]
    files: ResultFiles,
    /// Draw mean IoU against the threshold, as FILE.svg, .png and .pdf; with --precision-recall also
    /// FILE-precision-recall.svg, .png and .pdf
    #[arg(long, value_name = "FILE")]
    chart: Option<PathBuf>,
    #[command(flatten)]
    paper: PaperArgs,
}

impl Sweep {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let (name, cams) = self.maps()?;
        let outputs = self.outputs(&cams).check()?;
        let truth = match &self.classifier {
            Some(_) => self.truth.open_with_labels("masks", session)?,
            None => self.truth.open(session)?,
        };
        let GroundTruth { list, items, names, images, .. } = &truth;
        let crf = self.refined.sweep(images);
        let classifier = self.classifier(list, items, names)?;
        let (swept, histogram) = match self.count(items, &cams, names.len(), crf, session) {
            Err(error) if self.keep_going => {
                // A fault of another kind, such as a missing photograph of --crf, is the first one alone.
                let all = sweep_faults(items, &cams, names.len());
                return match all.is_empty() {
                    true => Err(truth.explain(error)),
                    false => faults::list(all, items.len(), &truth),
                };
            }
            Err(error) => {
                // A class beyond the last one may be off by one, and all others too.
                let shift = notes::shift(items, &cams, names);
                shift.iter().for_each(|note| session.observer.note(note));
                return Err(truth.explain(error));
            }
            Ok(counted) => counted,
        };
        let rules = match self.refined.is_asked_for() {
            true => swept.iter().map(|rule| SweepSummary::new(rule, None, self.plateau)).collect(),
            false => SweepSummary::beside_fixed(swept, self.threshold, self.plateau),
        };
        let precisions = |scores: &ScoreHistogram| {
            AveragePrecisions::new(names, |class| scores.average_precision(class))
        };
        let report = SweepReport {
            protocol: Protocol::Voc,
            list: list.id(),
            refinement: crf.map(|crf| crf.described()),
            rules: rules.context("no pixel of the truth counts")?,
            average_precision: histogram.as_ref().map(precisions),
            classifier,
        };
        self.write(&report, name)?;
        if let Some(histogram) = &histogram {
            self.write_precision_recall(&report, histogram, names)?;
        }
        show(&outputs, &export::sweep_text(&report));
        outputs.keep(session);
        let shift = notes::shift(items, &cams, names);
        let is_listed = |rule: BackgroundRule| match rule {
            BackgroundRule::Constant => !self.thresholds.is_empty(),
            BackgroundRule::Power => !self.powers.is_empty() || self.refined.is_asked_for(),
        };
        let listed = report.rules.iter().filter(|summary| is_listed(summary.rule));
        let notes = shift.into_iter().chain(listed.filter_map(notes::edge));
        notes.for_each(|note| session.observer.note(&note));
        Ok(Exit::Done)
    }

    /// The name of the maps, which is that of their folder or run unless one is given, and their folder.
    fn maps(&self) -> Result<(String, PathBuf)> {
        let argument = self.maps.as_ref().or(self.cams.as_ref());
        let (name, folder) = named_folder(argument.map_or("", String::as_str));
        let cams = RunFolder::cams_in(folder)?;
        Ok((name.map_or_else(|| folder_name(&cams), str::to_owned), cams))
    }

    fn outputs(&self, cams: &Path) -> OutputFiles {
        let charts = |addition: &str| -> Vec<Option<PathBuf>> {
            let chart = self.chart.iter();
            chart.flat_map(|chart| ChartFiles::paths(chart, addition).map(Some)).collect()
        };
        let curves = self.precision_recall.as_ref().map(|_| charts("-precision-recall"));
        let named = self.maps.as_ref().or(self.cams.as_ref());
        let inputs = named.map_or_else(
            || self.truth.inputs(),
            |named| self.truth.inputs().run(named_folder(named).1),
        );
        let inputs = inputs.run(cams);
        let inputs = self.classifier.iter().fold(inputs, |inputs, file| inputs.file(file));
        let outputs = OutputFiles::of(self.files.paths()).and([&self.precision_recall]);
        outputs.and(&charts("")).and(&curves.unwrap_or_default()).reading(inputs)
    }

    /// Counts the maps, or the masks that a CRF makes of them, with each background; without a CRF the
    /// fixed threshold comes last.
    fn count(
        &self,
        items: &[Item],
        cams: &Path,
        classes: usize,
        crf: Option<RefinedSweep<'_>>,
        session: &Session<'_>,
    ) -> Result<(Vec<SweptRule>, Option<ScoreHistogram>)> {
        let observer = session.observer;
        if let Some(crf) = crf {
            let (thresholds, powers) = (self.thresholds.clone(), self.powers.clone());
            let plan = RefinedSweep::plan(classes, thresholds, powers, self.folds.into());
            return Ok((crf.count(items, cams, &plan, observer)?, None));
        }
        observer.begin("class maps", items.len(), 0);
        let swept = sweep_folder(items, cams, &self.plan(classes), observer)?;
        observer.end();
        Ok((swept.rules, swept.histogram))
    }

    fn plan(&self, classes: usize) -> SweepPlan {
        let (thresholds, powers) = (self.thresholds.clone(), self.powers.clone());
        let plan =
            SweepPlan::with_fixed(classes, thresholds, powers, self.threshold, self.folds.into());
        // Of precision and recall, whichever thresholds are swept: average precision depends on them.
        let levels = || Cuts::new(BackgroundRule::Constant.default_parameters());
        let levels = self.precision_recall.is_some().then(levels);
        SweepPlan { levels, ..plan }
    }

    /// Average precisions of the classifier's scores, if there are any.
    fn classifier(
        &self,
        list: &ImageList,
        items: &[Item],
        names: &ClassNames,
    ) -> Result<Option<AveragePrecisions>> {
        let Some(path) = &self.classifier else { return Ok(None) };
        let mut ranking = ImageRanking::new(names.objects());
        for (scores, item) in read_image_scores(path, list, names)?.iter().zip(items) {
            ranking.add(scores, item.classes);
        }
        let value = |class: usize| ranking.average_precision(class as ClassId);
        Ok(Some(AveragePrecisions::new(names, value)))
    }

    fn write_precision_recall(
        &self,
        report: &SweepReport,
        histogram: &ScoreHistogram,
        names: &ClassNames,
    ) -> Result<()> {
        write_asked(&self.precision_recall, || export::precision_recall_csv(histogram, names))?;
        if let (Some(path), Some(average_precision)) = (&self.chart, &report.average_precision) {
            let chart = ClassMapsChart { histogram, average_precision };
            ChartFiles::of(&chart, self.paper.sheet())?.write_beside(path, "-precision-recall")?;
        }
        Ok(())
    }

    fn write(&self, report: &SweepReport, name: String) -> Result<()> {
        write_asked(&self.files.json, || Ok(export::json(report)))?;
        write_asked(&self.files.csv, || export::sweep_csv(report))?;
        write_asked(&self.files.markdown, || Ok(export::sweep_markdown(report)))?;
        if let (Some(path), Some(summary)) = (&self.chart, report.rules.first()) {
            let curves = [curve(name, summary)];
            let rule = summary.rule;
            let chart = SweepChart { curves: &curves, rule };
            ChartFiles::of(&chart, self.paper.sheet())?.write(path)?;
        }
        Ok(())
    }
}

fn curve(method: String, summary: &SweepSummary) -> Curve {
    Curve {
        method,
        points: summary.points.clone(),
        fixed: summary.fixed.as_ref().map(|fixed| SweepPoint {
            parameter: fixed.parameters[0],
            mean_iou: fixed.mean_iou,
            mean_precision: fixed.mean_precision,
            mean_recall: fixed.mean_recall,
        }),
        held_out: summary.held_out.clone(),
        plateau: Some(summary.plateau),
    }
}
