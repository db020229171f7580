//! A page that cannot be read where several threads scan: the answer is the error that one thread meets.

use std::sync::Arc;

use super::{create_on, open_on, options};
use crate::error::Error;
use crate::storage::{Disk, Durability, MemoryDisk};

/// Many pages, each long enough to be asked for by a thread of its own.
fn sample() -> MemoryDisk {
    let disk = MemoryDisk::default();
    let db = create_on(Arc::new(disk.clone()), options(Durability::Buffered)).unwrap();
    let script = "UNWIND range(1, 20000) AS x CREATE (:Company {x: x, text: 'number ' + x + ' of many'})";
    db.query(script, ()).unwrap();
    db.checkpoint().unwrap();
    disk
}

fn answer(disk: &MemoryDisk, threads: usize) -> Result<Vec<(i64, i64)>, Error> {
    let db = open_on(Arc::new(disk.clone()), options(Durability::Buffered).threads(threads))?;
    let text = "MATCH (c:Company) WHERE c.text CONTAINS '7' RETURN count(*), sum(c.x)";
    db.query(text, ())?.into_vec()
}

#[test]
fn a_page_that_cannot_be_read_is_told_by_whichever_thread_it_is_met() {
    let sound = sample();
    let expected = answer(&sound, 1).unwrap();
    let name = sound.names().unwrap().into_iter().filter(|name| name.starts_with("snapshot-")).max().unwrap();
    let len_bytes = sound.open(&name).unwrap().len_bytes().unwrap();
    let mut failed = 0;
    for part in 1..16 {
        let disk = sound.copy();
        let (file, mut byte) = (disk.open(&name).unwrap(), [0]);
        let offset = len_bytes * part / 16;
        file.read_at(offset, &mut byte).unwrap();
        file.write_at(offset, &[byte[0] ^ 1]).unwrap();
        let [alone, together] = [1, 3].map(|threads| answer(&disk, threads).map_err(|error| error.to_string()));
        assert_eq!(together, alone);
        match alone {
            Ok(rows) => assert_eq!(rows, expected),
            Err(_) => failed += 1,
        }
    }
    assert!(failed > 3, "{failed} of 15 bytes matter");
}
