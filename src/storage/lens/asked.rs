//! What is noted while many elements are held against one lens.

use rustc_hash::FxHashMap;

use super::super::{End, RelSlot};
use super::Odd;

/// More relationships than this are not looked through again for the same element.
const MANY: usize = 64;

/// For one lens and one state of the graph.
pub(super) struct Asked<'o> {
    pub odd: &'o mut Odd,
    /// What is known by what touches it.
    pub touched: Hubs,
    /// What enough sources support.
    pub supported: Hubs,
}

/// Answers that took a look at very many relationships, so that an end of many elements is looked through once.
#[derive(Default)]
pub(super) struct Hubs(FxHashMap<End, bool>);

impl<'o> Asked<'o> {
    pub(super) fn new(odd: &'o mut Odd) -> Self {
        Self { odd, touched: Hubs::default(), supported: Hubs::default() }
    }
}

impl Hubs {
    pub(super) fn answer(&self, element: End) -> Option<bool> {
        self.0.get(&element).copied()
    }

    /// Whether one of `rels`, which are at `element`, is as asked.
    pub(super) fn any(
        &mut self,
        element: End,
        rels: impl Iterator<Item = RelSlot>,
        mut is_so: impl FnMut(End) -> bool,
    ) -> bool {
        if let Some(answer) = self.answer(element) {
            return answer;
        }
        let mut looked_at = 0;
        let answer = rels.inspect(|_| looked_at += 1).any(|rel| is_so(End::rel(rel)));
        if looked_at > MANY {
            self.0.insert(element, answer);
        }
        answer
    }
}
