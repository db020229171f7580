//! What all operators of one run share: the graph, parameters, names, the budget, what was deleted, and the clock.
//!
//! # Which graph is read
//!
//! A reading clause works on the root as it is when the clause starts; writes go to the writer's working root. The
//! operators between two barriers form a *segment*: each segment takes a snapshot when it first reads, and all of it
//! reads that one. A barrier, and whoever runs an inner plan anew, lets the segment take another. Without a writer
//! there is one root and all segments see it.

use std::cell::{Cell, OnceCell, RefCell};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::ops::{Deref, Range};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use smallvec::{SmallVec, smallvec};

use super::batch::Batch;
use super::budget::{Budget, Limits, Stop};
use super::column::Ids;
use super::commit::Commits;
use super::counters::Counters;
use super::deleted::Deleted;
use super::eval::constant;
use super::host::Env;
use super::operator::Input;
use super::threads::Threads;
use super::{ExecError, profile::Profile};
use crate::catalog::{KeyId, LabelId, TypeId};
use crate::function::operator::Patterns;
use crate::physical::{KeyRef, LabelRef, PhysicalPlan, TypeRef, Types};
use crate::storage::{Change, End, Graph, NodeSlot, RelSlot, Writer};
use crate::value::{DateTime, ElementId, Name, Value};

/// Microseconds since 1970-01-01T00:00:00Z.
pub(crate) fn now_micros() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_micros()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |micros| -micros),
    }
}

/// What a statement is run with, in the order of names, each once.
pub(crate) type Parameters = SmallVec<[(Name, Value); 2]>;

/// A segment of the plan: see the head of this file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment(pub usize);

/// A root that is read, and how much the statement had deleted when it was taken: what was deleted since is there.
#[derive(Clone)]
pub(super) struct View {
    graph: Arc<Graph>,
    deleted_count: usize,
}

impl View {
    /// Whether the statement had deleted anything before.
    pub(super) fn lacks_any(&self) -> bool {
        self.deleted_count > 0
    }

    /// Whether both are the same root.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.graph, &other.graph)
    }
}

impl Deref for View {
    type Target = Graph;

    fn deref(&self) -> &Graph {
        &self.graph
    }
}

/// The part of the graph that a scan is for, where several share it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ScanPart {
    /// Which of several scans one behind the other.
    pub run: usize,
    pub slots: Range<u32>,
}

/// Where an inner plan finds the rows that it is run for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ArgumentId(pub usize);

pub(super) struct Context<'w> {
    root: Root<'w>,
    /// Who commits while a statement runs, if that can be.
    pub commits: Option<&'w dyn Commits>,
    state: Box<State>,
}

/// All that a run has but the graph: what is left when it ends, and is used again.
pub(super) struct State {
    pub plan: Arc<PhysicalPlan>,
    pub parameters: SmallVec<[Value; 2]>,
    /// What is computed before the first row.
    pub given: Vec<Value>,
    pub budget: Budget,
    /// The threads that the run may use, and how many of them others already have.
    pub threads: Threads,
    pub helpers: Cell<usize>,
    pub deleted: Deleted,
    pub counters: RefCell<Counters>,
    pub profile: Option<Profile>,
    warnings: RefCell<Vec<(&'static str, String)>>,
    segments: RefCell<SmallVec<[Option<View>; 1]>>,
    /// The newest root as it was last asked for; let go before anything is written.
    newest_held: RefCell<Option<Arc<Graph>>>,
    arguments: RefCell<SmallVec<[Arc<Batch>; 1]>>,
    /// What scans that are shared are for now, by their operators.
    parts: RefCell<Vec<(usize, ScanPart)>>,
    /// For each argument: the outer rows of which nothing more is wanted. Empty where all rows are wanted.
    satisfied: RefCell<Vec<Satisfied>>,
    /// By the number of the subplan; taken out while it runs.
    pub subplans: RefCell<Vec<Option<SubplanRun>>>,
    labels: Resolved<LabelId>,
    types: Resolved<TypeId>,
    keys: Resolved<KeyId>,
    /// The version of the catalog in which names were looked up.
    names_of: u64,
    pub patterns: RefCell<Patterns>,
    started_micros: OnceCell<i64>,
    random: Cell<u64>,
    /// The id of the first element that this statement made; ids only grow.
    created_from: Cell<u64>,
}

enum Root<'w> {
    Reading(Arc<Graph>),
    Writing(RefCell<&'w mut Writer>),
}

/// What the names of a plan are, by their numbers, as far as that was asked. Most plans have few.
type Resolved<T> = SmallVec<[Cell<Option<T>>; 4]>;

fn unresolved<T: Copy>(len: usize) -> Resolved<T> {
    SmallVec::from_elem(Cell::new(None), len)
}

/// Of which outer rows nothing more is wanted; empty where all inner rows are wanted.
#[derive(Clone, Default)]
struct Satisfied {
    rows: Vec<bool>,
    /// Whether one inner row is enough.
    by_one: bool,
}

/// A compiled subplan of an expression.
pub(super) struct SubplanRun {
    pub source: Input,
    pub argument: ArgumentId,
    pub segment: Segment,
    /// Where its rows have the ordinal.
    pub place: usize,
}

impl State {
    /// Of a run that is yet to begin.
    pub(super) fn new(plan: &Arc<PhysicalPlan>) -> Box<Self> {
        Box::new(Self {
            parameters: SmallVec::new(),
            given: Vec::new(),
            budget: Budget::new(&Limits::unlimited()),
            threads: Threads::ONE,
            helpers: Cell::new(0),
            deleted: Deleted::default(),
            counters: RefCell::default(),
            profile: None,
            warnings: RefCell::default(),
            segments: RefCell::default(),
            newest_held: RefCell::default(),
            arguments: RefCell::default(),
            parts: RefCell::default(),
            satisfied: RefCell::default(),
            subplans: RefCell::new(plan.subplans.iter().map(|_| None).collect()),
            labels: unresolved(plan.labels.len()),
            types: unresolved(plan.types.len()),
            keys: unresolved(plan.keys.len()),
            names_of: 0,
            patterns: RefCell::default(),
            started_micros: OnceCell::new(),
            random: Cell::new(0),
            created_from: Cell::new(u64::MAX),
            plan: Arc::clone(plan),
        })
    }

    /// Makes all as it was before the run, but for what operators were told when they were compiled and for names, which
    /// are looked up again where the catalog is another one.
    fn let_go(&mut self) {
        self.parameters.clear();
        self.given.clear();
        self.deleted = Deleted::default();
        self.counters.take();
        self.profile = None;
        self.warnings.take();
        self.segments.get_mut().fill(None);
        self.newest_held.take();
        self.parts.get_mut().clear();
        self.satisfied.get_mut().clear();
        self.patterns.take();
        self.started_micros.take();
        self.random.set(0);
        self.created_from.set(u64::MAX);
    }

    /// Takes what the parameters of the plan are out of `given`.
    fn take_parameters(&mut self, mut given: Parameters) -> Result<(), ExecError> {
        for (name, range) in &self.plan.parameters {
            let place = given.binary_search_by(|entry| entry.0.cmp(name));
            let place = place.map_err(|_| ExecError::ParameterMissing { name: name.clone(), range: *range })?;
            self.parameters.push(std::mem::take(&mut given[place].1));
        }
        Ok(())
    }
}

impl Deref for Context<'_> {
    type Target = State;

    #[inline]
    fn deref(&self) -> &State {
        &self.state
    }
}

impl<'w> Context<'w> {
    pub(super) fn reading(
        state: Box<State>,
        graph: Arc<Graph>,
        parameters: Parameters,
        limits: &Limits,
        profile: bool,
    ) -> Result<Self, ExecError> {
        Self::new(state, Root::Reading(graph), None, parameters, limits, profile)
    }

    pub(super) fn writing(
        state: Box<State>,
        writer: &'w mut Writer,
        commits: Option<&'w dyn Commits>,
        parameters: Parameters,
        limits: &Limits,
        profile: bool,
    ) -> Result<Self, ExecError> {
        Self::new(state, Root::Writing(RefCell::new(writer)), commits, parameters, limits, profile)
    }

    fn new(
        mut state: Box<State>,
        root: Root<'w>,
        commits: Option<&'w dyn Commits>,
        parameters: Parameters,
        limits: &Limits,
        profile: bool,
    ) -> Result<Self, ExecError> {
        state.budget = Budget::new(limits);
        state.threads = Threads::of(limits);
        state.helpers.set(0);
        // Who was cancelled before makes no step at all.
        state.budget.check()?;
        state.take_parameters(parameters)?;
        state.profile = profile.then(|| Profile::new(state.plan.operator_count));
        let mut ctx = Self { root, commits, state };
        let names_of = ctx.newest(|graph| graph.catalog().version);
        if ctx.state.names_of != names_of {
            ctx.forget_names();
            ctx.state.names_of = names_of;
        }
        ctx.state.given = ctx.compute_given()?;
        Ok(ctx)
    }

    /// What another thread needs to work on a part of this run, until it is told to stop. Only who reads can be helped.
    pub(super) fn member(&self, stop: &Stop) -> Context<'static> {
        let Root::Reading(graph) = &self.root else { unreachable!("a plan that writes is not shared") };
        let mut state = State::new(&self.plan);
        state.budget = self.budget.member(stop);
        state.parameters.clone_from(&self.parameters);
        state.profile = self.profile.is_some().then(|| Profile::new(self.plan.operator_count));
        state.given.clone_from(&self.given);
        state.started_micros = OnceCell::from(*self.started_micros.get_or_init(now_micros));
        state.names_of = self.names_of;
        Context { root: Root::Reading(Arc::clone(graph)), commits: None, state }
    }

    /// How many threads may work at what this one does, itself included.
    pub(super) fn free_threads(&self) -> usize {
        self.threads.count.saturating_sub(self.helpers.get()).max(1)
    }

    /// By these threads, whatever the limits say.
    #[cfg(test)]
    pub(super) fn use_threads(&mut self, threads: Threads) {
        self.state.threads = threads;
    }

    /// What was counted, of a thread that has done its part.
    pub(super) fn into_profile(self) -> Option<Profile> {
        self.state.profile
    }

    /// What is left of a run that has ended, to be used again.
    pub(super) fn end(mut self) -> Box<State> {
        if self.newest(|graph| graph.catalog().version) != self.state.names_of {
            // Names that it has made itself may be undone.
            self.forget_names();
            self.state.names_of = 0;
        }
        self.state.let_go();
        self.state
    }

    fn compute_given(&self) -> Result<Vec<Value>, ExecError> {
        if self.plan.given.is_empty() {
            return Ok(Vec::new());
        }
        let graph = self.snapshot();
        let env = Env::new(self, &graph);
        self.plan.given.iter().map(|scalar| constant(&env, scalar)).collect()
    }

    // ------------------------------------------------------------ roots

    /// Calls `ask` with the newest root: the working one while writing.
    pub(super) fn newest<R>(&self, ask: impl FnOnce(&Graph) -> R) -> R {
        match &self.root {
            Root::Reading(graph) => ask(graph),
            Root::Writing(writer) => ask(writer.borrow().graph()),
        }
    }

    /// The newest root, held. Let it go before writing, or every page written is copied.
    pub(super) fn snapshot(&self) -> View {
        let graph = match &self.root {
            Root::Reading(graph) => Arc::clone(graph),
            Root::Writing(writer) => {
                let mut held = self.newest_held.borrow_mut();
                Arc::clone(held.get_or_insert_with(|| Arc::new(writer.borrow().graph().clone())))
            }
        };
        View { graph, deleted_count: self.deleted.count() }
    }

    /// Calls `act` with the writer, and counts what it writes.
    pub(super) fn write<R>(&self, act: impl FnOnce(&mut Writer) -> R) -> R {
        self.with_writer(|writer| {
            let before = writer.change_count();
            let done = act(writer);
            self.budget.wrote(writer.bytes_since(before));
            done
        })
    }

    /// Calls `act` with the writer.
    pub(super) fn with_writer<R>(&self, act: impl FnOnce(&mut Writer) -> R) -> R {
        match &self.root {
            Root::Reading(_) => unreachable!("a plan that writes is run with a writer"),
            Root::Writing(writer) => {
                self.newest_held.take();
                act(&mut writer.borrow_mut())
            }
        }
    }

    /// Calls `look` with each change that led from one root of the writer to another; false if the writer has forgotten
    /// them. A reader has but one root.
    pub(super) fn changes_between(&self, from: u64, to: u64, look: impl FnMut(&Change)) -> bool {
        let Root::Writing(writer) = &self.root else { return true };
        writer.borrow().changes_between(from, to).map(|changes| changes.for_each(look)).is_some()
    }

    pub(super) fn is_writing(&self) -> bool {
        matches!(self.root, Root::Writing(_))
    }

    pub(super) fn new_segment(&self) -> Segment {
        let mut segments = self.segments.borrow_mut();
        segments.push(None);
        Segment(segments.len() - 1)
    }

    /// What the operators of `segment` read.
    pub(super) fn view(&self, segment: Segment) -> View {
        if !self.is_writing() {
            return self.snapshot();
        }
        let held = self.segments.borrow()[segment.0].clone();
        held.unwrap_or_else(|| {
            let view = self.snapshot();
            self.segments.borrow_mut()[segment.0] = Some(view.clone());
            view
        })
    }

    /// Lets `segment` take a new snapshot when it reads next.
    pub(super) fn refresh(&self, segment: Segment) {
        self.segments.borrow_mut()[segment.0] = None;
    }

    /// Makes `segment` read this root.
    pub(super) fn set_view(&self, segment: Segment, view: &View) {
        if self.is_writing() {
            self.segments.borrow_mut()[segment.0] = Some(view.clone());
        }
    }

    /// The id of an element that was deleted before the view was taken, and may stand in it because it cannot go yet.
    pub(super) fn gone_from(&self, view: &View, element: End) -> Option<ElementId> {
        self.deleted.id(element).filter(|id| self.is_gone_from(view, *id))
    }

    pub(super) fn is_gone_from(&self, view: &View, id: ElementId) -> bool {
        view.lacks_any() && self.deleted.has_before(id, view.deleted_count)
    }

    /// The id of an element, deleted or not.
    pub(super) fn end_id(&self, end: End) -> ElementId {
        match (end.as_node(), end.as_rel()) {
            (Some(node), _) => self.node_id(node.0),
            (None, rel) => self.rel_id(rel.expect("an end is a node or a relationship").0),
        }
    }

    /// Remembers that this statement made the element.
    pub(super) fn note_created(&self, element: End) {
        if self.created_from.get() == u64::MAX {
            self.created_from.set(self.end_id(element).0);
        }
    }

    pub(super) fn was_created(&self, id: ElementId) -> bool {
        id.0 >= self.created_from.get()
    }

    // ------------------------------------------------------------ arguments of inner plans

    pub(super) fn new_argument(&self, rows: Batch) -> ArgumentId {
        let mut arguments = self.arguments.borrow_mut();
        arguments.push(Arc::new(rows));
        ArgumentId(arguments.len() - 1)
    }

    pub(super) fn set_argument(&self, argument: ArgumentId, rows: Batch) {
        self.arguments.borrow_mut()[argument.0] = Arc::new(rows);
    }

    /// Begins to note of which outer rows nothing more is wanted, by the one who asks for their inner rows.
    pub(super) fn want_some(&self, audience: ArgumentId, outer: usize, by_one: bool) {
        let mut satisfied = self.satisfied.borrow_mut();
        if satisfied.len() <= audience.0 {
            satisfied.resize(audience.0 + 1, Satisfied::default());
        }
        satisfied[audience.0] = Satisfied { rows: vec![false; outer], by_one };
    }

    /// As EXISTS: one inner row is enough.
    pub(super) fn want_one(&self, argument: ArgumentId) {
        self.want_some(argument, self.argument(argument).len, true);
    }

    /// Notes that an outer row has an inner one; true at the first call for it.
    pub(super) fn satisfy(&self, argument: ArgumentId, ordinal: u32) -> bool {
        !std::mem::replace(&mut self.satisfied.borrow_mut()[argument.0].rows[ordinal as usize], true)
    }

    /// Whether one inner row is enough, so that batches had better be small.
    pub(super) fn wants_one(&self, argument: ArgumentId) -> bool {
        self.satisfied.borrow().get(argument.0).is_some_and(|satisfied| satisfied.by_one)
    }

    pub(super) fn is_satisfied(&self, argument: ArgumentId, ordinal: u32) -> bool {
        let satisfied = self.satisfied.borrow();
        satisfied.get(argument.0).and_then(|satisfied| satisfied.rows.get(ordinal as usize)).is_some_and(|found| *found)
    }

    /// Which outer rows have an inner one.
    pub(super) fn take_satisfied(&self, argument: ArgumentId) -> Vec<bool> {
        std::mem::take(&mut self.satisfied.borrow_mut()[argument.0]).rows
    }

    pub(super) fn argument(&self, argument: ArgumentId) -> Arc<Batch> {
        Arc::clone(&self.arguments.borrow()[argument.0])
    }

    // ------------------------------------------------------------ shared scans

    /// What the scan of an operator is for from now on.
    pub(super) fn set_part(&self, scan: usize, part: ScanPart) {
        let mut parts = self.parts.borrow_mut();
        match parts.iter_mut().find(|(of, _)| *of == scan) {
            Some((_, known)) => *known = part,
            None => parts.push((scan, part)),
        }
    }

    /// `None`: all of it.
    pub(super) fn part_of(&self, scan: usize) -> Option<ScanPart> {
        let parts = self.parts.borrow();
        parts.iter().find(|(of, _)| *of == scan).map(|(_, part)| part.clone())
    }

    // ------------------------------------------------------------ names

    /// Looks all names up anew, and makes what expressions run anew: a root that is undone may have made names, and
    /// tables may speak of it.
    pub(super) fn forget_names(&self) {
        self.labels.iter().for_each(|known| known.set(None));
        self.types.iter().for_each(|known| known.set(None));
        self.keys.iter().for_each(|known| known.set(None));
        self.subplans.borrow_mut().iter_mut().for_each(|subplan| *subplan = None);
    }

    pub(super) fn label(&self, label: LabelRef) -> Option<LabelId> {
        let known = &self.labels[label.0 as usize];
        if known.get().is_none() {
            known.set(self.newest(|graph| graph.catalog().labels.get(&self.plan.labels[label.0 as usize])));
        }
        known.get()
    }

    pub(super) fn rel_type(&self, rel_type: TypeRef) -> Option<TypeId> {
        let known = &self.types[rel_type.0 as usize];
        if known.get().is_none() {
            known.set(self.newest(|graph| graph.catalog().types.get(&self.plan.types[rel_type.0 as usize])));
        }
        known.get()
    }

    pub(super) fn key(&self, key: KeyRef) -> Option<KeyId> {
        let known = &self.keys[key.0 as usize];
        if known.get().is_none() {
            known.set(self.newest(|graph| graph.catalog().keys.get(&self.plan.keys[key.0 as usize])));
        }
        known.get()
    }

    pub(super) fn key_name(&self, key: KeyRef) -> &Name {
        &self.plan.keys[key.0 as usize]
    }

    /// Each type on its own, as adjacency wants it: one `None` for any, and nothing if none of the names is known.
    pub(super) fn type_ids(&self, types: &Types) -> SmallVec<[Option<TypeId>; 4]> {
        match types {
            Types::Any => smallvec![None],
            Types::OneOf(types) => {
                let mut ids: SmallVec<[TypeId; 4]> = types.iter().filter_map(|&name| self.rel_type(name)).collect();
                ids.sort_unstable();
                ids.dedup();
                ids.into_iter().map(Some).collect()
            }
        }
    }

    // ------------------------------------------------------------ words to the user

    pub(super) fn warn(&self, code: &'static str, message: String) {
        let mut warnings = self.warnings.borrow_mut();
        if !warnings.iter().any(|(_, known)| *known == message) && warnings.len() < 100 {
            warnings.push((code, message));
        }
    }

    /// What another thread has to say, or was said before.
    pub(super) fn warn_of(&self, warnings: Vec<(&'static str, String)>) {
        for (code, message) in warnings {
            self.warn(code, message);
        }
    }

    pub(super) fn take_warnings(&self) -> Vec<(&'static str, String)> {
        self.warnings.take()
    }

    // ------------------------------------------------------------ clock and chance

    pub(super) fn started(&self) -> DateTime {
        date_time(*self.started_micros.get_or_init(now_micros))
    }

    pub(super) fn now() -> DateTime {
        date_time(now_micros())
    }

    /// A number from 0 (inclusive) to 1 (exclusive).
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a float")]
    pub(super) fn random(&self) -> f64 {
        if self.random.get() == 0 {
            // The standard library seeds its hashers from the operating system.
            self.random.set(RandomState::new().build_hasher().finish() | 1);
        }
        // SplitMix64.
        let state = self.random.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.random.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let bits = (mixed ^ (mixed >> 31)) >> 11;
        bits as f64 / (1_u64 << 53) as f64
    }
}

fn date_time(micros: i64) -> DateTime {
    let nanos = u32::try_from(micros.rem_euclid(1_000_000) * 1000).expect("below 10^9");
    DateTime::from_epoch(micros.div_euclid(1_000_000), nanos).expect("the clock shows a year that has four digits")
}

/// A time in microseconds as a value.
pub(super) fn date_time_of(micros: i64) -> DateTime {
    date_time(micros)
}

impl Ids for Context<'_> {
    fn node_id(&self, slot: u32) -> ElementId {
        self.deleted.node(slot).unwrap_or_else(|| self.newest(|graph| graph.node_id(NodeSlot(slot))))
    }

    fn rel_id(&self, slot: u32) -> ElementId {
        self.deleted.rel(slot).unwrap_or_else(|| self.newest(|graph| graph.rel_id(RelSlot(slot))))
    }

    fn node_slot(&self, id: ElementId) -> Option<u32> {
        self.deleted.node_slot(id).or_else(|| self.newest(|graph| graph.node_slot(id)).map(|slot| slot.0))
    }

    fn rel_slot(&self, id: ElementId) -> Option<u32> {
        self.deleted.rel_slot(id).or_else(|| self.newest(|graph| graph.rel_slot(id)).map(|slot| slot.0))
    }
}
