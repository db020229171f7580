//! Crashes of the system: an image of what may be left is taken before every change of the disk, and opened.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};

use super::hooked::{HookedDisk, Operation};
use super::workload::{Step, Workload, write_together};
use super::{create_on, open_on, options, set, text_of};
use crate::database::{Database, Shared, lock};
use crate::options::Options;
use crate::storage::{DiskError, Durability, Keep, MemoryDisk};

/// What a crash may leave.
struct Image {
    disk: MemoryDisk,
    /// What is found if only the process ends there.
    killed: Option<MemoryDisk>,
    /// The commits that have to be there.
    sure: u64,
    seed: u64,
    keep: Option<Keep>,
}

/// A database at work, and what is known of it.
struct Watched {
    disk: MemoryDisk,
    hooked: Arc<HookedDisk>,
    durability: Durability,
    watch: Arc<Watch>,
    db: Option<Database>,
    known: Known,
    checked: u64,
}

struct Known {
    /// What each commit made of the graph.
    texts: BTreeMap<u64, String>,
    /// From which commits on all are kept, as it may be.
    begins: BTreeSet<u64>,
}

/// What is seen as the disk is changed.
#[derive(Default)]
struct Watch {
    /// The commits that have to be there, where the database does not tell.
    sure: AtomicU64,
    /// A database whose commits are safe once they are shown.
    shown: Mutex<Weak<Shared>>,
    images: Mutex<Vec<Image>>,
    changes: AtomicU64,
    first_seed: u64,
    /// Of so many changes one is looked at.
    stride: u64,
    /// What is said of how many commits are kept; if nothing, there is no file for it.
    keep: Option<Keep>,
}

impl Watch {
    fn take_image(&self, disk: &MemoryDisk) {
        let shown = lock(&self.shown).upgrade().map_or(0, |shared| shared.history.lock().last().commit().number);
        let sure = shown.max(self.sure.load(Ordering::Relaxed));
        let seed = self.first_seed + self.changes.fetch_add(1, Ordering::Relaxed);
        if !seed.is_multiple_of(self.stride) {
            return;
        }
        // Nothing, all, or something of what was not synced.
        let seed = if seed % 5 < 2 { seed % 5 } else { seed };
        let killed = (self.stride == 1 || seed.is_multiple_of(2)).then(|| disk.copy());
        lock(&self.images).push(Image { disk: disk.crash(seed), killed, sure, seed, keep: self.keep });
    }
}

impl Watched {
    fn new(durability: Durability, first_seed: u64, stride: u64) -> Self {
        Self::keeping(Some(Keep::All), durability, first_seed, stride)
    }

    fn keeping(keep: Option<Keep>, durability: Durability, first_seed: u64, stride: u64) -> Self {
        let disk = MemoryDisk::default();
        let watch = Arc::new(Watch { first_seed, stride, keep, ..Watch::default() });
        let (seen, watching) = (disk.clone(), Arc::clone(&watch));
        let hook = Arc::new(move |_: Operation| {
            watching.take_image(&seen);
            Ok(())
        });
        let hooked = Arc::new(HookedDisk::new(&disk, hook));
        let known = Known { texts: BTreeMap::new(), begins: [0].into() };
        Self { disk, hooked, durability, watch, db: None, known, checked: 0 }
    }

    fn db(&self) -> &Database {
        self.db.as_ref().expect("it is open")
    }

    fn create(&mut self) {
        let db = create_on(self.hooked.clone(), said(self.watch.keep, self.durability)).unwrap();
        self.known.texts.insert(0, text_of(&db.read()));
        for image in lock(&self.watch.images).drain(..) {
            check_beginning(&image, &self.known.texts[&0]);
        }
        self.begin(db);
    }

    fn begin(&mut self, db: Database) {
        if self.durability == Durability::Synced {
            *lock(&self.watch.shown) = Arc::downgrade(&db.shared);
        }
        self.db = Some(db);
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Statement(statement) => drop(self.db().query(statement.as_str(), ())),
            Step::Together(statements) => {
                write_together(self.db(), statements).unwrap().commit().unwrap();
            }
            Step::RolledBack(statements) => drop(write_together(self.db(), statements).unwrap()),
            Step::Checkpoint => {
                self.db().checkpoint().unwrap();
                self.all_is_sure();
            }
            Step::Vacuum => {
                self.record();
                self.known.begins.insert(self.db().commit_number());
                self.db().vacuum().unwrap();
                self.all_is_sure();
            }
            Step::Reopen => self.reopen(),
        }
        self.check_step();
    }

    /// Nothing that was committed so far may be lost from now on.
    fn all_is_sure(&self) {
        self.watch.sure.store(self.db().commit_number(), Ordering::Relaxed);
    }

    fn reopen(&mut self) {
        self.record();
        let last = self.db().commit_number();
        self.db = None;
        self.watch.sure.store(last, Ordering::Relaxed);
        let db = open_on(self.hooked.clone(), said(self.watch.keep, self.durability)).unwrap();
        assert_eq!((db.commit_number(), db.lost_tail()), (last, None));
        assert_eq!(text_of(&db.read()), self.known.texts[&last]);
        (0..3).for_each(|seed| check_past(&db, last + seed, &self.known));
        self.begin(db);
    }

    fn record(&mut self) {
        let db = self.db.as_ref().expect("it is open");
        let last = *self.known.texts.keys().next_back().expect("it was created");
        for number in last + 1..=db.commit_number() {
            self.known.texts.insert(number, text_of(&db.at_commit(number).unwrap()));
        }
    }

    fn check_step(&mut self) {
        self.record();
        let images: Vec<Image> = lock(&self.watch.images).drain(..).collect();
        for image in images {
            self.checked += 1;
            check_image(&image.disk, &image, &self.known);
            if let Some(killed) = &image.killed {
                check_image(killed, &image, &self.known);
            }
        }
    }
}

/// Options that say this of how many commits are kept.
fn said(keep: Option<Keep>, durability: Durability) -> Options {
    Options { keep, ..options(durability) }
}

fn opened(disk: &MemoryDisk, keep: Option<Keep>) -> Result<Database, DiskError> {
    open_on(Arc::new(disk.clone()), said(keep, Durability::Synced))
}

/// As a database is made it is there, and empty, or it is not and can be made.
fn check_beginning(image: &Image, text: &str) {
    let db = match opened(&image.disk, image.keep) {
        Ok(db) => db,
        Err(DiskError::NoDatabase) => {
            create_on(Arc::new(image.disk.clone()), said(image.keep, Durability::Synced)).unwrap()
        }
        Err(error) => panic!("image {}: {error}", image.seed),
    };
    assert_eq!(text_of(&db.read()), text);
}

#[track_caller]
fn check_image(disk: &MemoryDisk, image: &Image, known: &Known) {
    let seed = image.seed;
    let db = opened(disk, image.keep).unwrap_or_else(|error| panic!("image {seed}: {error}"));
    let number = db.commit_number();
    assert!(number >= image.sure, "image {seed}: commit {} is lost, {number} is the last one", image.sure);
    assert!(text_of(&db.read()) == known.texts[&number], "image {seed}: commit {number} is another one");
    check_past(&db, seed, known);
    db.query("CREATE (:Further)", ()).unwrap();
    if seed.is_multiple_of(4) {
        db.checkpoint().unwrap();
    }
    let again = opened(&disk.crash(seed), image.keep).unwrap_or_else(|error| panic!("image {seed}, again: {error}"));
    assert!(text_of(&again.read()) == text_of(&db.read()), "image {seed}, again");
    check_past(&again, seed + 7, known);
}

/// All commits since the database was made, or since it was written anew, are kept; one of those before the last is asked.
#[track_caller]
fn check_past(db: &Database, seed: u64, known: &Known) {
    let (kept, last) = (db.kept_commits(), db.commit_number());
    assert!(kept.iter().copied().eq(kept[0]..=last) && known.begins.contains(&kept[0]), "{kept:?} of {last}");
    let number = kept[usize::try_from(seed).unwrap().wrapping_mul(7_919) % (kept.len() - 1).max(1)];
    if let Some(text) = known.texts.get(&number) {
        assert!(text_of(&db.at_commit(number).unwrap()) == *text, "image {seed}: commit {number} was another one");
    }
}

/// Gives how many images there were.
fn check_workload(durability: Durability, seed: u64, commits: u64, stride: u64) -> u64 {
    let mut watched = Watched::new(durability, seed, stride);
    let mut workload = Workload::new(seed);
    watched.create();
    while watched.db().commit_number() < commits {
        watched.take(&workload.step());
    }
    watched.take(&Step::Reopen);
    drop(watched.db.take());
    let last = opened(&watched.disk, watched.watch.keep).unwrap();
    assert_eq!(text_of(&last.read()), watched.known.texts[&last.commit_number()]);
    watched.checked
}

/// `AVERMENT_SEED` sets another first seed, `AVERMENT_CASES` how many seeds are tried; without it one, with an image of every
/// third change.
fn check_seeds(durability: Durability, commits: u64) {
    let (first, count) = (set("AVERMENT_SEED", 1), set("AVERMENT_CASES", 1));
    let stride = if count == 1 { 3 } else { 1 };
    for seed in first..first + count {
        let images = check_workload(durability, seed, commits, stride);
        println!("AVERMENT_SEED={seed}: {images} images");
        assert!(images > commits / 4);
    }
}

#[test]
fn a_crash_loses_no_commit_that_was_acknowledged() {
    check_seeds(Durability::Synced, 300);
}

#[test]
fn a_crash_loses_the_last_buffered_commits_and_nothing_else() {
    check_seeds(Durability::Buffered, 150);
}

/// A name that a process gave before it ended may be nowhere but in memory. Who opens the database next must not rely on it.
#[test]
fn a_checkpoint_of_a_process_that_was_killed_may_still_be_lost() {
    for keep in [Some(Keep::All), None] {
        let mut watched = Watched::keeping(keep, Durability::Synced, 0, 1);
        watched.create();
        watched.take(&Step::Statement("CREATE (:Company {name: 'one'})".to_owned()));
        watched.db().checkpoint().unwrap();
        watched.record();
        let images: Vec<Image> = lock(&watched.watch.images).drain(..).collect();
        for killed in images.iter().filter_map(|image| image.killed.as_ref()) {
            let db = opened(killed, keep).unwrap();
            assert_eq!(text_of(&db.read()), watched.known.texts[&1]);
            db.query("CREATE (:Company {name: 'two'})", ()).unwrap();
            for image in killed.crash_images(60) {
                assert_eq!(text_of(&opened(&image, keep).unwrap().read()), text_of(&db.read()));
            }
        }
    }
}

/// Nothing is synced as a database is opened at rest, so what was opened so must have been safe before.
#[test]
fn a_crash_behind_the_opening_of_a_database_at_rest_loses_nothing() {
    for durability in [Durability::Synced, Durability::Buffered] {
        let mut watched = Watched::keeping(None, durability, 3, 1);
        watched.create();
        watched.take(&Step::Reopen);
        for number in 0..8 {
            watched.take(&Step::Statement(format!("CREATE (:Company {{n: {number}}})")));
            watched.take(&Step::Checkpoint);
            watched.take(&Step::Reopen);
            watched.take(&Step::Reopen);
        }
        assert!(watched.checked > 50);
    }
}

#[test]
fn a_database_at_rest_is_opened_without_waiting_for_the_disk() {
    let (disk, syncs) = (MemoryDisk::default(), Arc::new(AtomicU64::new(0)));
    let counted = Arc::clone(&syncs);
    let hooked = Arc::new(HookedDisk::new(
        &disk,
        Arc::new(move |operation| {
            let is_sync = matches!(operation, Operation::Sync | Operation::SyncNames);
            counted.fetch_add(is_sync.into(), Ordering::Relaxed);
            Ok(())
        }),
    ));
    let syncs_of_opening = || {
        let before = syncs.load(Ordering::Relaxed);
        let db = open_on(hooked.clone(), said(None, Durability::Synced)).unwrap();
        (db, syncs.load(Ordering::Relaxed) - before)
    };
    drop(create_on(hooked.clone(), said(None, Durability::Synced)).unwrap());
    let (db, made) = syncs_of_opening();
    db.query("CREATE (:Company)", ()).unwrap();
    drop(db);
    let (db, with_commits) = syncs_of_opening();
    db.checkpoint().unwrap();
    drop(db);
    let (_, at_rest) = syncs_of_opening();
    assert_eq!((made, with_commits, at_rest), (1, 2, 0));
}

#[test]
fn a_database_that_is_made_as_the_system_crashes_is_whole_or_can_be_made() {
    for seed in 0..60 {
        Watched::new(Durability::Synced, seed, 1).create();
    }
}
