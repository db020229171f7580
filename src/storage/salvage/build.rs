//! Makes a graph of what was saved.

use super::{Element, Kind, Saved};
use crate::catalog::{ConstraintDef, IndexDef, KeyId, LabelId, NameIndexDef, Named, Owner, Symbol, TypeId};
use crate::storage::error::FileDamage;
use crate::storage::{Change, Commit, Graph, Words};
use crate::value::{ElementId, Name};

/// What the commit says that records what has lost its own.
const MESSAGE: &str = "salvaged; when this was recorded is lost";

impl Saved {
    /// The graph, and with it what cannot be in it. What has lost its commit gets one that is made at `micros`.
    pub(in crate::storage) fn build(mut self, micros: i64) -> (Graph, Vec<super::Loss>) {
        let mut building = Building::new(&mut self, micros);
        building.define_names();
        building.create_elements();
        building.create_indexes();
        building.create_name_indexes();
        building.create_constraints();
        let graph = building.finish();
        (graph, self.losses)
    }
}

struct Building<'s> {
    saved: &'s mut Saved,
    graph: Graph,
    /// That of the salvage; the last one, where none can stand behind it.
    own: Commit,
    can_close: bool,
    uses_own: bool,
}

impl<'s> Building<'s> {
    fn new(saved: &'s mut Saved, micros: i64) -> Self {
        let mut graph = Graph::new();
        graph.define(|catalog| catalog.provenance = saved.provenance.clone());
        let mut strays = 0;
        for entry in saved.log.iter().flatten() {
            strays += u64::from(graph.apply(&Change::TakeOver(Box::new(entry.clone()))).is_err());
        }
        if strays > 0 {
            saved.lose(nowhere("they are out of order"), "commits of the log", Some(strays), 0);
        }
        let logged = graph.log().last().map_or(Commit::default(), |last| last.commit);
        let last = logged.max(saved.commit);
        let next = [last, logged].map(|commit| commit.followed_at(micros));
        let own = next.into_iter().find(|own| graph.log().check_next(*own).is_ok());
        let uses_own = logged.number != saved.commit.number;
        graph.begin(last);
        Self { saved, graph, own: own.unwrap_or(logged), can_close: own.is_some(), uses_own }
    }

    fn define_names(&mut self) {
        let lost = [&self.saved.labels, &self.saved.types, &self.saved.keys].into_iter().flatten();
        let lost = lost.filter(|name| name.is_none()).count() as u64;
        if lost > 0 {
            self.saved.lose(nowhere("the commits that gave them are lost"), "names", Some(lost), 0);
        }
        for (name, number) in std::mem::take(&mut self.saved.labels).into_iter().zip(0..) {
            let name = new_name(name, "label", number, |name| self.graph.catalog().labels.get(name).is_none());
            self.do_known(&Change::DefineLabel { id: LabelId(number), name });
        }
        for (name, number) in std::mem::take(&mut self.saved.types).into_iter().zip(0..) {
            let name = new_name(name, "type", number, |name| self.graph.catalog().types.get(name).is_none());
            self.do_known(&Change::DefineType { id: TypeId(number), name });
        }
        for (name, number) in std::mem::take(&mut self.saved.keys).into_iter().zip(0..) {
            let name = new_name(name, "key", number, |name| self.graph.catalog().keys.get(name).is_none());
            self.do_known(&Change::DefineKey { id: KeyId(number), name });
        }
    }

    /// Does what cannot fail: names are new, and ids lead to what was created.
    fn do_known(&mut self, change: &Change) -> bool {
        self.graph.apply(change).is_ok()
    }

    fn create_elements(&mut self) {
        for (id, element) in std::mem::take(&mut self.saved.elements) {
            let Element { kind, commit, properties } = element;
            if !self.create(id, kind, commit) {
                self.saved.lost_rels.insert(id);
                self.saved.lose(nowhere("an end of them is lost"), "relationships", Some(1), 0);
                continue;
            }
            for (key, value) in properties {
                self.do_known(&Change::SetProperty { element: id, key, value });
            }
        }
        self.graph.next_id = self.graph.next_id.max(self.saved.next_id);
    }

    fn create(&mut self, id: ElementId, kind: Kind, commit: Option<Commit>) -> bool {
        match kind {
            Kind::Node { mut labels } => {
                labels.sort_unstable();
                labels.dedup();
                self.record(commit);
                self.do_known(&Change::CreateNode { id, labels })
            }
            Kind::Rel { rel_type, start, end, asserted } => {
                if [start, end].iter().any(|end| self.saved.lost_rels.contains(end) || *end >= id) {
                    return false;
                }
                self.stand_in(start);
                self.stand_in(end);
                self.record(commit);
                self.do_known(&Change::CreateRel { id, rel_type, start, end, asserted })
            }
        }
    }

    /// What comes is of this commit, or of that of the salvage.
    fn record(&mut self, commit: Option<Commit>) {
        let known = commit.filter(|commit| self.graph.log().find(commit.number).is_some());
        self.uses_own |= known.is_none();
        self.graph.begin(known.unwrap_or(self.own));
    }

    /// A node in the place of an end of which nothing is known.
    fn stand_in(&mut self, id: ElementId) {
        if self.graph.end(id).is_none() {
            self.record(None);
            self.do_known(&Change::CreateNode { id, labels: Vec::new() });
            self.saved.lose(nowhere("relationships lead to them"), "elements", Some(0), 1);
        }
    }

    fn create_indexes(&mut self) {
        for def in std::mem::take(&mut self.saved.indexes) {
            if self.can_index(&def) {
                self.do_known(&Change::CreateIndex(Box::new(def)));
            } else {
                self.saved.lose(nowhere("what they are about is lost"), "indexes", Some(1), 0);
            }
        }
    }

    fn can_index(&self, def: &IndexDef) -> bool {
        let catalog = self.graph.catalog();
        self.is_known(def.owner, &def.keys) && catalog.index(def.id).is_none() && !catalog.is_taken(&def.name)
    }

    fn create_name_indexes(&mut self) {
        for def in std::mem::take(&mut self.saved.name_indexes) {
            if self.can_index_names(&def) {
                self.do_known(&Change::CreateNameIndex(Box::new(def)));
            } else {
                self.saved.lose(nowhere("what they are about is lost"), "indexes", Some(1), 0);
            }
        }
    }

    fn can_index_names(&self, def: &NameIndexDef) -> bool {
        let catalog = self.graph.catalog();
        let is_known = match def.of {
            Named::AnyNode => true,
            Named::Label(label) => (label.index() as usize) < catalog.labels.len(),
            Named::Type(rel_type) => (rel_type.index() as usize) < catalog.types.len(),
        };
        is_known
            && self.are_keys(&def.keys)
            && catalog.name_indexes.iter().all(|other| other.id != def.id)
            && !catalog.is_taken(&def.name)
    }

    fn is_known(&self, owner: Owner, keys: &[KeyId]) -> bool {
        let catalog = self.graph.catalog();
        let is_owner_known = match owner {
            Owner::Label(label) => (label.index() as usize) < catalog.labels.len(),
            Owner::Type(rel_type) => (rel_type.index() as usize) < catalog.types.len(),
        };
        is_owner_known && self.are_keys(keys)
    }

    fn are_keys(&self, keys: &[KeyId]) -> bool {
        let known = self.graph.catalog().keys.len();
        !keys.is_empty() && keys.iter().all(|key| (key.index() as usize) < known)
    }

    fn create_constraints(&mut self) {
        for def in std::mem::take(&mut self.saved.constraints) {
            if self.can_constrain(&def) {
                self.do_known(&Change::CreateConstraint(Box::new(def)));
            } else {
                self.saved.lose(nowhere("what is left does not keep them"), "constraints", Some(1), 0);
            }
        }
    }

    fn can_constrain(&self, def: &ConstraintDef) -> bool {
        let catalog = self.graph.catalog();
        let index = catalog.index_on(def.owner, &def.keys).map(|index| index.id);
        let rests = !def.kind.is_unique() || (index.is_some() && def.index == index);
        rests
            && self.is_known(def.owner, &def.keys)
            && catalog.constraint(&def.name).is_none()
            && self.graph.check_new_constraint(def).is_ok()
    }

    /// The graph of the last commit, which is that of the salvage if anything is of it.
    fn finish(mut self) -> Graph {
        if self.uses_own && self.can_close {
            let mut words = Words::default();
            words.set_message(MESSAGE).expect("it is short");
            self.graph.begin(self.own);
            self.do_known(&Change::Close(Box::new(words)));
        } else {
            let last = self.graph.log().last().map_or(Commit::default(), |last| last.commit);
            self.graph.begin(last);
            self.graph.open_changes = 0;
        }
        self.graph
    }
}

/// A name, or one in the place of one that is lost; another one if it is taken.
fn new_name(name: Option<Name>, kind: &str, number: u32, is_new: impl Fn(&str) -> bool) -> Name {
    let mut name = name.map_or_else(|| format!("lost {kind} {number}"), |name| name.to_string());
    while !is_new(&name) {
        name.push('_');
    }
    Name::from(name.as_str())
}

/// Damage that is at no place: it follows from other damage.
fn nowhere(reason: &str) -> FileDamage {
    FileDamage { file: "".into(), offset: None, reason: reason.to_owned() }
}
