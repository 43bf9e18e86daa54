//! The values of both headers, built by hand and by notes.

use token_telemetry::entra::FieldText;
use token_telemetry::entra::{
    CurrentField, CurrentTelemetry, Dialect, FieldValue, LastTelemetry, MsalNetVersion,
    ReportedFailure,
};
use token_telemetry::region::{RegionAutodetectionSource as Source, RegionOutcome as Outcome};
use token_telemetry::{Acquisition, CacheRefreshReason, Region, TokenType};

use super::{noting, speaking};

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
fn one_set_of_facts_is_written_in_every_dialect() {
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
fn without_facts_each_dialect_writes_its_own_nothing() {
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
fn an_older_region_fact_follows_from_the_newer_ones() {
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
fn schema_3_numbers_the_reasons_in_its_own_way() {
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
fn a_header_longer_than_its_budget_is_left_out() {
    let sent = noting(&speaking(Dialect::msal_apple()), || {
        for name in ["one", "two", "three"] {
            Acquisition::current().record_platform_field(name, "x".repeat(40));
        }
    });
    assert_eq!(sent.current(), None);
    assert!(sent.value("client-request-id").is_some());
}

#[test]
fn values_no_table_has_are_kept_as_they_are() {
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
fn a_failure_may_lack_what_a_peer_does_not_know() {
    let empty = || FieldText::new("").unwrap();
    let failure = ReportedFailure::new(30_u32, empty(), empty());
    let last = LastTelemetry::new(0).with_failure(failure);
    assert_eq!(last.render(&Dialect::msal_apple()), "4|0|30,||");
}
