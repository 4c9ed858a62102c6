//! The commands, one variant for each file below `commands`.

use crate::commands::{
    End, ablate, audit, bench, compare, data, demo, devices, evaluate, infer, merge, refine,
    report, reproduce, saliency, shell, sweep, train, weights,
};
use clap::{Parser, Subcommand};

/// Segmentation masks from image labels and saliency maps: train, infer, score, report.
///
/// Results go to files and stdout, progress and messages to stderr. Exit status: 0 done, 1 bad
/// input or data, 2 bad usage, 130 interrupted with the state saved.
#[derive(Parser)]
#[command(name = "eps", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Demo(demo::Demo),
    #[command(subcommand)]
    Data(data::Data),
    Train(train::Train),
    Infer(infer::Infer),
    Refine(refine::Refine),
    Evaluate(evaluate::Evaluate),
    Audit(audit::Audit),
    Merge(merge::Merge),
    Sweep(sweep::Sweep),
    Compare(compare::Compare),
    // Boxed, since it has many more flags than the others.
    Ablate(Box<ablate::Ablate>),
    Report(report::Report),
    Reproduce(reproduce::Reproduce),
    #[command(subcommand)]
    Saliency(saliency::Saliency),
    #[command(subcommand)]
    Weights(weights::Weights),
    Devices(devices::Devices),
    Completions(shell::Completions),
    Man(shell::Manual),
    #[command(subcommand)]
    Bench(bench::Bench),
}

impl Command {
    pub(crate) fn run(self) -> anyhow::Result<End> {
        match self {
            Self::Demo(command) => command.run(),
            Self::Data(command) => command.run(),
            Self::Train(command) => command.run(),
            Self::Infer(command) => command.run(),
            Self::Refine(command) => command.run(),
            Self::Evaluate(command) => command.run(),
            Self::Audit(command) => command.run(),
            Self::Merge(command) => command.run(),
            Self::Sweep(command) => command.run(),
            Self::Compare(command) => command.run(),
            Self::Ablate(command) => command.run(),
            Self::Report(command) => command.run(),
            Self::Reproduce(command) => command.run(),
            Self::Saliency(command) => command.run(),
            Self::Weights(command) => command.run(),
            Self::Devices(command) => command.run(),
            Self::Completions(command) => command.run(),
            Self::Man(command) => command.run(),
            Self::Bench(command) => command.run(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;
    use std::fs;
    use std::path::{Path, PathBuf};

    #[test]
    fn the_argument_definitions_are_consistent() {
        Cli::command().debug_assert();
    }

    /// README and all pages below `docs`.
    fn pages() -> Vec<PathBuf> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let docs = fs::read_dir(root.join("docs")).expect("the folder of docs");
        let docs = docs.map(|entry| entry.expect("an entry").path());
        docs.chain([root.join("README.md")]).filter(|path| path.extension().is_some()).collect()
    }

    /// The calls of this program in a page: lines after `$`, continued after a backslash.
    fn calls(page: &str) -> Vec<String> {
        let joined = page.replace("\\\n", " ");
        let commands = joined.lines().filter_map(|line| line.trim().strip_prefix("$ "));
        let calls = commands.filter_map(|line| {
            line.strip_prefix("eps ").or(line.strip_prefix("$E ")).map(str::to_owned)
        });
        calls.filter(|call| !call.contains('…')).collect()
    }

    /// Words as a shell splits them: quotes hold words together, and a comment or a redirection ends them.
    fn words(call: &str) -> Vec<String> {
        let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
        for character in call.chars() {
            match (quote, character) {
                (Some(open), close) if open == close => quote = None,
                (None, '"' | '\'') => quote = Some(character),
                (None, ' ') => words.push(std::mem::take(&mut word)),
                _ => word.push(character),
            }
        }
        words.push(word);
        words.retain(|word| !word.is_empty());
        let end = words.iter().position(|word| word == "#" || word == ">" || word == "|");
        words.truncate(end.unwrap_or(words.len()));
        words
    }

    #[test]
    fn words_by_hand() {
        let found = words("report \"a b\"=c --out d  # and so on");
        assert_eq!(found, ["report", "a b=c", "--out", "d"]);
        assert_eq!(words("completions bash > file"), ["completions", "bash"]);
    }

    #[test]
    fn every_call_in_the_documentation_is_one_that_the_program_takes() {
        let mut count = 0;
        for path in pages() {
            let page = fs::read_to_string(&path).expect("a page");
            for call in calls(&page) {
                count += 1;
                let words = ["eps".to_owned()].into_iter().chain(words(&call));
                if let Err(error) = Cli::try_parse_from(words) {
                    panic!("{}: eps {call}\n{error}", path.display());
                }
            }
        }
        assert!(count > 20, "{count} calls in all pages");
    }
}
