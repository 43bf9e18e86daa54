//! Headers are well formed for any events in any dialect.

use proptest::prelude::*;
use proptest::sample::select;
use token_telemetry::entra::FieldText;
use token_telemetry::entra::{
    Capacity, Carrier, CurrentField, CurrentTelemetry, DeliveryPolicy, Dialect, OverBudget,
    SendOrder,
};
use token_telemetry::region::{LegacyRegionSource, RegionAutodetectionSource, RegionOutcome};

use super::{Sent, speaking};

use crate::support::prelude::*;

/// What one acquisition records, and how it ends.
#[derive(Clone, Debug)]
pub(super) struct Event {
    texts: [String; 6],
    codes: [u8; 6],
    flags: [bool; 4],
    host: u8,
    tries: Vec<Option<u16>>,
    error: Option<String>,
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9_]{0,20}",
        ".{0,90}",
        "[,|\r\n\u{0}%= ]{1,12}",
        "[a-z]{300,900}",
    ]
}

fn any_event() -> impl Strategy<Value = Event> {
    let texts = prop::array::uniform6(any_text());
    let tries = prop::collection::vec(
        prop::option::of(select(vec![200, 400, 408, 429, 500, 599, 600])),
        0..3,
    );
    let error = prop::option::of(any_text());
    (
        texts,
        any::<[u8; 6]>(),
        any::<[bool; 4]>(),
        0_u8..3,
        tries,
        error,
    )
        .prop_map(|(texts, codes, flags, host, tries, error)| Event {
            texts,
            codes,
            flags,
            host,
            tries,
            error,
        })
}

pub(super) fn any_dialect() -> impl Strategy<Value = Dialect> {
    let preset = select(Dialect::presets());
    let own = (
        select(Dialect::presets()),
        128_usize..600,
        1_usize..80,
        prop_oneof![
            (1_usize..20).prop_map(Capacity::DropOldest),
            Just(Capacity::OneHeader)
        ],
        any::<[bool; 4]>(),
        select(vec![
            DeliveryPolicy::ON_RESPONSE,
            DeliveryPolicy::ON_SUCCESS,
            DeliveryPolicy::RETRYABLE,
        ]),
    );
    let own = own.prop_map(
        |(base, budget, code_len, capacity, [forgets, newest, empty, form], settling)| {
            base.customize()
                .last_budget(
                    budget,
                    if forgets {
                        OverBudget::ForgetAll
                    } else {
                        OverBudget::Wait
                    },
                )
                .order(if newest {
                    SendOrder::NewestFirst
                } else {
                    SendOrder::OldestFirst
                })
                .sent_when_empty(empty)
                .carrier(if form {
                    Carrier::Form
                } else {
                    Carrier::Headers
                })
                .current_budget(if newest { 100 } else { usize::MAX })
                .cancelled_code(forgets.then_some("cancelled"))
                .capacity(capacity)
                .delivery_policy(settling)
                .code_len(code_len)
                .build()
                .unwrap()
                .with(token_telemetry::entra::Header::LastTelemetry)
        },
    );
    prop_oneof![preset, own]
}

fn pick<T: Copy>(all: &[T], code: u8) -> T {
    all[usize::from(code) % all.len()]
}

fn note(event: &Event) {
    let current = Acquisition::current();
    let [id, version, region, detected, wrapper, platform] = &event.texts;
    let [reason, source, outcome, legacy, token_type, level] = event.codes;
    let [serialized, legacy_cache, managed, hit] = event.flags;
    current.record_caller_sdk(id.clone(), version.clone());
    current.record_region(
        Region::used(region.clone())
            .with_autodetection_source(pick(RegionAutodetectionSource::ALL, source))
            .with_outcome(pick(RegionOutcome::ALL, outcome))
            .with_detected(detected.clone())
            .with_legacy_source(pick(LegacyRegionSource::ALL, legacy))
            .with_user_provided(platform.clone()),
    );
    current.record_wrapper(wrapper.clone(), version.clone());
    current.record_broker_error(platform.clone());
    current.record_platform_field("is_shared_scenario", platform.clone());
    current.record_platform_field("of_nobody", wrapper.clone());
    current.record_cache_serialized(serialized);
    current.record_legacy_cache(legacy_cache);
    current.record_managed_certificate(managed);
    current.record_token_type(pick(TokenType::ALL, token_type));
    if hit {
        current.record_cache_hit(pick(CacheLevel::ALL, level));
    }
    current.record_refresh_reason(pick(CacheRefreshReason::ALL, reason));
}

/// A few acquisitions, one after the other.
pub(super) fn any_events() -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec(any_event(), 1..12)
}

/// Returns the telemetry of all requests of these acquisitions.
pub(super) fn headers_of(dialect: Dialect, events: &[Event]) -> Vec<Sent> {
    let telemetry = speaking(dialect);
    let mut all = Vec::new();
    for event in events {
        let happen = || {
            note(event);
            for answer in &event.tries {
                let url = format!("https://login{}.example/token", event.host);
                let mut request = Acquisition::current().token_request(url);
                all.push(Sent::of(&mut request));
                if let Some(status) = answer {
                    request.responded(*status);
                }
            }
        };
        match &event.error {
            Some(code) => fail(&telemetry, code, happen),
            None => acquire(&telemetry, happen),
        }
    }
    // Nothing stays in flight when all requests have ended.
    assert!(
        telemetry
            .pending_failures()
            .iter()
            .all(|failure| !failure.in_flight)
    );
    all
}

fn check(dialect: &Dialect, sent: &Sent) -> Result<(), TestCaseError> {
    if let Some(current) = sent.current() {
        let segments: Vec<&str> = current.split('|').collect();
        prop_assert_eq!(segments.len(), 3, "{}", current);
        prop_assert_eq!(segments[0], dialect.schema().to_string());
        prop_assert_eq!(segments[1].split(',').count(), dialect.request().len());
        let (least, most) = platform_fields(dialect);
        let platform = fields(segments[2]);
        prop_assert!(
            platform == 0 || (least..=most).contains(&platform),
            "{}",
            current
        );
        prop_assert!(current.len() <= dialect.current_budget());
        prop_assert!(
            current.bytes().all(|byte| matches!(byte, b' '..=b'~')),
            "{}",
            current
        );
    }
    match sent.last() {
        Some(last) if !last.is_empty() => check_last(dialect, &last),
        _ => Ok(()),
    }
}

fn check_last(dialect: &Dialect, last: &str) -> Result<(), TestCaseError> {
    let segments: Vec<&str> = last.split('|').collect();
    prop_assert_eq!(segments.len(), 5, "{}", last);
    let failures = fields(segments[2]) / 2;
    prop_assert_eq!(fields(segments[2]), failures * 2);
    prop_assert_eq!(fields(segments[3]), failures);
    let expected = match dialect.per_failure() {
        [] => dialect.platform_fields().len(),
        [_] if segments[4].is_empty() => 0,
        all => all.len() * failures,
    };
    prop_assert_eq!(fields(segments[4]), expected, "{}", last);
    let frame = if dialect.last_budget_limits_header() {
        0
    } else {
        64
    };
    prop_assert!(last.len() <= dialect.last_budget() + frame, "{}", last);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-,|".contains(&byte);
    prop_assert!(last.bytes().all(plain), "{}", last);
    Ok(())
}

/// Counts the fields between commas; empty text has none.
fn fields(section: &str) -> usize {
    if section.is_empty() {
        0
    } else {
        section.split(',').count()
    }
}

fn platform_fields(dialect: &Dialect) -> (usize, usize) {
    let optional = dialect
        .platform()
        .iter()
        .filter(|slot| slot.is_optional())
        .count();
    let most = dialect.platform().len();
    let open = if dialect.has_open_platform() { 16 } else { 0 };
    (most - optional, most + open)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_events_yield_well_formed_headers(
        dialect in any_dialect(),
        events in any_events(),
    ) {
        for sent in headers_of(dialect, &events) {
            check(&dialect, &sent)?;
        }
    }

    #[test]
    fn rendered_values_match_their_dialect(
        dialect in any_dialect(),
        texts in prop::collection::vec(any_text(), 24),
    ) {
        let mut current = CurrentTelemetry::new();
        let slots = dialect.request().iter().chain(dialect.platform());
        for (slot, text) in slots.zip(&texts) {
            let text: String = text.replace([',', '|'], "");
            if let Some(value) = slot.parse(&text).unwrap() {
                current = current.with(slot.field(), value.into_owned());
            }
        }
        let rendered = current.render(&dialect);
        let segments: Vec<&str> = rendered.split('|').collect();
        prop_assert_eq!(segments.len(), 3);
        prop_assert_eq!(segments[1].split(',').count(), dialect.request().len());
        prop_assert_eq!(current.get(CurrentField::Api).is_some(), !segments[1].starts_with(','));
        let (_, most) = platform_fields(&dialect);
        prop_assert!(fields(segments[2]) <= most);
    }

    #[test]
    fn field_text_rejects_only_delimiters(text in any_text()) {
        let delimiter = text.find([',', '|']);
        prop_assert_eq!(FieldText::new(&*text).err().map(|error| error.offset()), delimiter);
    }
}
