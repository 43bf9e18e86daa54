//! Which failures the last-telemetry header reports, and until when.

use token_telemetry::credential::CredentialKind;
use token_telemetry::entra::{
    Capacity, DeliveryPolicy, Dialect, DialectBuilder, MsalNetVersion, OverBudget, SendOrder,
};
use token_telemetry::region::RegionAutodetectionSource;

use super::{Ending, fail, hit, noting, run, speaking, waiting};

use crate::support::fail as fail_early;
use crate::support::prelude::*;

fn own(builder: DialectBuilder) -> Telemetry {
    speaking(builder.build().unwrap())
}

/// Returns whether a failure in flight is reported again after the response.
fn is_kept(dialect: Dialect, answer: Ending) -> bool {
    let telemetry = speaking(dialect);
    fail(&telemetry, Ending::Early("carried"));
    let last = fail(&telemetry, answer).unwrap().last().unwrap();
    assert!(last.contains("|carried|"), "{last}");
    waiting(&telemetry).contains(&"carried".to_owned())
}

#[test]
fn each_dialect_applies_its_delivery_policy() {
    let (refused, busy) = ("invalid_grant", "temporarily_unavailable");
    let net = |settling| {
        let dialect = Dialect::msal_net(MsalNetVersion::V4_32).customize();
        dialect.delivery_policy(settling).build().unwrap()
    };
    let unavailable = net(DeliveryPolicy::AAD_UNAVAILABLE);
    let retryable = net(DeliveryPolicy::RETRYABLE);
    for (dialect, status, code, kept) in [
        (Dialect::default(), 200, refused, false),
        (Dialect::default(), 400, busy, false),
        (Dialect::default(), 408, refused, false),
        (Dialect::default(), 429, refused, true),
        (Dialect::default(), 500, refused, true),
        (Dialect::default(), 600, refused, true),
        (Dialect::msal_node(), 400, refused, false),
        (Dialect::msal_node(), 503, refused, true),
        (Dialect::msal_python(), 200, refused, false),
        (Dialect::msal_python(), 400, refused, true),
        (Dialect::msal_apple(), 302, refused, true),
        (unavailable, 400, refused, false),
        (unavailable, 400, busy, false),
        (unavailable, 408, refused, false),
        (unavailable, 400, "request_timeout", true),
        (retryable, 400, refused, false),
        (retryable, 400, busy, true),
        (retryable, 408, refused, true),
        (retryable, 400, "request_timeout", true),
        (retryable, 599, refused, true),
        (retryable, 600, refused, false),
    ] {
        let found = is_kept(dialect, Ending::Responded(status, code));
        assert_eq!(found, kept, "{} {status} {code}", dialect.name());
    }
}

#[test]
fn undelivered_hits_are_reported_again() {
    let telemetry = speaking(Dialect::default());
    hit(&telemetry);
    let last = |status| {
        fail(&telemetry, Ending::Responded(status, "code"))
            .unwrap()
            .last()
    };
    assert_eq!(telemetry.pending_hits(), 1);
    assert!(last(503).unwrap().starts_with("5|1|"));
    assert_eq!(telemetry.pending_hits(), 1);
    assert!(last(400).unwrap().starts_with("5|1|"));
    assert_eq!(telemetry.pending_hits(), 0);
    assert!(last(400).unwrap().starts_with("5|0|"));
}

#[test]
fn late_response_is_acknowledged_by_status() {
    for (status, kept) in [(400, false), (503, true)] {
        let telemetry = speaking(Dialect::msal_net(MsalNetVersion::V4_47));
        fail(&telemetry, Ending::Early("carried"));
        // A request that outlives its acquisition.
        let leaked = acquire(&telemetry, || {
            let mut request = token_request();
            drop(request.take_headers());
            request
        });
        assert!(telemetry.pending_failures()[0].in_flight);
        leaked.responded(status);
        assert_eq!(waiting(&telemetry).len(), usize::from(kept));
        assert!(
            telemetry
                .pending_failures()
                .iter()
                .all(|failure| !failure.in_flight)
        );
    }
}

#[test]
fn failures_follow_the_send_order() {
    let codes = |order| {
        let builder = Dialect::custom("own")
            .order(order)
            .last_budget(180, OverBudget::Wait);
        let telemetry = own(builder);
        for code in ["one", "two", "three", "four"] {
            fail(&telemetry, Ending::Early(code));
        }
        let last = noting(&telemetry, || ()).last().unwrap();
        last.split('|').nth(3).unwrap().to_owned()
    };
    assert_eq!(codes(SendOrder::OldestFirst), "one,two,three");
    assert_eq!(codes(SendOrder::NewestFirst), "two,three,four");
}

#[test]
fn full_queue_drops_oldest_or_newest() {
    let builder = Dialect::custom("own");
    let telemetry = own(builder.capacity(Capacity::DropOldest(2)));
    for code in ["one", "two", "three"] {
        fail(&telemetry, Ending::Early(code));
    }
    assert_eq!(
        (waiting(&telemetry), telemetry.lost_failures()),
        (vec!["two".to_owned(), "three".to_owned()], 1)
    );

    let telemetry = speaking(Dialect::msal_python());
    for _ in 0..20 {
        fail(&telemetry, Ending::Early("invalid_grant"));
    }
    // As msal-python, whose 350 bytes fit six failures with this code.
    assert_eq!(
        (waiting(&telemetry).len(), telemetry.lost_failures()),
        (6, 14)
    );
}

#[test]
fn javascript_platform_fields_count_waiting() {
    let telemetry = speaking(Dialect::msal_node());
    for _ in 0..60 {
        // One byte shorter than the code that msal-node sent, whose ids are one digit shorter.
        fail(&telemetry, Ending::Early("server_down"));
    }
    let mut tails = Vec::new();
    while !telemetry.pending_failures().is_empty() {
        let last = noting(&telemetry, || ()).last().unwrap();
        assert!(last.len() <= 340, "{last}");
        tails.push(last.rsplit('|').next().unwrap().to_owned());
    }
    // The totals of that run.
    assert_eq!(
        tails,
        [
            "50,1", "44,1", "38,1", "32,1", "26,1", "20,1", "14,1", "8,1", "2,0"
        ]
    );
    assert_eq!(noting(&telemetry, || ()).last().unwrap(), "5|0|||0,0");
}

#[test]
fn android_platform_fields_flag_all_sent() {
    let telemetry = speaking(Dialect::msal_android());
    assert_eq!(noting(&telemetry, || ()).last().unwrap(), "2|0|||2,1");
    for _ in 0..100 {
        fail(
            &telemetry,
            Ending::Early("a_code_that_makes_the_header_too_long_for_all_of_them"),
        );
    }
    assert!(noting(&telemetry, || ()).last().unwrap().ends_with("|2,0"));
}

#[test]
fn old_dialects_repeat_the_region_per_failure() {
    let telemetry = speaking(Dialect::msal_net(MsalNetVersion::V4_28));
    let region = Region::used("westus").with_autodetection_source(RegionAutodetectionSource::Imds);
    fail_early(&telemetry, "failed", || {
        Acquisition::current().record_region(region);
    });
    fail(&telemetry, Ending::Early("no_region"));
    let last = noting(&telemetry, || ()).last().unwrap();
    assert!(last.ends_with("|failed,no_region|westus,2,,"), "{last}");
}

#[test]
fn forget_all_sends_one_empty_value() {
    let telemetry = speaking(Dialect::msal_net(MsalNetVersion::V4_28));
    for _ in 0..100 {
        fail(
            &telemetry,
            Ending::Early("a_code_that_makes_the_header_too_long_for_all_of_them"),
        );
    }
    assert_eq!(noting(&telemetry, || ()).last().as_deref(), Some(""));
    assert_eq!(
        (waiting(&telemetry).len(), telemetry.lost_failures()),
        (0, 100)
    );
    assert_eq!(noting(&telemetry, || ()).last().as_deref(), Some("4|0|||"));
}

#[test]
fn canceled_calls_follow_the_dialect() {
    let telemetry = speaking(Dialect::default());
    fail(&telemetry, Ending::Dropped);
    assert_eq!(waiting(&telemetry), [""; 0]);

    let telemetry = own(Dialect::custom("own").cancelled_code(Some("TaskCanceledException")));
    fail(&telemetry, Ending::Dropped);
    assert_eq!(waiting(&telemetry), ["TaskCanceledException"]);
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry, error_info = ErrorInfo::clone)]
async fn failing(telemetry: &Telemetry, info: ErrorInfo) -> Result<(), ErrorInfo> {
    Err(info)
}

#[test]
fn foreign_errors_follow_the_dialect() {
    for (dialect, reported) in [
        (Dialect::default(), true),
        (Dialect::msal_net(MsalNetVersion::V4_32), false),
        (Dialect::msal_net(MsalNetVersion::V4_46), true),
    ] {
        let telemetry = speaking(dialect);
        run(failing(
            &telemetry,
            ErrorInfo::foreign("HttpRequestException"),
        ))
        .unwrap_err();
        // Without a code, the type name is used, and the error counts as foreign.
        run(failing(&telemetry, ErrorInfo::unknown())).unwrap_err();
        run(failing(&telemetry, ErrorInfo::new("own"))).unwrap_err();
        let expected = if reported {
            vec!["HttpRequestException", "ErrorInfo", "own"]
        } else {
            vec!["own"]
        };
        assert_eq!(waiting(&telemetry), expected, "{}", dialect.name());
    }
}

#[test]
fn suppressed_error_is_reported() {
    let telemetry = speaking(Dialect::default());
    acquire(&telemetry, || {
        Acquisition::current().record_suppressed_error(ErrorInfo::new("refresh_failed"));
        Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
    });
    assert_eq!(waiting(&telemetry), ["refresh_failed"]);
    let last = noting(&telemetry, || ()).last().unwrap();
    assert!(last.ends_with("|refresh_failed|"), "{last}");
}

#[test]
fn codes_are_truncated_by_dialect() {
    let code: &'static str = "x".repeat(5000).leak();
    for (dialect, kept) in [
        (Dialect::default(), 64),
        (Dialect::msal_net(MsalNetVersion::V4_28), 3800),
        (Dialect::custom("own").code_len(7).build().unwrap(), 7),
    ] {
        let telemetry = speaking(dialect);
        fail(&telemetry, Ending::Early(code));
        assert_eq!(waiting(&telemetry)[0].len(), kept, "{}", dialect.name());
    }
}

/// Suppresses the errors of two chain members, and one that belongs to no chain.
fn suppress(telemetry: &Telemetry) {
    acquire(telemetry, || {
        let current = Acquisition::current();
        let unavailable = ErrorInfo::new("credential_unavailable");
        let of_chain = |info: ErrorInfo| info.with_credential(CredentialKind::AzureCli);
        current.record_suppressed_error(of_chain(unavailable.clone()));
        current.record_suppressed_error(of_chain(ErrorInfo::new("invalid_client")));
        current.record_suppressed_error(unavailable);
    });
}

#[test]
fn chain_errors_follow_the_dialect() {
    let mut reporting = 0;
    for dialect in Dialect::presets() {
        let telemetry = speaking(*dialect);
        suppress(&telemetry);
        let waiting = waiting(&telemetry);
        reporting += waiting.len();
        assert!(waiting.iter().all(|code| code == "credential_unavailable"));
    }
    assert!(
        reporting > 5,
        "{reporting} dialects report suppressed errors"
    );
    let telemetry = own(Dialect::custom("own").reports_chain_errors(true));
    suppress(&telemetry);
    assert_eq!(
        waiting(&telemetry),
        ["invalid_client", "credential_unavailable"]
    );
}
