//! The neighbours of an element as they are read: sorted runs, each one slice or a tree of slices.

use std::slice;

use smallvec::SmallVec;

use super::adjacency::Hub;
use super::tree::{Leaves, Tree};
use super::{End, Neighbour, RelSlot};

/// The neighbours of one element in one direction, by one type (or by all, where one slice holds them), sorted by
/// neighbour and relationship within a type.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Run<'g> {
    /// Side by side.
    Packed(&'g [Neighbour]),
    /// In the leaves of a tree, for elements with very many.
    Hub(&'g NeighbourTree),
}

/// The run of an element with very many neighbours.
pub(crate) type NeighbourTree = Tree<Neighbour>;

impl<'g> Run<'g> {
    pub(super) const EMPTY: Run<'static> = Run::Packed(&[]);

    #[inline]
    pub(crate) fn len(self) -> usize {
        match self {
            Run::Packed(entries) => entries.len(),
            Run::Hub(tree) => tree.len(),
        }
    }

    /// Some number from the first entries: asking for it has them read, and nothing hangs on it.
    #[inline]
    pub(super) fn touch(self) -> u32 {
        match self {
            Run::Packed(entries) => entries.first().map_or(0, |entry| entry.rel.0),
            Run::Hub(_) => 0,
        }
    }

    /// Calls `visit` with slices that together are the run, in order: the tightest way to go over it.
    #[inline]
    pub(crate) fn for_each_slice(self, mut visit: impl FnMut(&'g [Neighbour])) {
        match self {
            Run::Packed(entries) => visit(entries),
            Run::Hub(tree) => tree.leaves().for_each(visit),
        }
    }

    pub(crate) fn iter(self) -> RunIter<'g> {
        match self {
            Run::Packed(entries) => RunIter { slice: entries.iter(), leaves: None },
            Run::Hub(tree) => RunIter { slice: [].iter(), leaves: Some(Box::new(tree.leaves())) },
        }
    }

    /// The entries behind those at a neighbour of a run of one type.
    pub(crate) fn iter_behind(self, after: Option<End>) -> RunIter<'g> {
        let Some(after) = after else { return self.iter() };
        match self {
            Run::Packed(entries) => {
                let from = entries.partition_point(|entry| entry.end <= after);
                RunIter { slice: entries[from..].iter(), leaves: None }
            }
            Run::Hub(tree) => {
                let leaves = tree.from(|entry| entry.end <= after);
                RunIter { slice: [].iter(), leaves: Some(Box::new(leaves)) }
            }
        }
    }

    /// The relationships to `end` in a run of one type, by binary search.
    pub(crate) fn rels_to(self, end: End) -> impl Iterator<Item = RelSlot> {
        let entries = match self {
            Run::Packed(entries) => {
                let from = entries.partition_point(|entry| entry.end < end);
                RunIter { slice: entries[from..].iter(), leaves: None }
            }
            Run::Hub(tree) => {
                let leaves = tree.from(|entry| *entry < Neighbour::first_at(end));
                RunIter { slice: [].iter(), leaves: Some(Box::new(leaves)) }
            }
        };
        entries.take_while(move |entry| entry.end == end).map(|entry| entry.rel)
    }
}

/// The entries of a run, one by one.
pub(crate) struct RunIter<'g> {
    slice: slice::Iter<'g, Neighbour>,
    leaves: Option<Box<Leaves<'g, Neighbour>>>,
}

impl Iterator for RunIter<'_> {
    type Item = Neighbour;

    #[inline]
    fn next(&mut self) -> Option<Neighbour> {
        loop {
            if let Some(entry) = self.slice.next() {
                return Some(*entry);
            }
            self.slice = self.leaves.as_mut()?.next()?.iter();
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.slice.len();
        (len, self.leaves.is_none().then_some(len))
    }
}

/// The runs of one element, in the order of types.
#[derive(Clone, Debug)]
pub(crate) struct Runs<'g> {
    one: Option<Run<'g>>,
    /// An element with very many, and the type from which to go on.
    hub: Option<(&'g Hub, usize)>,
}

impl<'g> Runs<'g> {
    pub(super) const EMPTY: Runs<'static> = Runs { one: None, hub: None };

    #[inline]
    pub(super) fn one(run: Run<'g>) -> Self {
        Self { one: Some(run), hub: None }
    }

    /// As [`Run::touch`], of the first one.
    #[inline]
    pub(super) fn touch(&self) -> u32 {
        self.one.map_or(0, Run::touch)
    }

    pub(super) fn of_hub(hub: &'g Hub) -> Self {
        Self { one: None, hub: Some((hub, 0)) }
    }
}

impl<'g> Iterator for Runs<'g> {
    type Item = Run<'g>;

    #[inline]
    fn next(&mut self) -> Option<Run<'g>> {
        if let Some(run) = self.one.take() {
            return Some(run);
        }
        let (hub, from) = self.hub.as_mut()?;
        let (rel_type, run) = hub.next(*from)?;
        *from = rel_type + 1;
        Some(run)
    }
}

/// The neighbours of one element.
pub(crate) struct Neighbours<'g>(Source<'g>);

enum Source<'g> {
    Runs { current: RunIter<'g>, rest: Runs<'g> },
    Found { end: End, rels: smallvec::IntoIter<[RelSlot; 4]> },
}

impl<'g> Neighbours<'g> {
    #[inline]
    pub(super) fn in_runs(mut runs: Runs<'g>) -> Self {
        let current = runs.next().unwrap_or(Run::EMPTY).iter();
        Self(Source::Runs { current, rest: runs })
    }

    pub(super) fn at(end: End, rels: SmallVec<[RelSlot; 4]>) -> Self {
        Self(Source::Found { end, rels: rels.into_iter() })
    }
}

impl Iterator for Neighbours<'_> {
    type Item = Neighbour;

    #[inline]
    fn next(&mut self) -> Option<Neighbour> {
        match &mut self.0 {
            Source::Runs { current, rest } => loop {
                if let Some(entry) = current.next() {
                    return Some(entry);
                }
                *current = rest.next()?.iter();
            },
            Source::Found { end, rels } => rels.next().map(|rel| Neighbour { end: *end, rel }),
        }
    }
}

impl std::fmt::Debug for Neighbours<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Neighbours").finish_non_exhaustive()
    }
}

/// The relationships that lead to `end` in runs that stand side by side in both directions: each pair is searched in
/// its shorter run. `theirs` are the runs of `end` the other way, `own` is the element that they come back to.
pub(super) fn search<'g>(
    pairs: impl Iterator<Item = (Run<'g>, Run<'g>)>,
    own: End,
    end: End,
) -> SmallVec<[RelSlot; 4]> {
    let mut rels = SmallVec::new();
    for (mine, theirs) in pairs {
        if mine.len() <= theirs.len() {
            rels.extend(mine.rels_to(end));
        } else {
            rels.extend(theirs.rels_to(own));
        }
    }
    rels
}
