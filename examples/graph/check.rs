//! Compares received headers with the expected ones, without using our parsers.

use std::collections::BTreeSet;

use crate::server::Arrived;

/// A request that a server should have received.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected {
    server: &'static str,
    path: &'static str,
    /// Bits of `featureUsage`; `None` if the headers must be absent.
    features: Option<u64>,
}

impl Expected {
    pub(crate) const fn graph(path: &'static str, features: u64) -> Self {
        Self {
            server: "graph",
            path,
            features: Some(features),
        }
    }

    pub(crate) const fn elsewhere(path: &'static str) -> Self {
        Self {
            server: "files",
            path,
            features: None,
        }
    }
}

/// Whether the requests of a scene share one id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ids {
    One,
    Distinct,
}

/// Checks all requests of a scene.
pub(crate) fn scene(arrived: &[Arrived], expected: &[Expected], ids: Ids) -> Result<(), String> {
    let found = arrived.len();
    same("number of requests", &found, &expected.len())?;
    let mut seen = Vec::new();
    for (arrived, expected) in arrived.iter().zip(expected) {
        let problem = |problem| format!("{} at {}: {problem}", arrived.path, arrived.server);
        seen.extend(request(arrived, expected).map_err(problem)?);
    }
    let distinct = seen.iter().collect::<BTreeSet<_>>().len();
    match ids {
        Ids::One => same("number of ids", &distinct, &1),
        Ids::Distinct => same("number of ids", &distinct, &seen.len()),
    }
}

/// Checks a request; returns its id if it should have one.
fn request(arrived: &Arrived, expected: &Expected) -> Result<Option<String>, String> {
    same("server", &arrived.server, &expected.server)?;
    same("path", &arrived.path.as_str(), &expected.path)?;
    let lines = |name| arrived.headers.get_all(name).iter().count();
    let wanted = usize::from(expected.features.is_some());
    same("lines of sdkversion", &lines("sdkversion"), &wanted)?;
    same(
        "lines of client-request-id",
        &lines("client-request-id"),
        &wanted,
    )?;
    same("lines of authorization", &lines("authorization"), &wanted)?;
    let Some(features) = expected.features else {
        return Ok(None);
    };
    sdk_version(arrived.header("sdkversion").unwrap_or_default(), features)?;
    let id = arrived.header("client-request-id").unwrap_or_default();
    let groups: Vec<usize> = id.split('-').map(str::len).collect();
    same(
        "format of the id",
        &groups.as_slice(),
        &[8, 4, 4, 4, 12].as_slice(),
    )?;
    Ok(Some(id.to_owned()))
}

/// Checks products, operating system, runtime, and features.
fn sdk_version(value: &str, features: u64) -> Result<(), String> {
    let (products, comment) = value.split_once(" (").ok_or("expected a comment")?;
    let names = products
        .split(", ")
        .map(|product| product.split('/').next());
    let names: Vec<_> = names.flatten().collect();
    same(
        "products",
        &names.as_slice(),
        &["graph-rust", "graph-rust-core"].as_slice(),
    )?;
    let comment = comment
        .strip_suffix(')')
        .ok_or("expected `)` at the end of the comment")?;
    let pairs: Vec<_> = comment
        .split("; ")
        .filter_map(|pair| pair.split_once('='))
        .collect();
    let [
        ("featureUsage", bits),
        ("hostOS", os),
        ("runtimeEnvironment", runtime),
    ] = *pairs
    else {
        return Err(format!(
            "expected featureUsage, hostOS, and runtimeEnvironment, found {pairs:?}"
        ));
    };
    same("features", &u64::from_str_radix(bits, 16), &Ok(features))?;
    same("operating system", &os, &std::env::consts::OS)?;
    same("runtime", &runtime.split('/').next(), &Some("Rust"))
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, wanted: &T) -> Result<(), String> {
    if found == wanted {
        return Ok(());
    }
    Err(format!("{what}: expected {wanted:?}, found {found:?}"))
}
