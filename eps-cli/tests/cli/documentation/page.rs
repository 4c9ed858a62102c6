//! What is in a page: commands, and files that it shows.

use std::fs;
use std::path::{Path, PathBuf};

/// A page of the documentation.
pub(super) struct Page {
    /// Its path below the root of the repository, such as `docs/data.md`.
    pub(super) name: String,
    text: String,
}

impl Page {
    /// README and every page below `docs`, by name.
    pub(super) fn all() -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let docs = fs::read_dir(root.join("docs")).expect("the folder of pages");
        let names = docs.map(|entry| Path::new("docs").join(entry.expect("an entry").file_name()));
        let is_page = |name: &PathBuf| name.extension().is_some_and(|kind| kind == "md");
        let mut names: Vec<PathBuf> = names.chain(["README.md".into()]).filter(is_page).collect();
        names.sort();
        names.iter().map(|name| Self::read(&name.display().to_string())).collect()
    }

    /// A page by its path below the root of the repository.
    pub(super) fn read(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"));
        Self { text, name: name.to_owned() }
    }

    /// Whether a command or a file of the page has this text.
    pub(super) fn shows(&self, text: &str) -> bool {
        self.commands().iter().any(|command| command.contains(text))
            || self.files().iter().any(|(_, content)| content.contains(text))
    }

    /// The lines after `$`, in their order; a backslash at the end of a line goes on.
    pub(super) fn commands(&self) -> Vec<String> {
        let joined = self.text.replace("\\\n", " ");
        joined
            .lines()
            .filter_map(|line| line.trim().strip_prefix("$ ").map(str::to_owned))
            .collect()
    }

    /// All lines of its blocks of Python.
    pub(super) fn python(&self) -> String {
        let blocks = self.text.split("```python\n").skip(1);
        blocks.filter_map(|block| Some(block.split_once("```")?.0)).collect()
    }

    /// The rows of tables, headings among them, after a line that begins with `section`.
    pub(super) fn rows_from(&self, section: &str) -> Vec<&str> {
        let lines = self.text.lines().skip_while(|line| !line.starts_with(section));
        lines.filter(|line| line.starts_with("| ") && !line.starts_with("| ---")).collect()
    }

    /// Name and content of the TOML files, which begin with `# NAME.toml: what it is`.
    pub(super) fn files(&self) -> Vec<(String, String)> {
        let blocks = self.text.split("```toml\n# ").skip(1);
        let file = |block: &str| {
            let (content, _) = block.split_once("```")?;
            let (name, _) = content.split_once(':')?;
            name.ends_with(".toml").then(|| (name.to_owned(), format!("# {content}")))
        };
        blocks.filter_map(file).collect()
    }
}

/// A command as a shell reads it.
#[derive(Debug, PartialEq)]
pub(super) struct Words {
    pub(super) words: Vec<String>,
    /// The file that takes what it prints.
    pub(super) output: Option<String>,
}

impl Words {
    /// Quotes hold words together, `variable` gives the values of `$NAME`, and a comment ends it all.
    pub(super) fn of(command: &str, variable: impl Fn(&str) -> String) -> Self {
        let mut words = split(command);
        if let Some(comment) = words.iter().position(|word| word == "#") {
            words.truncate(comment);
        }
        let output = match words.iter().position(|word| word == ">") {
            Some(at) => words.drain(at..).nth(1),
            None => None,
        };
        Self { words: words.iter().map(|word| expanded(word, &variable)).collect(), output }
    }
}

fn split(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for character in command.chars() {
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, ' ') => words.push(std::mem::take(&mut word)),
            _ => word.push(character),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// A word with the values of its variables.
fn expanded(word: &str, variable: impl Fn(&str) -> String) -> String {
    let mut parts = word.split('$');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end =
            part.find(|character: char| !character.is_ascii_alphanumeric() && character != '_');
        let (name, rest) = part.split_at(end.unwrap_or(part.len()));
        whole += &(variable(name) + rest);
    }
    whole
}

#[test]
fn words_are_those_of_a_shell() {
    let words = |command| Words::of(command, |name| format!("<{name}>"));
    let found = words("$E report \"a b\"=$D/c --out d  # and so on > x");
    assert_eq!(found.words, ["<E>", "report", "a b=<D>/c", "--out", "d"]);
    assert_eq!(found.output, None);
    let found = words("eps completions bash > eps.bash");
    assert_eq!(found.words, ["eps", "completions", "bash"]);
    assert_eq!(found.output.as_deref(), Some("eps.bash"));
}

#[test]
fn commands_go_on_after_a_backslash_and_files_are_found_by_their_comment() {
    let text =
        "```console\n$ eps a \\\n    --b\nshown\n$ eps c\n```\n```toml\n# d.toml: e\nf = 1\n```\n";
    let page = Page { name: "p".into(), text: text.into() };
    assert_eq!(page.commands(), ["eps a      --b", "eps c"]);
    assert_eq!(page.files(), [("d.toml".to_owned(), "# d.toml: e\nf = 1\n".to_owned())]);
}
