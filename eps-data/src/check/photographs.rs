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
    let Photograph { colours, bits, orientation, is_transparent, .. } = *photograph;
    let turned = (orientation != 1).then(|| {
        Finding::new(
            Kind::Rotated,
            path,
            format!("EXIF orientation {orientation}"),
            "pixels stored upright (orientation 1)",
            "training reads pixels as stored, viewers and some tools turn them: \
             magick mogrify -auto-orient, then make its maps again",
        )
    });
    let printed = (colours == Colours::Cmyk).then(|| {
        Finding::new(
            Kind::Cmyk,
            path,
            "CMYK colours",
            "RGB or grey",
            "programs convert it differently: magick mogrify -colorspace sRGB",
        )
    });
    let deep = (bits == 16).then(|| {
        Finding::new(
            Kind::SixteenBits,
            path,
            "16 bits a channel",
            "8",
            "programs scale it differently: magick mogrify -depth 8",
        )
    });
    let transparent = is_transparent.then(|| {
        Finding::new(
            Kind::Transparent,
            path,
            "an alpha channel that varies",
            "opaque pixels",
            "training sees what is stored below transparent pixels, viewers do not: \
             magick mogrify -background white -alpha remove -alpha off",
        )
    });
    turned.into_iter().chain(printed).chain(deep).chain(transparent)
}
