//! Days of the elements of a page: nothing where no element has any, two bytes in all but a number where all are the
//! same, else a number for each slot; the second bound of ranges only where some day is one.

mod stored;

use std::sync::Arc;

use super::super::bitmap::{Bitmap, PAGE_SLOTS};
use super::day::{Bound, DayRange, OPEN_END, OPEN_START};

/// What the clocks need of a page. Each part is copied by itself when it is written.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct PageClocks {
    valid_from: Option<Arc<DayColumn>>,
    valid_to: Option<Arc<DayColumn>>,
    known: Option<Arc<KnownColumn>>,
}

/// An end of the time for which something is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeEnd {
    From,
    To,
}

/// The days of one kind. Slots without any have the same day for both bounds.
#[derive(Clone, Debug)]
pub(super) struct DayColumn {
    present: Bitmap,
    absent: i32,
    earliest: Days,
    /// `None`: as the earliest.
    latest: Option<Days>,
    /// Where the value is no time.
    odd: Option<Box<Bitmap>>,
}

#[derive(Clone, Debug)]
enum Days {
    /// Of all slots that have one.
    Same(i32),
    Each(Vec<i32>),
}

/// Since when evidence, and what is cited, is known.
#[derive(Clone, Debug)]
pub(super) struct KnownColumn {
    pub days: DayColumn,
    pub evidence: Bitmap,
    /// Where a time counts in that something was recorded, by its day.
    pub recorded: Option<Box<Bitmap>>,
}

/// What a [`KnownColumn`] says of one element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub days: DayRange,
    pub is_evidence: bool,
    pub is_recorded: bool,
    pub is_odd: bool,
}

impl PageClocks {
    pub(super) fn time(&self, end: TimeEnd) -> Option<&DayColumn> {
        match end {
            TimeEnd::From => self.valid_from.as_deref(),
            TimeEnd::To => self.valid_to.as_deref(),
        }
    }

    /// What is kept of an end of the time of one element, and whether its value is no time.
    pub(super) fn kept_time(&self, end: TimeEnd, offset: usize) -> Option<(DayRange, bool)> {
        let column = self.time(end).filter(|column| column.present.get(offset))?;
        let [earliest, latest] = [Bound::Earliest, Bound::Latest].map(|bound| column.get(offset, bound));
        Some((DayRange { earliest, latest }, column.is_odd(offset)))
    }

    pub(super) fn set_time(&mut self, end: TimeEnd, offset: usize, time: Option<(DayRange, bool)>) {
        let (column, absent) = match end {
            TimeEnd::From => (&mut self.valid_from, OPEN_START),
            TimeEnd::To => (&mut self.valid_to, OPEN_END),
        };
        match time {
            Some((days, is_odd)) => {
                let column = column.get_or_insert_with(|| Arc::new(DayColumn::new(absent)));
                Arc::make_mut(column).set(offset, days, is_odd);
            }
            None => remove(column, offset, |column| column, |column| column.remove(offset)),
        }
    }

    pub(super) fn known(&self) -> Option<&KnownColumn> {
        self.known.as_deref()
    }

    pub(super) fn entry(&self, offset: usize) -> Option<Entry> {
        self.known()?.get(offset)
    }

    pub(super) fn set_entry(&mut self, offset: usize, entry: Option<Entry>) {
        match entry {
            Some(entry) => {
                let column = self.known.get_or_insert_with(|| Arc::new(KnownColumn::new()));
                Arc::make_mut(column).set(offset, entry);
            }
            None => remove(&mut self.known, offset, |column| &column.days, |column| column.remove(offset)),
        }
    }

    /// Forgets what is at `offset`.
    pub(super) fn clear(&mut self, offset: usize) {
        self.set_time(TimeEnd::From, offset, None);
        self.set_time(TimeEnd::To, offset, None);
        self.set_entry(offset, None);
    }
}

/// Removes what a column has at `offset`, and the column if that was all.
fn remove<C: Clone>(
    column: &mut Option<Arc<C>>,
    offset: usize,
    days: impl Fn(&C) -> &DayColumn,
    remove: impl FnOnce(&mut C),
) {
    let Some(inner) = column.as_mut().filter(|inner| days(inner).present.get(offset)) else { return };
    remove(Arc::make_mut(inner));
    if days(inner).present.is_empty() {
        *column = None;
    }
}

impl DayColumn {
    fn new(absent: i32) -> Self {
        Self { present: Bitmap::default(), absent, earliest: Days::Same(absent), latest: None, odd: None }
    }

    pub(super) fn present(&self) -> &Bitmap {
        &self.present
    }

    pub(super) fn odd(&self) -> Option<&Bitmap> {
        self.odd.as_deref()
    }

    pub(super) fn is_odd(&self, offset: usize) -> bool {
        is_flagged(self.odd.as_deref(), offset)
    }

    pub(super) fn get(&self, offset: usize, bound: Bound) -> i32 {
        match self.days(bound) {
            Days::Same(day) if self.present.get(offset) => *day,
            Days::Same(_) => self.absent,
            Days::Each(days) => days[offset],
        }
    }

    /// Keeps the slots whose bound fits; those without a day have that of their absence.
    pub(super) fn narrow(&self, fits: &mut Bitmap, bound: Bound, keep: impl Fn(i32) -> bool) {
        match self.days(bound) {
            Days::Same(day) => {
                if !keep(*day) {
                    fits.subtract(&self.present);
                }
                if !keep(self.absent) {
                    fits.intersect(&self.present);
                }
            }
            Days::Each(days) => fits.retain_items(days, |day| keep(*day)),
        }
    }

    fn days(&self, bound: Bound) -> &Days {
        match bound {
            Bound::Earliest => &self.earliest,
            Bound::Latest => self.latest.as_ref().unwrap_or(&self.earliest),
        }
    }

    fn set(&mut self, offset: usize, days: DayRange, is_odd: bool) {
        if self.latest.is_none() && days.earliest != days.latest {
            self.latest = Some(self.earliest.clone());
        }
        self.earliest.set(offset, days.earliest, &self.present, self.absent);
        if let Some(latest) = &mut self.latest {
            latest.set(offset, days.latest, &self.present, self.absent);
        }
        self.present.insert(offset);
        flag(&mut self.odd, offset, is_odd);
    }

    fn remove(&mut self, offset: usize) {
        for days in [Some(&mut self.earliest), self.latest.as_mut()].into_iter().flatten() {
            days.remove(offset, self.absent);
        }
        self.present.remove(offset);
        flag(&mut self.odd, offset, false);
    }
}

impl Days {
    /// `present` are the slots that have a day so far.
    fn set(&mut self, offset: usize, day: i32, present: &Bitmap, absent: i32) {
        match self {
            Days::Same(same) if *same == day => {}
            Days::Same(same) if present.is_empty() => *same = day,
            Days::Same(same) => {
                let mut days = vec![absent; PAGE_SLOTS];
                present.ones().for_each(|offset| days[offset] = *same);
                days[offset] = day;
                *self = Days::Each(days);
            }
            Days::Each(days) => days[offset] = day,
        }
    }

    fn remove(&mut self, offset: usize, absent: i32) {
        match self {
            Days::Same(_) => {}
            Days::Each(days) => days[offset] = absent,
        }
    }
}

impl KnownColumn {
    fn new() -> Self {
        Self { days: DayColumn::new(OPEN_END), evidence: Bitmap::default(), recorded: None }
    }

    pub(super) fn get(&self, offset: usize) -> Option<Entry> {
        self.days.present.get(offset).then(|| Entry {
            days: DayRange {
                earliest: self.days.get(offset, Bound::Earliest),
                latest: self.days.get(offset, Bound::Latest),
            },
            is_evidence: self.evidence.get(offset),
            is_recorded: is_flagged(self.recorded.as_deref(), offset),
            is_odd: self.days.is_odd(offset),
        })
    }

    fn set(&mut self, offset: usize, entry: Entry) {
        self.days.set(offset, entry.days, entry.is_odd);
        if entry.is_evidence {
            self.evidence.insert(offset);
        } else {
            self.evidence.remove(offset);
        }
        flag(&mut self.recorded, offset, entry.is_recorded);
    }

    fn remove(&mut self, offset: usize) {
        self.days.remove(offset);
        self.evidence.remove(offset);
        flag(&mut self.recorded, offset, false);
    }
}

fn is_flagged(flags: Option<&Bitmap>, offset: usize) -> bool {
    flags.is_some_and(|flags| flags.get(offset))
}

/// Flags that none has cost nothing.
fn flag(flags: &mut Option<Box<Bitmap>>, offset: usize, is_so: bool) {
    if is_so {
        flags.get_or_insert_default().insert(offset);
    } else if let Some(set) = flags {
        set.remove(offset);
        if set.is_empty() {
            *flags = None;
        }
    }
}
