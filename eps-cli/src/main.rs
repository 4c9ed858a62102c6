//! The `eps` program.

use std::process::ExitCode;

// Tensors of tens of megabytes come and go at every layer: the system's allocator gives their pages
// back and faults them in again each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    eps_cli::run()
}
