//! What is known of an acquisition when it begins.

use std::fmt;
use std::time::SystemTime;

use super::clock::ClockSource;
use super::id::AcquisitionId;
use crate::api::Api;
use crate::wire::ClientRequestId;

/// An acquisition that begins, for [`Observer::started`](crate::Observer::started).
///
/// # Examples
///
/// ```
/// use token_telemetry::acquisition::StartedAcquisition;
/// use token_telemetry::{AcquisitionRecord, Observer, Telemetry};
///
/// struct Log;
///
/// impl Observer for Log {
///     fn wants_started(&self) -> bool {
///         true
///     }
///
///     fn started(&self, acquisition: &StartedAcquisition<'_>) {
///         println!("{} {} began", acquisition.id(), acquisition.api());
///     }
///
///     fn finished(&self, record: &AcquisitionRecord) {
///         println!("{:?} {} ended", record.id(), record.api());
///     }
/// }
///
/// let telemetry = Telemetry::builder().observer(Log).build()?;
/// # Ok::<(), token_telemetry::BuildError>(())
/// ```
#[derive(Clone, Copy)]
pub struct StartedAcquisition<'a> {
    id: AcquisitionId,
    begun: Beginning<'a>,
    started_at: Option<SystemTime>,
}

/// What an acquisition knows of itself before it begins.
#[derive(Clone, Copy)]
pub(crate) struct Beginning<'a> {
    pub(crate) api: &'a Api,
    pub(crate) parent: Option<&'a ClientRequestId>,
    pub(crate) is_background: bool,
}

impl<'a> StartedAcquisition<'a> {
    /// Numbers an acquisition that begins now.
    pub(crate) fn now(begun: Beginning<'a>, clock: &ClockSource) -> Self {
        Self {
            id: AcquisitionId::draw(),
            begun,
            started_at: clock.read_wall(),
        }
    }
}

impl StartedAcquisition<'_> {
    /// Returns the number that the [record](crate::AcquisitionRecord::id) will have as well.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::{AcquisitionId, StartedAcquisition};
    ///
    /// fn key_of(acquisition: &StartedAcquisition<'_>) -> AcquisitionId {
    ///     acquisition.id()
    /// }
    /// ```
    #[must_use]
    pub const fn id(&self) -> AcquisitionId {
        self.id
    }

    /// Returns the SDK function that was called.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::StartedAcquisition;
    ///
    /// fn log(acquisition: &StartedAcquisition<'_>) {
    ///     println!("{} began", acquisition.api().name());
    /// }
    /// ```
    #[must_use]
    pub const fn api(&self) -> Api {
        *self.begun.api
    }

    /// Returns the id of the acquisition that this one belongs to.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::StartedAcquisition;
    ///
    /// fn is_root(acquisition: &StartedAcquisition<'_>) -> bool {
    ///     acquisition.parent().is_none()
    /// }
    /// ```
    #[must_use]
    pub fn parent(&self) -> Option<ClientRequestId> {
        self.begun.parent.copied()
    }

    /// Returns whether no caller waits for it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::StartedAcquisition;
    ///
    /// fn matters(acquisition: &StartedAcquisition<'_>) -> bool {
    ///     !acquisition.is_background()
    /// }
    /// ```
    #[must_use]
    pub const fn is_background(&self) -> bool {
        self.begun.is_background
    }

    /// Returns the time of the system's clock; absent on a platform without one.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::StartedAcquisition;
    ///
    /// fn log(acquisition: &StartedAcquisition<'_>) {
    ///     println!("began at {:?}", acquisition.started_at());
    /// }
    /// ```
    #[must_use]
    pub const fn started_at(&self) -> Option<SystemTime> {
        self.started_at
    }
}

impl fmt::Debug for StartedAcquisition<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StartedAcquisition")
            .field("id", &self.id)
            .field("api", self.begun.api)
            .field("parent", &self.begun.parent)
            .field("is_background", &self.begun.is_background)
            .field("started_at", &self.started_at)
            .finish()
    }
}
