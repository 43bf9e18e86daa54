//! Grammar shared by several wire formats: number tables, tokens, request ids.

mod authority;
mod environment;
mod host;
mod named_enum;
mod read_error;
mod request_id;
mod scratch;
mod text;
pub(crate) mod token;

pub(crate) use authority::{Authority, shown_host};
pub(crate) use environment::{is_on, is_variable_on, variable};
pub(crate) use host::{UrlAuthority, host_of, split_scheme};
pub(crate) use named_enum::named_enum;
pub use read_error::{ReadError, Reason};
pub use request_id::{ClientRequestId, InvalidRequestId};
pub(crate) use scratch::{Scratch, digits};
pub use text::{FieldText, InvalidFieldText};
pub(crate) use text::{bounded_code, bounded_label, bounded_text, is_plain};

/// Defines an enum whose numbers go on the wire, with its numbers and names.
macro_rules! wire_enum {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident {
            $( $(#[$variant_attribute:meta])* $variant:ident = $number:literal, )+
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum $name {
            $( $(#[$variant_attribute])* $variant = $number, )+
        }

        impl $name {
            /// Every value, in the order of its numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the number of the value in headers and integer attributes.
            #[must_use]
            pub const fn wire(self) -> u8 {
                self as u8
            }

            /// Returns the name of the value in metrics, in MSAL.NET's spelling.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $( Self::$variant => stringify!($variant), )+
                }
            }

            /// Returns the value with this number on the wire, if there is one.
            #[must_use]
            pub const fn from_wire(number: u8) -> Option<Self> {
                match number {
                    $( $number => Some(Self::$variant), )+
                    _ => None,
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

pub(crate) use wire_enum;
