//! The pitfalls of bound instruments.
//!
//! With the feature `bound`, the metric tests also run through bound instruments.

mod binding;
mod providers;
mod views;
