//! Static signatures: which values a parameter takes, and the type of what comes out.

use std::fmt;

use crate::value::Type;

/// A set of types that a parameter takes. Null is always taken.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Accepts(u32);

const KINDS: [(u32, &str); 16] = [
    (1 << 0, "BOOLEAN"),
    (1 << 1, "INTEGER"),
    (1 << 2, "FLOAT"),
    (1 << 3, "STRING"),
    (1 << 4, "LIST"),
    (1 << 5, "MAP"),
    (1 << 6, "DATE"),
    (1 << 7, "LOCAL TIME"),
    (1 << 8, "ZONED TIME"),
    (1 << 9, "LOCAL DATETIME"),
    (1 << 10, "ZONED DATETIME"),
    (1 << 11, "DURATION"),
    (1 << 12, "EDTF"),
    (1 << 13, "NODE"),
    (1 << 14, "RELATIONSHIP"),
    (1 << 15, "PATH"),
];

impl Accepts {
    pub(crate) const ANY: Self = Self((1 << 16) - 1);
    pub(crate) const BOOLEAN: Self = Self(1 << 0);
    pub(crate) const INTEGER: Self = Self(1 << 1);
    pub(crate) const FLOAT: Self = Self(1 << 2);
    pub(crate) const NUMBER: Self = Self::INTEGER.or(Self::FLOAT);
    pub(crate) const STRING: Self = Self(1 << 3);
    pub(crate) const LIST: Self = Self(1 << 4);
    pub(crate) const MAP: Self = Self(1 << 5);
    pub(crate) const DATE: Self = Self(1 << 6);
    pub(crate) const LOCAL_TIME: Self = Self(1 << 7);
    pub(crate) const TIME: Self = Self(1 << 8);
    pub(crate) const LOCAL_DATETIME: Self = Self(1 << 9);
    pub(crate) const DATETIME: Self = Self(1 << 10);
    pub(crate) const DURATION: Self = Self(1 << 11);
    pub(crate) const EDTF: Self = Self(1 << 12);
    pub(crate) const NODE: Self = Self(1 << 13);
    pub(crate) const RELATIONSHIP: Self = Self(1 << 14);
    pub(crate) const ELEMENT: Self = Self::NODE.or(Self::RELATIONSHIP);
    pub(crate) const PATH: Self = Self(1 << 15);

    /// What either takes.
    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a value of this static type may turn out to be taken.
    pub(crate) fn may_take(self, found: &Type) -> bool {
        matches!(found, Type::Null) || self.0 & Self::of_type(found).0 != 0
    }

    /// What takes values of this static type and no others.
    pub(crate) fn of_type(found: &Type) -> Self {
        match found {
            Type::Any | Type::Null => Self::ANY,
            Type::Boolean => Self::BOOLEAN,
            Type::Integer => Self::INTEGER,
            Type::Float => Self::FLOAT,
            Type::Number => Self::NUMBER,
            Type::String => Self::STRING,
            Type::List(_) => Self::LIST,
            Type::Map => Self::MAP,
            Type::Date => Self::DATE,
            Type::LocalTime => Self::LOCAL_TIME,
            Type::Time => Self::TIME,
            Type::LocalDateTime => Self::LOCAL_DATETIME,
            Type::DateTime => Self::DATETIME,
            Type::Duration => Self::DURATION,
            Type::Edtf => Self::EDTF,
            Type::Node => Self::NODE,
            Type::Relationship => Self::RELATIONSHIP,
            Type::Element => Self::ELEMENT,
            Type::Path => Self::PATH,
        }
    }
}

impl fmt::Display for Accepts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::ANY {
            return f.write_str("ANY");
        }
        let names: Vec<&str> = KINDS.iter().filter(|(bit, _)| self.0 & bit != 0).map(|(_, name)| *name).collect();
        match names.split_last() {
            None => f.write_str("NULL"),
            Some((last, [])) => f.write_str(last),
            Some((last, before)) => write!(f, "{} or {last}", before.join(", ")),
        }
    }
}

impl fmt::Debug for Accepts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How the static type of a result follows from those of the arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ResultType {
    Is(Type),
    ListOf(Type),
    /// That of the argument with this index.
    SameAs(usize),
    /// A list of what the argument with this index is.
    ListOfArgument(usize),
    /// That of the items of the argument with this index.
    ItemOf(usize),
    /// The narrowest that holds all arguments.
    Join,
}

impl ResultType {
    /// The static type of the result for arguments of these static types.
    pub(crate) fn of(&self, arguments: &[Type]) -> Type {
        let argument = |index: usize| arguments.get(index).cloned().unwrap_or(Type::Any);
        match self {
            ResultType::Is(result) => result.clone(),
            ResultType::ListOf(item) => Type::list_of(item.clone()),
            ResultType::SameAs(index) => argument(*index),
            ResultType::ListOfArgument(index) => Type::list_of(argument(*index)),
            ResultType::ItemOf(index) => match argument(*index) {
                Type::List(item) => *item,
                _ => Type::Any,
            },
            ResultType::Join => arguments.iter().cloned().reduce(Type::join).unwrap_or(Type::Any),
        }
    }
}

impl fmt::Display for ResultType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ResultType::Is(result) => result.fmt(f),
            ResultType::ListOf(item) => write!(f, "LIST<{item}>"),
            ResultType::ListOfArgument(_) => f.write_str("LIST<ANY>"),
            ResultType::SameAs(_) | ResultType::ItemOf(_) | ResultType::Join => f.write_str("ANY"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_bit_of_its_own() {
        let all = KINDS.iter().fold(0, |bits, (bit, _)| bits | bit);
        assert_eq!(Accepts(all), Accepts::ANY);
    }

    #[test]
    fn a_set_of_types_reads_as_a_sentence_does() {
        assert_eq!(Accepts::STRING.to_string(), "STRING");
        assert_eq!(Accepts::STRING.or(Accepts::LIST).to_string(), "STRING or LIST");
        assert_eq!(Accepts::ELEMENT.or(Accepts::MAP).to_string(), "MAP, NODE or RELATIONSHIP");
    }

    #[test]
    fn what_may_be_taken_is_not_refused() {
        assert!(Accepts::INTEGER.may_take(&Type::Number));
        assert!(Accepts::NODE.may_take(&Type::Element));
        assert!(Accepts::NODE.may_take(&Type::Any));
        assert!(!Accepts::NODE.may_take(&Type::Path));
    }

    #[test]
    fn the_item_of_a_list_keeps_its_type() {
        assert_eq!(ResultType::ItemOf(0).of(&[Type::list_of(Type::String)]), Type::String);
        assert_eq!(ResultType::Join.of(&[Type::Integer, Type::Float]), Type::Number);
    }
}
