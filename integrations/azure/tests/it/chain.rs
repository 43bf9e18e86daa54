//! Chains of credentials: the failures of members, and the member that returned the token.

use std::sync::Arc;

use azure_core::Result;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use token_telemetry::TokenSource;
use token_telemetry::credential::CredentialKind;
use token_telemetry_azure::{TelemetryCredential, with_telemetry};

use crate::support::{REFUSED, Reply, SCOPE, Script, client_secret, only, recorded};

/// Tries its members in order, as the chains of the Azure SDK do.
#[derive(Debug)]
struct Chain(Vec<Arc<TelemetryCredential>>);

#[async_trait::async_trait]
impl TokenCredential for Chain {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> Result<AccessToken> {
        let mut last = None;
        for member in &self.0 {
            match member.get_token(scopes, options.clone()).await {
                Ok(token) => return Ok(token),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap())
    }
}

const KINDS: [CredentialKind; 2] = [
    CredentialKind::WorkloadIdentity,
    CredentialKind::ClientSecret,
];

async fn run(replies: [Reply; 2]) -> token_telemetry::AcquisitionRecord {
    let script = Script::new(replies);
    let (telemetry, recorder) = recorded(|builder| builder);
    let member = |kind| {
        TelemetryCredential::builder(client_secret(with_telemetry(script.options())))
            .telemetry(telemetry.clone())
            .credential(kind)
            .in_chain()
            .build()
    };
    let chain = TelemetryCredential::builder(Arc::new(Chain(KINDS.map(member).to_vec())))
        .telemetry(telemetry.clone())
        .build();
    let _result = chain.get_token(SCOPE, None).await;
    only(&recorder)
}

#[tokio::test]
async fn member_that_returned_the_token() {
    let record = run([REFUSED, Reply::Token(3599)]).await;
    assert!(record.is_ok());
    assert_eq!(record.token_source(), Some(TokenSource::IdentityProvider));
    assert_eq!(record.credential().unwrap().kind(), KINDS[1]);
    let failures: Vec<_> = record
        .suppressed_errors()
        .iter()
        .map(|error| (error.code(), error.credential().map(|it| it.kind())))
        .collect();
    assert_eq!(failures, [(Some("invalid_client"), Some(KINDS[0]))]);
}

#[tokio::test]
async fn all_members_failed() {
    let record = run([REFUSED, REFUSED]).await;
    assert_eq!(record.error_code(), Some("invalid_client"));
    assert_eq!(record.suppressed_errors().len(), 2);
    assert_eq!(record.attempt_count(), 2);
}
