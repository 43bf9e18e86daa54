//! Products, levels, features, and the budget.

use std::ffi::OsStr;

use token_telemetry::ClientRequestId;

use http::{HeaderMap, HeaderValue, Uri};
use token_telemetry::graph::{
    ApplicationFeatures, Comment, DroppedPart, FeatureUsage, Headers, Key, Level, OddRequestId,
    Product, RequestContext, SDK_VERSION, SdkVersion, SdkVersionBuilder, read,
};
use token_telemetry_test_support::alone;

const APPLICATION: Product = Product::from_static("Contoso-Mail", "3.2");
const SERVICE: Product = Product::from_static("graph-rust", "1.4.0");
const CORE: Product = Product::from_static("graph-rust-core", "1.16.0");

const CHANGE_FEED: FeatureUsage = FeatureUsage::application_bit(40);

fn builder() -> SdkVersionBuilder {
    let comment = Comment::empty()
        .host_os("linux")
        .host_arch("x86_64")
        .runtime_environment("Rust", "1.95.0");
    SdkVersion::builder()
        .application(APPLICATION)
        .service(SERVICE)
        .core(CORE)
        .comment(comment)
}

fn graph() -> Uri {
    Uri::from_static("https://graph.microsoft.com/v1.0/me")
}

fn applied(headers: &Headers, mut map: HeaderMap) -> HeaderMap {
    headers.apply(&graph(), &mut map);
    map
}

#[test]
fn product_order_is_fixed() {
    let comment = Comment::empty().host_os("linux");
    let sdk_version = SdkVersion::builder()
        .core(CORE)
        .comment(comment)
        .service(SERVICE)
        .application(APPLICATION)
        .build()
        .unwrap();
    assert_eq!(
        sdk_version.to_string(),
        "Contoso-Mail/3.2, graph-rust/1.4.0, graph-rust-core/1.16.0 (featureUsage=00; hostOS=linux)"
    );
}

#[test]
fn parts_are_cut_in_fixed_order() {
    let second = Product::from_static("Contoso-Office", "1");
    let whole = builder().application(second.clone());
    let longest = whole.clone().build().unwrap().to_string().len() + "ffffffffffffffff".len() - 2;
    let mut seen = Vec::new();
    for budget in (0..=longest).rev() {
        let Ok(sdk_version) = whole.clone().budget(budget).build() else {
            break;
        };
        let everything = sdk_version
            .header_value(FeatureUsage::from_bits(0xfff))
            .unwrap();
        assert!(everything.len() <= budget);
        assert!(read::sender(everything.as_bytes()).is_ok());
        if seen.last() != Some(&sdk_version.dropped().to_vec()) {
            seen.push(sdk_version.dropped().to_vec());
        }
    }
    let last = seen.last().unwrap();
    let order = [
        DroppedPart::Pair(Key::HostArch),
        DroppedPart::Pair(Key::RuntimeEnvironment),
        DroppedPart::Pair(Key::HostOs),
        DroppedPart::Application(second),
        DroppedPart::Application(APPLICATION),
    ];
    assert_eq!(*last, order);
    assert_eq!(seen.len(), order.len() + 1);
    assert!(seen.iter().all(|cut| order.starts_with(cut)));
}

#[test]
fn libraries_over_budget_are_an_error() {
    let error = builder().budget(40).build().unwrap_err();
    assert!(error.is_too_long());
    assert_eq!(
        error.to_string(),
        "expected a budget of at least 72 bytes for the products and `featureUsage`, found 40"
    );
}

#[test]
fn products_only_omits_the_comment() {
    let sdk_version = builder().level(Level::ProductsOnly).build().unwrap();
    let map = applied(&Headers::new(sdk_version), HeaderMap::new());
    assert_eq!(
        map[SDK_VERSION],
        "Contoso-Mail/3.2, graph-rust/1.4.0, graph-rust-core/1.16.0"
    );
    assert!(map.contains_key(ClientRequestId::HEADER));
}

#[test]
fn level_off_changes_nothing() {
    let headers = Headers::new(builder().level(Level::Off).build().unwrap());
    assert!(applied(&headers, HeaderMap::new()).is_empty());
    let mut own = HeaderMap::new();
    own.insert(SDK_VERSION, HeaderValue::from_static("MyApp/1.0"));
    assert_eq!(applied(&headers, own.clone()), own);
    headers.apply(&Uri::from_static("https://files.example/"), &mut own);
    assert_eq!(own[SDK_VERSION], "MyApp/1.0");
}

#[test]
fn environment_variable_lowers_the_level() {
    for (value, from_full, from_products) in [
        (None, "Full", "ProductsOnly"),
        (Some(""), "Full", "ProductsOnly"),
        (Some(" FULL "), "Full", "ProductsOnly"),
        (Some("products"), "ProductsOnly", "ProductsOnly"),
        (Some("off"), "Off", "Off"),
        (Some("0"), "Off", "Off"),
        (Some("ful"), "Off", "Off"),
    ] {
        let expected = format!("{from_full} {from_products}\n");
        let said = level_said(value.map(OsStr::new));
        assert!(said.contains(&expected), "{value:?}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn non_unicode_variable_disables_telemetry() {
    let no_text = std::os::unix::ffi::OsStrExt::from_bytes(b"\xff");
    assert!(level_said(Some(no_text)).contains("Off Off\n"));
}

/// Returns the output of [`says_its_level`] in a process with this value of the variable.
fn level_said(value: Option<&OsStr>) -> String {
    let mut child = alone("parts::says_its_level");
    match value {
        Some(value) => child.env(VARIABLE, value),
        None => child.env_remove(VARIABLE),
    };
    String::from_utf8(child.output().unwrap().stdout).unwrap()
}

const VARIABLE: &str = "CONTOSO_GRAPH_TELEMETRY";

#[test]
#[ignore = "runs in a separate process with its own environment"]
fn says_its_level() {
    let level = |level| {
        let builder = builder().level(level).level_from_environment(VARIABLE);
        builder.build().unwrap().level()
    };
    println!("{:?} {:?}", level(Level::Full), level(Level::ProductsOnly));
}

#[test]
fn undeclared_application_bit_is_not_sent() {
    let undeclared = builder().build().unwrap();
    let value = undeclared.header_value(CHANGE_FEED | FeatureUsage::AUTH_HANDLER);
    assert!(
        value
            .unwrap()
            .to_str()
            .unwrap()
            .contains("featureUsage=04;")
    );
    let declared = builder().application_features(ApplicationFeatures::new(&[CHANGE_FEED]));
    let value = declared.build().unwrap().header_value(CHANGE_FEED);
    assert!(
        value
            .unwrap()
            .to_str()
            .unwrap()
            .contains("featureUsage=10000000000;")
    );
}

#[test]
fn application_products_stay_in_front() {
    let headers = Headers::new(
        SdkVersion::builder()
            .core(CORE)
            .comment(Comment::empty())
            .build()
            .unwrap(),
    );
    let mut map = HeaderMap::new();
    map.append(SDK_VERSION, HeaderValue::from_static("MyApp/1.0 (a, b),"));
    map.append(
        SDK_VERSION,
        HeaderValue::from_static("graph-rust-core/0.9 (featureUsage=01), other/2"),
    );
    let map = applied(&headers, map);
    assert_eq!(
        map.get_all(SDK_VERSION).iter().collect::<Vec<_>>(),
        ["MyApp/1.0 (a, b), other/2, graph-rust-core/1.16.0 (featureUsage=00)"]
    );
}

#[test]
fn invalid_application_value_is_replaced() {
    let headers = Headers::new(builder().build().unwrap());
    let mut map = HeaderMap::new();
    map.insert(SDK_VERSION, HeaderValue::from_static("MyApp 1.0"));
    let applied = headers.apply(&graph(), &mut map);
    assert_eq!(applied.replaced_sdk_version.unwrap().offset(), 6);
    assert!(
        map[SDK_VERSION]
            .to_str()
            .unwrap()
            .starts_with("Contoso-Mail/3.2, ")
    );
}

#[test]
fn too_long_application_value_is_replaced() {
    let headers = Headers::new(builder().build().unwrap());
    let mut map = HeaderMap::new();
    let long = format!("MyApp/{}", "1".repeat(read::MAX_LEN - 10));
    map.insert(SDK_VERSION, long.parse().unwrap());
    let applied = headers.apply(&graph(), &mut map);
    assert_eq!(
        applied.replaced_sdk_version.unwrap().reason(),
        read::Reason::TooLong
    );
    let once = map.clone();
    headers.apply(&graph(), &mut map);
    assert_eq!(map, once);
}

#[test]
fn odd_request_id_is_kept_or_replaced() {
    let keeps = Headers::new(builder().build().unwrap());
    let replaces = keeps.clone().with_odd_request_id(OddRequestId::Replace);
    let mut map = HeaderMap::new();
    map.insert(
        ClientRequestId::HEADER,
        HeaderValue::from_static("dummy_uuid"),
    );
    assert_eq!(
        applied(&keeps, map.clone())[ClientRequestId::HEADER],
        "dummy_uuid"
    );
    let applied = replaces.apply(&graph(), &mut map);
    assert!(applied.replaced_request_id);
    let id = applied.client_request_id.unwrap().to_string();
    assert_eq!(map[ClientRequestId::HEADER], id);
}

#[test]
fn replacements_stay_reported() {
    let headers = Headers::new(builder().build().unwrap());
    let headers = headers.with_odd_request_id(OddRequestId::Replace);
    let context = RequestContext::new();
    let mut map = HeaderMap::new();
    map.insert(
        ClientRequestId::HEADER,
        HeaderValue::from_static("dummy_uuid"),
    );
    map.insert(SDK_VERSION, HeaderValue::from_static("MyApp 1.0"));
    let first = headers.apply_for(&context, &graph(), &mut map);
    headers.apply_for(&context, &graph(), &mut map);
    assert!(first.replaced_request_id && first.replaced_sdk_version.is_some());
    assert_eq!(context.applied(), Some(first));
}

#[test]
fn token_request_id_is_kept_on_request() {
    let removes = Headers::new(builder().build().unwrap());
    let keeps = removes.clone().keep_request_id_elsewhere();
    let login = Uri::from_static("https://login.microsoftonline.com/common/oauth2/v2.0/token");
    let id = HeaderValue::from_static("b48eb1a9-4b0f-4b18-875a-cbdd171d3711");
    let tokens = HeaderMap::from_iter([(ClientRequestId::HEADER, id)]);

    let mut map = tokens.clone();
    removes.apply(&login, &mut map);
    assert!(map.is_empty());
    let mut map = tokens.clone();
    keeps.apply(&login, &mut map);
    assert_eq!(map, tokens);

    // The id that was sent to Graph is removed on a redirect.
    let context = RequestContext::new();
    let mut map = tokens;
    keeps.apply_for(&context, &graph(), &mut map);
    let at_graph = map.clone();
    for _ in 0..2 {
        let mut map = at_graph.clone();
        keeps.apply_for(&context, &login, &mut map);
        assert!(map.is_empty());
    }
}
