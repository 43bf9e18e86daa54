//! Runs the steps of `msal-net.json` as acquisitions of a small SDK.

use std::pin::{Pin, pin};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use http::HeaderMap;
use serde_json::Value;
use token_telemetry::api::Api;
use token_telemetry::test_util::{ManualClock, Recorder};
use token_telemetry::{
    Acquisition, AcquisitionRecord, ApiId, CacheLevel, CacheRefreshReason, DescribeError,
    ErrorInfo, Purpose, Telemetry, TelemetryBuilder, TokenInfo, TransportError, acquire_token,
};

use crate::config::Config;
use crate::step::{Acquire, Cache, Failure, Kind, Op, Outcome, Stage};

/// Token endpoint of the replayed SDK.
pub(crate) const TOKEN_URL: &str = "https://login.microsoftonline.com/common/oauth2/v2.0/token";

/// Discovery endpoint of the replayed SDK.
const DISCOVERY_URL: &str = "https://login.microsoftonline.com/common/discovery/instance";

/// Owner of the placeholder id; each step sets its own id while it runs.
pub(crate) struct Msal;

#[derive(ApiId, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[api_id(owner = Msal)]
pub(crate) enum AnyApi {
    /// Replaced by the id of the step.
    Replayed = 1,
}

/// The error of an acquisition, with the codes of the step.
#[derive(Debug, PartialEq)]
pub(crate) struct ReplayError(ErrorInfo);

impl ReplayError {
    /// Creates the error for a failure of a step.
    pub(crate) fn of(failure: &Failure, status: u16) -> Self {
        Self(error_info(failure, status))
    }
}

impl DescribeError<ReplayError> for Msal {
    fn describe(error: &ReplayError) -> ErrorInfo {
        error.0.clone()
    }
}

/// The requests and records of one step.
#[derive(Debug, Default)]
pub(crate) struct Run {
    /// Headers of each attempt of a token request, in order, foreground first.
    pub(crate) token_requests: Vec<HeaderMap>,
    /// Headers of the discovery request, if one was sent.
    pub(crate) discovery: Option<HeaderMap>,
    /// The record of the call itself.
    pub(crate) foreground: Option<AcquisitionRecord>,
    /// The record of the background refresh that the call started.
    pub(crate) background: Option<AcquisitionRecord>,
    /// What the call returned; `None` if the caller dropped it.
    pub(crate) returned: Option<Result<(), ReplayError>>,
}

impl Run {
    /// Returns the record of the call itself.
    pub(crate) fn record(&self) -> Result<&AcquisitionRecord, String> {
        let missing = || "expected a record of the call".to_owned();
        self.foreground.as_ref().ok_or_else(missing)
    }
}

/// An application that runs steps.
pub(crate) struct Driver {
    pub(crate) telemetry: Telemetry,
    pub(crate) config: Config,
    pub(crate) clock: ManualClock,
    recorder: Recorder,
    /// Whether acquisitions request metadata of the authority first.
    pub(crate) discovers: bool,
    sent: Mutex<Run>,
}

impl Driver {
    /// Creates an application whose `Telemetry` uses the clock and the recorder of the driver.
    pub(crate) fn new(config: Config, builder: TelemetryBuilder) -> Result<Self, String> {
        let (clock, recorder) = (ManualClock::new(), Recorder::new());
        let builder = builder.clock(clock.clone()).observer(recorder.clone());
        Ok(Self {
            telemetry: builder.build().map_err(|error| error.to_string())?,
            config,
            clock,
            recorder,
            discovers: false,
            sent: Mutex::default(),
        })
    }

    /// Runs one acquisition, and then the background refresh it started.
    pub(crate) fn acquire(&self, step: &Acquire) -> Result<Run, String> {
        let mut background = None;
        let returned = poll_once(pin!(call(&self.telemetry, self, step, &mut background)));
        let cancelled = matches!(
            &step.outcome.kind,
            Kind::Error(Failure {
                stage: Stage::Cancelled,
                ..
            })
        );
        if returned.is_some() == cancelled {
            return Err("the acquisition did not end as the step expects".to_owned());
        }
        let foreground = self.recorder.take().pop();
        if let Some(refresh) = background {
            let mut refresh = refresh;
            poll_once(refresh.as_mut());
        }
        let mut run = std::mem::take(&mut *self.sent());
        run.returned = returned;
        run.foreground = foreground;
        run.background = self.recorder.take().pop();
        Ok(run)
    }

    /// Runs the steps of a case, and passes each acquisition on.
    pub(crate) fn run(
        &mut self,
        steps: &[Value],
        mut acquire: impl FnMut(&Self, Acquire) -> Result<(), String>,
    ) -> Result<(), String> {
        for (at, step) in steps.iter().enumerate() {
            let in_step = |error| format!("step {}: {error}", at + 1);
            match Op::read(step, &mut self.config).map_err(in_step)? {
                Op::Acquire(step) => acquire(self, *step).map_err(in_step)?,
                // Past a throttling period.
                Op::AdvanceTime => self.clock.advance(Duration::from_secs(120)),
                Op::Configure | Op::ExpireCachedTokens => {}
            }
        }
        Ok(())
    }

    fn sent(&self) -> MutexGuard<'_, Run> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, step: &Acquire) {
        let current = Acquisition::current();
        // The names in the vectors must be `'static`.
        current.record_api(Api::new(step.api_id, step.api.clone().leak()));
        current.set_correlation_id(step.correlation_id);
        let id = step
            .caller_sdk_id
            .clone()
            .or_else(|| self.config.client_name.clone());
        let version = step
            .caller_sdk_ver
            .clone()
            .or_else(|| self.config.client_version.clone());
        if id.is_some() || version.is_some() {
            current.record_caller_sdk(id.unwrap_or_default(), version.unwrap_or_default());
        }
        if let Some(serialized) = self.config.cache_serialized {
            current.record_cache_serialized(serialized);
        }
        if let Some(legacy) = self.config.legacy_cache {
            current.record_legacy_cache(legacy);
        }
        if let Some(region) = &step.region {
            current.record_region(region.clone());
        }
        if let Some(managed) = step.managed_cert {
            current.record_managed_certificate(managed);
        }
        if let Some(token_type) = step.token_type {
            current.record_token_type(token_type);
        }
    }

    fn look_up(&self, step: &Acquire) {
        let current = Acquisition::current();
        if !matches!(step.cache, Cache::NotConsulted | Cache::Disabled) {
            let _timer = current.time_in_cache();
            self.clock.advance(Duration::from_millis(2));
        }
        if matches!(step.outcome.kind, Kind::Cache) {
            current.record_cache_hit(self.config.cache_level.unwrap_or(CacheLevel::L1Cache));
        }
        let forced = step
            .force_refresh
            .then_some(CacheRefreshReason::ForceRefreshOrClaims);
        if let Some(reason) = forced.or_else(|| step.cache.reason()) {
            current.record_refresh_reason(reason);
        }
    }

    /// Sends all attempts of one token request.
    fn token_request(&self, outcome: &Outcome) {
        for _ in 0..outcome.attempts {
            let mut request = Acquisition::current().token_request(TOKEN_URL);
            self.sent().token_requests.push(request.take_headers());
            self.clock.advance(Duration::from_millis(outcome.http_ms));
            match (outcome.status, &outcome.kind) {
                (0, Kind::Error(failure)) if failure.code == TransportError::Timeout.code() => {
                    request.failed(TransportError::Timeout);
                }
                (0, _) => request.failed(TransportError::Other),
                (status, _) => request.responded(status),
            }
        }
    }

    /// Ends the call as the identity provider, or its absence, decides.
    async fn end(&self, outcome: &Outcome) -> Result<(), ReplayError> {
        match &outcome.kind {
            Kind::Cache => {}
            Kind::Success => self.token_request(outcome),
            Kind::Error(failure) => {
                if failure.stage == Stage::Cancelled {
                    std::future::pending::<()>().await;
                }
                if failure.stage == Stage::TokenEndpoint && !failure.throttled {
                    self.token_request(outcome);
                }
                if failure.after_response {
                    self.token_request(&Outcome {
                        status: 200,
                        ..outcome.clone()
                    });
                }
                return Err(ReplayError::of(failure, outcome.status));
            }
        }
        let _timer = Acquisition::current().time_in_extension();
        Acquisition::current()
            .record_token(TokenInfo::new().with_expires_in(Duration::from_secs(3599)));
        Ok(())
    }
}

fn error_info(failure: &Failure, status: u16) -> ErrorInfo {
    let code = failure.code.clone();
    let info = if failure.is_foreign {
        ErrorInfo::foreign(code)
    } else {
        ErrorInfo::new(code)
    };
    let info = info.with_sts_codes(failure.sts_codes.iter().copied());
    if status == 0 {
        info
    } else {
        info.with_status(status)
    }
}

/// A background refresh that has not run yet.
type Refresh<'a> = Pin<Box<dyn Future<Output = Result<(), ReplayError>> + Send + 'a>>;

#[acquire_token(api = AnyApi::Replayed, telemetry = telemetry)]
async fn call<'a>(
    telemetry: &Telemetry,
    driver: &'a Driver,
    step: &'a Acquire,
    background: &mut Option<Refresh<'a>>,
) -> Result<(), ReplayError> {
    driver.note(step);
    driver.look_up(step);
    if driver.discovers {
        let mut request = Acquisition::current()
            .token_request(DISCOVERY_URL)
            .purpose(Purpose::Discovery);
        driver.sent().discovery = Some(request.take_headers());
        request.responded(200);
    }
    if let Some(outcome) = &step.background {
        let refresh = async move {
            driver.note(step);
            Acquisition::current().record_refresh_reason(CacheRefreshReason::ProactivelyRefreshed);
            driver.end(outcome).await
        };
        *background = Some(Box::pin(telemetry.background(AnyApi::Replayed, refresh)));
    }
    driver.end(&step.outcome).await
}

/// Polls a future once; returns its output if it completed.
fn poll_once<T>(future: Pin<&mut (impl Future<Output = T> + ?Sized)>) -> Option<T> {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}
