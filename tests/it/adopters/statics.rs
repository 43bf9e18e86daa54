//! A `Telemetry` in a static, without `unwrap`.

use std::sync::LazyLock;

use token_telemetry::ClientInfo;

use crate::support::prelude::*;

const CLIENT: ClientInfo = ClientInfo::from_static("Lab.Auth", "1.2.3");

static TELEMETRY: LazyLock<Telemetry> = LazyLock::new(|| Telemetry::new(CLIENT));

#[test]
fn static_telemetry_needs_no_result() {
    let client = TELEMETRY.client();
    assert_eq!(
        (client.sku(), client.version()),
        (Some("Lab.Auth"), Some("1.2.3"))
    );
    assert_eq!(
        (client.os(), client.cpu()),
        (ClientInfo::detect().os(), ClientInfo::detect().cpu())
    );
}

#[test]
fn builder_overrides_client_info() {
    let builder = Telemetry::builder()
        .client(CLIENT)
        .platform("Plan 9", "MIPS");
    let telemetry = builder.build().unwrap();
    assert_eq!(telemetry.client(), &CLIENT.with_platform("Plan 9", "MIPS"));
}

#[test]
fn const_and_runtime_checks_agree() {
    for (sku, version) in [
        ("a b", "1"),
        ("", "1"),
        ("a", "1,2"),
        ("a", "\u{e4}"),
        ("a|b", "1"),
    ] {
        let built = Telemetry::builder().sdk(sku, version).build();
        let checked = std::panic::catch_unwind(|| ClientInfo::from_static(sku, version));
        assert!(built.is_err() && checked.is_err(), "{sku:?} {version:?}");
    }
}
