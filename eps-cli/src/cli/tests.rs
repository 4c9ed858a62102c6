//! The table of commands in `docs/commands.md`, made from their definitions, and the rules that these keep.

use super::Cli;
use clap::{Arg, Command, CommandFactory as _};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/commands.md");
/// Writes the page when it is set.
const REGENERATE: &str = "EPS_WRITE_DOCS";

/// Flags that name a data set, its parts, and the images that count.
const DATA: [&str; 16] = [
    "classes",
    "colours",
    "data",
    "held-out",
    "images",
    "instances",
    "labels",
    "list",
    "mask-suffix",
    "masks",
    "saliency",
    "saliency-suffix",
    "sbd",
    "stuff",
    "truth",
    "voc",
];
/// Flags that name what is worked on besides.
const INPUTS: [&str; 10] = [
    "cams",
    "classifier",
    "kind",
    "model",
    "ours",
    "pictures",
    "plan",
    "predictions",
    "recipe",
    "weights",
];
/// Flags that name what is written.
const OUTPUTS: [&str; 14] = [
    "chart",
    "charts",
    "confusion",
    "confusion-chart",
    "counts",
    "csv",
    "json",
    "html",
    "latex",
    "markdown",
    "out",
    "precision-recall",
    "slurm",
    "work",
];
/// Flags that mean the same in each command that has them.
const SHARED: [&str; 8] =
    ["device", "force", "paper", "resume", "seed", "shard", "threshold", "updates"];

/// A command with its whole name, such as `data check`.
struct Leaf {
    name: String,
    command: Command,
}

/// The commands that do something, in the order of the help.
fn leaves() -> Vec<Leaf> {
    let mut root = Cli::command();
    root.build();
    let mut found = Vec::new();
    collect(&root, "", &mut found);
    found
}

fn collect(command: &Command, name: &str, found: &mut Vec<Leaf>) {
    let parts = command.get_subcommands().filter(|part| part.get_name() != "help");
    let parts: Vec<&Command> = parts.collect();
    if !name.is_empty() && (parts.is_empty() || !command.is_subcommand_required_set()) {
        found.push(Leaf { name: name.into(), command: command.clone() });
    }
    for part in parts {
        collect(part, format!("{name} {}", part.get_name()).trim_start(), found);
    }
}

impl Leaf {
    fn flags(&self) -> impl Iterator<Item = (&str, &Arg)> {
        let shown = self.command.get_arguments().filter(|argument| !argument.is_hide_set());
        shown.filter_map(|argument| Some((argument.get_long()?, argument)))
    }

    fn has(&self, flag: &str) -> bool {
        self.flags().any(|(name, _)| name == flag)
    }

    /// Those of some flags that the command has, in its own order.
    fn listed(&self, among: &[&str]) -> String {
        let is_number = |argument: &Arg| values(argument).iter().any(|value| value == "N");
        let flags = self.flags().filter(|(name, argument)| {
            among.contains(name) && (!is_number(argument) || SHARED.contains(name))
        });
        flags.map(|(name, _)| format!("`--{name}`")).collect::<Vec<_>>().join(" ")
    }

    /// What stands without a flag, as the usage shows it.
    fn positionals(&self) -> String {
        let shown = self.command.get_positionals().map(|argument| {
            let value = argument.get_value_names().and_then(<[_]>::first).map_or("", |name| name);
            let more = argument.get_num_args().is_some_and(|range| range.max_values() > 1);
            format!("`{value}`{}", if more { " .." } else { "" })
        });
        shown.collect::<Vec<_>>().join(" ").replace('|', "\\|")
    }

    fn row(&self) -> String {
        let inputs = [self.positionals(), self.listed(&INPUTS)].join(" ");
        format!(
            "| `eps {}` | {} | {} | {} | {} |\n",
            self.name,
            inputs.trim(),
            self.listed(&DATA),
            self.listed(&OUTPUTS),
            self.listed(&SHARED)
        )
    }
}

/// What the value of a flag is called; nothing of a flag without one.
fn values(argument: &Arg) -> Vec<String> {
    let names = argument.get_value_names().filter(|_| argument.get_action().takes_values());
    names.unwrap_or_default().iter().map(|name| name.to_string()).collect()
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    for leaf in leaves() {
        page += &leaf.row();
    }
    page
}

const HEAD: &str = "\
# Commands

What each command takes and leaves, made from their definitions by a test. `[NAME=]DIR` is a run, or a folder of masks
or class maps of any program. Every command has `--threads` and `--quiet` too, before or after its name, and `--help`
that ends with examples. Of the files that it writes, `-` is stdout.

| command | works on | data set | writes | shared flags |
| --- | --- | --- | --- | --- |
";

#[test]
fn the_argument_definitions_are_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn the_table_of_commands_is_theirs() {
    let (page, path) = (page(), Path::new(PAGE));
    if std::env::var_os(REGENERATE).is_some() {
        fs::write(path, &page).expect("the page is written");
    }
    let found = fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == page,
        "docs/commands.md is not what the commands are; write it again with\n  \
         {REGENERATE}=1 cargo test --workspace --lib the_table_of_commands"
    );
}

#[test]
fn every_flag_that_names_a_file_or_folder_has_its_column() {
    let columns: BTreeSet<&str> = DATA.iter().chain(&INPUTS).chain(&OUTPUTS).copied().collect();
    let mut without = String::new();
    for leaf in leaves() {
        for (name, argument) in leaf.flags() {
            let is_place = values(argument).iter().any(|value| {
                ["FILE", "DIR", "RUN", "ROOT"].iter().any(|place| value.contains(place))
            });
            if is_place && !columns.contains(name) {
                writeln!(without, "eps {} --{name}", leaf.name).expect("a string takes it");
            }
        }
    }
    assert_eq!(without, "", "neither data set, input nor output");
}

#[test]
fn masks_and_maps_are_named_alike_and_numbers_written_alike() {
    let mut exceptions = String::new();
    for leaf in leaves() {
        let positionals = leaf.positionals();
        let is_method = positionals.starts_with("`[NAME=]DIR");
        if ["`DIR`", "`MAPS`", "`MASKS`"].iter().any(|other| positionals.contains(other)) {
            writeln!(exceptions, "eps {}: {positionals}", leaf.name).expect("a string takes it");
        }
        let lacks = |flag: &&str| !leaf.has(flag);
        for flag in ["csv", "markdown"].iter().filter(|flag| lacks(flag)) {
            if is_method && leaf.has("json") {
                writeln!(exceptions, "eps {}: no --{flag}", leaf.name).expect("a string takes it");
            }
        }
    }
    assert_eq!(exceptions, "", "not as the other commands");
}
