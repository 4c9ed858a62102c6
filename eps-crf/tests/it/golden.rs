//! Fields that pydensecrf2 1.1 inferred; `fixtures/golden/crf/make.py` wrote them.

use eps_crf::{Compatibility, DenseCrf, Picture, Preset, Unary};
use eps_testkit::{Arrays, fixture};
use std::fs;
use std::path::PathBuf;

/// The cases of the repository, and of the folder that `EPS_GOLDEN` names.
fn cases() -> Vec<PathBuf> {
    let fixtures = fixture("golden/crf");
    let more = std::env::var_os("EPS_GOLDEN").map(|folder| PathBuf::from(folder).join("crf"));
    let folders = [Some(fixtures), more.filter(|folder| folder.is_dir())];
    let entries = folders.into_iter().flatten().flat_map(|folder| fs::read_dir(folder).unwrap());
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "npz"));
    files.sort();
    files
}

/// The most probable label of each pixel.
fn best(marginals: &[f32], pixels: usize) -> Vec<usize> {
    let labels = marginals.len() / pixels;
    let at = |label: usize, pixel: usize| marginals[label * pixels + pixel];
    let better = |pixel: usize| {
        move |best, label| if at(label, pixel) > at(best, pixel) { label } else { best }
    };
    (0..pixels).map(|pixel| (1..labels).fold(0, better(pixel))).collect()
}

#[test]
fn fields_agree_with_those_of_pydensecrf() {
    let cases = cases();
    assert!(cases.len() >= 10, "{cases:?}");
    for path in cases {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let preset: Preset = name.split('_').next().unwrap().parse().unwrap();
        let mut arrays = Arrays::open(&path);
        let (shape, rgb) = arrays.get::<u8>("picture");
        let (_, probabilities) = arrays.get::<f32>("probabilities");
        let (_, expected) = arrays.get::<f32>("marginals");
        let pixels = shape[0] * shape[1];
        let labels = probabilities.len() / pixels;
        let channels = preset.channels(&rgb);
        let picture = Picture::new(shape[1], shape[0], &channels).unwrap();
        let crf = DenseCrf::new(&picture, &preset.kernels()).unwrap();
        let unary = match preset.label_confidence() {
            None => Unary::from_probabilities(labels, &probabilities),
            Some(confidence) => {
                let map: Vec<u8> =
                    best(&probabilities, pixels).into_iter().map(|label| label as u8).collect();
                Unary::from_labels(labels, &map, confidence)
            }
        };
        let costs = arrays
            .find::<f32>("compatibility")
            .map(|(_, costs)| Compatibility::new(labels, &costs).unwrap());
        let found = crf.infer_compatible(&unary.unwrap(), costs.as_ref(), Preset::STEPS).unwrap();
        let found = found.probabilities();
        let error: f32 = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).sum();
        let pairs = best(found, pixels).into_iter().zip(best(&expected, pixels));
        let differ = pairs.filter(|(found, expected)| found != expected).count();
        // Sums in another order: at most one pixel in a thousand, and a thousandth on average.
        assert!(differ * 1000 <= pixels, "{name}: {differ} of {pixels} labels differ");
        assert!(error / found.len() as f32 <= 1e-3, "{name}: {error}");
    }
}
