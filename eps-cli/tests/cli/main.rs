//! The program as its users call it: exit status, stdout, stderr, and the files that it leaves.

mod ablate;
mod bench;
mod call;
mod compare;
mod data_check;
mod data_convert;
mod data_prepare;
mod data_published;
mod data_views;
mod demo;
mod documentation;
mod evaluate;
mod infer;
mod interrupt;
mod pipeline;
mod project;
mod recipe;
mod refine;
mod report;
mod reproduce;
mod saliency;
mod shell;
mod sweep;
mod train;
mod usage;
mod weights;
