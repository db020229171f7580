//! Adds a graph to a transaction, element by element, whatever it is read from: relationships may come before their ends.

use std::collections::{HashMap, VecDeque};
use std::io::BufRead;

use super::super::head::{Head, Lines};
use super::super::line::{FileId, Found, Node, Rel, read_line};
use super::super::rule::{Rule, rules};
use super::lines::GraphLines;
use super::{GraphCounts, GraphError};
use crate::commits::PastCommits;
use crate::{CommitInfo, ElementId, Keep, Provenance, WriteTransaction};

/// Changes that nobody will ask for are forgotten after so many lines.
const LINES_BETWEEN: u64 = 4_096;

/// A transaction to which a graph is added.
pub(in crate::format) struct GraphReader<'t> {
    into: &'t mut WriteTransaction,
    /// What the ids stand for that are not taken over.
    ids: HashMap<FileId, Known>,
    /// Relationships by an end that has not been read yet.
    waiting: HashMap<FileId, Vec<Waiting>>,
    found: Lines,
    past: PastCommits,
    keep: Option<Keep>,
    head: Option<Head>,
    takes_ids: bool,
    is_exact: bool,
    /// What is at fault is passed over, so the whole may be less than is said of it.
    is_lenient: bool,
    /// What could not be added, and was not told yet.
    faults: VecDeque<Fault>,
    /// How far the file has come.
    part: Part,
}

/// The parts of a file, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Start,
    Kept,
    Headed,
    Commits,
    Graph,
}

/// An element that has been read.
#[derive(Clone, Copy)]
struct Known {
    element: ElementId,
    /// In which it was recorded; without one, now.
    commit: Option<u64>,
}

struct Waiting {
    entry: Entry,
    rel: Rel,
}

/// Where an element stands, and how.
#[derive(Clone, Debug, Default)]
pub(in crate::format) struct Entry {
    /// The number of the file.
    pub file: usize,
    /// From 1.
    pub line: u64,
    /// As it stands there, where somebody wants to keep that.
    pub raw: Vec<u8>,
}

/// An element that cannot be added.
#[derive(Clone, Debug)]
pub(in crate::format) struct Fault {
    pub entry: Entry,
    /// Under which it is counted.
    pub kind: &'static str,
    pub message: String,
}

impl Fault {
    pub(in crate::format) fn new(entry: Entry, kind: &'static str, message: impl Into<String>) -> Self {
        Self { entry, kind, message: message.into() }
    }

    fn into_error(self) -> GraphError {
        GraphError::Line { line: self.entry.line, message: self.message }
    }
}

/// What is wrong, and under which it is counted.
type Reason = (&'static str, String);

/// What the database does not take.
fn refused(error: impl Into<String>) -> Reason {
    ("refused", error.into())
}

fn misplaced(message: impl Into<String>) -> Reason {
    ("misplaced", message.into())
}

impl<'t> GraphReader<'t> {
    pub(in crate::format) fn new(into: &'t mut WriteTransaction) -> Self {
        Self {
            past: PastCommits::of(into),
            into,
            ids: HashMap::new(),
            waiting: HashMap::new(),
            found: Lines::default(),
            keep: None,
            head: None,
            takes_ids: false,
            is_exact: false,
            is_lenient: false,
            faults: VecDeque::new(),
            part: Part::Start,
        }
    }

    /// Takes what is read for one database, and nothing else. How the graph comes to be is forgotten, which takes less
    /// memory: if it is not whole, it has to be dropped.
    pub(super) fn exactly(self) -> Self {
        Self { is_exact: true, ..self }
    }

    /// Takes what can be added where something cannot.
    pub(in crate::format) fn leniently(self) -> Self {
        Self { is_lenient: true, ..self }
    }

    pub(super) fn read(mut self, lines: &mut GraphLines<impl BufRead>) -> Result<GraphCounts, GraphError> {
        while let Some((line, text)) = lines.next_line()? {
            let entry = Entry { line, ..Entry::default() };
            match read_line(text) {
                Ok(None) => {}
                Ok(Some(found)) => self.take(found, entry),
                Err(message) => return Err(GraphError::Line { line, message }),
            }
            self.first_fault().map_or(Ok(()), |fault| Err(fault.into_error()))?;
            if self.is_exact && line.is_multiple_of(LINES_BETWEEN) {
                self.into.forget_changes()?;
            }
        }
        self.end(Entry { line: lines.number, ..Entry::default() })?;
        self.first_fault().map_or(Ok(self.found.elements), |fault| Err(fault.into_error()))
    }

    /// The next fault that was not told yet.
    pub(in crate::format) fn first_fault(&mut self) -> Option<Fault> {
        self.faults.pop_front()
    }

    /// How much was added.
    pub(in crate::format) fn counts(&self) -> GraphCounts {
        self.found.elements
    }

    /// Adds what was read; what cannot be added is a fault.
    pub(in crate::format) fn take(&mut self, found: Found, entry: Entry) {
        let added = match found {
            Found::Node(node) => self.node(node),
            Found::Rel(rel) => {
                self.part = Part::Graph;
                return self.draw_all(Waiting { entry, rel });
            }
            Found::Keep(keep) => self.keep(keep).map(|()| Vec::new()).map_err(misplaced),
            Found::Head(head) => self.head(*head).map(|()| Vec::new()).map_err(misplaced),
            Found::Commit(commit) => self.commit(commit).map(|()| Vec::new()).map_err(misplaced),
            Found::Rule(rule) => self.rule(&rule).map(|()| Vec::new()).map_err(refused),
        };
        match added {
            Ok(ready) => ready.into_iter().for_each(|waiting| self.draw_all(waiting)),
            Err((kind, message)) => self.faults.push_back(Fault { entry, kind, message }),
        }
    }

    /// Lets an id stand for an element that has another one already.
    pub(in crate::format) fn stand_for(&mut self, id: FileId, of: &FileId, entry: Entry) {
        let Some(known) = self.known(of) else {
            return self.faults.push_back(Fault::new(entry, "unknown end", format!("no element has the id {of}")));
        };
        match self.check_new(Some(&id)).map(|()| self.name(Some(id), known)) {
            Ok(ready) => ready.into_iter().for_each(|waiting| self.draw_all(waiting)),
            Err((kind, message)) => self.faults.push_back(Fault { entry, kind, message }),
        }
    }

    fn keep(&mut self, keep: Keep) -> Result<(), String> {
        if self.part > Part::Start {
            return Err("how many commits are kept stands at the head, once".to_owned());
        }
        (self.keep, self.part) = (Some(keep), Part::Kept);
        Ok(())
    }

    /// What is said of the whole; a database to which nothing was written becomes the same.
    fn head(&mut self, head: Head) -> Result<(), String> {
        if self.part > Part::Kept {
            return Err("what is said of the database stands at the head, once".to_owned());
        }
        self.part = Part::Headed;
        if self.into.is_first() {
            self.check_words(&head.words)?;
            self.into.skip_ids(head.next_id).map_err(|error| error.to_string())?;
            self.takes_ids = true;
        }
        self.head = Some(head);
        Ok(())
    }

    fn check_words(&self, words: &Provenance) -> Result<(), String> {
        let other = words.settings().zip(self.into.provenance().settings()).find(|(said, here)| said != here);
        other.map_or(Ok(()), |((setting, said), (_, here))| {
            Err(format!("the word of provenance for `{setting}` is `{said}`, and `{here}` where it is to be loaded"))
        })
    }

    fn commit(&mut self, commit: CommitInfo) -> Result<(), String> {
        if self.part > Part::Commits {
            return Err("commits stand at the head, before indexes, constraints and elements".to_owned());
        }
        self.part = Part::Commits;
        self.found.commits += 1;
        self.past.add(self.into, commit).map_err(|error| error.to_string())
    }

    /// What is added from now on was written in this commit, or is written now.
    fn as_of(&mut self, commit: Option<u64>) -> Result<(), String> {
        self.past.write_as_of(self.into, commit).map_err(|error| error.to_string())
    }

    /// Makes a rule, unless the graph has one already that does for it.
    fn rule(&mut self, rule: &Rule) -> Result<(), String> {
        self.part = Part::Graph;
        self.found.rules += 1;
        self.past.write_as_of_last(self.into).map_err(|error| error.to_string())?;
        let known = rules(|list| self.into.query(list, ())).map_err(|error| error.to_string())?;
        if !known.iter().any(|known| known.does_for(rule)) {
            self.into.query(rule.statement(), ()).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn node(&mut self, node: Node) -> Result<Vec<Waiting>, Reason> {
        self.part = Part::Graph;
        self.check_new(node.id.as_ref())?;
        self.as_of(node.commit).map_err(misplaced)?;
        self.take_id(node.id.as_ref());
        let created =
            self.into.create_node(node.labels, node.properties).map_err(|error| refused(error.to_string()))?;
        self.found.elements.nodes += 1;
        Ok(self.name(node.id, Known { element: created, commit: node.commit }))
    }

    /// Draws a relationship if its ends are there, and then those that waited for it, and so on.
    fn draw_all(&mut self, first: Waiting) {
        let mut open = vec![first];
        while let Some(Waiting { entry, rel }) = open.pop() {
            match self.missing(&rel) {
                Some(id) => self.waiting.entry(id.clone()).or_default().push(Waiting { entry, rel }),
                None => match self.draw(rel) {
                    Ok(ready) => open.extend(ready),
                    Err((kind, message)) => self.faults.push_back(Fault { entry, kind, message }),
                },
            }
        }
    }

    fn draw(&mut self, rel: Rel) -> Result<Vec<Waiting>, Reason> {
        self.check_new(rel.id.as_ref())?;
        self.as_of(rel.commit).map_err(misplaced)?;
        let (start, end) =
            (self.end_of(&rel, &rel.start).map_err(misplaced)?, self.end_of(&rel, &rel.end).map_err(misplaced)?);
        self.take_id(rel.id.as_ref());
        let drawn = if rel.quoted {
            self.into.create_quoted(start, &rel.type_name, end, rel.properties)
        } else {
            self.into.create_relationship(start, &rel.type_name, end, rel.properties)
        };
        let element = drawn.map_err(|error| refused(error.to_string()))?;
        self.found.elements.relationships += 1;
        Ok(self.name(rel.id, Known { element, commit: rel.commit }))
    }

    /// An end that has been read, and was there when the relationship was recorded.
    fn end_of(&self, rel: &Rel, end: &FileId) -> Result<ElementId, String> {
        let Known { element, commit } = self.known(end).ok_or_else(|| format!("no element has the id {end}"))?;
        match (rel.commit, commit) {
            (Some(drawn), Some(there)) if drawn < there => {
                Err(format!("a relationship of commit {drawn} has an end, {end}, of commit {there}"))
            }
            (Some(drawn), None) => Err(format!("a relationship of commit {drawn} has an end, {end}, without a commit")),
            (Some(_) | None, _) => Ok(element),
        }
    }

    /// What is taken over is checked where it is taken.
    fn check_new(&self, id: Option<&FileId>) -> Result<(), Reason> {
        match id.filter(|id| self.taken(id).is_none() && self.ids.contains_key(id)) {
            Some(id) => Err(("duplicate id", format!("the id {id} stands for two elements"))),
            None => Ok(()),
        }
    }

    /// Notes what stands for an element, and gives the relationships that waited for it.
    fn name(&mut self, id: Option<FileId>, known: Known) -> Vec<Waiting> {
        let Some(id) = id else { return Vec::new() };
        let ready = self.waiting.remove(&id).unwrap_or_default();
        if self.taken(&id).is_none() {
            self.ids.insert(id, known);
        }
        ready
    }

    /// The id of the database that is to be the same here.
    fn taken(&self, id: &FileId) -> Option<u64> {
        match id {
            FileId::Number(number) if self.takes_ids => Some(*number),
            FileId::Number(_) | FileId::Text(_) => None,
        }
    }

    fn take_id(&mut self, id: Option<&FileId>) {
        if let Some(number) = id.and_then(|id| self.taken(id)) {
            self.into.take_id(number);
        }
    }

    /// The element that an id stands for, if it has been read.
    fn known(&self, id: &FileId) -> Option<Known> {
        let Some(number) = self.taken(id) else { return self.ids.get(id).copied() };
        self.into.recorded(number).map(|(element, commit)| Known { element, commit: Some(commit) })
    }

    fn missing<'r>(&self, rel: &'r Rel) -> Option<&'r FileId> {
        [&rel.start, &rel.end].into_iter().find(|id| self.known(id).is_none())
    }

    /// What is left to do, and to tell, once all was read: what is said of the whole is told of its last place.
    pub(in crate::format) fn end(&mut self, last: Entry) -> Result<(), GraphError> {
        self.past.write_as_of(self.into, None)?;
        if let Some(keep) = self.keep.take() {
            self.past.keep(self.into, keep);
        }
        if let Some(message) = self.fault_of_whole().filter(|_| !self.is_lenient) {
            self.faults.push_back(Fault::new(last, "a part of the whole", message));
        }
        let waiting = std::mem::take(&mut self.waiting).into_iter();
        let faults = waiting.flat_map(|(id, waiting)| waiting.into_iter().map(move |waiting| (id.clone(), waiting)));
        let mut faults: Vec<Fault> = faults
            .map(|(id, Waiting { entry, .. })| Fault::new(entry, "unknown end", format!("no element has the id {id}")))
            .collect();
        faults.sort_by_key(|fault| (fault.entry.file, fault.entry.line));
        self.faults.extend(faults);
        Ok(())
    }

    /// What is said at the head and is not so. Lines may have been added by hand; if some are missing, so may be anything.
    fn fault_of_whole(&self) -> Option<String> {
        let (head, mut found) = (self.head.as_ref()?, self.found);
        found.elements.relationships += self.waiting.values().map(|waiting| waiting.len() as u64).sum::<u64>();
        if self.is_exact {
            return head.fault(found);
        }
        let advice = "; without the line that says so at the head it can be loaded all the same";
        head.fault(found).filter(|_| head.exceeds(found)).map(|fault| fault + advice)
    }
}
