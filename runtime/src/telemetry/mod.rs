//! `Telemetry`, the handle that an SDK client owns.

mod builder;
mod client_defaults;
mod errors;
#[cfg(all(
    any(feature = "otel", feature = "tracing"),
    any(feature = "tower", feature = "reqwest-middleware")
))]
mod graph;
mod rejected_token;
mod shard;

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::acquisition::backend::Backend;
use crate::acquisition::{
    self, AcquisitionRecord, BackgroundAcquisition, Call, InFlight, Nesting, Reading,
};
use crate::api::ApiId;
use crate::client::ClientInfo;
use crate::entra::PendingFailure;
use crate::error::DescribeError;
use crate::observer::{AttachedObserver, Observer};
use crate::token::NewestToken;
use crate::totals::Totals;

pub use builder::TelemetryBuilder;
pub use errors::{BuildError, SetGlobalError};
use shard::{Shard, Shards};

static GLOBAL: OnceLock<Telemetry> = OnceLock::new();

/// The handle through which an SDK client reports; cheap to clone.
///
/// Name it in the attribute: `telemetry = self.telemetry`. It owns the counters, the queue of failures
/// for the headers, the observers and the metrics of one client.
///
/// # Examples
///
/// ```
/// use token_telemetry::Telemetry;
///
/// let telemetry = Telemetry::builder().sdk("Contoso.Auth", "1.2.0").build()?;
/// assert_eq!(telemetry.totals().cache, 0);
/// # Ok::<(), token_telemetry::BuildError>(())
/// ```
#[derive(Clone)]
pub struct Telemetry {
    shards: Arc<Shards>,
}

impl Telemetry {
    /// Creates an instance for an SDK, with defaults for everything else.
    ///
    /// Infallible, because a [`ClientInfo`] is checked already. Use it in a `static`, or in a client
    /// whose `new` does not return a `Result`.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{ClientInfo, Telemetry};
    ///
    /// let telemetry = Telemetry::new(const { ClientInfo::from_static("Contoso.Auth", "1.2.0") });
    /// assert_eq!(telemetry.client().version(), Some("1.2.0"));
    /// ```
    #[must_use]
    pub fn new(client: ClientInfo) -> Self {
        TelemetryBuilder::new().build_with(client)
    }

    /// Creates a builder with default settings.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::builder().sdk("Contoso.Auth", "1.2.0").build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    pub fn builder() -> TelemetryBuilder {
        TelemetryBuilder::new()
    }

    /// Returns the process-wide instance, which the attribute uses by default.
    ///
    /// Unless [`set_global`](Self::set_global) was called before, this creates an instance without
    /// the name of an SDK.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// println!("{:?}", Telemetry::global().totals());
    /// ```
    #[must_use]
    pub fn global() -> Self {
        Self::global_ref().clone()
    }

    pub(crate) fn global_ref() -> &'static Self {
        if let Some(global) = GLOBAL.get() {
            return global;
        }
        // Created outside the cell: registering the callsite calls the subscriber, which may come
        // here, too. If two threads create one at once, nothing was recorded in the one that loses.
        let made = TelemetryBuilder::new().build_with(ClientInfo::detect());
        GLOBAL.get_or_init(|| made)
    }

    /// Sets the process-wide instance.
    ///
    /// # Errors
    ///
    /// If a process-wide instance is already set; the error returns this one.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{ClientInfo, Telemetry};
    ///
    /// let telemetry = Telemetry::new(const { ClientInfo::from_static("Contoso.Auth", "1.2.0") });
    /// Telemetry::set_global(telemetry)?;
    /// assert_eq!(Telemetry::global().client().sku(), Some("Contoso.Auth"));
    /// # Ok::<(), token_telemetry::SetGlobalError>(())
    /// ```
    pub fn set_global(telemetry: Self) -> Result<(), SetGlobalError> {
        GLOBAL.set(telemetry).map_err(SetGlobalError::new)
    }

    /// Returns the sums over all acquisitions so far.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::builder().build()?;
    /// assert_eq!(telemetry.totals().failures, 0);
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.shards.core.totals.read()
    }

    /// Returns the acquisitions that are in flight now.
    ///
    /// Answers which call hangs, and what it waits for, while it hangs. A cache hit is never in the
    /// list, and pays nothing for it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::builder().build()?;
    /// assert_eq!(telemetry.in_flight().count(), 0);
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    #[must_use]
    pub fn in_flight(&self) -> InFlight {
        let table = &self.shards.core.in_flight;
        table.at(acquisition::now(table.clock()))
    }

    /// Returns the failures that no acknowledged token request has reported yet, oldest first.
    ///
    /// A failure waits for a request to its authority; one that happened before any token request
    /// waits for the next request to any authority. Failures of acquisitions that sent requests only
    /// to the instance metadata service do not wait, because that service ignores reports; nor do
    /// failures at hosts outside the [`authorities`](TelemetryBuilder::authorities). If all of your
    /// SDK's tokens come from there, use
    /// [`without_last`](crate::entra::Dialect::without_last), so that no failure waits in vain.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// for failure in Telemetry::global().pending_failures() {
    ///     println!("{failure:?}");
    /// }
    /// ```
    #[must_use]
    pub fn pending_failures(&self) -> Vec<PendingFailure> {
        self.shards.core.entra.pending()
    }

    /// Returns the number of cache hits that no token request has reported yet.
    ///
    /// Hits that a request in flight reports do not count. They count again if it is not delivered.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// println!("{} hits to report", Telemetry::global().pending_hits());
    /// ```
    #[must_use]
    pub fn pending_hits(&self) -> u64 {
        let core = &self.shards.core;
        core.entra.pending_hits(core.totals.cache_hits())
    }

    /// Returns the number of failures that were dropped unreported.
    ///
    /// Failures are dropped if one is too long, if there are too many for one authority (see
    /// [`Capacity`](crate::entra::Capacity)), or if their authority is the least recently used of more
    /// than 16. Each failure for the header ends up [delivered](Self::delivered_failures),
    /// [pending](Self::pending_failures) or here. Failures that no request may report do not count.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// println!("{} failures lost", Telemetry::global().lost_failures());
    /// ```
    #[must_use]
    pub fn lost_failures(&self) -> u64 {
        self.shards.core.entra.lost()
    }

    /// Returns the number of failures that token requests have reported.
    ///
    /// A failure counts once the response acknowledges the request that carried it; which responses
    /// do depends on the [`Dialect`](crate::entra::Dialect).
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// println!("{} failures delivered", Telemetry::global().delivered_failures());
    /// ```
    #[must_use]
    pub fn delivered_failures(&self) -> u64 {
        self.shards.core.entra.delivered()
    }

    /// Returns the last records, oldest first.
    ///
    /// [`TelemetryBuilder::recent_capacity`] sets how many are kept.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::builder().recent_capacity(16).build()?;
    /// for record in telemetry.recent_records() {
    ///     println!("{record:?}");
    /// }
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    #[must_use]
    pub fn recent_records(&self) -> Vec<AcquisitionRecord> {
        self.shards.core.recent.read()
    }

    /// Returns the newest token of each function, with its age and its expiry.
    ///
    /// A token counts if the identity provider or a broker issued it and its lifetime is known; a cache
    /// hit changes nothing. At most 64 pairs
    /// of a function and a kind of credential are kept. Without a clock there are none.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// for token in Telemetry::global().tokens() {
    ///     println!("{}: expires in {:?}", token.api(), token.expires_in());
    /// }
    /// ```
    #[must_use]
    pub fn tokens(&self) -> Vec<NewestToken> {
        let mut tokens = Vec::new();
        self.shards.core.tokens.for_each(|token| tokens.push(token));
        tokens
    }

    /// Adds an observer of the acquisitions that end from now on.
    ///
    /// For tools that come after the client was created, such as a console. Observers that belong to
    /// the SDK are [set at the builder](TelemetryBuilder::observer), where they cost less.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{AcquisitionRecord, Observer, Telemetry};
    ///
    /// struct Log;
    ///
    /// impl Observer for Log {
    ///     fn finished(&self, record: &AcquisitionRecord) {
    ///         println!("{record:?}");
    ///     }
    /// }
    ///
    /// let attached = Telemetry::global().attach_observer(Log);
    /// # drop(attached);
    /// ```
    pub fn attach_observer(&self, observer: impl Observer + 'static) -> AttachedObserver {
        self.shards.core.observers.attach(Box::new(observer))
    }

    /// Returns the identity of the SDK that this instance reports for.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::builder().sdk("Contoso.Auth", "1.2.0").build()?;
    /// assert_eq!(telemetry.client().version(), Some("1.2.0"));
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    #[must_use]
    pub fn client(&self) -> &ClientInfo {
        &self.shards.core.client
    }

    /// Records that a resource rejected a token with this HTTP status.
    ///
    /// Call it where the response of a resource arrives, or let a layer do that; see
    /// [`middleware`](crate::middleware). The next acquisition of this instance that ends after it
    /// asked the identity provider is linked to the rejection: unless the SDK
    /// [recorded](crate::Acquisition::record_trigger) another one, its
    /// [trigger](AcquisitionRecord::trigger) is
    /// [`TokenRejected`](crate::cache::RefreshTrigger::TokenRejected). Neither headers nor metrics of
    /// the MSAL set change.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::builder().build()?;
    /// telemetry.record_rejected_token(401);
    /// assert_eq!(telemetry.totals().rejected_tokens, 1);
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    pub fn record_rejected_token(&self, status: u16) {
        self.shards.own().record_rejected_token(status);
    }

    /// Instruments a future for which no caller waits, such as a proactive refresh.
    ///
    /// The acquisition is never merged into another; an enclosing acquisition becomes its parent. The
    /// refresh reason is [`ProactivelyRefreshed`](crate::CacheRefreshReason::ProactivelyRefreshed),
    /// unless the future records another. Type and lifetime of the token are known only if the future
    /// records them with [`record_token`](crate::Acquisition::record_token).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io;
    /// use token_telemetry::{Telemetry, api::MsalNet};
    ///
    /// async fn refresh(telemetry: Telemetry) -> io::Result<()> {
    ///     let token = telemetry.background(MsalNet::AcquireTokenSilent, async {
    ///         Ok::<_, io::Error>("token".to_owned())
    ///     });
    ///     token.await.map(drop)
    /// }
    /// # futures::executor::block_on(refresh(Telemetry::global())).unwrap();
    /// ```
    pub fn background<I, F, T, E>(
        &self,
        api: I,
        future: F,
    ) -> BackgroundAcquisition<F::IntoFuture, T, E>
    where
        I: ApiId<Owner: DescribeError<E>>,
        F: IntoFuture<Output = Result<T, E>>,
    {
        let reading = Reading {
            error_info: <I::Owner as DescribeError<E>>::describe,
            token_info: None,
        };
        Call::new(self.backend(), api.api(), Nesting::Background, reading)
            .with_parent(acquisition::parent_id())
            .into_future(future.into_future())
    }

    /// Returns the shard of this instance for acquisitions that begin on this thread.
    pub(crate) fn backend(&self) -> Arc<dyn Backend> {
        Arc::<Shard>::clone(self.shards.own())
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry")
            .field("client", &self.shards.core.client)
            .finish_non_exhaustive()
    }
}
