//! What the record of an entry says in one edition and not in another: programmes, addresses, numbers, links. It holds until some day between
//! those two, or since one, as far as the edition that is silent has a record of the entry, and nobody else goes on saying it.
//!
//! Who is not in an edition at all may have been taken off, and is tied to others as before: of that nothing follows here. What a document has done
//! stays so.

use std::collections::BTreeSet;

use super::records::Records;
use super::settle::{CITED, Settling, TOLD, rel_of};
use super::sources::{Cited, Witness};
use super::ties::{Tie, has_own_end};
use crate::{Date, Edtf, ElementId, Error, Params, Row, Value};

/// So many entries are asked about at once.
const ENTRIES_AT_ONCE: usize = 500;

/// What records draw, retracted or not,
const OF_PARAGRAPHS: &str =
    "UNWIND $paragraphs AS paragraph MATCH (p:Paragraph {id: paragraph})-[:SUPPORTS]->[(a)-[r]->(b)] WHERE true";

/// and what has been bounded.
const BOUNDED: &str = "MATCH [(a)-[r]->(b)] WHERE (r.absent_from IS NOT NULL OR r.absent_before IS NOT NULL)";

/// A relationship that a record of one of these entries draws.
struct Fact {
    tie: Tie,
    cited: Vec<Cited>,
    /// Others support it as well, of which nobody knows until when.
    has_others: bool,
}

impl Settling<'_> {
    /// Of entries of which editions say different things.
    pub(super) fn facts(&mut self) -> Result<(), Error> {
        for list in self.sources.settled.clone() {
            self.read_records(&list)?;
            for entries in self.records[&list].paragraphs().chunks(ENTRIES_AT_ONCE) {
                self.settle_facts(OF_PARAGRAPHS, &entries.concat())?;
            }
        }
        Ok(())
    }

    /// Those that have bounds: editions may say the same by now, and another list may say it, too.
    pub(super) fn bounded_facts(&mut self) -> Result<(), Error> {
        self.settle_facts(BOUNDED, &[])
    }

    fn settle_facts(&mut self, which: &str, paragraphs: &[String]) -> Result<(), Error> {
        for fact in self.facts_of(which, paragraphs)? {
            let is_settled = |cited: &Cited| self.sources.settled.contains(&self.sources.all[cited.source].series);
            if fact.cited.iter().any(is_settled) && self.done.insert(fact.tie.first.id()) {
                self.fact(fact)?;
            }
        }
        Ok(())
    }

    fn read_records(&mut self, list: &str) -> Result<(), Error> {
        if !self.records.contains_key(list) {
            let records = Records::read(self.transaction, list, &self.sources.by_id)?;
            self.records.insert(list.to_owned(), records);
        }
        Ok(())
    }

    fn facts_of(&mut self, which: &str, paragraphs: &[String]) -> Result<Vec<Fact>, Error> {
        let statement = format!(
            "{which} AND r.spell IS NULL AND type(r) <> 'LISTED_ON' AND NOT a:Rule AND NOT b:Rule AND NOT a:FormerId
             WITH DISTINCT a, r, b
             RETURN id(a), id(b), a.id + '|' + b.id, r, COUNT {{ ()-[:SUPPORTS]->[r] }}, COLLECT {{ MATCH {CITED}[r] {TOLD} }},
                    COLLECT {{ MATCH [(a)-[l]->(b)] WHERE type(l) = type(r) AND l.spell IS NOT NULL RETURN l }}"
        );
        let paragraphs: Vec<&str> = paragraphs.iter().map(String::as_str).collect();
        let rows = self.transaction.query(statement, Params::from_iter([("paragraphs", paragraphs)]))?;
        let rows: Result<Vec<Row>, Error> = rows.collect();
        Ok(rows?.iter().filter_map(|row| self.fact_of(row)).collect())
    }

    fn fact_of(&self, row: &Row) -> Option<Fact> {
        let [
            Value::Integer(start),
            Value::Integer(end),
            ends,
            Value::Relationship(rel),
            Value::Integer(count),
            cited,
            Value::List(later),
        ] = row.values()
        else {
            return None;
        };
        let cited = self.cited(cited, rel.id());
        let name = rel.properties().get("id").unwrap_or(ends).to_string();
        let ends = (ElementId(start.unsigned_abs()), ElementId(end.unsigned_abs()));
        let has_others = cited.len() as u64 != count.unsigned_abs();
        let mut tie = Tie::new(ends, name, rel.clone()).copied();
        tie.take_later(later.iter().filter_map(rel_of));
        Some(Fact { tie, cited, has_others })
    }

    fn fact(&mut self, fact: Fact) -> Result<(), Error> {
        let Fact { tie, mut cited, has_others } = fact;
        self.take_later_citations(&tie, &mut cited)?;
        let has = |key: &str| tie.first.properties().contains_key(key);
        // What has an end of its own is so until then, whoever does not say it.
        let is_bounded = !has_others && !has_own_end(tie.first.properties(), "valid_to");
        let silent = if is_bounded { self.silent(tie.first.rel_type(), &cited)? } else { Vec::new() };
        if silent.is_empty() && tie.later.is_empty() && !has("absent_from") && !has("absent_before") {
            return Ok(());
        }
        let Some(seen) = self.sources.seen_but_by(&cited, silent, None) else { return Ok(()) };
        let has_own_day = has("valid_from") && !has("absent_before");
        let first = seen.spells.first().filter(|spell| spell.absent_before.is_some());
        let begins = vec![
            ("valid_from", first.and_then(|spell| spell.begins.clone()).into()),
            ("absent_before", self.named(first.and_then(|spell| spell.absent_before), &seen)),
        ];
        self.tie(&tie, if has_own_day { Vec::new() } else { begins }, &cited, &seen)
    }

    /// The editions that have a record of who says it otherwise, and do not say it.
    fn silent(&mut self, rel_type: &str, cited: &[Cited]) -> Result<Vec<Witness>, Error> {
        let lists: BTreeSet<String> = cited.iter().map(|cited| self.sources.all[cited.source].series.clone()).collect();
        let mut silent: Vec<(String, Vec<usize>)> = Vec::new();
        for list in lists {
            self.read_records(&list)?;
            let own = cited.iter().filter(|cited| self.sources.all[cited.source].series == list);
            let having = self.records[&list].having(own);
            let mut editions = self.sources.without(&list, cited);
            editions.retain(|edition| having.contains(edition) && self.sources.all[*edition].tells_of(rel_type));
            if !editions.is_empty() {
                let quoting = self.quoting(&list, cited)?;
                editions.retain(|edition| !quoting.contains(edition));
            }
            silent.push((list, editions));
        }
        let silent = match &silent[..] {
            [(_, editions)] => editions.clone(),
            _ => self.silent_on_all(cited, &silent),
        };
        Ok(silent.into_iter().map(Witness::Edition).collect())
    }

    /// The editions in which a record has the words that have led to it, wherever they lead there.
    fn quoting(&mut self, list: &str, cited: &[Cited]) -> Result<Vec<usize>, Error> {
        let printed: BTreeSet<String> = cited
            .iter()
            .filter_map(|cited| cited.citation.properties().get("printed"))
            .map(ToString::to_string)
            .collect();
        if printed.is_empty() {
            return Ok(Vec::new());
        }
        let statement = "UNWIND $paragraphs AS id MATCH (p:Paragraph {id: id})-[:OF]->(s:Source)
                         WHERE any(words IN $printed WHERE p.raw CONTAINS words) RETURN DISTINCT s.id";
        let paragraphs = self.records[list].paragraphs_of(cited.iter());
        let params: [(&str, Value); 2] =
            [("paragraphs", paragraphs.into()), ("printed", printed.into_iter().collect::<Vec<String>>().into())];
        let found: Vec<String> = self.transaction.query(statement, Params::from_iter(params))?.into_vec()?;
        Ok(found.iter().filter_map(|id| self.sources.by_id.get(id).copied()).collect())
    }

    /// What several lists say begins with the first of them that does, and goes on as long as one does.
    fn silent_on_all(&self, cited: &[Cited], silent: &[(String, Vec<usize>)]) -> Vec<usize> {
        let first_day = |edition: &usize| self.sources.all[*edition].published.as_ref().and_then(Edtf::earliest);
        let last_day = |edition: &usize| self.sources.all[*edition].published.as_ref().and_then(Edtf::latest);
        let mut bounds: Vec<(Option<Date>, Option<Date>)> = Vec::new();
        for (list, editions) in silent {
            let own = cited.iter().filter(|cited| self.sources.all[cited.source].series == *list);
            let Some((first, last)) = self.sources.span(own) else { return Vec::new() };
            let before = editions.iter().filter_map(last_day).filter(|day| *day < first).max();
            let behind = editions.iter().filter_map(first_day).filter(|day| *day > last).min();
            bounds.push((before, behind));
        }
        let Some((first, last)) = self.sources.span(cited.iter()) else { return Vec::new() };
        let before: Option<Vec<Date>> = bounds.iter().map(|(before, _)| *before).collect();
        let behind: Option<Vec<Date>> = bounds.iter().map(|(_, behind)| *behind).collect();
        let before = before.and_then(|days| days.into_iter().min());
        let behind = behind.and_then(|days| days.into_iter().max());
        let is_outside = |edition: &usize| {
            let is_before =
                last_day(edition).is_some_and(|day| day < first && before.is_some_and(|bound| day <= bound));
            is_before || first_day(edition).is_some_and(|day| day > last && behind.is_some_and(|bound| day >= bound))
        };
        silent.iter().flat_map(|(_, editions)| editions).copied().filter(is_outside).collect()
    }
}
