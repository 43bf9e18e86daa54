//! When a request counts as having delivered its telemetry.

/// A rule that decides whether the failures in a request were delivered.
///
/// A response acknowledges them, unless the policy lists its status or the error code of the
/// acquisition. Otherwise, and without a response, a later request reports them again.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::DeliveryPolicy;
///
/// assert!(DeliveryPolicy::ON_RESPONSE.acknowledges(400, None));
/// assert!(!DeliveryPolicy::ON_RESPONSE.acknowledges(503, None));
/// assert!(!DeliveryPolicy::RETRYABLE.acknowledges(400, Some("temporarily_unavailable")));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryPolicy {
    retry_statuses: &'static [(u16, u16)],
    retry_codes: &'static [&'static str],
}

impl DeliveryPolicy {
    /// Any response acknowledges delivery, except 429 and 5xx or higher.
    pub const ON_RESPONSE: Self = Self::new(&[(429, 429), (500, u16::MAX)], &[]);

    /// Only a 2xx response acknowledges delivery.
    pub const ON_SUCCESS: Self = Self::new(&[(0, 199), (300, u16::MAX)], &[]);

    /// The rule of MSAL.NET up to 4.46, which calls it "AAD unavailable".
    pub const AAD_UNAVAILABLE: Self =
        Self::new(&[(429, 429), (500, u16::MAX)], &["request_timeout"]);

    /// The rule of MSAL.NET since 4.47, which calls it "retryable".
    pub const RETRYABLE: Self = Self::new(
        &[(408, 408), (429, 429), (500, 599)],
        &["request_timeout", "temporarily_unavailable"],
    );

    /// Creates a policy that reports again after these statuses and error codes.
    ///
    /// Each status range includes its first and its last status.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::DeliveryPolicy;
    ///
    /// const POLICY: DeliveryPolicy = DeliveryPolicy::new(&[(500, 599)], &["server_busy"]);
    /// assert!(POLICY.acknowledges(429, None));
    /// assert!(!POLICY.acknowledges(502, None));
    /// assert!(!POLICY.acknowledges(400, Some("server_busy")));
    /// ```
    #[must_use]
    pub const fn new(
        retry_statuses: &'static [(u16, u16)],
        retry_codes: &'static [&'static str],
    ) -> Self {
        Self {
            retry_statuses,
            retry_codes,
        }
    }

    /// Returns whether a response with this status acknowledges delivery.
    ///
    /// `code` is the error code of the acquisition, if it failed.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::DeliveryPolicy;
    ///
    /// assert!(DeliveryPolicy::ON_SUCCESS.acknowledges(200, None));
    /// assert!(!DeliveryPolicy::ON_SUCCESS.acknowledges(400, Some("invalid_grant")));
    /// ```
    #[must_use]
    pub fn acknowledges(&self, status: u16, code: Option<&str>) -> bool {
        let retry_status = self
            .retry_statuses
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&status));
        let retry_code = code.is_some_and(|code| self.retry_codes.contains(&code));
        !retry_status && !retry_code
    }

    /// Returns the outcome of a delivery, pending if it depends on the error code.
    pub(crate) fn delivery(&self, status: Option<u16>) -> Delivery {
        match status {
            None => Delivery::Retry,
            Some(status) if !self.acknowledges(status, None) => Delivery::Retry,
            Some(200..=299) => Delivery::Acknowledged,
            Some(_) if self.retry_codes.is_empty() => Delivery::Acknowledged,
            Some(status) => Delivery::Pending(status),
        }
    }
}

/// The outcome of reporting failures in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    Acknowledged,
    Retry,
    /// The response had this status; the error code decides when the acquisition ends.
    Pending(u16),
}
