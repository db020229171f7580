//! A test file as a crate that embeds Averment would have it: copy it to your `tests/` folder.
//!
//! The graph is made once; each test has a fork of its own, so tests may write and run side by side.

#![expect(clippy::print_stdout, reason = "a program speaks on standard output")]

use std::sync::LazyLock;

use averment::{Database, Error, params};
#[cfg(test)]
use averment::{assert_rows, assert_rows_in_order};

/// What the program under test does with a graph.
fn owners_of(db: &Database, company: &str) -> Result<Vec<(String, i64)>, Error> {
    db.query(
        "MATCH (owner)-[o:OWNS]->(:Company {name: $name}) RETURN owner.name, o.share ORDER BY o.share DESC",
        params! { "name" => company },
    )?
    .into_vec()
}

static GRAPH: LazyLock<Database> = LazyLock::new(|| {
    Database::from_script(
        "CREATE (a:Person {name: 'Ada'}), (b:Person {name: 'Bo'}), (c:Company {name: 'Cube'}), (d:Company {name: 'Dice'});
         MATCH (a:Person {name: 'Ada'}), (c:Company {name: 'Cube'}) CREATE (a)-[:OWNS {share: 60}]->(c);
         MATCH (b:Person {name: 'Bo'}), (c:Company {name: 'Cube'}) CREATE (b)-[:OWNS {share: 40}]->(c);
         MATCH (c:Company {name: 'Cube'}), (d:Company {name: 'Dice'}) CREATE (c)-[:OWNS {share: 100}]->(d)",
    )
    .expect("the fixture is right")
});

fn main() -> Result<(), Error> {
    for (owner, share) in owners_of(&GRAPH, "Cube")? {
        println!("{owner} owns {share} % of Cube");
    }
    Ok(())
}

#[test]
fn the_largest_owner_comes_first() -> Result<(), Error> {
    assert_eq!(owners_of(&GRAPH, "Cube")?, [("Ada".to_owned(), 60), ("Bo".to_owned(), 40)]);
    Ok(())
}

#[test]
fn a_sale_changes_the_owner_and_no_other_test() -> Result<(), Error> {
    let db = GRAPH.fork();
    db.query("MATCH (:Person {name: 'Bo'})-[o:OWNS]->() DELETE o", ())?;
    assert_rows!(
        db,
        "MATCH (owner)-[:OWNS]->(c) RETURN owner.name, c.name",
        "
        owner.name | c.name
        'Ada'      | 'Cube'
        'Cube'     | 'Dice'
    "
    );
    Ok(())
}

#[test]
fn what_is_only_said_is_not_owned() -> Result<(), Error> {
    let db = GRAPH.fork();
    db.run(
        "CREATE (:Source {name: 'a newspaper'});
         MATCH (s:Source), (b:Person {name: 'Bo'}), (d:Company {name: 'Dice'})
         CREATE (s)-[:CLAIMS]->[(b)-[:OWNS {share: 100}]->(d)]",
    )?;
    assert_eq!(owners_of(&db, "Dice")?, [("Cube".to_owned(), 100)]);
    assert_rows_in_order!(
        db,
        "MATCH (s)-[:CLAIMS]->[(who)-[o:OWNS]->(what)] RETURN s.name, who.name, what.name, asserted(o) AS so",
        "
        s.name        | who.name | what.name | so
        'a newspaper' | 'Bo'     | 'Dice'    | false
    "
    );
    Ok(())
}
