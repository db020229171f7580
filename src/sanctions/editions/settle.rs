//! What follows from the editions in the graph for each entry of a list: since when and until when it is there, that it was taken off, and
//! that it came back.
//!
//! All of it is computed anew from which edition supports what, and written where it is not so already. The bounds stand on `LISTED_ON`
//! and on the `Listing`, with the editions that give them (`absent_before`, `absent_from`); what a source says of its own stays. That
//! somebody is missing is a paragraph of the edition that shows it, and supports a `Delisting`: of the listing it is no source. Who
//! returns has one `LISTED_ON` for each spell, and the paragraphs of a spell support its own. So has what the record of an entry says
//! in one edition and not in another (`facts.rs`).

mod claims;
mod memberships;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::records::Records;
use super::sources::{Cited, End, Seen, Sources, Witness};
use super::ties::{has_own_end, own_end};
use super::{id_of, set_where_other};
use crate::import::ImportReport;
use crate::sanctions::dates::is_until;
use crate::sanctions::model::{home, is_same};
use crate::{Edtf, ElementId, Error, Name, Node, Params, Relationship, Row, Rows, Value, WriteTransaction};

/// The records that support an element, as a list: the source, the paragraph, and the citation.
pub(super) const CITED: &str = "(s:Source)<-[:OF]-(p:Paragraph)-[c:SUPPORTS]->";
pub(super) const TOLD: &str = "WHERE s.series IS NOT NULL AND p.kind = 'record' RETURN [s.id, id(p), c]";

/// Brings everything that is supported by one of these lists in agreement with all editions.
pub(super) fn settle(
    transaction: &mut WriteTransaction,
    series: &BTreeSet<String>,
    report: &mut ImportReport,
) -> Result<(), Error> {
    let sources = Sources::read(transaction, series)?;
    let may_differ = sources.may_differ();
    let (witnesses, gone, records, done) = (HashMap::new(), BTreeMap::new(), HashMap::new(), HashSet::new());
    let mut settling = Settling { transaction, sources, report, witnesses, gone, records, done };
    if may_differ {
        settling.listings()?;
        settling.facts()?;
    }
    settling.bounded_facts()?;
    settling.memberships(may_differ)?;
    settling.delete_citations()?;
    settling.delete_idle_absences()
}

pub(super) struct Settling<'t> {
    pub transaction: &'t mut WriteTransaction,
    pub sources: Sources,
    report: &'t mut ImportReport,
    /// The paragraphs of editions that stand for who is not in them.
    witnesses: HashMap<usize, ElementId>,
    /// Citations that hold no more, by their paragraphs.
    pub gone: BTreeMap<ElementId, Vec<ElementId>>,
    /// What editions say something else of, by their list.
    pub records: HashMap<String, Records>,
    /// Facts that agree with all editions by now.
    pub done: HashSet<ElementId>,
}

impl Settling<'_> {
    fn listings(&mut self) -> Result<(), Error> {
        let statement = format!(
            "MATCH (x:Listing) RETURN x, COLLECT {{ MATCH {CITED}(x) {TOLD} }},
             COLLECT {{ MATCH [(d:Delisting)-[:ENDS]->(x)] RETURN [d, COLLECT {{ MATCH [(d)-[:REMOVES_FROM]->(l)] RETURN DISTINCT id(l) }}] }},
             COLLECT {{ MATCH (x)-[:ADDS_TO]->(l:List) RETURN DISTINCT id(l) }}"
        );
        for row in self.transaction.query(statement, ())? {
            let row: Row = row?;
            let [Value::Node(listing), cited, Value::List(delistings), lists] = row.values() else { continue };
            let cited = self.cited(cited, listing.id());
            let id = id_of(listing.properties());
            let deleted = self.sources.deleted.get(&id).map_or(&[][..], Vec::as_slice);
            if !self.sources.concern(&cited) {
                continue;
            }
            let own_end = own_end(listing.properties(), "removed");
            let Some(seen) = self.sources.seen(&cited, deleted, own_end.as_ref()) else { continue };
            let delistings: Vec<Delisting> = delistings.iter().filter_map(delisting_of).collect();
            self.listing(listing, &seen)?;
            self.delist(listing, &seen.ends(), &delistings, &numbers(lists))?;
        }
        Ok(())
    }

    pub(super) fn cited(&self, told: &Value, holder: ElementId) -> Vec<Cited> {
        let Value::List(rows) = told else { return Vec::new() };
        let one = |row: &Value| {
            let Value::List(row) = row else { return None };
            let row: Vec<&Value> = row.iter().collect();
            let [source, Value::Integer(paragraph), Value::Relationship(citation)] = row[..] else { return None };
            Some(Cited {
                source: *self.sources.by_id.get(&source.to_string())?,
                paragraph: ElementId(paragraph.unsigned_abs()),
                citation: citation.clone(),
                holder,
            })
        };
        rows.iter().filter_map(one).collect()
    }

    fn listing(&mut self, listing: &Node, seen: &Seen) -> Result<(), Error> {
        let known = listing.properties();
        let mut wanted = self.beginning(known, seen);
        wanted.extend(self.ending(known, seen));
        let later: Vec<Edtf> = seen.spells.iter().skip(1).filter_map(|spell| spell.begins.clone()).collect();
        wanted.push(("relisted", if later.is_empty() { Value::Null } else { later.into() }));
        set_where_other(self.transaction, listing.id(), known, wanted)
    }

    /// The first day: as a source says, or as the editions allow.
    fn beginning(&self, known: &BTreeMap<Name, Value>, seen: &Seen) -> Vec<(&'static str, Value)> {
        let Some(first) = seen.spells.first() else { return Vec::new() };
        let is_computed = known.contains_key("absent_before");
        let has_own = known.get("on").is_some_and(|date| !is_until(date));
        match first.absent_before {
            _ if has_own && !is_computed => Vec::new(),
            None if !is_computed && !known.contains_key("on") => Vec::new(),
            before => vec![("on", first.begins.clone().into()), ("absent_before", self.named(before, seen))],
        }
    }

    pub(super) fn named(&self, absence: Option<usize>, seen: &Seen) -> Value {
        absence.map_or(Value::Null, |index| self.sources.id_of(seen.witnesses[index]).into())
    }

    /// The last day of the last spell.
    fn ending(&self, known: &BTreeMap<Name, Value>, seen: &Seen) -> Vec<(&'static str, Value)> {
        if has_own_end(known, "removed") {
            return Vec::new();
        }
        let [date, by] = self.end_of(seen.spells.last(), seen);
        vec![("removed", date), ("absent_from", by)]
    }

    pub(super) fn draw(
        &mut self,
        start: ElementId,
        rel_type: &str,
        end: ElementId,
        properties: Vec<(&str, Value)>,
    ) -> Result<ElementId, Error> {
        self.report.relationships += 1;
        self.transaction.create_relationship(start, rel_type, end, properties)
    }

    /// The paragraph that shows an absence, which is made where it is not there yet.
    fn paragraph(&mut self, witness: Witness) -> Result<ElementId, Error> {
        let source = match witness {
            Witness::Line(_, paragraph) => return Ok(paragraph),
            Witness::Edition(source) => source,
        };
        if let Some(paragraph) = self.witnesses.get(&source) {
            return Ok(*paragraph);
        }
        let edition = &self.sources.all[source].id;
        let id = absence_id(edition);
        let known =
            "OPTIONAL MATCH (p:Paragraph {id: $id}) MATCH (s:Source {id: $source}) RETURN id(p), id(s), s.entries";
        let params = Params::from_iter([("id", id.as_str()), ("source", edition.as_str())]);
        let (known, of, entries): (Option<u64>, u64, Option<i64>) = self.transaction.query(known, params)?.single()?;
        let paragraph = if let Some(known) = known {
            ElementId(known)
        } else {
            let counted = entries.map_or_else(String::new, |count| format!("the {count} entries of "));
            let text = format!("is not among {counted}{edition}");
            let properties = [("id", id), ("kind", "absence".to_owned()), ("raw", text)];
            self.report.nodes += 1;
            let made = self.transaction.create_node([home::PARAGRAPH], properties)?;
            self.draw(made, "OF", ElementId(of), Vec::new())?;
            made
        };
        self.witnesses.insert(source, paragraph);
        Ok(paragraph)
    }

    /// An action for each time that the entry was taken off; with the name and the lists that the entry has now.
    fn delist(
        &mut self,
        listing: &Node,
        ends: &[End],
        there: &[Delisting],
        lists: &BTreeSet<u64>,
    ) -> Result<(), Error> {
        let all: Vec<DelistingProperties> =
            (1..).zip(ends).map(|(number, end)| self.delisting(listing, number, end)).collect();
        for wrong in there.iter().filter(|known| !all.iter().any(|wanted| known.is_of(wanted))) {
            self.delete_node(wrong.node.id())?;
        }
        for (wanted, (_, witness)) in all.into_iter().zip(ends) {
            let paragraph = self.paragraph(*witness)?;
            let known = there.iter().find(|known| known.is_of(&wanted));
            let node = match known.map(|known| &known.node) {
                Some(node) => {
                    set_where_other(self.transaction, node.id(), node.properties(), wanted.to_vec())?;
                    node.id()
                }
                None => self.make_delisting(listing, wanted, paragraph)?,
            };
            for list in lists.iter().filter(|list| !known.is_some_and(|known| known.lists.contains(list))) {
                let removes = self.draw(node, "REMOVES_FROM", ElementId(*list), Vec::new())?;
                self.draw(paragraph, "SUPPORTS", removes, Vec::new())?;
            }
        }
        Ok(())
    }

    /// The properties of the action by which an entry was taken off for so many times.
    fn delisting(&self, listing: &Node, number: usize, (date, witness): &End) -> DelistingProperties {
        let id = id_of(listing.properties());
        let own = if number == 1 { format!("{id}:delisting") } else { format!("{id}:delisting:{number}") };
        let name = listing.properties().get("name").map_or_else(|| own.clone(), ToString::to_string);
        [
            ("id", own.into()),
            ("kind", "delisting".into()),
            ("name", format!("end of: {name}").into()),
            ("on", date.clone().into()),
            ("absent_from", self.sources.id_of(*witness).into()),
        ]
    }

    fn make_delisting(
        &mut self,
        listing: &Node,
        properties: DelistingProperties,
        paragraph: ElementId,
    ) -> Result<ElementId, Error> {
        let on = properties.iter().find(|(key, _)| *key == "on").map(|(_, date)| date.clone());
        self.report.nodes += 1;
        let made = self.transaction.create_node(["Event", "Action", "Delisting"], properties)?;
        self.draw(paragraph, "SUPPORTS", made, on.map(|on| ("on", on)).into_iter().collect())?;
        let ends = self.draw(made, "ENDS", listing.id(), Vec::new())?;
        self.draw(paragraph, "SUPPORTS", ends, Vec::new())?;
        Ok(made)
    }

    fn ask_of(&mut self, statement: &str, key: &str, element: ElementId) -> Result<Rows, Error> {
        self.transaction.query(statement, Params::from_iter([(key, number(element))]))
    }

    fn delete_node(&mut self, node: ElementId) -> Result<(), Error> {
        self.ask_of("MATCH (n) WHERE id(n) = $id DETACH DELETE n", "id", node).map(drop)
    }

    fn delete_citations(&mut self) -> Result<(), Error> {
        for (paragraph, citations) in std::mem::take(&mut self.gone) {
            let citations: Vec<Value> = citations.into_iter().map(number).collect();
            for end in ["()", "[]"] {
                let statement = format!(
                    "MATCH (p:Paragraph)-[s:SUPPORTS]->{end} WHERE id(p) = $paragraph AND id(s) IN $citations DELETE s"
                );
                let params: [(&str, Value); 2] =
                    [("paragraph", number(paragraph)), ("citations", citations.clone().into())];
                self.transaction.query(statement, Params::from_iter(params))?;
            }
        }
        Ok(())
    }

    /// Paragraphs for who is not in an edition, where that shows nothing any more.
    fn delete_idle_absences(&mut self) -> Result<(), Error> {
        let editions = self.sources.all.iter().filter(|source| self.sources.settled.contains(&source.series));
        let paragraphs: Vec<String> = editions.map(|source| absence_id(&source.id)).collect();
        let statement = "UNWIND $paragraphs AS id MATCH (p:Paragraph {id: id})
                         WHERE NOT EXISTS { MATCH [(p)-[:SUPPORTS]->()] } AND NOT EXISTS { MATCH [(p)-[:SUPPORTS]->[l]] } DETACH DELETE p";
        self.transaction.query(statement, Params::from_iter([("paragraphs", paragraphs)])).map(drop)
    }
}

fn absence_id(edition: &str) -> String {
    format!("{edition}#absent")
}

pub(super) fn number(id: ElementId) -> Value {
    i64::try_from(id.0).unwrap_or(i64::MAX).into()
}

type DelistingProperties = [(&'static str, Value); 5];

/// As it stands in the graph.
struct Delisting {
    node: Node,
    lists: BTreeSet<u64>,
}

impl Delisting {
    /// Whether it is the same end: of the same time, shown by the same edition.
    fn is_of(&self, wanted: &[(&str, Value)]) -> bool {
        let known = self.node.properties();
        let is_so = |(key, value): &(&str, Value)| known.get(*key).is_some_and(|known| is_same(known, value));
        wanted.iter().filter(|(key, _)| *key != "name").all(is_so)
    }
}

fn delisting_of(told: &Value) -> Option<Delisting> {
    let Value::List(told) = told else { return None };
    let told: Vec<&Value> = told.iter().collect();
    let [Value::Node(node), lists] = told[..] else { return None };
    Some(Delisting { node: node.clone(), lists: numbers(lists) })
}

fn numbers(list: &Value) -> BTreeSet<u64> {
    let Value::List(list) = list else { return BTreeSet::new() };
    let number = |item: &Value| match item {
        Value::Integer(number) => Some(number.unsigned_abs()),
        _ => None,
    };
    list.iter().filter_map(number).collect()
}

fn node_of(value: &Value) -> Option<Node> {
    match value {
        Value::Node(node) => Some(node.clone()),
        _ => None,
    }
}

pub(super) fn rel_of(value: &Value) -> Option<Relationship> {
    match value {
        Value::Relationship(rel) => Some(rel.clone()),
        _ => None,
    }
}
