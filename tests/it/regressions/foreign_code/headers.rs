//! Header values of a caller whose destructors use the acquisition.

use crate::support::prelude::*;

#[test]
fn header_drop_may_use_the_acquisition() {
    /// Bytes that record on the current acquisition when dropped.
    struct Noting;

    impl AsRef<[u8]> for Noting {
        fn as_ref(&self) -> &[u8] {
            b"of the caller"
        }
    }

    impl Drop for Noting {
        fn drop(&mut self) {
            Acquisition::current().record_stale_token();
        }
    }

    let replacing = || {
        let mut headers = http::HeaderMap::new();
        for name in [
            "x-client-current-telemetry",
            "x-client-sku",
            "client-request-id",
        ] {
            for _ in 0..2 {
                let value = axum::body::Bytes::from_owner(Noting);
                let value = http::HeaderValue::from_maybe_shared(value).unwrap();
                headers.append(name, value);
            }
        }
        let mut request = token_request();
        request.apply_to(&mut headers);
        request.responded(200);
        headers
    };

    in_time(move || {
        let (telemetry, recorder) = telemetry();
        let headers = acquire(&telemetry, replacing);
        assert_eq!(headers.get_all("x-client-sku").iter().count(), 1);
        assert!(only(&recorder).is_stale());
    });
}
