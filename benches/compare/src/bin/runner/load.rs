//! Fills a new database with the graph of a workload.

use std::path::Path;

use averment::import::CsvImport;
use averment::{Database, Keep};

use crate::Failure;
use crate::workload::Workload;

/// Makes the database, with all of the graph and its indexes in its snapshot.
pub(crate) fn load(workload: &Workload, folder: &Path) -> Result<(), Failure> {
    let mut import = CsvImport::new().infer_types();
    for label in workload.labels() {
        import = import.nodes(label, [workload.nodes_file(label)]);
    }
    for rel_type in workload.types() {
        import = import.relationships(rel_type, [workload.rels_file(rel_type)]);
    }
    let (db, _) = import.in_memory(Database::options().keep_commits(Keep::Last(1)))?;
    for (label, key) in workload.looked_up() {
        db.query(format!("CREATE INDEX FOR (n:`{label}`) ON (n.`{key}`)").as_str(), ())?;
    }
    db.backup(folder)?;
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
    }

    #[test]
    fn a_relationship_from_a_node_that_is_not_there_is_an_error() {
        let error = loaded("8").unwrap_err().to_string();
        assert!(error.ends_with("OWNS.csv, line 2: the end `8` is no node"), "{error}");
    }
}
