//! A steady mixed load on the Contoso SDK: rounds of the same steps, one acquisition each.

use std::time::Duration;

use token_telemetry::Telemetry;
use token_telemetry_examples::contoso::ContosoClient;
use token_telemetry_examples::token_endpoint::{Mishap, SECRET, TokenEndpoint};

use token_telemetry_examples::Failure;

/// The scope of every call.
const SCOPE: &str = "https://graph.contoso.example/.default";

/// How long the impatient caller waits for an answer to a request that has arrived.
const PATIENCE: Duration = Duration::from_millis(40);

/// What happens before a call.
#[derive(Clone, Copy)]
enum Before {
    Nothing,
    /// Time passes for the cached tokens.
    Minutes(u64),
    /// The cache in memory is lost.
    Restart,
    /// Both caches are lost.
    Forget,
    /// The endpoint answers the next requests with 503.
    Overload(usize),
    /// The endpoint does not answer the next request.
    Silence,
    /// The secret is wrong, for this call only.
    WrongSecret,
}

/// What is called.
#[derive(Clone, Copy)]
enum Call {
    Ask,
    AskForUser,
    Force,
    ForceAndGiveUp,
    RefreshAhead,
}

use Before as B;
use Call as C;

/// About two hours in the life of a service: 21 tokens, 3 failures, one call given up.
const ROUND: [(Before, Call); 25] = [
    (B::Forget, C::Ask),
    (B::Minutes(5), C::Ask),
    (B::Minutes(10), C::Ask),
    (B::Nothing, C::AskForUser),
    (B::Nothing, C::AskForUser),
    (B::Minutes(5), C::Ask),
    (B::Minutes(10), C::Ask),
    (B::Overload(1), C::Force),
    (B::Minutes(5), C::Ask),
    (B::Minutes(10), C::Ask),
    (B::WrongSecret, C::Force),
    (B::Minutes(5), C::Ask),
    (B::Minutes(20), C::Ask),
    (B::WrongSecret, C::RefreshAhead),
    (B::Minutes(5), C::Ask),
    (B::Nothing, C::RefreshAhead),
    (B::Minutes(5), C::Ask),
    (B::Silence, C::ForceAndGiveUp),
    (B::Minutes(5), C::Ask),
    (B::Minutes(55), C::Ask),
    (B::Overload(2), C::Force),
    (B::Minutes(5), C::Ask),
    (B::Restart, C::AskForUser),
    (B::Nothing, C::Force),
    (B::Minutes(15), C::Ask),
];

/// The Contoso SDK, the token endpoint it talks to, and what is done with them.
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
    /// When no port can be had.
    pub async fn start(telemetry: Telemetry) -> Result<Self, Failure> {
        let endpoint = TokenEndpoint::start().await?;
        let client = ContosoClient::new(telemetry, endpoint.url(), SECRET);
        Ok(Self { client, endpoint })
    }

    /// The token endpoint, for whoever wants to see what arrives.
    #[must_use]
    pub fn endpoint(&self) -> &TokenEndpoint {
        &self.endpoint
    }

    /// One round without pauses.
    pub async fn round(&self) {
        for number in 0..Self::STEPS {
            self.step(number).await;
        }
    }

    /// One acquisition; numbers beyond a round begin the next one.
    ///
    /// What the SDK returns is telemetry's business only as a record.
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
                (0..times).for_each(|_| self.endpoint.mishap(Mishap::Status(503)));
            }
            Before::Silence => self.endpoint.mishap(Mishap::Silence),
            Before::WrongSecret => self.client.set_secret("a wrong secret"),
        }
    }

    async fn call(&self, call: Call) {
        match call {
            Call::Ask => drop(self.client.acquire_token_for_client(SCOPE).await),
            Call::AskForUser => drop(self.client.authorize_silently(SCOPE).await),
            Call::Force => drop(self.client.force_token_for_client(SCOPE).await),
            Call::RefreshAhead => drop(self.client.refresh_ahead(SCOPE).await),
            Call::ForceAndGiveUp => self.force_and_give_up().await,
        }
    }

    /// Gives up once the endpoint has the request, so that it never meets the next one.
    async fn force_and_give_up(&self) {
        let patience = async {
            self.endpoint.left_unanswered().await;
            tokio::time::sleep(PATIENCE).await;
        };
        tokio::select! {
            answer = self.client.force_token_for_client(SCOPE) => drop(answer),
            () = patience => {}
        }
    }
}
