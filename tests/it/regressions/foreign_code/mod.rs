//! Observers, clocks, enrichers and subscribers that themselves use acquisitions.

mod headers;
mod subscribers;

use std::cell::Cell;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use opentelemetry_sdk::metrics::SdkMeterProvider;
use token_telemetry::acquisition::Clock;
use token_telemetry::otel::Metrics;
use token_telemetry::{Observer, TelemetryBuilder};

use crate::support::prelude::*;

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry, own_record)]
async fn inner(telemetry: &Telemetry) -> Result<(), LabError> {
    let _timer = Acquisition::current().time_in_cache();
    Ok(())
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn outer(telemetry: &Telemetry) -> Result<(), LabError> {
    inner(telemetry).await?;
    Acquisition::current()
        .token_request(TOKEN_URL)
        .responded(200);
    Ok(())
}

/// A `Telemetry` shared with the code that it calls.
type Own = Arc<OnceLock<Telemetry>>;

/// The action of code called by telemetry.
type Act = Box<dyn Fn(&Telemetry) + Send + Sync>;

struct Acting {
    own: Own,
    act: Act,
}

impl Acting {
    fn new(act: impl Fn(&Telemetry) + Send + Sync + 'static) -> Self {
        let act = Box::new(act);
        Self {
            own: Own::default(),
            act,
        }
    }

    fn act(&self) {
        if let Some(telemetry) = self.own.get() {
            (self.act)(telemetry);
        }
    }
}

impl Observer for Acting {
    fn finished(&self, _: &AcquisitionRecord) {
        self.act();
    }
}

impl Clock for Acting {
    fn now(&self) -> Duration {
        self.act();
        Duration::ZERO
    }
}

/// Records on the current acquisition, of which there must be none.
fn record_stale(_: &Telemetry) {
    Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
    Acquisition::current().record_stale_token();
}

/// Acquires a token, unless one is already being acquired.
fn acquire_once(telemetry: &Telemetry) {
    thread_local! {
        static IS_ACQUIRING: Cell<bool> = const { Cell::new(false) };
    }
    if !IS_ACQUIRING.replace(true) {
        now(hit(telemetry)).unwrap();
        IS_ACQUIRING.set(false);
    }
}

/// Acquires a token on each call.
fn acquire(telemetry: &Telemetry) {
    now(hit(telemetry)).unwrap();
}

/// Returns the records of `outer` and `inner`, and the others.
fn assert_untouched(records: &[AcquisitionRecord]) {
    let of = |api| {
        let is_it = |record: &&AcquisitionRecord| {
            record.api().name() == api && record.token_source() != Some(TokenSource::Cache)
        };
        records.iter().find(is_it).unwrap()
    };
    let (outer, inner) = (of("Silent"), of("ForClient"));
    assert_eq!(outer.token_source(), Some(TokenSource::IdentityProvider));
    assert_eq!((outer.cache_level(), outer.is_stale()), (None, false));
    assert_eq!((inner.token_source(), inner.is_stale()), (None, false));
    assert_eq!(inner.parent(), outer.correlation_id());
    for besides in records
        .iter()
        .filter(|record| record.cache_level().is_some())
    {
        assert_eq!(besides.token_source(), Some(TokenSource::Cache));
        assert_eq!(besides.parent(), None);
    }
}

type Options = fn(TelemetryBuilder, Acting) -> TelemetryBuilder;

fn with(act: fn(&Telemetry), options: Options) -> (Telemetry, Recorder) {
    let acting = Acting::new(act);
    let own = Arc::clone(&acting.own);
    let (telemetry, recorder) = recorded(|builder| options(builder, acting));
    assert!(own.set(telemetry.clone()).is_ok());
    (telemetry, recorder)
}

fn with_observer(act: fn(&Telemetry)) -> (Telemetry, Recorder) {
    with(act, TelemetryBuilder::observer)
}

fn with_clock(act: fn(&Telemetry)) -> (Telemetry, Recorder) {
    with(act, TelemetryBuilder::clock)
}

#[test]
fn records_in_observer_are_dropped() {
    let (telemetry, recorder) = with_observer(record_stale);
    now(outer(&telemetry)).unwrap();
    let records = recorder.take();
    assert_eq!(records.len(), 2);
    assert_untouched(&records);
}

#[test]
fn records_in_clock_are_dropped() {
    let (telemetry, recorder) = with_clock(record_stale);
    now(outer(&telemetry)).unwrap();
    let records = recorder.take();
    assert_eq!(records.len(), 2);
    assert_untouched(&records);
    assert!(records[0].duration_in_cache().is_some());
}

#[test]
fn records_in_enricher_are_dropped() {
    let provider = SdkMeterProvider::default();
    let metrics = Metrics::with_provider(provider).enricher(|_, _| {
        Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
    });
    let (telemetry, recorder) = recorded(|builder| builder.metrics(metrics));
    now(outer(&telemetry)).unwrap();
    assert_untouched(&recorder.take());
}

#[test]
fn observer_acquisition_has_own_record() {
    let (telemetry, recorder) = with_observer(acquire_once);
    now(outer(&telemetry)).unwrap();
    // One more record for each of the two, and none for those.
    let records = recorder.take();
    assert_eq!(records.len(), 4);
    assert_untouched(&records);
    let totals = telemetry.totals();
    assert_eq!((totals.cache, totals.identity_provider), (2, 1));
}

#[test]
fn clock_acquisition_has_own_record() {
    let (telemetry, recorder) = with_clock(acquire_once);
    now(outer(&telemetry)).unwrap();
    let records = recorder.take();
    assert!(records.len() > 2);
    assert_untouched(&records);
}

#[test]
fn observer_acquisition_is_not_captured() {
    let (telemetry, recorder) = with_observer(acquire_once);
    let captured = now(capture(hit(&telemetry)));
    assert_eq!(captured.records.len(), 1);
    assert_eq!(recorder.take().len(), 2);
}

#[test]
fn observer_recursion_stops_at_one_level() {
    let (telemetry, recorder) = with_observer(acquire);
    now(hit(&telemetry)).unwrap();
    // Observers get the call and the acquisition of an observer; the third is only counted.
    assert_eq!(recorder.take().len(), 2);
    assert_eq!(telemetry.totals().cache, 3);
}

#[test]
fn clock_recursion_stops() {
    let (telemetry, recorder) = with_clock(acquire);
    now(outer(&telemetry)).unwrap();
    assert_untouched(&recorder.take());
}

#[test]
fn describe_recursion_stops() {
    static OWN: OnceLock<Telemetry> = OnceLock::new();
    fn describe(_: &LabError) -> ErrorInfo {
        let again = now(always_failing(OWN.get().unwrap()));
        assert!(again.is_err());
        ErrorInfo::new("described")
    }
    #[acquire_token(api = LabApi::ForClient, telemetry = telemetry, error_info = describe)]
    async fn always_failing(telemetry: &Telemetry) -> Result<(), LabError> {
        Err(LabError::new("x"))
    }
    let (telemetry, recorder) = telemetry();
    assert!(OWN.set(telemetry.clone()).is_ok());
    assert!(now(always_failing(&telemetry)).is_err());
    let codes: Vec<_> = recorder
        .take()
        .iter()
        .map(|record| record.error_code().map(str::to_owned))
        .collect();
    let described = Some("described".to_owned());
    assert_eq!(codes, [described.clone(), described]);
    assert_eq!(telemetry.totals().failures, 3);
}
