//! Databases in folders where something is in the way: an error names the file and the reason, and nothing is lost.

use std::fs;
use std::path::{Path, PathBuf};

use averment::{Database, Error, ErrorKind};

const SNAPSHOT: &str = "snapshot-00000000000000000000";
const LOG: &str = "log-00000000000000000000";

/// A folder with a database of one commit, in one that is removed at the end.
struct Place {
    outside: tempfile::TempDir,
    path: PathBuf,
}

fn database() -> Place {
    let outside = tempfile::tempdir().unwrap();
    let path = outside.path().join("db");
    Database::create(&path).unwrap().query("CREATE (:A {n: 7})", ()).unwrap();
    Place { outside, path }
}

/// What opening it says, to be written and to be read only.
fn errors(path: &Path) -> [Error; 2] {
    [Database::open(path).unwrap_err(), Database::open_read_only(path).unwrap_err()]
}

#[track_caller]
fn check_whole(path: &Path) {
    for db in [Database::open_read_only(path).unwrap(), Database::open(path).unwrap()] {
        assert_eq!(db.query("MATCH (a:A) RETURN a.n", ()).unwrap().single::<i64>().unwrap(), 7);
    }
}

/// Puts something else in the place of a file, sees what is said of it, and puts the file back.
#[track_caller]
fn check_in_place_of(file: &str, put: impl Fn(&Place), code: &str, said: &str) {
    let place = database();
    let (there, kept) = (place.path.join(file), place.outside.path().join(file));
    fs::rename(&there, &kept).unwrap();
    put(&place);
    for error in errors(&place.path) {
        assert_eq!((error.kind(), error.code().as_str()), (ErrorKind::Io, code), "{error}");
        assert_eq!(error.message(), format!("{}: {said}", place.path.display()));
    }
    if there.is_dir() {
        fs::remove_dir(&there).unwrap();
    }
    fs::rename(&kept, &there).unwrap();
    check_whole(&place.path);
}

fn missing_snapshot() -> String {
    format!("{SNAPSHOT} is damaged at byte 0: it is missing, and {LOG} stands behind it")
}

#[test]
fn a_file_that_is_missing_is_told() {
    check_in_place_of(SNAPSHOT, |_| (), "corruption", &missing_snapshot());
    let said = format!("cannot open {LOG}: No such file or directory (os error 2)");
    check_in_place_of(LOG, |_| (), "disk-failed", &said);
}

#[test]
fn a_folder_in_place_of_a_file_is_told() {
    let folder = |file: &'static str| move |place: &Place| fs::create_dir(place.path.join(file)).unwrap();
    check_in_place_of(SNAPSHOT, folder(SNAPSHOT), "corruption", &missing_snapshot());
    check_in_place_of(LOG, folder(LOG), "disk-failed", &format!("cannot open {LOG}: it is no file"));
}

#[cfg(unix)]
#[test]
fn a_link_in_place_of_a_file_is_not_followed() {
    for file in [SNAPSHOT, LOG] {
        let link = |place: &Place| {
            std::os::unix::fs::symlink(place.outside.path().join(file), place.path.join(file)).unwrap();
        };
        let said = format!("cannot open {file}: it is a symbolic link, which is not followed");
        check_in_place_of(file, link, "disk-failed", &said);
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_in_place_of_a_file_keeps_nobody_waiting() {
    for file in [SNAPSHOT, LOG] {
        let pipe = |place: &Place| {
            assert!(std::process::Command::new("mkfifo").arg(place.path.join(file)).status().unwrap().success());
        };
        check_in_place_of(file, pipe, "disk-failed", &format!("cannot open {file}: it is no file"));
    }
}

#[test]
fn a_file_without_bytes_or_with_other_ones_is_damaged() {
    for (file, bytes, offset, reason) in [
        (SNAPSHOT, &b""[..], 0, "the file ends here"),
        (SNAPSHOT, &[b'x'; 100], 0, "this is no snapshot"),
        (LOG, b"", 0, "it is too short for a log"),
        (LOG, &[b'x'; 100], 0, "it does not begin as a log does"),
    ] {
        let other = |place: &Place| fs::write(place.path.join(file), bytes).unwrap();
        check_in_place_of(file, other, "corruption", &format!("{file} is damaged at byte {offset}: {reason}"));
    }
}

#[cfg(unix)]
#[test]
fn a_lock_that_cannot_be_one_keeps_writers_out_and_readers_not() {
    let put: [fn(&Place); 3] = [
        |place| fs::create_dir(place.path.join("lock")).unwrap(),
        |place| std::os::unix::fs::symlink(place.outside.path().join("other"), place.path.join("lock")).unwrap(),
        |place| assert!(std::process::Command::new("mkfifo").arg(place.path.join("lock")).status().unwrap().success()),
    ];
    for put in put {
        let place = database();
        fs::remove_file(place.path.join("lock")).unwrap();
        put(&place);
        let error = Database::open(&place.path).unwrap_err();
        assert!(error.message().contains(": cannot open lock: it is "), "{error}");
        assert!(!place.outside.path().join("other").exists());
        let reader = Database::open_read_only(&place.path).unwrap();
        assert_eq!(reader.query("MATCH (a:A) RETURN a.n", ()).unwrap().single::<i64>().unwrap(), 7);
    }
}

#[test]
fn a_lock_says_nonsense_and_nobody_is_kept_out() {
    let place = database();
    for text in [&b""[..], b"process 1 (init)\n", &[0xff; 5_000]] {
        fs::write(place.path.join("lock"), text).unwrap();
        check_whole(&place.path);
    }
    fs::remove_file(place.path.join("lock")).unwrap();
    check_whole(&place.path);
}

#[cfg(unix)]
#[test]
fn a_folder_is_the_same_by_every_name() {
    let place = database();
    let link = place.outside.path().join("link");
    std::os::unix::fs::symlink(&place.path, &link).unwrap();
    check_whole(&link);
    let writer = Database::open(&link).unwrap();
    for path in [&place.path, &link, &place.path.join("../db")] {
        let error = Database::open(path).unwrap_err();
        assert_eq!((error.kind(), error.code().as_str()), (ErrorKind::Busy, "database-locked"));
        assert!(error.message().contains(&format!("process {} (", std::process::id())), "{error}");
        assert!(error.help().unwrap().contains("--read-only"));
    }
    // The way to it may lead elsewhere later on.
    fs::remove_file(&link).unwrap();
    writer.query("CREATE (:B)", ()).unwrap();
    writer.checkpoint().unwrap();
    drop(writer);
    check_whole(&place.path);
}

#[test]
fn a_folder_with_other_files_is_no_database_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["notes.txt", "snapshot-1", "log-00000000000000000000.bak", "snapshot-0000000000000000000x"] {
        fs::write(folder.path().join(name), name).unwrap();
    }
    for error in errors(folder.path()) {
        assert_eq!(error.code(), "no-database");
        assert!(error.help().unwrap().contains("averment create"));
    }
    let db = Database::create(folder.path()).unwrap();
    db.query("CREATE (:A)", ()).unwrap();
    db.checkpoint().unwrap();
    drop(db);
    assert_eq!(fs::read_to_string(folder.path().join("snapshot-1")).unwrap(), "snapshot-1");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4 + 3);
}

/// Writes another version of the format into a file, of which the head has its checksum at the end.
fn set_format(path: &Path, version: u32, head_bytes: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[8..12].copy_from_slice(&version.to_le_bytes());
    let sum = crc32fast::hash(&bytes[..head_bytes - 4]);
    bytes[head_bytes - 4..head_bytes].copy_from_slice(&sum.to_le_bytes());
    fs::write(path, bytes).unwrap();
}

#[test]
fn another_format_is_refused_with_both_versions_and_the_way_out() {
    for (file, head_bytes, ours) in [(SNAPSHOT, 64, 3), (LOG, 40, 3)] {
        for version in [0, ours - 1, ours + 1, 70] {
            let place = database();
            set_format(&place.path.join(file), version, head_bytes);
            for error in errors(&place.path) {
                assert_eq!((error.kind(), error.code().as_str()), (ErrorKind::Io, "other-format"));
                let said = format!("{file} has format {version}, this version of Averment reads format {ours}; ");
                let message = error.message();
                assert!(message.contains(&said) && message.contains("`averment restore`"), "{message}");
            }
            assert_eq!(Database::create(&place.path).unwrap_err().code(), "database-exists");
            set_format(&place.path.join(file), ours, head_bytes);
            check_whole(&place.path);
        }
    }
}
