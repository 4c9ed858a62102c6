//! `eps data check`

mod report;
mod run_space;

use crate::args::DataArgs;
use crate::commands::Exit;
use anyhow::Result;
use eps_data::Needs;
use eps_experiment::Session;
use eps_experiment::inspect::DataSetCheck;
use eps_experiment::output::OutputFiles;
use report::ReportArgs;
use run_space::RunSpaceArgs;

const EXAMPLES: &str = "\
Examples:
  eps data check --data mine
  eps data check --data VOC2012 --need masks --json report.json";

/// Find every fault of a data set before a run meets it: each file, what was found, how to fix it
///
/// Every photograph, mask and saliency map of the list is decoded once, wholly: a file that was cut
/// off shows only so. Exit status: 0 without a fault, 1 with one.
///
/// A fault stops a run or silently changes its result: missing, cut or damaged files; maps of another
/// size than their image; masks in colours, with 255 in the place of classes, with a palette in
/// another order or with classes that the data set does not have, such as COCO's 91 ids; pixels of a
/// class that the labels deny; saliency maps that are darker on objects than around them, that are
/// cut-outs or photographs, or of 0 and 1; ids twice; images of the list that results are scored on;
/// names in another case or with another ending; photographs that viewers turn (EXIF), in CMYK, with
/// 16 bits or transparent; images without labels; a disk that is too full for checkpoints, maps and
/// masks.
///
/// A note is what works, but is worth knowing before a number is published: images without a mask
/// (faults with --need masks), no 255 in any mask, binary or converted saliency maps, labels without a
/// pixel (small objects have them), classes without an image, palette and grey masks side by side.
/// Saliency maps are never perfect: those
/// that overlap least with their masks are listed, and only a map that is nearly inverted is a fault.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Check {
    #[command(flatten)]
    data: DataArgs,
    /// List that results are scored on; it must share no image [default: val, where there is one]
    #[arg(long, value_name = "LIST", value_parser = crate::args::not_empty)]
    held_out: Option<String>,
    /// What every image must have; otherwise maps are checked where their folder exists
    #[arg(long, value_name = "MAPS", value_delimiter = ',')]
    need: Vec<Need>,
    #[command(flatten)]
    space: RunSpaceArgs,
    /// Images in the list of those whose saliency and mask overlap least
    #[arg(long, default_value_t = 10, value_name = "N")]
    worst: usize,
    #[command(flatten)]
    report: ReportArgs,
}

/// Maps that an image may have.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Need {
    Masks,
    Saliency,
}

impl Check {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let outputs = OutputFiles::of([&self.report.file()]).reading(self.data.inputs()).check()?;
        let check = DataSetCheck {
            data: self.data.source_of_images()?,
            held_out: self.held_out,
            needs: Needs {
                saliency: self.need.contains(&Need::Saliency),
                masks: self.need.contains(&Need::Masks),
                ..Needs::default()
            },
            space: self.space.into(),
            worst: self.worst,
        };
        let report = check.run(session)?;
        self.report.show(&report)?;
        outputs.keep(session);
        Ok(if report.is_sound() { Exit::Done } else { Exit::Faulty })
    }
}
