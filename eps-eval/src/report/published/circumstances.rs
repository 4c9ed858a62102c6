//! What a score depends on besides the masks, and whether two scores may be held against each other.

use crate::Protocol;
use serde::Serialize;

/// What a published table holds under.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Conditions {
    pub protocol: Protocol,
    /// Name of the list.
    pub list: &'static str,
    /// Its number of images.
    pub images: usize,
    /// Name of the folder of true masks.
    pub masks: &'static str,
    pub backbone: &'static str,
    /// What the backbone was trained on before.
    pub initialisation: &'static str,
}

/// What a score of ours holds under; absent where nobody said it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Circumstances {
    pub protocol: Protocol,
    pub list: String,
    pub images: usize,
    pub masks: String,
    pub backbone: Option<String>,
    pub initialisation: Option<String>,
}

impl Conditions {
    /// Why a score of yours may not be compared with the table; empty where it may.
    pub fn contradictions(&self, ours: &Circumstances) -> Vec<String> {
        let mut reasons = Vec::new();
        let mut compare = |what: &str, ours: Option<&str>, published: &str| {
            let equal = ours.is_some_and(|ours| ours.eq_ignore_ascii_case(published));
            let found = ours.unwrap_or("not stated");
            if !equal {
                reasons.push(format!("{what}: {found}, published {published}"));
            }
        };
        compare("protocol", Some(ours.protocol.name()), self.protocol.name());
        compare("images", Some(&ours.images.to_string()), &self.images.to_string());
        compare("mask set", Some(&ours.masks), self.masks);
        compare("backbone", ours.backbone.as_deref(), self.backbone);
        compare("initialisation", ours.initialisation.as_deref(), self.initialisation);
        reasons
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONDITIONS: Conditions = Conditions {
        protocol: Protocol::Eps,
        list: "train",
        images: 1464,
        masks: "SegmentationClassAug",
        backbone: "ResNet38d",
        initialisation: "ImageNet",
    };

    fn ours() -> Circumstances {
        Circumstances {
            protocol: Protocol::Eps,
            list: "my train".into(),
            images: 1464,
            masks: "SegmentationClassAug".into(),
            backbone: Some("ResNet38d".into()),
            initialisation: Some("imagenet".into()),
        }
    }

    #[test]
    fn equal_circumstances_may_be_compared_whatever_the_list_is_called() {
        assert_eq!(CONDITIONS.contradictions(&ours()), Vec::<String>::new());
    }

    #[test]
    fn every_difference_is_said() {
        let other = Circumstances {
            protocol: Protocol::Seam,
            images: 464,
            masks: "SegmentationClass".into(),
            backbone: Some("EfficientNet-Lite0".into()),
            initialisation: None,
            ..ours()
        };
        let expected = [
            "protocol: seam, published eps",
            "images: 464, published 1464",
            "mask set: SegmentationClass, published SegmentationClassAug",
            "backbone: EfficientNet-Lite0, published ResNet38d",
            "initialisation: not stated, published ImageNet",
        ];
        assert_eq!(CONDITIONS.contradictions(&other), expected);
    }
}
