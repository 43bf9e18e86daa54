//! A credential around any other, whose calls are acquisitions.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::time::OffsetDateTime;
use token_telemetry::acquisition::{SeenTokenLookup, SeenTokens};
use token_telemetry::api::Api;
use token_telemetry::credential::Credential;
use token_telemetry::{
    Acquisition, ApiId, CacheRefreshReason, Telemetry, TokenSource, acquire_token,
};

use crate::builder::TelemetryCredentialBuilder;
use crate::describe::{describe, token_info_at};
use crate::observed::Observed;

/// The time before the expiry in which `azure_identity` and `azure_core` replace a valid token.
const REFRESH_WINDOW: Duration = Duration::from_secs(300);

/// Owns the id with which each call begins.
struct AzureCore;

/// The id of a call until the wrapper records its own.
///
/// Nobody else can use it. If another id is current, the call has merged into the call of a function that
/// keeps its id.
#[derive(ApiId, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
#[api_id(owner = AzureCore)]
enum AzureApi {
    GetToken = 1004,
}

/// A credential around any other credential that records each acquisition.
///
/// The wrapped credential stays as it is. Put a [`TelemetryPolicy`](crate::TelemetryPolicy) into its
/// options: the records then contain the requests, and distinguish fetched tokens from cached ones.
///
/// A call inside a function with `#[acquire_token]` on the same [`Telemetry`] is part of its acquisition.
///
/// The span of a call begins with the API `GetToken`, until the call records its own.
///
/// # Where a token came from
///
/// | during the call | source |
/// |---|---|
/// | a token request returned a token | `IdentityProvider` |
/// | otherwise, this credential returned the same token before | `Cache` |
/// | otherwise, no request began, and earlier or concurrent calls sent requests | `Cache`, filled by one of those calls |
/// | otherwise | not known |
///
/// So the source of a new token is not known if the credential runs a process, or has no policy. A
/// wrapper without a kind leaves the third row to the members of the chain that it wraps.
///
/// # Examples
///
/// ```
/// use azure_core::credentials::Secret;
/// use azure_core::http::ClientOptions;
/// use azure_identity::{ClientSecretCredential, ClientSecretCredentialOptions};
/// use token_telemetry::credential::CredentialKind;
/// use token_telemetry_azure::{TelemetryCredential, with_telemetry};
///
/// # fn connect(tenant: &str, client: String, secret: Secret) -> azure_core::Result<()> {
/// let options = ClientSecretCredentialOptions {
///     client_options: with_telemetry(ClientOptions::default()),
/// };
/// let credential = ClientSecretCredential::new(tenant, client, secret, Some(options))?;
/// let credential = TelemetryCredential::new(credential, CredentialKind::ClientSecret);
/// # Ok(())
/// # }
/// ```
pub struct TelemetryCredential {
    inner: Arc<dyn TokenCredential>,
    telemetry: Telemetry,
    api: Api,
    credential: Option<Credential>,
    in_chain: bool,
    seen: SeenTokens,
    /// Whether the requests of the wrapped credential pass a telemetry policy.
    sees_requests: AtomicBool,
}

impl TelemetryCredential {
    /// Wraps a credential of this kind, for [`Telemetry::global`].
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use azure_core::credentials::TokenCredential;
    /// use token_telemetry::credential::CredentialKind;
    /// use token_telemetry_azure::TelemetryCredential;
    ///
    /// fn wrap(credential: Arc<dyn TokenCredential>) -> Arc<dyn TokenCredential> {
    ///     TelemetryCredential::new(credential, CredentialKind::AzureCli)
    /// }
    /// ```
    #[must_use]
    pub fn new(inner: Arc<dyn TokenCredential>, credential: impl Into<Credential>) -> Arc<Self> {
        Self::builder(inner).credential(credential).build()
    }

    /// Starts to wrap a credential, with more options.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use azure_core::credentials::TokenCredential;
    /// use token_telemetry::api::MsalNet;
    /// use token_telemetry::credential::{CredentialKind, ManagedIdentitySource};
    /// use token_telemetry::Telemetry;
    /// use token_telemetry_azure::TelemetryCredential;
    ///
    /// fn wrap(identity: Arc<dyn TokenCredential>, telemetry: &Telemetry) -> Arc<dyn TokenCredential> {
    ///     TelemetryCredential::builder(identity)
    ///         .telemetry(telemetry.clone())
    ///         .credential(CredentialKind::ManagedIdentity(ManagedIdentitySource::AppService))
    ///         .api(MsalNet::AcquireTokenForUserAssignedManagedIdentity)
    ///         .build()
    /// }
    /// ```
    pub fn builder(inner: Arc<dyn TokenCredential>) -> TelemetryCredentialBuilder {
        TelemetryCredentialBuilder::new(inner)
    }

    pub(crate) fn assemble(
        inner: Arc<dyn TokenCredential>,
        telemetry: Telemetry,
        api: Api,
        credential: Option<Credential>,
        in_chain: bool,
    ) -> Arc<Self> {
        Arc::new(Self {
            inner,
            telemetry,
            api,
            credential,
            in_chain,
            seen: SeenTokens::new(),
            sees_requests: AtomicBool::new(false),
        })
    }

    #[acquire_token(
        api = AzureApi::GetToken,
        telemetry = self.telemetry,
        error_info = describe,
    )]
    async fn acquire(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let acquisition = Acquisition::current();
        if acquisition.api() == Some(AzureApi::GetToken.into()) {
            acquisition.record_api(self.api);
        }
        let mut observed = Observed::new();
        let start = OffsetDateTime::now_utc();
        // Without scopes there is no token to look for, and credentials return an error.
        let lookup = (!scopes.is_empty())
            .then(|| self.seen.lookup(scopes, system_time(start), REFRESH_WINDOW));
        let call = self.inner.get_token(scopes, options);
        let result = observed
            .run(call, |so_far, is_first| self.pending(so_far, is_first))
            .await;
        if let Ok(token) = &result {
            // A call that was ready at once took no time: read the clock only once.
            let is_immediate = !observed.is_suspended();
            let now = is_immediate.then_some(start);
            let now = now.unwrap_or_else(OffsetDateTime::now_utc);
            acquisition.record_token(token_info_at(token, now));
        }
        let is_cached = self.record_source(&observed, lookup, result.as_ref().ok());
        // In a chain, a member that failed before may have recorded its own kind.
        if !observed.is_suspended() && (self.in_chain || !is_cached) {
            self.record_credential();
        }
        result
    }

    /// Records what a call that has to wait shows: it is no plain cache hit.
    fn pending(&self, so_far: &Observed, is_first: bool) {
        // Before the credential wakes the calls that wait for the same token.
        self.notice_requests(so_far);
        if is_first {
            self.record_credential();
        }
    }

    fn notice_requests(&self, so_far: &Observed) {
        if so_far.has_attempts() && !self.sees_requests.load(Ordering::Relaxed) {
            self.sees_requests.store(true, Ordering::Relaxed);
        }
    }

    fn record_credential(&self) {
        if let Some(credential) = self.credential {
            Acquisition::current().record_credential(credential);
        }
    }

    /// Records where the token came from; returns whether it came from the cache.
    fn record_source(
        &self,
        observed: &Observed,
        lookup: Option<SeenTokenLookup<'_>>,
        token: Option<&AccessToken>,
    ) -> bool {
        let (Some(lookup), Some(token)) = (lookup, token) else {
            return false;
        };
        let was_returned_before = lookup.record_token(system_time(token.expires_on));
        if was_returned_before && !observed.is_suspended() {
            return true;
        }
        self.notice_requests(observed);
        // Without a policy, requests are invisible: nothing follows from their absence.
        let is_quiet = self.sees_requests.load(Ordering::Relaxed) && !observed.has_attempts();
        let acquisition = Acquisition::current();
        if is_quiet && let Some(time) = observed.waited() {
            acquisition.record_waiting(time);
        }
        if was_returned_before {
            return true;
        }
        // The members of a chain know more than the chain: some may not need requests.
        let was_fetched_by_another_call = is_quiet && self.credential.is_some();
        if was_fetched_by_another_call {
            acquisition.record_default_source(TokenSource::Cache);
            acquisition.record_refresh_reason(CacheRefreshReason::NotApplicable);
        }
        was_fetched_by_another_call
    }
}

/// Converts a time that may be from a server; times before 1970 have long passed.
fn system_time(time: OffsetDateTime) -> SystemTime {
    let since_1970 = Duration::try_from(time - OffsetDateTime::UNIX_EPOCH);
    let since_1970 = since_1970.unwrap_or_default();
    let time = SystemTime::UNIX_EPOCH.checked_add(since_1970);
    time.unwrap_or(SystemTime::UNIX_EPOCH)
}

#[async_trait]
impl TokenCredential for TelemetryCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let result = self.acquire(scopes, options).await;
        let chain = Acquisition::current();
        if let Err(error) = &result
            && self.in_chain
            && chain.is_active()
        {
            let info = describe(error);
            chain.record_suppressed_error(match self.credential {
                Some(credential) => info.with_credential(credential),
                None => info,
            });
        }
        result
    }
}

/// Omits the wrapped credential, whose output may contain ids of a tenant or a client.
impl fmt::Debug for TelemetryCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TelemetryCredential")
            .field("api", &self.api)
            .field("credential", &self.credential)
            .field("in_chain", &self.in_chain)
            .finish_non_exhaustive()
    }
}
