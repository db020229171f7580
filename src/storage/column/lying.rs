//! The columns of a page as they lie in a snapshot: bytes, until somebody asks for a value.
//!
//! Most of what a page of elements takes in a file are its columns, and whoever follows relationships or draws new ones
//! asks for none of them. The bytes have been held against their checksum; if they are no columns all the same, asking
//! unwinds as a page does that cannot be read.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::super::snapshot::{Damage, Limits, Reader, Rest};
use super::PageColumns;

/// The columns of one page; read when they are first asked for.
pub(in super::super) struct LyingColumns {
    here: OnceLock<PageColumns>,
    /// `None` once they are here.
    unread: Mutex<Option<Unread>>,
}

#[derive(Clone)]
struct Unread {
    rest: Rest,
    /// How many strings each key has.
    codes: fn(&Limits) -> &[u32],
}

impl LyingColumns {
    pub(in super::super) fn new(rest: Rest, codes: fn(&Limits) -> &[u32]) -> Self {
        Self { here: OnceLock::new(), unread: Mutex::new(Some(Unread { rest, codes })) }
    }

    fn here(columns: PageColumns) -> Self {
        Self { here: OnceLock::from(columns), unread: Mutex::default() }
    }

    /// Reads them now.
    pub(in super::super) fn settle(&self) {
        self.get();
    }

    #[inline]
    fn get(&self) -> &PageColumns {
        match self.here.get() {
            Some(columns) => columns,
            None => self.read(),
        }
    }

    #[cold]
    fn read(&self) -> &PageColumns {
        let columns = self.here.get_or_init(|| self.unread().map(|unread| unread.columns()).unwrap_or_default());
        // Those who come from here on find them.
        self.unread.lock().unwrap_or_else(PoisonError::into_inner).take();
        columns
    }

    fn unread(&self) -> Option<Unread> {
        self.unread.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Unread {
    fn columns(&self) -> PageColumns {
        let read = |bytes: &mut Reader, limits: &Limits| -> Result<PageColumns, Damage> {
            PageColumns::read(bytes, limits.keys, (self.codes)(limits))
        };
        self.rest.decode_or_unwind(read)
    }
}

impl Deref for LyingColumns {
    type Target = PageColumns;

    #[inline]
    fn deref(&self) -> &PageColumns {
        self.get()
    }
}

impl DerefMut for LyingColumns {
    fn deref_mut(&mut self) -> &mut PageColumns {
        self.get();
        self.here.get_mut().expect("just read")
    }
}

impl Clone for LyingColumns {
    /// Bytes are shared.
    fn clone(&self) -> Self {
        // Asked first: once there are none, the columns are here.
        match self.unread() {
            Some(unread) => Self { here: OnceLock::new(), unread: Mutex::new(Some(unread)) },
            None => Self::here(self.get().clone()),
        }
    }
}

impl Default for LyingColumns {
    fn default() -> Self {
        Self::here(PageColumns::default())
    }
}

impl fmt::Debug for LyingColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LyingColumns").field(&self.here.get()).finish()
    }
}
