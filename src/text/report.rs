//! An error as people read it: code, message, the line it is about, a caret under the right character.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Position, Span};

/// The most columns of a line that are printed; of a longer line, the stretch around the span. With the number of the
/// line and marks of what is cut it fits a terminal of 80 columns: a line that is broken parts the span from its carets.
const LINE_WIDTH: usize = 70;

/// How many columns of a long line stand before the span.
const LEAD_WIDTH: usize = 40;

/// How far apart tab stops are.
const TAB: usize = 4;

const ELLIPSIS: &str = "...";

/// `error[code]: message`, and below it the place in `text`, with `help` behind the carets.
///
/// Without a span, or without a text, the help stands in a line of its own.
pub(crate) fn report(code: &str, message: &str, text: &str, span: Option<Span>, help: Option<&str>) -> String {
    let mut report = format!("error[{code}]: {message}");
    match span {
        Some(span) if !text.is_empty() => report.push_str(&excerpt(text, span, help)),
        _ => report.extend(help.map(|help| format!("\n  help: {help}"))),
    }
    report
}

/// The line of `text` in which `span` begins, and carets under as much of the span as stands in that line.
fn excerpt(text: &str, span: Span, help: Option<&str>) -> String {
    let place = Place::of(text, span);
    let number = place.line_number.to_string();
    let gutter = " ".repeat(number.len());
    let indent = " ".repeat(place.before.width());
    let carets = "^".repeat(place.marked.width().max(1));
    let help = help.map(|help| format!(" {help}")).unwrap_or_default();
    let line = format!("{}{}{}", place.before, place.marked, place.after);
    format!("\n  {number} | {}\n  {gutter} | {indent}{carets}{help}", line.trim_end())
}

/// A line in three printable pieces: before the span, the span, behind it.
struct Place {
    line_number: u32,
    before: String,
    marked: String,
    after: String,
}

impl Place {
    fn of(text: &str, span: Span) -> Self {
        let start = boundary(text, span.start as usize);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let end = boundary(text, span.end as usize).clamp(start, line_end);
        let (_, is_long) = first_columns(&text[line_start..line_end], 0, LINE_WIDTH);
        let lead = if is_long { LEAD_WIDTH } else { usize::MAX };
        let (before, is_cut) = last_columns(&text[line_start..start], lead);
        let before = if is_cut { format!("{ELLIPSIS}{before}") } else { before };
        let room = LINE_WIDTH - before.width().min(LINE_WIDTH);
        let (marked, is_cut) = first_columns(&text[start..end], before.width(), room.max(1));
        let rest = if is_cut { "" } else { &text[end..line_end] };
        let (after, is_after_cut) =
            first_columns(rest, before.width() + marked.width(), room - marked.width().min(room));
        let after = if is_cut || is_after_cut { format!("{after}{ELLIPSIS}") } else { after };
        Self { line_number: Position::of(text, start).line, before, marked, after }
    }
}

/// The start of the character that the byte at `offset` belongs to.
fn boundary(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|offset| text.is_char_boundary(*offset)).unwrap_or(0)
}

/// As much of the start of `text` as is `width` columns wide, printable, and whether something is missing.
///
/// The text stands in column `column`, which decides how wide its tabs are.
fn first_columns(text: &str, column: usize, width: usize) -> (String, bool) {
    let mut printed = String::new();
    let mut used = 0;
    for character in text.chars() {
        let piece = printable(character, column + used);
        if used + piece.width() > width {
            return (printed, true);
        }
        used += piece.width();
        printed.push_str(&piece);
    }
    (printed, false)
}

/// As much of the end of `text` as is `width` columns wide, printable, and whether something is missing.
fn last_columns(text: &str, width: usize) -> (String, bool) {
    let mut start = text.len();
    let mut used = 0;
    for (offset, character) in text.char_indices().rev() {
        used += character.width().unwrap_or(if character == '\t' { TAB } else { 1 });
        if used > width {
            break;
        }
        start = offset;
    }
    let (printed, _) = first_columns(&text[start..], 0, usize::MAX);
    (printed, start > 0)
}

/// What stands for `character` in a report: a tab becomes blanks, what moves the cursor becomes a replacement mark.
fn printable(character: char, column: usize) -> String {
    match character {
        '\t' => " ".repeat(TAB - column % TAB),
        '\r' => String::new(),
        _ if character.is_control() || is_direction_mark(character) => char::REPLACEMENT_CHARACTER.to_string(),
        _ => character.to_string(),
    }
}

/// The most characters of a message: it may repeat a name without end.
const MESSAGE_LENGTH: usize = 1_000;

/// `text` as one line that shows what it says: breaks become blanks, what moves the cursor a replacement mark. What has
/// no end is cut.
pub(crate) fn one_line(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MESSAGE_LENGTH) {
        text.truncate(end);
        text.push_str(ELLIPSIS);
    }
    let is_plain = |character: char| !character.is_control() && !is_direction_mark(character);
    if text.chars().all(is_plain) {
        return text;
    }
    let shown = |character: char| match character {
        '\n' | '\r' | '\t' => ' ',
        _ if is_plain(character) => character,
        _ => char::REPLACEMENT_CHARACTER,
    };
    text.chars().map(shown).collect()
}

/// Marks that turn the direction of the text behind them, which would let a report show something else than it says.
fn is_direction_mark(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "an expectation is written where it is passed")]
    fn check(text: &str, marked: &str, expected: Expect) {
        let start = text.find(marked).unwrap();
        let span = Span::new(start, start + marked.len());
        expected.assert_eq(&report("code", "what is wrong", text, Some(span), Some("what helps")));
    }

    #[test]
    fn the_caret_stands_under_the_span_and_the_help_behind_it() {
        check(
            "MATCH (person:Person) RETURN persn.name",
            "persn",
            expect![[r#"
                error[code]: what is wrong
                  1 | MATCH (person:Person) RETURN persn.name
                    |                              ^^^^^ what helps"#]],
        );
    }

    #[test]
    fn width_is_counted_in_columns_not_in_bytes_or_characters() {
        check(
            "RETURN 'Компания', x",
            "x",
            expect![[r#"
                error[code]: what is wrong
                  1 | RETURN 'Компания', x
                    |                    ^ what helps"#]],
        );
        check(
            "RETURN '公司', x",
            "x",
            expect![[r#"
                error[code]: what is wrong
                  1 | RETURN '公司', x
                    |                ^ what helps"#]],
        );
        check(
            "RETURN 'شركة', x",
            "x",
            expect![[r#"
                error[code]: what is wrong
                  1 | RETURN 'شركة', x
                    |                ^ what helps"#]],
        );
        check(
            "\tRETURN\t'a', x",
            "x",
            expect![[r#"
                error[code]: what is wrong
                  1 |     RETURN  'a', x
                    |                  ^ what helps"#]],
        );
    }

    #[test]
    fn a_mark_on_a_letter_takes_no_column() {
        let text = "RETURN 'e\u{301}e\u{301}', x";
        let start = text.len() - 1;
        let report = report("code", "what is wrong", text, Some(Span::new(start, start + 1)), None);
        assert_eq!(report.lines().last(), Some("    |              ^"));
    }

    #[test]
    fn a_span_over_several_lines_is_marked_in_its_first() {
        check(
            "MATCH (n)\r\nRETURN {a: 1,\r\n b: 2} x",
            "{a: 1,\r\n b: 2}",
            expect![[r#"
                error[code]: what is wrong
                  2 | RETURN {a: 1,
                    |        ^^^^^^ what helps"#]],
        );
    }

    #[test]
    fn the_end_of_the_text_has_a_place_too() {
        let text = "MATCH (n";
        let report = report("code", "what is wrong", text, Some(Span::new(text.len(), text.len())), None);
        expect![[r#"
            error[code]: what is wrong
              1 | MATCH (n
                |         ^"#]]
        .assert_eq(&report);
    }

    #[test]
    fn of_a_long_line_the_stretch_around_the_span_is_shown() {
        let text = format!("RETURN {} oops {}", "1 + ".repeat(1_000_000), "+ 2".repeat(1_000_000));
        check(
            &text,
            "oops",
            expect![[r#"
                error[code]: what is wrong
                  1 | ... + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 +  oops + 2+ 2+ 2+ 2+ 2+ 2+ 2+...
                    |                                            ^^^^ what helps"#]],
        );
        let text = format!("RETURN '{}'", "a".repeat(1000));
        let long = text.strip_prefix("RETURN ").unwrap().to_owned();
        check(
            &text,
            &long,
            expect![[r#"
                error[code]: what is wrong
                  1 | RETURN 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...
                    |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ what helps"#]],
        );
    }

    #[test]
    fn without_a_span_the_help_has_its_own_line() {
        expect![[r#"
            error[code]: what is wrong
              help: what helps"#]]
        .assert_eq(&report("code", "what is wrong", "RETURN 1", None, Some("what helps")));
    }

    #[test]
    fn a_message_is_one_line() {
        assert_eq!(one_line("`a\nb\u{1b}` is none".to_owned()), "`a b�` is none");
        assert_eq!(one_line("`имя`".to_owned()), "`имя`");
        assert_eq!(one_line("я".repeat(1_000_000)), format!("{}...", "я".repeat(1_000)));
    }

    #[test]
    fn a_report_shows_no_control_characters() {
        check(
            "RETURN '\u{1b}[31m\u{202e}', x",
            "x",
            expect![[r#"
                error[code]: what is wrong
                  1 | RETURN '�[31m�', x
                    |                  ^ what helps"#]],
        );
    }
}
