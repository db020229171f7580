//! What is true of every disk.

use super::*;

pub(super) fn kind<T>(result: io::Result<T>) -> io::ErrorKind {
    result.map(|_| ()).expect_err("it is refused").kind()
}

fn content(file: &dyn DiskFile) -> String {
    let mut bytes = vec![0; usize::try_from(file.len_bytes().unwrap()).unwrap()];
    file.read_at(0, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn names(disk: &dyn Disk) -> Vec<String> {
    let mut names = disk.names().unwrap();
    names.sort();
    names
}

/// What the traits promise, on an empty disk.
pub(super) fn check_files(disk: &dyn Disk) {
    check_bytes(disk);
    assert_eq!(kind(disk.open("b")), io::ErrorKind::NotFound);
    assert_eq!(kind(disk.remove("b")), io::ErrorKind::NotFound);
    assert_eq!(kind(disk.rename("b", "c")), io::ErrorKind::NotFound);
    assert_eq!(kind(disk.create("a")), io::ErrorKind::AlreadyExists);

    let (a, b) = (disk.open("a").unwrap(), disk.create("b").unwrap());
    b.write_at(0, b"of b").unwrap();
    disk.rename("b", "a").unwrap();
    assert_eq!(names(disk), ["a"]);
    assert_eq!(content(&*disk.open("a").unwrap()), "of b");
    assert_eq!(content(&*a), "012ab\0z", "who has a replaced file open reads it");
    disk.remove("a").unwrap();
    assert_eq!(names(disk), Vec::<String>::new());
    assert_eq!(content(&*b), "of b", "who has a removed file open reads it");
    disk.sync_names().unwrap();
}

fn check_bytes(disk: &dyn Disk) {
    let file = disk.create("a").unwrap();
    assert_eq!(content(&*file), "");
    file.write_at(0, b"0123456789").unwrap();
    file.write_at(3, b"ab").unwrap();
    file.truncate(5).unwrap();
    file.write_at(6, b"z").unwrap();
    assert_eq!(content(&*file), "012ab\0z");
    let again = disk.open("a").unwrap();
    let mut bytes = [0; 3];
    again.read_at(4, &mut bytes).unwrap();
    assert_eq!(&bytes, b"b\0z");
    assert_eq!(kind(again.read_at(5, &mut bytes)), io::ErrorKind::UnexpectedEof);
    assert_eq!(kind(again.read_at(u64::MAX, &mut bytes)), io::ErrorKind::UnexpectedEof);
    file.sync().unwrap();
}
