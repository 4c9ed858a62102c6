//! What readers left out or took for something else: on stderr, once a command.

use eps_data::Remark;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// What was said: a list that a command opens twice has the same remarks twice.
static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

pub(crate) fn say<'a>(remarks: impl IntoIterator<Item = &'a Remark>) {
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    for text in remarks.into_iter().map(ToString::to_string) {
        if !said.contains(&text) {
            eprintln!("note: {text}");
            said.insert(text);
        }
    }
}
