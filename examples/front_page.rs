//! The front page of the documentation: what the graph says, who says it, and what is only said.

use averment::{Database, params};

fn main() -> Result<(), averment::Error> {
    let db = Database::in_memory();
    // What the graph says, with its source, and what somebody only says.
    db.run(
        "CREATE (:Source {id: 'S1', published: date('2021-12-14')})<-[:OF]-(:Paragraph {id: 'S1p11'});
         CREATE (:State {name: 'China'}), (:Company {name: 'SenseTime'}), (:Action {id: 'listing'});
         MATCH (x:Action), (c:Company), (p:Paragraph) MERGE (x)-[:TARGETS]->(c) CITING p {certainty: 'stated'};
         MATCH (s:State), (c:Company) CREATE (s)-[:DENIES]->[(c)-[:ASSISTS]->(:Army)]",
    )?;
    // Where is it read that the company was targeted?
    let paragraphs = db.query(
        "MATCH (p:Paragraph)-[:SUPPORTS]->[(:Action)-[:TARGETS]->(:Company {name: $name})] RETURN p.id",
        params! { "name" => "SenseTime" },
    )?;
    assert_eq!(paragraphs.single::<String>()?, "S1p11");
    // What is only quoted is not found by a plain pattern.
    let assisted = db.query("MATCH (:Company)-[:ASSISTS]->(a) RETURN count(a)", ())?;
    assert_eq!(assisted.single::<i64>()?, 0);
    Ok(())
}
