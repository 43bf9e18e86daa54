//! Strict parsers of `SdkVersion`: no panics, offsets within the value, stable rendering.

#![no_main]

use libfuzzer_sys::fuzz_target;
use token_telemetry::graph::read::{self, CommentText, Element};

fuzz_target!(|value: &[u8]| {
    let (sender, recipient) = (read::sender(value), read::recipient(value));
    for error in [&sender, &recipient]
        .into_iter()
        .filter_map(|it| it.as_ref().err())
    {
        assert!(error.offset() <= value.len());
    }
    let Ok(elements) = recipient else {
        assert!(sender.is_err(), "the sender grammar is stricter");
        return;
    };
    for comment in elements.iter().filter_map(Element::comment) {
        check_comment(&comment);
    }
    for element in elements.iter() {
        if let Some(legacy) = element.legacy() {
            assert_eq!(
                format!("{}-{}", legacy.name, legacy.version),
                element.name()
            );
        }
    }
    let written = elements.to_bytes();
    assert!(written.len() <= value.len() + 2 * elements.len());
    // Rendering adds spaces, so a value close to the limit may exceed it.
    if written.len() <= read::MAX_LEN {
        assert_eq!(read::recipient(&written).as_ref(), Ok(&elements));
    }
    if let Ok(sent) = sender {
        assert_eq!(sent, elements);
        assert!(written.is_ascii());
    }
});

fn check_comment(comment: &CommentText<'_>) {
    let pairs = comment.pairs().count();
    assert!(comment.near_misses().count() <= pairs);
    assert!(comment.duplicate_keys().len() <= pairs / 2);
    if let Some(Ok(features)) = comment.feature_usage() {
        let bits = features.names().count() + features.unknown_bits().count();
        assert_eq!(bits, features.bits().count_ones() as usize);
        assert_eq!(features.to_string().parse(), Ok(features));
    }
}
