//! What only the sanctions field asks of a graph, on top of the library: nothing here knows more of the store than any
//! program that embeds it.
//!
//! ```
//! use averment::{Database, sanctions};
//! # fn main() -> Result<(), averment::Error> {
//! let db = Database::from_script(
//!     "CREATE (x:Person {name: 'X'})-[:LISTED_ON]->(:List {name: 'SDN List'}),
//!             (x)-[:OWNS {percentage: 50}]->(a:Company {name: 'A'})-[:OWNS {percentage: '50'}]->(:Company {name: 'B'})",
//! )?;
//! sanctions::register(&db)?;
//! let blocked = "CALL ownership.blocked({regime: 'OFAC'}) YIELD entity, status RETURN entity.name, status ORDER BY entity.name";
//! let found: Vec<(String, String)> = db.query(blocked, ())?.into_vec()?;
//! assert_eq!(found, [("A".to_owned(), "yes".to_owned()), ("B".to_owned(), "yes".to_owned())]);
//! # Ok(())
//! # }
//! ```

mod ownership;

use crate::{Database, Error};

/// Adds the procedures of the field to a database: `ownership.blocked` and `ownership.tree`.
///
/// # Errors
///
/// None, unless the library itself comes to have procedures of these names.
pub fn register(db: &Database) -> Result<(), Error> {
    ownership::register(db)
}
