//! The arguments of this process, which need not be text.

use crate::cli::Cli;
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};
use eps_experiment::readable;
use std::ffi::OsString;

/// The arguments as text; bytes that are none are written as `\xff`.
pub(crate) fn shown() -> Vec<String> {
    std::env::args_os().map(|argument| readable(&argument)).collect()
}

/// Parses the arguments of this process, or ends it with a message.
pub(crate) fn parse() -> Cli {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    Cli::try_parse_from(&arguments).unwrap_or_else(|error| match error.kind() {
        ErrorKind::InvalidUtf8 => not_text(&arguments).unwrap_or(error).exit(),
        _ => error.exit(),
    })
}

/// Names the first argument that must be text and is none, which clap's error does not.
fn not_text(arguments: &[OsString]) -> Option<clap::Error> {
    let is_at_fault = |&index: &usize| {
        let as_text = |(other, own): (usize, &OsString)| {
            if other == index { own.clone() } else { readable(own).into() }
        };
        let parsed = Cli::try_parse_from(arguments.iter().enumerate().map(as_text));
        parsed.is_err_and(|error| error.kind() == ErrorKind::InvalidUtf8)
    };
    let index = (1..arguments.len())
        .filter(|&index| arguments[index].to_str().is_none())
        .find(is_at_fault)?;
    let (value, before) = (readable(&arguments[index]), readable(&arguments[index - 1]));
    let message = match value.split_once('=') {
        Some((flag, value)) if flag.starts_with('-') => found(flag, value),
        _ if before.starts_with('-') && before != "--" => found(&before, &value),
        _ => format!("`{value}` is not UTF-8, expected text\n"),
    };
    Some(Cli::command().error(ErrorKind::InvalidUtf8, message))
}

fn found(flag: &str, value: &str) -> String {
    format!("the value `{value}` of {flag} is not UTF-8, expected text")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    fn message(arguments: &[&[u8]]) -> String {
        let arguments = arguments.iter().map(|own| OsStr::from_bytes(own).to_owned());
        let arguments: Vec<OsString> =
            [OsString::from("eps")].into_iter().chain(arguments).collect();
        not_text(&arguments).unwrap().to_string()
    }

    #[test]
    fn the_flag_of_a_value_that_is_no_text_is_named() {
        let evaluate: [&[u8]; 5] = [b"evaluate", b"--truth", b"t\xff", b"--predictions", b"p"];
        // The path may be any bytes, so the fault is the list's.
        let found = message(&[&evaluate[..], &[b"--list", b"l\xff"]].concat());
        assert!(found.contains("the value `l\\xff` of --list is not UTF-8"), "{found}");
        let found = message(&[&evaluate[..], &[b"--list=l\xff"]].concat());
        assert!(found.contains("the value `l\\xff` of --list is not UTF-8"), "{found}");
        let found =
            message(&[b"report", b"r", b"--data", b"d", b"--out", b"o", b"--title", b"\xff"]);
        assert!(found.contains("the value `\\xff` of --title is not UTF-8"), "{found}");
    }
}
