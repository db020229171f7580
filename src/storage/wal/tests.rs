//! The log from end to end: what was written comes back, whatever happens to it.

mod crash;
mod damage;
mod format;
mod hostile;

use super::*;
use crate::storage::codec::encode;
use crate::storage::disk::{Disk, MemoryDisk};
use crate::storage::tests::{Model, Step, take, with_names};
use crate::storage::{Change, Commit, DiskError, Graph, Writer};
use crate::value::Value;

const GENERATION: u64 = 7;

/// Before the first commit.
const START: Commit = Commit { number: 0, micros: 0 };

/// A commit by its number, with its changes as bytes.
type Recorded = (u64, Vec<Vec<u8>>);

/// A commit that was made, and the graph behind it.
#[derive(Clone, Debug)]
struct Made {
    number: u64,
    changes: Vec<Change>,
    graph: Graph,
}

impl Made {
    fn new((graph, changes): (Graph, Vec<Change>)) -> Self {
        Self { number: graph.commit().number, changes, graph }
    }

    fn recorded(&self) -> Recorded {
        (self.number, self.changes.iter().map(|change| encode(change).unwrap()).collect())
    }
}

fn recorded(commits: &[Made]) -> Vec<Recorded> {
    commits.iter().map(Made::recorded).collect()
}

/// The commits that a writer makes of these steps.
fn made_of(steps: &[Step]) -> Vec<Made> {
    let mut made = vec![Made::new(with_names())];
    let next = |root: &Graph| Writer::new(root.clone(), root.commit().followed_at(5));
    let (mut writer, mut model) = (next(&made[0].graph), Model::default());
    let mut savepoints = Vec::new();
    for step in steps.iter().chain([&Step::Commit]) {
        match step {
            Step::Savepoint => savepoints.push((writer.savepoint(), model.clone())),
            Step::RollBack => {
                if let Some((savepoint, then)) = savepoints.pop() {
                    writer.roll_back_to(savepoint);
                    model = then;
                }
            }
            Step::Commit => {
                savepoints.clear();
                if writer.change_count() > 0 {
                    made.push(Made::new(writer.finish()));
                    writer = next(&made.last().unwrap().graph);
                }
            }
            step => take(&mut writer, &mut model, step),
        }
    }
    made
}

/// Five commits with something of most changes in them.
fn sample() -> Vec<Made> {
    made_of(&[
        Step::CreateNode(vec![0, 1]),
        Step::CreateNode(Vec::new()),
        Step::CreateRel(1, 0, 1, true),
        Step::Commit,
        Step::SetProperty(0, 2, Value::from("Ада")),
        Step::Index(true, 0, vec![2]),
        Step::Commit,
        Step::CreateRel(0, 2, 0, false),
        Step::SetState(0, false),
        Step::AddLabel(1, 2),
        Step::Commit,
        Step::Delete(3),
        Step::RemoveLabel(0, 1),
        Step::Index(true, 0, vec![2]),
    ])
}

/// A log with these commits, each synced if it says so.
fn written<'m>(commits: impl IntoIterator<Item = (&'m Made, bool)>) -> MemoryDisk {
    let disk = MemoryDisk::default();
    let mut log = LogWriter::create(&disk, GENERATION, START).unwrap();
    disk.sync_names().unwrap();
    for (commit, is_synced) in commits {
        let end = log.append(commit.number, &commit.changes).unwrap();
        if is_synced {
            log.syncer().sync(end).unwrap();
        }
    }
    log.trim().unwrap();
    disk
}

fn all_synced(commits: &[Made]) -> MemoryDisk {
    written(commits.iter().map(|commit| (commit, true)))
}

fn bytes_of(disk: &dyn Disk) -> Vec<u8> {
    let file = disk.open(&log_name(GENERATION)).unwrap();
    let mut bytes = vec![0; usize::try_from(file.len_bytes().unwrap()).unwrap()];
    file.read_at(0, &mut bytes).unwrap();
    bytes
}

/// A disk with a log of these bytes.
fn disk_of(bytes: &[u8]) -> MemoryDisk {
    let disk = MemoryDisk::default();
    disk.create(&log_name(GENERATION)).unwrap().write_at(0, bytes).unwrap();
    disk
}

/// The commits of a log, and how it ends or what is wrong with it.
fn read(disk: &dyn Disk) -> (Vec<Recorded>, Result<LogEnd, DiskError>) {
    let mut commits = Vec::new();
    let end = LogReader::open(disk, GENERATION).and_then(|mut reader| read_on(&mut reader, &mut commits));
    (commits, end)
}

fn read_on(reader: &mut LogReader, commits: &mut Vec<Recorded>) -> Result<LogEnd, DiskError> {
    while let Some(commit) = reader.next_commit()? {
        let changes: Result<Vec<Change>, DiskError> = reader.changes(&commit).collect();
        commits.push((commit.number, changes?.iter().map(|change| encode(change).unwrap()).collect()));
    }
    Ok(reader.end().expect("it came to its end"))
}

/// The graph that a log makes.
fn replayed(disk: &dyn Disk) -> Result<Graph, DiskError> {
    let mut graph = Graph::new();
    let mut reader = LogReader::open(disk, GENERATION)?;
    while let Some(commit) = reader.next_commit()? {
        Replay::new(&mut graph).run(&commit, reader.changes(&commit))?;
    }
    Ok(graph)
}
