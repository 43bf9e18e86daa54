//! MSAL.NET's instruments.

use std::sync::OnceLock;
use std::time::Duration;

use opentelemetry::metrics::{Counter, Histogram, Meter};
use opentelemetry::{InstrumentationScope, KeyValue, StringValue, Value, global};

use super::catalog::{self, Instrument, key};
use super::{Metrics, Provider};
use crate::acquisition::AcquisitionRecord;
use crate::cache::{CacheLevel, CacheRefreshReason, TokenSource};
use crate::client::ClientInfo;
use crate::token::TokenType;

/// The instruments of one `Telemetry`, made when the first acquisition ends.
pub(crate) struct MsalMetrics {
    provider: Provider,
    version: StringValue,
    platform: StringValue,
    instruments: OnceLock<Instruments>,
}

struct Instruments {
    success: Counter<u64>,
    failure: Counter<u64>,
    total: Histogram<u64>,
    http: Histogram<u64>,
}

impl MsalMetrics {
    /// None if the SDK switched metrics off.
    pub(crate) fn new(metrics: Metrics, client: &ClientInfo) -> Option<Self> {
        let text =
            |text: Option<&str>| StringValue::from(text.unwrap_or(catalog::UNKNOWN).to_owned());
        match metrics.provider {
            Provider::Off => None,
            provider @ (Provider::Global | Provider::Explicit(_)) => Some(Self {
                provider,
                version: text(client.version()),
                platform: text(client.sku()),
                instruments: OnceLock::new(),
            }),
        }
    }

    /// Records a finished acquisition.
    pub(crate) fn finished(&self, record: &AcquisitionRecord) {
        let instruments = self
            .instruments
            .get_or_init(|| Instruments::new(&self.meter()));
        if record.is_ok() {
            self.succeeded(instruments, record);
        } else {
            instruments.failure.add(1, &self.failure_attributes(record));
        }
    }

    fn meter(&self) -> Meter {
        let scope = InstrumentationScope::builder(catalog::METER)
            .with_version(catalog::METER_VERSION)
            .build();
        match &self.provider {
            Provider::Explicit(provider) => provider.meter_with_scope(scope),
            Provider::Global | Provider::Off => global::meter_with_scope(scope),
        }
    }

    fn succeeded(&self, instruments: &Instruments, record: &AcquisitionRecord) {
        let source = record.source().map_or(catalog::EMPTY, TokenSource::name);
        let level = record.level().unwrap_or(CacheLevel::None).name();
        let common = Common::of(record);
        instruments.success.add(
            1,
            &[
                KeyValue::new(key::MSAL_VERSION, self.version.clone()),
                KeyValue::new(key::PLATFORM, self.platform.clone()),
                KeyValue::new(key::API_ID, common.api),
                KeyValue::new(key::CALLER_SDK_ID, common.caller.clone()),
                KeyValue::new(key::TOKEN_SOURCE, source),
                KeyValue::new(key::CACHE_REFRESH_REASON, common.reason),
                KeyValue::new(key::CACHE_LEVEL, level),
                KeyValue::new(key::TOKEN_TYPE, common.token_type),
            ],
        );
        if let Some(total) = record.total().filter(|_| !record.is_background()) {
            instruments.total.record(
                millis(total),
                &[
                    KeyValue::new(key::MSAL_VERSION, self.version.clone()),
                    KeyValue::new(key::PLATFORM, self.platform.clone()),
                    KeyValue::new(key::API_ID, common.api),
                    KeyValue::new(key::TOKEN_SOURCE, source),
                    KeyValue::new(key::CACHE_LEVEL, level),
                    KeyValue::new(key::CACHE_REFRESH_REASON, common.reason),
                    KeyValue::new(key::TOKEN_TYPE, common.token_type),
                ],
            );
        }
        if let (Some(TokenSource::IdentityProvider), Some(http)) =
            (record.source(), record.in_http())
        {
            instruments.http.record(
                millis(http),
                &[
                    KeyValue::new(key::MSAL_VERSION, self.version.clone()),
                    KeyValue::new(key::PLATFORM, self.platform.clone()),
                    KeyValue::new(key::API_ID, common.api),
                    KeyValue::new(key::TOKEN_TYPE, common.token_type),
                ],
            );
        }
    }

    fn failure_attributes(&self, record: &AcquisitionRecord) -> [KeyValue; 8] {
        let common = Common::of(record);
        let sts_code = record
            .error()
            .and_then(|error| error.sts().first().copied());
        let text = |text: Option<&str>| {
            text.map_or(Value::from(catalog::EMPTY), |text| text.to_owned().into())
        };
        [
            KeyValue::new(key::MSAL_VERSION, self.version.clone()),
            KeyValue::new(key::PLATFORM, self.platform.clone()),
            KeyValue::new(key::ERROR_CODE, text(record.error_code())),
            KeyValue::new(key::API_ID, common.api),
            KeyValue::new(key::CALLER_SDK_ID, common.caller),
            KeyValue::new(key::CACHE_REFRESH_REASON, common.reason),
            KeyValue::new(key::TOKEN_TYPE, common.token_type),
            KeyValue::new(
                key::RAW_STS_ERROR_CODE,
                text(sts_code.map(|code| code.to_string()).as_deref()),
            ),
        ]
    }
}

/// Values that several instruments share.
struct Common {
    api: &'static str,
    caller: StringValue,
    reason: &'static str,
    token_type: i64,
}

impl Common {
    fn of(record: &AcquisitionRecord) -> Self {
        Self {
            api: record.api().name(),
            caller: match record.caller_sdk() {
                Some((id, version)) => format!("{id},{version}").into(),
                None => catalog::EMPTY.into(),
            },
            reason: record
                .refresh_reason()
                .unwrap_or(CacheRefreshReason::NotApplicable)
                .name(),
            token_type: record
                .token_type()
                .unwrap_or(TokenType::Bearer)
                .wire()
                .into(),
        }
    }
}

impl Instruments {
    fn new(meter: &Meter) -> Self {
        Self {
            success: counter(meter, &catalog::SUCCESS),
            failure: counter(meter, &catalog::FAILURE),
            total: histogram(meter, &catalog::TOTAL_DURATION),
            http: histogram(meter, &catalog::DURATION_IN_HTTP),
        }
    }
}

fn counter(
    meter: &Meter,
    Instrument {
        name,
        unit: _,
        description,
    }: &Instrument,
) -> Counter<u64> {
    meter
        .u64_counter(*name)
        .with_description(*description)
        .build()
}

fn histogram(
    meter: &Meter,
    Instrument {
        name,
        unit,
        description,
    }: &Instrument,
) -> Histogram<u64> {
    meter
        .u64_histogram(*name)
        .with_unit(*unit)
        .with_description(*description)
        .build()
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
