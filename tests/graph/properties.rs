//! Properties that hold for every text.

use http::{HeaderMap, HeaderValue, Uri};
use proptest::prelude::*;
use token_telemetry::graph::{
    Comment, FeatureUsage, Headers, Level, Product, RequestContext, SDK_VERSION, SdkVersion, read,
};

/// Text with many bytes that are special in the grammar.
fn hostile_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ \t()\\\\;,=/a-zA-Z0-9\"\r\n\u{0}\u{7f}é😀._-]{0,80}",
        "[ -~]{0,700}",
    ]
}

/// Values that match the grammar or almost do.
fn near_values() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..60),
        "[ab1/(),;=\\\\ \t.-]{0,40}".prop_map(String::into_bytes),
        "((a|graph-js|b)(/1(\\.2)?)?( \\((k=v|featureUsage=0f)?(; \\(x\\))?\\))?(, ?|,,)?){0,4}"
            .prop_map(String::into_bytes),
    ]
}

fn sdk_version(os: &str, arch: &str, runtime: (&str, &str)) -> SdkVersion {
    let comment = Comment::empty()
        .host_os(os)
        .host_arch(arch)
        .runtime_environment(runtime.0, runtime.1);
    SdkVersion::builder()
        .service(const { Product::from_static("graph-rust", "1.0.0") })
        .core(const { Product::from_static("graph-rust-core", "1.0.0") })
        .comment(comment)
        .build()
        .unwrap()
}

proptest! {
    #[test]
    fn any_platform_text_yields_a_valid_value(
        os in hostile_text(),
        arch in hostile_text(),
        runtime in (hostile_text(), hostile_text()),
        bits in any::<u64>(),
    ) {
        let sdk_version = sdk_version(&os, &arch, (&runtime.0, &runtime.1));
        let value = sdk_version.header_value(FeatureUsage::from_bits(bits)).unwrap();
        let elements = read::sender(value.as_bytes());
        prop_assert!(elements.is_ok(), "{value:?}: {elements:?}");
        prop_assert!(value.len() <= 512);
        let features = elements.unwrap().last().feature_usage().unwrap().unwrap();
        prop_assert_eq!(features.bits(), bits & 0xfff);
    }

    #[test]
    fn product_is_a_token_or_an_error(name in hostile_text(), version in hostile_text()) {
        match Product::new(name.clone(), version.clone()) {
            Ok(product) => prop_assert!(read::sender(&product.to_string()).is_ok()),
            Err(error) => {
                let text = if error.is_version() { version } else { name };
                let refused = error.offset().map(|at| text.as_bytes()[at]);
                prop_assert_eq!(refused.is_none(), text.is_empty());
                let one = refused.map(|byte| [byte]);
                prop_assert!(one.is_none_or(|one| read::recipient(&one).is_err()));
            }
        }
    }

    #[test]
    fn apply_is_idempotent(
        before in prop::collection::vec(near_values(), 0..3),
        id in prop::option::of("[ -~]{0,40}"),
        bits in any::<u64>(),
        level in prop_oneof![Just(Level::Off), Just(Level::ProductsOnly), Just(Level::Full)],
        url in prop_oneof![Just("https://graph.microsoft.com/"), Just("https://files.example/")],
    ) {
        let core = const { Product::from_static("graph-rust-core", "1.0.0") };
        let headers = Headers::new(SdkVersion::builder().core(core).level(level).build().unwrap());
        let mut map = HeaderMap::new();
        for line in before {
            if let Ok(line) = HeaderValue::from_bytes(&line) {
                map.append(SDK_VERSION, line);
            }
        }
        if let Some(Ok(id)) = id.map(HeaderValue::try_from) {
            map.insert("client-request-id", id);
        }
        let context = RequestContext::new();
        context.feature_used(FeatureUsage::from_bits(bits));
        let uri = Uri::from_static(url);
        headers.apply_for(&context, &uri, &mut map);
        let once = map.clone();
        headers.apply_for(&context, &uri, &mut map);
        prop_assert_eq!(&map, &once);
        if level != Level::Off && url.contains("graph") {
            prop_assert_eq!(map.get_all(SDK_VERSION).iter().count(), 1);
            prop_assert_eq!(map.get_all("client-request-id").iter().count(), 1);
            let value = read::joined(&map).unwrap();
            let elements = read::recipient(&value).unwrap();
            prop_assert_eq!(elements.last().name(), "graph-rust-core");
        }
    }

    #[test]
    fn parsed_values_round_trip(value in near_values()) {
        if let Ok(elements) = read::recipient(&value) {
            let written = elements.to_bytes();
            prop_assert_eq!(&read::recipient(&written).unwrap(), &elements);
            prop_assert_eq!(read::recipient(&written).unwrap().to_bytes(), written);
        }
        if let Ok(read) = read::tolerant(&value) {
            let written = read.elements.to_bytes();
            let again = read::tolerant(&written).unwrap();
            prop_assert_eq!(&again.elements, &read.elements);
            prop_assert!(again.repairs.is_empty());
        }
    }

    #[test]
    fn grammars_are_nested(value in near_values()) {
        let sender = read::sender(&value).ok();
        let recipient = read::recipient(&value).ok();
        let tolerant = read::tolerant(&value).ok();
        if sender.is_some() {
            prop_assert_eq!(&sender, &recipient);
        }
        if recipient.is_some() {
            prop_assert_eq!(&recipient, &tolerant.map(|read| read.elements));
        }
    }

    #[test]
    fn error_offset_is_within_the_value(value in near_values()) {
        for result in [read::sender(&value), read::recipient(&value)] {
            if let Err(error) = result {
                prop_assert!(error.offset() <= value.len());
            }
        }
    }

    #[test]
    fn features_parse_in_every_spelling(bits in any::<u64>()) {
        let features = FeatureUsage::from_bits(bits);
        for text in [
            features.to_string(),
            format!("{bits:X}"),
            format!("0x{bits:016x}"),
            format!("0X{bits:08X}"),
        ] {
            prop_assert_eq!(text.parse(), Ok(features));
        }
    }
}
