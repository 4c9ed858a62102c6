//! Losses that the public implementation logged, for runs of the published recipes to be held to.

use std::ops::Range;

/// Mean losses of the reference over a range of updates.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferenceLoss {
    /// Counted from 0, the end excluded.
    pub updates: Range<u64>,
    pub loss_cls: f64,
    /// Absent for the plain classifier.
    pub loss_sal: Option<f64>,
}

/// A published run whose log is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceRun {
    Voc12Cls,
    Voc12Eps,
    Coco14Cls,
    Coco14Eps,
}

/// First update, classifier, and both losses of EPS; the next row ends the range.
type Row = (u64, f64, f64, f64);

// Source: means of the 50-step averages in the four training logs of the public repository
// (method, section 8.3). The first update alone is not an average and is left out.
const VOC12: [Row; 7] = [
    (1, 0.2103, 0.2067, 0.0543),
    (500, 0.1378, 0.1418, 0.0496),
    (1_000, 0.1084, 0.1094, 0.0467),
    (2_000, 0.0867, 0.0868, 0.0419),
    (5_000, 0.0714, 0.0700, 0.0382),
    (10_000, 0.0610, 0.0602, 0.0359),
    (15_000, 0.0553, 0.0537, 0.0351),
];
const VOC12_END: u64 = 20_000;

const COCO14: [Row; 8] = [
    (1, 0.1475, 0.1402, 0.0943),
    (500, 0.1238, 0.1149, 0.0780),
    (1_000, 0.0943, 0.0900, 0.0646),
    (5_000, 0.0787, 0.0783, 0.0557),
    (10_000, 0.0714, 0.0724, 0.0512),
    (20_000, 0.0657, 0.0674, 0.0473),
    (40_000, 0.0614, 0.0632, 0.0438),
    (76_950, 0.0599, 0.0615, 0.0422),
];
const COCO14_END: u64 = 256_500;

/// What the reference logged for a run, range by range.
pub fn reference_losses(run: ReferenceRun) -> Vec<ReferenceLoss> {
    let (rows, end, with_saliency): (&[Row], u64, bool) = match run {
        ReferenceRun::Voc12Cls => (&VOC12, VOC12_END, false),
        ReferenceRun::Voc12Eps => (&VOC12, VOC12_END, true),
        ReferenceRun::Coco14Cls => (&COCO14, COCO14_END, false),
        ReferenceRun::Coco14Eps => (&COCO14, COCO14_END, true),
    };
    let ends = rows[1..].iter().map(|row| row.0).chain([end]);
    rows.iter()
        .zip(ends)
        .map(|(&(begin, plain, loss_cls, loss_sal), end)| ReferenceLoss {
            updates: begin..end,
            loss_cls: if with_saliency { loss_cls } else { plain },
            loss_sal: with_saliency.then_some(loss_sal),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_follow_one_another_and_losses_fall() {
        for (run, end) in [
            (ReferenceRun::Voc12Cls, 20_000),
            (ReferenceRun::Voc12Eps, 20_000),
            (ReferenceRun::Coco14Cls, 256_500),
            (ReferenceRun::Coco14Eps, 256_500),
        ] {
            let losses = reference_losses(run);
            assert_eq!(losses.first().unwrap().updates.start, 1);
            assert_eq!(losses.last().unwrap().updates.end, end);
            for pair in losses.windows(2) {
                assert_eq!(pair[0].updates.end, pair[1].updates.start);
                assert!(pair[0].loss_cls > pair[1].loss_cls);
                assert!(pair[0].loss_sal >= pair[1].loss_sal);
            }
        }
        assert_eq!(reference_losses(ReferenceRun::Voc12Eps)[1].loss_sal, Some(0.0496));
        assert_eq!(reference_losses(ReferenceRun::Voc12Cls)[1].loss_cls, 0.1378);
    }
}
