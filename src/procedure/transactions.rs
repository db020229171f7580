//! The transactions that are open, and `SHOW TRANSACTIONS`, which lists them.
//!
//! A reader keeps the pages of its commit in memory, however many commits have come since: the oldest is the first to
//! look for when memory does not come back.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::show::number;
use crate::function::{Field, Procedure, Registry};
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
    by_id: BTreeMap<u64, Entry>,
    last_id: u64,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    access: Access,
    /// The commit that is read, or that will be made.
    commit: u64,
    began_micros: i64,
}

/// A transaction's place among the open ones, until it is dropped.
#[derive(Debug)]
pub(crate) struct OpenTransaction {
    all: Arc<OpenTransactions>,
    id: u64,
}

impl OpenTransactions {
    pub(crate) fn begin(self: &Arc<Self>, access: Access, commit: u64, began_micros: i64) -> OpenTransaction {
        let mut entries = self.lock();
        entries.last_id += 1;
        let id = entries.last_id;
        entries.by_id.insert(id, Entry { access, commit, began_micros });
        drop(entries);
        OpenTransaction { all: Arc::clone(self), id }
    }

    /// A panic while the lock was held leaves entries that are whole: each change is one step.
    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rows(&self, now_micros: i64) -> Vec<Vec<Value>> {
        self.lock().by_id.iter().map(|(id, entry)| row(*id, *entry, now_micros)).collect()
    }
}

impl Drop for OpenTransaction {
    fn drop(&mut self) {
        self.all.lock().by_id.remove(&self.id);
    }
}

pub(super) fn register(registry: &mut Registry, open: &Arc<OpenTransactions>) {
    let open = Arc::clone(open);
    registry.add_procedure(Procedure {
        name: Name::from("show.transactions"),
        inputs: Vec::new(),
        outputs: [
            ("id", Type::Integer),
            ("access", Type::String),
            ("commit", Type::Integer),
            ("since", Type::DateTime),
            ("age", Type::Duration),
        ]
        .map(|(name, value_type)| Field::nullable(name, value_type))
        .to_vec(),
        summary: "the answer to SHOW".to_owned(),
        body: Arc::new(move |host, _| Ok(Box::new(open.rows(micros(&host.real_time())).into_iter().map(Ok)))),
    });
}

fn row(id: u64, entry: Entry, now_micros: i64) -> Vec<Value> {
    let access = match entry.access {
        Access::Read => "READ",
        Access::Write => "WRITE",
    };
    // The clock may have been put back since.
    let age_micros = now_micros.saturating_sub(entry.began_micros).max(0);
    let age = Duration::new(0, 0, age_micros / 1_000_000, age_micros % 1_000_000 * 1_000);
    vec![
        number(id),
        Value::from(access),
        number(entry.commit),
        date_time(entry.began_micros).map_or(Value::Null, Value::DateTime),
        age.map_or(Value::Null, Value::Duration),
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
        let reader = open.begin(Access::Read, 7, 1_000_000);
        let writer = open.begin(Access::Write, 9, 3_500_000);
        assert_eq!(
            shown(&open, 5_000_000),
            ["1 READ 7 1970-01-01T00:00:01Z PT4S", "2 WRITE 9 1970-01-01T00:00:03.5Z PT1.5S"]
        );
        drop(reader);
        // A clock that was put back makes no negative age.
        assert_eq!(shown(&open, 0), ["2 WRITE 9 1970-01-01T00:00:03.5Z PT0S"]);
        drop(writer);
        assert!(shown(&open, 0).is_empty());
    }
}
