//! Ground-truth masks and the images that count.

use anyhow::anyhow;
use eps_data::{ClassNames, DataError, IGNORE, ImageList, Item, Shard};
use eps_eval::{EvalError, MaskFolder, Predictions};
use std::path::PathBuf;

/// A list of images with their ground truth.
#[derive(Clone, Debug)]
pub struct GroundTruth {
    pub list: ImageList,
    /// Of the list, in its order, each with its mask.
    pub items: Vec<Item>,
    pub names: ClassNames,
    /// Where their names stand, as messages name it.
    pub place_of_names: String,
    /// Name of the masks' folder, such as `SegmentationClassAug`.
    pub folder: String,
    /// Folder of the images, if it is where the layout has it.
    pub images: PathBuf,
}

impl GroundTruth {
    /// Predictions of a part of the list, or of all of it.
    pub fn folder<'a>(
        &'a self,
        predictions: &'a Predictions,
        shard: Option<Shard>,
    ) -> MaskFolder<'a> {
        let Self { list, items, names, .. } = self;
        MaskFolder { list, items, predictions, names, shard }
    }

    /// Adds to an error what it does not say of the files that were given: which image of which list lacks a
    /// file, or which file has the names of too few classes.
    pub fn explain(&self, error: impl Into<anyhow::Error>) -> anyhow::Error {
        let error = match error.into().downcast::<EvalError>() {
            Ok(EvalError::Data(error)) => error.into(),
            Ok(error @ EvalError::PredictedClass { class: IGNORE, .. }) => {
                return predicted_ignore(error);
            }
            Ok(error @ EvalError::PredictedClass { .. }) => return self.with_classes(&error),
            Ok(error) => return error.into(),
            Err(error) => error,
        };
        match error.downcast::<DataError>() {
            Ok(error @ DataError::UnknownClass { .. }) => self.with_classes(&error),
            Ok(error) => self.list.explain(error).into(),
            Err(error) => error,
        }
    }

    fn with_classes(&self, error: &dyn std::error::Error) -> anyhow::Error {
        anyhow!("{error}: the classes of {}", self.place_of_names)
    }
}

/// Says of a predicted 255 that it is none, and what can be done with such masks; other errors are left as they are.
pub(crate) fn predicted_ignore(error: EvalError) -> anyhow::Error {
    match error {
        EvalError::PredictedClass { class: IGNORE, .. } => anyhow!(
            "{error}\nhint: 255 leaves a pixel out of a training and is no prediction; in `eps evaluate`, \
             `--protocol eps` drops such pixels, `seam` and `mmseg` count them as missed, `irn` as background; \
             `eps audit` shows all of them"
        ),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_with_the_list_or_the_class_names_that_it_depends_on() {
        let truth = GroundTruth {
            list: ImageList::new("val", vec!["a".into()]),
            items: vec![],
            names: ClassNames::voc(),
            place_of_names: "data/classes.txt".into(),
            folder: "SegmentationClass".into(),
            images: "JPEGImages".into(),
        };
        let predicted = EvalError::PredictedClass { path: "a.png".into(), class: 6, last: 5 };
        let explained = |error: anyhow::Error| format!("{:#}", truth.explain(error));
        let expected = "a.png: predicted class 6, expected 0..=5: the classes of data/classes.txt";
        assert_eq!(explained(predicted.into()), expected);
        let ignored = EvalError::PredictedClass { path: "a.png".into(), class: 255, last: 5 };
        let expected = "a.png: predicted class 255, expected 0..=5\nhint: 255 leaves a pixel out of a training \
            and is no prediction; in `eps evaluate`, `--protocol eps` drops such pixels, `seam` and `mmseg` count \
            them as missed, `irn` as background; `eps audit` shows all of them";
        assert_eq!(explained(ignored.into()), expected);
        let unknown = || DataError::UnknownClass { path: "a.png".into(), class: 6, last: 5 };
        let expected =
            "a.png: class 6, expected 0..=5 or 255 (ignore): the classes of data/classes.txt";
        assert_eq!(explained(EvalError::from(unknown()).into()), expected);
        assert_eq!(explained(unknown().into()), expected);
        let missing = explained(DataError::missing("a.png", "mask").into());
        assert_eq!(missing, "a.png: mask is missing, expected one for `a`, image 1 of list val");
        assert_eq!(explained(anyhow!("other")), "other");
    }
}
