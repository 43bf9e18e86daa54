//! What the quickstart does, and what must arrive at the token endpoint: written by hand.

use std::time::Duration;

use token_telemetry_examples::contoso::{AuthError, ContosoClient};
use token_telemetry_examples::token_endpoint::{Mishap, SECRET};

/// The scope of every call; it must not show up in any header.
pub(crate) const SCOPE: &str = "https://graph.contoso.example/.default";

/// How long the impatient caller waits.
const PATIENCE: Duration = Duration::from_millis(40);

/// One call of the SDK.
pub(crate) struct Scene {
    /// What the reader sees.
    pub(crate) title: &'static str,
    /// What goes wrong at the endpoint.
    pub(crate) mishaps: &'static [Mishap],
    /// What is done.
    pub(crate) act: Act,
    /// How the record must describe it: outcome, source, reason.
    pub(crate) record: [&'static str; 3],
    /// The requests that must arrive, in order.
    pub(crate) requests: &'static [Expected],
}

/// What the caller of the SDK does.
#[derive(Clone, Copy)]
pub(crate) enum Act {
    /// Asks for a token.
    Ask,
    /// Lets the cached token expire, and asks.
    AskAfterExpiry,
    /// Insists on a new token.
    Force,
    /// Insists on a new token, with a wrong secret.
    ForceWithWrongSecret,
    /// Insists on a new token, and does not wait for it.
    ForceAndGiveUp,
}

/// One request that must arrive.
pub(crate) struct Expected {
    /// Value of `x-client-current-telemetry`.
    pub(crate) current: &'static str,
    /// Value of `x-client-last-telemetry`.
    pub(crate) last: Last,
}

/// Value of `x-client-last-telemetry`.
pub(crate) enum Last {
    /// The header must be missing.
    Absent,
    /// The header must read so.
    Is(&'static str),
    /// The header must name the failed call, whose id the server has seen before.
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

/// The whole play.
pub(crate) const SCENES: [Scene; 9] = [
    Scene {
        title: "A first call: the cache is empty",
        mishaps: &[],
        act: Act::Ask,
        record: ["ok", "IdentityProvider", "NoCachedAccessToken"],
        requests: &[Expected {
            current: "5|1004,2,,,|0,1,1,,,",
            last: Last::Absent,
        }],
    },
    Scene {
        title: "The same again: a cache hit, no request at all",
        mishaps: &[],
        act: Act::Ask,
        record: ["ok", "Cache", "NotApplicable"],
        requests: &[],
    },
    Scene {
        title: "The cached token has expired",
        mishaps: &[],
        act: Act::AskAfterExpiry,
        record: ["ok", "IdentityProvider", "Expired"],
        requests: &[Expected {
            current: "5|1004,3,,,|0,1,1,,,",
            last: Last::Is("5|1|||"),
        }],
    },
    Scene {
        title: "The caller forces a refresh",
        mishaps: &[],
        act: Act::Force,
        record: ["ok", "IdentityProvider", "ForceRefreshOrClaims"],
        requests: &[FORCED],
    },
    Scene {
        title: "The endpoint is overloaded once: 503, then 200",
        mishaps: &[Mishap::Status(503)],
        act: Act::Force,
        record: ["ok", "IdentityProvider", "ForceRefreshOrClaims"],
        requests: &[FORCED, FORCED],
    },
    Scene {
        title: "The client secret is wrong: 401 with an AADSTS code",
        mishaps: &[],
        act: Act::ForceWithWrongSecret,
        record: ["error", "-", "ForceRefreshOrClaims"],
        requests: &[FORCED],
    },
    Scene {
        title: "The caller gives up: the request reports the failure, but gets no answer",
        mishaps: &[Mishap::Silence],
        act: Act::ForceAndGiveUp,
        record: ["cancelled", "-", "ForceRefreshOrClaims"],
        requests: &[FORCED_AFTER_FAILURE],
    },
    Scene {
        title: "The next call: the failure is reported again, and delivered",
        mishaps: &[],
        act: Act::Force,
        record: ["ok", "IdentityProvider", "ForceRefreshOrClaims"],
        requests: &[FORCED_AFTER_FAILURE],
    },
    Scene {
        title: "And once more: nothing is left to report",
        mishaps: &[],
        act: Act::Force,
        record: ["ok", "IdentityProvider", "ForceRefreshOrClaims"],
        requests: &[FORCED],
    },
];

impl Act {
    /// Calls the SDK, and returns why it failed if it did.
    pub(crate) async fn perform(self, client: &ContosoClient) -> Option<AuthError> {
        match self {
            Self::Ask => client.acquire_token_for_client(SCOPE).await.err(),
            Self::AskAfterExpiry => {
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
                tokio::time::timeout(PATIENCE, call).await.ok()?.err()
            }
        }
    }
}
