//! The same masks under every protocol.

use crate::{Counts, EvalError, ListId, Oddities, Protocol};
use serde::Serialize;
use std::error::Error;

/// One set of predictions under several protocols. Fractions in `0..=1`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Audit {
    pub list: ListId,
    /// What the protocols disagree about; absent if none of them counts the masks.
    pub oddities: Option<Oddities>,
    pub protocols: Vec<AuditedProtocol>,
}

/// The scores under one protocol.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AuditedProtocol {
    pub protocol: Protocol,
    /// The program whose rules these are.
    pub evaluator: &'static str,
    /// Absent if the protocol refuses the masks.
    pub miou: Option<f64>,
    pub pixel_accuracy: Option<f64>,
    /// Why the protocol refuses the masks, if it does.
    pub refusal: Option<String>,
    /// What it did that others do differently.
    pub notes: Vec<String>,
}

impl Audit {
    /// Side by side, what each protocol made of the masks of a list.
    pub fn new(
        list: ListId,
        outcomes: impl IntoIterator<Item = (Protocol, Result<Counts, EvalError>)>,
    ) -> Self {
        let mut audit = Self { list, oddities: None, protocols: Vec::new() };
        for (protocol, outcome) in outcomes {
            // Oddities are those of the masks, the same under every protocol that counts them.
            if let Ok(counts) = &outcome {
                audit.oddities = Some(counts.oddities);
            }
            audit.protocols.push(AuditedProtocol::of(protocol, outcome));
        }
        audit
    }
}

impl AuditedProtocol {
    fn of(protocol: Protocol, outcome: Result<Counts, EvalError>) -> Self {
        let evaluator = protocol.evaluator();
        match outcome.map(|counts| counts.scores()) {
            Ok(scores) => Self {
                protocol,
                evaluator,
                miou: scores.miou,
                pixel_accuracy: scores.pixel_accuracy,
                refusal: None,
                notes: scores.notes,
            },
            Err(error) => Self {
                protocol,
                evaluator,
                miou: None,
                pixel_accuracy: None,
                refusal: Some(in_one_line(&error)),
                notes: Vec::new(),
            },
        }
    }

    /// Why the score differs from that of others, in one line.
    pub fn why(&self) -> String {
        match &self.refusal {
            Some(refusal) => format!("refused: {refusal}"),
            None if self.notes.is_empty() => "nothing that others count differently".into(),
            None => self.notes.join("; "),
        }
    }
}

/// An error and its causes.
fn in_one_line(error: &EvalError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}
