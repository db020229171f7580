//! What follows from the editions in the graph for each entry of a list: since when and until when it is there, that it was taken off, and
//! that it came back.
//!
//! All of it is computed anew from which edition supports what, and written where it is not so already. The bounds stand on `LISTED_ON`
//! and on the `Listing`, with the editions that give them (`absent_before`, `absent_from`); what a source says of its own stays. That
//! somebody is missing is a paragraph of the edition that shows it, and supports the end and a `Delisting`. Who returns has one
//! `LISTED_ON` for each spell, and the paragraphs of a spell support its own.

mod claims;
mod several;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use self::several::Several;
use super::set_where_other;
use super::sources::{Cited, End, Seen, Sources, Witness};
use super::spells::Spell;
use crate::import::ImportReport;
use crate::sanctions::model::{home, is_same};
use crate::{Edtf, ElementId, Error, Name, Node, Params, Relationship, Row, Rows, Value, WriteTransaction};

/// What supports an element, as a list: the source, the paragraph, of which kind it is, and the citation.
const CITED: &str = "(s:Source)<-[:OF]-(p:Paragraph)-[c:SUPPORTS]->";
const TOLD: &str = "WHERE s.series IS NOT NULL RETURN [s.id, id(p), p.kind, c]";

/// Brings everything that is supported by one of these lists in agreement with all editions.
pub(super) fn settle(
    transaction: &mut WriteTransaction,
    series: &BTreeSet<String>,
    report: &mut ImportReport,
) -> Result<(), Error> {
    let several = Several::read(transaction)?;
    let sources = Sources::read(transaction, &series.union(&several.series).cloned().collect())?;
    let (witnesses, gone) = (HashMap::new(), BTreeMap::new());
    let mut settling = Settling { transaction, sources, several, report, witnesses, gone };
    if settling.sources.may_differ() {
        settling.listings()?;
        settling.memberships()?;
    }
    settling.several()?;
    settling.delete_citations()
}

struct Settling<'t> {
    transaction: &'t mut WriteTransaction,
    sources: Sources,
    several: Several,
    report: &'t mut ImportReport,
    /// The paragraphs of editions that stand for who is not in them.
    witnesses: HashMap<usize, ElementId>,
    /// Citations that hold no more, by their paragraphs.
    gone: BTreeMap<ElementId, Vec<ElementId>>,
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
            self.listing(listing, &id, &cited, &seen, &delistings)?;
        }
        Ok(())
    }

    fn cited(&self, told: &Value, holder: ElementId) -> Vec<Cited> {
        let Value::List(rows) = told else { return Vec::new() };
        let one = |row: &Value| {
            let Value::List(row) = row else { return None };
            let row: Vec<&Value> = row.iter().collect();
            let [source, Value::Integer(paragraph), kind, Value::Relationship(citation)] = row[..] else { return None };
            Some(Cited {
                source: *self.sources.by_id.get(&source.to_string())?,
                paragraph: ElementId(paragraph.unsigned_abs()),
                is_absence: kind.to_string() == "absence",
                citation: citation.clone(),
                holder,
            })
        };
        rows.iter().filter_map(one).collect()
    }

    fn listing(
        &mut self,
        listing: &Node,
        id: &str,
        cited: &[Cited],
        seen: &Seen,
        delistings: &[Node],
    ) -> Result<(), Error> {
        let known = listing.properties();
        let ends = if has_own_end(known, "removed") { Vec::new() } else { seen.ends() };
        let mut wanted = self.beginning(known, "on", seen);
        wanted.extend(self.ending(known, "removed", seen));
        let later: Vec<Edtf> = seen.spells.iter().skip(1).filter_map(|spell| spell.begins.clone()).collect();
        wanted.push(("relisted", if later.is_empty() { Value::Null } else { later.into() }));
        set_where_other(self.transaction, listing.id(), known, wanted)?;
        self.cite_absence(listing.id(), cited, &ends, "removed")?;
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

    fn named(&self, absence: Option<usize>, seen: &Seen) -> Value {
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

    /// Leaves the citations by those who show an absence that are right, and makes the others.
    fn cite_absence(&mut self, target: ElementId, cited: &[Cited], ends: &[End], key: &str) -> Result<(), Error> {
        let mut there: Vec<&Cited> = cited.iter().filter(|cited| cited.is_absence && cited.holder == target).collect();
        for (date, witness) in ends {
            let paragraph = self.paragraph(*witness)?;
            let is_so = |cited: &&Cited| {
                let said = cited.citation.properties().get(key);
                cited.paragraph == paragraph && said.is_some_and(|said| is_same(said, &date.clone().into()))
            };
            match there.iter().position(is_so) {
                Some(index) => drop(there.swap_remove(index)),
                None => self.draw(paragraph, "SUPPORTS", target, vec![(key, date.clone().into())]).map(drop)?,
            }
        }
        for cited in there {
            self.delete(cited);
        }
        Ok(())
    }

    fn delete(&mut self, cited: &Cited) {
        self.gone.entry(cited.paragraph).or_default().push(cited.citation.id());
    }

    fn draw(
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
        let lists = "MATCH (x:Listing)-[:ADDS_TO]->(l:List) WHERE id(x) = $x RETURN id(l)";
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
            let mut cited = self.cited(cited, rel.id());
            let mut later: Vec<Relationship> = others.iter().filter_map(rel_of).collect();
            later.sort_by_key(|rel| rel.properties().get("spell").map(ToString::to_string));
            for other in &later {
                cited.extend(self.cited_of(party.id(), other.id())?);
            }
            let deleted = self.deleted_from(party, list)?;
            let Some(seen) = self.sources.seen(&cited, &deleted) else { continue };
            self.membership((party, list), rel, &later, &cited, &seen)?;
        }
        Ok(())
    }

    fn cited_of(&mut self, party: ElementId, rel: ElementId) -> Result<Vec<Cited>, Error> {
        let statement = format!(
            "MATCH [(a)-[l:LISTED_ON]->()] WHERE id(a) = $party AND id(l) = $rel RETURN COLLECT {{ MATCH {CITED}[l] {TOLD} }}"
        );
        let params = Params::from_iter([("party", number(party)), ("rel", number(rel))]);
        let told: Value = self.transaction.query(statement, params)?.single()?;
        Ok(self.cited(&told, rel))
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

    fn membership(
        &mut self,
        (party, list): (&Node, &Node),
        rel: &Relationship,
        later: &[Relationship],
        cited: &[Cited],
        seen: &Seen,
    ) -> Result<(), Error> {
        let mut wanted = self.beginning(rel.properties(), "valid_from", seen);
        let has_own_end = has_own_end(rel.properties(), "valid_to");
        if !has_own_end {
            wanted.extend(self.end_of(seen.spells.first(), seen));
        }
        set_where_other(self.transaction, rel.id(), rel.properties(), wanted)?;
        for (index, spell) in seen.spells.iter().enumerate() {
            let holder = match index {
                0 => rel.id(),
                _ => self.later_spell((party, list), later.get(index - 1), index + 1, spell, seen)?,
            };
            let own = spell.sightings.iter().map(|sighting| &cited[seen.citations[*sighting]]);
            let own: Vec<&Cited> = own.filter(|cited| cited.holder != holder).collect();
            for moved in own {
                self.move_citation(moved, holder, cited)?;
            }
            let is_told = index > 0 || !has_own_end;
            let end = spell.ends.as_ref().filter(|_| is_told);
            let end: Vec<End> = end.map(|(date, index)| (date.clone(), seen.witnesses[*index])).into_iter().collect();
            self.cite_absence(holder, cited, &end, "valid_to")?;
        }
        for left in later.iter().skip(seen.spells.len().saturating_sub(1)) {
            self.delete_spell(party, left)?;
        }
        Ok(())
    }

    fn delete_spell(&mut self, party: &Node, spell: &Relationship) -> Result<(), Error> {
        let statement = "MATCH [(a)-[l:LISTED_ON]->()] WHERE id(a) = $party AND id(l) = $rel DETACH DELETE l";
        let params = Params::from_iter([("party", number(party.id())), ("rel", number(spell.id()))]);
        self.transaction.query(statement, params).map(drop)
    }

    fn end_of(&self, spell: Option<&Spell>, seen: &Seen) -> Vec<(&'static str, Value)> {
        let end = spell.and_then(|spell| spell.ends.as_ref());
        let by = end.map_or(Value::Null, |(_, index)| self.sources.id_of(seen.witnesses[*index]).into());
        vec![("valid_to", end.map(|(date, _)| date.clone()).into()), ("absent_from", by)]
    }

    /// The relationship for the second spell, or one behind it.
    fn later_spell(
        &mut self,
        (party, list): (&Node, &Node),
        there: Option<&Relationship>,
        spell_number: usize,
        spell: &Spell,
        seen: &Seen,
    ) -> Result<ElementId, Error> {
        let mut wanted =
            vec![("valid_from", spell.begins.clone().into()), ("absent_before", self.named(spell.absent_before, seen))];
        wanted.extend(self.end_of(Some(spell), seen));
        if let Some(there) = there {
            set_where_other(self.transaction, there.id(), there.properties(), wanted)?;
            return Ok(there.id());
        }
        self.make_spell((party, list), spell_number, wanted)
    }

    fn make_spell(
        &mut self,
        (party, list): (&Node, &Node),
        spell_number: usize,
        mut wanted: Vec<(&str, Value)>,
    ) -> Result<ElementId, Error> {
        let id = |node: &Node| node.properties().get("id").map_or_else(String::new, ToString::to_string);
        wanted.push(("id", format!("{}|{}|{spell_number}", id(party), id(list)).into()));
        wanted.push(("spell", i64::try_from(spell_number).unwrap_or(i64::MAX).into()));
        wanted.retain(|(_, value)| !matches!(value, Value::Null));
        self.draw(party.id(), "LISTED_ON", list.id(), wanted)
    }

    /// A paragraph of one spell supports the relationship of that one.
    fn move_citation(&mut self, moved: &Cited, to: ElementId, cited: &[Cited]) -> Result<(), Error> {
        let is_there =
            cited.iter().any(|other| other.holder == to && other.paragraph == moved.paragraph && !other.is_absence);
        if !is_there {
            let properties = moved.citation.properties().iter();
            let properties = properties.map(|(key, value)| (key.as_str(), value.clone())).collect();
            self.draw(moved.paragraph, "SUPPORTS", to, properties)?;
        }
        self.delete(moved);
        Ok(())
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

fn number(id: ElementId) -> Value {
    i64::try_from(id.0).unwrap_or(i64::MAX).into()
}

fn node_of(value: &Value) -> Option<Node> {
    match value {
        Value::Node(node) => Some(node.clone()),
        _ => None,
    }
}

fn rel_of(value: &Value) -> Option<Relationship> {
    match value {
        Value::Relationship(rel) => Some(rel.clone()),
        _ => None,
    }
}

/// `[..2019-01-15]`: sure from that day on, which is no date of the source's own.
fn is_until(date: &Value) -> bool {
    matches!(date, Value::Edtf(date) if date.text().starts_with("[.."))
}

/// Whether a source says when it ended.
fn has_own_end(known: &BTreeMap<Name, Value>, key: &str) -> bool {
    known.contains_key(key) && !known.contains_key("absent_from")
}
