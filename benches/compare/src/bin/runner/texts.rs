//! Queries of which our language has a better form than the text that goes to everybody. Each gives the same answer.

const OURS: &[(&str, &str)] = &[];

/// Our own form of a query, if there is one.
pub(crate) fn ours(query: &str) -> Option<&'static str> {
    OURS.iter().find(|(name, _)| *name == query).map(|(_, text)| *text)
}
