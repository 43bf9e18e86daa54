//! Chains of credentials: the failures of members, and the member that returned the token.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use azure_core::Result;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use token_telemetry::credential::CredentialKind;
use token_telemetry::{AcquisitionRecord, TokenSource};
use token_telemetry_azure::{TelemetryCredential, with_telemetry};

use crate::support::{Process, REFUSED, Reply, SCOPE, Script, client_secret, recorded};

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

/// Tries its second member only once the first has failed, and then for good.
#[derive(Debug)]
struct Sticky([Arc<TelemetryCredential>; 2], AtomicBool);

#[async_trait::async_trait]
impl TokenCredential for Sticky {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> Result<AccessToken> {
        if !self.1.load(Ordering::Relaxed) {
            let first = self.0[0].get_token(scopes, options.clone()).await;
            if first.is_ok() {
                return first;
            }
            self.1.store(true, Ordering::Relaxed);
        }
        self.0[1].get_token(scopes, options).await
    }
}

const KINDS: [CredentialKind; 2] = [
    CredentialKind::WorkloadIdentity,
    CredentialKind::ClientSecret,
];

async fn run(replies: [Reply; 2]) -> AcquisitionRecord {
    let mut records = run_times(1, replies.into()).await;
    records.remove(0)
}

async fn run_times(count: usize, replies: Vec<Reply>) -> Vec<AcquisitionRecord> {
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
    for _ in 0..count {
        let _result = chain.get_token(SCOPE, None).await;
    }
    recorder.take()
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

#[tokio::test]
async fn member_whose_cache_has_the_token() {
    let records = run_times(2, vec![REFUSED, Reply::Token(3599), REFUSED]).await;
    assert_eq!(records[1].token_source(), Some(TokenSource::Cache));
    assert_eq!(records[1].credential().unwrap().kind(), KINDS[1]);
    assert_eq!(records[1].suppressed_errors().len(), 1);
}

#[tokio::test]
async fn member_that_runs_a_process() {
    let script = Script::new([REFUSED]);
    let (telemetry, recorder) = recorded(|builder| builder);
    let wrap = |inner: Arc<dyn TokenCredential>| {
        TelemetryCredential::builder(inner).telemetry(telemetry.clone())
    };
    let secret = client_secret(with_telemetry(script.options()));
    let members = [
        wrap(secret).credential(KINDS[1]).in_chain().build(),
        wrap(Arc::new(Process))
            .credential(CredentialKind::AzureCli)
            .in_chain()
            .build(),
    ];
    let chain = wrap(Arc::new(Sticky(members, AtomicBool::new(false)))).build();
    for _ in 0..2 {
        chain.get_token(SCOPE, None).await.unwrap();
    }
    for record in recorder.take() {
        assert_eq!(record.token_source(), None);
        assert_eq!(
            record.credential().unwrap().kind(),
            CredentialKind::AzureCli
        );
    }
}
