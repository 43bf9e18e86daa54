//! The headers contain nothing about users, tenants, or resources.

use std::env;
use token_telemetry::ClientRequestId;

use http::{HeaderMap, Request, Uri};
use token_telemetry::graph::{Comment, Headers, Product, SDK_VERSION, SdkVersion, read};

fn headers() -> Headers {
    let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    Headers::new(SdkVersion::builder().core(core).build().unwrap())
}

/// Parts of a request that identify the user or the resource.
const SECRETS: &[&str] = &[
    "adele.vance",
    "contoso.onmicrosoft.com",
    "7f9c2d1e-0c5b-4a63-9f57-2b8a1d4e6c30",
    "salary",
    "eyJ0eXAi",
];

#[test]
fn headers_contain_no_user_data() {
    let uri = "https://graph.microsoft.com/v1.0/users/adele.vance@contoso.onmicrosoft.com/messages\
               ?$search=salary&tenant=7f9c2d1e-0c5b-4a63-9f57-2b8a1d4e6c30";
    let mut request = Request::get(uri)
        .header("authorization", "Bearer eyJ0eXAi")
        .header("x-anchormailbox", "UPN:adele.vance@contoso.onmicrosoft.com")
        .body("salary")
        .unwrap();
    headers().apply_to(&mut request);
    let map = request.headers();
    let written = format!("{:?} {:?}", map[SDK_VERSION], map[ClientRequestId::HEADER]);
    for secret in SECRETS {
        assert!(!written.contains(secret), "{secret} in {written}");
    }
}

#[test]
fn headers_contain_no_machine_names() {
    let mut map = HeaderMap::new();
    headers().apply(&Uri::from_static("https://graph.microsoft.com/"), &mut map);
    let value = map[SDK_VERSION].to_str().unwrap();
    let comment = read::sender(value).unwrap().last().comment().unwrap();
    let keys: Vec<_> = comment.pairs().filter_map(|pair| pair.key).collect();
    assert_eq!(
        keys,
        [&b"featureUsage"[..], b"hostOS", b"runtimeEnvironment"]
    );
    let os = comment.pairs().nth(1).unwrap().value;
    assert_eq!(*os, *env::consts::OS.as_bytes());
    for variable in ["USER", "HOME", "HOSTNAME", "COMPUTERNAME", "USERNAME"] {
        let secret = env::var_os(variable).unwrap_or_default();
        let secret = secret.to_string_lossy();
        assert!(secret.len() < 3 || !value.contains(&*secret), "{variable}");
    }
}

#[test]
fn runtime_is_the_compiler_version() {
    let comment = Comment::detect().to_string();
    let version = comment.split_once("runtimeEnvironment=Rust/").unwrap().1;
    assert!(version.starts_with("1."), "{version}");
}
