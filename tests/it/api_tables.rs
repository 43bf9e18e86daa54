//! The ready-made tables of API ids.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;

use futures::executor::block_on;
use token_telemetry::api::{Msal, MsalJava, MsalNet, MsalNode, MsalPython};
use token_telemetry::{ApiId, DescribeError};

use crate::support::prelude::*;

/// Returns the numbers of a table by name.
fn numbers<I: ApiId>() -> BTreeMap<&'static str, u32> {
    let apis = I::CATALOG.iter().map(token_telemetry::api::ApiEntry::api);
    apis.map(|api| (api.name(), api.number())).collect()
}

#[test]
fn tables_match_their_libraries() {
    let tables = [
        numbers::<MsalNet>(),
        numbers::<MsalPython>(),
        numbers::<MsalNode>(),
        numbers::<MsalJava>(),
    ];
    for (flow, expected) in [
        ("AcquireTokenSilent", [1007, 84, 62, 800]),
        ("AcquireTokenInteractive", [1005, 169, 0, 168]),
        ("AcquireTokenByUsernamePassword", [1003, 301, 371, 300]),
        ("AcquireTokenByIntegratedWindowsAuth", [1002, 0, 0, 400]),
        ("AcquireTokenOnBehalfOf", [1006, 523, 772, 522]),
        ("AcquireTokenByDeviceCode", [1008, 622, 671, 620]),
        ("AcquireTokenForClient", [1004, 730, 771, 729]),
        ("AcquireTokenByAuthorizationCode", [1000, 832, 871, 831]),
        ("AcquireTokenByRefreshToken", [1001, 85, 872, 82]),
        ("GetAccounts", [1010, 902, 0, 801]),
        ("RemoveAccount", [1013, 903, 0, 802]),
    ] {
        let found = tables
            .each_ref()
            .map(|table| table.get(flow).copied().unwrap_or(0));
        assert_eq!(found, expected, "{flow}");
    }
    assert_eq!(tables.map(|table| table.len()), [20, 11, 9, 15]);
    let net: Vec<u32> = MsalNet::CATALOG.iter().map(|e| e.api().number()).collect();
    assert_eq!(net, (1000..=1019).collect::<Vec<_>>());
}

#[derive(Debug)]
struct Declined;

impl DescribeError<Declined> for Msal {
    fn describe(_: &Declined) -> ErrorInfo {
        ErrorInfo::new("authorization_declined")
    }
}

#[acquire_token(api = MsalPython::AcquireTokenByDeviceCode, telemetry = telemetry)]
async fn with_a_local_error(telemetry: &Telemetry) -> Result<(), Declined> {
    Err(Declined)
}

#[expect(
    clippy::borrowed_box,
    reason = "`err` takes a reference to the error itself"
)]
fn boxed(_: &Box<dyn std::error::Error>) -> ErrorInfo {
    ErrorInfo::new("boxed")
}

#[acquire_token(api = MsalJava::AcquireTokenForAgent, telemetry = telemetry, error_info = boxed)]
async fn with_a_function(telemetry: &Telemetry) -> Result<(), Box<dyn std::error::Error>> {
    Err("whatever")?
}

#[acquire_token(api = MsalNode::AcquireTokenForManagedIdentity, telemetry = telemetry)]
async fn with_io(telemetry: &Telemetry, kind: io::ErrorKind) -> io::Result<()> {
    Err(kind.into())
}

#[acquire_token(api = MsalNet::GetAccounts, telemetry = telemetry)]
async fn that_cannot_fail(telemetry: &Telemetry) -> Result<(), Infallible> {
    Ok(())
}

#[test]
fn table_works_without_changes() {
    let (telemetry, recorder) = telemetry();
    block_on(with_a_local_error(&telemetry)).unwrap_err();
    let record = only(&recorder);
    assert_eq!(record.api().number(), 622);
    assert_eq!(record.error_code(), Some("authorization_declined"));

    block_on(with_a_function(&telemetry)).unwrap_err();
    let record = only(&recorder);
    assert_eq!(record.api().name(), "AcquireTokenForAgent");
    assert_eq!(record.error_code(), Some("boxed"));

    block_on(that_cannot_fail(&telemetry)).unwrap();
    assert_eq!(only(&recorder).api().number(), 1010);
}

#[test]
fn table_io_errors_are_classified() {
    let (telemetry, recorder) = telemetry();
    for (kind, transport) in [
        (io::ErrorKind::TimedOut, Some(TransportError::Timeout)),
        (
            io::ErrorKind::ConnectionRefused,
            Some(TransportError::Connect),
        ),
        (io::ErrorKind::ConnectionReset, Some(TransportError::Closed)),
        (io::ErrorKind::NotFound, None),
    ] {
        block_on(with_io(&telemetry, kind)).unwrap_err();
        let record = only(&recorder);
        let info = record.error().unwrap();
        assert_eq!(info.transport_error(), transport, "{kind}");
        let code = transport.map_or("io_error", TransportError::code);
        assert_eq!(info.code(), Some(code));
    }
}
