//! Identity headers, and disabling headers.

use token_telemetry::ClientInfo;
use token_telemetry::entra::FieldText;
use token_telemetry::entra::{Dialect, ExtraSku, Header, MsalNetVersion, SkuGroup};

use super::{Ending, asking_for, fail, noting, of, speaking};

use crate::support::prelude::*;

const ID: &str = "ad8c894a-557f-48c0-b045-c129590c344e";

fn text(text: &'static str) -> FieldText<'static> {
    FieldText::new(text).unwrap()
}

fn fully_described(dialect: Dialect) -> Telemetry {
    let extra = ExtraSku::new().with(SkuGroup::Library, text("Lab.Auth"), text("1.2.3"));
    let builder = Telemetry::builder()
        .dialect(dialect)
        .device_model("Lab Phone 3")
        .app("Lab App", "7")
        .broker_version("6.1.2")
        .source_sku("MSAL.iOS")
        .extra_sku(extra)
        .honors_retry_after();
    of(builder)
}

#[test]
fn default_sends_six_identity_headers() {
    let sent = noting(&speaking(Dialect::default()), || {
        Acquisition::current().set_correlation_id(ID);
    });
    let expected = [
        ("client-request-id", ID),
        ("return-client-request-id", "true"),
        ("x-client-current-telemetry", "5|1004,0,,,|0,1,1,,,"),
        ("x-client-os", "Linux"),
        ("x-client-sku", "Lab.Auth"),
        ("x-client-ver", "1.2.3"),
    ];
    assert_eq!(sent.names(), expected.map(|(name, _)| name));
    for (name, value) in expected {
        assert_eq!(sent.value(name).as_deref(), Some(value));
    }
}

#[test]
fn optional_identity_headers_are_sent() {
    let sent = noting(&fully_described(Dialect::default()), || ());
    assert_eq!(sent.value("x-client-dm").as_deref(), Some("Lab Phone 3"));
    assert_eq!(
        sent.value("x-ms-lib-capability").as_deref(),
        Some("retry-after, h429")
    );
    assert_eq!(
        sent.value("x-client-xtra-sku").as_deref(),
        Some("Lab.Auth|1.2.3,|,|,|")
    );
    assert_eq!(
        sent.value("x-app-name"),
        None,
        "servers ignore it, so only old dialects send it"
    );
}

#[test]
fn identity_headers_by_dialect() {
    let of_dialect = |dialect| {
        let sent = noting(&fully_described(dialect), || ());
        let telemetry = ["x-client-current-telemetry", "x-client-last-telemetry"];
        let mut names = sent.names();
        names.retain(|name| !telemetry.contains(&&**name));
        names
            .join(" ")
            .replace("x-client-", "")
            .replace("-client-request", "")
    };
    for (dialect, names) in [
        (
            Dialect::msal_node(),
            "client-request-id x-app-name x-app-ver cpu os sku ver xtra-sku x-ms-lib-capability",
        ),
        (
            Dialect::msal_browser(),
            "client-request-id x-app-name x-app-ver sku ver xtra-sku x-ms-lib-capability",
        ),
        (
            Dialect::msal4j(),
            "client-request-id return-id x-app-name x-app-ver os sku ver x-ms-lib-capability",
        ),
        (
            Dialect::msal_python(),
            "client-request-id x-app-name x-app-ver os sku ver x-ms-lib-capability",
        ),
        (
            Dialect::msal_apple(),
            "client-request-id return-id brkrver cpu dm os sku src-sku ver xtra-sku",
        ),
        (
            Dialect::msal_android(),
            "client-request-id x-app-name x-app-ver brkrver cpu dm os sku ver xtra-sku",
        ),
        (
            Dialect::msal_net(MsalNetVersion::V4_28),
            "client-request-id return-id x-app-name x-app-ver cpu dm os sku ver x-ms-lib-capability",
        ),
        (
            Dialect::msal_net(MsalNetVersion::V4_82),
            "client-request-id return-id dm os sku ver xtra-sku x-ms-lib-capability",
        ),
    ] {
        assert_eq!(of_dialect(dialect), names, "{}", dialect.name());
    }
}

#[test]
fn broker_headers_of_apple_and_android() {
    let sent = noting(&fully_described(Dialect::msal_apple()), || ());
    assert_eq!(sent.value("x-client-brkrver").as_deref(), Some("6.1.2"));
    assert_eq!(sent.value("x-client-src-sku").as_deref(), Some("MSAL.iOS"));
    let sent = noting(&fully_described(Dialect::msal_android()), || ());
    assert_eq!(sent.value("x-client-brkrver").as_deref(), Some("6.1.2"));
    for dialect in Dialect::presets() {
        let names = noting(&speaking(*dialect), || ()).names();
        let of_broker = |name: &&String| name.contains("brkrver") || name.contains("src-sku");
        assert_eq!(names.iter().find(of_broker), None, "{}", dialect.name());
    }
}

#[test]
fn broker_headers_are_for_token_requests_only() {
    for purpose in [Purpose::Discovery, Purpose::InstanceMetadata] {
        let sent = asking_for(&fully_described(Dialect::msal_apple()), purpose);
        assert_eq!(sent.value("x-client-brkrver"), None, "{purpose:?}");
        assert_eq!(sent.value("x-client-src-sku"), None, "{purpose:?}");
        assert!(sent.value("x-client-sku").is_some(), "{purpose:?}");
    }
}

#[test]
fn invalid_broker_facts_are_build_errors() {
    let long = "1".repeat(ClientInfo::MAX_LEN + 1);
    for text in ["", "6 1", "6,1", "6|1", "6\r\n1", &long] {
        let text = text.to_owned();
        let version = Telemetry::builder().broker_version(text.clone()).build();
        let message = version.unwrap_err().to_string();
        assert!(message.contains("invalid broker version"), "{message}");
        let sku = Telemetry::builder().source_sku(text).build();
        let message = sku.unwrap_err().to_string();
        assert!(message.contains("invalid source SKU"), "{message}");
    }
}

#[test]
fn os_names_by_dialect() {
    for (ours, dialect, theirs) in [
        ("Linux", Dialect::default(), "Linux"),
        ("MacOS", Dialect::default(), "MacOS"),
        ("Linux", Dialect::msal_node(), "linux"),
        ("MacOS", Dialect::msal_python(), "darwin"),
        ("Windows", Dialect::msal_python(), "win32"),
        ("Windows", Dialect::msal_android(), "Windows"),
    ] {
        let builder = Telemetry::builder()
            .dialect(dialect)
            .sdk("Lab", "1")
            .platform(ours, "x64");
        let sent = noting(&builder.build().unwrap(), || ());
        assert_eq!(sent.value("x-client-os").as_deref(), Some(theirs));
    }
    for (dialect, theirs) in [
        (Dialect::msal_node(), "x64"),
        (Dialect::msal_apple(), "64"),
        (Dialect::msal_android(), "x86_64"),
    ] {
        assert_eq!(
            noting(&speaking(dialect), || ())
                .value("x-client-cpu")
                .as_deref(),
            Some(theirs)
        );
    }
    let detected = Telemetry::builder().sdk("Lab", "1").build().unwrap();
    let os = detected.client().os().unwrap();
    assert!(
        os.len() <= 16 && os.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        "{os}"
    );
}

#[test]
fn discovery_requests_have_identity_headers_only() {
    let sent = asking_for(&fully_described(Dialect::default()), Purpose::Discovery);
    let expected = [
        "client-request-id",
        "return-client-request-id",
        "x-client-dm",
        "x-client-os",
        "x-client-sku",
        "x-client-ver",
        "x-client-xtra-sku",
    ];
    assert_eq!(sent.names(), expected);
}

#[test]
fn imds_requests_use_their_own_id_header() {
    for dialect in [Dialect::default(), Dialect::msal_node()] {
        let telemetry = fully_described(dialect);
        fail(&telemetry, Ending::Early("waits"));
        let sent = asking_for(&telemetry, Purpose::InstanceMetadata);
        assert_eq!(
            sent.names(),
            ["x-client-sku", "x-client-ver", "x-ms-client-request-id"]
        );
        assert_eq!(sent.value("x-ms-client-request-id").unwrap().len(), 36);
        assert_eq!(telemetry.pending_failures().len(), 1);
    }
}

#[test]
fn each_header_can_be_disabled() {
    for (header, name) in [
        (Header::CurrentTelemetry, "x-client-current-telemetry"),
        (Header::LastTelemetry, "x-client-last-telemetry"),
        (Header::Sku, "x-client-sku"),
        (Header::Version, "x-client-ver"),
        (Header::Os, "x-client-os"),
        (Header::DeviceModel, "x-client-dm"),
        (Header::RequestId, "client-request-id"),
        (Header::ReturnRequestId, "return-client-request-id"),
        (Header::LibCapability, "x-ms-lib-capability"),
        (Header::ExtraSku, "x-client-xtra-sku"),
    ] {
        let names = |dialect| {
            let telemetry = fully_described(dialect);
            fail(&telemetry, Ending::Early("waits"));
            noting(&telemetry, || ()).names()
        };
        let (with, without) = (
            names(Dialect::default()),
            names(Dialect::default().without(header)),
        );
        let expected: Vec<String> = with
            .iter()
            .filter(|known| *known != name)
            .cloned()
            .collect();
        assert_eq!(without, expected);
        assert_eq!(without.len() + 1, with.len(), "{name} was sent before");
    }
}

#[test]
fn without_last_header_no_failures_are_queued() {
    let telemetry = speaking(Dialect::default().without_last());
    fail(&telemetry, Ending::Early("forgotten"));
    noting(&telemetry, || {
        Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
    });
    assert_eq!(
        (telemetry.pending_failures().len(), telemetry.pending_hits()),
        (0, 0)
    );
}

const VARIABLE: &str = "LAB_TELEMETRY_DISABLED";

/// Runs [`with_the_variable`] in a separate process with a different environment.
fn names_with_variable(value: &str) -> String {
    let output = alone("headers::identity::with_the_variable")
        .env(VARIABLE, value)
        .output()
        .unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    let line = output.lines().find_map(|line| line.split_once("names: "));
    line.unwrap().1.trim().to_owned()
}

#[test]
#[ignore = "run by the next test, with the variable set"]
fn with_the_variable() {
    let builder = Telemetry::builder().opt_out_variable(VARIABLE);
    println!("names: {}", noting(&of(builder), || ()).names().join(" "));
}

#[test]
fn environment_variable_disables_all_headers() {
    for yes in ["1", "TRUE", "yes", " on "] {
        assert_eq!(names_with_variable(yes), "", "{yes}");
    }
    for no in ["0", "false", "", "yes please"] {
        assert!(
            names_with_variable(no).contains("x-client-current-telemetry"),
            "{no}"
        );
    }
}

#[test]
fn extra_sku_merge_fills_missing_groups() {
    let below = ExtraSku::new()
        .with(SkuGroup::Library, text("MSAL"), text("5.0"))
        .with(SkuGroup::Runtime, text(""), text("2.1"));
    let own = ExtraSku::new()
        .with(SkuGroup::Library, text("Lab.Auth"), text("1.2"))
        .with(SkuGroup::BrowserExtension, text("lab-extension"), text("3"));
    assert_eq!(
        own.merge(below).to_string(),
        "Lab.Auth|1.2,|2.1,lab-extension|3,|"
    );
}
