//! Scores as JSON: everything, fractions with all digits.

use serde::Serialize;

/// Indented JSON with a line break at the end; keys in the order of the fields.
///
/// # Panics
///
/// If `scores` has a map with keys that are no text; [`Scores`](crate::Scores) has none.
pub fn json<S: Serialize>(scores: &S) -> String {
    let text = serde_json::to_string_pretty(scores).expect("scores have only text as keys");
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Scores, scores::tests::three_classes};

    #[test]
    fn what_is_written_is_read_back() {
        let scores = three_classes().with_subset("cat only", [1]);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("scores.json");
        std::fs::write(&path, json(&scores)).expect("a writable folder");
        assert_eq!(Scores::read(&path).expect("scores"), scores);
    }

    #[test]
    fn keys_keep_their_order_and_nothing_is_null() {
        let text = json(&three_classes());
        let head = r#"{
  "protocol": "voc",
  "list": {
    "name": "val",
    "images": 1,
    "sha256": "ab"
  },
  "threshold": {
    "value": 0.2,
    "chosen": "fixed"
  },
  "miou": 0.55,
"#;
        assert!(text.starts_with(head), "{text}");
        assert!(text.contains("\"name\": \"dog\",\n      \"iou\": null,"), "{text}");
    }
}
