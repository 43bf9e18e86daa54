//! How to instrument an auth SDK, one page per task.
//!
//! | page | explains |
//! |---|---|
//! | [`instrument`] | an existing SDK step by step, before and after |

#[doc = include_str!("guide/instrument.md")]
pub mod instrument {}
