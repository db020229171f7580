//! Strings by their numbers in a dictionary, with that dictionary: told apart, counted and compared without being read.

use std::fmt;
use std::sync::Arc;

use super::dictionary::Dictionary;
use crate::value::Value;

/// The strings of many elements, or nulls.
#[derive(Clone)]
pub(crate) struct Codes {
    codes: Vec<u32>,
    /// As it was when the codes were read.
    dictionary: Arc<Dictionary>,
}

impl Codes {
    /// The code of a null.
    pub(crate) const NULL: u32 = u32::MAX;

    pub(super) fn new(codes: Vec<u32>, dictionary: &Arc<Dictionary>) -> Self {
        Self { codes, dictionary: Arc::clone(dictionary) }
    }

    /// Two that are equal are one string; two that are not are two strings.
    pub(crate) fn codes(&self) -> &[u32] {
        &self.codes
    }

    pub(crate) fn len(&self) -> usize {
        self.codes.len()
    }

    /// One more than the highest code that there can be.
    pub(crate) fn bound(&self) -> usize {
        self.dictionary.len()
    }

    pub(crate) fn is_null(&self, row: usize) -> bool {
        self.codes[row] == Self::NULL
    }

    pub(crate) fn value(&self, row: usize) -> Value {
        self.value_of(self.codes[row])
    }

    pub(crate) fn value_of(&self, code: u32) -> Value {
        if code == Self::NULL { Value::Null } else { Value::String(self.dictionary.text(code)) }
    }

    /// Whether codes of the two mean the same.
    pub(crate) fn is_of_dictionary_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.dictionary, &other.dictionary)
    }

    /// Other codes of the same dictionary.
    pub(crate) fn with(&self, codes: Vec<u32>) -> Self {
        Self::new(codes, &self.dictionary)
    }

    /// Puts those of `other`, which has the same dictionary, behind these.
    pub(crate) fn extend(&mut self, other: &Self) {
        debug_assert!(self.is_of_dictionary_of(other), "codes mean something in their dictionary only");
        self.codes.extend_from_slice(&other.codes);
    }

    pub(super) fn push(&mut self, codes: impl IntoIterator<Item = u32>) {
        self.codes.extend(codes);
    }

    pub(super) fn has(&self, dictionary: &Arc<Dictionary>) -> bool {
        Arc::ptr_eq(&self.dictionary, dictionary)
    }
}

impl fmt::Debug for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries((0..self.len()).map(|row| self.value(row))).finish()
    }
}
