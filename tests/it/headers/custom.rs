//! Custom dialects: which ones build, and which errors the others return.

use token_telemetry::entra::{
    Capacity, CurrentField, Dialect, DialectBuilder, FieldSpec, OverBudget, PlatformField,
};

const API: FieldSpec = FieldSpec::new(CurrentField::Api);
const CACHE: FieldSpec = FieldSpec::new(CurrentField::CacheInfo);

fn error_of(builder: DialectBuilder) -> String {
    builder.build().unwrap_err().to_string()
}

#[test]
fn presets_are_valid_dialects() {
    for preset in Dialect::presets() {
        assert_eq!(preset.customize().build(), Ok(*preset), "{}", preset.name());
    }
}

#[test]
fn unknown_schema_is_rejected() {
    const REQUEST: &[FieldSpec] = &[API, CACHE];
    for schema in [0, 1, 6, 255] {
        let message = format!("expected schema 2, 3, 4, or 5, found {schema}");
        assert_eq!(
            error_of(Dialect::custom("own").request(schema, REQUEST)),
            message
        );
    }
}

#[test]
fn second_segment_must_match_the_schema() {
    const TWO: &[FieldSpec] = &[API, CACHE];
    const SWAPPED: &[FieldSpec] = &[CACHE, API];
    const OPTIONAL: &[FieldSpec] = &[API, CACHE.optional()];
    let own = || Dialect::custom("own").platform(&[]);
    assert_eq!(
        error_of(own().request(5, TWO)),
        "expected 5 fields in the second segment of schema 5, found 2"
    );
    assert_eq!(
        error_of(own().request(3, TWO)),
        "expected 3 fields in the second segment of schema 3, found 2"
    );
    assert_eq!(
        error_of(own().request(4, SWAPPED)),
        "the second segment must start with the API id"
    );
    assert_eq!(
        error_of(own().request(4, OPTIONAL)),
        "`cache_info` cannot be optional, because the second segment has a fixed length"
    );
    assert!(own().request(4, TWO).build().is_ok());
}

#[test]
fn fields_are_unique_and_optional_ones_last() {
    const TWICE: &[FieldSpec] = &[
        FieldSpec::new(CurrentField::TokenType),
        FieldSpec::new(CurrentField::TokenType),
    ];
    const BOTH_SEGMENTS: &[FieldSpec] = &[CACHE];
    const GAP: &[FieldSpec] = &[
        FieldSpec::new(CurrentField::BrokerError).optional(),
        FieldSpec::new(CurrentField::TokenType),
    ];
    let with = |platform| error_of(Dialect::custom("own").platform(platform));
    assert_eq!(with(TWICE), "`token_type` appears twice");
    assert_eq!(with(BOTH_SEGMENTS), "`cache_info` appears twice");
    assert_eq!(
        with(GAP),
        "`broker_error` is optional and must come after all required fields"
    );
}

#[test]
fn unsafe_texts_are_rejected() {
    const COMMA: &[FieldSpec] = &[FieldSpec::new(CurrentField::TokenType).default_text("1,1")];
    const LINE: &[PlatformField] = &[PlatformField::Constant("2\r\n")];
    let own = || Dialect::custom("own");
    assert_eq!(
        error_of(own().platform(COMMA)),
        "`1,1` is not valid text for a header field"
    );
    assert_eq!(
        error_of(own().platform_fields(LINE)),
        "`2\\r\\n` is not valid text for a header field"
    );
    assert_eq!(
        error_of(own().cancelled_code(Some(""))),
        "`` is not valid text for a header field"
    );
}

#[test]
fn contradictory_parts_are_rejected() {
    const WITH_TEXT: &[FieldSpec] =
        &[FieldSpec::new(CurrentField::CacheSerialized).default_text("0")];
    const REGION: &[CurrentField] = &[CurrentField::RegionDetected];
    const WAITING: &[PlatformField] = &[PlatformField::Waiting];
    let own = || Dialect::custom("own");
    assert_eq!(
        error_of(own().platform(WITH_TEXT).collapses(true)),
        "`is_cache_serialized` has a default text, so the segment cannot collapse"
    );
    assert_eq!(
        error_of(own().platform_fields(WAITING).per_failure(REGION)),
        "the last segment can have either platform fields or fields per failure, not both"
    );
    assert_eq!(
        error_of(own().last_budget(40, OverBudget::Wait)),
        "expected a last-telemetry budget of at least 128 bytes, found 40"
    );
    assert_eq!(
        error_of(own().code_len(0)),
        "expected an error code length of 1 to 3800 bytes, found 0"
    );
    assert_eq!(
        error_of(own().capacity(Capacity::DropOldest(0))),
        "expected a capacity of 1 to 1024 failures, found 0"
    );
}
