//! Fills a new database with the graph of a workload.

use std::collections::HashMap;
use std::path::Path;

use averment::{Database, Durability, ElementId, Value, WriteTransaction};
use csv::{Reader, StringRecord};

use crate::Failure;
use crate::workload::{Column, Workload};

/// Elements that are committed together: what a commit has written is held until then.
const COMMITTED_TOGETHER: usize = 100_000;

/// The nodes by the ids that the files give them.
type Places = HashMap<i64, ElementId>;

/// Makes the database, with all of the graph in its snapshot.
pub(crate) fn load(workload: &Workload, folder: &Path) -> Result<(), Failure> {
    let db = Database::options().durability(Durability::Buffered).create(folder)?;
    let mut places = Places::new();
    for (label, columns) in workload.labels() {
        add_nodes(&db, &workload.nodes_file(label), label, columns, &mut places)?;
    }
    for (rel_type, columns) in workload.types() {
        add_relationships(&db, &workload.rels_file(rel_type), rel_type, columns, &places)?;
    }
    make_indexes(&db, workload)?;
    Ok(db.checkpoint()?)
}

fn add_nodes(db: &Database, file: &Path, label: &str, columns: &[Column], places: &mut Places) -> Result<(), Failure> {
    each_record(db, file, |transaction, record| {
        let properties = values(columns, record.iter())?;
        let node = transaction.create_node([label], properties)?;
        places.insert(record[0].parse()?, node);
        Ok(())
    })
}

fn add_relationships(
    db: &Database,
    file: &Path,
    rel_type: &str,
    columns: &[Column],
    places: &Places,
) -> Result<(), Failure> {
    let place = |field: &str| {
        let place = places.get(&field.parse()?);
        place.copied().ok_or_else(|| Failure::from(format!("{}: no node is `{field}`", file.display())))
    };
    each_record(db, file, |transaction, record| {
        let properties = values(columns, record.iter().skip(2))?;
        transaction.create_relationship(place(&record[0])?, rel_type, place(&record[1])?, properties)?;
        Ok(())
    })
}

/// Hands out the records of a file, and commits what is made of them, many at a time.
fn each_record(
    db: &Database,
    file: &Path,
    mut act: impl FnMut(&mut WriteTransaction, &StringRecord) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut records = Reader::from_path(file)?;
    let mut record = StringRecord::new();
    let mut is_more = true;
    while is_more {
        let mut transaction = db.write()?;
        for _ in 0..COMMITTED_TOGETHER {
            is_more = records.read_record(&mut record)?;
            if !is_more {
                break;
            }
            act(&mut transaction, &record)?;
        }
        transaction.commit()?;
    }
    Ok(())
}

fn values<'c>(columns: &'c [Column], fields: impl Iterator<Item = &'c str>) -> Result<Vec<(&'c str, Value)>, Failure> {
    columns.iter().zip(fields).map(|(column, field)| Ok((column.0.as_str(), column.value(field)?))).collect()
}

/// An id is of one node of its label; the other indexes are for lookups.
fn make_indexes(db: &Database, workload: &Workload) -> Result<(), Failure> {
    for (label, columns) in workload.labels() {
        let id = &columns.first().ok_or_else(|| format!("`{label}` has no columns"))?.0;
        db.query(format!("CREATE CONSTRAINT FOR (n:`{label}`) REQUIRE n.`{id}` IS UNIQUE").as_str(), ())?;
    }
    for (label, key) in workload.looked_up() {
        db.query(format!("CREATE INDEX FOR (n:`{label}`) ON (n.`{key}`)").as_str(), ())?;
    }
    Ok(())
}
