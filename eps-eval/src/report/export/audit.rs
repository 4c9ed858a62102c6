//! An audit as text, Markdown and comma-separated text.

use super::{percent, text::aligned};
use crate::report::frame_csv::{column, to_csv};
use crate::{Audit, AuditedProtocol, EvalError};
use polars::prelude::DataFrame;

/// One line a protocol: its name, mean IoU and pixel accuracy in percent, its evaluator, and why the
/// score differs.
pub fn audit_text(audit: &Audit) -> String {
    let head = ["protocol", "mIoU [%]", "accuracy [%]", "evaluator"].map(String::from).to_vec();
    let rows: Vec<Vec<String>> =
        audit.protocols.iter().map(|audited| cells(audited).to_vec()).collect();
    let mut lines = aligned(&head, &rows, &[0, 3]);
    for (line, why) in lines.iter_mut().zip(["why".into()].into_iter().chain(whys(audit))) {
        *line += &format!("  {why}");
    }
    let rule = "─".repeat(lines[0].chars().count() + 17);
    lines.insert(1, rule);
    lines.join("\n") + "\n"
}

/// As [`audit_text`], as a Markdown table.
pub fn audit_markdown(audit: &Audit) -> String {
    let mut text = String::from("| protocol | mIoU [%] | accuracy [%] | evaluator | why |\n");
    text += "| --- | ---: | ---: | --- | --- |\n";
    for (audited, why) in audit.protocols.iter().zip(whys(audit)) {
        let why = why.replace('|', "\\|");
        text += &format!("| {} | {why} |\n", cells(audited).join(" | "));
    }
    text
}

/// A row for each protocol: fractions with all digits, empty where the protocol refuses the masks.
///
/// # Errors
///
/// If the table cannot be made.
pub fn audit_csv(audit: &Audit) -> Result<String, EvalError> {
    let protocols = &audit.protocols;
    let columns = vec![
        column("protocol", protocols, |audited| audited.protocol.to_string()),
        column("miou", protocols, |audited| audited.miou),
        column("pixel_accuracy", protocols, |audited| audited.pixel_accuracy),
        column("evaluator", protocols, |audited| audited.evaluator),
        column("why", protocols, AuditedProtocol::why),
    ];
    to_csv(DataFrame::new(protocols.len(), columns))
}

fn cells(audited: &AuditedProtocol) -> [String; 4] {
    [
        audited.protocol.to_string(),
        percent(audited.miou),
        percent(audited.pixel_accuracy),
        audited.evaluator.to_owned(),
    ]
}

fn whys(audit: &Audit) -> impl Iterator<Item = String> + '_ {
    audit.protocols.iter().map(AuditedProtocol::why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ListId, Protocol};

    #[test]
    fn protocols_are_aligned_with_their_reasons() {
        let audited =
            |protocol: Protocol, miou, refusal: Option<&str>, notes: &[&str]| AuditedProtocol {
                protocol,
                evaluator: protocol.evaluator(),
                miou,
                pixel_accuracy: miou,
                refusal: refusal.map(String::from),
                notes: notes.iter().map(|&note| note.into()).collect(),
            };
        let audit = Audit {
            list: ListId { name: "val".into(), images: 1, sha256: "ab".into() },
            oddities: None,
            protocols: vec![
                audited(Protocol::Voc, None, Some("a.png: predicted class 255"), &[]),
                audited(Protocol::Eps, Some(0.831), None, &["7 pixels are dropped", "a|b"]),
                audited(Protocol::Mmseg, Some(1.0), None, &[]),
            ],
        };
        let expected = "\
protocol  mIoU [%]  accuracy [%]  evaluator                  why
─────────────────────────────────────────────────────────────────────────────────
voc              –             –  VOC devkit, VOCevalseg     refused: a.png: predicted class 255
eps           83.1          83.1  EPS, evaluate_png.py       7 pixels are dropped; a|b
mmseg        100.0         100.0  mmsegmentation, IoUMetric  nothing that others count differently
";
        assert_eq!(audit_text(&audit), expected);
        assert!(audit_markdown(&audit).contains(
            "| eps | 83.1 | 83.1 | EPS, evaluate_png.py | 7 pixels are dropped; a\\|b |"
        ));
        let expected = "\
protocol,miou,pixel_accuracy,evaluator,why
voc,,,\"VOC devkit, VOCevalseg\",refused: a.png: predicted class 255
eps,0.831,0.831,\"EPS, evaluate_png.py\",7 pixels are dropped; a|b
mmseg,1.0,1.0,\"mmsegmentation, IoUMetric\",nothing that others count differently
";
        assert_eq!(audit_csv(&audit).unwrap(), expected);
    }
}
