//! A reference to a page that may still lie in a snapshot.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::super::DiskError;
use super::{Bytes, Origin, SnapshotWriter, Stored};

/// A page, in memory or in a snapshot; or none. It is read when it is first asked for.
pub(in super::super) struct Link<T> {
    page: OnceLock<Arc<T>>,
    /// Where it lies, while it is as it was read.
    origin: Option<Arc<Origin>>,
}

impl<T> Link<T> {
    pub(in super::super) const fn none() -> Self {
        Self { page: OnceLock::new(), origin: None }
    }

    pub(super) fn to(origin: Origin) -> Self {
        Self { page: OnceLock::new(), origin: Some(Arc::new(origin)) }
    }

    pub(in super::super) fn of(page: Arc<T>) -> Self {
        Self { page: OnceLock::from(page), origin: None }
    }

    pub(in super::super) fn is_some(&self) -> bool {
        self.page.get().is_some() || self.origin.is_some()
    }
}

impl<T: Stored> Link<T> {
    #[inline]
    pub(in super::super) fn get(&self) -> Option<&Arc<T>> {
        match self.page.get() {
            Some(page) => Some(page),
            None => Some(self.read(self.origin.as_deref()?)),
        }
    }

    #[cold]
    fn read(&self, origin: &Origin) -> &Arc<T> {
        self.page.get_or_init(|| origin.load_or_unwind())
    }

    /// The page, to be changed: it then lies nowhere.
    pub(in super::super) fn get_mut(&mut self) -> Option<&mut Arc<T>> {
        self.get()?;
        self.origin = None;
        self.page.get_mut()
    }

    pub(in super::super) fn get_or_insert_with(&mut self, new: impl FnOnce() -> T) -> &mut Arc<T> {
        if self.is_some() {
            self.get();
            self.origin = None;
        }
        get_or_insert(&mut self.page, || Arc::new(new()))
    }

    pub(in super::super) fn take(&mut self) -> Option<Arc<T>> {
        self.get()?;
        std::mem::replace(self, Self::none()).page.into_inner()
    }

    /// Writes the page, if there is one, and tells in `bytes` where it lies.
    pub(in super::super) fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        let place = out.child(self.page.get(), || self.origin.as_deref().cloned())?;
        bytes.place(place);
        Ok(())
    }

    /// Where the page lies, if it was not read yet.
    pub(in super::super) fn unread(&self) -> Option<&Origin> {
        if self.page.get().is_some() { None } else { self.origin.as_deref() }
    }
}

/// What a cell holds, to be changed.
pub(in super::super) fn get_or_insert<T>(cell: &mut OnceLock<T>, new: impl FnOnce() -> T) -> &mut T {
    if cell.get().is_none() {
        *cell = OnceLock::from(new());
    }
    cell.get_mut().expect("just filled")
}

impl<T> Clone for Link<T> {
    fn clone(&self) -> Self {
        Self { page: self.page.clone(), origin: self.origin.clone() }
    }
}

impl<T> fmt::Debug for Link<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("origin", &self.origin).finish_non_exhaustive()
    }
}
