//! Compiled patterns, kept for the rows to come.

use std::sync::Arc;

use regex::{Regex, RegexBuilder};
use rustc_hash::FxHashMap;

use super::text::{compile_regex, whole};
use crate::function::FunctionError;

/// How many small patterns are kept.
const KEPT_PATTERNS: usize = 32;

/// A pattern is small if it is compiled into so many bytes.
const SMALL_BYTES: usize = 64 << 10;

/// What a small pattern may take to be matched with.
const SMALL_CACHE_BYTES: usize = 256 << 10;

/// Small patterns, and the last one that is not: it may take megabytes.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    small: FxHashMap<Arc<str>, Regex>,
    large: Option<(Arc<str>, Regex)>,
}

impl Patterns {
    /// The pattern, if it is kept.
    pub(crate) fn known(&self, pattern: &Arc<str>) -> Option<&Regex> {
        let large = || self.large.as_ref().filter(|(known, _)| known == pattern).map(|(_, regex)| regex);
        self.small.get(pattern).or_else(large)
    }

    /// Has the pattern compiled and kept.
    pub(crate) fn keep(&mut self, pattern: &Arc<str>) -> Result<(), FunctionError> {
        let Some(regex) = small_regex(pattern) else {
            // The one before goes first, so that there are never two.
            self.large = None;
            self.large = Some((Arc::clone(pattern), compile_regex(pattern)?));
            return Ok(());
        };
        if self.small.len() >= KEPT_PATTERNS {
            self.small.clear();
        }
        self.small.insert(Arc::clone(pattern), regex);
        Ok(())
    }
}

/// The pattern, if it is right and small.
fn small_regex(pattern: &str) -> Option<Regex> {
    let compiled = |pattern: &str| {
        let mut builder = RegexBuilder::new(pattern);
        builder.size_limit(SMALL_BYTES).dfa_size_limit(SMALL_CACHE_BYTES).build().ok()
    };
    if pattern.len() > SMALL_BYTES {
        return None;
    }
    compiled(pattern)?;
    compiled(&whole(pattern))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_large_patterns_only_the_last_is_kept() {
        let mut patterns = Patterns::default();
        let texts = ["a+", r"\w{1,60}", r"\w{1,61}"].map(Arc::from);
        for text in &texts {
            patterns.keep(text).expect("a pattern");
            assert!(patterns.known(text).expect("it is kept").is_match("a"));
        }
        assert_eq!(texts.map(|text| patterns.known(&text).is_some()), [true, false, true]);
    }

    #[test]
    fn a_pattern_that_is_none_is_not_kept() {
        let mut patterns = Patterns::default();
        let text = Arc::from("a)|(b");
        assert!(patterns.keep(&text).is_err());
        assert!(patterns.known(&text).is_none());
    }
}
