//! How to instrument an auth SDK, one page per task.
//!
//! | page | explains |
//! |---|---|
//! | [`instrument`] | an existing SDK step by step, before and after |
//! | [`cache`] | what to record about the cache, and the reasons for a refresh |
//! | [`token_request`] | the headers of a token request, HTTP clients, middleware, polling |
//! | [`background`] | spawned tasks, threads, queues, background refreshes, nested calls |
//! | [`testing`] | how to test the instrumentation of your SDK |
//! | [`metrics`] | which metrics there are, views, exporters and dashboards |
//! | [`conventions`] | the second metric set in one table, for SDKs that are not Microsoft's |
//! | [`token_endpoint`] | what an identity provider learns from the headers of its clients |
//! | [`questions`] | what operators ask, and where the answer is |
//! | [`privacy`] | what is sent, to whom, and how to switch it off |
//! | [`advice`] | what to do about each piece of advice in the log |
//! | [`troubleshooting`] | what to do when something is missing or wrong |

#[doc = include_str!("guide/instrument.md")]
pub mod instrument {}

#[doc = include_str!("guide/cache.md")]
pub mod cache {}

#[doc = include_str!("guide/token_request.md")]
pub mod token_request {}

#[doc = include_str!("guide/background.md")]
pub mod background {}

#[doc = include_str!("guide/testing.md")]
pub mod testing {}

#[doc = include_str!("guide/metrics.md")]
pub mod metrics {}

#[doc = include_str!("guide/conventions.md")]
pub mod conventions {}

#[doc = include_str!("guide/token_endpoint.md")]
pub mod token_endpoint {}

#[doc = include_str!("guide/questions.md")]
pub mod questions {}

#[doc = include_str!("guide/privacy.md")]
pub mod privacy {}

#[doc = include_str!("guide/advice.md")]
pub mod advice {}

#[doc = include_str!("guide/troubleshooting.md")]
pub mod troubleshooting {}
