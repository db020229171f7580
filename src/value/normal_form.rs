//! The normal forms of Unicode: one text for what looks alike.

use std::fmt;

use unicode_normalization::{UnicodeNormalization, is_nfc, is_nfd, is_nfkc, is_nfkd};

/// A normal form of Unicode (Standard Annex 15).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum NormalForm {
    /// Composed.
    Nfc,
    /// Decomposed.
    Nfd,
    /// Composed, with variants of a character made one.
    Nfkc,
    /// Decomposed, with variants of a character made one.
    Nfkd,
}

impl NormalForm {
    /// The form with this name, in any case.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Nfc, Self::Nfd, Self::Nfkc, Self::Nfkd].into_iter().find(|form| form.name().eq_ignore_ascii_case(name))
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Nfc => "NFC",
            Self::Nfd => "NFD",
            Self::Nfkc => "NFKC",
            Self::Nfkd => "NFKD",
        }
    }

    /// `text` in this form.
    pub(crate) fn of(self, text: &str) -> String {
        match self {
            Self::Nfc => text.nfc().collect(),
            Self::Nfd => text.nfd().collect(),
            Self::Nfkc => text.nfkc().collect(),
            Self::Nfkd => text.nfkd().collect(),
        }
    }

    /// How long `text` is in this form; one letter may become eighteen.
    pub(crate) fn len_bytes(self, text: &str) -> usize {
        match self {
            _ if text.is_ascii() => text.len(),
            Self::Nfc => text.nfc().map(char::len_utf8).sum(),
            Self::Nfd => text.nfd().map(char::len_utf8).sum(),
            Self::Nfkc => text.nfkc().map(char::len_utf8).sum(),
            Self::Nfkd => text.nfkd().map(char::len_utf8).sum(),
        }
    }

    /// Whether `text` is in this form.
    pub(crate) fn is_of(self, text: &str) -> bool {
        match self {
            Self::Nfc => is_nfc(text),
            Self::Nfd => is_nfd(text),
            Self::Nfkc => is_nfkc(text),
            Self::Nfkd => is_nfkd(text),
        }
    }
}

impl fmt::Display for NormalForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_letter_with_its_mark_is_one_or_two() {
        assert_eq!(NormalForm::Nfc.of("e\u{301}"), "\u{e9}");
        assert_eq!(NormalForm::Nfd.of("\u{e9}"), "e\u{301}");
        assert_eq!(NormalForm::Nfkc.of("\u{fb01}"), "fi");
        assert_eq!(NormalForm::Nfc.of("\u{fb01}"), "\u{fb01}");
        assert_eq!(NormalForm::named("nfkd"), Some(NormalForm::Nfkd));
        assert_eq!(NormalForm::named("nfx"), None);
    }

    proptest! {
        #[test]
        fn a_text_brought_into_a_form_is_in_it(text: String) {
            for form in [NormalForm::Nfc, NormalForm::Nfd, NormalForm::Nfkc, NormalForm::Nfkd] {
                prop_assert!(form.is_of(&form.of(&text)));
                prop_assert_eq!(form.len_bytes(&text), form.of(&text).len());
                prop_assert_eq!(form.is_of(&text), form.of(&text) == text);
            }
        }
    }
}
