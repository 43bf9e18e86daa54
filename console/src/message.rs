//! What a page receives.

use serde::Serialize;
use serde_json::value::RawValue;
use token_telemetry::acquisition::InFlightAcquisition;
use token_telemetry::credential::CredentialKind;
use token_telemetry::{Totals, TransportError};

use crate::board::Figures;
use crate::clock::micros;
use crate::collector::number;
use crate::sdk::Sdk;

/// Lists in a message are cut after this many; the counts beside them are complete.
const LISTED: usize = 100;

#[derive(Serialize)]
pub(crate) struct Message<'a> {
    pub(crate) run: &'a str,
    pub(crate) version: u64,
    /// How long the answer was held back, so that a page can find out how far it is behind.
    pub(crate) held_ms: u64,
    pub(crate) now_ms: u64,
    pub(crate) sdks: Vec<SdkData<'a>>,
    /// Acquisitions after the last message that are not in this one.
    pub(crate) skipped: u64,
    /// Acquisitions since the start that came too fast for the console.
    pub(crate) dropped: u64,
    pub(crate) entries: Vec<Box<RawValue>>,
}

/// One SDK: what its client says now, and what the console has counted.
#[derive(Serialize)]
pub(crate) struct SdkData<'a> {
    #[serde(flatten)]
    client: ClientData<'a>,
    #[serde(flatten)]
    figures: Figures,
}

impl<'a> SdkData<'a> {
    pub(crate) const fn new(client: ClientData<'a>, figures: Figures) -> Self {
        Self { client, figures }
    }
}

/// What the client of an SDK says now.
#[derive(Serialize)]
pub(crate) struct ClientData<'a> {
    id: usize,
    name: &'a str,
    version: &'a str,
    totals: TotalsData,
    in_flight: InFlightData,
    failures: FailuresData,
    hits_to_report: u64,
    tokens: Vec<TokenData>,
}

impl<'a> ClientData<'a> {
    /// Reads everything; `id` is the number of the SDK on the page.
    pub(crate) fn read(id: usize, sdk: &'a Sdk) -> Self {
        Self {
            id,
            name: &sdk.name,
            version: &sdk.version,
            totals: totals(&sdk.telemetry.totals()),
            in_flight: in_flight(sdk),
            failures: failures(sdk),
            hits_to_report: sdk.telemetry.pending_hits(),
            tokens: tokens(sdk),
        }
    }
}

#[derive(Serialize)]
struct TotalsData {
    acquisitions: u64,
    cache: u64,
    identity_provider: u64,
    broker: u64,
    unknown: u64,
    failures: u64,
    cancelled: u64,
    pending: u64,
    no_token: u64,
    rejected_tokens: u64,
}

#[derive(Serialize)]
struct InFlightData {
    count: usize,
    listed: Vec<InFlightEntry>,
}

#[derive(Serialize)]
struct InFlightEntry {
    id: u64,
    api: &'static str,
    age_us: Option<u64>,
    attempts: u32,
    last_status: Option<u16>,
    last_error: Option<&'static str>,
    waiting_for: &'static str,
    background: bool,
}

#[derive(Serialize)]
struct FailuresData {
    waiting: Vec<FailureData>,
    waiting_count: usize,
    in_flight_count: usize,
    lost: u64,
    delivered: u64,
}

#[derive(Serialize)]
struct FailureData {
    api: &'static str,
    api_id: u32,
    code: String,
    id: String,
    in_flight: bool,
}

#[derive(Serialize)]
struct TokenData {
    api: &'static str,
    credential: Option<&'static str>,
    age_us: u64,
    expires_in_us: u64,
    lifetime_us: u64,
}

fn totals(totals: &Totals) -> TotalsData {
    let Totals {
        identity_provider,
        cache,
        broker,
        unknown,
        failures,
        cancelled,
        pending,
        no_token,
        rejected_tokens,
        ..
    } = *totals;
    let successes = identity_provider + cache + broker + unknown + no_token;
    TotalsData {
        acquisitions: successes + failures + cancelled + pending,
        cache,
        identity_provider,
        broker,
        unknown,
        failures,
        cancelled,
        pending,
        no_token,
        rejected_tokens,
    }
}

fn in_flight(sdk: &Sdk) -> InFlightData {
    let now = sdk.telemetry.in_flight();
    let mut oldest: Vec<&InFlightAcquisition> = now.acquisitions().iter().collect();
    oldest.sort_by_key(|acquisition| std::cmp::Reverse(acquisition.age()));
    let listed = oldest.into_iter().take(LISTED).map(|acquisition| {
        let last = acquisition.last_response();
        InFlightEntry {
            id: number(acquisition.id()),
            api: acquisition.api().name(),
            age_us: acquisition.age().map(micros),
            attempts: acquisition.attempts(),
            last_status: last.and_then(Result::ok),
            last_error: last.and_then(Result::err).map(TransportError::code),
            waiting_for: acquisition.waiting_for().name(),
            background: acquisition.is_background(),
        }
    });
    InFlightData {
        count: now.count(),
        listed: listed.collect(),
    }
}

fn failures(sdk: &Sdk) -> FailuresData {
    let all = sdk.telemetry.pending_failures();
    let in_flight_count = all.iter().filter(|failure| failure.in_flight).count();
    let listed = all.iter().take(LISTED).map(|failure| FailureData {
        api: failure.api.name(),
        api_id: failure.api.number(),
        code: failure.code.to_string(),
        id: failure.correlation_id.to_string(),
        in_flight: failure.in_flight,
    });
    FailuresData {
        waiting: listed.collect(),
        waiting_count: all.len() - in_flight_count,
        in_flight_count,
        lost: sdk.telemetry.lost_failures(),
        delivered: sdk.telemetry.delivered_failures(),
    }
}

fn tokens(sdk: &Sdk) -> Vec<TokenData> {
    let tokens = sdk.telemetry.tokens().into_iter();
    let tokens = tokens.take(LISTED).map(|token| TokenData {
        api: token.api().name(),
        credential: token.credential().map(CredentialKind::name),
        age_us: micros(token.age()),
        expires_in_us: micros(token.expires_in()),
        lifetime_us: micros(token.lifetime()),
    });
    tokens.collect()
}
