//! What can go wrong when a temporal value is made.

/// A temporal value that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TemporalError {
    #[error("`{text}` is not a {kind}{}", form(kind))]
    Text { kind: &'static str, text: String },
    #[error("`{key}` is not a part of a {kind}")]
    UnknownKey { kind: &'static str, key: String },
    #[error("`{key}` is given twice")]
    RepeatedKey { key: &'static str },
    #[error("`{key}` must be {expected}, found {found}")]
    Type { key: &'static str, expected: &'static str, found: &'static str },
    #[error("`{key}` cannot be {value}")]
    Range { key: &'static str, value: i64 },
    #[error("`{key}` needs `{needed}` as well")]
    Missing { key: &'static str, needed: &'static str },
    #[error("a {kind} needs `{needed}`")]
    Incomplete { kind: &'static str, needed: &'static str },
    #[error("`{key}` and `{other}` cannot be given together")]
    Conflict { key: &'static str, other: &'static str },
    #[error("there is no such day: {text}")]
    NoSuchDay { text: String },
    #[error("`{text}` is not a time zone")]
    UnknownZone { text: String },
    #[error("`{text}` is not a unit that a {kind} can be truncated to")]
    Unit { kind: &'static str, text: String },
    #[error("a {kind} cannot be made from a {found}")]
    Source { kind: &'static str, found: &'static str },
    #[error("the result is out of the range of a {kind}")]
    Overflow { kind: &'static str },
    #[error("division by zero")]
    DivisionByZero,
}

/// How the text of one kind is written, where people write it otherwise.
fn form(kind: &str) -> &'static str {
    match kind {
        "date" => "; it is written year-month-day, as `2021-12-31`",
        "datetime" | "localdatetime" => "; it is written as `2021-12-31T18:30`",
        "duration" => "; it is written as `P1Y2M3DT4H5M`",
        _ => "",
    }
}
