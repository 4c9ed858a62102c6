//! `eps compare`

mod anatomy;
mod files;

use super::Exit;
use crate::args::{BootstrapArgs, MapThresholdArgs, TruthArgs, named_folder};
use crate::stdout::show;
use anatomy::AnatomyArgs;
use anyhow::Result;
use eps_eval::report::export;
use eps_experiment::Session;
use eps_experiment::compare::{MethodComparison, MethodMasks};
use eps_experiment::evaluate::note_maps;
use eps_experiment::output::ReadFiles;
use files::ComparisonFileArgs;

const EXAMPLES: &str = "\
Examples:
  eps compare CAM=runs/cam EPS=runs/eps --data VOC2012 --out comparison
  eps compare EPS=runs/eps --data VOC2012 --json -";

/// Compare predicted masks of several methods on the same images: how sure a difference is, and what makes it
///
/// The first method is the baseline of the others. Intervals and p-values come from a paired bootstrap
/// over images. Folders with the same NAME are runs of one method that differ in their seed: it has the
/// mean of their scores, and a standard deviation. The same folder or the same masks twice are refused.
/// One folder alone gets intervals, the anatomy of its errors and boundary scores too.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Compare {
    /// Runs, or folders of predicted masks, `<id>.png`, or of class maps, `<id>.npz` or another program's
    /// `<id>.npy`; names are those of the folders, or of the runs they are in
    #[arg(required = true, value_name = "[NAME=]DIR", value_parser = crate::args::named_path)]
    methods: Vec<String>,
    #[command(flatten)]
    truth: TruthArgs,
    #[command(flatten)]
    maps: MapThresholdArgs,
    #[command(flatten)]
    resamples: BootstrapArgs,
    #[command(flatten)]
    anatomy: AnatomyArgs,
    /// Report all unreadable images instead of stopping at the first
    #[arg(long)]
    keep_going: bool,
    #[command(flatten)]
    files: ComparisonFileArgs,
}

impl Compare {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let named: Vec<_> = self.methods.iter().map(|argument| named_folder(argument)).collect();
        let methods = MethodMasks::of(&named, self.maps.threshold)?;
        let masks: Vec<_> = methods.iter().flat_map(|method| &method.folders).collect();
        let source = self.truth.source();
        let folders =
            masks.iter().map(|masks| masks.folder()).chain(named.iter().map(|named| named.1));
        let inputs = self.anatomy.inputs(folders.fold(source.inputs(), ReadFiles::run));
        let outputs = self.files.outputs().reading(inputs).check()?;
        note_maps(masks, session);
        let truth = match &self.anatomy.labels {
            Some(labels) => source.open_with_labels(labels, session)?,
            None => source.open(session)?,
        };
        let comparison = MethodComparison {
            methods: &methods,
            truth: &truth,
            band: self.anatomy.band,
            widths: &self.anatomy.widths,
            stuff: self.anatomy.stuff.as_ref(),
            bootstrap: self.resamples.bootstrap(),
            level: self.resamples.level,
            keep_going: self.keep_going,
        };
        let page = self.files.open(&comparison, session)?;
        let report = comparison.run(session)?;
        let gallery = self.files.gallery(&comparison, session)?;
        self.files.write(&report)?;
        self.files.write_page(page, &comparison, (&report, gallery.as_ref()), session)?;
        show(&outputs, &export::comparison_text(&report));
        outputs.keep(session);
        Ok(Exit::Done)
    }
}
