//! All headers of one token request, as a server reads them.

use std::collections::HashMap;

use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;
use token_telemetry::entra::read::Reason;
use token_telemetry::entra::{Dialect, Header, MsalNetVersion, ReceivedHeaders, SkuGroup};

use super::{Ending, Sent, fail, hit, noting, speaking};

use crate::support::prelude::*;

const ID: &str = "ad8c894a-557f-48c0-b045-c129590c344e";
const CURRENT: &str = "x-client-current-telemetry";
const LAST: &str = "x-client-last-telemetry";

/// Returns what a server receives, from headers or form fields.
fn received(sent: &Sent) -> ReceivedHeaders<'_> {
    let form = sent.form.iter().map(|(name, value)| (*name, &**value));
    if sent.form.is_empty() {
        ReceivedHeaders::from_map(&sent.headers)
    } else {
        form.collect()
    }
}

#[test]
fn every_dialect_is_received() {
    for dialect in Dialect::presets() {
        let telemetry = speaking(*dialect);
        hit(&telemetry);
        fail(&telemetry, Ending::Early("invalid_grant"));
        let sent = noting(&telemetry, || {
            Acquisition::current().set_correlation_id(ID);
            Acquisition::current().record_refresh_reason(CacheRefreshReason::Expired);
        });
        let received = received(&sent);
        let name = dialect.name();
        assert_eq!(received.sku(), Some("Lab.Auth"), "{name}");
        assert_eq!(received.version(), Some("1.2.3"), "{name}");
        assert_eq!(received.client_request_id(), Some(ID), "{name}");
        assert_eq!(received.library(), None, "{name}");
        for (header, text) in [(Header::Os, received.os()), (Header::Cpu, received.cpu())] {
            assert_eq!(text.is_some(), dialect.sends(header), "{name} {header:?}");
        }
        telemetry_is_received(dialect, &received);
    }
}

fn telemetry_is_received(dialect: &Dialect, received: &ReceivedHeaders<'_>) {
    let name = dialect.name();
    let current = received.current().unwrap();
    let last = received.last().unwrap();
    assert_eq!(current.is_some(), dialect.sends(Header::CurrentTelemetry));
    assert_eq!(last.is_some(), dialect.sends(Header::LastTelemetry));
    if let Some(current) = current {
        assert!(current.dialects().contains(&dialect), "{name}");
        assert_eq!(current.telemetry().api_number(), Some(1004), "{name}");
    }
    if let Some(last) = last {
        assert!(last.dialects().contains(&dialect), "{name}");
        assert_eq!(last.telemetry().hits(), 1, "{name}");
        assert_eq!(last.telemetry().failures()[0].code(), "invalid_grant");
    }
}

#[test]
fn all_sources_give_the_same_headers() {
    let pairs = [
        ("x-client-sku", "MSAL.Python"),
        ("x-client-os", "linux"),
        (CURRENT, "4|730,2|"),
        ("accept", "application/json"),
    ];
    let map: HeaderMap = pairs
        .iter()
        .map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        })
        .collect();
    let line = HashMap::from(pairs);
    let of_map = ReceivedHeaders::from_map(&map);
    assert_eq!(of_map, map.iter().collect());
    assert_eq!(of_map, pairs.into_iter().collect());
    let upper = pairs.map(|(name, value)| (name.to_ascii_uppercase(), value));
    assert_eq!(
        of_map,
        upper
            .iter()
            .map(|(name, value)| (&**name, *value))
            .collect()
    );
    assert_eq!(
        of_map,
        ReceivedHeaders::from_lookup(|name| line.get(name).copied())
    );
    assert_eq!(
        format!("{of_map:?}"),
        r#"{"x-client-current-telemetry": "4|730,2|", "x-client-sku": "MSAL.Python", "x-client-os": "linux"}"#
    );
}

#[test]
fn sku_selects_between_equal_layouts() {
    let names = |sku, header, value| -> Vec<&str> {
        let received = ReceivedHeaders::from_iter([("x-client-SKU", sku), (header, value)]);
        let dialects = if header == CURRENT {
            received.current().unwrap().unwrap().dialects().to_vec()
        } else {
            received.last().unwrap().unwrap().dialects().to_vec()
        };
        dialects.iter().map(|dialect| dialect.name()).collect()
    };
    for (sku, header, value, expected) in [
        ("MSAL.Python", CURRENT, "4|730,2|", vec!["msal-python"]),
        ("MSAL.OSX", CURRENT, "4|30,2|", vec!["msal-apple"]),
        (
            "MSAL.NetCore",
            CURRENT,
            "5|1004,2,,,|0,1,1,,,",
            vec!["MSAL.NET 4.82"],
        ),
        (
            "msal.js.browser",
            CURRENT,
            "5|61,2,,,|,",
            vec!["msal-browser"],
        ),
        ("MSAL.Java", LAST, "5|0|||", vec!["msal4j"]),
        (
            "MSAL.xplat.Linux",
            LAST,
            "2|0|||2,1",
            vec!["msal-android", "msal-android shared"],
        ),
        // The SKU of an SDK that writes the headers of another library.
        ("MSAL.Python", CURRENT, "5|729,,,0,0|", vec!["msal4j"]),
        (
            "Contoso.Auth",
            CURRENT,
            "4|730,2|",
            vec!["msal-python", "msal-apple"],
        ),
    ] {
        assert_eq!(names(sku, header, value), expected, "{sku} {value}");
    }
}

#[test]
fn sku_names_the_library() {
    for (sku, library) in [
        ("MSAL.Desktop", "MSAL.NET"),
        ("MSAL.Xamarin.iOS", "MSAL.NET"),
        ("msal.js.node", "msal-node"),
        ("MSAL.JS.Browser", "msal-browser"),
        ("MSAL.Java", "msal4j"),
        ("MSAL.Python", "msal-python"),
        ("MSAL.Go", "msal-go"),
        ("MSAL.xplat.macOS", "msal-apple"),
        ("MSAL.Android", "msal-android"),
    ] {
        let received = ReceivedHeaders::from_iter([("x-client-sku", sku)]);
        assert_eq!(received.library(), Some(library), "{sku}");
    }
}

#[test]
fn absent_and_empty_headers_are_none() {
    let empty: Vec<_> = ["x-client-sku", "x-client-ver", CURRENT, LAST]
        .map(|name| (name, ""))
        .to_vec();
    for pairs in [Vec::new(), empty] {
        let received: ReceivedHeaders<'_> = pairs.into_iter().collect();
        assert_eq!((received.sku(), received.version()), (None, None));
        assert_eq!((received.os(), received.cpu()), (None, None));
        assert_eq!(
            (received.client_request_id(), received.library()),
            (None, None)
        );
        assert_eq!((received.current(), received.last()), (Ok(None), Ok(None)));
        assert_eq!(received.extra_sku(), Ok(None));
    }
}

#[test]
fn error_in_one_header_leaves_the_others() {
    let received = ReceivedHeaders::from_iter([
        ("x-client-sku", "Contoso.Auth"),
        (CURRENT, "9|1004,0|"),
        (LAST, "4|2|||"),
        ("x-client-xtra-sku", "a|1,|,|,|"),
    ]);
    assert_eq!(
        received.current().unwrap_err().reason(),
        Reason::UnknownSchema
    );
    assert_eq!(received.last().unwrap().unwrap().telemetry().hits(), 2);
    let extra = received.extra_sku().unwrap().unwrap();
    assert_eq!(extra.get(SkuGroup::Library), Some(("a", "1")));
    assert_eq!(received.sku(), Some("Contoso.Auth"));
}

#[test]
fn newer_layouts_keep_their_fields() {
    let received = ReceivedHeaders::from_iter([
        ("x-client-sku", "MSAL.NetCore"),
        (CURRENT, "5|1004,2,,,|0,1,1,,,1,new"),
    ]);
    let current = received.current().unwrap().unwrap();
    assert!(current.dialects().is_empty());
    assert_eq!(current.telemetry().extra().len(), 1);
    let newest = Dialect::msal_net(MsalNetVersion::V4_82);
    assert_eq!(current.platform().len(), newest.platform().len() + 1);
}

#[test]
fn unsafe_texts_are_none() {
    let long = "a".repeat(ReceivedHeaders::MAX_TEXT_LEN + 1);
    let longest = long.split_at(ReceivedHeaders::MAX_TEXT_LEN).0;
    for text in ["two\nlines", "nul\0", "tab\t", "gerät", "\u{202e}", &long] {
        let received = ReceivedHeaders::from_iter([("x-client-sku", text)]);
        assert_eq!(received.sku(), None, "{text:?}");
        assert_eq!(received.get(Header::Sku), Some(text.as_bytes()));
        assert!(!format!("{received:?}").contains(text));
    }
    let bytes: [(&[u8], &[u8]); 1] = [(b"x-client-sku", b"\xff")];
    assert_eq!(ReceivedHeaders::from_iter(bytes).sku(), None);
    assert_eq!(
        ReceivedHeaders::from_iter([("x-client-sku", longest)]).sku(),
        Some(longest)
    );
}

#[test]
fn every_header_is_received_by_its_name() {
    for header in [
        Header::CurrentTelemetry,
        Header::LastTelemetry,
        Header::Sku,
        Header::Version,
        Header::Os,
        Header::Cpu,
        Header::DeviceModel,
        Header::RequestId,
        Header::ReturnRequestId,
        Header::LibCapability,
        Header::AppName,
        Header::AppVersion,
        Header::ExtraSku,
        Header::BrokerVersion,
        Header::SourceSku,
    ] {
        let received = ReceivedHeaders::from_iter([(header.name(), "value")]);
        assert_eq!(received.text(header), Some("value"), "{header:?}");
        let shown = format!("{received:?}");
        assert_eq!(shown, format!(r#"{{"{}": "value"}}"#, header.name()));
    }
}

#[test]
fn first_of_repeated_headers_counts() {
    let mut map = HeaderMap::new();
    for value in ["4|730,2|", "9|"] {
        map.append(CURRENT, HeaderValue::from_static(value));
    }
    let of_pairs: ReceivedHeaders<'_> = map.iter().collect();
    assert_eq!(of_pairs, ReceivedHeaders::from_map(&map));
    assert!(of_pairs.current().unwrap().is_some());
}

proptest! {
    #[test]
    fn any_bytes_can_be_received(
        values in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(any::<u8>(), 0..200),
                "[2-5]\\|[0-9,|]{0,60}".prop_map(String::into_bytes),
            ],
            4,
        ),
        sku in prop::sample::select(vec!["MSAL.NetCore", "MSAL.Android", "msal.js.node", "?"]),
    ) {
        let names = [CURRENT, LAST, "x-client-xtra-sku", "client-request-id"];
        let pairs = names.into_iter().map(str::as_bytes).zip(values.iter().map(Vec::as_slice));
        let pairs = pairs.chain([(&b"x-client-sku"[..], sku.as_bytes())]);
        let received: ReceivedHeaders<'_> = pairs.collect();
        let offsets = [
            received.current().err(),
            received.last().err(),
            received.extra_sku().err(),
        ];
        for (error, value) in offsets.into_iter().zip(&values) {
            prop_assert!(error.is_none_or(|error| error.offset() <= value.len()));
        }
        prop_assert!(received.client_request_id().is_none_or(|id| !id.is_empty()));
        prop_assert_eq!(received.sku(), Some(sku));
    }
}
