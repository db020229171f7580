//! The words by which the engine knows evidence when it sees it.

use crate::value::Name;

/// The vocabulary of provenance in this database.
#[derive(Clone, Debug)]
pub(crate) struct ProvenanceVocabulary {
    /// The type of a citation.
    pub supports: Name,
    /// The label of a paragraph.
    pub paragraph: Name,
    /// The type from a paragraph to its source.
    pub of: Name,
    /// The label of a source.
    pub source: Name,
    /// The key of the day on which a source was published.
    pub published: Name,
    /// The keys of the time for which something is so.
    pub valid_from: Name,
    pub valid_to: Name,
    /// The key of the day on which something happened.
    pub on: Name,
}

impl Default for ProvenanceVocabulary {
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
