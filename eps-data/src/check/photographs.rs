//! Faults of photographs: damage, turned or unusual pictures.

use super::{Finding, Kind, file};
use crate::codec::{Colours, Photograph, inspect_photograph};
use std::path::Path;

/// Decodes a photograph; everything unusual becomes a finding.
pub(super) fn examine(path: &Path, findings: &mut Vec<Finding>) -> Option<Photograph> {
    let bytes = file::read(path, findings)?;
    match inspect_photograph(path, &bytes) {
        Ok(photograph) => {
            findings.extend(file::ending(path, photograph.format));
            findings.extend(unusual(path, &photograph));
            Some(photograph)
        }
        Err(error) => {
            findings.push(file::refused(path, &bytes, &error));
            None
        }
    }
}

fn unusual(path: &Path, photograph: &Photograph) -> impl Iterator<Item = Finding> {
    let Photograph { colours, bits, orientation, .. } = *photograph;
    let shown = path.display();
    let turned = (orientation != 1).then(|| {
        Finding::new(
            Kind::Rotated,
            path,
            format!("EXIF orientation {orientation}"),
            "pixels stored upright (orientation 1)",
            format!(
                "training reads pixels as stored, viewers and some tools turn them: \
                 magick {shown} -auto-orient {shown}, then make its maps anew"
            ),
        )
    });
    let printed = (colours == Colours::Cmyk).then(|| {
        Finding::new(
            Kind::Cmyk,
            path,
            "CMYK colours",
            "RGB or grey",
            format!("programs convert it differently: magick {shown} -colorspace sRGB {shown}"),
        )
    });
    let deep = (bits == 16).then(|| {
        Finding::new(
            Kind::SixteenBits,
            path,
            "16 bits a channel",
            "8",
            format!("programs scale it differently: magick {shown} -depth 8 {shown}"),
        )
    });
    turned.into_iter().chain(printed).chain(deep)
}
