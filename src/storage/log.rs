//! The log of a graph: when each commit was made, by whom and why. It is a part of the root, so a snapshot knows those
//! commits that led to it and no later ones.
//!
//! An entry takes 40 bytes with its share of pages and tables, and a message of its own some 90 more than its length; words
//! that are those of the entry before it are shared with it. In a database in files that is so until a snapshot has it:
//! then it is left to that, and read again when it is asked for.

use std::sync::Arc;

use super::paged::Paged;
use super::snapshot::{Bytes, Damage, Reader, SnapshotFile, SnapshotWriter, Source, Stored, check, guard, rises};
use super::{Commit, DiskError, StorageError};

/// The most bytes of an author's name.
const MAX_AUTHOR_BYTES: usize = 1 << 10;

/// The most bytes of a message.
const MAX_MESSAGE_BYTES: usize = 1 << 16;

/// The highest number that a commit can have: what programs that read JSON agree on.
pub(super) const MAX_NUMBER: u64 = (1 << 53) - 1;

/// What is said of a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words {
    author: Option<Arc<str>>,
    message: Option<Arc<str>>,
}

impl Words {
    pub(crate) fn author(&self) -> Option<&str> {
        self.author.as_deref()
    }

    pub(crate) fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// An empty text says nothing.
    ///
    /// # Errors
    ///
    /// [`StorageError::WordsTooLong`].
    pub(crate) fn set_author(&mut self, author: &str) -> Result<(), StorageError> {
        self.author = checked("the name of an author", author, MAX_AUTHOR_BYTES)?;
        Ok(())
    }

    /// An empty text says nothing.
    ///
    /// # Errors
    ///
    /// [`StorageError::WordsTooLong`].
    pub(crate) fn set_message(&mut self, message: &str) -> Result<(), StorageError> {
        self.message = checked("the message of a commit", message, MAX_MESSAGE_BYTES)?;
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.author.is_none() && self.message.is_none()
    }

    pub(super) fn size_bytes(&self) -> usize {
        self.author().map_or(0, str::len) + self.message().map_or(0, str::len)
    }
}

fn checked(what: &'static str, text: &str, most_bytes: usize) -> Result<Option<Arc<str>>, StorageError> {
    if text.len() > most_bytes {
        return Err(StorageError::WordsTooLong { what, len_bytes: text.len(), most_bytes });
    }
    Ok((!text.is_empty()).then(|| Arc::from(text)))
}

/// A commit that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogEntry {
    pub commit: Commit,
    /// How many elementary writes it has.
    pub changes: u64,
    words: Option<Arc<Words>>,
}

impl LogEntry {
    pub(crate) fn new(commit: Commit, changes: u64, words: Words) -> Self {
        Self { commit, changes, words: (!words.is_empty()).then(|| Arc::new(words)) }
    }

    pub(crate) fn author(&self) -> Option<&str> {
        self.words.as_deref()?.author()
    }

    pub(crate) fn message(&self) -> Option<&str> {
        self.words.as_deref()?.message()
    }

    pub(super) fn size_bytes(&self) -> usize {
        size_of::<Self>() + self.words.as_deref().map_or(0, Words::size_bytes)
    }
}

/// The commits that were made, oldest first. Cloning is cheap.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    entries: Paged<LogEntry, 32>,
    /// The snapshot to which the first of them are left.
    file: Option<Arc<SnapshotFile>>,
}

impl Log {
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// All of them, page by page.
    pub(super) fn entries(&self) -> &Paged<LogEntry, 32> {
        &self.entries
    }

    pub(crate) fn get(&self, index: usize) -> Option<&LogEntry> {
        self.entries.get(index)
    }

    pub(crate) fn last(&self) -> Option<&LogEntry> {
        self.get(self.len().checked_sub(1)?)
    }

    /// The place of a commit, if it is here.
    pub(crate) fn find(&self, number: u64) -> Option<usize> {
        let last = self.last()?.commit.number;
        if number >= last {
            return (number == last).then(|| self.len() - 1);
        }
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.get(middle)?.commit.number.cmp(&number) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The same commits, where those that lie in a snapshot are left to it: in memory is what was asked for since. `stored` is
    /// the log of that snapshot; one of the two begins with all of the other. `None` if they are left to it already.
    ///
    /// # Errors
    ///
    /// [`DiskError`] if the snapshot cannot be read.
    pub(super) fn left_to(&self, stored: &Log, before: Option<&Log>) -> Result<Option<Log>, DiskError> {
        if self.is_left_to(stored) {
            return Ok(None);
        }
        // Roots that follow each other share their tables.
        let alike = before.filter(|before| before.entries.has_as_many_full_pages_as(&self.entries));
        let other = &alike.unwrap_or(stored).entries;
        let entries = guard(|| self.entries.with_pages_of(other))?;
        Ok(Some(Self { entries, file: stored.file.clone() }))
    }

    #[cfg(test)]
    pub(crate) fn pages_in_memory(&self) -> usize {
        self.entries.pages_in_memory()
    }

    /// How many entries its pages hold.
    #[cfg(test)]
    pub(crate) fn count_in_pages(&self) -> usize {
        let mut count = 0;
        self.entries.visit(&mut |_, entries| count += entries.map_or(0, Vec::len));
        count
    }

    /// The snapshot to which entries are left.
    #[cfg(test)]
    pub(crate) fn file_name(&self) -> Option<Arc<str>> {
        Some(self.file.as_ref()?.name())
    }

    fn is_left_to(&self, stored: &Log) -> bool {
        match (&self.file, &stored.file) {
            (Some(file), Some(stored)) => Arc::ptr_eq(file, stored),
            (None, _) | (_, None) => false,
        }
    }

    /// Adds a commit that was made elsewhere.
    ///
    /// # Errors
    ///
    /// [`StorageError::CommitOrder`] if it cannot stand behind those that are here.
    pub(crate) fn take_over(&mut self, entry: LogEntry) -> Result<(), StorageError> {
        self.check_next(entry.commit)?;
        self.push(entry);
        Ok(())
    }

    pub(super) fn push(&mut self, mut entry: LogEntry) {
        if let Some(last) = self.last().filter(|last| last.words == entry.words) {
            entry.words.clone_from(&last.words);
        }
        self.entries.push(entry);
    }

    /// Whether a commit can stand behind those that are here.
    pub(super) fn check_next(&self, next: Commit) -> Result<(), StorageError> {
        let number = next.number;
        let fault = |reason: String| Err(StorageError::CommitOrder { number, reason });
        if number == 0 || number > MAX_NUMBER {
            return fault(format!("a commit has a number from 1 to {MAX_NUMBER}"));
        }
        let Some(last) = self.last() else { return Ok(()) };
        if number <= last.commit.number {
            return fault(format!("it stands behind commit {}", last.commit.number));
        }
        if next.micros < last.commit.micros {
            return fault(format!("it is older than commit {}", last.commit.number));
        }
        Ok(())
    }
}

/// How many there are, and where they lie.
impl Stored for Log {
    fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        self.entries.store(bytes, out)
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        Ok(Self { entries: Paged::load(bytes, from)?, file: Some(Arc::clone(from.file())) })
    }
}

/// ```text
/// numbers, times in microseconds, changes    of each commit (numbers)
/// words                                      of each commit: 0 none, 1 those of the one before on this page, 2 these:
///     author, message                        texts; an empty one says nothing
/// ```
impl Stored for Vec<LogEntry> {
    fn store(&self, bytes: &mut Bytes, _: &mut SnapshotWriter) -> Result<(), DiskError> {
        bytes.numbers(self.iter().map(|entry| entry.commit.number));
        bytes.numbers_i64(self.iter().map(|entry| entry.commit.micros));
        bytes.numbers(self.iter().map(|entry| entry.changes));
        let mut last: Option<&Arc<Words>> = None;
        for words in self.iter().map(|entry| entry.words.as_ref()) {
            match words {
                None => bytes.byte(0),
                words if words == last => bytes.byte(1),
                Some(words) => {
                    bytes.byte(2);
                    bytes.text(words.author().unwrap_or(""));
                    bytes.text(words.message().unwrap_or(""));
                }
            }
            last = words;
        }
        Ok(())
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        let len = usize::try_from(from.count()).map_err(|_| Damage("a page is too long"))?;
        let numbers: Vec<u64> = bytes.exactly(len)?;
        let micros = bytes.exactly_i64(len)?;
        check(rises(&numbers), "commits are out of order")?;
        check(numbers.last().is_none_or(|last| *last <= MAX_NUMBER), "the number of a commit is too large")?;
        let changes: Vec<u64> = bytes.exactly(len)?;
        let mut entries: Vec<LogEntry> = Vec::with_capacity(len);
        for ((number, micros), changes) in numbers.into_iter().zip(micros).zip(changes) {
            let words = match bytes.byte()? {
                0 => None,
                1 => entries.last().ok_or(Damage("the words of a commit are missing"))?.words.clone(),
                2 => Some(Arc::new(load_words(bytes)?)),
                _ => return Err(Damage("the words of a commit have an unknown form")),
            };
            entries.push(LogEntry { commit: Commit { number, micros }, changes, words });
        }
        Ok(entries)
    }

    fn is_whole(_: &[u8]) -> bool {
        true
    }
}

fn load_words(bytes: &mut Reader) -> Result<Words, Damage> {
    let mut words = Words::default();
    words.set_author(bytes.text()?).map_err(|_| Damage("a name is too long"))?;
    words.set_message(bytes.text()?).map_err(|_| Damage("a message is too long"))?;
    check(!words.is_empty(), "the words of a commit are missing")?;
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u64, author: &str) -> LogEntry {
        let mut words = Words::default();
        words.set_author(author).unwrap();
        LogEntry::new(Commit { number, micros: 0 }, 1, words)
    }

    #[test]
    fn a_commit_is_found_by_its_number_and_only_if_it_is_there() {
        let mut log = Log::default();
        assert_eq!(log.find(1), None);
        for number in (2..500).step_by(3) {
            log.push(entry(number, ""));
        }
        for number in 0..510_usize {
            let expected = (number % 3 == 2 && number < 500).then(|| (number - 2) / 3);
            assert_eq!(log.find(number as u64), expected, "{number}");
        }
    }

    #[test]
    fn an_entry_is_small_and_shares_its_words_with_the_one_before() {
        assert_eq!(size_of::<LogEntry>(), 32);
        let mut log = Log::default();
        for (number, author) in [(1, "Ada"), (2, "Ada"), (3, ""), (4, "Ada")] {
            log.push(entry(number, author));
        }
        let words = |index: usize| log.get(index).unwrap().words.clone();
        assert!(Arc::ptr_eq(&words(0).unwrap(), &words(1).unwrap()));
        assert_eq!((words(2), log.get(3).unwrap().author()), (None, Some("Ada")));
    }
}
