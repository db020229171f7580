//! Colour, where somebody sees it.

use std::env;
use std::io::{self, IsTerminal, Write};

/// How a piece of text stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Keyword,
    Name,
    Text,
    Number,
    Parameter,
    Dim,
    Error,
    Warning,
}

impl Style {
    const fn code(self) -> &'static str {
        match self {
            Style::Keyword => "1;34",
            Style::Name => "36",
            Style::Text => "32",
            Style::Number => "35",
            Style::Parameter => "33",
            Style::Dim => "2",
            Style::Error => "1;31",
            Style::Warning => "1;33",
        }
    }

    pub(crate) fn paint(self, text: &str) -> String {
        format!("\x1b[{}m{text}\x1b[0m", self.code())
    }
}

/// Whether standard error is shown to somebody who wants colour.
pub(crate) fn on_errors() -> bool {
    wanted() && io::stderr().is_terminal()
}

/// Whether standard output is.
pub(crate) fn on_output() -> bool {
    wanted() && io::stdout().is_terminal()
}

fn wanted() -> bool {
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    !is_set("NO_COLOR") && env::var_os("TERM").is_none_or(|terminal| terminal != "dumb")
}

/// A line on standard error; if that fails, there is nobody to tell it.
pub(crate) fn tell(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// A report of an error or warning, the first word of each in colour if wanted.
pub(crate) fn report(text: &str, coloured: bool) -> String {
    if !coloured {
        return text.to_owned();
    }
    let style = if text.starts_with("warning") { Style::Warning } else { Style::Error };
    match text.split_once(':') {
        Some((head, rest)) if !head.contains('\n') => format!("{}:{rest}", style.paint(head)),
        _ => text.to_owned(),
    }
}
