//! The days of a page as bytes.
//!
//! ```text
//! form         one byte: 1 valid from, 2 valid to, 4 known, for what there is
//! column       the slots that have days (a bitmap), those where the value is no time (a bitmap), form, earliest, latest
//!     form     one byte: 1 earliest days, 2 latest days are told one by one; 4 latest days are told
//!     days     that of all slots, or one for each that has any (numbers)
//! known        a column, the slots of evidence, and those where a time counts in that something was recorded (bitmaps)
//! ```

use std::sync::Arc;

use super::super::super::bitmap::{Bitmap, PAGE_SLOTS};
use super::super::super::snapshot::{Bytes, Damage, Reader, check};
use super::super::day::{OPEN_END, OPEN_START};
use super::{DayColumn, Days, KnownColumn, PageClocks};

impl PageClocks {
    pub(in super::super::super) fn write(&self, bytes: &mut Bytes) {
        let parts = [self.valid_from.is_some(), self.valid_to.is_some(), self.known.is_some()];
        bytes.flags(parts.into_iter());
        for column in [&self.valid_from, &self.valid_to].into_iter().flatten() {
            column.write(bytes);
        }
        if let Some(known) = &self.known {
            known.days.write(bytes);
            known.evidence.write(bytes);
            write_flags(known.recorded.as_deref(), bytes);
        }
    }

    pub(in super::super::super) fn read(bytes: &mut Reader) -> Result<Self, Damage> {
        let parts = bytes.flags(3)?;
        Ok(Self {
            valid_from: if parts[0] { Some(Arc::new(DayColumn::read(bytes, OPEN_START)?)) } else { None },
            valid_to: if parts[1] { Some(Arc::new(DayColumn::read(bytes, OPEN_END)?)) } else { None },
            known: if parts[2] { Some(Arc::new(KnownColumn::read(bytes)?)) } else { None },
        })
    }
}

impl KnownColumn {
    fn read(bytes: &mut Reader) -> Result<Self, Damage> {
        Ok(Self {
            days: DayColumn::read(bytes, OPEN_END)?,
            evidence: Bitmap::read(bytes)?,
            recorded: read_flags(bytes)?,
        })
    }
}

impl DayColumn {
    fn write(&self, bytes: &mut Bytes) {
        self.present.write(bytes);
        write_flags(self.odd.as_deref(), bytes);
        let latest = self.latest.as_ref();
        bytes.flags([self.earliest.is_each(), latest.is_some_and(Days::is_each), latest.is_some()].into_iter());
        self.earliest.write(&self.present, bytes);
        if let Some(latest) = latest {
            latest.write(&self.present, bytes);
        }
    }

    fn read(bytes: &mut Reader, absent: i32) -> Result<Self, Damage> {
        let present = Bitmap::read(bytes)?;
        check(!present.is_empty(), "a column of days is empty")?;
        let odd = read_flags(bytes)?;
        let form = bytes.flags(3)?;
        let earliest = Days::read(bytes, form[0], &present, absent)?;
        let latest = if form[2] { Some(Days::read(bytes, form[1], &present, absent)?) } else { None };
        Ok(Self { present, absent, earliest, latest, odd })
    }
}

impl Days {
    fn is_each(&self) -> bool {
        matches!(self, Days::Each(_))
    }

    fn write(&self, present: &Bitmap, bytes: &mut Bytes) {
        match self {
            Days::Same(day) => bytes.signed(i64::from(*day)),
            Days::Each(days) => {
                let there: Vec<i64> = present.ones().map(|offset| i64::from(days[offset])).collect();
                bytes.numbers_i64(there.into_iter());
            }
        }
    }

    fn read(bytes: &mut Reader, is_each: bool, present: &Bitmap, absent: i32) -> Result<Self, Damage> {
        let narrow = |day| i32::try_from(day).map_err(|_| Damage("a day is too far away"));
        if !is_each {
            return Ok(Days::Same(narrow(bytes.signed()?)?));
        }
        let mut days = vec![absent; PAGE_SLOTS];
        for (offset, day) in present.ones().zip(bytes.exactly_i64(present.count())?) {
            days[offset] = narrow(day)?;
        }
        Ok(Days::Each(days))
    }
}

fn write_flags(flags: Option<&Bitmap>, bytes: &mut Bytes) {
    flags.unwrap_or(&Bitmap::default()).write(bytes);
}

fn read_flags(bytes: &mut Reader) -> Result<Option<Box<Bitmap>>, Damage> {
    Ok(Some(Bitmap::read(bytes)?).filter(|flags| !flags.is_empty()).map(Box::new))
}
