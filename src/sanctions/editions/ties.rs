//! What lasts, and may come back: a relationship for each spell. The first one is that which records draw; those behind it have an `id` and
//! the number of the `spell`, so that no record finds them, and the records of a spell support its own.

use std::collections::BTreeMap;

use super::set_where_other;
use super::settle::{CITED, Settling, TOLD, number};
use super::sources::{Cited, Seen};
use super::spells::Spell;
use crate::{ElementId, Error, Name, Node, Params, Relationship, Value};

/// One relationship, or several that are one but for the time.
pub(super) struct Tie {
    start: ElementId,
    end: ElementId,
    /// What the ids of later spells begin with.
    name: String,
    pub first: Relationship,
    later: Vec<Relationship>,
    /// Later spells have what the first one has.
    is_copied: bool,
}

/// Properties that each spell has of its own.
const OWN: [&str; 6] = ["id", "spell", "valid_from", "valid_to", "absent_before", "absent_from"];

impl Tie {
    pub(super) fn new((start, end): (ElementId, ElementId), name: String, first: Relationship) -> Self {
        Self { start, end, name, first, later: Vec::new(), is_copied: false }
    }

    pub(super) fn of_listing(party: &Node, list: &Node, first: Relationship) -> Self {
        let id = |node: &Node| node.properties().get("id").map_or_else(String::new, ToString::to_string);
        Self::new((party.id(), list.id()), format!("{}|{}", id(party), id(list)), first)
    }

    pub(super) fn copied(self) -> Self {
        Self { is_copied: true, ..self }
    }

    pub(super) fn ends(&self) -> (ElementId, ElementId) {
        (self.start, self.end)
    }

    /// Those of some relationships that are later spells of this one.
    pub(super) fn take_later(&mut self, rels: impl Iterator<Item = Relationship>) {
        let of_this = rels.filter(|rel| {
            let id = rel.properties().get("id").map_or_else(String::new, ToString::to_string);
            id.rsplit_once('|').is_some_and(|(name, _)| name == self.name)
        });
        self.later = of_this.collect();
        self.later.sort_by_key(|rel| match rel.properties().get("spell") {
            Some(Value::Integer(spell)) => *spell,
            _ => 0,
        });
    }

    fn kept(&self) -> Vec<(&str, Value)> {
        let all = self.first.properties().iter().filter(|(key, _)| self.is_copied && !OWN.contains(&key.as_str()));
        all.map(|(key, value)| (key.as_str(), value.clone())).collect()
    }
}

impl Settling<'_> {
    /// The bounds of each spell, in `wanted` since when the first one is.
    pub(super) fn tie(
        &mut self,
        tie: &Tie,
        mut wanted: Vec<(&'static str, Value)>,
        cited: &[Cited],
        seen: &Seen,
    ) -> Result<(), Error> {
        let first = &tie.first;
        if !has_own_end(first.properties(), "valid_to") {
            wanted.extend(self.end_of(seen.spells.first(), seen));
        }
        set_where_other(self.transaction, first.id(), first.properties(), wanted)?;
        for (index, spell) in seen.spells.iter().enumerate() {
            let holder = match index {
                0 => first.id(),
                _ => self.later_spell(tie, tie.later.get(index - 1), index + 1, spell, seen)?,
            };
            let own = spell.sightings.iter().map(|sighting| &cited[seen.citations[*sighting]]);
            for moved in own.filter(|cited| cited.holder != holder) {
                self.move_citation(moved, holder, cited)?;
            }
        }
        for left in tie.later.iter().skip(seen.spells.len().saturating_sub(1)) {
            self.delete_spell(tie.start, left)?;
        }
        Ok(())
    }

    pub(super) fn delete_spell(&mut self, start: ElementId, spell: &Relationship) -> Result<(), Error> {
        let statement = "MATCH [(a)-[l]->()] WHERE id(a) = $start AND id(l) = $rel DETACH DELETE l";
        let params = Params::from_iter([("start", number(start)), ("rel", number(spell.id()))]);
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
        tie: &Tie,
        there: Option<&Relationship>,
        spell_number: usize,
        spell: &Spell,
        seen: &Seen,
    ) -> Result<ElementId, Error> {
        let mut wanted = tie.kept();
        wanted.push(("valid_from", spell.begins.clone().into()));
        wanted.push(("absent_before", self.named(spell.absent_before, seen)));
        wanted.extend(self.end_of(Some(spell), seen));
        if let Some(there) = there {
            set_where_other(self.transaction, there.id(), there.properties(), wanted)?;
            return Ok(there.id());
        }
        self.draw_spell(tie, spell_number, wanted)
    }

    /// A relationship for the second spell, or one behind it.
    pub(super) fn draw_spell(
        &mut self,
        tie: &Tie,
        spell_number: usize,
        mut wanted: Vec<(&str, Value)>,
    ) -> Result<ElementId, Error> {
        wanted.push(("id", format!("{}|{spell_number}", tie.name).into()));
        wanted.push(("spell", i64::try_from(spell_number).unwrap_or(i64::MAX).into()));
        wanted.retain(|(_, value)| !matches!(value, Value::Null));
        self.draw(tie.start, tie.first.rel_type(), tie.end, wanted)
    }

    /// A paragraph of one spell supports the relationship of that one.
    fn move_citation(&mut self, moved: &Cited, to: ElementId, cited: &[Cited]) -> Result<(), Error> {
        let is_there = cited.iter().any(|other| other.holder == to && other.paragraph == moved.paragraph);
        if !is_there {
            let properties = moved.citation.properties().iter();
            let properties = properties.map(|(key, value)| (key.as_str(), value.clone())).collect();
            self.draw(moved.paragraph, "SUPPORTS", to, properties)?;
        }
        self.gone.entry(moved.paragraph).or_default().push(moved.citation.id());
        Ok(())
    }

    /// What supports the spells behind the first one.
    pub(super) fn take_later_citations(&mut self, tie: &Tie, cited: &mut Vec<Cited>) -> Result<(), Error> {
        let statement = format!(
            "MATCH [(a)-[l]->()] WHERE id(a) = $start AND id(l) = $rel RETURN COLLECT {{ MATCH {CITED}[l] {TOLD} }}"
        );
        for rel in &tie.later {
            let params = Params::from_iter([("start", number(tie.start)), ("rel", number(rel.id()))]);
            let told: Value = self.transaction.query(statement.as_str(), params)?.single()?;
            cited.extend(self.cited(&told, rel.id()));
        }
        Ok(())
    }
}

/// Whether a source says when it ended.
pub(super) fn has_own_end(known: &BTreeMap<Name, Value>, key: &str) -> bool {
    known.contains_key(key) && !known.contains_key("absent_from")
}
