//! Since when and until when a party is on a list, by one record or by several, each of which may have days of its own: a `LISTED_ON` for each
//! time without a break, whichever record came first.
//!
//! A record that says when it ends stands for itself, until an edition that is of before that day does not have it any more. The party is on
//! the list by the others as long as any of them is in the editions; each begins when it says so, or else as the editions show.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::claims::{Claim, ClaimEnd, unite};
use super::{CITED, Settling, node_of};
use crate::sanctions::dates::{self, is_until};
use crate::sanctions::editions::sources::{Cited, Seen};
use crate::sanctions::editions::ties::{Held, Seats, Tie, own_end, spell_of};
use crate::sanctions::editions::{day_of, id_of, set_where_other};
use crate::{Edtf, ElementId, Error, Node, Params, Relationship, Row, Value};

/// Parties and lists with the records of lists that tie them. Pairs with one record are left out if no edition may differ and `LISTED_ON`
/// agrees with it.
const PAIRS: &str = "MATCH [(x:Listing)-[:TARGETS]->(a)] MATCH [(x)-[:ADDS_TO]->(b:List)]
    WHERE EXISTS { MATCH [(p:Paragraph)-[:SUPPORTS]->(x)] MATCH (p)-[:OF]->(s:Source) WHERE s.kind = 'list' }
    WITH a, b, collect(DISTINCT x) AS listings
    WHERE $may_differ OR size(listings) > 1 OR EXISTS {
        MATCH [(a)-[l:LISTED_ON]->(b)]
        WHERE l.spell IS NOT NULL
            OR coalesce(toString(l.valid_from), '') <> coalesce(toString(listings[0].on), '')
            OR coalesce(toString(l.valid_to), '') <> coalesce(toString(listings[0].removed), '')
            OR coalesce(toString(l.in_effect), '') <> coalesce(toString(listings[0].in_effect), '') }";

/// A party and a list, and all that ties them.
struct Pair<'r> {
    party: &'r Node,
    list: &'r Node,
    records: Vec<Listed>,
    /// By their spells.
    rels: Vec<Relationship>,
    /// By editions and other sources that are of a list of which there are several.
    cited: Vec<Cited>,
    placed: Vec<Placed>,
}

/// A record, and the paragraphs by which the party is on the list.
struct Listed {
    listing: Node,
    paragraphs: BTreeSet<ElementId>,
}

/// That the paragraph of a record supports one of the relationships.
struct Placed {
    paragraph: ElementId,
    holder: ElementId,
    citation: Relationship,
}

impl Settling<'_> {
    /// All that lists concern that were read now, and who is listed by several records: one that belongs to no edition bears on others that
    /// do. Of retracted ones, too: what the lists tell of them goes on.
    pub(super) fn memberships(&mut self, may_differ: bool) -> Result<(), Error> {
        let statement = format!(
            "{PAIRS} RETURN a, b, listings,
             COLLECT {{ MATCH [(a)-[l:LISTED_ON]->(b)] RETURN [l, COLLECT {{ MATCH {CITED}[l] WHERE s.kind = 'list' AND p.kind = 'record' RETURN [s.id, id(p), c] }}] }},
             COLLECT {{ UNWIND listings AS x MATCH [(p:Paragraph)-[:SUPPORTS]->(x)] WHERE p.kind = 'record' RETURN [id(x), id(p)] }}"
        );
        let params = Params::from_iter([("may_differ", may_differ)]);
        for row in self.transaction.query(statement, params)? {
            let row: Row = row?;
            let [
                Value::Node(party),
                Value::Node(list),
                Value::List(listings),
                Value::List(rels),
                Value::List(supported),
            ] = row.values()
            else {
                continue;
            };
            let mut pair = Pair { party, list, records: vec![], rels: vec![], cited: vec![], placed: vec![] };
            for rel in rels.iter() {
                self.take_rel(rel, &mut pair);
            }
            pair.rels.sort_by_key(|rel| (spell_of(rel), rel.id()));
            let supported: Vec<(ElementId, ElementId)> = supported.iter().filter_map(two_ids).collect();
            let placed: HashSet<ElementId> = pair.placed.iter().map(|placed| placed.paragraph).collect();
            for listing in listings.iter().filter_map(node_of) {
                let own = supported.iter().filter(|(of, paragraph)| *of == listing.id() && placed.contains(paragraph));
                let paragraphs: BTreeSet<ElementId> = own.map(|(_, paragraph)| *paragraph).collect();
                pair.records.extend((!paragraphs.is_empty()).then_some(Listed { listing, paragraphs }));
            }
            if !pair.records.is_empty() && self.concerns(&pair) {
                let claims = unite(self.claims(&pair));
                self.write_claims(&pair, &claims)?;
            }
        }
        Ok(())
    }

    fn concerns(&self, pair: &Pair<'_>) -> bool {
        pair.records.len() > 1 || pair.cited.is_empty() || self.sources.concern(&pair.cited)
    }

    fn take_rel(&self, told: &Value, pair: &mut Pair<'_>) {
        let Value::List(told) = told else { return };
        let told: Vec<&Value> = told.iter().collect();
        let [Value::Relationship(rel), cited] = told[..] else { return };
        let Value::List(rows) = cited else { return };
        // What no list tells is somebody else's.
        if rows.is_empty() {
            return;
        }
        pair.cited.extend(self.cited(cited, rel.id()));
        for row in rows.iter() {
            let Value::List(row) = row else { continue };
            let row: Vec<&Value> = row.iter().collect();
            let [_, Value::Integer(paragraph), Value::Relationship(citation)] = row[..] else { continue };
            let (paragraph, citation) = (ElementId(paragraph.unsigned_abs()), citation.clone());
            pair.placed.push(Placed { paragraph, holder: rel.id(), citation });
        }
        pair.rels.push(rel.clone());
    }

    fn claims(&self, pair: &Pair<'_>) -> Vec<Claim> {
        let (closed, open): (Vec<&Listed>, Vec<&Listed>) =
            pair.records.iter().partition(|record| record.own_end().is_some());
        let alone = closed.chunks(1).flat_map(|record| self.claims_of(pair, record));
        alone.chain(self.claims_of(pair, &open)).collect()
    }

    /// What records say that have no end, or one that has.
    fn claims_of(&self, pair: &Pair<'_>, records: &[&Listed]) -> Vec<Claim> {
        let own_end = records.iter().find_map(|record| record.own_end());
        let is_of_them = |cited: &&Cited| records.iter().any(|record| record.paragraphs.contains(&cited.paragraph));
        // What one list says is no matter of the editions of another.
        let mut by_series: BTreeMap<&str, Vec<Cited>> = BTreeMap::new();
        for cited in pair.cited.iter().filter(is_of_them) {
            by_series.entry(self.sources.series_of(cited)).or_default().push(cited.clone());
        }
        let ids: Vec<String> = records.iter().map(|record| id_of(record.listing.properties())).collect();
        let deleted = self.sources.taken_off(&id_of(pair.party.properties()), &ids);
        let seen = |cited: &[Cited]| self.sources.seen(cited, &deleted, own_end.as_ref());
        let shown: Vec<(&Vec<Cited>, Seen)> =
            by_series.values().filter_map(|cited| Some((cited, seen(cited)?))).collect();
        let mut claims = Vec::new();
        for record in records {
            let mut own: Vec<Claim> = shown.iter().flat_map(|(cited, seen)| self.shown(record, cited, seen)).collect();
            let is_left = |paragraph: &&ElementId| !own.iter().any(|claim| claim.paragraphs.contains(paragraph));
            let left: Vec<ElementId> = record.paragraphs.iter().filter(is_left).copied().collect();
            match own.first_mut() {
                Some(first) => first.paragraphs.extend(left),
                None => own.push(record.claim()),
            }
            claims.extend(own);
        }
        claims
    }

    /// What a record says, as far as the editions of one list have it. If it is back, it begins anew with the edition that has it.
    fn shown(&self, record: &Listed, cited: &[Cited], seen: &Seen) -> Vec<Claim> {
        let mut claims: Vec<Claim> = Vec::new();
        for spell in &seen.spells {
            let shown = spell.sightings.iter().map(|index| cited[seen.citations[*index]].paragraph);
            let paragraphs: BTreeSet<ElementId> =
                shown.filter(|paragraph| record.paragraphs.contains(paragraph)).collect();
            if paragraphs.is_empty() {
                continue;
            }
            let shown_end = spell.ends.as_ref().map(|(date, index)| (date.clone(), Some(seen.witnesses[*index])));
            let ends: Option<ClaimEnd> = shown_end.or_else(|| record.own_end().map(|date| (date, None)));
            claims.push(if claims.is_empty() && record.says_beginning() {
                Claim { ends, paragraphs, absent_before: Value::Null, ..record.claim() }
            } else {
                let (begins, absent_before) = (spell.begins.clone(), self.named(spell.absent_before, seen));
                Claim { begins, absent_before, in_effect: None, ends, paragraphs }
            });
        }
        claims
    }

    fn write_claims(&mut self, pair: &Pair<'_>, claims: &[Claim]) -> Result<(), Error> {
        let Some((first, later)) = pair.rels.split_first() else { return Ok(()) };
        let mut tie = Tie::of_listing(pair.party, pair.list, first.clone());
        tie.later = later.to_vec();
        let held: Vec<Held> =
            pair.placed.iter().map(|placed| (placed.holder, placed.citation.id(), placed.paragraph)).collect();
        let paragraphs: Vec<BTreeSet<ElementId>> = claims.iter().map(|claim| claim.paragraphs.clone()).collect();
        let seats = Seats::of(&tie, &held, &paragraphs);
        let mut placed: HashMap<ElementId, Vec<&Placed>> = HashMap::new();
        for one in &pair.placed {
            placed.entry(one.paragraph).or_default().push(one);
        }
        for (index, claim) in claims.iter().enumerate() {
            let (date, by) = claim.ends.clone().unzip();
            let by = by.flatten();
            let bounds = vec![
                ("valid_from", claim.begins.clone().into()),
                ("absent_before", claim.absent_before.clone()),
                ("in_effect", claim.in_effect.clone().into()),
                ("valid_to", date.clone().into()),
                ("absent_from", by.map_or(Value::Null, |witness| self.sources.id_of(witness).into())),
            ];
            let holder = self.keep(&tie, index, &seats, bounds)?;
            self.place(pair, &placed, holder, claim)?;
        }
        self.delete_others(&tie, &seats)
    }

    /// Leaves the paragraphs that belong to this time, and brings those that stand elsewhere.
    fn place(
        &mut self,
        pair: &Pair<'_>,
        placed: &HashMap<ElementId, Vec<&Placed>>,
        holder: ElementId,
        claim: &Claim,
    ) -> Result<(), Error> {
        for placed in pair.placed.iter().filter(|placed| placed.holder == holder) {
            let is_of_record = pair.records.iter().any(|record| record.paragraphs.contains(&placed.paragraph));
            if is_of_record && !claim.paragraphs.contains(&placed.paragraph) {
                self.gone.entry(placed.paragraph).or_default().push(placed.citation.id());
            }
        }
        for paragraph in &claim.paragraphs {
            let all = placed.get(paragraph).map_or(&[][..], Vec::as_slice);
            let words = words_of(all);
            match all.iter().find(|placed| placed.holder == holder) {
                Some(there) => {
                    set_where_other(self.transaction, there.citation.id(), there.citation.properties(), words)?;
                }
                None => drop(self.draw(*paragraph, "SUPPORTS", holder, words)?),
            }
        }
        Ok(())
    }
}

impl Listed {
    fn day(&self, key: &str) -> Option<Edtf> {
        self.listing.properties().get(key).and_then(day_of)
    }

    fn own_end(&self) -> Option<Edtf> {
        own_end(self.listing.properties(), "removed")
    }

    /// Whether the record, and no edition, tells since when.
    fn says_beginning(&self) -> bool {
        let known = self.listing.properties();
        !known.contains_key("absent_before") && known.get("on").is_some_and(|date| !is_until(date))
    }

    /// What it says on its own.
    fn claim(&self) -> Claim {
        Claim {
            begins: self.day("on"),
            absent_before: self.listing.properties().get("absent_before").cloned().unwrap_or(Value::Null),
            in_effect: self.day("in_effect"),
            ends: self.own_end().map(|date| (date, None)),
            paragraphs: self.paragraphs.clone(),
        }
    }
}

/// What a paragraph says when it supports one of the relationships: seen from the first day to the last.
fn words_of(all: &[&Placed]) -> Vec<(&'static str, Value)> {
    let days = |key: &str, choose: fn(&Edtf, &Edtf) -> Edtf| {
        let days = all.iter().filter_map(|placed| placed.citation.properties().get(key).and_then(day_of));
        days.reduce(|known, day| choose(&known, &day))
    };
    let words = [("first_seen", days("first_seen", dates::earlier)), ("last_seen", days("last_seen", dates::later))];
    words.into_iter().filter_map(|(key, day)| Some((key, day?.into()))).collect()
}

fn two_ids(value: &Value) -> Option<(ElementId, ElementId)> {
    let Value::List(items) = value else { return None };
    let items: Vec<&Value> = items.iter().collect();
    let [Value::Integer(one), Value::Integer(other)] = items[..] else { return None };
    Some((ElementId(one.unsigned_abs()), ElementId(other.unsigned_abs())))
}
