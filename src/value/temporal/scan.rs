//! Reads the pieces that temporal texts are made of: digits, signs, separators.

/// A place in a text. Every method either takes what it names and moves on, or takes nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scanner<'a> {
    rest: &'a [u8],
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Scanner { rest: text.as_bytes() }
    }

    pub(super) fn at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Takes `letter` in either case, or exactly that byte if it is no letter.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek().is_some_and(|next| next.eq_ignore_ascii_case(&byte));
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    /// Takes a sign: whether it is a minus.
    pub(super) fn take_sign(&mut self) -> Option<bool> {
        if self.take(b'-') {
            Some(true)
        } else if self.take(b'+') {
            Some(false)
        } else {
            None
        }
    }

    /// How many digits come next.
    pub(super) fn digit_count(&self) -> usize {
        self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    }

    /// Takes exactly `count` digits (at most 18).
    pub(super) fn digits(&mut self, count: usize) -> Option<i64> {
        if count == 0 || count > 18 || self.digit_count() < count {
            return None;
        }
        let (taken, rest) = self.rest.split_at(count);
        self.rest = rest;
        Some(taken.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0')))
    }

    /// Takes all digits that come next, if there are `min` to `max` of them.
    pub(super) fn all_digits(&mut self, min: usize, max: usize) -> Option<i64> {
        let count = self.digit_count();
        if count < min || count > max { None } else { self.digits(count) }
    }

    /// Takes a fraction of one to nine digits with its point or comma, in billionths; 0 if there is none.
    pub(super) fn fraction(&mut self) -> Option<i64> {
        if !self.take(b'.') && !self.take(b',') {
            return Some(0);
        }
        let count = self.digit_count();
        let digits = self.all_digits(1, 9)?;
        (count..9).try_fold(digits, |number, _| number.checked_mul(10))
    }

    /// Takes everything up to `end`, and `end` itself.
    pub(super) fn until(&mut self, end: u8) -> Option<&'a str> {
        let length = self.rest.iter().position(|byte| *byte == end)?;
        let (taken, rest) = self.rest.split_at(length);
        self.rest = &rest[1..];
        std::str::from_utf8(taken).ok()
    }
}
