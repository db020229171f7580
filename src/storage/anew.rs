//! The same graph in new pages: without the slots of what was deleted, and without the strings that nothing has any more.
//!
//! Ids, commits and names stay what they are; slots do not.

use super::snapshot::lost;
use super::{Change, End, Graph, StorageError};
use crate::catalog::Catalog;
use crate::value::ElementId;

impl Graph {
    /// Builds all of it anew.
    ///
    /// # Errors
    ///
    /// [`StorageError::Full`].
    pub(crate) fn anew(&self) -> Result<Graph, StorageError> {
        let mut anew = Graph::new();
        anew.define(|catalog| {
            let (indexes, name_indexes, constraints) = Default::default();
            *catalog = Catalog { indexes, name_indexes, constraints, ..self.catalog().clone() };
        });
        for place in 0..self.log.len() {
            self.log.get(place).into_iter().for_each(|entry| anew.log.push(entry.clone()));
        }
        let mut from = ElementId(0);
        while let Some((id, _)) = self.next_element(from) {
            self.build(id, &mut anew)?;
            from = ElementId(id.0 + 1);
        }
        anew.begin(self.commit());
        let indexes = self.catalog().indexes.iter().map(|def| Change::CreateIndex(Box::new(def.clone())));
        let constraints = self.catalog().constraints.iter().map(|def| Change::CreateConstraint(Box::new(def.clone())));
        let name_indexes = self.catalog().name_indexes.iter();
        let name_indexes = name_indexes.map(|def| Change::CreateNameIndex(Box::new(def.clone())));
        indexes.chain(name_indexes).chain(constraints).try_for_each(|change| anew.apply(&change))?;
        // Whoever compares revisions sees a later one.
        (anew.next_id, anew.revision, anew.open_changes) = (self.next_id, self.revision + 1, self.open_changes);
        Ok(anew)
    }

    /// Builds an element, if it is not there yet, and the ends that it has. These have lower ids, unless ids were taken over.
    fn build(&self, id: ElementId, anew: &mut Graph) -> Result<(), StorageError> {
        let (nodes, rels) = self.element_counts();
        let mut open = vec![id];
        while let Some(id) = open.last().copied() {
            let missing = self.ends(id).into_iter().find(|end| anew.end(*end).is_none());
            match missing {
                Some(_) if open.len() as u64 > nodes + rels => {
                    lost(self.file.as_ref(), "relationships are their own ends")
                }
                Some(end) => open.push(end),
                None => {
                    open.pop();
                    self.build_one(id, anew)?;
                }
            }
        }
        Ok(())
    }

    fn ends(&self, id: ElementId) -> Vec<ElementId> {
        let rel = self.rel_slot(id).map(|slot| self.rel(slot));
        rel.map_or_else(Vec::new, |rel| vec![self.id(rel.start), self.id(rel.end)])
    }

    fn build_one(&self, id: ElementId, anew: &mut Graph) -> Result<(), StorageError> {
        let Some(element) = self.end(id).filter(|_| anew.end(id).is_none()) else { return Ok(()) };
        anew.begin(self.recorded(element));
        anew.apply(&self.creation(id, element))?;
        let properties = match element.as_rel() {
            Some(rel) => self.rel_properties(rel),
            None => element.as_node().map_or_else(Vec::new, |node| self.node_properties(node)),
        };
        for (key, value) in properties {
            anew.apply(&Change::SetProperty { element: id, key, value })?;
        }
        Ok(())
    }

    fn creation(&self, id: ElementId, element: End) -> Change {
        let Some(rel) = element.as_rel().map(|slot| self.rel(slot)) else {
            let labels = element.as_node().map_or(&[][..], |node| self.labels(node));
            return Change::CreateNode { id, labels: labels.to_vec() };
        };
        let (start, end) = (self.id(rel.start), self.id(rel.end));
        Change::CreateRel { id, rel_type: rel.rel_type, start, end, asserted: rel.asserted }
    }
}
