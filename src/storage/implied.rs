//! What the counts of a graph say of all nodes that relationships lead to.

use super::{Direction, Graph};
use crate::catalog::{LabelId, Side, Statistics, TypeId};

impl Graph {
    /// Whether every node that a plain relationship of this type leads to in this direction has the label. Without a
    /// type: of any type.
    pub(crate) fn all_reached_have(&self, direction: Direction, rel_type: Option<TypeId>, label: LabelId) -> bool {
        let side = match direction {
            Direction::Out => Side::End,
            Direction::In => Side::Start,
        };
        let all_have = |rel_type| self.rel_count_with(rel_type, side, label) == self.rel_count(Some(rel_type));
        match rel_type {
            Some(rel_type) => all_have(rel_type),
            None => self.catalog.types.iter().all(|(rel_type, _)| all_have(rel_type)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Commit, End, Writer};
    use super::*;
    use crate::value::Name;

    #[test]
    fn one_end_without_the_label_is_enough() {
        let mut writer = Writer::new(Graph::new(), Commit { number: 1, micros: 0 });
        let (label, owns, knows) = (
            writer.label(&Name::from("A")),
            writer.rel_type(&Name::from("OWNS")),
            writer.rel_type(&Name::from("KNOWS")),
        );
        let [with, other] = [&[label][..], &[label]].map(|labels| End::node(writer.create_node(labels).unwrap()));
        let without = End::node(writer.create_node(&[]).unwrap());
        writer.create_rel(owns, without, with, true).unwrap();
        writer.create_rel(knows, with, other, true).unwrap();
        let graph = writer.finish().0;
        let have = |direction, rel_type| graph.all_reached_have(direction, rel_type, label);
        assert!(have(Direction::Out, Some(owns)) && have(Direction::Out, None));
        assert!(!have(Direction::In, Some(owns)) && have(Direction::In, Some(knows)));
        assert!(!have(Direction::In, None));
    }
}
