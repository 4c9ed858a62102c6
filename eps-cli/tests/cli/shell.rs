//! `eps completions` and `eps man`

use crate::call::eps;
use crate::project::files;

#[test]
fn completions_know_the_commands_of_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = eps("completions").and(shell).succeeds().stdout;
        assert!(script.contains("reproduce"), "{shell}");
    }
    assert_eq!(eps("completions").and("cmd").run().status, Some(2));
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    eps("man").with("--out", folder.path()).succeeds();
    let pages = files(folder.path());
    for name in ["eps.1", "eps-train.1", "eps-data-check.1", "eps-saliency-evaluate.1"] {
        let page = pages.get(std::path::Path::new(name)).unwrap_or_else(|| panic!("no {name}"));
        assert!(page.starts_with(b".ie"), "{name} is no manual page");
    }
}
