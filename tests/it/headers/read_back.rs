//! Rendered headers can be parsed, and parsers accept or reject any input.

use proptest::prelude::*;
use proptest::sample::select;
use token_telemetry::entra::FieldText;
use token_telemetry::entra::read;
use token_telemetry::entra::{
    CurrentField, CurrentTelemetry, Dialect, ExtraSku, FieldValue, Header, LastTelemetry,
    ReportedFailure, SkuGroup,
};

use super::properties::{any_dialect, any_events, headers_of};

use crate::support::prelude::*;

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,12}",
        "[0-9]{0,3}",
        "[a-z_]{1,20}",
        Just("broker_error=x".to_owned())
    ]
    .prop_map(|text| text.replace([',', '|'], ""))
}

fn any_current() -> impl Strategy<Value = (Dialect, CurrentTelemetry<'static>)> {
    (any_dialect(), prop::collection::vec(any_text(), 24)).prop_map(|(dialect, texts)| {
        let slots = dialect.request().iter().chain(dialect.platform());
        let set = |current: CurrentTelemetry<'static>, (slot, text): (&_, &String)| {
            let slot: &token_telemetry::entra::FieldSpec = slot;
            match slot.parse(text).unwrap() {
                Some(value) => current.with(slot.field(), value.into_owned()),
                None => current,
            }
        };
        let current = slots.zip(&texts).fold(CurrentTelemetry::new(), set);
        (dialect, current)
    })
}

fn any_last() -> impl Strategy<Value = (Dialect, LastTelemetry<'static>)> {
    let failure = (
        any_text(),
        any_text(),
        any::<[u8; 16]>(),
        any::<bool>(),
        any_text(),
        any_text(),
    );
    let failures = prop::collection::vec(failure, 0..5);
    (any_dialect(), any::<u64>(), failures, any_text()).prop_map(
        |(dialect, hits, failures, platform_text)| {
            let owned = |text: &str| FieldText::new(text.to_owned()).unwrap();
            let mut last = LastTelemetry::new(hits);
            for (api, id, bytes, is_guid, code, field) in failures {
                let api = CurrentField::Api.parse(&api).unwrap();
                let id = if is_guid {
                    ClientRequestId::from_bytes(bytes).into()
                } else if id.is_empty() {
                    FieldValue::Blank
                } else {
                    owned(&id).into()
                };
                let api = api.map_or(FieldValue::Blank, FieldValue::into_owned);
                let mut failure = ReportedFailure::new(api, id, owned(&code));
                for known in dialect.per_failure() {
                    if let Some(value) = known.parse(&field).unwrap() {
                        failure = failure.with(*known, value.into_owned());
                    }
                }
                last = last.with_failure(failure);
            }
            for known in dialect.platform_fields() {
                if let Some(value) = known.parse(&platform_text).unwrap() {
                    last = last.with_platform_field(*known, value.into_owned());
                }
            }
            (dialect, last)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn current_header_round_trips((dialect, current) in any_current()) {
        let rendered = current.render(&dialect);
        let read = dialect.read_current(&rendered).unwrap().unwrap();
        prop_assert_eq!(read.render(&dialect), &*rendered);
        for (field, value) in current.fields() {
            let has_slot = |slot: &token_telemetry::entra::FieldSpec| slot.field() == field;
            if dialect.request().iter().chain(dialect.platform()).any(has_slot) && value != &FieldValue::Blank {
                prop_assert_eq!(read.get(field), Some(value), "{} in {}", field.name(), rendered);
            }
        }
    }

    #[test]
    fn last_header_round_trips((dialect, last) in any_last()) {
        let rendered = last.render(&dialect);
        let read = dialect.read_last(&rendered).unwrap().unwrap();
        prop_assert_eq!(read.render(&dialect), &*rendered);
        prop_assert_eq!(read.hits(), last.hits());
        prop_assert_eq!(read.failures(), last.failures(), "{}", rendered);
    }

    #[test]
    fn preset_headers_parse_without_their_dialect(
        dialect in select(Dialect::presets()),
        events in any_events(),
    ) {
        for sent in headers_of(dialect, &events) {
            if let Some(value) = sent.current() {
                let current = read::current(&value).unwrap().unwrap();
                prop_assert!(current.dialects().contains(&&dialect), "{}", value);
            }
            if let Some(value) = sent.last() {
                let last = read::last(&value).unwrap();
                let is_of = |last: &read::Last<'_>| last.dialects().contains(&&dialect);
                prop_assert!(last.as_ref().is_none_or(is_of), "{}", value);
            }
        }
        prop_assert!(dialect.sends(Header::CurrentTelemetry) || dialect.name() == "msal-go");
    }

    #[test]
    fn parsers_do_not_panic(
        garbage in prop::collection::vec(any::<u8>(), 0..200),
        frame in "[2-5]?[|,0-9a-z%.]{0,60}",
    ) {
        for value in [&*garbage, frame.as_bytes()] {
            let faults = [
                read::current(value).err(),
                read::last(value).err(),
                read::extra_sku(value).err(),
                read::client_telemetry(value).err(),
                read::client_data(value).err(),
            ];
            for error in faults.into_iter().flatten() {
                prop_assert!(error.offset() <= value.len(), "{error}");
            }
        }
    }

    #[test]
    fn extra_sku_round_trips(texts in prop::array::uniform8(any_text())) {
        let text = |at: usize| FieldText::new(texts[at].clone()).unwrap();
        let groups = SkuGroup::ALL.into_iter().enumerate();
        let extra = groups.fold(ExtraSku::new(), |extra, (at, group)| {
            extra.with(group, text(2 * at), text(2 * at + 1))
        });
        prop_assert_eq!(read::extra_sku(&extra.to_string()), Ok(Some(extra)));
    }
}
