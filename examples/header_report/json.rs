//! Reads one JSON object per line.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::request::{Field, Request};

/// Reads the headers of an object, also those in nested objects such as `headers`.
pub(crate) fn read(line: &[u8]) -> Option<Request<'_>> {
    let mut request = Request::default();
    let mut json = serde_json::Deserializer::from_slice(line);
    let object = Object(&mut request);
    object.deserialize(&mut json).ok()?;
    json.end().ok()?;
    Some(request)
}

/// What the key of a member announces.
enum Key {
    Value(Field),
    Nested,
    Other,
}

impl<'de> de::Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E>(self, v: &str) -> Result<Key, E> {
        let nested = ["headers", "request", "req", "http", "body", "form"];
        if nested.iter().any(|known| known.eq_ignore_ascii_case(v)) {
            return Ok(Key::Nested);
        }
        Ok(Field::of(v.as_bytes()).map_or(Key::Other, Key::Value))
    }
}

/// An object whose members are read into a request.
struct Object<'r, 'a>(&'r mut Request<'a>);

impl<'a> DeserializeSeed<'a> for Object<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Object<'_, 'a> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Key>()? {
            match key {
                Key::Value(field) => map.next_value_seed(Value(field, self.0))?,
                Key::Nested => map.next_value_seed(Nested(self.0))?,
                Key::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Generates the methods of a visitor that ignore a value of the wrong type.
macro_rules! ignore {
    ($($method:ident: $type:ty),+) => {
        $( fn $method<E: de::Error>(self, _: $type) -> Result<(), E> { Ok(()) } )+
    };
}

/// A member that may be an object with headers.
struct Nested<'r, 'a>(&'r mut Request<'a>);

impl<'a> DeserializeSeed<'a> for Nested<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Nested<'_, 'a> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    ignore!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'a>>(self, map: A) -> Result<(), A::Error> {
        Object(self.0).visit_map(map)
    }
}

/// The value of a header: text, a number, or a list that starts with one of them.
struct Value<'r, 'a>(Field, &'r mut Request<'a>);

impl Value<'_, '_> {
    fn number(self, number: impl fmt::Display) {
        let text = number.to_string().into_bytes();
        self.1.set(self.0, Cow::Owned(text));
    }
}

impl<'a> DeserializeSeed<'a> for Value<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Value<'_, 'a> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    ignore!(visit_bool: bool);

    fn visit_borrowed_str<E: de::Error>(self, v: &'a str) -> Result<(), E> {
        self.1.set(self.0, Cow::Borrowed(v.as_bytes()));
        Ok(())
    }

    fn visit_str<E: de::Error>(self, v: &str) -> Result<(), E> {
        self.1.set(self.0, Cow::Owned(v.as_bytes().to_vec()));
        Ok(())
    }

    fn visit_u64<E: de::Error>(self, v: u64) -> Result<(), E> {
        self.number(v);
        Ok(())
    }

    fn visit_i64<E: de::Error>(self, v: i64) -> Result<(), E> {
        self.number(v);
        Ok(())
    }

    fn visit_f64<E: de::Error>(self, v: f64) -> Result<(), E> {
        self.number(v);
        Ok(())
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self(field, request) = self;
        while seq.next_element_seed(Value(field, request))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}
