//! Compares the result with the counts of the generator.

use std::collections::BTreeMap;

use serde_json::Value;
use token_telemetry_examples::Failure;

/// Succeeds if both have the same counts.
///
/// The names that hostile clients invent are missing in the expected counts, because they may be merged.
pub(crate) fn check(expected: &str, counts: &Value) -> Result<String, Failure> {
    let expected: BTreeMap<String, u64> = serde_json::from_str(expected)?;
    let mut found = BTreeMap::new();
    flatten(counts, String::new(), &mut found);
    let is_invented = |path: &str| path.contains("hostile") || path.starts_with("/merged");
    found.retain(|path, count| !is_invented(path) && *count > 0);
    for path in expected.keys().chain(found.keys()) {
        let (want, have) = (expected.get(path), found.get(path));
        if want != have {
            let text = |count: Option<&u64>| count.copied().unwrap_or(0);
            let (want, have) = (text(want), text(have));
            return Err(format!("{path}: expected {want}, found {have}").into());
        }
    }
    Ok(format!(
        "all {} counts equal the expected ones",
        expected.len()
    ))
}

/// Collects the counts with their paths.
fn flatten(value: &Value, path: String, found: &mut BTreeMap<String, u64>) {
    if let Some(count) = value.as_u64() {
        found.insert(path, count);
    } else if let Some(members) = value.as_object() {
        for (name, member) in members {
            flatten(member, format!("{path}/{name}"), found);
        }
    }
}
