//! Custom dialects, validated when they are built.

use super::current_field::{CurrentField, FieldSpec};
use super::definition::Dialect;
use super::delivery_policy::DeliveryPolicy;
use super::forms::{Capacity, Carrier, Header, LastForm, Measured, OverBudget, SendOrder};
use super::invalid_dialect::{InvalidDialect, MAX_CAPACITY, MIN_LAST_BUDGET, Problem};
use super::platform_field::PlatformField;
use crate::error::MAX_KEPT_CODE_LEN;

/// A builder of a [`Dialect`], created by [`Dialect::custom`] or [`Dialect::customize`].
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::{CurrentField, Dialect, FieldSpec};
///
/// const PLATFORM: &[FieldSpec] = &[
///     FieldSpec::new(CurrentField::CacheSerialized).default_text("0"),
///     FieldSpec::new(CurrentField::TokenType).default_text("1"),
/// ];
/// let dialect = Dialect::custom("contoso").platform(PLATFORM).build()?;
/// assert_eq!(dialect.schema(), 5);
/// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct DialectBuilder(Dialect);

impl Dialect {
    /// Creates a builder from the default dialect, with a new name.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::Dialect;
    ///
    /// let dialect = Dialect::custom("contoso").sent_when_empty(true).build()?;
    /// assert_eq!(dialect.name(), "contoso");
    /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
    /// ```
    pub fn custom(name: &'static str) -> DialectBuilder {
        DialectBuilder::named(name, Self::default())
    }

    /// Creates a builder from this dialect.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{Capacity, Dialect};
    ///
    /// let dialect = Dialect::msal_python().customize().capacity(Capacity::DropOldest(5)).build()?;
    /// assert_eq!(dialect.schema(), 4);
    /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
    /// ```
    pub const fn customize(self) -> DialectBuilder {
        DialectBuilder(self)
    }
}

/// Defines the methods that set one part of the dialect.
macro_rules! setters {
    ($( $(#[$attribute:meta])* $name:ident($argument:ident: $type:ty) sets $($part:ident).+; )+) => {
        $(
            $(#[$attribute])*
            pub const fn $name(mut self, $argument: $type) -> Self {
                self.0.$($part).+ = $argument;
                self
            }
        )+
    };
}

impl DialectBuilder {
    setters! {
        /// Sets the fields of the third segment.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::{CurrentField, Dialect, FieldSpec};
        ///
        /// const PLATFORM: &[FieldSpec] = &[FieldSpec::new(CurrentField::TokenType).default_text("1")];
        /// let dialect = Dialect::custom("contoso").platform(PLATFORM).build()?;
        /// assert_eq!(dialect.platform(), PLATFORM);
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        platform(platform: &'static [FieldSpec]) sets current.platform;

        /// Sets whether recorded values without a slot follow the platform fields.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::Dialect;
        ///
        /// let dialect = Dialect::custom("contoso").platform(&[]).open_platform(true).build()?;
        /// assert!(dialect.has_open_platform());
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        open_platform(open: bool) sets current.open;

        /// Sets whether the third segment is empty while none of its fields is known.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::{CurrentField, CurrentTelemetry, Dialect, FieldSpec};
        ///
        /// const PLATFORM: &[FieldSpec] = &[
        ///     FieldSpec::new(CurrentField::WrapperSku),
        ///     FieldSpec::new(CurrentField::WrapperVersion),
        /// ];
        /// let dialect = Dialect::custom("contoso").platform(PLATFORM).collapses(true).build()?;
        /// assert_eq!(CurrentTelemetry::new().render(&dialect), "5|,0,,,|");
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        collapses(collapses: bool) sets current.collapses;

        /// Sets the maximum length of the current-telemetry header, in bytes.
        ///
        /// A longer header is not sent.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::Dialect;
        ///
        /// let dialect = Dialect::custom("contoso").current_budget(200).build()?;
        /// assert_eq!(dialect.current_budget(), 200);
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        current_budget(bytes: usize) sets current.budget;

        /// Sets whether the last-telemetry header is sent when there is nothing to report.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::Dialect;
        ///
        /// let dialect = Dialect::custom("contoso").sent_when_empty(true).build()?;
        /// # drop(dialect);
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        sent_when_empty(sent: bool) sets last.sent_when_empty;

        /// Sets the fields in the last segment of the last-telemetry header.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::{Dialect, LastTelemetry, PlatformField};
        ///
        /// const FIELDS: &[PlatformField] = &[PlatformField::Waiting];
        /// let dialect = Dialect::custom("contoso").platform_fields(FIELDS).build()?;
        /// let last = LastTelemetry::new(0).with_platform_field(PlatformField::Waiting, 2_u32);
        /// assert_eq!(last.render(&dialect), "5|0|||2");
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        platform_fields(fields: &'static [PlatformField]) sets last.platform_fields;

        /// Sets the fields that the last-telemetry header repeats for each failure.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::{CurrentField, Dialect};
        ///
        /// const FIELDS: &[CurrentField] = &[CurrentField::RegionUsed];
        /// let dialect = Dialect::custom("contoso").per_failure(FIELDS).build()?;
        /// assert_eq!(dialect.per_failure(), FIELDS);
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        per_failure(fields: &'static [CurrentField]) sets last.per_failure;

        /// Sets whether more fields may follow in the last segment.
        ///
        /// This affects reading only: [`read_last`](Dialect::read_last) then accepts more fields.
        open_platform_fields(open: bool) sets last.open;

        /// Sets the maximum length of an error code, in bytes; longer ones are truncated.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::Dialect;
        ///
        /// let dialect = Dialect::custom("contoso").code_len(32).build()?;
        /// # drop(dialect);
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        code_len(bytes: usize) sets last.code_len;

        /// Sets how many failures may wait, and which are dropped when there are more.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::{Capacity, Dialect};
        ///
        /// let dialect = Dialect::custom("contoso").capacity(Capacity::OneHeader).build()?;
        /// # drop(dialect);
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        capacity(capacity: Capacity) sets last.capacity;

        /// Sets which failures are sent first.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::{Dialect, SendOrder};
        ///
        /// let dialect = Dialect::custom("contoso").order(SendOrder::NewestFirst).build()?;
        /// # drop(dialect);
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        order(order: SendOrder) sets last.order;

        /// Sets the rule that decides when failures were delivered.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::{DeliveryPolicy, Dialect};
        ///
        /// let dialect =
        ///     Dialect::custom("contoso").delivery_policy(DeliveryPolicy::ON_SUCCESS).build()?;
        /// # drop(dialect);
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        delivery_policy(policy: DeliveryPolicy) sets last.delivery_policy;

        /// Sets whether errors of foreign types are reported under their type name.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::Dialect;
        ///
        /// let dialect = Dialect::custom("contoso").reports_foreign(false).build()?;
        /// # drop(dialect);
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        reports_foreign(reported: bool) sets last.foreign;

        /// Sets whether suppressed errors of the members of a credential chain are reported.
        ///
        /// These are suppressed errors [with a credential](crate::ErrorInfo::with_credential). No
        /// preset reports them. Errors of the kind
        /// [`CredentialUnavailable`](crate::error::ErrorKind::CredentialUnavailable) are never
        /// reported for a chain.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::Dialect;
        ///
        /// let dialect = Dialect::custom("contoso").reports_chain_errors(true).build()?;
        /// # drop(dialect);
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        reports_chain_errors(reported: bool) sets last.chain_errors;

        /// Sets the error code for canceled calls; `None` does not report them.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::Dialect;
        ///
        /// let dialect = Dialect::custom("contoso").cancelled_code(Some("canceled")).build()?;
        /// # drop(dialect);
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        cancelled_code(code: Option<&'static str>) sets last.cancelled;

        /// Sets where the telemetry is written.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::entra::{Carrier, Dialect};
        ///
        /// let dialect = Dialect::custom("contoso").carrier(Carrier::Form).build()?;
        /// assert_eq!(dialect.carrier(), Carrier::Form);
        /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
        /// ```
        carrier(carrier: Carrier) sets carrier;
    }

    /// Sets the schema number and the fields of the second segment.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, Dialect, FieldSpec};
    ///
    /// const REQUEST: &[FieldSpec] = &[
    ///     FieldSpec::new(CurrentField::Api),
    ///     FieldSpec::new(CurrentField::CacheInfo).default_text("0"),
    /// ];
    /// let dialect = Dialect::custom("contoso").request(4, REQUEST).build()?;
    /// assert_eq!(dialect.schema(), 4);
    /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
    /// ```
    pub const fn request(mut self, schema: u8, request: &'static [FieldSpec]) -> Self {
        self.0.schema = schema;
        self.0.current.request = request;
        self
    }

    /// Sets the maximum length of the last-telemetry header, in bytes.
    ///
    /// `over_budget` decides what happens to failures that do not fit.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{Dialect, OverBudget};
    ///
    /// let dialect = Dialect::custom("contoso").last_budget(500, OverBudget::Wait).build()?;
    /// assert_eq!(dialect.last_budget(), 500);
    /// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
    /// ```
    pub const fn last_budget(mut self, bytes: usize, over_budget: OverBudget) -> Self {
        self.0.last.budget = bytes;
        self.0.last.measured = Measured::Header;
        self.0.last.over_budget = over_budget;
        self
    }

    /// Builds the dialect.
    ///
    /// # Errors
    ///
    /// Returns an error if the parts contradict each other.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::Dialect;
    ///
    /// let error = Dialect::custom("contoso").code_len(0).build().unwrap_err();
    /// assert_eq!(error.to_string(), "expected an error code length of 1 to 3800 bytes, found 0");
    /// ```
    pub fn build(self) -> Result<Dialect, InvalidDialect> {
        check(&self.0)?;
        Ok(self.0)
    }
}

/// What only the presets set.
impl DialectBuilder {
    /// Creates a builder from a preset, with a new name.
    pub(super) const fn named(name: &'static str, mut preset: Dialect) -> Self {
        preset.name = name;
        Self(preset)
    }

    /// Limits only the failures in the last-telemetry header, not the rest of it.
    pub(super) const fn failures_budget(mut self, bytes: usize) -> Self {
        self.0.last.budget = bytes;
        self.0.last.measured = Measured::Failures;
        self
    }

    /// Sets the identity headers, and what replaces our names of systems and processors.
    pub(super) const fn identity(
        mut self,
        headers: &'static [(Header, &'static str)],
        spellings: &'static [(&'static str, &'static str)],
    ) -> Self {
        self.0.identity.headers = headers;
        self.0.identity.spellings = spellings;
        self
    }

    /// Sets the SKUs by which readers recognize the library.
    pub(super) const fn skus(mut self, skus: &'static [&'static str]) -> Self {
        self.0.identity.skus = skus;
        self
    }

    /// Returns a preset, which a test builds again to validate it.
    pub(super) const fn preset(self) -> Dialect {
        self.0
    }
}

/// Returns the first contradiction in a dialect.
fn check(dialect: &Dialect) -> Result<(), Problem> {
    let Dialect {
        schema,
        current,
        last,
        ..
    } = *dialect;
    let expected = match schema {
        2 | 4 => 2,
        3 => 3,
        5 => 5,
        other => return Err(Problem::UnknownSchema(other)),
    };
    let problem = Problem::RequestFields {
        schema,
        expected,
        found: current.request.len(),
    };
    ensure(current.request.len() == expected, problem)?;
    let starts_with_api = current.request.first().map(FieldSpec::field) == Some(CurrentField::Api);
    let problem = Problem::Message("the second segment must start with the API id");
    ensure(starts_with_api, problem)?;
    for slot in current.request {
        let reason = "cannot be optional, because the second segment has a fixed length";
        ensure(!slot.optional, Problem::Field(slot.field, reason))?;
    }
    check_slots(&[current.request, current.platform].concat())?;
    for slot in current.platform {
        let never_collapses = current.collapses && !slot.default_text.is_empty();
        let reason = "has a default text, so the segment cannot collapse";
        ensure(!never_collapses, Problem::Field(slot.field, reason))?;
    }
    check_last(&last)
}

fn check_slots(slots: &[FieldSpec]) -> Result<(), Problem> {
    for (at, slot) in slots.iter().enumerate() {
        let rest = slots.get(at + 1..).unwrap_or_default();
        let is_unique = rest.iter().all(|other| other.field != slot.field);
        ensure(is_unique, Problem::Field(slot.field, "appears twice"))?;
        let is_in_order = !slot.optional || rest.iter().all(|other| other.optional);
        let reason = "is optional and must come after all required fields";
        ensure(is_in_order, Problem::Field(slot.field, reason))?;
        check_text(slot.default_text)?;
    }
    Ok(())
}

fn check_last(last: &LastForm) -> Result<(), Problem> {
    let has_one_kind = last.platform_fields.is_empty() || last.per_failure.is_empty();
    let problem = Problem::Message(
        "the last segment can have either platform fields or fields per failure, not both",
    );
    ensure(has_one_kind, problem)?;
    for field in last.platform_fields {
        check_text(field.default_text())?;
    }
    if let Some(code) = last.cancelled {
        ensure(!code.is_empty(), Problem::UnsafeText(code))?;
        check_text(code)?;
    }
    let problem = Problem::LastBudget(last.budget);
    ensure(last.budget >= MIN_LAST_BUDGET, problem)?;
    let problem = Problem::CodeLen(last.code_len);
    ensure((1..=MAX_KEPT_CODE_LEN).contains(&last.code_len), problem)?;
    if let Capacity::DropOldest(kept) = last.capacity {
        let problem = Problem::Capacity(kept);
        ensure((1..=MAX_CAPACITY).contains(&kept), problem)?;
    }
    Ok(())
}

/// Rejects text that is not printable ASCII without delimiters.
fn check_text(text: &'static str) -> Result<(), Problem> {
    let is_clean = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b',' | b'|');
    ensure(text.bytes().all(is_clean), Problem::UnsafeText(text))
}

fn ensure(condition: bool, problem: Problem) -> Result<(), Problem> {
    if condition { Ok(()) } else { Err(problem) }
}
