//! What can be wrong with an import: with a row, which may be passed over, and with all of it.

use std::io;

use crate::error::Error;
use crate::storage::StorageError;

/// Why an import has failed: there is nothing of it then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// A file cannot be read.
    #[error("cannot read {file}: {error}")]
    #[non_exhaustive]
    Unreadable {
        /// Its name.
        file: String,
        /// What the system, or the one who unpacks it, says.
        error: io::Error,
    },
    /// The first line of a file does not say what the columns are.
    #[error("{file}: {message}")]
    #[non_exhaustive]
    Header {
        /// The name of the file.
        file: String,
        /// What is wrong.
        message: String,
    },
    /// A row cannot be imported, and rows are not [passed over](super::CsvImport::skip_bad_rows).
    #[error("{0}")]
    Row(BadRow),
    /// A file is not what it is said to be from here on, so that nothing behind it can be read.
    #[error("{file}, line {line}: {message}")]
    #[non_exhaustive]
    Damaged {
        /// The name of the file.
        file: String,
        /// From 1.
        line: u64,
        /// What is wrong.
        message: String,
    },
    /// What was asked for contradicts itself.
    #[error("{message}")]
    #[non_exhaustive]
    Settings {
        /// What is wrong.
        message: String,
    },
    /// Rows that were passed over cannot be written.
    #[error("cannot write what was passed over: {0}")]
    Quarantine(io::Error),
    /// The database does not take a row, because of a constraint, and rows are not [passed over](super::CsvImport::skip_bad_rows).
    #[error("{file}, line {line}: {error}")]
    #[non_exhaustive]
    Refused {
        /// The name of the file.
        file: String,
        /// The line on which the row begins, from 1.
        line: u64,
        /// Why.
        error: Error,
    },
    /// The database does not take it.
    #[error(transparent)]
    Database(#[from] Error),
}

/// A row that is not imported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {reason}")]
#[non_exhaustive]
pub struct BadRow {
    /// The name of the file.
    pub file: String,
    /// The line on which the row begins, from 1.
    pub line: u64,
    /// What is wrong.
    pub reason: String,
}

impl BadRow {
    /// What is wrong with the row that begins on this line.
    pub fn new(file: impl Into<String>, line: u64, reason: impl Into<String>) -> Self {
        Self { file: file.into(), line, reason: reason.into() }
    }
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Reason {
    #[error("this is not UTF-8 text")]
    NotUtf8,
    #[error("a quote is never closed")]
    OpenQuote,
    #[error("something follows a closing quote")]
    BehindQuote,
    #[error("a quote is closed on line {line} only, and something follows it there")]
    BehindLateQuote { line: u64 },
    #[error("a carriage return stands alone; lines end with a line feed")]
    LoneReturn,
    #[error("longer than {most_bytes} bytes; is a quote never closed?")]
    TooLong { most_bytes: usize },
    #[error("{found} fields, and {columns} columns")]
    FieldCount { found: usize, columns: usize },
    #[error("`{column}`: {text} is no {wanted}")]
    Value { column: String, text: String, wanted: String },
    #[error("the id is missing")]
    NoId,
    #[error("the {side} is missing")]
    NoEnd { side: &'static str },
    #[error("the type is missing")]
    NoType,
    #[error("a node can have {most} labels and no more")]
    ManyLabels { most: usize },
    #[error("the id {id} is there already, in the group `{group}`")]
    Duplicate { id: String, group: String },
    #[error("the {side} {id} is no node{}", in_group(group.as_deref()))]
    UnknownEnd { side: &'static str, id: String, group: Option<String> },
    #[error("the {side} {id} may be a node of `{one}` or of `{other}`: name the group, as in `:START_ID({one})`")]
    AmbiguousEnd { side: &'static str, id: String, one: String, other: String },
}

fn in_group(group: Option<&str>) -> String {
    group.map_or_else(String::new, |group| format!(" of the group `{group}`"))
}

impl Reason {
    /// Under which it is counted.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::NotUtf8 => "not UTF-8",
            Self::OpenQuote | Self::BehindQuote | Self::BehindLateQuote { .. } => "quotes",
            Self::LoneReturn | Self::TooLong { .. } => "lines",
            Self::FieldCount { .. } => "number of fields",
            Self::Value { .. } => "value",
            Self::NoId | Self::NoEnd { .. } | Self::NoType => "missing",
            Self::ManyLabels { .. } => "labels",
            Self::Duplicate { .. } => "duplicate id",
            Self::UnknownEnd { .. } => "unknown end",
            Self::AmbiguousEnd { .. } => "ambiguous end",
        }
    }
}

impl From<StorageError> for ImportError {
    fn from(error: StorageError) -> Self {
        ImportError::Database(error.into())
    }
}
