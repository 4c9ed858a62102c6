//! Fields that are put together term by term.

use eps_crf::{
    Compatibility, Costs, CrfError, DenseCrf, Features, Lattice, Normalisation, Picture, Preset,
    TermField, Unary,
};

const SIZE: [usize; 2] = [17, 13];
const PIXELS: usize = SIZE[0] * SIZE[1];
const LABELS: usize = 5;

/// A picture of two colours with noise, and energies that know a little of them.
fn scene() -> (Vec<u8>, Vec<f32>) {
    let noise = |at: usize| at.wrapping_mul(2_654_435_761) >> 7 & 15;
    let channels = (0..3 * PIXELS).map(|at| {
        let is_left = at / 3 % SIZE[0] < 8;
        (if is_left { 40 } else { 180 } + noise(at)) as u8
    });
    let energies = (0..LABELS * PIXELS).map(|at| {
        let (label, column) = (at / PIXELS, at % SIZE[0]);
        let is_own = label == usize::from(column >= 8);
        (noise(at) as f32 / 6.0) + if is_own { 0.0 } else { 0.5 }
    });
    (channels.collect(), energies.collect())
}

fn field(energies: &[f32]) -> TermField {
    let mut field = TermField::of_picture(SIZE[0], SIZE[1], LABELS).unwrap();
    field.set_energies(energies.to_vec()).unwrap();
    field
}

fn greatest_difference(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn usual_terms_are_inferred_by_the_lattices_of_a_picture() {
    let (channels, energies) = scene();
    let mut terms = field(&energies);
    let (symmetric, preset) = (Normalisation::Symmetric, Preset::Psa.kernels());
    terms.add_gaussian([3.0; 2], Costs::Potts(3.0), symmetric).unwrap();
    terms
        .add_bilateral([80.0; 2], [13.0; 3], channels.clone(), Costs::Potts(10.0), symmetric)
        .unwrap();
    let picture = Picture::new(SIZE[0], SIZE[1], &channels).unwrap();
    let crf = DenseCrf::new(&picture, &preset).unwrap();
    let expected = crf.infer(&Unary::from_energies(LABELS, &energies).unwrap(), 5).unwrap();
    assert_eq!(terms.infer(5).unwrap(), expected);
    // The general lattices, by which a field is stepped through, lead to the same.
    let stepped =
        (0..5).fold(terms.start(), |marginals, _| terms.step(marginals.probabilities()).unwrap());
    assert!(greatest_difference(stepped.probabilities(), expected.probabilities()) < 1e-5);
}

#[test]
fn energies_are_probabilities_of_another_name() {
    let (channels, energies) = scene();
    let probabilities: Vec<f32> = energies.iter().map(|energy| (-energy).exp()).collect();
    let picture = Picture::new(SIZE[0], SIZE[1], &channels).unwrap();
    let crf = DenseCrf::new(&picture, &Preset::DeepLabV2.kernels()).unwrap();
    let by_energies = crf.infer(&Unary::from_energies(LABELS, &energies).unwrap(), 10).unwrap();
    let unary = Unary::from_probabilities(LABELS, &probabilities).unwrap();
    let expected = crf.infer(&unary, 10).unwrap();
    assert!(greatest_difference(by_energies.probabilities(), expected.probabilities()) < 1e-5);
}

#[test]
fn potts_is_a_diagonal_and_a_matrix_of_another_name() {
    let (channels, energies) = scene();
    let diagonal = Costs::Diagonal(vec![-4.0; LABELS]);
    let costs: Vec<f32> =
        (0..LABELS * LABELS).map(|at| if at % (LABELS + 1) == 0 { -4.0 } else { 0.0 }).collect();
    let matrix = Costs::Matrix(Compatibility::new(LABELS, &costs).unwrap());
    let found = [Costs::Potts(4.0), diagonal, matrix].map(|costs| {
        let mut terms = field(&energies);
        let normalisation = Normalisation::Symmetric;
        terms.add_bilateral([20.0; 2], [9.0; 3], channels.clone(), costs, normalisation).unwrap();
        terms.infer(5).unwrap()
    });
    for other in &found[1..] {
        assert!(greatest_difference(found[0].probabilities(), other.probabilities()) < 1e-5);
    }
}

#[test]
fn places_and_features_of_places_are_one_term() {
    let (_, energies) = scene();
    for normalisation in
        [Normalisation::None, Normalisation::Before, Normalisation::After, Normalisation::Symmetric]
    {
        let mut places = field(&energies);
        places.add_gaussian([3.0, 2.0], Costs::Potts(0.2), normalisation).unwrap();
        let columns = (0..PIXELS).map(|pixel| (pixel % SIZE[0]) as f32 / 3.0);
        let rows = (0..PIXELS).map(|pixel| (pixel / SIZE[0]) as f32 / 2.0);
        let mut points = TermField::of_points(PIXELS, LABELS).unwrap();
        points.set_energies(energies.clone()).unwrap();
        let values: Vec<f32> = columns.chain(rows).collect();
        points.add_features(2, values, Costs::Potts(0.2), normalisation).unwrap();
        assert_eq!(places.infer(4).unwrap(), points.infer(4).unwrap());
    }
}

#[test]
fn a_lattice_sums_by_the_gaussian_of_the_distance() {
    // A line of points half a deviation apart: what one gives, the others have by distance.
    let points = 41;
    let values: Vec<f32> = (0..points).map(|point| point as f32 / 2.0).collect();
    let lattice = Lattice::new(&Features::new(1, points, &values).unwrap());
    let mut given = vec![0.0; points];
    given[20] = 1.0;
    let mut taken = vec![0.0; points];
    lattice.filter(&given, &mut taken).unwrap();
    for (point, found) in taken.iter().enumerate() {
        let distance = (values[point] - values[20]) as f64;
        let expected = (-distance * distance / 2.0).exp();
        assert!((f64::from(found / taken[20]) - expected).abs() < 0.1, "{point}: {taken:?}");
    }
}

#[test]
fn fields_without_points_or_labels_or_with_other_costs_are_refused() {
    assert_eq!(TermField::of_points(0, 3).err(), Some(CrfError::Pixels { found: 0 }));
    assert_eq!(TermField::of_points(3, 0).err(), Some(CrfError::Labels { found: 0 }));
    assert!(TermField::of_points(1 << 28, 1 << 20).is_err());
    let mut terms = TermField::of_points(3, 2).unwrap();
    let refusal = terms.set_energies(vec![0.0; 5]).unwrap_err().to_string();
    assert_eq!(refusal, "5 values of the energies, expected 6");
    let costs = Costs::Diagonal(vec![1.0; 3]);
    let refusal = terms.add_features(1, vec![0.0; 3], costs, Normalisation::None).unwrap_err();
    assert_eq!(refusal.to_string(), "3 values of the compatibility for a point, expected 2");
    assert!(terms.step(&[0.5; 5]).is_err() && terms.divergence(&[0.5; 7]).is_err());
}
