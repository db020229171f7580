//! What can go wrong below the query language.

use std::sync::Arc;

use crate::value::{ElementId, ErrorClass, ErrorKind, Name};

/// A write that the store refuses.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum StorageError {
    #[error("element {id} was deleted")]
    Deleted { id: ElementId },
    #[error("cannot delete {what} {id}: it still has {attached}; use DETACH DELETE")]
    StillAttached { what: &'static str, id: ElementId, attached: String },
    #[error("constraint `{constraint}`: {label} already has an element with {values}")]
    NotUnique { constraint: Name, label: Name, values: String },
    #[error("constraint `{constraint}`: {label} must have a value for `{key}`")]
    Missing { constraint: Name, label: Name, key: Name },
    /// A constraint that is about to be created.
    #[error("constraint `{constraint}` cannot be created: {count} `{label}` {reason}")]
    Violated { constraint: Name, label: Name, count: usize, reason: String },
    #[error("there is no constraint `{name}`")]
    UnknownConstraint { name: Name },
    #[error("the name `{name}` is taken by another index or constraint")]
    NameTaken { name: Name },
    #[error("index `{index}` is already on these keys of `{label}`")]
    AlreadyIndexed { index: Name, label: Name },
    #[error("constraint `{constraint}` rests on this index; drop the constraint instead")]
    IndexInUse { constraint: Name },
    #[error("a property cannot hold {found}")]
    NotStorable { found: String },
    /// A change that was made from another root than the one it is applied to.
    #[error("the definition of `{name}` is out of order")]
    OutOfOrder { name: Name },
    #[error("a node can have {most} labels and no more")]
    TooManyLabels { most: usize },
    #[error("{what} has at most {most_bytes} bytes, this one has {len_bytes}")]
    WordsTooLong { what: &'static str, len_bytes: usize, most_bytes: usize },
    /// Of a commit from elsewhere.
    #[error("commit {number} cannot be taken over: {reason}")]
    CommitOrder { number: u64, reason: String },
    /// An id that is taken over.
    #[error("the id {id} stands for two elements, or is not one of those that were given")]
    NoFreeId { id: ElementId },
    #[error("commit {number} is not kept any more; kept are {kept}")]
    CommitNotKept { number: u64, kept: String },
    #[error("there is no commit {number}; kept are {kept}")]
    NoSuchCommit { number: u64, kept: String },
    #[error("the graph is full: {what}")]
    Full { what: &'static str },
    /// A commit that the files of the database do not take.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// A file that is not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    #[error(
        "files are not allowed here; a program allows them by `Options::files_below(folder)`, the command line by \
         `--files folder`"
    )]
    NotAllowed,
    #[error("it is outside of the folder that is allowed")]
    Outside,
    #[error("it is a folder")]
    Folder,
    #[error("{0}")]
    Io(std::io::Error),
}

/// A file of a database that cannot be used as it is.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum DiskError {
    #[error("{file} is damaged at byte {offset}: {reason}")]
    Corruption { file: Arc<str>, offset: u64, reason: String },
    /// `action` is what could not be done: `read`, `write`, `sync`.
    #[error("cannot {action} {file}: {error}")]
    Io { action: &'static str, file: Arc<str>, error: Arc<std::io::Error> },
    #[error(
        "{file} has format {found}, this version of Averment reads format {ours}; to go on with it, write it out by \
         `averment dump` of the version that made it, and make it again by `averment restore` of this one"
    )]
    OtherFormat { file: Arc<str>, found: u32, ours: u32 },
    #[error("the database is in use by {holder}")]
    Locked { holder: String },
    #[error("the database was opened to be read only, and nothing can be written")]
    ReadOnly,
    /// What has failed before, whoever asks now.
    #[error("the database takes no commit any more: {cause}")]
    Stopped { cause: Arc<DiskError> },
    #[error("there is no database")]
    NoDatabase,
    #[error("there is a database already")]
    DatabaseExists,
    /// The words of provenance, in which the days of clocks are kept.
    #[error("the database was made with other words of provenance: for `{setting}` it has `{kept}`, not `{asked}`")]
    OtherWords { setting: &'static str, kept: String, asked: String },
}

impl DiskError {
    pub(crate) fn class(&self) -> ErrorClass {
        match self {
            DiskError::Corruption { .. } => ErrorClass::new(ErrorKind::Io, "Corruption"),
            DiskError::Io { .. } => ErrorClass::new(ErrorKind::Io, "DiskFailed"),
            DiskError::OtherFormat { .. } => ErrorClass::new(ErrorKind::Io, "OtherFormat"),
            DiskError::Locked { .. } => ErrorClass::new(ErrorKind::Busy, "DatabaseLocked"),
            DiskError::ReadOnly => ErrorClass::new(ErrorKind::Busy, "ReadOnly"),
            DiskError::Stopped { .. } => ErrorClass::new(ErrorKind::Io, "DatabaseStopped"),
            DiskError::NoDatabase => ErrorClass::new(ErrorKind::Io, "NoDatabase"),
            DiskError::DatabaseExists => ErrorClass::new(ErrorKind::Io, "DatabaseExists"),
            DiskError::OtherWords { .. } => ErrorClass::new(ErrorKind::Argument, "OtherProvenance"),
        }
    }

    /// What can be done about it, if that can be told.
    pub(crate) fn help(&self) -> Option<&'static str> {
        match self {
            DiskError::Locked { .. } => Some(
                "it can be read beside that: with `--read-only` on the command line, by `Database::open_read_only` in a \
                 program",
            ),
            DiskError::ReadOnly => {
                Some("one process can write it: without `--read-only`, or by `Database::open`, if no other one does")
            }
            DiskError::Stopped { .. } => Some(
                "close the database and open it again: what was acknowledged is there, and whether the rest is can be seen \
                 then; until that it can be read",
            ),
            DiskError::NoDatabase => Some("`averment create` makes one, or `Database::create` in a program"),
            DiskError::Io { file, error, .. } => help_with(file, error.kind()),
            DiskError::Corruption { .. } => Some(
                "`averment check FOLDER` tells all that is damaged, and `averment salvage FOLDER NEW` saves the rest; in a \
                 program, `Database::check` and `Database::salvage`",
            ),
            DiskError::OtherFormat { .. } | DiskError::DatabaseExists | DiskError::OtherWords { .. } => None,
        }
    }

    /// Whether there is no file of the name.
    pub(super) fn is_missing_file(&self) -> bool {
        matches!(self, DiskError::Io { error, .. } if error.kind() == std::io::ErrorKind::NotFound)
    }

    /// What an error of the file system is to whoever wanted to do `action` with `file`.
    pub(super) fn io<'f>(action: &'static str, file: &'f str) -> impl FnOnce(std::io::Error) -> Self + use<'f> {
        move |error| DiskError::Io { action, file: file.into(), error: Arc::new(error) }
    }
}

/// What is wrong with a file, and where in it if one place is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileDamage {
    pub file: Arc<str>,
    pub offset: Option<u64>,
    pub reason: String,
}

impl From<&DiskError> for FileDamage {
    fn from(error: &DiskError) -> Self {
        let (file, offset, reason) = match error {
            DiskError::Corruption { file, offset, reason } => (Arc::clone(file), Some(*offset), reason.clone()),
            DiskError::Io { file, .. } | DiskError::OtherFormat { file, .. } => {
                (Arc::clone(file), None, error.to_string())
            }
            DiskError::Locked { .. }
            | DiskError::ReadOnly
            | DiskError::Stopped { .. }
            | DiskError::NoDatabase
            | DiskError::DatabaseExists
            | DiskError::OtherWords { .. } => ("".into(), None, error.to_string()),
        };
        Self { file, offset, reason }
    }
}

fn help_with(file: &str, kind: std::io::ErrorKind) -> Option<&'static str> {
    use std::io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    match kind {
        PermissionDenied | ReadOnlyFilesystem if file == "lock" => Some(
            "to read it, the right to write is not needed: `--read-only` on the command line, `Database::open_read_only` in a \
             program",
        ),
        StorageFull | QuotaExceeded => Some("what was acknowledged is safe; make room on the disk and try again"),
        _ => None,
    }
}

/// Bytes that are no change, or a change that is not made bytes of.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CodecError {
    #[error("a record of {len_bytes} bytes is too long: at most {most_bytes} are kept")]
    TooLong { len_bytes: usize, most_bytes: usize },
    #[error("a property is nested too deeply: at most {most} lists are kept")]
    TooDeep { most: usize },
    #[error("a property cannot hold a {found}")]
    NotStorable { found: &'static str },
    #[error("damaged record: {reason}")]
    Damaged { reason: String },
}

impl StorageError {
    pub(crate) fn class(&self) -> ErrorClass {
        match self {
            StorageError::Deleted { .. } => ErrorClass::new(ErrorKind::EntityNotFound, "DeletedEntityAccess"),
            StorageError::StillAttached { .. } => {
                ErrorClass::new(ErrorKind::ConstraintVerification, "DeleteConnectedNode")
            }
            StorageError::NotUnique { .. } => ErrorClass::new(ErrorKind::ConstraintVerification, "NotUnique"),
            StorageError::Missing { .. } => ErrorClass::new(ErrorKind::ConstraintVerification, "MissingProperty"),
            StorageError::Violated { .. } => ErrorClass::new(ErrorKind::ConstraintValidation, "ConstraintViolated"),
            StorageError::UnknownConstraint { .. } => ErrorClass::new(ErrorKind::Semantic, "UnknownConstraint"),
            StorageError::NameTaken { .. } => ErrorClass::new(ErrorKind::Semantic, "SchemaNameTaken"),
            StorageError::AlreadyIndexed { .. } => ErrorClass::new(ErrorKind::Semantic, "AlreadyIndexed"),
            StorageError::IndexInUse { .. } => ErrorClass::new(ErrorKind::Semantic, "IndexInUse"),
            StorageError::NotStorable { .. } => ErrorClass::new(ErrorKind::Type, "InvalidPropertyType"),
            StorageError::OutOfOrder { .. } => ErrorClass::new(ErrorKind::Io, "Corruption"),
            StorageError::TooManyLabels { .. } => ErrorClass::new(ErrorKind::Limit, "TooManyLabels"),
            StorageError::WordsTooLong { .. } => ErrorClass::new(ErrorKind::Limit, "CommitWordsTooLong"),
            StorageError::CommitOrder { .. } => ErrorClass::new(ErrorKind::Argument, "CommitOutOfOrder"),
            StorageError::NoFreeId { .. } => ErrorClass::new(ErrorKind::Argument, "NoFreeId"),
            StorageError::CommitNotKept { .. } => ErrorClass::new(ErrorKind::Argument, "CommitNotKept"),
            StorageError::NoSuchCommit { .. } => ErrorClass::new(ErrorKind::Argument, "NoSuchCommit"),
            StorageError::Full { .. } => ErrorClass::new(ErrorKind::Limit, "GraphFull"),
            StorageError::Disk(error) => error.class(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::DiskError;

    #[track_caller]
    fn check_help(action: &'static str, file: &str, kind: ErrorKind, expected: Option<&str>) {
        let help = DiskError::io(action, file)(kind.into()).help();
        match expected {
            Some(part) => assert!(help.is_some_and(|help| help.contains(part)), "{help:?}"),
            None => assert_eq!(help, None),
        }
    }

    #[test]
    fn who_may_not_write_is_told_how_to_read() {
        check_help("open", "lock", ErrorKind::PermissionDenied, Some("--read-only"));
        check_help("open", "lock", ErrorKind::ReadOnlyFilesystem, Some("--read-only"));
        check_help("open", "log-00000000000000000000", ErrorKind::PermissionDenied, None);
        check_help("write", "log-00000000000000000000", ErrorKind::StorageFull, Some("make room"));
        check_help("sync", "log-00000000000000000000", ErrorKind::Other, None);
    }
}
