//! What the line editor asks while a statement is typed: is it complete, what could follow, how is it coloured.

use std::borrow::Cow;
use std::cell::RefCell;

use averment::editing::{TokenKind, is_complete, is_keyword, tokens};
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter, HistoryHinter};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};

use super::choices::Choices;
use super::command::is_command;
use super::complete::{Names, complete};
use crate::output::terminal_width;
use crate::session::Session;
use crate::style::Style;

/// The helper of the line editor.
pub(super) struct Prompt {
    names: Names,
    history: HistoryHinter,
    /// What the last Tab has found.
    choices: RefCell<Option<Choices>>,
    is_coloured: bool,
}

impl Prompt {
    pub(super) fn new(is_coloured: bool) -> Self {
        Self { names: Names::default(), history: HistoryHinter::new(), choices: RefCell::default(), is_coloured }
    }

    /// Learns the names of the graph, if it has changed.
    pub(super) fn look_at(&mut self, session: &Session) {
        self.names.look_at(session);
        self.choices.take();
    }
}

impl Helper for Prompt {}

impl Validator for Prompt {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let text = context.input().trim();
        let complete = text.is_empty() || is_command(text) || is_complete(text);
        Ok(if complete { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

impl Completer for Prompt {
    type Candidate = Pair;

    fn complete(&self, line: &str, position: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let (start, mut found) = complete(&self.names, line, position);
        if found.len() > 1 {
            let choices = Choices::new(line, start, position, found);
            found = vec![choices.common(start).to_owned()];
            self.choices.replace(Some(choices));
        }
        Ok((start, found.into_iter().map(|text| Pair { display: text.clone(), replacement: text }).collect()))
    }
}

/// What is shown behind the cursor.
pub(super) enum Shown {
    /// To be taken over by the right arrow.
    Rest(String),
    /// To be read only.
    Remark(String),
}

impl Hint for Shown {
    fn display(&self) -> &str {
        match self {
            Shown::Rest(text) | Shown::Remark(text) => text,
        }
    }

    fn completion(&self) -> Option<&str> {
        match self {
            Shown::Rest(text) => Some(text),
            Shown::Remark(_) => None,
        }
    }
}

impl Hinter for Prompt {
    type Hint = Shown;

    /// What there is to choose from, the rest of an earlier statement that begins so, what a function takes, or what an
    /// open statement waits for.
    fn hint(&self, line: &str, position: usize, context: &Context<'_>) -> Option<Shown> {
        if let Some(choices) = self.choices.borrow().as_ref().filter(|choices| choices.are_of(line, position)) {
            return Some(Shown::Remark(choices.list(terminal_width().unwrap_or(80).into())));
        }
        if position < line.len() || line.is_empty() {
            return None;
        }
        let rest = self.history.hint(line, position, context).or_else(|| self.names.rest_of_call(line));
        let is_waiting = line.ends_with('\n');
        rest.map(Shown::Rest).or_else(|| is_waiting.then(|| Shown::Remark(wish(line))))
    }
}

/// What an open statement waits for.
fn wish(line: &str) -> String {
    match tokens(line).find(|token| !token.is_closed) {
        None => "(... goes on; `;` ends the statement)".to_owned(),
        Some(open) => {
            let start: String = open.span.of(line).chars().take(12).collect();
            let ending = match open.kind {
                TokenKind::Comment => "*/",
                TokenKind::EscapedName => "`",
                _ => &start[..1],
            };
            format!("(... what begins at {} waits for its {ending})", start.trim_end())
        }
    }
}

impl Highlighter for Prompt {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        if self.is_coloured { Cow::Owned(coloured(line)) } else { Cow::Borrowed(line) }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        if self.is_coloured { Cow::Owned(Style::Dim.paint(hint)) } else { Cow::Borrowed(hint) }
    }

    fn highlight_char(&self, _: &str, _: usize, kind: CmdKind) -> bool {
        self.is_coloured && kind != CmdKind::MoveCursor
    }
}

/// The text with each token in the colour of its kind; blanks stay as they are.
fn coloured(line: &str) -> String {
    let mut text = String::with_capacity(line.len() * 2);
    let (mut end, mut before) = (0, "");
    for token in tokens(line) {
        let (start, stop) = (token.span.start as usize, token.span.end as usize);
        let word = token.span.of(line);
        text.push_str(&line[end..start]);
        let style = match token.kind {
            TokenKind::Comment => Some(Style::Dim),
            TokenKind::String => Some(Style::Text),
            TokenKind::Number => Some(Style::Number),
            TokenKind::Parameter => Some(Style::Parameter),
            // Behind a colon or dot a word is a name, whatever it means elsewhere.
            TokenKind::Word if matches!(before, ":" | "|" | "&" | "!") => Some(Style::Name),
            TokenKind::Word if before != "." && is_keyword(word) => Some(Style::Keyword),
            _ => None,
        };
        match style {
            Some(style) => text.push_str(&style.paint(word)),
            None => text.push_str(word),
        }
        (end, before) = (stop, word);
    }
    text.push_str(&line[end..]);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_leave_the_text_as_it_is() {
        let line = "MATCH (n:Return {k: 'ж'}) // c\n  RETURN n.match, $p, 1";
        let painted = coloured(line);
        assert!(painted.contains("\x1b[1;34mMATCH\x1b[0m") && painted.contains("\x1b[36mReturn\x1b[0m"), "{painted}");
        assert!(painted.contains("n.match"), "{painted}");
        let mut plain = String::new();
        let mut rest = painted.as_str();
        while let Some((before, behind)) = rest.split_once('\x1b') {
            plain.push_str(before);
            rest = behind.split_once('m').expect("a colour ends").1;
        }
        plain.push_str(rest);
        assert_eq!(plain, line);
    }
}
