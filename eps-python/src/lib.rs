//! The native part of the Python package `eps_wsss`: converts arrays and errors, and computes nothing itself.

mod bilateral;
mod check;
mod confusion;
mod densecrf;
mod folders;
mod guard;
mod opened;
mod refine;
mod saliency;
mod sweep;
mod threads;

use eps_eval::Protocol;
use pyo3::prelude::*;

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("PROTOCOLS", Protocol::ALL.map(Protocol::name))?;
    module.add_class::<densecrf::Field>()?;
    module.add_class::<confusion::Pairs>()?;
    module.add_function(wrap_pyfunction!(refine::presets, module)?)?;
    module.add_function(wrap_pyfunction!(refine::refine_batch, module)?)?;
    module.add_function(wrap_pyfunction!(bilateral::bilateral_batch, module)?)?;
    module.add_function(wrap_pyfunction!(folders::evaluate, module)?)?;
    module.add_function(wrap_pyfunction!(folders::audit, module)?)?;
    module.add_function(wrap_pyfunction!(folders::compare, module)?)?;
    module.add_function(wrap_pyfunction!(folders::sweep, module)?)?;
    module.add_function(wrap_pyfunction!(sweep::sweep_images, module)?)?;
    module.add_function(wrap_pyfunction!(confusion::compare_matrices, module)?)?;
    module.add_function(wrap_pyfunction!(saliency::saliency_folder, module)?)?;
    module.add_function(wrap_pyfunction!(saliency::saliency_image, module)?)?;
    module.add_function(wrap_pyfunction!(check::check, module)?)
}
