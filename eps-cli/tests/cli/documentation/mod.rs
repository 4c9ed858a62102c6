//! Every command of README and of the pages below `docs`, run in the order in which they stand.

mod page;
mod tables;
mod world;

use crate::call::Call;
use page::{Page, Words};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Pages whose files and runs others use, in an order in which they can; all others come after them.
const FIRST: [&str; 4] = ["docs/data.md", "README.md", "docs/own-data.md", "docs/compare.md"];

/// Parts of commands and of files that take too long, or are not shipped, with what takes their place.
const REPLACED: [(&str, &str, &str); 6] = [
    // 45 trainings; two rows with two seeds go the same ways.
    ("docs/ablate.md", "--grid lambda=0.1,0.3,0.5,0.7,0.9", "--grid lambda=0.1,0.5"),
    ("docs/ablate.md", "--grid tau=0.2,0.4,0.6 --seeds 3", "--grid tau=0.4 --seeds 2"),
    // Six trainings; the seed is not what the plan shows.
    ("docs/ablate.md", "seeds = 3 ", "seeds = 1 "),
    // Nine trainings; the first task of an array then does them all.
    ("docs/cluster.md", "--grid tau=0.2,0.4,0.6 --seeds 3", "--grid tau=0.4 --seeds 1"),
    // The machine of a test may have less room than a long run's.
    ("docs/cluster.md", "--reserve 20G", "--reserve 20M"),
    // A network that PyTorch trained: ours has the same names of tensors once it is converted.
    ("README.md", "--weights other.pth", "--weights voc-eps.safetensors"),
];

/// First words of commands that are not this program.
const OTHERS: [&str; 3] = ["cargo ", "scripts/", "LIBTORCH="];

#[test]
fn every_command_of_the_documentation_runs() {
    let world = world::world();
    let mut pages = Page::all();
    let place = |page: &Page| FIRST.iter().position(|name| *name == page.name);
    pages.sort_by_key(|page| place(page).unwrap_or(FIRST.len()));
    let mut unused: BTreeSet<_> = REPLACED.iter().collect();
    let mut count = 0;
    for page in &pages {
        let mut reader = Reader { root: world.path(), page: &page.name, variables: [].into() };
        let mut replaced = |text: &str| {
            let of_page = REPLACED.iter().filter(|(name, ..)| *name == page.name);
            of_page.fold(text.to_owned(), |text, entry| {
                if text.contains(entry.1) {
                    unused.remove(entry);
                }
                text.replace(entry.1, entry.2)
            })
        };
        for (name, content) in page.files() {
            fs::write(world.path().join(name), replaced(&content)).expect("a file is written");
        }
        for command in page.commands() {
            count += usize::from(reader.run(&replaced(&command)));
        }
    }
    assert!(unused.is_empty(), "in no page any more: {unused:?}");
    assert!(count > 40, "{count} commands in all pages");
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
        let is_other = |first: &str| OTHERS.iter().any(|other| first.starts_with(other));
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
