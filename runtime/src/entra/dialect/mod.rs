//! Dialects: which headers are sent and what they look like, as plain data.

mod builder;
mod current_field;
mod definition;
mod delivery_policy;
mod forms;
mod invalid_dialect;
mod platform_field;
mod presets;
mod value;

pub use builder::DialectBuilder;
pub use current_field::{CurrentField, FieldSpec};
pub use definition::Dialect;
pub(crate) use delivery_policy::Delivery;
pub use delivery_policy::DeliveryPolicy;
pub use forms::{Capacity, Carrier, Header, OverBudget, SendOrder};
pub(crate) use forms::{CurrentForm, LastForm, Measured};
pub use invalid_dialect::InvalidDialect;
pub use platform_field::PlatformField;
pub use presets::MsalNetVersion;
pub use value::FieldValue;
