//! A small SDK: annotated functions of every kind around a body that is handed to them.

use std::pin::Pin;
use std::sync::Weak;
use std::time::Duration;

use token_telemetry::{
    Acquisition, ApiId, ClientRequestId, DescribeError, ErrorInfo, LegacyRegionSource, Region,
    RegionAutodetectionSource, RegionOutcome, Telemetry, TokenInfo, TransportError, acquire_token,
};

use super::World;
use crate::program::{Call, Note};
use crate::reference::info::FAULTS;
use crate::reference::values::{LEVELS, REASONS, REGIONS, SOURCES, TOKEN_TYPES, token_of};

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
    /// Where its description finds what it is to do.
    pub(super) world: Weak<World>,
}

/// A token, by number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token(pub(super) u8);

impl DescribeError<Fault> for Sdk {
    fn describe(error: &Fault) -> ErrorInfo {
        Acquisition::current().served_stale();
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
    Acquisition::current().served_stale();
    let mut info = TokenInfo::new();
    let (token_type, lifetime) = token_of(token.0);
    if let Some(token_type) = token_type {
        info = info.token_type(token_type);
    }
    if let Some(lifetime) = lifetime {
        info = info.expires_in(Duration::from_millis(lifetime));
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
            .status(401)
            .sts_codes([7_000_215, 50_196])
            .suberror("bad token"),
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
            #[acquire_token(api = SdkApi::$api, telemetry = telemetry, ok = token_info)]
            async fn $plain(telemetry: Telemetry, body: Body<Result<Token, Fault>>) -> Result<Token, Fault> {
                body.await
            }

            #[acquire_token(api = SdkApi::$api, telemetry = telemetry, ok = token_info)]
            fn $blocking(telemetry: Telemetry, work: Work) -> Result<Token, Fault> {
                work()
            }

            #[acquire_token(api = SdkApi::$api, telemetry = telemetry, ok = token_info)]
            fn $returned(telemetry: Telemetry, body: Body<Result<Token, Fault>>) -> Body<Result<Token, Fault>> {
                Box::pin(async move { body.await })
            }

            #[acquire_token(api = SdkApi::$api, telemetry = telemetry, nested = record, ok = token_info)]
            async fn $own(telemetry: Telemetry, body: Body<Result<Token, Fault>>) -> Result<Token, Fault> {
                body.await
            }

            #[acquire_token(api = SdkApi::$api, telemetry = telemetry, nested = record, ok = token_info)]
            fn $blocking_own(telemetry: Telemetry, work: Work) -> Result<Token, Fault> {
                work()
            }

            #[acquire_token(api = SdkApi::$api, telemetry = telemetry, background, ok = token_info)]
            async fn $background(telemetry: Telemetry, body: Body<Result<Token, Fault>>) -> Result<Token, Fault> {
                body.await
            }
        )+

        /// The future of a function that is called in this way.
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

        /// Calls a function that blocks.
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

/// Id that an SDK sets.
pub(crate) fn given_id(id: u32) -> ClientRequestId {
    ClientRequestId::from_bytes([u8::try_from(id + 1).unwrap(); 16])
}

/// Records a fact on whatever acquisition is current.
pub(super) fn note(note: Note) {
    let current = Acquisition::current();
    match note {
        Note::Hit { level } => current.cache_hit(LEVELS[usize::from(level) % LEVELS.len()]),
        Note::Refresh(reason) => current.refresh(REASONS[usize::from(reason) % REASONS.len()]),
        Note::CacheDisabled => current.cache_disabled(),
        Note::Source(source) => current.source(SOURCES[usize::from(source) % SOURCES.len()]),
        Note::DefaultSource(source) => {
            current.record_default_source(SOURCES[usize::from(source) % SOURCES.len()]);
        }
        Note::Pending => current.record_pending(),
        Note::Waited(millis) => current.waited(super::millis(millis)),
        Note::Stale => current.served_stale(),
        Note::TokenCount(count) => current.cached_token_count(count.into()),
        Note::Serialized(is) => current.cache_serialized(is),
        Note::LegacyCache(is) => current.legacy_cache(is),
        Note::Region(number) => current.region(region(number)),
        Note::TokenType(kind) => {
            current.token_type(TOKEN_TYPES[usize::from(kind) % TOKEN_TYPES.len()]);
        }
        Note::Lifetime(seconds) => {
            current.token(TokenInfo::new().expires_in(Duration::from_secs(seconds.into())));
        }
        Note::Id(id) if id % 8 == 7 => current.correlation_id("no id"),
        Note::Id(id) => current.correlation_id(given_id(u32::from(id % 8))),
        Note::CallerSdk(caller) => {
            let callers = [
                ("41", "1.2"),
                ("a-very-long-identifier", "1.0.0-a-version-that-is-long"),
                ("a,b", "1|2"),
            ];
            let (id, version) = callers[usize::from(caller) % callers.len()];
            current.caller_sdk(id, version);
        }
        Note::ManagedCertificate(used) => current.managed_certificate(used),
        Note::Wrapper(wrapper) => {
            let (sku, version) =
                [("@azure/msal-react", "5.0.1"), ("w|x", "1")][usize::from(wrapper % 2)];
            current.wrapper(sku, version);
        }
        Note::BrokerError(code) => {
            current.broker_error(["broker_down", "a,b"][usize::from(code % 2)]);
        }
        Note::Api(api) => current.api(api_of(api)),
        Note::Error(fault) => current.error(info(fault)),
        Note::SubFailure(fault) => current.sub_failure(info(fault)),
    }
}

fn region(number: u8) -> Region {
    match number % REGIONS {
        0 => Region::used("centralus")
            .source(RegionAutodetectionSource::Imds)
            .outcome(RegionOutcome::AutodetectSuccess)
            .legacy_source(LegacyRegionSource::Imds)
            .user_provided("eastus")
            .user_valid(false)
            .fallback_to_global(false),
        1 => Region::not_used()
            .source(RegionAutodetectionSource::FailedAutoDiscovery)
            .outcome(RegionOutcome::FallbackToGlobal)
            .legacy_source(LegacyRegionSource::FailedAutoDiscovery)
            .fallback_to_global(true),
        _ => Region::used("westus2")
            .outcome(RegionOutcome::UserProvided)
            .legacy_source(LegacyRegionSource::UserProvided)
            .user_provided("westus2")
            .user_valid(true)
            .fallback_to_global(false),
    }
}
