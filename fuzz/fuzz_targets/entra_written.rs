//! Renders both telemetry headers from arbitrary values in every dialect, and parses them again.

#![no_main]

use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use token_telemetry::ClientRequestId;
use token_telemetry::entra::{
    CurrentField, CurrentTelemetry, Dialect, FieldText, FieldValue, LastTelemetry, ReportedFailure,
};

/// Returns text without delimiters.
fn text<'a>(input: &mut Unstructured<'a>) -> Result<&'a str> {
    let text = <&str>::arbitrary(input)?;
    Ok(text.split([',', '|']).next().unwrap_or_default())
}

fn field_text<'a>(input: &mut Unstructured<'a>) -> Result<FieldText<'a>> {
    Ok(FieldText::new(text(input)?).expect("no delimiter"))
}

fn current<'a>(input: &mut Unstructured<'a>, dialect: &Dialect) -> Result<CurrentTelemetry<'a>> {
    let mut current = CurrentTelemetry::new();
    for slot in dialect.request().iter().chain(dialect.platform()) {
        if let Some(value) = slot.parse(text(input)?).expect("no delimiter") {
            current = current.with(slot.field(), value);
        }
    }
    Ok(current)
}

fn id<'a>(input: &mut Unstructured<'a>) -> Result<FieldValue<'a>> {
    if bool::arbitrary(input)? {
        return Ok(ClientRequestId::from_bytes(<[u8; 16]>::arbitrary(input)?).into());
    }
    let text = field_text(input)?;
    // A GUID as text would be parsed as an id.
    let is_odd = text.as_str().len() < ClientRequestId::LEN && !text.as_str().is_empty();
    Ok(if is_odd {
        text.into()
    } else {
        FieldValue::Blank
    })
}

fn last<'a>(input: &mut Unstructured<'a>, dialect: &Dialect) -> Result<LastTelemetry<'a>> {
    let mut last = LastTelemetry::new(u64::arbitrary(input)?);
    for _ in 0..input.int_in_range(0..=4)? {
        let api = CurrentField::Api.parse(text(input)?).expect("no delimiter");
        let api = api.unwrap_or(FieldValue::Blank);
        let mut failure = ReportedFailure::new(api, id(input)?, field_text(input)?);
        for field in dialect.per_failure() {
            if let Some(value) = field.parse(text(input)?).expect("no delimiter") {
                failure = failure.with(*field, value);
            }
        }
        last = last.with_failure(failure);
    }
    Ok(last)
}

fuzz_target!(|bytes: &[u8]| {
    let mut input = Unstructured::new(bytes);
    let Ok(dialect) = input.choose(Dialect::presets()) else {
        return;
    };
    if let Ok(current) = current(&mut input, dialect) {
        let written = current.render(dialect);
        let read = dialect
            .read_current(&written)
            .expect("just rendered")
            .expect("not empty");
        assert_eq!(read.render(dialect), written);
        for (field, value) in current.fields() {
            if value != &FieldValue::Blank {
                assert_eq!(
                    read.get(field),
                    Some(value),
                    "{} in {written}",
                    field.name()
                );
            }
        }
    }
    if let Ok(last) = last(&mut input, dialect) {
        let written = last.render(dialect);
        let read = dialect
            .read_last(&written)
            .expect("just rendered")
            .expect("not empty");
        assert_eq!(read.render(dialect), written);
        assert_eq!(read.failures(), last.failures(), "{written}");
    }
});
