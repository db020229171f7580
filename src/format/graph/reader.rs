//! Reads a graph as JSON Lines into a transaction, line by line.

use std::collections::HashMap;
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
pub(super) struct GraphReader<'t> {
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
    line: u64,
    rel: Rel,
}

impl<'t> GraphReader<'t> {
    pub(super) fn new(into: &'t mut WriteTransaction) -> Self {
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
            part: Part::Start,
        }
    }

    /// Takes what is read for one database, and nothing else. How the graph comes to be is forgotten, which takes less
    /// memory: if it is not whole, it has to be dropped.
    pub(super) fn exactly(self) -> Self {
        Self { is_exact: true, ..self }
    }

    pub(super) fn read(mut self, lines: &mut GraphLines<impl BufRead>) -> Result<GraphCounts, GraphError> {
        while let Some((number, text)) = lines.next_line()? {
            self.line(text, number)?;
            if self.is_exact && number.is_multiple_of(LINES_BETWEEN) {
                self.into.forget_changes()?;
            }
        }
        self.finish(lines.number)
    }

    fn line(&mut self, text: &[u8], line: u64) -> Result<(), GraphError> {
        let added = match read_line(text) {
            Ok(None) => return Ok(()),
            Ok(Some(Found::Node(node))) => self.node(node),
            Ok(Some(Found::Rel(rel))) => {
                self.part = Part::Graph;
                return self.draw_all(Waiting { line, rel });
            }
            Ok(Some(Found::Keep(keep))) => self.keep(keep).map(|()| Vec::new()),
            Ok(Some(Found::Head(head))) => self.head(*head).map(|()| Vec::new()),
            Ok(Some(Found::Commit(commit))) => self.commit(commit).map(|()| Vec::new()),
            Ok(Some(Found::Rule(rule))) => self.rule(&rule).map(|()| Vec::new()),
            Err(message) => Err(message),
        };
        let ready = added.map_err(|message| GraphError::Line { line, message })?;
        ready.into_iter().try_for_each(|waiting| self.draw_all(waiting))
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

    fn node(&mut self, node: Node) -> Result<Vec<Waiting>, String> {
        self.part = Part::Graph;
        self.as_of(node.commit)?;
        self.take_id(node.id.as_ref());
        let created = self.into.create_node(node.labels, node.properties).map_err(|error| error.to_string())?;
        self.found.elements.nodes += 1;
        self.name(node.id, Known { element: created, commit: node.commit })
    }

    /// Draws a relationship if its ends are there, and then those that waited for it, and so on.
    fn draw_all(&mut self, first: Waiting) -> Result<(), GraphError> {
        let mut open = vec![first];
        while let Some(Waiting { line, rel }) = open.pop() {
            match self.missing(&rel) {
                Some(id) => self.waiting.entry(id.clone()).or_default().push(Waiting { line, rel }),
                None => open.extend(self.draw(rel).map_err(|message| GraphError::Line { line, message })?),
            }
        }
        Ok(())
    }

    fn draw(&mut self, rel: Rel) -> Result<Vec<Waiting>, String> {
        self.as_of(rel.commit)?;
        let (start, end) = (self.end_of(&rel, &rel.start)?, self.end_of(&rel, &rel.end)?);
        self.take_id(rel.id.as_ref());
        let drawn = if rel.quoted {
            self.into.create_quoted(start, &rel.type_name, end, rel.properties)
        } else {
            self.into.create_relationship(start, &rel.type_name, end, rel.properties)
        };
        self.found.elements.relationships += 1;
        self.name(rel.id, Known { element: drawn.map_err(|error| error.to_string())?, commit: rel.commit })
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

    /// Notes what stands for an element, and gives the relationships that waited for it.
    fn name(&mut self, id: Option<FileId>, known: Known) -> Result<Vec<Waiting>, String> {
        let Some(id) = id else { return Ok(Vec::new()) };
        let ready = self.waiting.remove(&id).unwrap_or_default();
        if self.taken(&id).is_none() {
            if self.ids.contains_key(&id) {
                return Err(format!("the id {id} stands for two elements"));
            }
            self.ids.insert(id, known);
        }
        Ok(ready)
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

    fn finish(mut self, line: u64) -> Result<GraphCounts, GraphError> {
        self.past.write_as_of(self.into, None)?;
        if let Some(keep) = self.keep.take() {
            self.past.keep(self.into, keep);
        }
        if let Some(message) = self.fault_of_whole() {
            return Err(GraphError::Line { line, message });
        }
        let waiting =
            self.waiting.into_iter().flat_map(|(id, waiting)| waiting.into_iter().map(move |w| (w.line, id.clone())));
        match waiting.min_by_key(|(line, _)| *line) {
            None => Ok(self.found.elements),
            Some((line, id)) => Err(GraphError::Line { line, message: format!("no element has the id {id}") }),
        }
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
