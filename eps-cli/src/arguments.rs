//! The arguments of this process, which need not be text.

use crate::cli::Cli;
use clap::error::{ContextKind, ContextValue, ErrorKind};
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
        ErrorKind::UnknownArgument => with_value_tip(error, &arguments).exit(),
        _ => error.exit(),
    })
}

/// Says how a value that begins with `-` is given to the flag before it, where it was taken for a flag.
fn with_value_tip(error: clap::Error, arguments: &[OsString]) -> clap::Error {
    let Some(ContextValue::String(found)) = error.get(ContextKind::InvalidArg) else {
        return error;
    };
    let arguments: Vec<String> = arguments.iter().map(|argument| readable(argument)).collect();
    let is_meant = |pair: &&[String]| {
        let [flag, value] = pair else { return false };
        let is_flag = flag.starts_with("--") && flag.len() > 2 && !flag.contains('=');
        is_flag && value.starts_with('-') && !value.starts_with("--") && value.starts_with(found)
    };
    let Some([flag, value]) = arguments.windows(2).find(is_meant) else { return error };
    let message = format!(
        "unexpected argument '{found}' found\n\n  tip: to give `{value}` to {flag}, write {flag}={value}"
    );
    Cli::command().error(ErrorKind::UnknownArgument, message)
}

/// Names the first argument that must be text and is none, which clap's error does not.
fn not_text(arguments: &[OsString]) -> Option<clap::Error> {
    let is_at_fault = |&index: &usize| {
        let as_text = |(other, argument): (usize, &OsString)| {
            if other == index { argument.clone() } else { readable(argument).into() }
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
        let arguments = arguments.iter().map(|argument| OsStr::from_bytes(argument).to_owned());
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

    #[test]
    fn a_value_that_begins_with_a_hyphen_is_told_how_to_be_given() {
        let tip = |arguments: &[&str]| {
            let arguments: Vec<OsString> =
                ["eps"].iter().chain(arguments).map(OsString::from).collect();
            let error = Cli::try_parse_from(&arguments).err().unwrap();
            with_value_tip(error, &arguments).to_string()
        };
        let found = tip(&["sweep", "run", "--threshold", "-1/2"]);
        assert!(
            found.contains("tip: to give `-1/2` to --threshold, write --threshold=-1/2"),
            "{found}"
        );
        let found = tip(&["devices", "--nonsense", "a"]);
        assert!(found.contains("'--nonsense'") && !found.contains("to give"), "{found}");
    }
}
