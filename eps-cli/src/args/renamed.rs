//! Flags that have another name now.

use clap::Args;
use std::convert::Infallible;

/// What answers a flag that has another name since.
#[derive(Args, Clone, Debug)]
pub(crate) struct RenamedArgs {
    #[arg(long = "things", hide = true, value_name = "DIR", value_parser = called_stuff)]
    _things: Option<Infallible>,
}

fn called_stuff(_: &str) -> Result<Infallible, &'static str> {
    Err("this flag is now called --stuff")
}

/// The same of `eps sweep`.
#[derive(Args, Clone, Debug)]
pub(crate) struct RenamedSweepArgs {
    #[arg(long = "fixed", hide = true, value_name = "T", value_parser = called_threshold)]
    _fixed: Option<Infallible>,
}

fn called_threshold(_: &str) -> Result<Infallible, &'static str> {
    Err("this flag is now called --threshold")
}
