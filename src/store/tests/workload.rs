//! What a database is used for: statements of all kinds in any order.

use crate::database::Database;
use crate::error::Error;
use crate::storage::Chance;

/// Writes that look random, the same for the same seed.
pub(super) struct Workload(Chance);

/// Something that is done to a database.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// May fail.
    Statement(String),
    /// Statements of one transaction, some of which may fail.
    Together(Vec<String>),
    /// Statements that leave no trace.
    RolledBack(Vec<String>),
    Checkpoint,
    Vacuum,
    /// Close and open.
    Reopen,
}

/// What writes one thing; `#` stands for one of few numbers, `@` for one of many.
const STATEMENTS: &[&str] = &[
    "CREATE (:Company {name: 'c#', n: @})",
    "CREATE (:Company:Actor {name: 'c#', on: edtf('202#-1#?')})-[:OWNS {share: 0.@}]->(:Place {name: 'p#'})",
    "CREATE (:Company {name: 'c#', tags: ['a', 'b@'], text: '~'})",
    "MATCH (c:Company {name: 'c#'}) SET c.n = @, c.since = date('2021-0#-1#')",
    "MATCH (c:Company {name: 'c#'}) SET c += {n: null, text: 'b@', flag: true}",
    "MATCH (c:Company {name: 'c#'}) SET c.`key #` = 'text ~'",
    "MATCH (c:Company {name: 'c#'}) REMOVE c.n",
    "MATCH (c:Company {name: 'c#'}) REMOVE c:Actor",
    "MATCH (c:Company {name: 'c#'}) SET c:Listed:L#",
    "MATCH (c:Company {name: 'c#'}) WITH c LIMIT 1 DELETE c",
    "MATCH (c:Company {name: 'c#'}) DETACH DELETE c",
    "MATCH (n) WHERE n.n % 1# = 0 DETACH DELETE n",
    "MERGE (c:Company {name: 'c#'}) ON CREATE SET c.n = @ ON MATCH SET c.n = coalesce(c.n, 0) + 1",
    "MERGE (s:Source {id: 's#'}) ON CREATE SET s.published = date('2020-0#-1#')",
    "MATCH (a:Company {name: 'c#'}), (b:Company {name: 'c#'}), (s:Source {id: 's#'}) WITH a, b, s LIMIT 2
     MERGE (a)-[:BACKS]->(b) CITING s {certainty: 'stated', page: @}",
    "MATCH (a:Company {name: 'c#'}), (b:Company {name: 'c#'}) WITH a, b LIMIT 1
     CREATE (:Claim {n: @})-[:STATES]->[(a)-[:BACKS]->(b)]",
    "MATCH (:Claim)-[:STATES]->[(a)-[r]->(b)] WITH r LIMIT 1 ASSERT r SET r.n = @",
    "MATCH (:Company)-[r:OWNS|BACKS]->() WITH r LIMIT 1 RETRACT r",
    "MATCH ()-[r:OWNS]->() WITH r LIMIT 2 DELETE r",
    "MATCH (c:Claim) WITH c LIMIT 1 DETACH DELETE c",
    "CREATE INDEX i# IF NOT EXISTS FOR (n:Company) ON (n.n)",
    "CREATE INDEX j# IF NOT EXISTS FOR (n:Company) ON (n.name, n.n)",
    "CREATE INDEX k# FOR ()-[r:OWNS]-() ON (r.share)",
    "DROP INDEX i# IF EXISTS",
    "DROP INDEX j# IF EXISTS",
    "DROP INDEX k#",
    "CREATE CONSTRAINT one IF NOT EXISTS FOR (s:Source) REQUIRE s.id IS UNIQUE",
    "CREATE CONSTRAINT has IF NOT EXISTS FOR (c:Claim) REQUIRE c.n IS NOT NULL",
    "CREATE CONSTRAINT none FOR (c:Company) REQUIRE c.name IS UNIQUE",
    "DROP CONSTRAINT one IF EXISTS",
    "DROP CONSTRAINT has IF EXISTS",
    "DROP CONSTRAINT none IF EXISTS",
    "DROP CONSTRAINT none",
    "MATCH (s:Source) DETACH DELETE s",
    "CREATE (:Source {id: 's#'})",
    "UNWIND range(1, 7) AS x CALL (x) { CREATE (:Batch {x: x}) } IN TRANSACTIONS OF 3 ROWS",
    "UNWIND range(1, 7) AS x CALL (x) { CREATE (:Batch {x: 10 / (6 - x)}) } IN TRANSACTIONS OF 2 ROWS",
    "MATCH (b:Batch) CALL (b) { DETACH DELETE b } IN TRANSACTIONS OF 4 ROWS",
    "UNWIND [2, 1, 0] AS x CREATE (:Company {name: 'c#', n: 1 / x})",
    "CREATE (:Company {name: 'c#', n: {a: 1}})",
];

impl Workload {
    pub(super) fn new(seed: u64) -> Self {
        Self(Chance::new(seed))
    }

    pub(super) fn step(&mut self) -> Step {
        match self.0.below(40) {
            0 => Step::Checkpoint,
            1 => Step::Reopen,
            2 | 3 => Step::Together(self.statements()),
            4 => Step::RolledBack(self.statements()),
            5 => Step::Vacuum,
            _ => Step::Statement(self.statement()),
        }
    }

    fn statements(&mut self) -> Vec<String> {
        let count = 2 + self.0.below(3);
        (0..count).map(|_| self.statement()).collect()
    }

    pub(super) fn statement(&mut self) -> String {
        let template = STATEMENTS[self.0.below(STATEMENTS.len())];
        template.chars().map(|letter| self.filled(letter)).collect()
    }

    fn filled(&mut self, letter: char) -> String {
        match letter {
            '#' => (1 + self.0.below(2)).to_string(),
            '@' => self.0.below(1_000).to_string(),
            // Some are longer than a sector.
            '~' => "long ".repeat(1 + self.0.below(250)),
            other => other.to_string(),
        }
    }
}

/// Runs statements in one transaction that is not committed yet; those that fail are undone by themselves.
pub(super) fn write_together(db: &Database, statements: &[String]) -> Result<crate::WriteTransaction, Error> {
    let mut transaction = db.write()?;
    for statement in statements {
        let _ = transaction.query(statement.as_str(), ());
    }
    Ok(transaction)
}
