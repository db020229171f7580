//! One root of the graph: everything that a reader can ask.

use std::ops::Bound;
use std::sync::Arc;

use super::bitmap::{Bitmap, PAGE_SLOTS, place, slot};
use super::column::{CodeCounts, Condition, PropertyVector, gather};
use super::ids::IdTable;
use super::index::Index;
use super::lens::{Lens, Look, Odd, Vocabulary};
use super::log::Log;
use super::name_index::NameIndex;
use super::neighbourhood::Neighbourhood;
use super::nodes::Nodes;
use super::paged::PageTree;
use super::rels::Rels;
use super::run::{Neighbours, Runs, search};
use super::snapshot::{SnapshotFile, lost};
use super::{Direction, End, Family, NodeSlot, Rel, RelSlot};
use crate::catalog::{Catalog, IndexId, KeyId, LabelId, NameIndexId, Side, Statistics, TypeId};
use crate::value::{DateTime, ElementId, Value};

/// When something was written: the number of the commit and its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Commit {
    pub number: u64,
    /// Microseconds since 1970-01-01T00:00:00Z; never goes backwards.
    pub micros: i64,
}

impl Commit {
    pub(crate) fn time(self) -> Option<DateTime> {
        let nanosecond = u32::try_from(self.micros.rem_euclid(1_000_000) * 1_000).ok()?;
        DateTime::from_epoch(self.micros.div_euclid(1_000_000), nanosecond)
    }

    /// The one behind it, made when the clock shows `micros`. Times never go backwards, whatever the clock does.
    pub(crate) fn followed_at(self, micros: i64) -> Commit {
        Commit { number: self.number + 1, micros: micros.max(self.micros) }
    }
}

/// One root. Cloning is cheap; a clone is a snapshot.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    pub(super) catalog: Arc<Catalog>,
    /// The commits that were made: an element needs no more than the place of its own, which is that behind the last
    /// one for those of a commit that is not made yet.
    pub(super) log: Log,
    pub(super) commit: Commit,
    /// How many changes belong to a commit that is not made yet.
    pub(super) open_changes: u64,
    /// How many changes have led to this root.
    pub(super) revision: u64,
    /// The next id to be given; ids start at 1.
    pub(super) next_id: u64,
    pub(super) ids: IdTable,
    pub(super) nodes: Nodes,
    pub(super) rels: Rels,
    pub(super) neighbourhood: Neighbourhood,
    pub(super) indexes: PageTree<Index>,
    pub(super) name_indexes: PageTree<NameIndex>,
    /// The words of provenance, so that a write need not look for them.
    pub(super) vocabulary: Vocabulary,
    /// The snapshot that it was opened from.
    pub(super) file: Option<Arc<SnapshotFile>>,
}

impl Graph {
    pub(crate) fn new() -> Self {
        Self {
            catalog: Arc::default(),
            log: Log::default(),
            commit: Commit { number: 0, micros: 0 },
            open_changes: 0,
            revision: 0,
            next_id: 1,
            ids: IdTable::new(),
            nodes: Nodes::new(),
            rels: Rels::default(),
            neighbourhood: Neighbourhood::default(),
            indexes: PageTree::default(),
            name_indexes: PageTree::default(),
            vocabulary: Vocabulary::default(),
            file: None,
        }
    }

    /// The same graph, to go its own way beside this one.
    pub(crate) fn forked(&self) -> Self {
        let mut forked = self.clone();
        forked.nodes.dictionaries = self.nodes.dictionaries.forked();
        forked.rels.dictionaries = self.rels.dictionaries.forked();
        forked
    }

    pub(crate) fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The last commit that this root holds.
    pub(crate) fn commit(&self) -> Commit {
        self.commit
    }

    /// The commits that led to this root.
    pub(crate) fn log(&self) -> &Log {
        &self.log
    }

    /// The same graph without what it keeps to be read quickly by many; `None` if there is nothing of that.
    pub(super) fn at_rest(&self) -> Option<Self> {
        self.neighbourhood.has_shortcuts().then(|| {
            let mut graph = self.clone();
            graph.neighbourhood.forget_shortcuts();
            graph
        })
    }

    /// The same graph, where the commits that led to it lie elsewhere.
    pub(super) fn with_log(&self, log: Log) -> Self {
        Self { log, ..self.clone() }
    }

    /// Leaves the commits that lie in a snapshot to it: see [`Log::left_to`]. If it cannot be read, they stay in memory.
    ///
    /// [`Log::left_to`]: super::log::Log::left_to
    pub(crate) fn leave_log_to(&mut self, stored: &Log) -> bool {
        let left = self.log.left_to(stored, None).ok().flatten();
        left.map(|log| self.log = log).is_some()
    }

    /// Tells the roots of one writer apart, and which is the later one.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// The slot of a node; `None`: never was, or was deleted.
    pub(crate) fn node_slot(&self, id: ElementId) -> Option<NodeSlot> {
        self.ids.get(id)?.as_node()
    }

    /// The slot of a relationship; `None`: never was, or was deleted.
    pub(crate) fn rel_slot(&self, id: ElementId) -> Option<RelSlot> {
        self.ids.get(id)?.as_rel()
    }

    /// The place of whatever has this id; `None`: never was, or was deleted.
    pub(crate) fn end(&self, id: ElementId) -> Option<End> {
        self.ids.get(id)
    }

    /// The id of a node, which may be deleted meanwhile.
    pub(crate) fn node_id(&self, node: NodeSlot) -> ElementId {
        let id = self.nodes.page(node.0).and_then(|(page, offset)| page.id(offset));
        id.unwrap_or_else(|| self.stray())
    }

    /// The id of a relationship, which may be deleted meanwhile.
    pub(crate) fn rel_id(&self, rel: RelSlot) -> ElementId {
        let id = self.rels.page(rel.0).and_then(|(page, offset)| page.id(offset));
        id.unwrap_or_else(|| self.stray())
    }

    /// The id of either.
    pub(crate) fn id(&self, element: End) -> ElementId {
        match (element.as_node(), element.as_rel()) {
            (Some(node), _) => self.node_id(node),
            (None, Some(rel)) => self.rel_id(rel),
            (None, None) => unreachable!("an end is a node or a relationship"),
        }
    }

    /// False after it was deleted.
    pub(crate) fn is_node(&self, node: NodeSlot) -> bool {
        self.nodes.contains(node.0)
    }

    /// False after it was deleted.
    pub(crate) fn is_rel(&self, rel: RelSlot) -> bool {
        self.rels.contains(rel.0)
    }

    /// False after it was deleted.
    pub(crate) fn is_there(&self, element: End) -> bool {
        element.as_node().is_some_and(|node| self.is_node(node)) || element.as_rel().is_some_and(|rel| self.is_rel(rel))
    }

    /// One more than the highest node slot that was ever given, or a little above.
    pub(crate) fn node_bound(&self) -> usize {
        self.nodes.bound()
    }

    /// All slots of relationships are below this one.
    pub(crate) fn rel_bound(&self) -> usize {
        self.rels.bound()
    }

    /// In the order of label ids.
    pub(crate) fn labels(&self, node: NodeSlot) -> &[LabelId] {
        self.nodes.labels(node.0)
    }

    pub(crate) fn has_label(&self, node: NodeSlot, label: LabelId) -> bool {
        self.nodes.has_label(node.0, label)
    }

    /// The same of many nodes. False for `u32::MAX`.
    pub(crate) fn have_label(&self, nodes: &[u32], label: LabelId) -> Vec<bool> {
        self.nodes.have_label(nodes, label)
    }

    /// The record of a relationship; a deleted one keeps it.
    #[inline]
    pub(crate) fn rel(&self, rel: RelSlot) -> Rel {
        self.rels.rel(rel.0).unwrap_or_else(|| self.stray())
    }

    #[cold]
    fn stray(&self) -> ! {
        lost(self.file.as_ref(), "slots come from this graph")
    }

    /// The commit that created a node.
    pub(crate) fn node_commit(&self, node: NodeSlot) -> Commit {
        let number = self.nodes.page(node.0).and_then(|(page, offset)| page.commit(offset));
        self.commit_of(number)
    }

    /// The commit that created a relationship.
    pub(crate) fn rel_commit(&self, rel: RelSlot) -> Commit {
        let number = self.rels.page(rel.0).and_then(|(page, offset)| page.commit(offset));
        self.commit_of(number)
    }

    /// The commit that created a node or relationship.
    pub(crate) fn recorded(&self, element: End) -> Commit {
        match (element.as_node(), element.as_rel()) {
            (Some(node), _) => self.node_commit(node),
            (None, Some(rel)) => self.rel_commit(rel),
            (None, None) => unreachable!("an end is a node or a relationship"),
        }
    }

    pub(super) fn commit_of(&self, number: Option<u32>) -> Commit {
        let place = number.unwrap_or_else(|| self.stray()) as usize;
        self.log.get(place).map_or(self.commit, |entry| entry.commit)
    }

    /// `Value::Null` if absent.
    pub(crate) fn node_property(&self, node: NodeSlot, key: KeyId) -> Value {
        let Some((page, offset)) = self.nodes.page(node.0) else { return Value::Null };
        page.columns.get(key, offset, &self.nodes.dictionaries)
    }

    /// `Value::Null` if absent.
    pub(crate) fn rel_property(&self, rel: RelSlot, key: KeyId) -> Value {
        let Some((page, offset)) = self.rels.page(rel.0) else { return Value::Null };
        page.columns.get(key, offset, &self.rels.dictionaries)
    }

    /// `Value::Null` if absent.
    pub(crate) fn property(&self, element: End, key: KeyId) -> Value {
        match (element.as_node(), element.as_rel()) {
            (Some(node), _) => self.node_property(node, key),
            (None, Some(rel)) => self.rel_property(rel, key),
            (None, None) => unreachable!("an end is a node or a relationship"),
        }
    }

    /// In the order of keys.
    pub(crate) fn node_properties(&self, node: NodeSlot) -> Vec<(KeyId, Value)> {
        let page = self.nodes.page(node.0);
        page.map_or_else(Vec::new, |(page, offset)| page.columns.all(offset, &self.nodes.dictionaries))
    }

    /// In the order of keys.
    pub(crate) fn rel_properties(&self, rel: RelSlot) -> Vec<(KeyId, Value)> {
        let page = self.rels.page(rel.0);
        page.map_or_else(Vec::new, |(page, offset)| page.columns.all(offset, &self.rels.dictionaries))
    }

    /// The values of many nodes. `u32::MAX` in `slots` is a null and gives a null.
    pub(crate) fn gather_node_property(&self, slots: &[u32], key: KeyId) -> PropertyVector {
        let columns = |page| self.nodes.page_at(page).map(|page| &*page.columns);
        gather(columns, &self.nodes.dictionaries, slots, key)
    }

    /// The values of many relationships. `u32::MAX` in `slots` is a null and gives a null.
    pub(crate) fn gather_rel_property(&self, slots: &[u32], key: KeyId) -> PropertyVector {
        let columns = |page| self.rels.page_at(page).map(|page| &*page.columns);
        gather(columns, &self.rels.dictionaries, slots, key)
    }

    /// Appends at most `limit` slots from `cursor` on, moves the cursor, and returns false at the end.
    pub(crate) fn scan_nodes(
        &self,
        label: Option<LabelId>,
        cursor: &mut ScanCursor,
        limit: usize,
        slots: &mut Vec<u32>,
    ) -> bool {
        self.nodes.collect(label, &mut cursor.0, limit, slots)
    }

    /// The nodes of the next page (with the label) that fit all conditions and pass; there may be none. `None` at the end.
    pub(crate) fn scan_node_page(
        &self,
        label: Option<LabelId>,
        conditions: &[Condition],
        lens: Option<(&Lens, Look)>,
        odd: &mut Odd,
        cursor: &mut ScanCursor,
    ) -> Option<Stretch> {
        let (index, fits) = self.fitting(label, place(cursor.0).0, conditions, lens, odd)?;
        *cursor = ScanCursor(slot(index + 1, 0));
        Some(Stretch { base: slot(index, 0), fits })
    }

    /// The same of a part of the graph: from the cursor to the slot before `end`, pages cut where these lie in them.
    pub(crate) fn scan_node_part(
        &self,
        label: Option<LabelId>,
        conditions: &[Condition],
        lens: Option<(&Lens, Look)>,
        odd: &mut Odd,
        cursor: &mut ScanCursor,
        end: u32,
    ) -> Option<Stretch> {
        if cursor.0 >= end {
            return None;
        }
        let (first, offset) = place(cursor.0);
        let (index, ..) = self.nodes.page_from(label, first).filter(|(index, ..)| slot(*index, 0) < end)?;
        let (index, mut fits) = self.fitting(label, index, conditions, lens, odd)?;
        let base = slot(index, 0);
        fits.keep(if index == first { offset } else { 0 }, (end - base) as usize);
        *cursor = ScanCursor(end.min(slot(index + 1, 0)));
        Some(Stretch { base, fits })
    }

    /// For counting the values of a property; `None` if they are better read one by one.
    pub(crate) fn code_counts(&self, key: KeyId) -> Option<CodeCounts> {
        CodeCounts::of(key, &self.nodes.dictionaries)
    }

    /// Counts the values of a property of these nodes. False, and none is counted, if they have to be read one by one.
    pub(crate) fn count_codes(&self, nodes: &Stretch, key: KeyId, counts: &mut CodeCounts) -> bool {
        let page = self.nodes.page_at(place(nodes.base).0);
        page.is_some_and(|page| page.columns.count_codes(key, &nodes.fits, counts))
    }

    /// The number of the first page from `from` on that has nodes (with the label), and those that fit all conditions and
    /// pass.
    pub(super) fn fitting(
        &self,
        label: Option<LabelId>,
        from: usize,
        conditions: &[Condition],
        lens: Option<(&Lens, Look)>,
        odd: &mut Odd,
    ) -> Option<(usize, Bitmap)> {
        let (index, page, nodes) = self.nodes.page_from(label, from)?;
        let mut fits = nodes.clone();
        for condition in conditions {
            page.columns.narrow(condition, &self.nodes.dictionaries, &mut fits);
        }
        if let (Some((lens, look)), Some(page)) = (lens, self.node_page(index)) {
            self.narrow(&page, lens, look, &mut fits, odd);
        }
        Some((index, fits))
    }

    /// Appends at most `limit` slots from `cursor` on, moves the cursor, and returns false at the end.
    pub(crate) fn scan_rels(
        &self,
        rel_type: Option<TypeId>,
        family: Family,
        cursor: &mut ScanCursor,
        limit: usize,
        slots: &mut Vec<u32>,
    ) -> bool {
        self.rels.collect(rel_type, family, &mut cursor.0, limit, slots)
    }

    /// The same up to the slot before `end`, a page at a time, however many that are.
    pub(crate) fn scan_rel_part(
        &self,
        rel_type: Option<TypeId>,
        family: Family,
        cursor: &mut ScanCursor,
        end: u32,
        slots: &mut Vec<u32>,
    ) -> bool {
        self.rels.collect_page(rel_type, family, &mut cursor.0, end, slots)
    }

    /// The neighbours of an element. Without a type: all types, in the order of their ids. A self-loop is seen once in
    /// each direction.
    #[inline]
    pub(crate) fn neighbours(
        &self,
        from: End,
        direction: Direction,
        rel_type: Option<TypeId>,
        family: Family,
    ) -> Neighbours<'_> {
        Neighbours::in_runs(self.runs(from, direction, rel_type, family))
    }

    /// The same as runs, each a sorted slice or a tree of slices: for loops that count every nanosecond.
    #[inline]
    pub(crate) fn runs(&self, from: End, direction: Direction, rel_type: Option<TypeId>, family: Family) -> Runs<'_> {
        match (self.neighbourhood.at(from, direction, family), rel_type) {
            (None, _) => Runs::EMPTY,
            (Some((adjacency, owner)), None) => adjacency.runs(owner),
            (Some((adjacency, owner)), Some(rel_type)) => Runs::one(adjacency.run(owner, rel_type)),
        }
    }

    #[inline]
    pub(crate) fn degree(&self, from: End, direction: Direction, rel_type: Option<TypeId>, family: Family) -> usize {
        let at = self.neighbourhood.at(from, direction, family);
        at.map_or(0, |(adjacency, owner)| adjacency.degree(owner, rel_type))
    }

    /// The relationships between two elements, found by binary search in the shorter run.
    pub(crate) fn between(
        &self,
        from: End,
        direction: Direction,
        rel_type: Option<TypeId>,
        family: Family,
        to: End,
    ) -> Neighbours<'_> {
        let mine = self.neighbourhood.at(from, direction, family);
        let theirs = self.neighbourhood.at(to, direction.reversed(), family);
        let (Some((mine, from_owner)), Some((theirs, to_owner))) = (mine, theirs) else {
            return Neighbours::in_runs(Runs::EMPTY);
        };
        let rels = if let Some(rel_type) = rel_type {
            let pair = (mine.run(from_owner, rel_type), theirs.run(to_owner, rel_type));
            search(std::iter::once(pair), from, to)
        } else {
            let types = mine.typed_runs(from_owner);
            search(types.map(|(rel_type, run)| (run, theirs.run(to_owner, rel_type))), from, to)
        };
        Neighbours::at(to, rels)
    }

    /// Everything that touches an element, in all families and directions, each relationship once.
    pub(crate) fn touching(&self, element: End) -> impl Iterator<Item = RelSlot> {
        self.neighbourhood.touching(element)
    }

    /// Elements whose indexed values are equivalent to `values`: slots in index order, without duplicates. Fewer
    /// values than the index has keys: its first ones. An index of relationships holds both states.
    pub(crate) fn index_seek(&self, index: IndexId, values: &[Value]) -> impl Iterator<Item = u32> {
        self.index(index).into_iter().flat_map(move |index| index.seek(values))
    }

    /// Elements whose first indexed value lies within the bounds, in the order of values (an EDTF value as its order
    /// says). Values of other types have their place in that order too.
    pub(crate) fn index_range(&self, index: IndexId, low: Bound<&Value>, high: Bound<&Value>) -> Vec<u32> {
        self.index(index).map_or_else(Vec::new, |index| index.range(low, high).collect())
    }

    /// How many relationships a family has.
    pub(crate) fn all_rel_count(&self, family: Family) -> u64 {
        self.rels.count(None, family)
    }

    pub(crate) fn name_index(&self, index: NameIndexId) -> Option<&NameIndex> {
        self.name_indexes.get(index.0 as usize)
    }

    pub(super) fn index(&self, index: IndexId) -> Option<&Index> {
        self.indexes.get(index.0 as usize)
    }
}

/// The number of an element among those of its kind.
pub(super) fn slot_of(element: End) -> u32 {
    match (element.as_node(), element.as_rel()) {
        (Some(node), _) => node.0,
        (None, Some(rel)) => rel.0,
        (None, None) => unreachable!("an end is a node or a relationship"),
    }
}

/// Where a scan goes on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ScanCursor(pub u32);

/// Some elements of a page.
#[derive(Clone, Debug)]
pub(crate) struct Stretch {
    base: u32,
    fits: Bitmap,
}

impl Stretch {
    /// The most elements that one can hold.
    pub(crate) const MAX_LEN: usize = PAGE_SLOTS;

    pub(crate) fn len(&self) -> usize {
        self.fits.count()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.fits.is_empty()
    }

    pub(crate) fn append_to(&self, slots: &mut Vec<u32>) {
        self.fits.append_to(self.base, slots);
    }
}

impl Statistics for Graph {
    fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    fn node_count(&self) -> u64 {
        self.nodes.count(None)
    }

    fn label_count(&self, label: LabelId) -> u64 {
        self.nodes.count(Some(label))
    }

    fn rel_count(&self, rel_type: Option<TypeId>) -> u64 {
        self.rels.count(rel_type, Family::Plain)
    }

    fn rel_count_with(&self, rel_type: TypeId, side: Side, label: LabelId) -> u64 {
        self.rels.count_with(rel_type, side, label)
    }

    fn about_rel_count(&self, rel_type: TypeId) -> u64 {
        self.rels.count(Some(rel_type), Family::About)
    }

    fn quoted_rel_count(&self, rel_type: TypeId) -> u64 {
        self.rels.count(Some(rel_type), Family::Quoted)
    }

    fn sample(&self, key: KeyId) -> Option<Value> {
        self.nodes.sample(key).or_else(|| self.rels.sample(key))
    }

    fn index_size(&self, index: IndexId) -> (u64, u64) {
        self.index(index).map_or((0, 0), Index::size)
    }
}
