//! A steady mixed load on the Contoso SDK: rounds of the same steps, one acquisition each.

use std::time::Duration;

use token_telemetry::Telemetry;
use token_telemetry_examples::contoso::ContosoClient;
use token_telemetry_examples::token_endpoint::{Fault, SECRET, TokenEndpoint};

use token_telemetry_examples::Failure;

/// The scope of every call.
const SCOPE: &str = "https://graph.contoso.example/.default";

/// How long the caller waits for a response in [`Call::ForceAndGiveUp`].
const TIMEOUT: Duration = Duration::from_millis(40);

/// What happens before a call.
#[derive(Clone, Copy)]
enum Before {
    Nothing,
    /// This many minutes pass for the cached tokens.
    Minutes(u64),
    /// The in-memory cache is cleared.
    Restart,
    /// Both caches are cleared.
    Forget,
    /// The endpoint responds to this many requests with 503.
    Overload(usize),
    /// The endpoint does not respond to the next request.
    Silence,
    /// The secret is wrong, for this call only.
    WrongSecret,
}

/// The function that is called.
#[derive(Clone, Copy)]
enum Call {
    Acquire,
    AcquireForUser,
    Force,
    ForceAndGiveUp,
    RefreshAhead,
}

use Before as B;
use Call as C;

/// About two hours in the life of a service: 21 tokens, 3 failures, one call given up.
const ROUND: [(Before, Call); 25] = [
    (B::Forget, C::Acquire),
    (B::Minutes(5), C::Acquire),
    (B::Minutes(10), C::Acquire),
    (B::Nothing, C::AcquireForUser),
    (B::Nothing, C::AcquireForUser),
    (B::Minutes(5), C::Acquire),
    (B::Minutes(10), C::Acquire),
    (B::Overload(1), C::Force),
    (B::Minutes(5), C::Acquire),
    (B::Minutes(10), C::Acquire),
    (B::WrongSecret, C::Force),
    (B::Minutes(5), C::Acquire),
    (B::Minutes(20), C::Acquire),
    (B::WrongSecret, C::RefreshAhead),
    (B::Minutes(5), C::Acquire),
    (B::Nothing, C::RefreshAhead),
    (B::Minutes(5), C::Acquire),
    (B::Silence, C::ForceAndGiveUp),
    (B::Minutes(5), C::Acquire),
    (B::Minutes(55), C::Acquire),
    (B::Overload(2), C::Force),
    (B::Minutes(5), C::Acquire),
    (B::Restart, C::AcquireForUser),
    (B::Nothing, C::Force),
    (B::Minutes(15), C::Acquire),
];

/// The load: a client of the Contoso SDK and its token endpoint.
#[derive(Debug)]
pub struct Load {
    client: ContosoClient,
    endpoint: TokenEndpoint,
}

impl Load {
    /// Acquisitions in one round.
    pub const STEPS: usize = ROUND.len();

    /// Starts the token endpoint.
    ///
    /// # Errors
    ///
    /// Fails if no port is available.
    pub async fn start(telemetry: Telemetry) -> Result<Self, Failure> {
        let endpoint = TokenEndpoint::start().await?;
        let client = ContosoClient::new(telemetry, endpoint.url(), SECRET);
        Ok(Self { client, endpoint })
    }

    /// Returns the token endpoint, to inspect the requests.
    #[must_use]
    pub fn endpoint(&self) -> &TokenEndpoint {
        &self.endpoint
    }

    /// Runs one round without pauses.
    pub async fn round(&self) {
        for number in 0..Self::STEPS {
            self.step(number).await;
        }
    }

    /// Runs one acquisition; a number beyond the round wraps around.
    ///
    /// Results are dropped, because the telemetry already recorded them.
    pub async fn step(&self, number: usize) {
        let Some((before, call)) = ROUND.get(number % Self::STEPS) else {
            return;
        };
        self.prepare(*before);
        self.call(*call).await;
        if matches!(before, Before::WrongSecret) {
            self.client.set_secret(SECRET);
        }
    }

    fn prepare(&self, before: Before) {
        match before {
            Before::Nothing => {}
            Before::Minutes(minutes) => self.client.pass_time(Duration::from_secs(minutes * 60)),
            Before::Restart => self.client.restart(),
            Before::Forget => self.client.forget(),
            Before::Overload(times) => {
                (0..times).for_each(|_| self.endpoint.fault(Fault::Status(503)));
            }
            Before::Silence => self.endpoint.fault(Fault::Silence),
            Before::WrongSecret => self.client.set_secret("a wrong secret"),
        }
    }

    async fn call(&self, call: Call) {
        match call {
            Call::Acquire => drop(self.client.acquire_token_for_client(SCOPE).await),
            Call::AcquireForUser => drop(self.client.authorize_silently(SCOPE).await),
            Call::Force => drop(self.client.force_token_for_client(SCOPE).await),
            Call::RefreshAhead => drop(self.client.refresh_ahead(SCOPE).await),
            Call::ForceAndGiveUp => self.force_and_give_up().await,
        }
    }

    /// Gives up once the request has arrived, so that its fault cannot hit the next request.
    async fn force_and_give_up(&self) {
        let timeout = async {
            self.endpoint.request_ignored().await;
            tokio::time::sleep(TIMEOUT).await;
        };
        tokio::select! {
            result = self.client.force_token_for_client(SCOPE) => drop(result),
            () = timeout => {}
        }
    }
}
