//! Reads all pages of a snapshot that can be read.

use std::cell::OnceCell;
use std::ops::Range;

use rustc_hash::FxHashMap;

use super::{Element, Kind, NOTHING, Saved};
use crate::catalog::{KeyId, LabelId, TypeId};
use crate::storage::bitmap::{PAGE_SLOTS, place, slot};
use crate::storage::check::see_pages;
use crate::storage::column::{Dictionaries, PageColumns};
use crate::storage::error::FileDamage;
use crate::storage::graph::slot_of;
use crate::storage::neighbourhood::Side;
use crate::storage::record::{NodePage, RelPage};
use crate::storage::run::Run;
use crate::storage::snapshot::guard;
use crate::storage::{Direction, DiskError, End, Family, Graph, NodeSlot, Rel, RelSlot};
use crate::value::{ElementId, Value};

/// Pages that cannot be read, and why; in their order.
type Unread = Vec<(Range<usize>, DiskError)>;

impl Saved {
    /// What can be read of the graph of a snapshot.
    pub(in crate::storage) fn of_snapshot(graph: &Graph) -> Self {
        let names = |names: &[crate::value::Name]| names.iter().cloned().map(Some).collect();
        let catalog = graph.catalog();
        let saved = Self {
            labels: names(catalog.labels.names()),
            types: names(catalog.types.names()),
            keys: names(catalog.keys.names()),
            provenance: catalog.provenance.clone(),
            commit: graph.commit(),
            next_id: graph.next_id,
            indexes: catalog.indexes.clone(),
            name_indexes: catalog.name_indexes.clone(),
            constraints: catalog.constraints.clone(),
            ..Self::default()
        };
        let mut reading = Reading { graph, saved, nodes: Unread::new(), rels: Unread::new(), ids: OnceCell::new() };
        reading.read_log();
        reading.read_pages();
        reading.save_lost_nodes();
        reading.save_lost_rels();
        reading.tell_the_rest();
        reading.saved
    }
}

struct Reading<'g> {
    graph: &'g Graph,
    saved: Saved,
    nodes: Unread,
    rels: Unread,
    ids: OnceCell<Ids>,
}

/// The id of each element, by the table of ids.
struct Ids {
    by_end: FxHashMap<End, ElementId>,
    /// Whether some of them cannot be read.
    are_whole: bool,
}

impl Reading<'_> {
    fn read_log(&mut self) {
        let (log, len) = (&mut self.saved.log, self.graph.log.len());
        log.resize(len, None);
        let mut unread = Unread::new();
        self.graph.log.entries().visit(&mut |places, entries| match entries {
            Ok(entries) => {
                log.iter_mut().skip(places.start).zip(entries).for_each(|(to, entry)| *to = Some(entry.clone()));
            }
            Err(error) => unread.push((places, error)),
        });
        for (places, error) in unread {
            let lost = places.end.min(len).saturating_sub(places.start) as u64;
            self.saved.lose(&error, "commits of the log", Some(lost), 0);
        }
    }

    fn read_pages(&mut self) {
        let graph = self.graph;
        let (mut nodes, mut rels) = (Vec::new(), Vec::new());
        let count = graph.nodes.placement().page_count();
        graph.nodes.pages().visit(&mut |numbers, page| match page {
            Ok(page) => nodes.push(page),
            Err(error) => self.nodes.push((numbers.start..numbers.end.min(count), error)),
        });
        let count = graph.rels.placement().page_count();
        graph.rels.pages().visit(&mut |numbers, page| match page {
            Ok(page) => rels.push(page),
            Err(error) => self.rels.push((numbers.start..numbers.end.min(count), error)),
        });
        for page in nodes {
            self.save_nodes(page);
        }
        for page in rels {
            self.save_rels(page);
        }
    }

    fn save_nodes(&mut self, page: &NodePage) {
        for offset in page.present.ones() {
            let Some(id) = page.id(offset) else { continue };
            let labels = page.sets.get(offset).map_or(&[][..], |set| self.graph.nodes.sets().get(set));
            let kind = Kind::Node { labels: labels.to_vec() };
            let properties = self.values(&page.columns, offset, &self.graph.nodes.dictionaries);
            self.save(id, kind, page.commit(offset), properties);
        }
    }

    fn save_rels(&mut self, page: &RelPage) {
        for offset in page.present().ones() {
            let (Some(id), Some(rel)) = (page.id(offset), page.rel(offset)) else { continue };
            let properties = self.values(&page.columns, offset, &self.graph.rels.dictionaries);
            if let Some(kind) = self.kind_of(id, rel) {
                self.save(id, kind, page.commit(offset), properties);
            }
        }
    }

    fn save(&mut self, id: ElementId, kind: Kind, place: Option<u32>, properties: Vec<(KeyId, Value)>) {
        let entry = place.and_then(|place| self.saved.log.get(place as usize)?.as_ref());
        let commit = entry.map(|entry| entry.commit);
        self.saved.elements.insert(id, Element { kind, commit, properties });
    }

    /// The properties that can be read; strings lie elsewhere.
    fn values(&mut self, columns: &PageColumns, offset: usize, dictionaries: &Dictionaries) -> Vec<(KeyId, Value)> {
        if let Ok(all) = guard(|| columns.all(offset, dictionaries)) {
            return all;
        }
        let keys = self.graph.catalog().keys.iter().map(|(key, _)| key);
        let mut values = Vec::new();
        for key in keys {
            match guard(|| columns.get(key, offset, dictionaries)) {
                Ok(Value::Null) => {}
                Ok(value) => values.push((key, value)),
                Err(error) => self.saved.lose(&error, "properties", Some(1), 0),
            }
        }
        values
    }

    /// A relationship by the ids of its ends; if one has lost its id, it is lost.
    fn kind_of(&mut self, id: ElementId, rel: Rel) -> Option<Kind> {
        let ends = [rel.start, rel.end].map(|end| self.id_of(end).ok_or(end));
        match ends {
            [Ok(start), Ok(end)] => Some(Kind::Rel { rel_type: rel.rel_type, start, end, asserted: rel.asserted }),
            [Err(lost), _] | [_, Err(lost)] => {
                let damage = self.damage_at(lost);
                self.saved.lose(damage, "relationships with an end that has lost its id", Some(1), 0);
                self.saved.lost_rels.insert(id);
                None
            }
        }
    }

    fn id_of(&self, end: End) -> Option<ElementId> {
        if self.damage_of(end).is_some() {
            return self.ids().by_end.get(&end).copied();
        }
        let found = guard(|| match end.as_node() {
            Some(node) => self.graph.nodes.page(node.0).and_then(|(page, offset)| page.id(offset)),
            None => self.graph.rels.page(slot_of(end)).and_then(|(page, offset)| page.id(offset)),
        });
        found.ok().flatten()
    }

    /// Why the page of an element cannot be read.
    fn damage_of(&self, end: End) -> Option<&DiskError> {
        let unread = if end.as_node().is_some() { &self.nodes } else { &self.rels };
        let number = place(slot_of(end)).0;
        let first = unread.partition_point(|(numbers, _)| numbers.end <= number);
        unread.get(first).filter(|(numbers, _)| numbers.contains(&number)).map(|(_, error)| error)
    }

    fn damage_at(&self, end: End) -> FileDamage {
        self.damage_of(end).map_or_else(|| self.nameless("an element has no page"), FileDamage::from)
    }

    fn nameless(&self, reason: &str) -> FileDamage {
        let file = self.graph.file.as_ref().map_or_else(|| "".into(), |file| file.name());
        FileDamage { file, offset: None, reason: reason.to_owned() }
    }

    fn ids(&self) -> &Ids {
        self.ids.get_or_init(|| {
            let mut ids = Ids { by_end: FxHashMap::default(), are_whole: true };
            self.graph.ids.visit(&mut |_, entries| match entries {
                Ok(entries) => ids.by_end.extend(entries.into_iter().map(|(id, end)| (end, id))),
                Err(_) => ids.are_whole = false,
            });
            ids
        })
    }

    /// What is known of the elements of a page that cannot be read: their places and ids.
    fn lost_on(&self, numbers: &Range<usize>, as_end: impl Fn(u32) -> End) -> Vec<(u32, ElementId)> {
        let by_end = &self.ids().by_end;
        let slots = numbers.clone().flat_map(|number| (0..PAGE_SLOTS).map(move |offset| slot(number, offset)));
        slots.filter_map(|slot| Some((slot, *by_end.get(&as_end(slot))?))).collect()
    }

    /// Nodes whose page is lost are saved by their ids and labels.
    fn save_lost_nodes(&mut self) {
        for (numbers, error) in self.nodes.clone() {
            let lost = self.lost_on(&numbers, |slot| End::node(NodeSlot(slot)));
            let count = lost.len() as u64;
            for (slot, id) in lost {
                let labels = self.labels_of(slot);
                self.save(id, Kind::Node { labels }, None, Vec::new());
            }
            let others = self.ids().are_whole.then_some(0);
            self.saved.lose(&error, "nodes", others, count);
        }
    }

    /// The labels of a node, as far as the sets of nodes tell.
    fn labels_of(&self, slot: u32) -> Vec<LabelId> {
        let having = self.graph.nodes.by_label().filter(|(_, slots)| guard(|| slots.contains(slot)).unwrap_or(false));
        having.map(|(label, _)| label).collect()
    }

    /// Relationships whose page is lost are saved by their ids, and by what stands at their ends.
    fn save_lost_rels(&mut self) {
        if self.rels.is_empty() {
            return;
        }
        let standing = self.standing();
        for (numbers, error) in self.rels.clone() {
            let (mut lost, mut in_part) = (0, 0);
            for (slot, id) in self.lost_on(&numbers, |slot| End::rel(RelSlot(slot))) {
                let Some(rel) = standing.get(&slot) else {
                    self.saved.lost_rels.insert(id);
                    lost += 1;
                    continue;
                };
                if let Some(kind) = self.kind_of(id, *rel) {
                    self.save(id, kind, None, Vec::new());
                    in_part += 1;
                }
            }
            let lost = self.ids().are_whole.then_some(lost);
            self.saved.lose(&error, "relationships", lost, in_part);
        }
    }

    /// What stands at the ends of relationships whose pages are lost.
    fn standing(&self) -> FxHashMap<u32, Rel> {
        let mut standing = FxHashMap::default();
        for side in self.graph.neighbourhood.sides() {
            side.adjacency.pages().visit(&mut |numbers, page| {
                let Ok(page) = page else { return };
                for (owner, rel_type, run) in page.all_runs(numbers.start) {
                    // What is not found here may be found at its other end.
                    let found = guard(|| self.lost_in(side, side.owner(owner), rel_type, run));
                    standing.extend(found.unwrap_or_default());
                }
            });
        }
        standing
    }

    fn lost_in(&self, side: Side<'_>, owner: End, rel_type: TypeId, run: Run<'_>) -> Vec<(u32, Rel)> {
        let lost = run.iter().filter(|entry| self.damage_of(End::rel(entry.rel)).is_some());
        let asserted = side.family != Family::Quoted;
        lost.map(|entry| {
            let (start, end) = match side.direction {
                Direction::Out => (owner, entry.end),
                Direction::In => (entry.end, owner),
            };
            (entry.rel.0, Rel { rel_type, start, end, asserted })
        })
        .collect()
    }

    /// Damage that has cost nothing: what lies there can be made of the rest.
    fn tell_the_rest(&mut self) {
        let mut damages = Vec::new();
        see_pages(self.graph, &mut |page| damages.extend(page.err()));
        for damage in damages.iter().map(FileDamage::from) {
            if !self.saved.losses.iter().any(|loss| loss.damage == damage) {
                self.saved.lose(damage, NOTHING, Some(0), 0);
            }
        }
    }
}
