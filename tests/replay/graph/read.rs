//! Cases that parse or reject a header.

use std::borrow::Cow;

use http::{HeaderMap, HeaderValue};
use serde_json::Value;
use token_telemetry::graph::read::{self, CommentText, Element, Elements, ReadError};
use token_telemetry::graph::{FeatureUsage, SDK_VERSION};

use crate::fields::{Check, Fields};

pub(crate) fn replay(
    input: &mut Fields,
    expect: &mut Fields,
    check: &mut Check,
) -> Result<(), String> {
    let value = match input.text("SdkVersion")? {
        Some(value) => value.into_bytes(),
        None => joined_lines(input, check)?,
    };
    check_read(&value, expect, check)
}

fn joined_lines(input: &mut Fields, check: &mut Check) -> Result<Vec<u8>, String> {
    let lines = Fields::needed("SdkVersion_lines", input.texts("SdkVersion_lines")?)?;
    let mut map = HeaderMap::new();
    for line in lines {
        map.append(
            SDK_VERSION,
            HeaderValue::try_from(line).map_err(|e| e.to_string())?,
        );
    }
    let joined = read::joined(&map).map(Cow::into_owned).unwrap_or_default();
    let combined = Fields::needed("combined", input.text("combined")?)?;
    check.same("combined", &joined, &combined.into_bytes())?;
    Ok(joined)
}

/// Compares the results of both grammars, and the elements of the recipient.
pub(crate) fn check_read(
    value: &[u8],
    expect: &mut Fields,
    check: &mut Check,
) -> Result<(), String> {
    let sender = Fields::needed("sender", expect.text("sender")?)?;
    check_result("sender", read::sender(value), &sender, check)?;
    let recipient = Fields::needed("recipient", expect.text("recipient")?)?;
    let elements = check_result("recipient", read::recipient(value), &recipient, check)?;
    let tolerant = read::tolerant(value).ok();
    let Some(elements) = elements else {
        return Ok(());
    };
    let tolerant = tolerant.map(|read| (read.elements, read.repairs.len()));
    check.same(
        "the tolerant reader",
        &tolerant,
        &Some((elements.clone(), 0)),
    )?;
    check_elements(&elements, expect, check)?;
    check_stable(&elements, check)
}

/// Checks that a parsed value round-trips.
fn check_stable(elements: &Elements<'_>, check: &mut Check) -> Result<(), String> {
    let written = elements.to_bytes();
    let again = read::recipient(&written).map_err(|error| error.to_string())?;
    check.same("read again", &again, elements)
}

fn check_result<'a>(
    who: &str,
    result: Result<Elements<'a>, ReadError>,
    expected: &str,
    check: &mut Check,
) -> Result<Option<Elements<'a>>, String> {
    let found = match &result {
        Ok(_) => "accept".to_owned(),
        // Some reasons are about the whole value; the vectors have no offset for them.
        Err(error) if expected.contains('@') => {
            format!("refuse: {}@{}", error.reason(), error.offset())
        }
        Err(error) => format!("refuse: {}", error.reason()),
    };
    check.same(who, &found.as_str(), &expected)?;
    Ok(result.ok())
}

fn check_elements(
    elements: &Elements<'_>,
    expect: &mut Fields,
    check: &mut Check,
) -> Result<(), String> {
    let expected = Fields::needed("elements", expect.list("elements")?)?;
    check.same("number of elements", &elements.len(), &expected.len())?;
    for (element, expected) in elements.iter().zip(expected) {
        check_element(element, Fields::of(expected)?, check)?;
    }
    if let Some(rule) = expect.text("order_rule")? {
        let found = match elements.check_order() {
            Ok(()) => "accept".to_owned(),
            Err(fault) => format!("refuse: {fault}"),
        };
        check.same("order", &found, &rule)?;
    }
    if let Some(distinct) = expect.number("distinct")? {
        check.same("distinct", &(elements.distinct() as u64), &distinct)?;
    }
    let comments: Vec<_> = elements.iter().filter_map(Element::comment).collect();
    if let Some(keys) = expect.texts("near_miss")? {
        let found = comments.iter().flat_map(CommentText::near_misses);
        check.same("near misses", &texts(found), &keys)?;
    }
    if let Some(keys) = expect.texts("duplicate_keys")? {
        let found = comments.iter().flat_map(CommentText::duplicate_keys);
        check.same("duplicate keys", &texts(found), &keys)?;
    }
    match expect.list("legacy")? {
        Some(legacy) => check_legacy(elements, legacy, check),
        None => Ok(()),
    }
}

fn check_legacy(
    elements: &Elements<'_>,
    expected: Vec<Value>,
    check: &mut Check,
) -> Result<(), String> {
    let mut split = elements
        .iter()
        .filter(|element| element.legacy().is_some())
        .count();
    for expected in expected {
        let mut expected = Fields::of(expected)?;
        let token = Fields::needed("token", expected.text("token")?)?;
        let (name, version) = (expected.text("name")?, expected.text("version")?);
        expected.take("version");
        expected.finish()?;
        let element = elements.iter().find(|element| element.name() == token);
        let element = element.ok_or_else(|| format!("no element {token}"))?;
        let legacy = element.legacy();
        let found = legacy.map_or((token.as_str(), None), |it| (it.name, Some(it.version)));
        let name = name.as_deref().unwrap_or(&token);
        check.same("legacy", &found, &(name, version.as_deref()))?;
        split -= usize::from(legacy.is_some());
    }
    check.same("other legacy products", &split, &0)
}

fn check_element(
    element: &Element<'_>,
    mut expected: Fields,
    check: &mut Check,
) -> Result<(), String> {
    check.same(
        "name",
        Some(element.name()),
        expected.text("name")?.as_deref(),
    )?;
    check.same(
        "version",
        element.version(),
        expected.text("version")?.as_deref(),
    )?;
    let comment = element.comment();
    let bytes = comment.map(|comment| comment.as_bytes());
    let text = expected.text("comment")?;
    check.same("comment", &bytes, &text.as_deref().map(str::as_bytes))?;
    let pairs = comment.iter().flat_map(CommentText::pairs);
    let pairs: Vec<_> = pairs
        .map(|pair| (pair.key.as_deref().map(text_of), text_of(&pair.value)))
        .collect();
    let expected_pairs = expected.take("pairs").unwrap_or(Value::Array(Vec::new()));
    let expected_pairs: Vec<(Option<String>, String)> =
        serde_json::from_value(expected_pairs).map_err(|error| error.to_string())?;
    check.same("pairs", &pairs, &expected_pairs)?;
    check_features(element, &mut expected, check)?;
    for null in ["version", "comment"] {
        expected.take(null);
    }
    expected.finish()
}

fn check_features(
    element: &Element<'_>,
    expected: &mut Fields,
    check: &mut Check,
) -> Result<(), String> {
    let read = element.feature_usage();
    let is_expected = expected.has("feature_usage");
    check.same("has features", &read.is_some(), &is_expected)?;
    let bits = read.and_then(Result::ok).map(FeatureUsage::bits);
    check.same("features", &bits, &expected.number("feature_usage")?)?;
    let error = read
        .is_some_and(|read| read.is_err())
        .then_some("bad-feature-usage");
    let expected = expected.text("feature_usage_error")?;
    check.same("error of the features", &error, &expected.as_deref())
}

pub(crate) fn replay_repair(
    input: &mut Fields,
    expect: &mut Fields,
    check: &mut Check,
) -> Result<(), String> {
    let value = Fields::needed("SdkVersion", input.text("SdkVersion")?)?;
    check.holds("refused without repair", read::recipient(&value).is_err())?;
    let read = read::tolerant(&value).map_err(|error| error.to_string())?;
    let repairs: Vec<_> = read.repairs.iter().map(|repair| repair.name()).collect();
    let repair = Fields::needed("repair", expect.text("repair")?)?;
    check.same("repairs", &repairs, &vec![repair.as_str()])?;
    let as_if = Fields::needed("as_if", expect.text("as_if")?)?;
    check.same("as if", &text_of(&read.elements.to_bytes()), &as_if)?;
    check.holds("as if it could be sent", read::sender(&as_if).is_ok())?;
    let features = read.elements.iter().find_map(Element::feature_usage);
    let bits = features.and_then(Result::ok).map(FeatureUsage::bits);
    check.same("features", &bits, &expect.number("feature_usage")?)
}

fn texts(found: impl Iterator<Item: AsRef<[u8]>>) -> Vec<String> {
    found.map(|bytes| text_of(bytes.as_ref())).collect()
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
