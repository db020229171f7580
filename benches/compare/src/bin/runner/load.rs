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
        place.copied().ok_or_else(|| Failure::from(format!("no node is `{field}`")))
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
            act(&mut transaction, &record).map_err(|failure| at(file, &record, &failure))?;
        }
        transaction.commit()?;
    }
    Ok(())
}

/// The failure, and where it is.
fn at(file: &Path, record: &StringRecord, failure: &Failure) -> Failure {
    let line = record.position().map_or(0, csv::Position::line);
    format!("{}, line {line}: {failure}", file.display()).into()
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

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;

    /// A workload of two companies and a relationship that begins at the one with this id, loaded.
    fn loaded(start: &str) -> Result<Database, Failure> {
        let place = tempfile::tempdir()?;
        let (nodes, rels) = (place.path().join("nodes"), place.path().join("rels"));
        fs::create_dir(&nodes)?;
        fs::create_dir(&rels)?;
        fs::write(nodes.join("Company.csv"), "id,name,amount\n7,\"A, or \"\"a\"\"\",2.5\n9,B,\n")?;
        fs::write(rels.join("OWNS.csv"), format!("src,dst,pct\n{start},9,83\n"))?;
        let columns = json!([["id", "INT64"], ["name", "STRING"], ["amount", "DOUBLE"]]);
        let argument = json!({
            "nodes": { "Company": columns }, "rels": { "OWNS": ["Company", "Company", [["pct", "DOUBLE"]]] },
            "names": [["Company", "name"]],
        });
        let folder = place.path().join("database");
        load(&Workload::read(place.path(), &argument)?, &folder)?;
        Ok(Database::open(folder)?)
    }

    #[test]
    fn what_the_files_say_is_there_when_the_database_is_opened_again() {
        let db = loaded("7").unwrap();
        let text = "MATCH (a)-[r:OWNS]->(b:Company {id: 9}) RETURN a.name, a.amount, r.pct, b.amount IS NULL";
        let found: (String, f64, f64, bool) = db.query(text, ()).unwrap().single().unwrap();
        assert_eq!(found, ("A, or \"a\"".to_owned(), 2.5, 83.0, true));
        let by_name = "EXPLAIN MATCH (c:Company {name: $name}) RETURN c.id";
        let plan: Vec<String> = db.query(by_name, averment::params! { "name" => "B" }).unwrap().into_vec().unwrap();
        assert!(plan.iter().any(|line| line.contains("seek c:Company(name = $name)")), "{plan:?}");
        db.query("CREATE (:Company {id: 9})", ()).unwrap_err();
    }

    #[test]
    fn a_relationship_from_a_node_that_is_not_there_is_an_error() {
        let error = loaded("8").unwrap_err().to_string();
        assert!(error.ends_with("OWNS.csv, line 2: no node is `8`"), "{error}");
    }

    #[test]
    fn a_field_that_is_no_number_is_an_error() {
        let error = loaded("seven").unwrap_err().to_string();
        assert!(error.ends_with("OWNS.csv, line 2: invalid digit found in string"), "{error}");
    }
}
