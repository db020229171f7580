//! What follows from the editions in the graph for each entry of a list: since when and until when it is there, that it was taken off, and
//! that it came back.
//!
//! All of it is computed anew from which edition supports what, and written where it is not so already. The bounds stand on `LISTED_ON`
//! and on the `Listing`, with the editions that give them (`absent_before`, `absent_from`); what a source says of its own stays. That
//! somebody is missing is a paragraph of the edition that shows it, and supports a `Delisting`: of the listing it is no source. Who
//! returns has one `LISTED_ON` for each spell, and the paragraphs of a spell support its own. So has what the record of an entry says
//! in one edition and not in another (`facts.rs`).

mod claims;
mod several;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use self::several::Several;
use super::records::Records;
use super::set_where_other;
use super::sources::{Cited, End, Seen, Sources, Witness};
use super::ties::{Tie, has_own_end};
use crate::import::ImportReport;
use crate::sanctions::model::home;
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
    let several = Several::read(transaction)?;
    let sources = Sources::read(transaction, &series.union(&several.series).cloned().collect())?;
    let may_differ = sources.may_differ();
    let (witnesses, gone, records, done) = (HashMap::new(), BTreeMap::new(), HashMap::new(), HashSet::new());
    let mut settling = Settling { transaction, sources, several, report, witnesses, gone, records, done };
    if may_differ {
        settling.listings()?;
        settling.memberships()?;
        settling.facts()?;
    }
    settling.bounded_facts()?;
    settling.several()?;
    settling.delete_citations()
}

pub(super) struct Settling<'t> {
    pub transaction: &'t mut WriteTransaction,
    pub sources: Sources,
    several: Several,
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
            "MATCH (x:Listing) RETURN x, COLLECT {{ MATCH {CITED}(x) {TOLD} }}, COLLECT {{ MATCH (d:Delisting)-[:ENDS]->(x) RETURN d }}"
        );
        for row in self.transaction.query(statement, ())? {
            let row: Row = row?;
            let [Value::Node(listing), cited, Value::List(delistings)] = row.values() else { continue };
            let cited = self.cited(cited, listing.id());
            let id = listing.properties().get("id").map_or_else(String::new, ToString::to_string);
            let deleted = self.sources.deleted.get(&id).map_or(&[][..], Vec::as_slice);
            let Some(seen) = self.sources.seen(&cited, deleted) else { continue };
            let delistings: Vec<Node> = delistings.iter().filter_map(node_of).collect();
            self.listing(listing, &id, &seen, &delistings)?;
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

    fn listing(&mut self, listing: &Node, id: &str, seen: &Seen, delistings: &[Node]) -> Result<(), Error> {
        let known = listing.properties();
        let ends = if has_own_end(known, "removed") { Vec::new() } else { seen.ends() };
        let mut wanted = self.beginning(known, "on", seen);
        wanted.extend(self.ending(known, "removed", seen));
        let later: Vec<Edtf> = seen.spells.iter().skip(1).filter_map(|spell| spell.begins.clone()).collect();
        wanted.push(("relisted", if later.is_empty() { Value::Null } else { later.into() }));
        set_where_other(self.transaction, listing.id(), known, wanted)?;
        self.delist(listing, id, &ends, delistings)
    }

    /// The first day: as a source says, or as the editions allow.
    fn beginning(&self, known: &BTreeMap<Name, Value>, key: &'static str, seen: &Seen) -> Vec<(&'static str, Value)> {
        let Some(first) = seen.spells.first() else { return Vec::new() };
        let is_computed = known.contains_key("absent_before");
        let has_own = known.get(key).is_some_and(|date| !is_until(date));
        match first.absent_before {
            _ if has_own && !is_computed => Vec::new(),
            None if !is_computed && !known.contains_key(key) => Vec::new(),
            before => vec![(key, first.begins.clone().into()), ("absent_before", self.named(before, seen))],
        }
    }

    pub(super) fn named(&self, absence: Option<usize>, seen: &Seen) -> Value {
        absence.map_or(Value::Null, |index| self.sources.id_of(seen.witnesses[index]).into())
    }

    /// The last day of the last spell.
    fn ending(&self, known: &BTreeMap<Name, Value>, key: &'static str, seen: &Seen) -> Vec<(&'static str, Value)> {
        if has_own_end(known, key) {
            return Vec::new();
        }
        let end = seen.spells.last().and_then(|spell| spell.ends.as_ref());
        let by = end.map_or(Value::Null, |(_, index)| self.sources.id_of(seen.witnesses[*index]).into());
        vec![(key, end.map(|(date, _)| date.clone()).into()), ("absent_from", by)]
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
        let id = format!("{edition}#absent");
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

    /// An action for each time that the entry was taken off.
    fn delist(&mut self, listing: &Node, id: &str, ends: &[End], there: &[Node]) -> Result<(), Error> {
        let mut right = HashSet::new();
        for (index, (date, witness)) in ends.iter().enumerate() {
            let own = if index == 0 { format!("{id}:delisting") } else { format!("{id}:delisting:{}", index + 1) };
            let by = self.sources.id_of(*witness).to_owned();
            let is_so = |node: &&Node| {
                let text = |key: &str| node.properties().get(key).map(ToString::to_string);
                text("id").as_ref() == Some(&own)
                    && text("on").as_deref() == Some(date.text())
                    && text("absent_from").as_ref() == Some(&by)
            };
            if let Some(known) = there.iter().find(is_so) {
                right.insert(known.id());
                continue;
            }
            if let Some(other) =
                there.iter().find(|node| node.properties().get("id").map(ToString::to_string).as_ref() == Some(&own))
            {
                self.delete_node(other.id())?;
                right.insert(other.id());
            }
            self.make_delisting(listing, own, date, (*witness, by))?;
        }
        let wrong: Vec<ElementId> = there.iter().map(Node::id).filter(|id| !right.contains(id)).collect();
        wrong.into_iter().try_for_each(|node| self.delete_node(node))
    }

    fn make_delisting(
        &mut self,
        listing: &Node,
        id: String,
        date: &Edtf,
        (witness, by): (Witness, String),
    ) -> Result<(), Error> {
        let name = listing.properties().get("name").map_or_else(|| id.clone(), ToString::to_string);
        let properties: [(&str, Value); 5] = [
            ("id", id.into()),
            ("kind", "delisting".into()),
            ("name", format!("end of: {name}").into()),
            ("on", date.clone().into()),
            ("absent_from", by.into()),
        ];
        let lists = "MATCH (x:Listing)-[:ADDS_TO]->(l:List) WHERE id(x) = $x RETURN DISTINCT id(l)";
        let lists: Vec<u64> = self.ask_of(lists, "x", listing.id())?.into_vec()?;
        let paragraph = self.paragraph(witness)?;
        self.report.nodes += 1;
        let made = self.transaction.create_node(["Event", "Action", "Delisting"], properties)?;
        self.draw(paragraph, "SUPPORTS", made, vec![("on", date.clone().into())])?;
        let ends = self.draw(made, "ENDS", listing.id(), Vec::new())?;
        self.draw(paragraph, "SUPPORTS", ends, Vec::new())?;
        for list in lists {
            let removes = self.draw(made, "REMOVES_FROM", ElementId(list), Vec::new())?;
            self.draw(paragraph, "SUPPORTS", removes, Vec::new())?;
        }
        Ok(())
    }

    fn ask_of(&mut self, statement: &str, key: &str, element: ElementId) -> Result<Rows, Error> {
        self.transaction.query(statement, Params::from_iter([(key, number(element))]))
    }

    fn delete_node(&mut self, node: ElementId) -> Result<(), Error> {
        self.ask_of("MATCH (n) WHERE id(n) = $id DETACH DELETE n", "id", node).map(drop)
    }

    /// Of retracted ones, too: what the lists tell of them goes on.
    fn memberships(&mut self) -> Result<(), Error> {
        let statement = format!(
            "MATCH [(a)-[l:LISTED_ON]->(b:List)] WHERE l.spell IS NULL
             RETURN a, b, l, COLLECT {{ MATCH {CITED}[l] {TOLD} }}, COLLECT {{ MATCH [(a)-[m:LISTED_ON]->(b)] WHERE m.spell IS NOT NULL RETURN m }}"
        );
        for row in self.transaction.query(statement, ())? {
            let row: Row = row?;
            let [Value::Node(party), Value::Node(list), Value::Relationship(rel), cited, Value::List(others)] =
                row.values()
            else {
                continue;
            };
            if self.several.pairs.contains(&(party.id(), list.id())) {
                continue;
            }
            let mut tie = Tie::of_listing(party, list, rel.clone());
            tie.take_later(others.iter().filter_map(rel_of));
            let mut cited = self.cited(cited, rel.id());
            self.take_later_citations(&tie, &mut cited)?;
            let deleted = self.deleted_from(party, list)?;
            let Some(seen) = self.sources.seen(&cited, &deleted) else { continue };
            let begins = self.beginning(rel.properties(), "valid_from", &seen);
            self.tie(&tie, begins, &cited, &seen)?;
        }
        Ok(())
    }

    /// Who was taken off by name: the party, or all that it was listed by.
    fn deleted_from(&mut self, party: &Node, list: &Node) -> Result<Vec<(usize, ElementId)>, Error> {
        if self.sources.deleted.is_empty() {
            return Ok(Vec::new());
        }
        let id = party.properties().get("id").map_or_else(String::new, ToString::to_string);
        let statement = "MATCH (a)<-[:TARGETS]-(x:Listing)-[:ADDS_TO]->(b) WHERE id(a) = $a AND id(b) = $b RETURN x.id";
        let params = Params::from_iter([("a", number(party.id())), ("b", number(list.id()))]);
        let listings: Vec<String> = self.transaction.query(statement, params)?.into_vec()?;
        Ok(self.sources.taken_off(&id, &listings))
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
}

pub(super) fn number(id: ElementId) -> Value {
    i64::try_from(id.0).unwrap_or(i64::MAX).into()
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

/// `[..2019-01-15]`: sure from that day on, which is no date of the source's own.
fn is_until(date: &Value) -> bool {
    matches!(date, Value::Edtf(date) if date.text().starts_with("[.."))
}
