//! The applications of the generated log.

use token_telemetry::CacheRefreshReason;
use token_telemetry::entra::{
    CurrentField, CurrentTelemetry, Dialect, FieldText, FieldValue, LastTelemetry, MsalNetVersion,
    PlatformField, ReportedFailure,
};

use super::random::Random;

/// An SDK in one version.
pub(crate) struct Client {
    pub(crate) sku: &'static str,
    pub(crate) version: &'static str,
    pub(crate) apis: &'static [u32],
    /// How many cache hits at most are between two requests.
    pub(crate) busy: u64,
    dialect: Dialect,
    sends: Sends,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sends {
    Both,
    Current,
    Identity,
}

/// Returns the SDKs; those with more entries have more applications.
pub(crate) fn fleet() -> Vec<Client> {
    let net = |version, release, sends| Client {
        sku: "MSAL.NET",
        version,
        apis: &[1004, 1004, 1004, 1007, 1006],
        busy: 40,
        dialect: Dialect::msal_net(release),
        sends,
    };
    let other = |sku, version, apis, dialect| Client {
        sku,
        version,
        apis,
        busy: 25,
        dialect,
        sends: Sends::Both,
    };
    let (python, node) = (Dialect::msal_python(), Dialect::msal_node());
    let python_apis = &[730, 84, 523];
    vec![
        net("4.82.0", MsalNetVersion::V4_82, Sends::Current),
        net("4.82.0", MsalNetVersion::V4_82, Sends::Current),
        net("4.66.1", MsalNetVersion::V4_65, Sends::Current),
        net("4.48.0", MsalNetVersion::V4_48, Sends::Both),
        other("MSAL.Python", "1.31.0", python_apis, python),
        other("MSAL.Python", "1.28.0", python_apis, python),
        other("msal.js.node", "3.2.1", &[62, 771], node),
        other("msal.js.node", "2.16.2", &[62, 771, 871], node),
        other("MSAL.Java", "1.17.2", &[729, 800], Dialect::msal4j()),
        other("MSAL.iOS", "1.6.0", &[31, 160], Dialect::msal_apple()),
        other(
            "MSAL.Android",
            "5.10.0",
            &[30, 121],
            Dialect::msal_android(),
        ),
        Client {
            sends: Sends::Identity,
            ..other("MSAL.Go", "1.4.2", &[0], Dialect::msal_go())
        },
        other("Contoso.Auth", "0.4.0", &[1004, 1007], Dialect::default()),
        other("Contoso.Auth", "0.4.0", &[1004, 1007], Dialect::default()),
        other("Contoso.Auth", "0.3.2", &[1004], Dialect::default()),
    ]
}

/// A failure that the application has not reported yet.
pub(crate) struct Failed {
    pub(crate) api: u32,
    pub(crate) id: String,
    pub(crate) code: &'static str,
    /// The number and the time of the failed request, if it reached the server.
    pub(crate) arrived: Option<(u64, i64)>,
}

/// A running application.
pub(crate) struct Session<'a> {
    pub(crate) client: &'a Client,
    pub(crate) hits: u64,
    pub(crate) failed: Vec<Failed>,
}

/// A request that the application sends.
pub(crate) struct Sent {
    pub(crate) api: u32,
    pub(crate) reason: Option<CacheRefreshReason>,
    pub(crate) has_last: bool,
    pub(crate) has_current: bool,
    id: String,
}

/// More failures would exceed the limits of some libraries.
const MOST_FAILURES: usize = 4;

impl<'a> Session<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self {
            client,
            hits: 0,
            failed: Vec::new(),
        }
    }

    fn api(&self, random: &mut Random) -> u32 {
        random.choose(self.client.apis).copied().unwrap_or(0)
    }

    fn fail(&mut self, failed: Failed) {
        if self.failed.len() < MOST_FAILURES {
            self.failed.push(failed);
        }
    }

    /// Fails without reaching the server.
    pub(crate) fn fail_offline(&mut self, random: &mut Random) {
        let codes = ["timeout", "dns_error", "connection_reset", "tls_error"];
        let failed = Failed {
            api: self.api(random),
            id: random.guid(),
            code: random.choose(&codes).copied().unwrap_or_default(),
            arrived: None,
        };
        self.fail(failed);
    }

    pub(crate) fn request(&mut self, random: &mut Random) -> Sent {
        use CacheRefreshReason as Reason;
        let has_current = self.client.sends != Sends::Identity;
        let reasons = [
            Reason::NoCachedAccessToken,
            Reason::NoCachedAccessToken,
            Reason::Expired,
            Reason::Expired,
            Reason::Expired,
            Reason::ProactivelyRefreshed,
            Reason::NotApplicable,
            Reason::ForceRefreshOrClaims,
        ];
        let reason = random.choose(&reasons).copied();
        // MSAL for Android only reports whether a refresh was forced.
        let is_silent = |reason: &Reason| {
            !has_current
                || (self.client.sku == "MSAL.Android" && *reason != Reason::ForceRefreshOrClaims)
        };
        Sent {
            api: self.api(random),
            reason: reason.filter(|reason| !is_silent(reason)),
            has_last: self.client.sends == Sends::Both,
            has_current,
            id: random.guid(),
        }
    }

    /// Forgets what the request has reported, and perhaps gets an error as response.
    pub(crate) fn sent(&mut self, request: &Sent, number: u64, now: i64, random: &mut Random) {
        self.hits = 0;
        self.failed.clear();
        if random.one_in(30) {
            let codes = ["invalid_grant", "invalid_client", "temporarily_unavailable"];
            self.fail(Failed {
                api: request.api,
                id: request.id.clone(),
                code: random.choose(&codes).copied().unwrap_or_default(),
                arrived: Some((number, now)),
            });
        }
    }
}

impl Sent {
    /// Returns the headers.
    pub(crate) fn headers(&self, session: &Session<'_>) -> Vec<(&'static str, String)> {
        let client = session.client;
        let mut headers = vec![
            ("x-client-SKU", client.sku.to_owned()),
            ("x-client-Ver", client.version.to_owned()),
            ("x-client-OS", "linux".to_owned()),
            ("client-request-id", self.id.clone()),
        ];
        if self.has_current {
            let current = CurrentTelemetry::new().with(CurrentField::Api, self.api);
            let current = match self.reason {
                Some(_) if client.sku == "MSAL.Android" => {
                    current.with(CurrentField::ForceRefresh, true)
                }
                Some(reason) => current.with(CurrentField::CacheInfo, reason),
                None => current,
            };
            let value = current.render(&client.dialect);
            headers.push(("x-client-current-telemetry", value));
        }
        if self.has_last {
            let mut last = LastTelemetry::new(session.hits)
                .with_platform_field(PlatformField::Waiting, session.failed.len() as u64)
                .with_platform_field(PlatformField::Overflow, false)
                .with_platform_field(PlatformField::AllSent, true);
            for failed in &session.failed {
                let id = FieldText::new(&*failed.id).map(FieldValue::Text);
                if let (Ok(id), Ok(code)) = (id, FieldText::new(failed.code)) {
                    last = last.with_failure(ReportedFailure::new(failed.api, id, code));
                }
            }
            headers.push(("x-client-last-telemetry", last.render(&client.dialect)));
        }
        headers
    }
}
