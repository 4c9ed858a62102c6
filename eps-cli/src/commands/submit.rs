//! `eps submit`

use super::Exit;
use crate::args::{DATA, named_folder};
use anyhow::Result;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use eps_data::DataSet;
use eps_experiment::Session;
use eps_experiment::output::{OutputFiles, ReadFiles};
use eps_experiment::run::RunFolder;
use eps_experiment::submission::{Competition, Voc12Submission};
use std::path::PathBuf;

/// Pack masks for an evaluation server
#[derive(clap::Subcommand)]
pub(crate) enum Submit {
    Voc12(Voc12),
}

impl Submit {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        match self {
            Self::Voc12(command) => command.run(session),
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  eps submit voc12 runs/segment --data VOC2012 --list val --out results.tgz";

/// Pack masks for the server of PASCAL VOC 2012
///
/// The archive has `results/VOC2012/Segmentation/comp6_test_cls/<id>.png` for every image of the list, index PNGs with
/// VOC's palette. What the server refuses is refused here: a mask that is missing or not as large as its image,
/// and pixels of 255 or of a class above 20. `scripts/check-voc-submission.py` looks into an archive without
/// this program.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Voc12 {
    /// Folder of masks, `<id>.png`, or a run with masks
    #[arg(value_name = "[NAME=]DIR", value_parser = crate::args::named_path)]
    masks: String,
    /// Folder of VOC2012 with the images of the list
    #[arg(long, value_name = "ROOT", env = DATA)]
    data: PathBuf,
    /// Name of a split in `ImageSets/Segmentation`, or a file with an image id in each line
    #[arg(long, default_value = "test", value_parser = crate::args::not_empty)]
    list: String,
    /// Folder of images [default: ROOT/JPEGImages]
    #[arg(long, value_name = "DIR")]
    images: Option<PathBuf>,
    /// comp5 for networks trained on VOC's images and annotations alone, else comp6
    #[arg(long, default_value = "comp6", value_parser = competition())]
    competition: Competition,
    /// Archive to write, `.tgz`
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Voc12 {
    fn run(self, session: &Session<'_>) -> Result<Exit> {
        let mut data = DataSet::open(&self.data, &self.list)?;
        if let Some(images) = self.images {
            data.images = images;
        }
        data.check_root()?;
        let list = data.list(&self.list)?;
        session.remarks(&list.remarks);
        let masks = RunFolder::masks_in(named_folder(&self.masks).1)?;
        let inputs = ReadFiles::default().folder(&masks, &["png"]);
        let outputs = OutputFiles::of([&Some(self.out.clone())]).reading(inputs).check()?;
        let competition = self.competition;
        let submission = Voc12Submission { masks: &masks, list: &list, data: &data, competition };
        submission.write(&self.out)?;
        outputs.keep(session);
        submission.remark(session)?;
        let text = format!("{}: {} masks", self.out.display(), list.ids.len());
        session.observer.say(&text);
        Ok(Exit::Done)
    }
}

fn competition() -> impl TypedValueParser<Value = Competition> {
    PossibleValuesParser::new(["comp5", "comp6"]).map(|name| match &*name {
        "comp5" => Competition::Comp5,
        _ => Competition::Comp6,
    })
}
