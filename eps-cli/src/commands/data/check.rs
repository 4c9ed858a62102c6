//! `eps data check`

use crate::args::DataArgs;
use crate::commands::Exit;
use anyhow::Result;
use eps_data::check::{Examination, Report, RunSpace};
use eps_data::codec::{ScoreFormat, write_file};
use eps_data::{DataSet, Needs};
use eps_eval::report::export;
use eps_experiment::Session;
use eps_experiment::output::OutputFiles;
use std::path::{Path, PathBuf};

/// The list that results are scored on where no flag names another.
const HELD_OUT: &str = "val";

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
    /// Run folder whose disk must have room [default: the current folder]
    #[arg(long, value_name = "RUN")]
    out: Option<PathBuf>,
    /// Bytes that must stay free on that disk, such as 500M or 20G
    #[arg(long, value_name = "BYTES", default_value = "0", value_parser = bytes)]
    reserve: u64,
    /// Class maps will be stored in 16 bits, as by `eps infer --f16`
    #[arg(long)]
    f16: bool,
    /// Images in the list of those whose saliency and mask overlap least
    #[arg(long, default_value_t = 10, value_name = "N")]
    worst: usize,
    /// Findings of each kind that are printed; 0 prints all
    #[arg(long, default_value_t = 10, value_name = "N")]
    limit: usize,
    /// Print the whole report as JSON instead, or write it to a file
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    json: Option<PathBuf>,
}

/// Maps that an image may have.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Need {
    Masks,
    Saliency,
}

impl Check {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let json = self.json.clone().filter(|path| path != Path::new("-"));
        let outputs = OutputFiles::of([&json]).reading(self.data.inputs()).check()?;
        let begun = self.examination()?.begin()?;
        session.observer.begin("checking", begun.images(), 0);
        let report = begun.finish(session.observer);
        session.observer.end();
        self.show(&report)?;
        outputs.keep(session);
        Ok(if report.is_sound() { Exit::Done } else { Exit::Faulty })
    }

    fn examination(&self) -> Result<Examination> {
        let folder = self.data.folder()?;
        let scores = if self.f16 { ScoreFormat::F16 } else { ScoreFormat::F32 };
        let out = self.out.clone().unwrap_or_else(|| ".".into());
        Ok(Examination {
            list: self.data.list.clone(),
            held_out: self.held_out.clone().or_else(|| held_out(&folder, &self.data.list)),
            labels: self.data.label_source(&folder),
            needs: Needs {
                saliency: self.need.contains(&Need::Saliency),
                masks: self.need.contains(&Need::Masks),
                saliency_fit: self.data.saliency_fit(),
            },
            space: Some(RunSpace { out, scores, reserve: self.reserve }),
            worst: self.worst,
            folder,
        })
    }

    fn show(&self, report: &Report) -> Result<()> {
        match self.json.as_deref() {
            Some(path) if path == Path::new("-") => print!("{}", export::json(report)),
            Some(path) => {
                write_file(path, export::json(report))?;
                print!("{}", report.text(self.limit));
            }
            None => print!("{}", report.text(self.limit)),
        }
        Ok(())
    }
}

/// The usual list of the folder, unless it is the one that is checked.
fn held_out(folder: &DataSet, list: &str) -> Option<String> {
    let is_there = folder.lists.join(HELD_OUT).with_extension("txt").is_file();
    let trains = list.contains("train") && !list.contains(HELD_OUT);
    (is_there && trains).then(|| HELD_OUT.into())
}

/// A number of bytes with an optional K, M, G or T (powers of 1000).
fn bytes(text: &str) -> Result<u64, String> {
    let refuse = || "expected a number of bytes, such as 500M or 20G".to_owned();
    let (digits, factor) = match text.trim().to_uppercase().pop() {
        Some(unit @ ('K' | 'M' | 'G' | 'T')) => {
            let power = "KMGT".find(unit).map_or(0, |index| index + 1);
            (&text.trim()[..text.trim().len() - 1], 1000_u64.pow(power as u32))
        }
        _ => (text.trim(), 1),
    };
    let number: u64 = digits.parse().map_err(|_| refuse())?;
    number.checked_mul(factor).ok_or_else(refuse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_units() {
        let cases = [("0", Some(0)), ("12", Some(12)), ("500M", Some(500_000_000))];
        let more =
            [("2g", Some(2_000_000_000)), ("1T", Some(1_000_000_000_000)), ("7K", Some(7000))];
        let wrong = [("", None), ("G", None), ("-1", None), ("1.5G", None), ("99999999T", None)];
        for (text, expected) in cases.into_iter().chain(more).chain(wrong) {
            assert_eq!(bytes(text).ok(), expected, "{text}");
        }
    }
}
