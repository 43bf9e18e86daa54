//! The attribute above and below those of other crates: each order compiles and records once.
//!
//! What they do to a function differs: `fastrace` and `logcall` know the boxed async block that
//! `#[async_trait]` makes and keep nothing else of it, `autometrics` puts any body into a closure.
//! Where ours comes after such a change it finds no block any more, and says which order works.

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

type Answer = Result<usize, AuthError>;

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

    /// Suspends, and then notes a cache hit.
    async fn work(&self) -> Answer {
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
        Acquisition::current().cache_hit(CacheLevel::L1Cache);
        Ok(self.token.len())
    }
}

/// Runs a call, of which there must be one record with all that its body noted.
fn check(call: impl Future<Output = Answer>, recorder: &Recorder) {
    assert_eq!(futures::executor::block_on(call).unwrap(), 5);
    let records = recorder.take();
    assert_eq!(records.len(), 1, "{records:?}");
    let level = records.first().and_then(|record| record.level());
    assert_eq!(level, Some(CacheLevel::L1Cache));
}

#[test]
fn orders_that_do_not_work_are_refused() {
    trybuild::TestCases::new().compile_fail("refused.rs");
}
