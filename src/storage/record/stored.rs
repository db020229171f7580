//! Pages of nodes and of relationships as bytes.
//!
//! ```text
//! nodes            how many slots are given, ids, those that are there (a bitmap), label sets (codes), commits,
//!                  clocks, columns
//! relationships    how many slots are given, ids, types (codes), starts and ends (numbers), those that are quoted and
//!                  those of each family that are there (bitmaps), commits, clocks, columns
//!
//! codes            0, the code of all (number); or 1, codes (numbers)
//! commits          where the slots of each begin (numbers), and their places in the log (numbers)
//! ```

use super::super::DiskError;
use super::super::bitmap::{Bitmap, PAGE_SLOTS};
use super::super::column::LyingColumns;
use super::super::ids::SlotIds;
use super::super::lens::PageClocks;
use super::super::snapshot::{Bytes, Damage, Limits, Reader, SnapshotWriter, Source, Stored, check, rises};
use super::super::{End, Family};
use super::{Codes, MAX_PAGES, NodePage, OpenPage, Placement, Recorded, RelPage};

impl Stored for NodePage {
    fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        bytes.count(self.sets.len());
        self.ids.write(bytes);
        self.present.write(bytes);
        self.sets.write(bytes);
        self.recorded.write(bytes);
        self.clocks.write(bytes);
        self.columns.write(bytes, out)
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        let limits = from.limits()?;
        let len = bytes.count(PAGE_SLOTS)?;
        let page = Self {
            ids: SlotIds::read(bytes, len)?,
            present: Bitmap::read(bytes)?,
            sets: Codes::read(bytes, len, limits.label_sets)?,
            recorded: Recorded::read(bytes, len, limits)?,
            clocks: PageClocks::read(bytes)?,
            columns: LyingColumns::new(from.rest(bytes), |limits| &limits.node_codes),
        };
        check(page.present.is_below(len), "nodes are missing")?;
        Ok(page)
    }

    fn settle(&self) {
        self.columns.settle();
    }

    fn is_whole(_: &[u8]) -> bool {
        true
    }
}

impl Stored for RelPage {
    fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        bytes.count(self.starts.len());
        self.ids.write(bytes);
        self.types.write(bytes);
        bytes.numbers_u32(self.starts.iter());
        bytes.numbers_u32(self.ends.iter());
        self.quoted.as_deref().unwrap_or(&Bitmap::default()).write(bytes);
        self.families.iter().for_each(|family| family.write(bytes));
        self.recorded.write(bytes);
        self.clocks.write(bytes);
        self.columns.write(bytes, out)
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        let limits = from.limits()?;
        let len = bytes.count(PAGE_SLOTS)?;
        let ids = SlotIds::read(bytes, len)?;
        let types = Codes::read(bytes, len, limits.types)?;
        let (starts, ends) = (read_ends(bytes, len, limits)?, read_ends(bytes, len, limits)?);
        let quoted = Some(Bitmap::read(bytes)?).filter(|quoted| !quoted.is_empty()).map(Box::new);
        let families = [Bitmap::read(bytes)?, Bitmap::read(bytes)?, Bitmap::read(bytes)?];
        let recorded = Recorded::read(bytes, len, limits)?;
        let clocks = PageClocks::read(bytes)?;
        let columns = LyingColumns::new(from.rest(bytes), |limits| &limits.rel_codes);
        let page = Self { ids, families, types, starts, ends, quoted, recorded, clocks, columns };
        page.check_families()?;
        Ok(page)
    }

    fn settle(&self) {
        self.columns.settle();
    }

    fn is_whole(_: &[u8]) -> bool {
        true
    }
}

impl RelPage {
    /// Each relationship that is there is in the family that its ends and its state say.
    fn check_families(&self) -> Result<(), Damage> {
        for family in Family::ALL {
            let is_of_family = |offset| self.rel(offset).is_some_and(|rel| rel.family() == family);
            check(self.family(family).ones().all(is_of_family), "a relationship is in a wrong family")?;
        }
        let quoted = self.quoted.as_deref();
        check(quoted.is_none_or(|quoted| quoted.is_below(self.starts.len())), "relationships are missing")
    }
}

fn read_ends(bytes: &mut Reader, len: usize, limits: &Limits) -> Result<Vec<u32>, Damage> {
    let ends: Vec<u32> = bytes.exactly(len)?;
    check(ends.iter().all(|end| limits.has_end(*end)), "the end of a relationship is missing")?;
    Ok(ends)
}

impl Codes {
    fn write(&self, bytes: &mut Bytes) {
        match self {
            Codes::Same { code, .. } => {
                bytes.byte(0);
                bytes.number(u64::from(*code));
            }
            Codes::Each(codes) => {
                bytes.byte(1);
                bytes.numbers_u32(codes.iter());
            }
        }
    }

    /// The codes, all below `bound`, of `len` slots.
    fn read(bytes: &mut Reader, len: usize, bound: u32) -> Result<Self, Damage> {
        let codes = match bytes.byte()? {
            0 => Codes::Same { code: bytes.whole()?, len },
            1 => Codes::Each(bytes.exactly(len)?),
            _ => return Err(Damage("codes have an unknown form")),
        };
        let are_below = match &codes {
            Codes::Same { code, len } => *len == 0 || *code < bound,
            Codes::Each(codes) => codes.iter().all(|code| *code < bound),
        };
        check(are_below, "a code stands for nothing")?;
        Ok(codes)
    }
}

impl Recorded {
    fn write(&self, bytes: &mut Bytes) {
        bytes.numbers(self.0.iter().map(|entry| u64::from(entry.0)));
        bytes.numbers(self.0.iter().map(|entry| u64::from(entry.1)));
    }

    /// The commits of `len` slots; the last one may be open.
    fn read(bytes: &mut Reader, len: usize, limits: &Limits) -> Result<Self, Damage> {
        let starts: Vec<u16> = bytes.numbers(len)?;
        let commits: Vec<u32> = bytes.exactly(starts.len())?;
        let is_whole = starts.first().is_some_and(|first| *first == 0) == (len > 0);
        let is_within = starts.last().is_none_or(|last| usize::from(*last) < len);
        check(rises(&starts) && is_whole && is_within, "slots belong to no commit")?;
        check(commits.iter().all(|commit| *commit <= limits.commits), "a commit is missing")?;
        Ok(Self(starts.into_iter().zip(commits).collect()))
    }
}

/// How many pages there are, and the page that rare kinds share.
impl Stored for Placement {
    fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        bytes.count(self.page_count);
        self.shared.store(bytes, out)
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        let page_count = bytes.count(MAX_PAGES)?;
        check(page_count as u64 <= from.bytes_before(), "there are more pages than bytes")?;
        Ok(Self { page_count, shared: OpenPage::load(bytes, from)? })
    }
}

/// How many were placed, and one more than the slot of the next one; 0 if that is on a new page.
impl Stored for OpenPage {
    fn store(&self, bytes: &mut Bytes, _: &mut SnapshotWriter) -> Result<(), DiskError> {
        bytes.number(u64::from(self.placed));
        bytes.number(self.next.map_or(0, |next| u64::from(next) + 1));
        Ok(())
    }

    fn load(bytes: &mut Reader, _: &mut Source) -> Result<Self, Damage> {
        let placed = bytes.whole()?;
        let next: u64 = bytes.number()?;
        let next = next.checked_sub(1).map(u32::try_from).transpose();
        let next = next.map_err(|_| Damage("a slot is too large"))?;
        check(next.is_none_or(|next| End::from_raw(next).as_node().is_some()), "a slot is too large")?;
        Ok(Self { placed, next })
    }
}
