//! Instants as numbers: whole seconds, or seconds and nanoseconds where there is a fraction.

use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::Instant;

/// An instant in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At(pub Instant);

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (seconds, nanos) = (self.0.timestamp(), self.0.timestamp_subsec_nanos());
        if nanos == 0 { serializer.serialize_i64(seconds) } else { (seconds, nanos).serialize(serializer) }
    }
}

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AtVisitor)
    }
}

struct AtVisitor;

fn instant<E: Error>(seconds: i64, nanos: u32) -> Result<At, E> {
    Instant::from_timestamp(seconds, nanos).map(At).ok_or_else(|| E::custom("no instant"))
}

impl<'de> Visitor<'de> for AtVisitor {
    type Value = At;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("seconds, or seconds and nanoseconds")
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<At, E> {
        instant(seconds, 0)
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<At, E> {
        instant(i64::try_from(seconds).map_err(|_| E::custom("no instant"))?, 0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<At, A::Error> {
        match (parts.next_element()?, parts.next_element()?) {
            (Some(seconds), Some(nanos)) => instant(seconds, nanos),
            _ => Err(A::Error::custom("no instant")),
        }
    }
}
