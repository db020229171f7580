//! A reference to a page that may still lie in a snapshot.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::super::DiskError;
use super::{Bytes, Origin, SnapshotWriter, Stored, guard};

/// A page, in memory or in a snapshot; or none. It is read when it is first asked for.
pub(in super::super) enum Link<T> {
    None,
    Here(Arc<T>),
    /// As it lies there; all clones read it once.
    Stored(Arc<StoredPage<T>>),
}

pub(in super::super) struct StoredPage<T> {
    page: OnceLock<Arc<T>>,
    origin: Origin,
}

impl<T> Link<T> {
    pub(super) fn to(origin: Origin) -> Self {
        Self::Stored(Arc::new(StoredPage { page: OnceLock::new(), origin }))
    }

    pub(in super::super) fn is_some(&self) -> bool {
        !matches!(self, Link::None)
    }
}

impl<T: Stored> Link<T> {
    #[inline]
    pub(in super::super) fn get(&self) -> Option<&Arc<T>> {
        match self {
            Link::Here(page) => Some(page),
            Link::Stored(stored) => Some(stored.get()),
            Link::None => None,
        }
    }

    /// The page with all that is in it, or why it cannot be read; none where it was seen before (see [`SnapshotFile::watch`]).
    ///
    /// [`SnapshotFile::watch`]: super::SnapshotFile::watch
    pub(in super::super) fn try_get(&self) -> Result<Option<&Arc<T>>, DiskError> {
        if matches!(self, Link::Stored(stored) if stored.origin.was_seen()) {
            return Ok(None);
        }
        guard(|| self.get().inspect(|page| page.settle()))
    }

    /// The page, to be changed: it then lies nowhere.
    pub(in super::super) fn get_mut(&mut self) -> Option<&mut Arc<T>> {
        if let Link::Stored(stored) = self {
            *self = Link::Here(Arc::clone(stored.get()));
        }
        match self {
            Link::Here(page) => Some(page),
            Link::Stored(_) | Link::None => None,
        }
    }

    pub(in super::super) fn get_or_insert_with(&mut self, new: impl FnOnce() -> T) -> &mut Arc<T> {
        if !self.is_some() {
            *self = Link::Here(Arc::new(new()));
        }
        self.get_mut().expect("just filled")
    }

    pub(in super::super) fn take(&mut self) -> Option<Arc<T>> {
        self.get_mut()?;
        match std::mem::replace(self, Link::None) {
            Link::Here(page) => Some(page),
            Link::Stored(_) | Link::None => None,
        }
    }

    /// Writes the page, if there is one, and tells in `bytes` where it lies.
    pub(in super::super) fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        let (page, origin) = match self {
            Link::None => (None, None),
            Link::Here(page) => (Some(page), None),
            Link::Stored(stored) => (stored.page.get(), Some(&stored.origin)),
        };
        let place = out.child(page, origin)?;
        bytes.place(place);
        Ok(())
    }

    /// The page, if it need not be read.
    #[cfg(test)]
    pub(in super::super) fn in_memory(&self) -> Option<&Arc<T>> {
        match self {
            Link::None => None,
            Link::Here(page) => Some(page),
            Link::Stored(stored) => stored.page.get(),
        }
    }

    /// Where the page lies, if it was not read yet.
    pub(in super::super) fn unread(&self) -> Option<&Origin> {
        match self {
            Link::Stored(stored) if stored.page.get().is_none() => Some(&stored.origin),
            Link::None | Link::Here(_) | Link::Stored(_) => None,
        }
    }
}

impl<T: Stored> StoredPage<T> {
    fn get(&self) -> &Arc<T> {
        self.page.get_or_init(|| self.origin.load_or_unwind())
    }
}

impl<T> Clone for Link<T> {
    fn clone(&self) -> Self {
        match self {
            Link::None => Link::None,
            Link::Here(page) => Link::Here(Arc::clone(page)),
            Link::Stored(stored) => Link::Stored(Arc::clone(stored)),
        }
    }
}

impl<T> fmt::Debug for Link<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Link::None => f.write_str("None"),
            Link::Here(_) => f.write_str("Here"),
            Link::Stored(stored) => f.debug_tuple("Stored").field(&stored.origin).finish(),
        }
    }
}
