//! A small SDK: annotated functions of every kind that run a given body.

use std::pin::Pin;
use std::sync::Weak;
use std::time::Duration;

use token_telemetry::region::{LegacyRegionSource, RegionAutodetectionSource, RegionOutcome};
use token_telemetry::{
    Acquisition, ApiId, ClientRequestId, DescribeError, ErrorInfo, Region, Telemetry, TokenInfo,
    TransportError, acquire_token,
};

use super::World;
use crate::program::{Call, Recording};
use crate::reference::info::FAULTS;
use crate::reference::values::{LEVELS, REASONS, REGIONS, SOURCES, TOKEN_TYPES, is_none, token_of};

pub(super) type Body<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A function that blocks.
pub(super) type Work = Box<dyn FnOnce() -> Result<Token, Fault> + Send>;

pub(super) struct Sdk;

#[derive(ApiId, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[api_id(owner = Sdk)]
pub(super) enum SdkApi {
    ForClient = 1004,
    Silent = 1007,
    OnBehalfOf = 1006,
    Interactive = 740_015,
}

/// An error, by number.
pub(super) struct Fault {
    pub(super) number: u8,
    /// Link to the armed actions of its description.
    pub(super) world: Weak<World>,
}

/// A token, by number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token(pub(super) u8);

impl DescribeError<Fault> for Sdk {
    fn describe(error: &Fault) -> ErrorInfo {
        Acquisition::current().record_stale_token();
        if let Some(world) = error.world.upgrade() {
            world.play_in_description();
        }
        info(error.number)
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the attribute calls it so"
)]
fn token_info(token: &Token) -> TokenInfo {
    Acquisition::current().record_stale_token();
    if is_none(token.0) {
        return TokenInfo::none();
    }
    let mut info = TokenInfo::new();
    let (token_type, lifetime) = token_of(token.0);
    if let Some(token_type) = token_type {
        info = info.with_token_type(token_type);
    }
    if let Some(lifetime) = lifetime {
        info = info.with_expires_in(Duration::from_millis(lifetime));
    }
    info
}

fn info(fault: u8) -> ErrorInfo {
    match fault % FAULTS {
        0 => ErrorInfo::new("invalid_grant"),
        1 => ErrorInfo::new("temporarily_unavailable"),
        2 => ErrorInfo::new("request_timeout"),
        3 => ErrorInfo::new("l".repeat(80)),
        4 => ErrorInfo::new("a,b|c\r\n\u{fc}"),
        5 => ErrorInfo::new("invalid_client")
            .with_status(401)
            .with_sts_codes([7_000_215, 50_196])
            .with_suberror("bad token"),
        6 => ErrorInfo::foreign("hyper::Error"),
        7 => ErrorInfo::unknown(),
        8 => ErrorInfo::transport(TransportError::Dns),
        9 => ErrorInfo::pending(),
        10 => ErrorInfo::fallback("io_error"),
        _ => ErrorInfo::new("x".repeat(1500)),
    }
}

macro_rules! annotated {
    ($($api:ident $plain:ident $blocking:ident $returned:ident $own:ident $blocking_own:ident $background:ident;)+) => {
        $(
            #[acquire_token(api = SdkApi::$api, telemetry = telemetry, token_info = token_info)]
            async fn $plain(telemetry: Telemetry, body: Body<Result<Token, Fault>>) -> Result<Token, Fault> {
                body.await
            }

            #[acquire_token(api = SdkApi::$api, telemetry = telemetry, token_info = token_info)]
            fn $blocking(telemetry: Telemetry, work: Work) -> Result<Token, Fault> {
                work()
            }

            #[acquire_token(api = SdkApi::$api, telemetry = telemetry, token_info = token_info)]
            fn $returned(telemetry: Telemetry, body: Body<Result<Token, Fault>>) -> Body<Result<Token, Fault>> {
                Box::pin(async move { body.await })
            }

            #[acquire_token(api = SdkApi::$api, telemetry = telemetry, own_record, token_info = token_info)]
            async fn $own(telemetry: Telemetry, body: Body<Result<Token, Fault>>) -> Result<Token, Fault> {
                body.await
            }

            #[acquire_token(api = SdkApi::$api, telemetry = telemetry, own_record, token_info = token_info)]
            fn $blocking_own(telemetry: Telemetry, work: Work) -> Result<Token, Fault> {
                work()
            }

            #[acquire_token(api = SdkApi::$api, telemetry = telemetry, background, token_info = token_info)]
            async fn $background(telemetry: Telemetry, body: Body<Result<Token, Fault>>) -> Result<Token, Fault> {
                body.await
            }
        )+

        /// Returns the future of a function called in this way.
        pub(super) fn call(call: Call, api: u8, telemetry: Telemetry, body: Body<Result<Token, Fault>>) -> Body<Result<Token, Fault>> {
            let api = [$(SdkApi::$api),+][usize::from(api) % 4];
            match api {
                $(SdkApi::$api => match call {
                    Call::Returned => $returned(telemetry, body),
                    Call::AsyncRecord => Box::pin($own(telemetry, body)),
                    Call::Background => Box::pin($background(telemetry, body)),
                    Call::Async | Call::Blocking | Call::BlockingRecord => Box::pin($plain(telemetry, body)),
                },)+
            }
        }

        /// Calls a blocking function.
        pub(super) fn call_blocking(own: bool, api: u8, telemetry: Telemetry, work: Work) -> Result<Token, Fault> {
            let api = [$(SdkApi::$api),+][usize::from(api) % 4];
            match api {
                $(SdkApi::$api if own => $blocking_own(telemetry, work),
                SdkApi::$api => $blocking(telemetry, work),)+
            }
        }
    };
}

annotated! {
    ForClient client client_blocking client_returned client_own client_blocking_own client_background;
    Silent silent silent_blocking silent_returned silent_own silent_blocking_own silent_background;
    OnBehalfOf obo obo_blocking obo_returned obo_own obo_blocking_own obo_background;
    Interactive user user_blocking user_returned user_own user_blocking_own user_background;
}

/// An acquisition without frames.
#[acquire_token(api = SdkApi::ForClient, telemetry = telemetry)]
pub(super) fn acquire_now(
    telemetry: &Telemetry,
    body: &mut dyn FnMut() -> Result<(), Fault>,
) -> Result<(), Fault> {
    body()
}

/// A background acquisition that is not polled yet.
pub(super) fn background(
    telemetry: &Telemetry,
    api: u8,
    body: Body<Result<Token, Fault>>,
) -> Body<Result<Token, Fault>> {
    Box::pin(telemetry.background(api_of(api), body))
}

fn api_of(api: u8) -> SdkApi {
    [
        SdkApi::ForClient,
        SdkApi::Silent,
        SdkApi::OnBehalfOf,
        SdkApi::Interactive,
    ][usize::from(api) % 4]
}

/// Returns an id that the SDK sets.
pub(crate) fn given_id(id: u32) -> ClientRequestId {
    ClientRequestId::from_bytes([u8::try_from(id + 1).unwrap(); 16])
}

/// Records on the current acquisition.
pub(super) fn record(recording: Recording) {
    let current = Acquisition::current();
    match recording {
        Recording::Hit { level } => {
            current.record_cache_hit(LEVELS[usize::from(level) % LEVELS.len()]);
        }
        Recording::Refresh(reason) => {
            current.record_refresh_reason(REASONS[usize::from(reason) % REASONS.len()]);
        }
        Recording::CacheDisabled => current.record_cache_disabled(),
        Recording::Source(source) => {
            current.record_source(SOURCES[usize::from(source) % SOURCES.len()]);
        }
        Recording::DefaultSource(source) => {
            current.record_default_source(SOURCES[usize::from(source) % SOURCES.len()]);
        }
        Recording::Pending => current.record_pending(),
        Recording::Waited(millis) => current.record_waiting(super::millis(millis)),
        Recording::Stale => current.record_stale_token(),
        Recording::TokenCount(count) => current.record_cached_token_count(count.into()),
        Recording::Serialized(is) => current.record_cache_serialized(is),
        Recording::LegacyCache(is) => current.record_legacy_cache(is),
        Recording::Region(number) => current.record_region(region(number)),
        Recording::TokenType(kind) => {
            current.record_token_type(TOKEN_TYPES[usize::from(kind) % TOKEN_TYPES.len()]);
        }
        Recording::Lifetime(seconds) => {
            current.record_token(
                TokenInfo::new().with_expires_in(Duration::from_secs(seconds.into())),
            );
        }
        Recording::NoToken => current.record_token(TokenInfo::none()),
        Recording::Id(id) if id % 8 == 7 => current.set_correlation_id("no id"),
        Recording::Id(id) => current.set_correlation_id(given_id(u32::from(id % 8))),
        Recording::CallerSdk(caller) => {
            let callers = [
                ("41", "1.2"),
                ("a-very-long-identifier", "1.0.0-a-version-that-is-long"),
                ("a,b", "1|2"),
            ];
            let (id, version) = callers[usize::from(caller) % callers.len()];
            current.record_caller_sdk(id, version);
        }
        Recording::ManagedCertificate(used) => current.record_managed_certificate(used),
        Recording::Wrapper(wrapper) => {
            let (sku, version) =
                [("@azure/msal-react", "5.0.1"), ("w|x", "1")][usize::from(wrapper % 2)];
            current.record_wrapper(sku, version);
        }
        Recording::BrokerError(code) => {
            current.record_broker_error(["broker_down", "a,b"][usize::from(code % 2)]);
        }
        Recording::Api(api) => current.record_api(api_of(api)),
        Recording::Error(fault) => current.record_error(info(fault)),
        Recording::SubFailure(fault) => current.record_suppressed_error(info(fault)),
    }
}

fn region(number: u8) -> Region {
    match number % REGIONS {
        0 => Region::used("centralus")
            .with_autodetection_source(RegionAutodetectionSource::Imds)
            .with_outcome(RegionOutcome::AutodetectSuccess)
            .with_legacy_source(LegacyRegionSource::Imds)
            .with_user_provided("eastus")
            .with_user_valid(false)
            .with_fallback_to_global(false),
        1 => Region::not_used()
            .with_autodetection_source(RegionAutodetectionSource::FailedAutoDiscovery)
            .with_outcome(RegionOutcome::FallbackToGlobal)
            .with_legacy_source(LegacyRegionSource::FailedAutoDiscovery)
            .with_fallback_to_global(true),
        _ => Region::used("westus2")
            .with_outcome(RegionOutcome::UserProvided)
            .with_legacy_source(LegacyRegionSource::UserProvided)
            .with_user_provided("westus2")
            .with_user_valid(true)
            .with_fallback_to_global(false),
    }
}
