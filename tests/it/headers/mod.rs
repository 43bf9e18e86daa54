//! The headers of token requests in every dialect.

mod caller;
mod capacity;
mod captured;
mod carriers;
mod custom;
mod delivery;
mod foreign_hosts;
mod identity;
mod properties;
mod purposes;
mod read_back;
mod reading;
mod reporting;
mod values;

use http::HeaderMap;
use token_telemetry::entra::Dialect;
use token_telemetry::{
    Acquisition, CacheLevel, Purpose, Telemetry, TelemetryBuilder, acquire_token,
};

use crate::support::{LabApi, LabError, TOKEN_URL};

pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    futures::executor::block_on(future)
}

/// Creates an instance with a dialect.
pub(crate) fn speaking(dialect: Dialect) -> Telemetry {
    of(Telemetry::builder().dialect(dialect))
}

pub(crate) fn of(builder: TelemetryBuilder) -> Telemetry {
    let builder = builder.sdk("Lab.Auth", "1.2.3").platform("Linux", "x64");
    builder.build().unwrap()
}

/// The telemetry of one token request.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(crate) headers: HeaderMap,
    pub(crate) form: Vec<(&'static str, String)>,
}

impl Sent {
    /// Returns a value from the form fields or the headers.
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        let of_form = self
            .form
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        let of_header = || Some(self.headers.get(name)?.to_str().unwrap().to_owned());
        of_form.map(|(_, value)| value.clone()).or_else(of_header)
    }

    pub(crate) fn current(&self) -> Option<String> {
        self.value("x-client-current-telemetry")
    }

    pub(crate) fn last(&self) -> Option<String> {
        self.value("x-client-last-telemetry")
    }

    /// Returns all names, lowercased and sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let headers = self.headers.keys().map(ToString::to_string);
        let form = self.form.iter().map(|(name, _)| name.to_ascii_lowercase());
        let mut names: Vec<String> = headers.chain(form).collect();
        names.sort();
        names
    }
}

/// Records something and sends one request for a purpose.
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn requesting(
    telemetry: &Telemetry,
    purpose: Purpose,
    note: impl FnOnce(),
) -> Result<Sent, LabError> {
    note();
    let mut request = Acquisition::current()
        .token_request(TOKEN_URL)
        .purpose(purpose);
    let sent = Sent {
        headers: request.take_headers(),
        form: request.form_fields(),
    };
    request.responded(200);
    Ok(sent)
}

/// Returns the telemetry of a token request after recording something.
pub(crate) fn noting(telemetry: &Telemetry, note: impl FnOnce()) -> Sent {
    run(requesting(telemetry, Purpose::Token, note)).unwrap()
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn hitting(telemetry: &Telemetry) -> Result<(), LabError> {
    Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
    Ok(())
}

/// Acquires a token from the cache.
pub(crate) fn hit(telemetry: &Telemetry) {
    run(hitting(telemetry)).unwrap();
}

/// Returns the telemetry of a request for a purpose.
pub(crate) fn asking_for(telemetry: &Telemetry, purpose: Purpose) -> Sent {
    run(requesting(telemetry, purpose, || ())).unwrap()
}

/// How a call ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ending {
    /// Before a request, with this code.
    Early(&'static str),
    /// With a response of this status, and this code.
    Responded(u16, &'static str),
    /// Dropped while pending.
    Dropped,
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn ending(
    telemetry: &Telemetry,
    ending: Ending,
    sent: &mut Option<Sent>,
) -> Result<(), LabError> {
    let code = match ending {
        Ending::Early(code) => code,
        Ending::Responded(status, code) => {
            let mut request = Acquisition::current().token_request(TOKEN_URL);
            *sent = Some(Sent {
                headers: request.take_headers(),
                form: request.form_fields(),
            });
            request.responded(status);
            code
        }
        Ending::Dropped => std::future::pending().await,
    };
    Err(LabError::new(code))
}

/// Lets a call fail, and returns the telemetry of its request.
pub(crate) fn fail(telemetry: &Telemetry, end: Ending) -> Option<Sent> {
    let mut sent = None;
    {
        let call = std::pin::pin!(ending(telemetry, end, &mut sent));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let polled = call.poll(&mut context);
        assert_eq!(polled.is_pending(), matches!(end, Ending::Dropped));
    }
    sent
}

/// Returns the codes waiting to be reported, oldest first.
pub(crate) fn waiting(telemetry: &Telemetry) -> Vec<String> {
    let pending = telemetry.pending_failures();
    pending
        .into_iter()
        .map(|failure| failure.code.into_owned())
        .collect()
}
