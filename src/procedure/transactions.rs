//! The transactions that are open, and `SHOW TRANSACTIONS`, which lists them.
//!
//! A reader keeps the pages of its commit in memory, however many commits have come since: the oldest is the first to
//! look for when memory does not come back.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smallvec::SmallVec;

use super::show::number;
use crate::function::{Answer, Field, Procedure, Registry};
use crate::value::{DateTime, Duration, Name, Type, Value};

/// What a transaction may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// The open transactions of one database, in the order in which they began.
#[derive(Debug, Default)]
pub(crate) struct OpenTransactions(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    /// In the order of their ids, which only grow. There are few at a time.
    by_id: Vec<(u64, Entry)>,
    last_id: u64,
}

#[derive(Clone, Debug)]
struct Entry {
    access: Access,
    /// The commit that is read, or that will be made; `None` while the transaction waits for its turn to write.
    commit: Option<u64>,
    began_micros: i64,
    /// The statements that are run, by their ids, the last one last.
    running: SmallVec<[(u64, Arc<str>); 1]>,
}

/// A transaction's place among the open ones, until it is dropped.
#[derive(Debug)]
pub(crate) struct OpenTransaction {
    all: Arc<OpenTransactions>,
    id: u64,
}

/// A statement's place in its transaction, until it is dropped.
#[derive(Debug)]
pub(crate) struct RunningStatement {
    open: Arc<OpenTransaction>,
    id: u64,
}

impl OpenTransactions {
    pub(crate) fn begin(
        self: &Arc<Self>,
        access: Access,
        commit: Option<u64>,
        began_micros: i64,
    ) -> Arc<OpenTransaction> {
        let mut entries = self.lock();
        let id = entries.next_id();
        entries.by_id.push((id, Entry { access, commit, began_micros, running: SmallVec::new() }));
        drop(entries);
        Arc::new(OpenTransaction { all: Arc::clone(self), id })
    }

    /// A panic while the lock was held leaves entries that are whole: each change is one step.
    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rows(&self, now_micros: i64) -> Vec<Vec<Value>> {
        self.lock().by_id.iter().map(|(id, entry)| row(*id, entry, now_micros)).collect()
    }
}

impl Entries {
    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    fn get_mut(&mut self, id: u64) -> Option<&mut Entry> {
        let place = self.by_id.binary_search_by_key(&id, |entry| entry.0).ok()?;
        Some(&mut self.by_id[place].1)
    }

    fn remove(&mut self, id: u64) {
        if let Ok(place) = self.by_id.binary_search_by_key(&id, |entry| entry.0) {
            self.by_id.remove(place);
        }
    }
}

impl OpenTransaction {
    /// Tells that it has come to its turn, and which commit it will make.
    pub(crate) fn set_commit(&self, commit: u64) {
        self.change(|entry| entry.commit = Some(commit));
    }

    /// Tells that a statement is run.
    pub(crate) fn run(self: &Arc<Self>, text: &Arc<str>) -> RunningStatement {
        let mut entries = self.all.lock();
        let id = entries.next_id();
        if let Some(entry) = entries.get_mut(self.id) {
            entry.running.push((id, Arc::clone(text)));
        }
        drop(entries);
        RunningStatement { open: Arc::clone(self), id }
    }

    fn change(&self, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = self.all.lock().get_mut(self.id) {
            change(entry);
        }
    }
}

impl Drop for RunningStatement {
    fn drop(&mut self) {
        self.open.change(|entry| entry.running.retain(|(id, _)| *id != self.id));
    }
}

impl Drop for OpenTransaction {
    fn drop(&mut self) {
        self.all.lock().remove(self.id);
    }
}

pub(super) fn register(registry: &mut Registry, open: &Arc<OpenTransactions>) {
    let open = Arc::clone(open);
    registry.add_procedure(Procedure {
        name: Name::from("show.transactions"),
        inputs: Vec::new(),
        outputs: [
            ("transactionId", Type::String),
            ("currentQuery", Type::String),
            ("startTime", Type::DateTime),
            ("status", Type::String),
            ("elapsedTime", Type::Duration),
            ("access", Type::String),
            ("commit", Type::Integer),
        ]
        .map(|(name, value_type)| Field::nullable(name, value_type))
        .to_vec(),
        summary: "the answer to SHOW".to_owned(),
        body: Arc::new(move |host, _| Ok(Answer::of(open.rows(micros(&host.real_time()))))),
    });
}

fn row(id: u64, entry: &Entry, now_micros: i64) -> Vec<Value> {
    let access = match entry.access {
        Access::Read => "READ",
        Access::Write => "WRITE",
    };
    let query = entry.running.last().map(|(_, text)| Value::String(Arc::clone(text)));
    let status = match entry.commit {
        None => "Waiting",
        Some(_) if query.is_some() => "Running",
        Some(_) => "Idle",
    };
    // The clock may have been put back since.
    let age_micros = now_micros.saturating_sub(entry.began_micros).max(0);
    let age = Duration::new(0, 0, age_micros / 1_000_000, age_micros % 1_000_000 * 1_000);
    vec![
        Value::from(id.to_string()),
        query.unwrap_or(Value::Null),
        date_time(entry.began_micros).map_or(Value::Null, Value::DateTime),
        Value::from(status),
        age.map_or(Value::Null, Value::Duration),
        Value::from(access),
        entry.commit.map_or(Value::Null, number),
    ]
}

fn date_time(micros: i64) -> Option<DateTime> {
    let nanosecond = u32::try_from(micros.rem_euclid(1_000_000) * 1_000).ok()?;
    DateTime::from_epoch(micros.div_euclid(1_000_000), nanosecond)
}

fn micros(time: &DateTime) -> i64 {
    time.epoch_seconds().saturating_mul(1_000_000).saturating_add(i64::from(time.nanosecond() / 1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(open: &OpenTransactions, now_micros: i64) -> Vec<String> {
        let cells = |row: Vec<Value>| row.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        open.rows(now_micros).into_iter().map(cells).collect()
    }

    #[test]
    fn the_oldest_comes_first_and_each_is_there_until_it_ends() {
        let open = Arc::new(OpenTransactions::default());
        let reader = open.begin(Access::Read, Some(7), 1_000_000);
        let writer = open.begin(Access::Write, None, 3_500_000);
        let reads = "1 null 1970-01-01T00:00:01Z Idle PT4S READ 7";
        assert_eq!(shown(&open, 5_000_000), [reads, "2 null 1970-01-01T00:00:03.5Z Waiting PT1.5S WRITE null"]);
        drop(reader);
        writer.set_commit(9);
        // A clock that was put back makes no negative time.
        assert_eq!(shown(&open, 0), ["2 null 1970-01-01T00:00:03.5Z Idle PT0S WRITE 9"]);
        drop(writer);
        assert!(shown(&open, 0).is_empty());
    }

    #[test]
    fn the_last_statement_that_is_run_is_the_current_one() {
        let open = Arc::new(OpenTransactions::default());
        let reader = open.begin(Access::Read, Some(0), 0);
        let current = || open.rows(0).remove(0)[1].to_string();
        let (first, second) = (reader.run(&"first".into()), reader.run(&"second".into()));
        assert_eq!(current(), "second");
        drop(first);
        assert_eq!(current(), "second");
        drop(second);
        assert_eq!(current(), "null");
        drop(reader.run(&"third".into()));
        drop(reader);
        assert!(open.rows(0).is_empty());
    }
}
