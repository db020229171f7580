//! `provenance.single_source`: what rests on the word of one source.

use std::sync::Arc;

use super::seen::Seen;
use super::show::number;
use crate::function::{Answer, Field, FunctionError, Host, Procedure, Registry};
use crate::storage::{End, NodeSlot};
use crate::value::{ElementId, Name, Node, Relationship, Type, Value};

pub(super) fn register(registry: &mut Registry) {
    registry.add_procedure(Procedure {
        name: Name::from("provenance.single_source"),
        inputs: Vec::new(),
        outputs: vec![
            Field::required("element", Type::Element),
            Field::required("source", Type::Node),
            Field::required("citations", Type::Integer),
            Field::required("because", Type::list_of(Type::Relationship)),
        ],
        summary: "the nodes and relationships that one source supports and no other, with its citations".to_owned(),
        body: Arc::new(|host, _| rows(host)),
    });
}

/// Something cited, as little of it as a row needs.
struct Single {
    id: ElementId,
    is_node: bool,
    source: ElementId,
    citations: Vec<ElementId>,
}

fn rows(host: &dyn Host) -> Result<Answer, FunctionError> {
    let seen = Seen::by(host);
    let mut singles: Vec<Single> = Vec::new();
    seen.each(seen.cited()?, |element| {
        if seen.is_evidence(element) || !seen.sees(element) {
            return Ok(());
        }
        let Some((source, citations)) = only_source(&seen, element) else { return Ok(()) };
        let (id, is_node) = (seen.graph.id(element), element.as_node().is_some());
        seen.reserve(size_of::<Single>() + citations.len() * size_of::<ElementId>())?;
        singles.push(Single { id, is_node, source: seen.graph.node_id(source), citations });
        Ok(())
    })?;
    Ok(Answer::of(singles.into_iter().map(Single::row)))
}

/// The source and its citations; `None` if there is none, or another one too.
fn only_source(seen: &Seen, element: End) -> Option<(NodeSlot, Vec<ElementId>)> {
    let source = seen.citations(element).next()?.source;
    let of_source = seen.citations(element).map(|cited| (cited.source == source).then(|| seen.graph.rel_id(cited.rel)));
    Some((source, of_source.collect::<Option<_>>()?))
}

impl Single {
    fn row(self) -> Vec<Value> {
        let element = if self.is_node { Node::bare(self.id).into() } else { Relationship::bare(self.id).into() };
        let because: Vec<Value> = self.citations.into_iter().map(|id| Relationship::bare(id).into()).collect();
        let count = number(because.len() as u64);
        vec![element, Node::bare(self.source).into(), count, because.into()]
    }
}
