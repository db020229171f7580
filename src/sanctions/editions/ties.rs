//! What lasts, and may come back: a relationship for each spell. The first one is that which records draw; those behind it have an `id` and
//! the number of the `spell`, so that no record finds them, and the records of a spell support its own.
//!
//! A relationship stays with its time: where an earlier spell comes to light it gets another number, and whoever has retracted it has
//! retracted that time.

use std::collections::{BTreeMap, BTreeSet};

use super::settle::{CITED, Settling, TOLD, number};
use super::sources::{Cited, Seen};
use super::spells::Spell;
use super::{day_of, set_where_other};
use crate::{Edtf, ElementId, Error, Name, Node, Params, Relationship, Value};

/// One relationship, or several that are one but for the time.
pub(super) struct Tie {
    start: ElementId,
    end: ElementId,
    /// What the ids of later spells begin with.
    name: String,
    pub first: Relationship,
    pub later: Vec<Relationship>,
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

    /// Beside the time, what the relationship has that stands for a spell.
    fn kept(&self, spell_number: usize) -> Vec<(&str, Value)> {
        let first = self.first.properties();
        if spell_number == 1 {
            return first.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
        }
        if !self.is_copied {
            return vec![("in_effect", Value::Null)];
        }
        let all = first.iter().filter(|(key, _)| !OWN.contains(&key.as_str()));
        all.map(|(key, value)| (key.as_str(), value.clone())).collect()
    }

    /// By which records, and who reads, tell it from those of other spells.
    fn identity(&self, spell_number: usize) -> [(&'static str, Value); 2] {
        if spell_number == 1 {
            return [("id", self.first.properties().get("id").cloned().into()), ("spell", Value::Null)];
        }
        let number = i64::try_from(spell_number).unwrap_or(i64::MAX);
        [("id", format!("{}|{spell_number}", self.name).into()), ("spell", number.into())]
    }
}

/// A citation: what is cited, itself, and the paragraph.
pub(super) type Held = (ElementId, ElementId, ElementId);

/// Which relationship stands for which spell, of which the paragraphs are given: that whose oldest citation is of it.
pub(super) fn keepers(rels: &[&Relationship], held: &[Held], spells: &[BTreeSet<ElementId>]) -> Vec<Option<ElementId>> {
    let mut keepers: Vec<Option<ElementId>> = vec![None; spells.len()];
    let spell_of = |paragraph: ElementId| spells.iter().position(|spell| spell.contains(&paragraph));
    for rel in rels {
        let own = held.iter().filter(|(holder, ..)| *holder == rel.id());
        let placed = own.filter_map(|(_, citation, paragraph)| Some((citation, spell_of(*paragraph)?)));
        if let Some((_, spell)) = placed.min() {
            keepers[spell].get_or_insert(rel.id());
        }
    }
    // What no dated paragraph supports is of the first time.
    let first = rels.first().map(|rel| rel.id());
    if !keepers.is_empty() && keepers[0].is_none() && !keepers.contains(&first) {
        keepers[0] = first;
    }
    keepers
}

impl Settling<'_> {
    /// The bounds of each spell, in `begins` since when the first one is.
    pub(super) fn tie(
        &mut self,
        tie: &Tie,
        mut begins: Vec<(&'static str, Value)>,
        cited: &[Cited],
        seen: &Seen,
    ) -> Result<(), Error> {
        let spells: Vec<Vec<&Cited>> = seen.spells.iter().map(|spell| seen.cited(spell, cited)).collect();
        let paragraphs: Vec<BTreeSet<ElementId>> =
            spells.iter().map(|cited| cited.iter().map(|cited| cited.paragraph).collect()).collect();
        let held: Vec<Held> = cited.iter().map(|cited| (cited.holder, cited.citation.id(), cited.paragraph)).collect();
        let rels: Vec<&Relationship> = [&tie.first].into_iter().chain(&tie.later).collect();
        let keepers = keepers(&rels, &held, &paragraphs);
        for (index, spell) in seen.spells.iter().enumerate() {
            let bounds = match index {
                0 if has_own_end(tie.first.properties(), "valid_to") => std::mem::take(&mut begins),
                0 => std::mem::take(&mut begins).into_iter().chain(self.end_of(spell, seen)).collect(),
                _ => self.bounds_of(spell, seen),
            };
            let holder = self.keep(tie, index + 1, keepers[index], bounds)?;
            for moved in spells[index].iter().filter(|cited| cited.holder != holder) {
                self.move_citation(moved, holder, cited)?;
            }
        }
        self.delete_others(tie, &keepers)
    }

    /// Those that stand for no spell any more.
    pub(super) fn delete_others(&mut self, tie: &Tie, keepers: &[Option<ElementId>]) -> Result<(), Error> {
        let rels = [&tie.first].into_iter().chain(&tie.later);
        rels.filter(|rel| !keepers.contains(&Some(rel.id()))).try_for_each(|rel| self.delete_spell(tie.start, rel))
    }

    fn delete_spell(&mut self, start: ElementId, spell: &Relationship) -> Result<(), Error> {
        let statement = "MATCH [(a)-[l]->()] WHERE id(a) = $start AND id(l) = $rel DETACH DELETE l";
        let params = Params::from_iter([("start", number(start)), ("rel", number(spell.id()))]);
        self.transaction.query(statement, params).map(drop)
    }

    fn end_of(&self, spell: &Spell, seen: &Seen) -> [(&'static str, Value); 2] {
        let end = spell.ends.as_ref();
        let by = end.map_or(Value::Null, |(_, index)| self.sources.id_of(seen.witnesses[*index]).into());
        [("valid_to", end.map(|(date, _)| date.clone()).into()), ("absent_from", by)]
    }

    fn bounds_of(&self, spell: &Spell, seen: &Seen) -> Vec<(&'static str, Value)> {
        let begins =
            [("valid_from", spell.begins.clone().into()), ("absent_before", self.named(spell.absent_before, seen))];
        begins.into_iter().chain(self.end_of(spell, seen)).collect()
    }

    /// The relationship that stands for a spell, which is drawn if there is none.
    pub(super) fn keep(
        &mut self,
        tie: &Tie,
        spell_number: usize,
        keeper: Option<ElementId>,
        bounds: Vec<(&'static str, Value)>,
    ) -> Result<ElementId, Error> {
        let rels = || [&tie.first].into_iter().chain(&tie.later);
        let keeper = keeper.and_then(|keeper| rels().find(|rel| rel.id() == keeper));
        let mut wanted: BTreeMap<&str, Value> = match keeper {
            Some(keeper) if spell_number == 1 && keeper.id() == tie.first.id() => BTreeMap::new(),
            _ => tie.kept(spell_number).into_iter().chain(tie.identity(spell_number)).collect(),
        };
        wanted.extend(bounds);
        if let Some(keeper) = keeper {
            set_where_other(self.transaction, keeper.id(), keeper.properties(), wanted.into_iter().collect())?;
            return Ok(keeper.id());
        }
        wanted.retain(|_, value| !matches!(value, Value::Null));
        self.draw(tie.start, tie.first.rel_type(), tie.end, wanted.into_iter().collect())
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

/// When it ends, as far as a source says that.
pub(super) fn own_end(known: &BTreeMap<Name, Value>, key: &str) -> Option<Edtf> {
    known.get(key).filter(|_| has_own_end(known, key)).and_then(day_of)
}

/// Whether a source says when it ended.
pub(super) fn has_own_end(known: &BTreeMap<Name, Value>, key: &str) -> bool {
    known.contains_key(key) && !known.contains_key("absent_from")
}
