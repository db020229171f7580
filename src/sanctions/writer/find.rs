//! Asks the graph for what is there already, many at a time.

use super::{Cited, words_of};
use crate::{Error, Node, Params, Relationship, Value, WriteTransaction};

/// The nodes with these ids, by them.
pub(super) fn nodes(
    transaction: &mut WriteTransaction,
    label: &str,
    ids: &[String],
) -> Result<Vec<(String, Node)>, Error> {
    let statement = format!("UNWIND $ids AS id MATCH (n:`{label}` {{id: id}}) RETURN id, n");
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    transaction.query(statement, Params::from_iter([("ids", ids)]))?.into_vec()
}

/// Those of these ids whose nodes lists tell of.
pub(super) fn told_by_lists(
    transaction: &mut WriteTransaction,
    label: &str,
    ids: &[String],
) -> Result<Vec<String>, Error> {
    let statement = format!(
        "UNWIND $ids AS id MATCH (n:`{label}` {{id: id}})
         WHERE EXISTS {{ (n)<-[:SUPPORTS]-(:Paragraph)-[:OF]->(s:Source) WHERE s.kind = 'list' }} RETURN DISTINCT id"
    );
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    transaction.query(statement, Params::from_iter([("ids", ids)]))?.into_vec()
}

/// All relationships of a type between nodes of two homes, by the ids of their ends: asserted ones, and behind them those that
/// a list tells and somebody has retracted. What is only claimed is none of these.
pub(super) fn rels(
    transaction: &mut WriteTransaction,
    (start, rel_type, end): (&str, &str, &str),
    pairs: Vec<Value>,
) -> Result<Vec<Relationship>, Error> {
    let statement = format!(
        "UNWIND $pairs AS pair MATCH [(a:`{start}` {{id: pair[0]}})-[r:`{}`]->(b:`{end}` {{id: pair[1]}})]
         WHERE asserted(r) OR EXISTS {{ (s:Source)<-[:OF]-(:Paragraph)-[:SUPPORTS]->[r] WHERE s.kind = 'list' }}
         RETURN DISTINCT r",
        rel_type.replace('`', "``")
    );
    let mut found: Vec<Relationship> =
        transaction.query(statement, Params::from_iter([("pairs", pairs)]))?.into_vec()?;
    found.sort_by_key(|rel| !rel.is_asserted());
    Ok(found)
}

/// What a paragraph supports already, or did until somebody retracted that.
pub(super) fn citations_from(
    transaction: &mut WriteTransaction,
    paragraph: &str,
) -> Result<Vec<(Cited, Relationship)>, Error> {
    let mut found = Vec::new();
    for end in ["(x)", "[x]"] {
        let statement = format!("MATCH [(p:Paragraph {{id: $id}})-[s:SUPPORTS]->{end}] RETURN p, s");
        let rows = transaction.query(statement, Params::from_iter([("id", paragraph)]))?;
        for (paragraph, citation) in rows.into_vec::<(Node, Relationship)>()? {
            if let Some(end) = citation.end() {
                found.push(((paragraph.id(), end, words_of(citation.properties())), citation));
            }
        }
    }
    Ok(found)
}
