//! A disk in memory that knows what a crash may leave of it: for tests.
//!
//! What was synced stays. Of what was not, each write to a file is kept, lost or torn, whatever becomes of those before
//! and behind it, and so is each change of a name; what happens to bytes says nothing about names.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use super::{Disk, DiskFile};

/// The unit in which a drive writes.
const SECTOR_BYTES: usize = 512;

/// A disk whose handles share their files.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemoryDisk(Arc<Mutex<Names>>);

/// Something with what will be there after a crash, and what was done since that.
#[derive(Clone, Debug)]
struct Kept<T, E> {
    now: T,
    synced: T,
    since: Vec<E>,
}

type Names = Kept<BTreeMap<String, MemoryFile>, Naming>;

/// What becomes of each file in a copy.
#[derive(Default)]
struct Copies(HashMap<usize, MemoryFile>);

#[derive(Clone, Debug)]
enum Naming {
    Create { name: String, file: MemoryFile },
    Rename { from: String, to: String, file: MemoryFile },
    Remove { name: String },
}

#[derive(Clone, Debug, Default)]
struct MemoryFile(Arc<Mutex<Bytes>>);

type Bytes = Kept<Vec<u8>, Edit>;

#[derive(Clone, Debug)]
enum Edit {
    Write { offset: usize, bytes: Vec<u8> },
    Truncate { len_bytes: usize },
}

/// Something that is done to a `T`.
trait Step<T> {
    fn apply(&self, to: &mut T);
}

impl<T: Clone + Default, E: Step<T>> Default for Kept<T, E> {
    fn default() -> Self {
        Self::all(T::default())
    }
}

impl<T: Clone, E: Step<T>> Kept<T, E> {
    fn all(now: T) -> Self {
        Self { synced: now.clone(), now, since: Vec::new() }
    }

    fn change(&mut self, step: E) {
        step.apply(&mut self.now);
        self.since.push(step);
    }

    fn sync(&mut self) {
        self.synced.clone_from(&self.now);
        self.since.clear();
    }
}

impl MemoryDisk {
    /// What a crash right now may leave: for seed 0 what was synced, for 1 all that was done, else something between.
    pub(crate) fn crash(&self, seed: u64) -> MemoryDisk {
        let (names, mut chance) = (self.lock(), Chance::new(seed));
        let mut left = names.synced.clone();
        let is_prefix = chance.below(2) == 0;
        let count = match seed {
            0 => 0,
            1 => names.since.len(),
            _ => chance.below(names.since.len() + 1),
        };
        for (index, naming) in names.since.iter().enumerate() {
            let is_kept = if is_prefix || seed < 2 { index < count } else { chance.below(2) == 0 };
            if is_kept {
                naming.apply(&mut left);
            }
        }
        let left = left.into_iter().map(|(name, file)| (name, file.crash(seed, &mut chance))).collect();
        MemoryDisk(Arc::new(Mutex::new(Kept::all(left))))
    }

    /// The same disk with the same chances, as whoever comes after a process that was killed finds it.
    pub(crate) fn copy(&self) -> MemoryDisk {
        let names = self.lock();
        let mut files = Copies::default();
        let mut with_copies = |names: &BTreeMap<String, MemoryFile>| -> BTreeMap<String, MemoryFile> {
            names.iter().map(|(name, file)| (name.clone(), files.of(file))).collect()
        };
        let (now, synced) = (with_copies(&names.now), with_copies(&names.synced));
        let since = names.since.iter().map(|naming| naming.with(|file| files.of(file))).collect();
        MemoryDisk(Arc::new(Mutex::new(Kept { now, synced, since })))
    }

    /// So many of the images that a crash may leave.
    pub(crate) fn crash_images(&self, count: u64) -> impl Iterator<Item = MemoryDisk> {
        (0..count).map(|seed| self.crash(seed))
    }

    fn lock(&self) -> MutexGuard<'_, Names> {
        self.0.lock().expect("no test panics while it changes names")
    }
}

impl Disk for MemoryDisk {
    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.lock().now.keys().cloned().collect())
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let mut names = self.lock();
        if names.now.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let file = MemoryFile::default();
        names.change(Naming::Create { name: name.to_owned(), file: file.clone() });
        Ok(Box::new(file))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(found(&self.lock(), name)?))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut names = self.lock();
        let file = found(&names, from)?;
        names.change(Naming::Rename { from: from.to_owned(), to: to.to_owned(), file });
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut names = self.lock();
        found(&names, name)?;
        names.change(Naming::Remove { name: name.to_owned() });
        Ok(())
    }

    fn sync_names(&self) -> io::Result<()> {
        self.lock().sync();
        Ok(())
    }
}

fn found(names: &Names, name: &str) -> io::Result<MemoryFile> {
    names.now.get(name).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
}

impl Copies {
    fn of(&mut self, file: &MemoryFile) -> MemoryFile {
        let id = Arc::as_ptr(&file.0).addr();
        let copy = || MemoryFile(Arc::new(Mutex::new(file.lock().clone())));
        self.0.entry(id).or_insert_with(copy).clone()
    }
}

impl Naming {
    fn with(&self, mut copy: impl FnMut(&MemoryFile) -> MemoryFile) -> Self {
        match self.clone() {
            Naming::Create { name, file } => Naming::Create { name, file: copy(&file) },
            Naming::Rename { from, to, file } => Naming::Rename { from, to, file: copy(&file) },
            Naming::Remove { name } => Naming::Remove { name },
        }
    }
}

impl Step<BTreeMap<String, MemoryFile>> for Naming {
    fn apply(&self, names: &mut BTreeMap<String, MemoryFile>) {
        match self {
            Naming::Create { name, file } => {
                names.insert(name.clone(), file.clone());
            }
            Naming::Rename { from, to, file } => {
                names.remove(from);
                names.insert(to.clone(), file.clone());
            }
            Naming::Remove { name } => {
                names.remove(name);
            }
        }
    }
}

impl MemoryFile {
    fn lock(&self) -> MutexGuard<'_, Bytes> {
        self.0.lock().expect("no test panics while it changes bytes")
    }

    fn crash(&self, seed: u64, chance: &mut Chance) -> MemoryFile {
        let bytes = self.lock();
        let mut left = bytes.synced.clone();
        for edit in &bytes.since {
            match seed {
                0 => {}
                1 => edit.apply(&mut left),
                _ => edit.crash(&mut left, chance),
            }
        }
        MemoryFile(Arc::new(Mutex::new(Kept::all(left))))
    }
}

impl DiskFile for MemoryFile {
    fn len_bytes(&self) -> io::Result<u64> {
        Ok(self.lock().now.len() as u64)
    }

    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        let file = self.lock();
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let found = file.now.get(start..start.saturating_add(bytes.len()));
        bytes.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).map_err(|_| io::ErrorKind::FileTooLarge)?;
        self.lock().change(Edit::Write { offset, bytes: bytes.to_vec() });
        Ok(())
    }

    fn truncate(&self, len_bytes: u64) -> io::Result<()> {
        let len_bytes = usize::try_from(len_bytes).map_err(|_| io::ErrorKind::FileTooLarge)?;
        self.lock().change(Edit::Truncate { len_bytes });
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        self.lock().sync();
        Ok(())
    }
}

impl Step<Vec<u8>> for Edit {
    fn apply(&self, file: &mut Vec<u8>) {
        match self {
            Edit::Write { offset, bytes } => write(file, *offset, bytes),
            Edit::Truncate { len_bytes } => file.resize(*len_bytes, 0),
        }
    }
}

impl Edit {
    /// Does all of it, a part or nothing.
    fn crash(&self, file: &mut Vec<u8>, chance: &mut Chance) {
        match (chance.below(4), self) {
            (0, _) => {}
            (1, _) | (_, Edit::Truncate { .. }) => self.apply(file),
            (2, Edit::Write { offset, bytes }) => write(file, *offset, &bytes[..chance.below(bytes.len() + 1)]),
            (_, Edit::Write { offset, bytes }) => write_some_sectors(file, *offset, bytes, chance),
        }
    }
}

fn write(file: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    if !bytes.is_empty() {
        file.resize(file.len().max(offset + bytes.len()), 0);
        file[offset..offset + bytes.len()].copy_from_slice(bytes);
    }
}

/// The file may have its new length and nothing of what was to be there.
fn write_some_sectors(file: &mut Vec<u8>, offset: usize, bytes: &[u8], chance: &mut Chance) {
    if chance.below(2) == 0 {
        file.resize(file.len().max(offset + bytes.len()), 0);
    }
    let mut start = 0;
    while start < bytes.len() {
        let end = bytes.len().min(start + SECTOR_BYTES - (offset + start) % SECTOR_BYTES);
        if chance.below(2) == 0 {
            write(file, offset + start, &bytes[start..end]);
        }
        start = end;
    }
}

/// Numbers that look random, the same for the same seed.
#[derive(Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// A number from 0 to `limit - 1`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::tests::check_files;
    use super::*;

    const IMAGES: u64 = 400;

    /// What is seen of a disk: its files and their bytes.
    fn seen(disk: &MemoryDisk) -> Vec<(String, Vec<u8>)> {
        disk.lock().now.iter().map(|(name, file)| (name.clone(), file.lock().now.clone())).collect()
    }

    fn images(disk: &MemoryDisk) -> BTreeSet<Vec<(String, Vec<u8>)>> {
        disk.crash_images(IMAGES).map(|image| seen(&image)).collect()
    }

    fn names_in(images: &BTreeSet<Vec<(String, Vec<u8>)>>) -> BTreeSet<String> {
        let names = |image: &Vec<(String, Vec<u8>)>| image.iter().map(|file| &*file.0).collect::<Vec<_>>().join(" ");
        images.iter().map(names).collect()
    }

    fn bytes_in(disk: &MemoryDisk) -> BTreeSet<String> {
        let text = |image: &Vec<(String, Vec<u8>)>| String::from_utf8(image[0].1.clone()).unwrap();
        images(disk).iter().map(text).collect()
    }

    #[test]
    fn memory_is_a_disk() {
        check_files(&MemoryDisk::default());
    }

    #[test]
    fn what_was_synced_stays() {
        let disk = MemoryDisk::default();
        let file = disk.create("a").unwrap();
        file.write_at(0, b"kept").unwrap();
        file.sync().unwrap();
        disk.sync_names().unwrap();
        assert_eq!(bytes_in(&disk), BTreeSet::from(["kept".to_owned()]));
        assert_eq!(names_in(&images(&disk)), BTreeSet::from(["a".to_owned()]));
    }

    #[test]
    fn writes_that_were_not_synced_are_kept_lost_or_torn_one_without_the_other() {
        let disk = MemoryDisk::default();
        let file = disk.create("a").unwrap();
        disk.sync_names().unwrap();
        file.write_at(0, b"....").unwrap();
        file.sync().unwrap();
        file.write_at(0, b"ab").unwrap();
        file.write_at(2, b"cd").unwrap();
        let expected = ["....", "a...", "ab..", "..c.", "..cd", "a.c.", "a.cd", "abc.", "abcd"];
        assert_eq!(bytes_in(&disk), BTreeSet::from(expected.map(str::to_owned)));
        file.truncate(1).unwrap();
        assert!(bytes_in(&disk).contains("abcd") && bytes_in(&disk).contains("."));
    }

    #[test]
    fn long_writes_are_torn_at_sectors_and_may_leave_a_hole() {
        let disk = MemoryDisk::default();
        let file = disk.create("a").unwrap();
        disk.sync_names().unwrap();
        file.write_at(500, &[b'x'; 600]).unwrap();
        let images = bytes_in(&disk);
        let hole = |len: usize| "\0".repeat(len);
        for expected in [
            hole(1_100),
            hole(500) + &"x".repeat(12),
            hole(512) + &"x".repeat(512) + &hole(76),
            hole(1_024) + &"x".repeat(76),
        ] {
            assert!(images.contains(&expected), "{expected:?}");
        }
    }

    #[test]
    fn names_that_were_not_synced_come_in_order_or_in_none_and_say_nothing_of_bytes() {
        let disk = MemoryDisk::default();
        disk.create("a").unwrap().write_at(0, b"x").unwrap();
        disk.create("b").unwrap().sync().unwrap();
        disk.rename("a", "c").unwrap();
        disk.remove("b").unwrap();
        let images = images(&disk);
        let expected = ["", "a", "b", "c", "a b", "b c"].map(str::to_owned);
        assert_eq!(names_in(&images), BTreeSet::from(expected));
        for bytes in [b"".as_slice(), b"x"] {
            assert!(images.contains(&vec![("c".to_owned(), bytes.to_vec())]));
        }
    }

    #[test]
    fn a_copy_has_the_same_chances_and_is_a_disk_of_its_own() {
        let disk = MemoryDisk::default();
        let file = disk.create("a").unwrap();
        file.write_at(0, b"ab").unwrap();
        disk.sync_names().unwrap();
        disk.rename("a", "b").unwrap();
        file.write_at(2, b"cd").unwrap();
        let copy = disk.copy();
        assert_eq!(images(&copy), images(&disk));
        copy.open("b").unwrap().sync().unwrap();
        assert_eq!(copy.crash(0).open("a").unwrap().len_bytes().unwrap(), 4);
        assert_eq!(disk.crash(0).open("a").unwrap().len_bytes().unwrap(), 0);
    }

    #[test]
    fn an_image_is_a_disk_of_its_own() {
        let disk = MemoryDisk::default();
        let file = disk.create("a").unwrap();
        let image = disk.crash(1);
        file.write_at(0, b"later").unwrap();
        assert_eq!(image.open("a").unwrap().len_bytes().unwrap(), 0);
    }
}
