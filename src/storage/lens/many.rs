//! Which of many elements pass: whole pages as they lie there.

use super::super::bitmap::{Bitmap, PAGE_SLOTS, place, slot};
use super::super::record::Recorded;
use super::super::{End, Graph, NodeSlot, RelSlot};
use super::asked::Asked;
use super::column::{PageClocks, TimeEnd};
use super::{KnownAt, Lens, Look, Odd, ValidAt};

/// From this many slots in a row that lie in one page on, the page is asked as a whole.
const PAGE_WISE: usize = 32;

/// Elements of a page, all nodes or all relationships.
pub(in super::super) struct Page<'g> {
    pub base: u32,
    pub element: fn(u32) -> End,
    pub clocks: &'g PageClocks,
    pub recorded: &'g Recorded,
}

impl Page<'_> {
    fn element(&self, offset: usize) -> End {
        (self.element)(self.base + slot(0, offset))
    }
}

pub(in super::super) fn node_at(slot: u32) -> End {
    End::node(NodeSlot(slot))
}

fn rel_at(slot: u32) -> End {
    End::rel(RelSlot(slot))
}

impl Graph {
    /// The indexes of the nodes that pass, in order; `u32::MAX` in `slots` is a null and does not.
    pub(crate) fn passing_nodes(&self, slots: &[u32], lens: &Lens, look: Look, odd: &mut Odd, kept: &mut Vec<u32>) {
        self.passing(slots, |page| self.node_page(page), node_at, (lens, look), odd, kept);
    }

    /// The indexes of the relationships that pass, in order; `u32::MAX` in `slots` is a null and does not.
    pub(crate) fn passing_rels(&self, slots: &[u32], lens: &Lens, look: Look, odd: &mut Odd, kept: &mut Vec<u32>) {
        self.passing(slots, |page| self.rel_page(page), rel_at, (lens, look), odd, kept);
    }

    pub(in super::super) fn node_page(&self, index: usize) -> Option<Page<'_>> {
        let page = self.nodes.page_at(index)?;
        Some(Page { base: slot(index, 0), element: node_at, clocks: &page.clocks, recorded: page.recorded() })
    }

    pub(super) fn rel_page(&self, index: usize) -> Option<Page<'_>> {
        let page = self.rels.page_at(index)?;
        Some(Page { base: slot(index, 0), element: rel_at, clocks: &page.clocks, recorded: page.recorded() })
    }

    fn passing<'g>(
        &self,
        slots: &[u32],
        page_at: impl Fn(usize) -> Option<Page<'g>>,
        element: fn(u32) -> End,
        (lens, look): (&Lens, Look),
        odd: &mut Odd,
        kept: &mut Vec<u32>,
    ) {
        let (asked, mut from) = (&mut Asked::new(odd), 0);
        while from < slots.len() {
            let number = place(slots[from]).0;
            let len = slots[from..].iter().take_while(|slot| place(**slot).0 == number).count();
            let stretch = &slots[from..from + len];
            let page = if len < PAGE_WISE { None } else { page_at(number) };
            let indexed = (to_u32(from)..).zip(stretch).filter(|(_, slot)| **slot != u32::MAX);
            if let Some(page) = page {
                let mut fits = Bitmap::default();
                indexed.clone().for_each(|(_, slot)| _ = fits.insert(place(*slot).1));
                self.narrow_as_asked(&page, lens, look, &mut fits, asked);
                kept.extend(indexed.filter(|(_, slot)| fits.get(place(**slot).1)).map(|(index, _)| index));
            } else {
                let passing = indexed.filter(|(_, slot)| self.passes_as_asked(element(**slot), lens, look, asked));
                kept.extend(passing.map(|(index, _)| index));
            }
            from += len;
        }
    }

    /// Takes from `fits` the elements of a page that do not pass.
    pub(in super::super) fn narrow(&self, page: &Page, lens: &Lens, look: Look, fits: &mut Bitmap, odd: &mut Odd) {
        self.narrow_as_asked(page, lens, look, fits, &mut Asked::new(odd));
    }

    fn narrow_as_asked(&self, page: &Page, lens: &Lens, look: Look, fits: &mut Bitmap, asked: &mut Asked) {
        let is_reached = look == Look::Reached;
        if let Some(at) = lens.valid {
            self.narrow_to_valid(page, at, fits, asked.odd);
        }
        if let Some(at) = lens.known {
            self.narrow_to_known(page, at, is_reached, fits, asked);
        }
        if lens.least_sources > 0 {
            keep(fits, |offset| self.has_sources(page.element(offset), lens, asked));
        }
        // Nodes have no ends.
        if look == Look::Whole && page.element(0).as_rel().is_some() {
            keep(fits, |offset| self.ends_pass(page.element(offset), lens, asked));
        }
    }

    fn narrow_to_valid(&self, page: &Page, at: ValidAt, fits: &mut Bitmap, odd: &mut Odd) {
        let asked = fits.clone();
        for end in [TimeEnd::From, TimeEnd::To] {
            let Some(column) = page.clocks.time(end) else { continue };
            if let Some(odd_ones) = column.odd() {
                let mut found = asked.clone();
                found.intersect(odd_ones);
                found.ones().for_each(|offset| self.note_odd_time(page.element(offset), end, odd));
            }
            // A loop for each, so that none decides anything inside.
            match end {
                TimeEnd::From => column.narrow(fits, at.bound(end), |day| at.admits(TimeEnd::From, day)),
                TimeEnd::To => column.narrow(fits, at.bound(end), |day| at.admits(TimeEnd::To, day)),
            }
        }
    }

    fn narrow_to_known(&self, page: &Page, at: KnownAt, is_reached: bool, fits: &mut Bitmap, asked: &mut Asked) {
        let mut others = fits.clone();
        match page.clocks.known() {
            None => *fits = Bitmap::default(),
            Some(column) => {
                fits.intersect(column.days.present());
                others.subtract(column.days.present());
                asked.odd.published |= column.days.odd().is_some_and(|odd_ones| odd_ones.meets(fits));
                let undecided = column.undecided(at);
                column.days.narrow(fits, at.bound(), |day| day <= at.day);
                if let Some(mut undecided) = undecided {
                    undecided.intersect(fits);
                    keep(&mut undecided, |offset| !self.known(page.element(offset)).passes(&at));
                    fits.subtract(&undecided);
                }
            }
        }
        self.narrow_to_recorded(page, at, is_reached, &mut others, asked);
        fits.unite(&others);
    }

    /// The same for elements that are no evidence and not cited.
    fn narrow_to_recorded(&self, page: &Page, at: KnownAt, is_reached: bool, fits: &mut Bitmap, asked: &mut Asked) {
        if fits.is_empty() {
            return;
        }
        for (offsets, commit) in page.recorded.stretches() {
            if at.admits_recorded(self.commit_of(Some(commit)).micros) {
                continue;
            }
            for offset in offsets.start..offsets.end.min(PAGE_SLOTS) {
                if fits.get(offset) && !self.is_known_by_touch(page.element(offset), at, is_reached, asked) {
                    fits.remove(offset);
                }
            }
        }
    }
}

/// Keeps the offsets for which `fits` says so.
fn keep(offsets: &mut Bitmap, mut fits: impl FnMut(usize) -> bool) {
    for offset in offsets.clone().ones() {
        if !fits(offset) {
            offsets.remove(offset);
        }
    }
}

fn to_u32(index: usize) -> u32 {
    u32::try_from(index).expect("fewer slots than 2^32")
}
