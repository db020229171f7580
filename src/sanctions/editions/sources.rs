//! Which sources there are of lists, and what they show of one element: when it was seen, and by which it is missing.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::day_of;
use super::entries::side_files;
use super::fields::SideFile;
use super::spells::{Absence, Sighting, Spell, spells};
use crate::sanctions::ListFormat;
use crate::{Date, Edtf, ElementId, Error, Params, Relationship, Value, WriteTransaction};

/// An edition, or another source of a list.
pub(super) struct Source {
    pub id: String,
    pub series: String,
    pub published: Option<Edtf>,
    /// Those who are not in it were taken off, if they were there.
    tells_end: bool,
    is_delta: bool,
    /// Of which files it has none.
    missing: Vec<&'static SideFile>,
}

impl Source {
    /// Whether it would have a relationship of this type.
    pub(super) fn tells_of(&self, rel_type: &str) -> bool {
        !self.missing.iter().any(|file| file.ties.contains(&rel_type))
    }
}

/// All sources that are of a list.
pub(super) struct Sources {
    pub all: Vec<Source>,
    pub by_id: HashMap<String, usize>,
    /// Those that tell who is absent, by list.
    editions: HashMap<String, Vec<usize>>,
    pub settled: BTreeSet<String>,
    /// Entries that have been taken off by name, with the paragraph that says it.
    pub deleted: HashMap<String, Vec<(usize, ElementId)>>,
}

/// Where it stands that somebody is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Witness {
    /// All of an edition.
    Edition(usize),
    /// A line that says it.
    Line(usize, ElementId),
}

impl Witness {
    pub(super) fn source(self) -> usize {
        match self {
            Witness::Edition(source) | Witness::Line(source, _) => source,
        }
    }
}

/// A citation of an element.
#[derive(Clone)]
pub(super) struct Cited {
    pub source: usize,
    pub paragraph: ElementId,
    pub citation: Relationship,
    /// What is cited, where there are several of one kind.
    pub holder: ElementId,
}

/// What is seen of an element.
pub(super) struct Seen {
    pub spells: Vec<Spell>,
    /// By the numbers of sightings.
    pub citations: Vec<usize>,
    /// By the numbers of absences.
    pub witnesses: Vec<Witness>,
}

/// An end, and what shows it.
pub(super) type End = (Edtf, Witness);

impl Sources {
    pub(super) fn read(transaction: &mut WriteTransaction, settled: &BTreeSet<String>) -> Result<Self, Error> {
        let statement = "MATCH (s:Source) WHERE s.series IS NOT NULL RETURN s.id, s.series, s.published, s.coverage, s.delta, s.format, s.missing";
        let mut sources = Self {
            all: Vec::new(),
            by_id: HashMap::new(),
            editions: HashMap::new(),
            settled: settled.clone(),
            deleted: HashMap::new(),
        };
        for row in transaction.query(statement, ())? {
            type Told = (String, String, Value, Option<String>, Option<bool>, Option<String>, Option<Vec<String>>);
            let (id, series, published, coverage, delta, format, missing): Told = row?.to()?;
            let format: Option<ListFormat> = format.and_then(|name| name.parse().ok());
            let missing = format.map_or_else(Vec::new, |format| side_files(format, &missing.unwrap_or_default()));
            let (coverage, is_delta) = (coverage.unwrap_or_default(), delta == Some(true));
            let (tells_end, published) = (coverage == "whole", day_of(&published));
            let tells_absence = (tells_end || coverage == "unclosed") && published.is_some();
            let number = sources.all.len();
            if tells_absence {
                sources.editions.entry(series.clone()).or_default().push(number);
            }
            sources.by_id.insert(id.clone(), number);
            sources.all.push(Source { id, series, published, tells_end, is_delta, missing });
        }
        sources.read_deleted(transaction)?;
        Ok(sources)
    }

    fn read_deleted(&mut self, transaction: &mut WriteTransaction) -> Result<(), Error> {
        let statement =
            "MATCH (s:Source {id: $id})<-[:OF]-(p:Paragraph) WHERE p.absent IS NOT NULL RETURN p.absent, id(p)";
        let deltas = self.all.iter().enumerate().filter(|(_, source)| source.is_delta);
        for (number, source) in deltas {
            for row in transaction.query(statement, Params::from_iter([("id", source.id.as_str())]))? {
                let (entry, paragraph): (String, u64) = row?.to()?;
                self.deleted.entry(entry).or_default().push((number, ElementId(paragraph)));
            }
        }
        Ok(())
    }

    /// A list of which there is one source has nothing to be held against.
    pub(super) fn may_differ(&self) -> bool {
        let count = |series: &String| self.all.iter().filter(|source| source.series == *series).count();
        self.settled.iter().any(|series| count(series) > 1)
    }

    /// The list of which what cites is.
    pub(super) fn series_of(&self, cited: &Cited) -> &str {
        &self.all[cited.source].series
    }

    /// Lines by which somebody was taken off by name: the party, or all that it was listed by.
    pub(super) fn taken_off(&self, party: &str, listings: &[String]) -> Vec<(usize, ElementId)> {
        let mut found = self.deleted.get(party).cloned().unwrap_or_default();
        let newest = |listing: &String| {
            let lines = self.deleted.get(listing).into_iter().flatten();
            lines.max_by_key(|(source, _)| self.all[*source].published.clone()).copied()
        };
        let lines: Option<Vec<(usize, ElementId)>> = listings.iter().map(newest).collect();
        let all = lines.into_iter().flatten();
        found.extend(all.max_by_key(|(source, _)| self.all[*source].published.clone()));
        found
    }

    /// Whether any of what cites is of a list that is settled.
    pub(super) fn concern(&self, cited: &[Cited]) -> bool {
        cited.iter().any(|cited| self.settled.contains(self.series_of(cited)))
    }

    /// What its citations, and who was taken off by name, say of an element that may have ended as its source says.
    pub(super) fn seen(&self, cited: &[Cited], deleted: &[(usize, ElementId)], own_end: Option<&Edtf>) -> Option<Seen> {
        let series: BTreeSet<&str> = cited.iter().map(|cited| self.series_of(cited)).collect();
        let mut witnesses: Vec<Witness> =
            series.iter().flat_map(|series| self.without(series, cited)).map(Witness::Edition).collect();
        let own = deleted.iter().filter(|(source, _)| series.contains(self.all[*source].series.as_str()));
        witnesses.extend(own.map(|(source, line)| Witness::Line(*source, *line)));
        self.seen_but_by(cited, witnesses, own_end)
    }

    /// The editions of a list that would tell of an element, and do not.
    pub(super) fn without(&self, series: &str, cited: &[Cited]) -> Vec<usize> {
        let supporting: HashSet<usize> = cited.iter().map(|cited| cited.source).collect();
        let editions = self.editions.get(series).into_iter().flatten();
        editions.copied().filter(|edition| !supporting.contains(edition)).collect()
    }

    /// What its citations say of an element, and those where it is missing. Of what has ended, as its source says, nothing follows from who
    /// does not have it from then on.
    pub(super) fn seen_but_by(
        &self,
        cited: &[Cited],
        mut witnesses: Vec<Witness>,
        own_end: Option<&Edtf>,
    ) -> Option<Seen> {
        let (mut sightings, mut citations) = (Vec::new(), Vec::new());
        for (index, cited) in cited.iter().enumerate() {
            let Some(sighting) = self.sighting(cited) else { continue };
            sightings.push(sighting);
            citations.push(index);
        }
        let is_over = |day: &Edtf| own_end.is_some_and(|end| day.latest() >= end.earliest());
        witnesses.retain(|witness| {
            self.all[witness.source()].published.as_ref().is_some_and(|published| !is_over(published))
        });
        let absences: Vec<Absence> = witnesses.iter().filter_map(|witness| self.absence(*witness)).collect();
        let spells = || spells(&sightings, &absences, own_end);
        (!sightings.is_empty()).then(|| Seen { spells: spells(), citations, witnesses })
    }

    fn sighting(&self, cited: &Cited) -> Option<Sighting> {
        let day = |key: &str| cited.citation.properties().get(key).and_then(day_of);
        let published = self.all[cited.source].published.clone();
        let (first, last) = (day("first_seen").or(published.clone()), day("last_seen").or(published));
        Some(Sighting { first: first?, last: last? })
    }

    /// The first and the last day on which it may have been seen.
    pub(super) fn span<'c>(&self, cited: impl Iterator<Item = &'c Cited>) -> Option<(Date, Date)> {
        let days =
            cited.map(|cited| self.sighting(cited).and_then(|seen| seen.first.earliest().zip(seen.last.latest())));
        let days: Option<Vec<(Date, Date)>> = days.collect();
        days?.into_iter().reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
    }

    fn absence(&self, witness: Witness) -> Option<Absence> {
        let source = &self.all[witness.source()];
        let ends = source.tells_end || matches!(witness, Witness::Line(..));
        Some(Absence { day: source.published.clone()?, ends })
    }

    pub(super) fn id_of(&self, witness: Witness) -> &str {
        &self.all[witness.source()].id
    }
}

impl Seen {
    /// What shows a spell.
    pub(super) fn cited<'c>(&self, spell: &Spell, cited: &'c [Cited]) -> Vec<&'c Cited> {
        spell.sightings.iter().map(|sighting| &cited[self.citations[*sighting]]).collect()
    }

    pub(super) fn ends(&self) -> Vec<End> {
        let ends = self.spells.iter().filter_map(|spell| spell.ends.as_ref());
        ends.map(|(date, index)| (date.clone(), self.witnesses[*index])).collect()
    }
}
