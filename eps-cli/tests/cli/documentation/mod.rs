//! Every command of README and of the pages below `docs`, run in the order in which they stand: the pages on
//! which others build first and once, each other page in a copy of what they leave.

mod examples;
mod page;
mod snippets;
mod tables;
mod world;

use crate::call::Call;
use crate::schemas;
use page::{Page, Words};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;
use tempfile::TempDir;

/// Pages whose files and runs others use, in an order in which they can; all others come after them.
const FIRST: [&str; 4] = ["docs/data.md", "README.md", "docs/own-data.md", "docs/compare.md"];

/// Parts of commands and of files that take too long, or are not shipped, with what takes their place.
const REPLACED: [(&str, &str, &str); 11] = [
    // 45 trainings; two rows with two seeds go the same ways.
    ("docs/ablate.md", "--grid lambda=0.1,0.3,0.5,0.7,0.9", "--grid lambda=0.1,0.5"),
    ("docs/ablate.md", "--grid tau=0.2,0.4,0.6 --seeds 3", "--grid tau=0.4 --seeds 2"),
    // Six trainings; the seed is not what the plan shows.
    ("docs/ablate.md", "seeds = 3 ", "seeds = 1 "),
    // Nine trainings; the first task of an array then does them all.
    ("docs/cluster.md", "--grid tau=0.2,0.4,0.6 --seeds 3", "--grid tau=0.4 --seeds 1"),
    // The machine of a test may have less room than a long run's.
    ("docs/cluster.md", "--reserve 20G", "--reserve 20M"),
    // Minutes of training on many scenes.
    ("README.md", "eps demo", "eps demo --scenes 12 --updates 2"),
    // The same recipes, of files that train for a moment.
    ("README.md", "--recipe laptop-cls", "--recipe recipes/laptop-cls.toml"),
    ("README.md", "--recipe laptop-eps", "--recipe recipes/laptop-eps.toml"),
    ("README.md", "--recipe voc12-eps", "--recipe recipes/voc12-eps.toml"),
    ("docs/segmentation.md", "--recipe laptop-segment", "--recipe recipes/laptop-segment.toml"),
    // A network that PyTorch trained: ours has the same names of tensors once it is converted.
    ("README.md", "--weights other.pth", "--weights voc-eps.safetensors"),
];

/// First words of commands that are not this program.
const OTHERS: [&str; 4] = ["cargo ", "pip ", "scripts/", "LIBTORCH="];

#[test]
fn commands_of_the_first_pages_run() {
    let (_, commands) = after_first_pages();
    // With one or more of each other page these are more than forty.
    assert!(commands.len() > 35, "{} commands", commands.len());
}

/// A test a page, each in a copy of the folder that the first pages leave.
macro_rules! commands_run {
    ($($test:ident of $page:literal;)*) => {
        $(
            #[test]
            fn $test() {
                let copy = tempfile::tempdir().expect("a temporary folder");
                world::copy_folder(after_first_pages().0.path(), copy.path());
                let page = Page::read($page);
                assert_ne!(run_page(&page, copy.path()).len(), 0);
                snippets::run(&page, copy.path());
            }
        )*

        #[test]
        fn every_page_with_commands_is_run() {
            let mut expected: Vec<_> = FIRST.into_iter().chain([$($page),*]).collect();
            expected.sort_unstable();
            let is_run = |page: &Page| !page.commands().iter().all(|command| is_other(command));
            let pages = Page::all().into_iter().filter(is_run);
            assert_eq!(pages.map(|page| page.name).collect::<Vec<_>>(), expected);
            assert!(REPLACED.iter().all(|(page, ..)| expected.contains(page)), "{REPLACED:?}");
        }
    };
}

commands_run! {
    commands_of_ablate_run of "docs/ablate.md";
    commands_of_cluster_run of "docs/cluster.md";
    commands_of_crf_run of "docs/crf.md";
    commands_of_evaluation_run of "docs/evaluation.md";
    commands_and_python_of_python_run of "docs/python.md";
    commands_of_reproduce_run of "docs/reproduce.md";
    commands_of_segmentation_run of "docs/segmentation.md";
}

/// The folder after all commands of the first pages, and these; they run once.
fn after_first_pages() -> &'static (TempDir, Vec<String>) {
    static AFTER: LazyLock<(TempDir, Vec<String>)> = LazyLock::new(|| {
        let world = world::world();
        let pages = FIRST.map(Page::read);
        let commands = pages.iter().flat_map(|page| run_page(page, world.path())).collect();
        (world, commands)
    });
    &AFTER
}

/// Runs the commands of a page in a folder; those of this program.
fn run_page(page: &Page, root: &Path) -> Vec<String> {
    let replacements: Vec<_> = REPLACED.iter().filter(|(name, ..)| *name == page.name).collect();
    let shortened = |text: &str| {
        replacements
            .iter()
            .fold(text.to_owned(), |text, (_, long, short)| text.replace(long, short))
    };
    for (_, long, _) in &replacements {
        assert!(page.shows(long), "{}: no longer has: {long}", page.name);
    }
    for (name, content) in page.files() {
        fs::write(root.join(name), shortened(&content)).expect("a file is written");
    }
    let mut reader = Reader { root, page: &page.name, variables: [].into() };
    let commands = page.commands().iter().map(|command| shortened(command)).collect::<Vec<_>>();
    let commands = commands.into_iter().filter(|command| reader.run(command)).collect();
    schemas::of_folder(root);
    commands
}

/// Whether a command is one of another program.
fn is_other(command: &str) -> bool {
    OTHERS.iter().any(|other| command.starts_with(other))
}

/// Whoever calls the commands of a page, one after the other.
struct Reader<'a> {
    root: &'a Path,
    page: &'a str,
    variables: BTreeMap<String, String>,
}

impl Reader<'_> {
    /// Runs a command, which must end well; whether it is one of this program.
    fn run(&mut self, command: &str) -> bool {
        let unknown = |name: &str| panic!("{}: ${name} has no value in: {command}", self.page);
        let value = |name: &str| self.variables.get(name).cloned().unwrap_or_else(|| unknown(name));
        if is_other(command) {
            return false;
        }
        if let Some(script) = command.strip_prefix("sbatch ") {
            self.run_task(script);
            return false;
        }
        let Words { words, output } = Words::of(command, value);
        let is_program = |word: &String| word == "eps" || word == "target/release/eps";
        let (variables, call): (Vec<_>, Vec<_>) = match words.iter().position(is_program) {
            Some(at) => (words[..at].to_vec(), words[at + 1..].to_vec()),
            None => (words, vec![]),
        };
        for variable in &variables {
            let Some((name, value)) = variable.split_once('=') else {
                panic!("{}: `{variable}` is no program of a reader: {command}", self.page);
            };
            self.variables.insert(name.into(), value.into());
        }
        if call.is_empty() {
            return false;
        }
        let ended = Call::of(call).in_folder(self.root).run();
        assert_eq!(ended.status, Some(0), "{}: {command}\n{}", self.page, ended.stderr);
        if let Some(file) = output {
            fs::write(self.root.join(file), ended.stdout).expect("a file is written");
        }
        true
    }

    /// Runs the first task of an array of jobs, as Slurm would.
    fn run_task(&self, script: &str) {
        let mut task = Command::new("bash");
        task.arg(script).current_dir(self.root).env("SLURM_ARRAY_TASK_ID", "1");
        let ended = task.output().expect("bash can be started");
        let error = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{}: {script}\n{error}", self.page);
    }
}
