//! What lasts, and may come back: a relationship for each spell. The first one is that which records draw; those behind it have an `id` and
//! the number of the `spell`, so that no record finds them, and the records of a spell support its own.
//!
//! A relationship stays with its time: where an earlier spell comes to light it gets another number, and whoever has retracted it has
//! retracted that time.

use std::collections::{BTreeMap, BTreeSet};

use super::settle::{CITED, Settling, TOLD, number};
use super::sources::{Cited, Seen};
use super::spells::Spell;
use super::{day_of, id_of, set_where_other};
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
        let name = format!("{}|{}", id_of(party.properties()), id_of(list.properties()));
        Self::new((party.id(), list.id()), name, first)
    }

    pub(super) fn copied(self) -> Self {
        Self { is_copied: true, ..self }
    }

    /// Those of some relationships that are later spells of this one.
    pub(super) fn take_later(&mut self, rels: impl Iterator<Item = Relationship>) {
        let of_this =
            rels.filter(|rel| id_of(rel.properties()).rsplit_once('|').is_some_and(|(name, _)| name == self.name));
        self.later = of_this.collect();
        self.later.sort_by_key(spell_of);
    }

    fn rels(&self) -> impl Iterator<Item = &Relationship> {
        [&self.first].into_iter().chain(&self.later)
    }

    /// Beside the time, what the relationship has that stands for a spell, the first of which is 0.
    fn kept(&self, spell: usize) -> Vec<(&str, Value)> {
        let first = self.first.properties();
        if spell == 0 {
            return first.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
        }
        let all = first.iter().filter(|(key, _)| self.is_copied && !OWN.contains(&key.as_str()));
        all.map(|(key, value)| (key.as_str(), value.clone())).collect()
    }

    /// By which records, and who reads, tell it from those of other spells.
    fn identity(&self, spell: usize) -> [(&'static str, Value); 2] {
        if spell == 0 {
            return [("id", self.first.properties().get("id").cloned().into()), ("spell", Value::Null)];
        }
        let number = i64::try_from(spell + 1).unwrap_or(i64::MAX);
        [("id", format!("{}|{number}", self.name).into()), ("spell", number.into())]
    }
}

/// A citation: what is cited, itself, and the paragraph.
pub(super) type Held = (ElementId, ElementId, ElementId);

/// Which relationships stand for which spell.
pub(super) struct Seats {
    keepers: Vec<Option<ElementId>>,
    /// What somebody else has drawn, with the number of its spell.
    beside: Vec<(usize, ElementId)>,
}

impl Seats {
    /// Of each spell the paragraphs are given. While all are asserted they stand for spells in their order. Where one is retracted, each stands
    /// for the spell of which its oldest citation is: who has retracted it has retracted that time.
    pub(super) fn of(tie: &Tie, held: &[Held], spells: &[BTreeSet<ElementId>]) -> Self {
        let spell_of_paragraph = |paragraph| spells.iter().position(|spell| spell.contains(&paragraph));
        let spell_of_oldest = |rel: &Relationship| {
            let own = held.iter().filter(|(holder, ..)| *holder == rel.id());
            let placed = own.filter_map(|(_, citation, paragraph)| Some((citation, spell_of_paragraph(*paragraph)?)));
            placed.min().map(|(_, spell)| spell)
        };
        let mut seats = Self { keepers: vec![None; spells.len()], beside: Vec::new() };
        let are_asserted = tie.rels().all(Relationship::is_asserted);
        let mut numbers = 0..spells.len();
        let mut in_order: Vec<&Relationship> = tie.rels().collect();
        in_order.sort_by_key(|rel| if are_asserted { (spell_of(rel), rel.id()) } else { (0, rel.id()) });
        for (index, rel) in in_order.into_iter().enumerate() {
            let is_numbered = spell_of(rel) > 0;
            let is_next = are_asserted && (index == 0 || is_numbered);
            let spell = if is_next { numbers.next() } else { spell_of_oldest(rel) };
            match spell {
                Some(spell) if seats.keepers[spell].is_none() => seats.keepers[spell] = Some(rel.id()),
                Some(spell) if !is_numbered => seats.beside.push((spell, rel.id())),
                _ => {}
            }
        }
        seats
    }
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
        let seats = Seats::of(tie, &held, &paragraphs);
        for (index, spell) in seen.spells.iter().enumerate() {
            let bounds = match index {
                0 if has_own_end(tie.first.properties(), "valid_to") => std::mem::take(&mut begins),
                0 => std::mem::take(&mut begins).into_iter().chain(self.end_bounds(spell, seen)).collect(),
                _ => self.bounds_of(spell, seen),
            };
            let holder = self.keep(tie, index, &seats, bounds)?;
            for moved in spells[index].iter().filter(|cited| cited.holder != holder) {
                self.move_citation(moved, holder, cited)?;
            }
        }
        self.delete_others(tie, &seats)
    }

    /// Those that stood for a spell that there is none of any more.
    pub(super) fn delete_others(&mut self, tie: &Tie, seats: &Seats) -> Result<(), Error> {
        let numbered = tie.rels().filter(|rel| spell_of(rel) > 0);
        let mut others = numbered.filter(|rel| !seats.keepers.contains(&Some(rel.id())));
        others.try_for_each(|rel| self.delete_spell(tie.start, rel))
    }

    fn delete_spell(&mut self, start: ElementId, spell: &Relationship) -> Result<(), Error> {
        let statement = "MATCH [(a)-[l]->()] WHERE id(a) = $start AND id(l) = $rel DETACH DELETE l";
        let params = Params::from_iter([("start", number(start)), ("rel", number(spell.id()))]);
        self.transaction.query(statement, params).map(drop)
    }

    /// The day on which a spell ended, as the editions show, and the one that shows it.
    pub(super) fn end_of(&self, spell: Option<&Spell>, seen: &Seen) -> [Value; 2] {
        let end = spell.and_then(|spell| spell.ends.as_ref());
        let by = end.map_or(Value::Null, |(_, index)| self.sources.id_of(seen.witnesses[*index]).into());
        [end.map(|(date, _)| date.clone()).into(), by]
    }

    fn end_bounds(&self, spell: &Spell, seen: &Seen) -> [(&'static str, Value); 2] {
        let [date, by] = self.end_of(Some(spell), seen);
        [("valid_to", date), ("absent_from", by)]
    }

    fn bounds_of(&self, spell: &Spell, seen: &Seen) -> Vec<(&'static str, Value)> {
        let begins =
            [("valid_from", spell.begins.clone().into()), ("absent_before", self.named(spell.absent_before, seen))];
        begins.into_iter().chain(self.end_bounds(spell, seen)).collect()
    }

    /// The relationship that stands for a spell, which is drawn if there is none.
    pub(super) fn keep(
        &mut self,
        tie: &Tie,
        spell: usize,
        seats: &Seats,
        bounds: Vec<(&'static str, Value)>,
    ) -> Result<ElementId, Error> {
        let beside = seats.beside.iter().filter(|(of, _)| *of == spell).map(|(_, rel)| *rel);
        for rel in tie.rels().filter(|rel| beside.clone().any(|beside| beside == rel.id())) {
            set_where_other(self.transaction, rel.id(), rel.properties(), bounds.clone())?;
        }
        let keeper = tie.rels().find(|rel| Some(rel.id()) == seats.keepers[spell]);
        let mut wanted: BTreeMap<&str, Value> = match keeper {
            Some(keeper) if spell == 0 && spell_of(keeper) == 0 => BTreeMap::new(),
            _ => tie.kept(spell).into_iter().chain(tie.identity(spell)).collect(),
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

/// The number of the spell, from the second one on.
pub(super) fn spell_of(rel: &Relationship) -> i64 {
    match rel.properties().get("spell") {
        Some(Value::Integer(number)) => *number,
        _ => 0,
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
