//! The words by which the engine knows evidence when it sees it.

use crate::value::Name;

/// The words by which a database knows evidence: what a citation is, where it comes from, and when something was so.
///
/// `KNOWN AT`, `VALID AT`, `CITING` and [`ReadTransaction::citations`](crate::ReadTransaction::citations) go by them, and
/// `SHOW SETTINGS` shows them. Words that are not given are the usual ones.
///
/// # Example: citations by another name
///
/// ```
/// use averment::{Database, Provenance};
/// # fn main() -> Result<(), averment::Error> {
/// let words = Provenance { supports: "BEARS_OUT".into(), source: "Book".into(), ..Provenance::default() };
/// let db = Database::options().provenance(words)?.in_memory();
/// db.query("CREATE (:Book {title: 'Annals'})", ())?;
/// db.query("MATCH (b:Book) CREATE (:City {name: 'Rome'}) CITING b", ())?;
/// let cited = db.query("MATCH (b:Book)-[:BEARS_OUT]->(c) RETURN c.name", ())?;
/// assert_eq!(cited.single::<String>()?, "Rome");
///
/// // A fork has them too, and so has the database when it is emptied.
/// let fork = db.fork();
/// fork.reset()?;
/// let setting = fork.query("SHOW SETTINGS YIELD name, value WHERE name = 'provenance.source' RETURN value", ())?;
/// assert_eq!(setting.single::<String>()?, "Book");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The type of a citation; `SUPPORTS`.
    pub supports: Name,
    /// The label of a paragraph; `Paragraph`.
    pub paragraph: Name,
    /// The type from a paragraph to its source; `OF`.
    pub of: Name,
    /// The label of a source; `Source`.
    pub source: Name,
    /// The key of the day on which a source was published; `published`.
    pub published: Name,
    /// The key of the time from which something is so; `valid_from`.
    pub valid_from: Name,
    /// The key of the time from which something is not so any more; `valid_to`.
    pub valid_to: Name,
    /// The key of the day on which something happened; `on`.
    pub on: Name,
}

impl Provenance {
    /// Each word, by what it is called in a setting.
    pub(crate) fn words(&self) -> [(&'static str, &Name); 8] {
        [
            ("supports", &self.supports),
            ("paragraph", &self.paragraph),
            ("of", &self.of),
            ("source", &self.source),
            ("published", &self.published),
            ("valid_from", &self.valid_from),
            ("valid_to", &self.valid_to),
            ("on", &self.on),
        ]
    }
}

impl Default for Provenance {
    fn default() -> Self {
        Self {
            supports: Name::from("SUPPORTS"),
            paragraph: Name::from("Paragraph"),
            of: Name::from("OF"),
            source: Name::from("Source"),
            published: Name::from("published"),
            valid_from: Name::from("valid_from"),
            valid_to: Name::from("valid_to"),
            on: Name::from("on"),
        }
    }
}
