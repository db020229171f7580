//! The words by which the engine knows evidence when it sees it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::value::Name;

/// The words by which a database knows evidence: what a citation is, where it comes from, and when something was so.
///
/// `KNOWN AT`, `VALID AT`, `CITING` and [`ReadTransaction::citations`](crate::ReadTransaction::citations) go by them, and
/// where reasons are told (`WHY`, `WHY NOT`) nodes are called by their `names`. `SHOW SETTINGS` shows all of them. Words
/// that are not given are the usual ones.
///
/// Other words are part of the language. `certainty`, `voice` and `printed` of a citation are also the columns of what
/// `citations(x)` gives, and the order of certainties is that of `certainty(x)`. `provenance.conflicts` knows one form of
/// a reported number, with bounds and unit: another model has another form, which other names would not make of it.
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
    /// The keys under which people look for the name of a node, the best first; `name`, `id`, `title`.
    pub names: Arc<[Name]>,
}

/// What a word is a name of. Two of one sort cannot be one word: what is meant by it would be anybody's guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Label,
    Type,
    Key,
}

impl Sort {
    fn name(self) -> &'static str {
        match self {
            Sort::Label => "label",
            Sort::Type => "type",
            Sort::Key => "key",
        }
    }
}

impl Provenance {
    /// What each word is called in a setting, with those that are of several.
    pub(crate) const NAMES: [&str; 9] =
        ["supports", "paragraph", "of", "source", "published", "valid_from", "valid_to", "on", "names"];

    /// Each setting as text.
    pub(crate) fn settings(&self) -> impl Iterator<Item = (&'static str, String)> {
        let words = self.words().map(|(name, _, word)| (name, word.to_string()));
        let names = self.names.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
        words.into_iter().chain([("names", names)])
    }

    /// The keys of the times between which something is so, as they are looked for.
    pub(crate) fn times(&self) -> [&Name; 3] {
        [&self.valid_from, &self.on, &self.valid_to]
    }

    /// Takes another word for what a setting of this name is of, or other words, separated by commas; false if there is no
    /// such setting.
    pub(crate) fn set(&mut self, setting: &str, text: &str) -> bool {
        let word = match setting {
            "supports" => &mut self.supports,
            "paragraph" => &mut self.paragraph,
            "of" => &mut self.of,
            "source" => &mut self.source,
            "published" => &mut self.published,
            "valid_from" => &mut self.valid_from,
            "valid_to" => &mut self.valid_to,
            "on" => &mut self.on,
            "names" => {
                self.names = text.split(',').map(|name| Name::from(name.trim())).collect();
                return true;
            }
            _ => return false,
        };
        *word = Name::from(text);
        true
    }

    /// What is wrong with the words: one is empty, or has two meanings.
    pub(crate) fn fault(&self) -> Option<String> {
        let words = self.words();
        if let Some((setting, ..)) = words.iter().find(|(.., word)| word.is_empty()) {
            return Some(format!("the word for `{setting}` is empty"));
        }
        for (index, (setting, sort, word)) in words.iter().enumerate() {
            let twin = words[..index].iter().find(|(_, other, taken)| other == sort && taken == word);
            if let Some((other, ..)) = twin {
                return Some(format!("`{other}` and `{setting}` are one {}, `{word}`", sort.name()));
            }
        }
        let mut seen = BTreeSet::new();
        self.names.iter().find_map(|name| match name.as_str() {
            "" => Some("a word of `names` is empty".to_owned()),
            name if !seen.insert(name) => Some(format!("`names` has `{name}` twice")),
            _ => None,
        })
    }

    /// Each word by itself, by what it is called in a setting.
    fn words(&self) -> [(&'static str, Sort, &Name); 8] {
        [
            ("supports", Sort::Type, &self.supports),
            ("paragraph", Sort::Label, &self.paragraph),
            ("of", Sort::Type, &self.of),
            ("source", Sort::Label, &self.source),
            ("published", Sort::Key, &self.published),
            ("valid_from", Sort::Key, &self.valid_from),
            ("valid_to", Sort::Key, &self.valid_to),
            ("on", Sort::Key, &self.on),
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
            names: ["name", "id", "title"].map(Name::from).into(),
        }
    }
}
