//! Header values of a caller whose destructors use the acquisition.

use std::time::Duration;

use token_telemetry::{Acquisition, Telemetry, acquire_token};

use super::now;
use crate::support::{LabApi, LabError, TOKEN_URL, only, telemetry};

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

    #[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
    async fn replacing(telemetry: &Telemetry) -> Result<http::HeaderMap, LabError> {
        let mut request = Acquisition::current().token_request(TOKEN_URL);
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
        request.apply_to(&mut headers);
        request.responded(200);
        Ok(headers)
    }

    let (done, is_done) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let (telemetry, recorder) = telemetry();
        let headers = now(replacing(&telemetry)).unwrap();
        assert_eq!(headers.get_all("x-client-sku").iter().count(), 1);
        assert!(only(&recorder).is_stale());
        done.send(()).unwrap();
    });
    let ended = is_done.recv_timeout(Duration::from_secs(60));
    assert!(ended.is_ok(), "it panicked or hangs");
}
