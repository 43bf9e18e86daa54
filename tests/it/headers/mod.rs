//! The headers of token requests in every dialect.

mod caller;
mod capacity;
mod captured;
mod carriers;
mod custom;
pub(crate) mod delivery;
mod foreign_hosts;
mod identity;
mod properties;
mod purposes;
mod read_back;
mod reading;
mod received;
mod reporting;
mod values;

use futures::FutureExt as _;
use http::HeaderMap;
use token_telemetry::TelemetryBuilder;
use token_telemetry::entra::Dialect;

use crate::support::prelude::*;

pub(crate) use crate::support::now as run;

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
    /// Takes the telemetry of a request.
    pub(crate) fn of(request: &mut TokenRequest) -> Self {
        Self {
            headers: request.take_headers(),
            form: request.form_fields(),
        }
    }

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
fn requesting(telemetry: &Telemetry, purpose: Purpose, note: impl FnOnce()) -> Sent {
    acquire(telemetry, || {
        note();
        let mut request = token_request().purpose(purpose);
        let sent = Sent::of(&mut request);
        request.responded(200);
        sent
    })
}

/// Returns the telemetry of a token request after recording something.
pub(crate) fn noting(telemetry: &Telemetry, note: impl FnOnce()) -> Sent {
    requesting(telemetry, Purpose::Token, note)
}

/// Acquires a token from the cache.
pub(crate) fn hit(telemetry: &Telemetry) {
    now(crate::support::hit(telemetry)).unwrap();
}

/// Returns the telemetry of a request for a purpose.
pub(crate) fn asking_for(telemetry: &Telemetry, purpose: Purpose) -> Sent {
    requesting(telemetry, purpose, || ())
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

/// Lets a call fail, and returns the telemetry of its request.
pub(crate) fn fail(telemetry: &Telemetry, end: Ending) -> Option<Sent> {
    let mut sent = None;
    let ending = for_client(telemetry, async {
        let code = match end {
            Ending::Early(code) => code,
            Ending::Responded(status, code) => {
                let mut request = token_request();
                sent = Some(Sent::of(&mut request));
                request.responded(status);
                code
            }
            Ending::Dropped => std::future::pending().await,
        };
        Err::<(), _>(LabError::new(code))
    });
    assert_eq!(
        ending.now_or_never().is_none(),
        matches!(end, Ending::Dropped)
    );
    sent
}

/// Returns the codes waiting to be reported, oldest first.
pub(crate) fn waiting(telemetry: &Telemetry) -> Vec<String> {
    let pending = telemetry.pending_failures();
    let codes = pending.into_iter().map(|failure| failure.code.into_owned());
    codes.collect()
}
