//! What a reader of a score must know about how it was counted.

use super::{Protocol, ratios::FloatCounts, ratios::wrapped};
use crate::{ClassCounts, ImageCounts, Oddities, TotalCounts};
use eps_data::BACKGROUND;

impl Protocol {
    /// Sentences on what the protocol did with these images that others do differently; none where
    /// all of them agree.
    pub(crate) fn notes(
        self,
        names: &[String],
        images: &[ImageCounts],
        odd: Oddities,
    ) -> Vec<String> {
        let totals = TotalCounts::of(names.len(), images);
        let notes = [
            self.on_predicted_255(odd.predicted_255, names),
            self.on_labels_out_of_range(odd.predicted_out_of_range),
            self.on_truth_out_of_range(odd.truth_out_of_range),
            self.on_resized_images(odd.resized_images),
            on_missing_objects(&totals),
            self.on_classes(&totals, names),
            self.on_counters(&totals, names, images),
        ];
        notes.into_iter().flatten().collect()
    }

    fn on_predicted_255(self, pixels: u64, names: &[String]) -> Option<String> {
        let what = match self {
            Self::Voc => return None,
            Self::Eps | Self::Toco => "dropped, so they cost nothing".to_owned(),
            Self::Seam | Self::Mmseg => "missed: in the truth, in no prediction".to_owned(),
            Self::Irn => format!("counted as {}", names[usize::from(BACKGROUND)]),
            Self::Deeplab => {
                format!("counted in another cell of the {0}×{0} matrix", names.len())
            }
        };
        some(pixels, |pixels| format!("{pixels} pixels predicted 255 are {what}"))
    }

    fn on_labels_out_of_range(self, pixels: u64) -> Option<String> {
        let what = match self {
            Self::Voc => return None,
            Self::Eps | Self::Irn => "dropped",
            Self::Seam | Self::Mmseg => "missed",
            Self::Deeplab | Self::Toco => "counted in another cell of the matrix",
        };
        some(pixels, |pixels| format!("{pixels} pixels predicted as no class are {what}"))
    }

    fn on_truth_out_of_range(self, pixels: u64) -> Option<String> {
        let what = match self {
            Self::Voc => return None,
            Self::Seam | Self::Mmseg => "counted in the prediction alone",
            Self::Eps | Self::Irn | Self::Deeplab | Self::Toco => "not counted",
        };
        some(pixels, |pixels| format!("{pixels} pixels whose truth is no class are {what}"))
    }

    fn on_resized_images(self, images: u64) -> Option<String> {
        let what = match self {
            Self::Eps => "cut to the truth's size, and continued with background",
            Self::Deeplab | Self::Toco => "read as one long row",
            Self::Voc | Self::Seam | Self::Irn | Self::Mmseg => return None,
        };
        some(images, |images| format!("{images} predictions of another size are {what}"))
    }

    fn on_classes(self, totals: &TotalCounts, names: &[String]) -> Option<String> {
        let absent = named(totals, names, |class| class.union() == 0);
        match self {
            Self::Voc => listed(
                &absent,
                "classes that never occur are left out of the mean, which the devkit does not have",
            ),
            Self::Seam => listed(&absent, "classes that never occur score 0 in the mean"),
            Self::Deeplab | Self::Toco => {
                let hallucinated =
                    named(totals, names, |class| class.truth == 0 && class.predicted > 0);
                listed(
                    &hallucinated,
                    "classes that occur in predictions only are left out of the mean",
                )
            }
            Self::Eps | Self::Irn | Self::Mmseg => None,
        }
    }

    fn on_counters(
        self,
        totals: &TotalCounts,
        names: &[String],
        images: &[ImageCounts],
    ) -> Option<String> {
        match self {
            Self::Seam => listed(
                &named(totals, names, overflows),
                "classes that overflow the 32-bit counters have wrong scores",
            ),
            Self::Mmseg if !FloatCounts::of(names.len(), images).is_exact(totals) => {
                Some("sums in 32-bit floats are inexact above 16777216 pixels of a class".into())
            }
            _ => None,
        }
    }
}

const NO_OBJECTS: &str = "no pixel of the ground truth is of an object class, so only background was \
                          compared; masks of 0 and 255 mark objects as ignored";

/// Says if nothing but background was compared, as with masks that mark objects by 255.
fn on_missing_objects(totals: &TotalCounts) -> Option<String> {
    let objects = &totals.classes()[usize::from(BACKGROUND) + 1..];
    let is_missing = objects.iter().all(|class| class.truth == 0);
    (totals.pixels() > 0 && is_missing).then(|| NO_OBJECTS.into())
}

/// Names of the classes with such counts.
fn named<'a>(
    totals: &TotalCounts,
    names: &'a [String],
    is_meant: fn(&ClassCounts) -> bool,
) -> Vec<&'a str> {
    let classes = totals.classes().iter().zip(names);
    classes.filter(|(class, _)| is_meant(class)).map(|(_, name)| name.as_str()).collect()
}

fn overflows(counts: &ClassCounts) -> bool {
    let pixels = [counts.intersection, counts.truth, counts.predicted];
    pixels.into_iter().any(|pixels| i64::try_from(pixels) != Ok(wrapped(pixels)))
}

fn some(count: u64, sentence: impl Fn(u64) -> String) -> Option<String> {
    (count > 0).then(|| sentence(count))
}

fn listed(names: &[&str], what: &str) -> Option<String> {
    (!names.is_empty()).then(|| format!("{what}: {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        ["background", "cat", "dog"].map(String::from).to_vec()
    }

    fn image(classes: [[u64; 3]; 3]) -> ImageCounts {
        let class = |[intersection, truth, predicted]: [u64; 3]| ClassCounts {
            intersection,
            truth,
            predicted,
        };
        ImageCounts::new("a", (0..).zip(classes.map(class)))
    }

    #[test]
    fn nothing_odd_needs_no_note() {
        let images = [image([[2, 2, 2], [1, 1, 1], [1, 1, 1]])];
        for protocol in Protocol::ALL {
            let notes = protocol.notes(&names(), &images, Oddities::default());
            assert_eq!(notes, Vec::<String>::new(), "{protocol}");
        }
    }

    #[test]
    fn an_overflow_and_an_absent_class_are_named() {
        let images = vec![image([[1 << 30; 3], [0, 0, 4], [0; 3]]); 2];
        let notes = |protocol: Protocol| protocol.notes(&names(), &images, Oddities::default());
        let seam = [
            NO_OBJECTS,
            "classes that never occur score 0 in the mean: dog",
            "classes that overflow the 32-bit counters have wrong scores: background",
        ];
        assert_eq!(notes(Protocol::Seam), seam);
        assert_eq!(
            notes(Protocol::Toco),
            [NO_OBJECTS, "classes that occur in predictions only are left out of the mean: cat"]
        );
        assert_eq!(notes(Protocol::Eps), [NO_OBJECTS]);
    }

    #[test]
    fn odd_pixels_are_counted_in_every_note() {
        let odd = Oddities {
            predicted_255: 7,
            predicted_out_of_range: 6,
            truth_out_of_range: 5,
            resized_images: 4,
        };
        let notes = Protocol::Eps.notes(&names(), &[], odd);
        let starts =
            ["7 pixels predicted 255", "6 pixels predicted", "5 pixels whose", "4 predictions"];
        assert_eq!(notes.len(), starts.len());
        assert!(notes.iter().zip(starts).all(|(note, start)| note.starts_with(start)), "{notes:?}");
    }
}
