//! Whether one element passes.

use rustc_hash::FxHashSet;

use super::super::{End, Graph};
use super::asked::Asked;
use super::column::{Entry, KnownColumn, PageClocks, TimeEnd};
use super::day::Bound;
use super::{KnownAt, Lens, Look, Odd, ValidAt};

impl Graph {
    pub(crate) fn passes(&self, element: End, lens: &Lens, look: Look, odd: &mut Odd) -> bool {
        self.passes_as_asked(element, lens, look, &mut Asked::new(odd))
    }

    pub(super) fn passes_as_asked(&self, element: End, lens: &Lens, look: Look, asked: &mut Asked) -> bool {
        self.passes_alone(element, lens, look == Look::Reached, asked)
            && (look != Look::Whole || self.ends_pass(element, lens, asked))
    }

    /// Whether the ends of a relationship pass, and theirs. An end that many are about is asked once.
    pub(super) fn ends_pass(&self, element: End, lens: &Lens, asked: &mut Asked) -> bool {
        let Some(rel) = element.as_rel().map(|rel| self.rel(rel)) else { return true };
        let (mut open, mut seen) = (vec![rel], FxHashSet::default());
        while let Some(rel) = open.pop() {
            for end in [rel.start, rel.end] {
                let about = end.as_rel();
                if about.is_some() && !seen.insert(end) {
                    continue;
                }
                if !self.passes_alone(end, lens, rel.asserted, asked) {
                    return false;
                }
                open.extend(about.map(|about| self.rel(about)));
            }
        }
        true
    }

    /// Whether an element passes without a look at its ends; `is_reached` as by [`Look::Reached`].
    pub(super) fn passes_alone(&self, element: End, lens: &Lens, is_reached: bool, asked: &mut Asked) -> bool {
        let Some((clocks, offset)) = self.clocks(element) else { return false };
        lens.valid.is_none_or(|at| self.is_valid(element, clocks, offset, at, asked.odd))
            && lens.known.is_none_or(|at| self.is_known(element, clocks, offset, at, is_reached, asked))
            && (lens.least_sources == 0 || self.has_sources(element, lens, asked))
    }

    fn is_valid(&self, element: End, clocks: &PageClocks, offset: usize, at: ValidAt, odd: &mut Odd) -> bool {
        let mut is_valid = true;
        for end in [TimeEnd::From, TimeEnd::To] {
            let Some(column) = clocks.time(end) else { continue };
            if column.is_odd(offset) {
                self.note_odd_time(element, end, odd);
            }
            is_valid &= at.admits(end, column.get(offset, at.bound(end)));
        }
        is_valid
    }

    /// Under which key a time is that is none.
    pub(super) fn note_odd_time(&self, element: End, end: TimeEnd, odd: &mut Odd) {
        match end {
            TimeEnd::To => odd.valid_to = true,
            TimeEnd::From => {
                let valid_from = self.vocabulary.valid_from.map(|key| self.property(element, key));
                let is_there = valid_from.is_some_and(|value| !value.is_null());
                odd.valid_from |= is_there;
                odd.on |= !is_there;
            }
        }
    }

    fn is_known(
        &self,
        element: End,
        clocks: &PageClocks,
        offset: usize,
        at: KnownAt,
        is_reached: bool,
        asked: &mut Asked,
    ) -> bool {
        match clocks.known().and_then(|column| column.get(offset)) {
            Some(entry) => self.is_known_by_entry(element, entry, at, asked.odd),
            None => {
                at.admits_recorded(self.recorded(element).micros)
                    || self.is_known_by_touch(element, at, is_reached, asked)
            }
        }
    }

    /// Rules 1 and 2.
    fn is_known_by_entry(&self, element: End, entry: Entry, at: KnownAt, odd: &mut Odd) -> bool {
        odd.published |= entry.is_odd;
        let day = entry.days.at(at.bound());
        if entry.is_recorded && at.is_decided_within(day) {
            return self.known(element).passes(&at);
        }
        day <= at.day
    }

    /// The part of rule 3 that looks at what touches an element without citations; `is_reached`: something does that is
    /// known.
    pub(super) fn is_known_by_touch(&self, element: End, at: KnownAt, is_reached: bool, asked: &mut Asked) -> bool {
        if element.as_rel().is_some_and(|rel| self.rel(rel).asserted) {
            return false;
        }
        is_reached
            || asked.touched.any(element, self.asserted_at(element), |rel| match self.entry(rel) {
                Some(entry) => self.is_known_by_entry(rel, entry, at, asked.odd),
                None => at.admits_recorded(self.recorded(rel).micros),
            })
    }
}

impl ValidAt {
    pub(super) fn bound(self, end: TimeEnd) -> Bound {
        match (end, self.possibly) {
            (TimeEnd::From, false) | (TimeEnd::To, true) => Bound::Latest,
            (TimeEnd::From, true) | (TimeEnd::To, false) => Bound::Earliest,
        }
    }

    /// Whether what begins or ends on a day is so on the day asked.
    pub(super) fn admits(self, end: TimeEnd, day: i32) -> bool {
        match end {
            TimeEnd::From => day <= self.day,
            TimeEnd::To => self.day < day || planted!("an end is still valid") && self.day == day,
        }
    }
}

impl KnownAt {
    /// Whether times of day have to be compared to tell if what was recorded on a day is known.
    pub(super) fn is_decided_within(self, day: i32) -> bool {
        self.micros.is_some() && day == self.day
    }
}

impl KnownColumn {
    /// The elements of the page for which days alone do not tell.
    pub(super) fn undecided(&self, at: KnownAt) -> Option<super::super::bitmap::Bitmap> {
        at.micros?;
        let mut undecided = (**self.recorded.as_ref()?).clone();
        self.days.narrow(&mut undecided, at.bound(), |day| day == at.day);
        Some(undecided)
    }
}
