//! The attribute above and below those of other crates: each order compiles and records once.
//!
//! The other attributes rewrite functions differently: `fastrace` and `logcall` recognize the boxed
//! async block that `#[async_trait]` writes and keep nothing else, and `autometrics` moves any body
//! into a closure. After such a change ours does not find the block, and its error names the order
//! that works.

#[expect(unused_braces, reason = "`logcall` puts others around them")]
mod boxed;
mod methods;
mod opaque;

use std::fmt;

use token_telemetry::test_util::Recorder;
use token_telemetry::{Acquisition, ApiId, CacheLevel, DescribeError, ErrorInfo, Telemetry};

struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso)]
enum ContosoApi {
    AcquireToken = 1004,
}

#[derive(Debug)]
struct AuthError;

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("auth error")
    }
}

impl DescribeError<AuthError> for Contoso {
    fn describe(_: &AuthError) -> ErrorInfo {
        ErrorInfo::new("auth_error")
    }
}

type TokenResult = Result<usize, AuthError>;

struct Client {
    telemetry: Telemetry,
    token: String,
}

impl Client {
    fn new() -> (Self, Recorder) {
        let recorder = Recorder::new();
        let builder = Telemetry::builder().observer(recorder.clone());
        let client = Self {
            telemetry: builder.build().unwrap(),
            token: "token".to_owned(),
        };
        (client, recorder)
    }

    /// Suspends, and then records a cache hit.
    async fn work(&self) -> TokenResult {
        let mut is_ready = false;
        std::future::poll_fn(|cx| {
            if is_ready {
                return std::task::Poll::Ready(());
            }
            is_ready = true;
            cx.waker().wake_by_ref();
            std::task::Poll::Pending
        })
        .await;
        Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
        Ok(self.token.len())
    }
}

/// Runs a call, and expects one record with the cache hit of its body.
fn check(call: impl Future<Output = TokenResult>, recorder: &Recorder) {
    assert_eq!(futures::executor::block_on(call).unwrap(), 5);
    let records = recorder.take();
    assert_eq!(records.len(), 1, "{records:?}");
    let level = records.first().and_then(|record| record.cache_level());
    assert_eq!(level, Some(CacheLevel::L1Cache));
}

#[test]
fn orders_that_do_not_work_are_rejected() {
    trybuild::TestCases::new().compile_fail("rejected.rs");
}
