//! The scenes of the quickstart, with the expected requests written by hand.

use std::time::Duration;

use token_telemetry_examples::contoso::{AuthError, ContosoClient};
use token_telemetry_examples::token_endpoint::{Fault, SECRET};

/// The scope of every call; it must not appear in any header.
pub(crate) const SCOPE: &str = "https://graph.contoso.example/.default";

/// How long the caller waits in [`Act::ForceAndGiveUp`].
const TIMEOUT: Duration = Duration::from_millis(40);

/// One call of the SDK.
pub(crate) struct Scene {
    /// Title in the output.
    pub(crate) title: &'static str,
    /// Faults of the endpoint.
    pub(crate) faults: &'static [Fault],
    /// The call.
    pub(crate) act: Act,
    /// Expected outcome, source and reason in the record.
    pub(crate) record: [&'static str; 3],
    /// Expected requests, in order.
    pub(crate) requests: &'static [Expected],
    /// Expected beginnings of the timeline's lines, of a retried call only.
    pub(crate) attempts: &'static [&'static str],
}

/// What the caller of the SDK does.
#[derive(Clone, Copy)]
pub(crate) enum Act {
    /// Acquires a token.
    Acquire,
    /// Expires the cached tokens and acquires a token.
    AcquireAfterExpiry,
    /// Forces a refresh.
    Force,
    /// Forces a refresh with a wrong secret.
    ForceWithWrongSecret,
    /// Forces a refresh and drops the call before the response.
    ForceAndGiveUp,
}

/// An expected request.
pub(crate) struct Expected {
    /// Value of `x-client-current-telemetry`.
    pub(crate) current: &'static str,
    /// Value of `x-client-last-telemetry`.
    pub(crate) last: Last,
}

/// Expected value of `x-client-last-telemetry`.
pub(crate) enum Last {
    /// The header is absent.
    Absent,
    /// The header has this value.
    Is(&'static str),
    /// The header names the rejected request by its id, between these texts.
    NamesFailure {
        before_id: &'static str,
        after_id: &'static str,
    },
}

const FORCED: Expected = Expected {
    current: "5|1004,1,,,|0,1,1,,,",
    last: Last::Absent,
};

const FORCED_AFTER_FAILURE: Expected = Expected {
    current: "5|1004,1,,,|0,1,1,,,",
    last: Last::NamesFailure {
        before_id: "5|0|1004,",
        after_id: "|invalid_client|",
    },
};

/// All scenes, in order.
pub(crate) const SCENES: [Scene; 9] = [
    Scene {
        title: "A first call: the cache is empty",
        faults: &[],
        act: Act::Acquire,
        record: ["ok", "IdentityProvider", "NoCachedAccessToken"],
        requests: &[Expected {
            current: "5|1004,2,,,|0,1,1,,,",
            last: Last::Absent,
        }],
        attempts: &[],
    },
    Scene {
        title: "The same call again: a cache hit, no request",
        faults: &[],
        act: Act::Acquire,
        record: ["ok", "Cache", "NotApplicable"],
        requests: &[],
        attempts: &[],
    },
    Scene {
        title: "The cached token has expired",
        faults: &[],
        act: Act::AcquireAfterExpiry,
        record: ["ok", "IdentityProvider", "Expired"],
        requests: &[Expected {
            current: "5|1004,3,,,|0,1,1,,,",
            last: Last::Is("5|1|||"),
        }],
        attempts: &[],
    },
    Scene {
        title: "The caller forces a refresh",
        faults: &[],
        act: Act::Force,
        record: ["ok", "IdentityProvider", "ForceRefreshOrClaims"],
        requests: &[FORCED],
        attempts: &[],
    },
    Scene {
        title: "The endpoint is overloaded once: 503, then 200",
        faults: &[Fault::Status(503)],
        act: Act::Force,
        record: ["ok", "IdentityProvider", "ForceRefreshOrClaims"],
        requests: &[FORCED, FORCED],
        attempts: &["attempt 1 503", "attempt 2 200"],
    },
    Scene {
        title: "The client secret is wrong: 401 with an AADSTS code",
        faults: &[],
        act: Act::ForceWithWrongSecret,
        record: ["error", "-", "ForceRefreshOrClaims"],
        requests: &[FORCED],
        attempts: &[],
    },
    Scene {
        title: "The caller gives up: the request reports the failure, but gets no response",
        faults: &[Fault::Silence],
        act: Act::ForceAndGiveUp,
        record: ["cancelled", "-", "ForceRefreshOrClaims"],
        requests: &[FORCED_AFTER_FAILURE],
        attempts: &[],
    },
    Scene {
        title: "The next call: the failure is reported again and delivered",
        faults: &[],
        act: Act::Force,
        record: ["ok", "IdentityProvider", "ForceRefreshOrClaims"],
        requests: &[FORCED_AFTER_FAILURE],
        attempts: &[],
    },
    Scene {
        title: "One more call: nothing is left to report",
        faults: &[],
        act: Act::Force,
        record: ["ok", "IdentityProvider", "ForceRefreshOrClaims"],
        requests: &[FORCED],
        attempts: &[],
    },
];

impl Act {
    /// Calls the SDK and returns its error, if any.
    pub(crate) async fn perform(self, client: &ContosoClient) -> Option<AuthError> {
        match self {
            Self::Acquire => client.acquire_token_for_client(SCOPE).await.err(),
            Self::AcquireAfterExpiry => {
                client.expire_cached_tokens();
                client.acquire_token_for_client(SCOPE).await.err()
            }
            Self::Force => client.force_token_for_client(SCOPE).await.err(),
            Self::ForceWithWrongSecret => {
                client.set_secret("a wrong secret");
                let error = client.force_token_for_client(SCOPE).await.err();
                client.set_secret(SECRET);
                error
            }
            Self::ForceAndGiveUp => {
                let call = client.force_token_for_client(SCOPE);
                tokio::time::timeout(TIMEOUT, call).await.ok()?.err()
            }
        }
    }
}
