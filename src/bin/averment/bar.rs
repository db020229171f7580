//! How far something is that takes long, on standard error.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// Between one picture of the bar and the next.
const BEAT: Duration = Duration::from_millis(100);

const WIDTH: u64 = 30;

/// To the head of the line, and all of it empty.
const CLEAR_LINE: &str = "\r\x1b[K";

/// How far something is, on standard error where somebody sees it; gone when dropped.
pub(crate) struct Bar {
    shown: Option<Instant>,
    is_seen: bool,
}

impl Bar {
    pub(crate) fn on_errors() -> Self {
        Self { shown: None, is_seen: io::stderr().is_terminal() }
    }

    /// Beside standard output: where both are seen, they are on one terminal.
    pub(crate) fn beside_output() -> Self {
        Self { shown: None, is_seen: io::stderr().is_terminal() && !io::stdout().is_terminal() }
    }

    /// Shows that so many of something are done.
    pub(crate) fn show(&mut self, what: &str, done: u64, total: u64) {
        if self.is_seen && self.shown.is_none_or(|shown| shown.elapsed() >= BEAT) {
            self.shown = Some(Instant::now());
            // A bar that cannot be shown is not missed.
            let _ = write!(io::stderr(), "{CLEAR_LINE}{}", picture(what, done, total));
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if self.shown.is_some() {
            let _ = write!(io::stderr(), "{CLEAR_LINE}");
        }
    }
}

fn picture(what: &str, done: u64, total: u64) -> String {
    let part = |of: u64| done.min(total).saturating_mul(of) / total.max(1);
    let full = usize::try_from(part(WIDTH)).unwrap_or_default();
    let rest = usize::try_from(WIDTH).unwrap_or_default() - full;
    format!("[{}{}] {}% {what}", "#".repeat(full), ".".repeat(rest), part(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_as_long_as_what_is_done() {
        for (done, total, full, percent) in
            [(0, 0, 0, "0%"), (1, 2, 15, "50%"), (7, 2, 30, "100%"), (u64::MAX, 9, 30, "100%")]
        {
            let picture = picture("pages", done, total);
            assert_eq!(picture.matches('#').count(), full, "{picture}");
            assert!(picture.ends_with(&format!("] {percent} pages")), "{picture}");
        }
    }
}
