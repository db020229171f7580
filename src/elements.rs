//! Whole graphs, element by element, from one database to another: with their ids, where that can be.

use std::iter;

use crate::catalog::Provenance;
use crate::error::{Error, guarded};
use crate::exec::element;
use crate::transaction::{ReadTransaction, WriteTransaction};
use crate::value::{Element, ElementId, Name};

impl ReadTransaction {
    /// All nodes and relationships, quoted ones among them, each with the number of the commit in which it was recorded: in
    /// the order of their ids, so that ends come first. They are read as they are asked for.
    pub(crate) fn elements(&self) -> impl Iterator<Item = Result<(Element, u64), Error>> + '_ {
        let mut from = Some(ElementId(0));
        iter::from_fn(move || {
            let first = from.take()?;
            let graph = self.graph();
            let tell = |(id, end)| (element(graph, id, end), graph.recorded(end).number);
            let found = guarded(|| Ok(graph.next_element(first).map(tell)));
            found.transpose().inspect(|found| {
                from = found.as_ref().ok().and_then(|(element, _)| element.id().0.checked_add(1)).map(ElementId);
            })
        })
    }

    /// Whether something has the element for an end.
    pub(crate) fn is_touched(&self, id: ElementId) -> bool {
        let graph = self.graph();
        graph.end(id).is_some_and(|element| graph.is_touched(element))
    }

    /// The type of a relationship.
    pub(crate) fn type_of(&self, id: ElementId) -> Option<Name> {
        let graph = self.graph();
        graph.rel_slot(id).map(|slot| graph.catalog().types.name(graph.rel(slot).rel_type).clone())
    }

    /// Whether a label, a key, an index or a constraint has this name, or one that begins with it.
    pub(crate) fn has_name(&self, name: &str) -> bool {
        let catalog = self.graph().catalog();
        let rules = catalog.indexes.iter().map(|def| &def.name).chain(catalog.constraints.iter().map(|def| &def.name));
        let mut names = catalog.labels.names().iter().chain(catalog.keys.names()).chain(rules);
        names.any(|known| known.starts_with(name))
    }

    /// How many nodes and how many relationships there are, in both states.
    pub(crate) fn element_counts(&self) -> (u64, u64) {
        self.graph().element_counts()
    }

    /// The id that the next element gets.
    pub(crate) fn next_id(&self) -> u64 {
        self.graph().next_id().0
    }

    /// The words by which evidence is known.
    pub(crate) fn provenance(&self) -> &Provenance {
        &self.graph().catalog().provenance
    }
}

impl WriteTransaction {
    /// Whether nothing was ever written: then the ids of another database can be taken over.
    pub(crate) fn is_first(&self) -> bool {
        self.writer().is_new()
    }

    /// The words by which evidence is known.
    pub(crate) fn provenance(&self) -> &Provenance {
        &self.writer().graph().catalog().provenance
    }

    /// Takes over the ids before this one.
    pub(crate) fn skip_ids(&mut self, next: u64) -> Result<(), Error> {
        Ok(self.writer_mut().skip_ids(ElementId(next))?)
    }

    /// Lets the next element that is created have an id that was taken over.
    pub(crate) fn take_id(&mut self, id: u64) {
        self.writer_mut().take_id(ElementId(id));
    }

    /// The element of an id, with the commit in which it was recorded.
    pub(crate) fn recorded(&self, id: u64) -> Option<(ElementId, u64)> {
        let graph = self.writer().graph();
        graph.end(ElementId(id)).map(|end| (ElementId(id), graph.recorded(end).number))
    }

    /// Forgets how the graph came to be: see [`Writer::forget_changes`](crate::storage::Writer::forget_changes).
    pub(crate) fn forget_changes(&mut self) -> Result<(), Error> {
        Ok(self.writer_mut().forget_changes()?)
    }
}
