//! Whether the values of a network are numbers.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

/// Whether no value of a network is infinite or NaN, nor so large that the magnitudes of a tensor have no finite sum.
pub(crate) fn is_finite(network: &impl Module) -> bool {
    let mut finite = Finite(true);
    network.visit(&mut finite);
    finite.0
}

struct Finite(bool);

impl ModuleVisitor for Finite {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        // The sum of magnitudes is finite only if each is.
        self.0 = self.0 && param.val().abs().sum().into_scalar::<f32>().is_finite();
    }
}
