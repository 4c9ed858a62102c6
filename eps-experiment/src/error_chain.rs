//! Errors as one line of text.

/// The causes of an error in one line, outermost first; one that only repeats its cause is left out.
pub fn error_chain(error: &anyhow::Error) -> String {
    let mut causes: Vec<String> = Vec::new();
    for cause in error.chain().map(ToString::to_string) {
        if causes.last() != Some(&cause) {
            causes.push(cause);
        }
    }
    causes.join(": ")
}
