//! The neighbours of one node as marks, a bit for each node of the graph: what is sought among them for many rows is found
//! by one look each, and nothing has to be compared.

use crate::storage::{End, Neighbour};

/// Room for marks, of which none is set between uses.
#[derive(Default)]
pub(super) struct Marks(Vec<u64>);

impl Marks {
    pub(super) fn size_bytes(&self) -> usize {
        size_of_val(&self.0[..])
    }

    /// To mark nodes of a graph, which are below `bound`.
    pub(super) fn begin<'g>(&mut self, bound: usize) -> Marked<'_, 'g> {
        Marked { words: &mut self.0, bound, of: None, run: &[] }
    }
}

/// Marks on the neighbours of one node after the other; they are gone with it.
pub(super) struct Marked<'m, 'g> {
    words: &'m mut Vec<u64>,
    bound: usize,
    of: Option<u32>,
    run: &'g [Neighbour],
}

impl<'g> Marked<'_, 'g> {
    /// Whether the neighbours of this node are marked.
    #[inline]
    pub(super) fn is_of(&self, node: u32) -> bool {
        self.of == Some(node)
    }

    /// What marks take beyond the room that there is for them.
    pub(super) fn missing_bytes(&self) -> usize {
        self.bound.div_ceil(WORD_BITS).saturating_sub(self.words.len()) * size_of::<u64>()
    }

    /// Marks the neighbours of a node, if they are not, and those of no other.
    #[inline]
    pub(super) fn mark(&mut self, node: u32, run: &'g [Neighbour]) {
        if self.is_of(node) {
            return;
        }
        self.clear();
        let word_count = self.bound.div_ceil(WORD_BITS);
        if self.words.len() < word_count {
            self.words.resize(word_count, 0);
        }
        for entry in run {
            if let Some((word, bit)) = place(entry.end) {
                self.words[word] |= bit;
            }
        }
        (self.of, self.run) = (Some(node), run);
    }

    #[inline]
    pub(super) fn has(&self, end: End) -> bool {
        place(end).is_some_and(|(word, bit)| self.words.get(word).is_some_and(|word| word & bit != 0))
    }

    fn clear(&mut self) {
        for entry in self.run {
            if let Some((word, _)) = place(entry.end) {
                self.words[word] = 0;
            }
        }
        (self.of, self.run) = (None, &[]);
    }
}

impl Drop for Marked<'_, '_> {
    fn drop(&mut self) {
        self.clear();
    }
}

const WORD_BITS: usize = u64::BITS as usize;

#[inline]
fn place(end: End) -> Option<(usize, u64)> {
    let node = end.as_node()?;
    Some((node.0 as usize / WORD_BITS, 1 << (node.0 % u64::BITS)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{NodeSlot, RelSlot};

    fn run(nodes: &[u32]) -> Vec<Neighbour> {
        nodes.iter().map(|node| Neighbour { end: End::node(NodeSlot(*node)), rel: RelSlot(0) }).collect()
    }

    #[test]
    fn the_neighbours_of_one_node_are_marked_and_no_others() {
        let mut marks = Marks::default();
        let runs = [run(&[3, 64, 64, 199]), run(&[65])];
        for round in 0..2 {
            let mut marked = marks.begin(200);
            assert_eq!(marked.missing_bytes(), if round == 0 { 32 } else { 0 });
            let has = |marked: &Marked, node| marked.has(End::node(NodeSlot(node)));
            assert!(!has(&marked, 3), "round {round}");
            for (node, run) in [(7, &runs[0]), (9, &runs[1]), (7, &runs[0])] {
                marked.mark(node, run);
                let found = (0..300).filter(|node| has(&marked, *node));
                let mut expected: Vec<u32> =
                    run.iter().filter_map(|entry| entry.end.as_node()).map(|node| node.0).collect();
                expected.dedup();
                assert_eq!(found.collect::<Vec<_>>(), expected);
                assert!(marked.is_of(node) && !marked.has(End::rel(RelSlot(3))));
            }
        }
        assert_eq!(marks.size_bytes(), 32);
    }
}
