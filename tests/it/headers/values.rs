//! The values of both headers, built by hand and from records.

use token_telemetry::entra::FieldText;
use token_telemetry::entra::{
    CurrentField, CurrentTelemetry, Dialect, FieldValue, LastTelemetry, MsalNetVersion,
    ReportedFailure,
};
use token_telemetry::region::{RegionAutodetectionSource as Source, RegionOutcome as Outcome};

use super::{noting, speaking};

use crate::support::prelude::*;

fn current(dialect: Dialect, note: impl FnOnce(Acquiring)) -> String {
    noting(&speaking(dialect), || note(Acquisition::current()))
        .current()
        .unwrap()
}

type Acquiring = Acquisition;

fn everything(acquiring: Acquiring) {
    acquiring.record_refresh_reason(CacheRefreshReason::ForceRefreshOrClaims);
    acquiring.record_region(
        Region::used("westus2")
            .with_autodetection_source(Source::Cache)
            .with_outcome(Outcome::UserProvidedInvalid)
            .with_detected("eastus"),
    );
    acquiring.record_cache_serialized(true);
    acquiring.record_legacy_cache(false);
    acquiring.record_token_type(TokenType::MtlsPop);
    acquiring.record_caller_sdk("41", "3.2.1");
    acquiring.record_managed_certificate(true);
    acquiring.record_wrapper("@azure/msal-react", "5.0.1");
    acquiring.record_broker_error("user_switch");
    acquiring.record_platform_field("is_shared_scenario", "1");
    acquiring.record_platform_field("mrrt_status", "0");
}

#[test]
fn all_fields_in_every_dialect() {
    for (dialect, expected) in [
        (Dialect::default(), "5|1004,1,westus2,2,3|1,0,6,41,3.2.1,1"),
        (Dialect::msal_net(MsalNetVersion::V4_11), "2|1004,1|"),
        (Dialect::msal_net(MsalNetVersion::V4_19), "2|1004,1|eastus"),
        (
            Dialect::msal_net(MsalNetVersion::V4_23),
            "2|1004,1|eastus,3",
        ),
        (
            Dialect::msal_net(MsalNetVersion::V4_24),
            "2|1004,1|eastus,3,1",
        ),
        (
            Dialect::msal_net(MsalNetVersion::V4_25),
            "2|1004,1|eastus,3,1,westus2,0,0,0",
        ),
        (
            Dialect::msal_net(MsalNetVersion::V4_26),
            "3|1004,1,3|eastus,3,1,westus2,0,0,0",
        ),
        (
            Dialect::msal_net(MsalNetVersion::V4_28),
            "4|1004,1|eastus,3,1,westus2,0,0,0",
        ),
        (
            Dialect::msal_net(MsalNetVersion::V4_32),
            "5|1004,1,westus2,2,3|1,0",
        ),
        (
            Dialect::msal_net(MsalNetVersion::V4_48),
            "5|1004,1,westus2,2,3|1,0,6",
        ),
        (
            Dialect::msal_net(MsalNetVersion::V4_65),
            "5|1004,1,westus2,2,3|1,0,6,41,3.2.1",
        ),
        (
            Dialect::msal_net(MsalNetVersion::V4_82),
            "5|1004,1,westus2,2,3|1,0,6,41,3.2.1,1",
        ),
        (
            Dialect::msal_node(),
            "5|1004,1,westus2,2,3|@azure/msal-react,5.0.1,broker_error=user_switch",
        ),
        (Dialect::msal4j(), "5|1004,1,westus2,2,3|"),
        (Dialect::msal_python(), "4|1004,1|"),
        (Dialect::msal_apple(), "4|1004,1|1,0"),
        (Dialect::msal_android(), "2|1004,1|2,1,,,,,,,,,,,0"),
        (Dialect::msal_android_shared(), "2|1004,1|2,1,,,,,,,,,,0"),
    ] {
        assert_eq!(current(dialect, everything), expected, "{}", dialect.name());
    }
}

#[test]
fn no_fields_in_every_dialect() {
    for (dialect, expected) in [
        (Dialect::default(), "5|1004,0,,,|0,1,1,,,"),
        (Dialect::msal_net(MsalNetVersion::V4_11), "2|1004,0|"),
        (Dialect::msal_net(MsalNetVersion::V4_23), "2|1004,0|"),
        (Dialect::msal_net(MsalNetVersion::V4_24), "2|1004,0|,,0"),
        (
            Dialect::msal_net(MsalNetVersion::V4_26),
            "3|1004,0,|,,0,,,,1",
        ),
        (
            Dialect::msal_net(MsalNetVersion::V4_28),
            "4|1004,0|,,0,,,,1",
        ),
        (Dialect::msal_node(), "5|1004,0,,,|,"),
        (Dialect::msal4j(), "5|1004,,,0,0|"),
        (Dialect::msal_python(), "4|1004,0|"),
        (Dialect::msal_android(), "2|1004,0|2,,,,,,,,,,,,"),
    ] {
        assert_eq!(current(dialect, |_| ()), expected, "{}", dialect.name());
    }
}

#[test]
fn legacy_region_source_is_derived() {
    let legacy = |region: Region| {
        let value = current(Dialect::msal_net(MsalNetVersion::V4_28), |acquiring| {
            acquiring.record_region(region);
        });
        value.rsplit('|').next().unwrap().to_owned()
    };
    for (region, expected) in [
        (
            Region::used("westus")
                .with_autodetection_source(Source::EnvVariable)
                .with_outcome(Outcome::AutodetectSuccess),
            "westus,1,0,,,0,1",
        ),
        (
            Region::used("westus")
                .with_autodetection_source(Source::Imds)
                .with_outcome(Outcome::UserProvidedValid),
            "westus,2,0,westus,1,0,1",
        ),
        (
            Region::used("westus").with_outcome(Outcome::UserProvided),
            "westus,4,0,westus,,0,1",
        ),
        (
            Region::not_used()
                .with_autodetection_source(Source::FailedAutoDiscovery)
                .with_outcome(Outcome::FallbackToGlobal),
            ",5,0,,,1,1",
        ),
        (
            Region::used("westus")
                .with_outcome(Outcome::UserProvided)
                .with_fallback_to_global(true),
            "westus,4,0,westus,,1,1",
        ),
    ] {
        assert_eq!(legacy(region.clone()), expected, "{region:?}");
    }
}

#[test]
fn schema_3_reason_codes() {
    for (reason, expected) in [
        (CacheRefreshReason::NotApplicable, "3|1004,0,|"),
        (CacheRefreshReason::ForceRefreshOrClaims, "3|1004,1,3|"),
        (CacheRefreshReason::NoCachedAccessToken, "3|1004,0,0|"),
        (CacheRefreshReason::Expired, "3|1004,0,1|"),
        (CacheRefreshReason::ProactivelyRefreshed, "3|1004,0,2|"),
        (CacheRefreshReason::CacheDisabled, "3|1004,0,|"),
    ] {
        let value = current(Dialect::msal_net(MsalNetVersion::V4_26), |acquiring| {
            acquiring.record_refresh_reason(reason);
        });
        assert!(value.starts_with(expected), "{reason}: {value}");
    }
}

#[test]
fn header_over_budget_is_omitted() {
    let sent = noting(&speaking(Dialect::msal_apple()), || {
        for name in ["one", "two", "three"] {
            Acquisition::current().record_platform_field(name, "x".repeat(40));
        }
    });
    assert_eq!(sent.current(), None);
    assert!(sent.value("client-request-id").is_some());
}

#[test]
fn unknown_values_are_kept() {
    let parse = |text| CurrentField::CacheInfo.parse(text).unwrap().unwrap();
    assert_eq!(parse("9"), FieldValue::Number(9));
    for odd in ["007", "-1", "+1", " 1", "1 ", "99999999999999999999", "x"] {
        assert_eq!(parse(odd), FieldValue::Text(FieldText::new(odd).unwrap()));
        let rendered = CurrentTelemetry::new()
            .with(CurrentField::Api, 1_u32)
            .with(CurrentField::CacheInfo, parse(odd))
            .render(&Dialect::msal_python());
        assert_eq!(rendered, format!("4|1,{odd}|"));
    }
}

#[test]
fn failure_fields_may_be_blank() {
    let empty = || FieldText::new("").unwrap();
    let failure = ReportedFailure::new(30_u32, empty(), empty());
    let last = LastTelemetry::new(0).with_failure(failure);
    assert_eq!(last.render(&Dialect::msal_apple()), "4|0|30,||");
}
