//! Dialects of one's own: what can be built, and why the rest cannot.

use token_telemetry::entra::{
    Capacity, CurrentField, Dialect, DialectBuilder, FieldSpec, OverBudget, PlatformField,
};

const API: FieldSpec = FieldSpec::new(CurrentField::Api);
const CACHE: FieldSpec = FieldSpec::new(CurrentField::CacheInfo);

fn refusal(builder: DialectBuilder) -> String {
    builder.build().unwrap_err().to_string()
}

#[test]
fn every_preset_passes_its_own_checks() {
    for preset in Dialect::presets() {
        assert_eq!(preset.customize().build(), Ok(*preset), "{}", preset.name());
    }
}

#[test]
fn an_unknown_schema_is_refused() {
    const REQUEST: &[FieldSpec] = &[API, CACHE];
    for schema in [0, 1, 6, 255] {
        let message = format!("schema {schema} is unknown, expected 2, 3, 4 or 5");
        assert_eq!(
            refusal(Dialect::custom("own").request(schema, REQUEST)),
            message
        );
    }
}

#[test]
fn the_second_segment_has_the_fields_that_its_schema_needs() {
    const TWO: &[FieldSpec] = &[API, CACHE];
    const SWAPPED: &[FieldSpec] = &[CACHE, API];
    const OPTIONAL: &[FieldSpec] = &[API, CACHE.optional()];
    let own = || Dialect::custom("own").platform(&[]);
    assert_eq!(
        refusal(own().request(5, TWO)),
        "schema 5 has 5 fields in its second segment, not 2"
    );
    assert_eq!(
        refusal(own().request(3, TWO)),
        "schema 3 has 3 fields in its second segment, not 2"
    );
    assert_eq!(
        refusal(own().request(4, SWAPPED)),
        "the second segment begins with the API id"
    );
    assert_eq!(
        refusal(own().request(4, OPTIONAL)),
        "`cache_info` is optional, but the second segment has a fixed length"
    );
    assert!(own().request(4, TWO).build().is_ok());
}

#[test]
fn a_field_has_one_place_and_optional_ones_come_last() {
    const TWICE: &[FieldSpec] = &[
        FieldSpec::new(CurrentField::TokenType),
        FieldSpec::new(CurrentField::TokenType),
    ];
    const BOTH_SEGMENTS: &[FieldSpec] = &[CACHE];
    const GAP: &[FieldSpec] = &[
        FieldSpec::new(CurrentField::BrokerError).optional(),
        FieldSpec::new(CurrentField::TokenType),
    ];
    let with = |platform| refusal(Dialect::custom("own").platform(platform));
    assert_eq!(with(TWICE), "`token_type` has two places");
    assert_eq!(with(BOTH_SEGMENTS), "`cache_info` has two places");
    assert_eq!(
        with(GAP),
        "`broker_error` is optional, so no fixed field can follow it"
    );
}

#[test]
fn texts_of_a_dialect_must_be_safe() {
    const COMMA: &[FieldSpec] = &[FieldSpec::new(CurrentField::TokenType).default_text("1,1")];
    const LINE: &[PlatformField] = &[PlatformField::Constant("2\r\n")];
    let own = || Dialect::custom("own");
    assert_eq!(
        refusal(own().platform(COMMA)),
        "`1,1` is no text for a header field"
    );
    assert_eq!(
        refusal(own().tail(LINE)),
        "`2\\r\\n` is no text for a header field"
    );
    assert_eq!(
        refusal(own().reports_cancelled(Some(""))),
        "`` is no text for a header field"
    );
}

#[test]
fn parts_that_contradict_each_other_are_refused() {
    const WITH_TEXT: &[FieldSpec] =
        &[FieldSpec::new(CurrentField::CacheSerialized).default_text("0")];
    const REGION: &[CurrentField] = &[CurrentField::RegionDetected];
    const WAITING: &[PlatformField] = &[PlatformField::Waiting];
    let own = || Dialect::custom("own");
    assert_eq!(
        refusal(own().platform(WITH_TEXT).collapses(true)),
        "`is_cache_serialized` has a text for the unknown, so the segment is never empty"
    );
    assert_eq!(
        refusal(own().tail(WAITING).per_failure(REGION)),
        "the last segment holds fields of its own or fields per failure, not both"
    );
    assert_eq!(
        refusal(own().last_budget(40, OverBudget::Wait)),
        "40 bytes hold no failure, expected at least 128"
    );
    assert_eq!(
        refusal(own().code_len(0)),
        "error codes of 0 bytes, expected 1 to 3800"
    );
    assert_eq!(
        refusal(own().capacity(Capacity::DropOldest(0))),
        "0 failures cannot wait, expected 1 to 1024"
    );
}
