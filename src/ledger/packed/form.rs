//! How each part of a digest is packed.
//!
//! A part that is added to a digest and not named here does not compile.

use super::{Packer, Unpacker};
use crate::digest::failure::{Change, Failure, Fix};
use crate::digest::remark::{Remark, Sort};
use crate::digest::step::{Form, Step};
use crate::digest::suggestion::{Sort as Suggested, Suggestion};
use crate::digest::uses::{How, Use, Uses};
use crate::digest::{Counts, Digest, Outcome, OutcomeSource, Write};
use crate::pattern::memo::written::Written;
use crate::redact::Clean;
use crate::session::{Arg, Args, SessionId};
use jiff::Timestamp;

/// A value that can be packed.
pub(super) trait Packed: Sized {
    /// Adds the value to the row.
    fn pack<'d>(&'d self, to: &mut Packer<'d>);

    /// Takes the value from the row; `None` where there is none.
    fn unpack(from: &mut Unpacker<'_>) -> Option<Self>;
}

impl Packed for bool {
    fn pack<'d>(&'d self, to: &mut Packer<'d>) {
        to.row.push(u8::from(*self));
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<bool> {
        let [byte] = from.bytes()?;
        (byte < 2).then_some(byte == 1)
    }
}

impl Packed for u32 {
    fn pack<'d>(&'d self, to: &mut Packer<'d>) {
        (*self as usize).write(&mut to.row);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<u32> {
        from.number()?.try_into().ok()
    }
}

impl Packed for i32 {
    fn pack<'d>(&'d self, to: &mut Packer<'d>) {
        to.row.extend_from_slice(&self.to_le_bytes());
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<i32> {
        from.bytes().map(i32::from_le_bytes)
    }
}

impl Packed for f64 {
    /// As JSON says it, which may be another value in the last digit.
    fn pack<'d>(&'d self, to: &mut Packer<'d>) {
        let said = serde_json::to_vec(self).and_then(|json| serde_json::from_slice(&json));
        to.row.extend_from_slice(&said.unwrap_or(*self).to_le_bytes());
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<f64> {
        from.bytes().map(f64::from_le_bytes)
    }
}

impl Packed for Clean {
    fn pack<'d>(&'d self, to: &mut Packer<'d>) {
        to.text(self);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Clean> {
        from.text()
    }
}

impl Packed for SessionId {
    fn pack<'d>(&'d self, to: &mut Packer<'d>) {
        to.row.extend_from_slice(self.as_str().as_bytes());
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<SessionId> {
        SessionId::parse(std::str::from_utf8(&from.bytes::<16>()?).ok()?)
    }
}

impl Packed for Timestamp {
    fn pack<'d>(&'d self, to: &mut Packer<'d>) {
        to.row.extend_from_slice(&self.as_second().to_le_bytes());
        to.row.extend_from_slice(&self.subsec_nanosecond().to_le_bytes());
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Timestamp> {
        let (second, nanosecond) = (i64::from_le_bytes(from.bytes()?), i32::from_le_bytes(from.bytes()?));
        Timestamp::new(second, nanosecond).ok()
    }
}

impl Packed for Form {
    fn pack<'d>(&'d self, to: &mut Packer<'d>) {
        to.text(self.as_clean());
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Form> {
        from.text().map(Form::written)
    }
}

impl<T: Packed> Packed for Option<T> {
    fn pack<'d>(&'d self, to: &mut Packer<'d>) {
        to.row.push(u8::from(self.is_some()));
        if let Some(value) = self {
            value.pack(to);
        }
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Option<T>> {
        if bool::unpack(from)? { T::unpack(from).map(Some) } else { Some(None) }
    }
}

impl<T: Packed> Packed for Vec<T> {
    fn pack<'d>(&'d self, to: &mut Packer<'d>) {
        self.len().write(&mut to.row);
        self.iter().for_each(|value| value.pack(to));
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Vec<T>> {
        let count = from.number()?;
        // Every value takes a byte at least: a count that promises more is not believed.
        let mut values = Vec::with_capacity(count.min(from.rest.len()));
        for _ in 0..count {
            values.push(T::unpack(from)?);
        }
        Some(values)
    }
}

/// Packs the named values of an enum by their place.
macro_rules! packed_choice {
    ($type:ident: $($value:ident)+) => {
        impl Packed for $type {
            fn pack<'d>(&'d self, to: &mut Packer<'d>) {
                let all = [$($type::$value),+];
                // The match is there so that no value can be forgotten.
                match self { $($type::$value => {})+ }
                to.row.push(all.iter().position(|value| value == self).unwrap_or_default() as u8);
            }

            fn unpack(from: &mut Unpacker<'_>) -> Option<$type> {
                let [place] = from.bytes()?;
                [$($type::$value),+].get(usize::from(place)).copied()
            }
        }
    };
}

/// Packs the fields of a struct, one after the other.
macro_rules! packed_fields {
    ($type:ident: $($field:ident)+) => {
        impl Packed for $type {
            fn pack<'d>(&'d self, to: &mut Packer<'d>) {
                let $type { $($field),+ } = self;
                $($field.pack(to);)+
            }

            fn unpack(from: &mut Unpacker<'_>) -> Option<$type> {
                $(let $field = Packed::unpack(from)?;)+
                Some($type { $($field),+ })
            }
        }
    };
}

/// Packs what a wrapper holds.
macro_rules! packed_inside {
    ($($type:ident)+) => {$(
        impl Packed for $type {
            fn pack<'d>(&'d self, to: &mut Packer<'d>) {
                self.0.pack(to);
            }

            fn unpack(from: &mut Unpacker<'_>) -> Option<$type> {
                Packed::unpack(from).map($type)
            }
        }
    )+};
}

packed_inside!(Step Args Uses);
packed_choice!(Sort: Wish Correction);
packed_choice!(How: Shown Opened);
packed_choice!(Suggested: Mistake Preference Playbook);
packed_choice!(OutcomeSource: Stated Tests Graded Person Abandoned);
packed_fields!(Outcome: score by);
packed_fields!(Counts: calls failed retries turns);
packed_fields!(Arg: path value);
packed_fields!(Write: event step args ok);
packed_fields!(Change: path from to);
packed_fields!(Fix: event step changes between calls call edited guessed);
packed_fields!(Use: how event notes);
packed_fields!(Failure: event last step message beside args exit times cost attempts given_up fix);
packed_fields!(Remark: event text sort lasting passing);
packed_fields!(Suggestion: event sort text when saw shown);
packed_fields!(
    Digest: session source root agent model project contributor task ask began ended outcome steps forms writes failures
        checks remarks uses connected counts suggestions
);
