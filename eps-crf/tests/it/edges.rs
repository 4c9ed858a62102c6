//! Pictures and parameters at the edge of what a field is for.

use eps_crf::{CrfError, DenseCrf, Kernels, Picture, Preset, Unary};

/// Marginals of ten steps over two rows of pixels a label.
fn infer(size: [usize; 2], rgb: &[u8], kernels: &Kernels, probabilities: &[f32]) -> Vec<f32> {
    let picture = Picture::new(size[0], size[1], rgb).unwrap();
    let labels = probabilities.len() / picture.pixels();
    let crf = DenseCrf::new(&picture, kernels).unwrap();
    let unary = Unary::from_probabilities(labels, probabilities).unwrap();
    crf.infer(&unary, 10).unwrap().probabilities().to_vec()
}

fn psa() -> Kernels {
    Preset::Psa.kernels()
}

#[test]
fn a_picture_one_pixel_wide_is_the_same_standing_and_lying() {
    let rgb: Vec<u8> = (0..60).map(|value| value * 3).collect();
    let probabilities: Vec<f32> = (0..40).map(|at| 0.1 + (at * 7 % 10) as f32 / 12.0).collect();
    let standing = infer([1, 20], &rgb, &psa(), &probabilities);
    let lying = infer([20, 1], &rgb, &psa(), &probabilities);
    for (standing, lying) in standing.into_iter().zip(lying) {
        // The lattice is not symmetric in its axes.
        assert!((standing - lying).abs() < 0.05, "{standing} {lying}");
    }
}

#[test]
fn a_single_pixel_keeps_its_best_label() {
    let marginals = infer([1, 1], &[9, 9, 9], &psa(), &[0.2, 0.8]);
    assert!(marginals[1] > 0.8, "{marginals:?}");
}

#[test]
fn one_label_is_certain() {
    assert_eq!(infer([2, 2], &[7; 12], &psa(), &[0.1, 0.0, 0.5, 1.0]), [1.0; 4]);
}

#[test]
fn equal_colours_leave_a_field_of_places() {
    // A wrong pixel amid one label; all colours are equal, so the neighbours win.
    let mut probabilities = vec![0.8; 49];
    probabilities[24] = 0.3;
    let others: Vec<f32> = probabilities.iter().map(|p| 1.0 - p).collect();
    probabilities.extend(others);
    let marginals = infer([7, 7], &[128; 147], &psa(), &probabilities);
    assert!(marginals[..49].iter().all(|&p| p > 0.99), "{marginals:?}");
}

#[test]
fn weights_of_zero_leave_the_unary_term() {
    let mut kernels = psa();
    kernels.gaussian.weight = 0.0;
    kernels.bilateral.weight = 0.0;
    let marginals = infer([2, 1], &[0, 0, 0, 255, 255, 255], &kernels, &[0.3, 0.5, 0.1, 0.5]);
    for (found, expected) in marginals.into_iter().zip([0.75, 0.5, 0.25, 0.5]) {
        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
    }
}

#[test]
fn a_kernel_of_weight_zero_is_as_if_its_weight_were_tiny() {
    let rgb: Vec<u8> = (0..108).map(|value| value * 2).collect();
    let probabilities: Vec<f32> = (0..72).map(|at| 0.1 + (at * 5 % 9) as f32 / 10.0).collect();
    for tiny in [
        |kernels: &mut Kernels, weight| kernels.gaussian.weight = weight,
        |kernels: &mut Kernels, weight| kernels.bilateral.weight = weight,
    ] {
        let [zero, almost] = [0.0, 1e-6].map(|weight| {
            let mut kernels = psa();
            tiny(&mut kernels, weight);
            infer([6, 6], &rgb, &kernels, &probabilities)
        });
        for (zero, almost) in zero.into_iter().zip(almost) {
            assert!((zero - almost).abs() < 1e-4, "{zero} {almost}");
        }
    }
}

#[test]
fn no_step_leaves_the_unary_term() {
    let picture = Picture::new(2, 1, &[0, 0, 0, 255, 255, 255]).unwrap();
    let crf = DenseCrf::new(&picture, &psa()).unwrap();
    let unary = Unary::from_probabilities(2, &[0.25, 0.5, 0.25, 0.5]).unwrap();
    assert_eq!(crf.infer(&unary, 0).unwrap().probabilities(), [0.5; 4]);
}

#[test]
fn probabilities_of_zero_everywhere_are_as_good_as_equal_ones() {
    assert_eq!(infer([2, 2], &[7; 12], &psa(), &[0.0; 8]), [0.5; 8]);
}

#[test]
fn unary_terms_of_another_size_are_refused() {
    let picture = Picture::new(2, 1, &[0; 6]).unwrap();
    let crf = DenseCrf::new(&picture, &psa()).unwrap();
    let unary = Unary::from_probabilities(2, &[0.5; 6]).unwrap();
    let error = crf.infer(&unary, 1).unwrap_err().to_string();
    assert_eq!(error, "3 values of the unary term for a label, expected 2");
}

#[test]
fn deviations_that_are_too_small_for_a_lattice_are_refused() {
    let mut kernels = psa();
    kernels.bilateral.place = 1e-6;
    let rgb = [0; 3000];
    let picture = Picture::new(1000, 1, &rgb).unwrap();
    let error = DenseCrf::new(&picture, &kernels).err();
    assert_eq!(error, Some(CrfError::TooFine { kernel: "bilateral" }));
    for place in [0.05, 1e-30] {
        kernels.gaussian.place = place;
        let error = DenseCrf::new(&picture, &kernels).err();
        assert_eq!(error, Some(CrfError::TooFine { kernel: "Gaussian" }));
    }
}

#[test]
fn a_gaussian_of_a_quarter_of_a_pixel_leaves_neighbours_alone() {
    let mut kernels = psa();
    kernels.gaussian.place = 0.25;
    kernels.bilateral.weight = 0.0;
    let first = (0..30).map(|at| if at % 7 < 3 { 0.6 } else { 0.4 });
    let probabilities: Vec<f32> = first.clone().chain(first.map(|p| 1.0 - p)).collect();
    let marginals = infer([6, 5], &[9; 90], &kernels, &probabilities);
    for (before, after) in probabilities.iter().zip(&marginals) {
        assert_eq!(*before > 0.5, *after > 0.5, "{before} {after}");
    }
}

#[test]
fn every_number_of_labels_has_lanes() {
    for labels in 1..=eps_crf::MAX_LABELS {
        let mut probabilities = vec![0.1; labels * 2];
        probabilities[labels * 2 - 1] = 0.9;
        probabilities[0] = 0.9;
        let rgb = [0, 0, 0, 250, 250, 250];
        let marginals = infer([2, 1], &rgb, &psa(), &probabilities);
        let sum: f32 = marginals.iter().step_by(2).sum();
        assert!((sum - 1.0).abs() < 1e-5, "{labels} labels: {sum}");
        assert!(marginals.iter().all(|&p| marginals[0] >= p), "{labels} labels");
    }
}
