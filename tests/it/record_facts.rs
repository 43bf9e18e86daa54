//! Every fact of a record shows in its getter, in `Debug` and in `serde` data.

use std::collections::BTreeSet;
use std::future::ready;
use std::time::{Duration, SystemTime};

use token_telemetry::acquisition::Clock;
use token_telemetry::api::{Api, ApiParameters, Prompt};
use token_telemetry::cache::{CacheLookup, RefreshTrigger};
use token_telemetry::credential::{
    ClientAuthentication, Credential, CredentialKind, GrantType, ManagedIdentitySource,
};
use token_telemetry::error::ErrorKind;
use token_telemetry::region::{RegionAutodetectionError, RegionAutodetectionSource, RegionOutcome};
use token_telemetry::test_util::Recorder;
use token_telemetry::{
    Acquisition, AcquisitionRecord, CacheLevel, CacheRefreshReason, ClientRequestId, ErrorInfo,
    Outcome, Region, Status, Telemetry, TokenInfo, TokenSource, TokenType, TransportError,
};

use crate::fields;
use crate::support::{LabApi, LabError, TOKEN_URL};

/// A fact: its getter, whether that returns what was recorded, its part of `Debug`, its `serde` data.
type Fact = (
    &'static str,
    fn(&AcquisitionRecord) -> bool,
    &'static str,
    &'static str,
);

macro_rules! facts {
    ($(
        $getter:ident $(.$part:ident)* == $value:expr, $debug:expr, $json:expr;
    )+) => {
        &[$((
            stringify!($getter),
            |record| record.$getter() $(.$part())* == $value,
            $debug,
            $json,
        )),+]
    };
}

/// The facts of [`full_record`].
const FACTS: &[Fact] = facts! {
    api == Api::new(7, "Other"), "api: Other(7)", r#""api":"Other","api_number":7"#;
    outcome == Outcome::Error, "outcome: Error", r#""outcome":"error""#;
    prompt == Some(Prompt::Consent), "prompt: consent", r#""prompt":"consent""#;
    claims_present == Some(true), "claims_present: true", r#""claims_present":true"#;
    scope_count == Some(3), "scope_count: 3", r#""scope_count":3"#;
    force_refresh == Some(false), "force_refresh: false", r#""force_refresh":false"#;
    is_ok == false, "outcome: Error", r#""outcome":"error""#;
    correlation_id == id(ID), ID, r#""correlation_id":"ad8c894a-557f-48c0-b045-c129590c344e""#;
    id.is_some == true, "id: ", r#""id":"#;
    parent == id(PARENT), PARENT, r#""parent":"b7c0c1d2-3e4f-4a5b-8c6d-7e8f90a1b2c3""#;
    is_background == true, "background: true", r#""background":true"#;

    token_source == Some(TokenSource::Broker), "token_source: Broker", r#""token_source":"Broker""#;
    refresh_reason == Some(CacheRefreshReason::Expired),
        "refresh_reason: Expired", r#""refresh_reason":"Expired""#;
    trigger == Some(RefreshTrigger::TokenRejected { status: 401 }),
        "trigger: TokenRejected { status: 401 }",
        r#""trigger":"token_rejected","trigger_status":401"#;
    is_stale == true, "stale: true", r#""stale":true"#;
    cached_token_count == Some(8), "cached_token_count: 8", r#""cached_token_count":8"#;
    cache_lookups.len == 1, "cache_lookups: [RecordedLookup { level: L2Cache, result: Error",
        r#""cache_lookups":[{"level":"L2Cache","result":"error","duration_us":0}]"#;
    cache_lookup_count == 1, "cache_lookup_count: 1", r#""cache_lookup_count":1"#;
    cache_serialized == Some(true), "cache_serialized: true", r#""cache_serialized":true"#;
    legacy_cache == Some(false), "legacy_cache: false", r#""legacy_cache":false"#;

    token_type == Some(TokenType::Bearer), "token_type: Bearer", r#""token_type":"Bearer""#;
    remaining_lifetime == Some(seconds(60)), "remaining_lifetime: 60s", r#""remaining_lifetime_s":60"#;
    refresh_token_present == Some(true),
        "refresh_token_present: true", r#""refresh_token_present":true"#;
    refresh_on == Some(refresh_time()), "refresh_on: SystemTime", r#""refresh_on_s":5"#;

    ended_at == Some(SystemTime::UNIX_EPOCH + seconds(1_000)),
        "ended_at: SystemTime", r#""ended_at_us":1000000000"#;
    started_at.is_some == true, "started_at: SystemTime", r#""started_at_us":"#;
    duration_total.is_some == true, "duration_total: ", r#""duration_total_us":"#;
    duration_in_http.is_some == true, "duration_in_http: ", r#""duration_in_http_us":"#;
    duration_in_cache == Some(seconds(1)),
        "duration_in_cache: 1s", r#""duration_in_cache_us":1000000"#;
    duration_in_extension == Some(seconds(1)),
        "duration_in_extension: 1s", r#""duration_in_extension_us":1000000"#;
    duration_waiting == Some(seconds(3)), "duration_waiting: 3s", r#""duration_waiting_us":3000000"#;

    endpoint_host == Some("login.example"),
        r#"endpoint_host: "redacted""#, r#""endpoint_host":"redacted""#;
    attempt_count == 3, "attempt_count: 3", r#""attempt_count":3"#;
    attempts.len == 3, "attempts: [Attempt { number: 1, purpose: token",
        r#""attempts":[{"number":1,"purpose":"token","host":"redacted","#;
    server_request_id == Some("ticket-1"),
        r#"server_request_id: "ticket-1""#, r#""server_request_id":"ticket-1""#;
    duration_throttled == Some(seconds(1)),
        "duration_throttled: 1s", r#""duration_throttled_us":1000000"#;
    pending_polls == 1, "pending_polls: 1", r#""pending_polls":1"#;
    status == Some(400), "status: 400", r#""status":400"#;
    transport_error == Some(TransportError::Dns),
        "transport_error: Dns", r#""transport_error":"dns_error""#;
    retry_after == Some(seconds(9)), "retry_after: 9s", r#""retry_after_s":9"#;
    region == Some(&region()), "region: Region",
        r#""region":{"name":"westus2","autodetection_source":"Imds","outcome":"AutodetectSuccess"}"#;

    error == Some(&returned().or(ErrorInfo::transport(TransportError::Dns))),
        r#"error: ErrorInfo { code: Some("returned")"#,
        r#""error":{"code":"returned","kind":"interaction_required","suberror":"basic_action","status":400,"sts_codes":[53003]}"#;
    error_kind == Some(ErrorKind::InteractionRequired),
        "error_kind: interaction_required", r#""error_kind":"interaction_required""#;
    error_code == Some("returned"), r#"code: Some("returned")"#, r#""code":"returned""#;
    suppressed_errors == [suppressed()],
        r#"suppressed_errors: [ErrorInfo { code: Some("late_failure")"#,
        r#""suppressed_errors":[{"code":"late_failure","kind":"unknown","credential":"azure_cli"}]"#;
    broker_error == Some("wam_503"), r#"broker_error: "wam_503""#, r#""broker_error":"wam_503""#;

    credential == Some(credential()),
        "credential: managed_identity", r#""credential":"managed_identity""#;
    managed_identity_source == Some(ManagedIdentitySource::Imds),
        "managed_identity_source: Imds", r#""managed_identity_source":"Imds""#;
    grant_type == Some(GrantType::ClientCredentials),
        "grant_type: client_credentials", r#""grant_type":"client_credentials""#;
    client_authentication == Some(ClientAuthentication::PrivateKeyJwt),
        "client_authentication: private_key_jwt", r#""client_authentication":"private_key_jwt""#;

    caller_sdk == Some(("fabrikam", "3.1")), r#"caller_sdk: ("fabrikam", "3.1")"#,
        r#""caller_sdk_id":"fabrikam","caller_sdk_version":"3.1""#;
    wrapper == Some(("@azure/msal-react", "2.0.0")), r#"wrapper: ("@azure/msal-react", "2.0.0")"#,
        r#""wrapper_sku":"@azure/msal-react","wrapper_version":"2.0.0""#;
    managed_certificate == Some(true), "managed_certificate: true", r#""managed_certificate":true"#;
    platform_fields.last == Some(("reg_type", "wpj")),
        r#"platform_fields: {"reg_type": "wpj"}"#, r#""platform_fields":{"reg_type":"wpj"}"#;
};

/// Facts of [`cache_hit`], which the other record cannot have.
const FACTS_OF_HIT: &[Fact] = facts! {
    cache_level == Some(CacheLevel::L2Cache), "cache_level: L2Cache", r#""cache_level":"L2Cache""#;
};

/// Facts of [`refreshed`], which got a new token.
const FACTS_OF_REFRESH: &[Fact] = facts! {
    expiry_advertised == Some(true), "expiry_advertised: true", r#""expiry_advertised":true"#;
    is_expiry_unextended == true, "expiry_unextended: true", r#""expiry_unextended":true"#;
    region_error == Some(RegionAutodetectionError::Timeout),
        "region_error: timeout", r#""region_error":"timeout""#;
};

/// Recording methods whose fact shows only in another acquisition, or as one of the facts above.
const ELSEWHERE: [&str; 3] = [
    "record_cache_disabled",
    "record_default_source",
    "record_pending",
];

const ID: &str = "ad8c894a-557f-48c0-b045-c129590c344e";
const PARENT: &str = "b7c0c1d2-3e4f-4a5b-8c6d-7e8f90a1b2c3";

/// A clock that advances one second whenever it is read.
struct Ticking(std::sync::atomic::AtomicU64);

impl Clock for Ticking {
    fn now(&self) -> Duration {
        seconds(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
    }

    fn wall(&self) -> Option<SystemTime> {
        Some(SystemTime::UNIX_EPOCH + seconds(1_000))
    }
}

fn id(text: &str) -> Option<ClientRequestId> {
    text.parse().ok()
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn refresh_time() -> SystemTime {
    SystemTime::UNIX_EPOCH + seconds(5)
}

fn region() -> Region {
    Region::used("westus2")
        .with_autodetection_source(RegionAutodetectionSource::Imds)
        .with_outcome(RegionOutcome::AutodetectSuccess)
}

fn returned() -> ErrorInfo {
    ErrorInfo::new("returned")
        .with_suberror("basic_action")
        .with_status(400)
        .with_sts_codes([53_003])
}

fn credential() -> Credential {
    Credential::new(CredentialKind::ManagedIdentity(ManagedIdentitySource::Imds))
        .with_grant_type(GrantType::ClientCredentials)
        .with_client_authentication(ClientAuthentication::PrivateKeyJwt)
}

fn suppressed() -> ErrorInfo {
    ErrorInfo::new("late_failure").with_credential(CredentialKind::AzureCli)
}

fn record_everything() {
    let current = Acquisition::current();
    current.set_correlation_id(ID);
    current.record_api(Api::new(7, "Other"));
    current.record_source(TokenSource::Broker);
    current.record_refresh_reason(CacheRefreshReason::Expired);
    current.record_token_type(TokenType::Bearer);
    current.record_stale_token();
    current.record_waiting(seconds(3));
    current.record_token(
        TokenInfo::new()
            .with_expires_in(seconds(60))
            .with_refresh_on(refresh_time())
            .with_refresh_token(true),
    );
    current.record_region(region());
    current.record_parameters(
        ApiParameters::new()
            .with_prompt(Prompt::Consent)
            .with_claims(true)
            .with_scope_count(3)
            .with_force_refresh(false),
    );
    current.record_cache_lookup(CacheLevel::L2Cache, CacheLookup::Error, Duration::ZERO);
    current.record_cached_token_count(8);
    current.record_cache_serialized(true);
    current.record_legacy_cache(false);
    current.record_managed_certificate(true);
    current.record_caller_sdk("fabrikam", "3.1");
    current.record_wrapper("@azure/msal-react", "2.0.0");
    current.record_broker_error("wam_503");
    current.record_platform_field("reg_type", "wpj");
    current.record_suppressed_error(suppressed());
    current.record_credential(credential());
    current.record_trigger(RefreshTrigger::TokenRejected { status: 401 });
    current.record_error(returned());
    drop(current.time_in_cache());
    drop(current.time_in_extension());
}

async fn send_requests() {
    let current = Acquisition::current();
    current.token_request(TOKEN_URL).pending(400);
    let slow = Status::new(503, ())
        .with_retry_after(seconds(9))
        .with_request_id("ticket-1");
    let sent = current.token_request(TOKEN_URL);
    let _answered = sent.send(|_| ready(Ok::<_, std::io::Error>(slow))).await;
    current.token_request(TOKEN_URL).failed(TransportError::Dns);
}

/// Returns the only record of an acquisition with this body.
fn record_of(body: impl AsyncFnOnce(&Telemetry) -> Result<(), LabError>) -> AcquisitionRecord {
    let recorder = Recorder::new();
    let telemetry = Telemetry::builder()
        .observer(recorder.clone())
        .clock(Ticking(0.into()))
        .build()
        .unwrap();
    let _ended = futures::executor::block_on(body(&telemetry));
    recorder.take().swap_remove(0)
}

/// A background acquisition inside another one.
fn full_record() -> AcquisitionRecord {
    record_of(async |telemetry| {
        let inner = async {
            record_everything();
            send_requests().await;
            Err(LabError::new("described"))
        };
        let outer = async {
            Acquisition::current().set_correlation_id(PARENT);
            telemetry.background(LabApi::Silent, inner).await
        };
        telemetry.background(LabApi::ForClient, outer).await
    })
}

fn cache_hit() -> AcquisitionRecord {
    record_of(async |telemetry| {
        let hit = async {
            Acquisition::current().record_cache_hit(CacheLevel::L2Cache);
            Ok(())
        };
        telemetry.background(LabApi::Silent, hit).await
    })
}

/// A refresh that returns the token of the one before.
fn refreshed() -> AcquisitionRecord {
    let recorder = Recorder::new();
    let telemetry = Telemetry::builder().observer(recorder.clone()).build();
    let telemetry = telemetry.unwrap();
    for _ in 0..2 {
        let refresh = telemetry.background(LabApi::Silent, async {
            let error = RegionAutodetectionError::Timeout;
            let region = Region::not_used().with_autodetection_error(error);
            Acquisition::current().record_region(region);
            Acquisition::current().record_source(TokenSource::IdentityProvider);
            Acquisition::current().record_token(TokenInfo::new().with_expires_in(Duration::ZERO));
            Ok::<_, LabError>(())
        });
        futures::executor::block_on(refresh).unwrap();
    }
    recorder.take().swap_remove(1)
}

#[track_caller]
fn assert_shown(record: &AcquisitionRecord, facts: &[Fact]) {
    let debug = format!("{record:?}");
    let json = serde_json::to_string(record).unwrap();
    for (getter, is_recorded, in_debug, in_json) in facts {
        assert!(is_recorded(record), "{getter} of {debug}");
        assert!(debug.contains(in_debug), "{in_debug} in {debug}");
        assert!(json.contains(in_json), "{in_json} in {json}");
    }
}

#[test]
fn every_fact_in_every_form() {
    let record = full_record();
    assert_shown(&record, FACTS);
    assert!(record.duration_total() > record.duration_in_http());
    assert_shown(&cache_hit(), FACTS_OF_HIT);
    assert_shown(&refreshed(), FACTS_OF_REFRESH);
}

#[test]
fn every_getter_in_this_test() {
    let rows = FACTS.iter().chain(FACTS_OF_HIT).chain(FACTS_OF_REFRESH);
    let tested: BTreeSet<_> = rows.map(|(getter, ..)| (*getter).to_owned()).collect();
    assert_eq!(tested, fields::getters());
}

/// Keys of `serde` data may add a unit or a part to the name of the fact, such as `_us`.
#[test]
fn keys_named_like_getters() {
    let names: Vec<_> = fields::getters()
        .iter()
        .map(|it| fields::fact(it))
        .collect();
    for record in [full_record(), cache_hit(), refreshed()] {
        let data = serde_json::to_value(record).unwrap();
        for key in data.as_object().unwrap().keys() {
            let is_fact = |name: &String| {
                let rest = key.strip_prefix(&**name);
                rest.is_some_and(|rest| SUFFIXES.contains(&rest))
            };
            assert!(names.iter().any(is_fact), "{key}");
        }
    }
}

const SUFFIXES: [&str; 8] = [
    "", "_us", "_s", "_number", "_id", "_sku", "_version", "_status",
];

#[test]
fn every_recording_method_in_this_test() {
    let methods = fields::methods("runtime/src/acquisition/current.rs", "self");
    let recording = |it: &&String| it.starts_with("record_") || it.starts_with("set_");
    let this = include_str!("record_facts.rs");
    let tested = |it: &&String| {
        ELSEWHERE.contains(&it.as_str())
            || this.contains(&format!("current().{it}("))
            || this.contains(&format!("current.{it}("))
    };
    let missing: Vec<_> = methods
        .iter()
        .filter(recording)
        .filter(|it| !tested(it))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
