//! How queries are damaged.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use averment::editing::{KEYWORDS, TokenKind, is_keyword, statements, tokens};

use crate::{cases, language};

/// Chance that can be had again: splitmix64.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, or 0.
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).expect("it is below a usize")
    }

    fn one_of<'o, T>(&mut self, options: &'o [T]) -> &'o T {
        &options[self.below(options.len())]
    }
}

/// What a word is, as far as its neighbours tell.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    Keyword,
    /// Behind a colon.
    Label,
    /// Behind a dot.
    Key,
    /// Before a parenthesis.
    Function,
    /// Before a colon or behind AS: a key of a map, or a variable that is new.
    Declared,
    Variable,
    /// No word.
    Other,
}

/// A token and the blanks before it.
#[derive(Clone)]
struct Piece {
    kind: TokenKind,
    role: Role,
    blank: String,
    text: String,
}

impl Piece {
    fn is_like(&self, other: &Piece) -> bool {
        self.kind == other.kind && self.role == other.role
    }

    fn strange(text: &str) -> Self {
        Self { kind: TokenKind::Mark, role: Role::Other, blank: " ".to_owned(), text: text.to_owned() }
    }
}

/// The longest statement that is damaged: longer ones are data.
const LENGTH: usize = 1_500;

/// The most pieces of a damaged query, or each would be refused as too large.
const PIECES: usize = 3_000;

/// The queries of this repository, in pieces.
pub(super) struct Corpus(Vec<Vec<Piece>>);

impl Corpus {
    pub(super) fn of_this_repository() -> Self {
        let home = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let page = |name: &str| fs::read_to_string(home.join(name)).expect("a page is readable");
        let mut texts = cases::statements_of_cases();
        texts.extend(language::blocks(&page("LANGUAGE.md"), "cypher"));
        texts.extend(language::blocks(&page("README.md"), "cypher"));
        for file in fs::read_dir(home.join("fixtures")).expect("the fixtures are there") {
            let path = file.expect("a file").path();
            if path.extension().is_some_and(|extension| extension == "cypher") {
                let script = fs::read_to_string(&path).expect("a fixture is readable");
                texts.extend(statements(&script).into_iter().map(|span| span.of(&script).to_owned()));
            }
        }
        let queries: Vec<_> = texts.iter().filter(|text| text.len() < LENGTH).map(|text| pieces(text)).collect();
        assert!(queries.len() > 500, "there is something to damage");
        Self(queries)
    }

    /// The parameters that are named anywhere.
    pub(super) fn parameters(&self) -> BTreeSet<String> {
        let named = self.0.iter().flatten().filter(|piece| piece.kind == TokenKind::Parameter);
        named.map(|piece| piece.text.trim_start_matches('$').to_owned()).collect()
    }

    /// A query with one to four wounds, most often with one.
    pub(super) fn damaged(&self, chance: &mut Chance) -> String {
        let mut query = chance.one_of(&self.0).clone();
        for _ in 0..[1, 1, 1, 2, 4][chance.below(5)] {
            self.damage(&mut query, chance);
            query.truncate(PIECES);
        }
        let text: String = query.iter().flat_map(|piece| [piece.blank.as_str(), &piece.text]).collect();
        if chance.below(8) == 0 { torn(&text, chance) } else { text }
    }

    fn damage(&self, query: &mut Vec<Piece>, chance: &mut Chance) {
        let range = some_range(query.len(), chance);
        match chance.below(20) {
            // What keeps the kinds of words keeps much of the sense, and comes furthest.
            0..=4 => self.exchange(query, chance),
            5..=8 => self.graft(query, chance),
            9 => drop(query.drain(range)),
            10 => {
                let (one, other) = (chance.below(query.len()), chance.below(query.len()));
                if one.max(other) < query.len() {
                    query.swap(one, other);
                }
            }
            11 => {
                let other = chance.one_of(&self.0);
                let tail = other[chance.below(other.len())..].to_vec();
                query.truncate(chance.below(query.len() + 1));
                query.extend(tail);
            }
            14 | 15 => self.splice_clauses(query, chance),
            12 => query.insert(range.start, Piece::strange(strange(chance))),
            13 => {
                let times = [1, 2, 5, 50, 300][chance.below(5)];
                let repeated: Vec<Piece> = (0..times).flat_map(|_| query[range.clone()].to_vec()).collect();
                query.splice(range.end..range.end, repeated);
            }
            _ => nest(query, range, chance),
        }
    }

    /// Puts words of the same kind from elsewhere in the place of some, variables of its own; marks stay.
    fn exchange(&self, query: &mut [Piece], chance: &mut Chance) {
        let (own, other) = (query.to_vec(), chance.one_of(&self.0));
        for _ in 0..=chance.below(3) {
            let keeps_keywords = chance.below(4) > 0;
            let is_meant =
                |piece: &&mut Piece| piece.kind != TokenKind::Mark && !(keeps_keywords && piece.role == Role::Keyword);
            let words: Vec<&mut Piece> = query.iter_mut().filter(is_meant).collect();
            let index = chance.below(words.len());
            let Some(word) = words.into_iter().nth(index) else { return };
            let source = if word.role == Role::Variable { &own } else { other };
            let alike: Vec<&Piece> = source.iter().filter(|found| found.is_like(word)).collect();
            if !alike.is_empty() {
                word.text.clone_from(&chance.one_of(&alike).text);
            }
        }
    }

    /// Puts an expression from elsewhere, over variables of the query, in the place of an operand.
    fn graft(&self, query: &mut Vec<Piece>, chance: &mut Chance) {
        let variables: Vec<Piece> = query.iter().filter(|piece| piece.role == Role::Variable).cloned().collect();
        let Some(place) = an_operand(query, chance) else { return };
        let other = chance.one_of(&self.0);
        let mut grafted = an_expression(other, chance);
        for piece in grafted.iter_mut().filter(|piece| piece.role == Role::Variable) {
            if !variables.is_empty() && chance.below(8) > 0 {
                piece.text.clone_from(&chance.one_of(&variables).text);
            }
        }
        query.splice(place, grafted);
    }

    /// Goes on with the clauses of another query behind some of its own.
    fn splice_clauses(&self, query: &mut Vec<Piece>, chance: &mut Chance) {
        let other = chance.one_of(&self.0);
        let (cut, from) = (a_clause(query, chance), a_clause(other, chance));
        query.truncate(cut);
        query.push(Piece::strange(""));
        query.extend_from_slice(&other[from..]);
    }
}

/// The place of a word that begins a clause, or the start.
fn a_clause(query: &[Piece], chance: &mut Chance) -> usize {
    let begins = |piece: &Piece| {
        ["MATCH", "OPTIONAL", "WITH", "UNWIND", "RETURN", "CREATE", "MERGE", "SET", "CALL"]
            .contains(&piece.text.as_str())
    };
    let places: Vec<usize> = (0..query.len()).filter(|index| begins(&query[*index])).collect();
    places.get(chance.below(places.len())).copied().unwrap_or(0)
}

/// What stands behind a word that an expression follows, up to the comma or word that ends it.
fn an_expression(query: &[Piece], chance: &mut Chance) -> Vec<Piece> {
    let precedes = |piece: &Piece| ["RETURN", "WHERE", "WITH", "=", "(", ","].contains(&piece.text.as_str());
    let starts: Vec<usize> = (1..query.len()).filter(|index| precedes(&query[index - 1])).collect();
    let Some(start) = starts.get(chance.below(starts.len())) else { return Vec::new() };
    let mut depth = 0;
    let is_inside = |piece: &&Piece| {
        depth += match piece.text.as_str() {
            "(" | "[" | "{" => 1,
            ")" | "]" | "}" => -1,
            _ => 0,
        };
        let ends = piece.text == "," || ["AS", "RETURN", "WHERE", "ORDER", "CREATE"].contains(&piece.text.as_str());
        depth > 0 || depth == 0 && !ends
    };
    query[*start..].iter().take_while(is_inside).take(40).cloned().collect()
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut end = 0;
    let mut found: Vec<Piece> = Vec::new();
    for token in tokens(text) {
        let (start, stop) = (token.span.start as usize, token.span.end as usize);
        let word = &text[start..stop];
        let before = found.last().map_or("", |piece| &piece.text);
        let role = role(token.kind, before, word, &text[stop..]);
        found.push(Piece { kind: token.kind, role, blank: text[end..start].to_owned(), text: word.to_owned() });
        end = stop;
    }
    found
}

fn role(kind: TokenKind, before: &str, word: &str, behind: &str) -> Role {
    match (kind, before) {
        (TokenKind::Word | TokenKind::EscapedName, ":" | "|" | "&" | "!") => Role::Label,
        (TokenKind::Word | TokenKind::EscapedName, ".") => Role::Key,
        (TokenKind::Word, _) if behind.starts_with('(') => Role::Function,
        (TokenKind::Word, _) if is_keyword(word) => Role::Keyword,
        (TokenKind::Word | TokenKind::EscapedName, "AS") => Role::Declared,
        (TokenKind::Word | TokenKind::EscapedName, _) if behind.trim_start().starts_with(':') => Role::Declared,
        (TokenKind::Word | TokenKind::EscapedName, _) => Role::Variable,
        _ => Role::Other,
    }
}

/// A range of at most twelve of `length` pieces.
fn some_range(length: usize, chance: &mut Chance) -> Range<usize> {
    let start = chance.below(length);
    let end = (start + chance.below(12)).min(length);
    start..end
}

/// Puts a range, or an operand, into brackets or what else nests, several times.
fn nest(query: &mut Vec<Piece>, range: Range<usize>, chance: &mut Chance) {
    const NESTS: [(&str, &str); 15] = [
        ("(", ")"),
        ("[", "]"),
        ("{a: ", "}"),
        ("NOT ", ""),
        ("-", ""),
        ("1 + ", ""),
        ("CASE WHEN true THEN ", " END"),
        ("coalesce(", ")"),
        ("[x IN ", " | x]"),
        ("[x IN [1] | ", "]"),
        ("EXISTS { MATCH (n) WHERE ", " }"),
        ("COUNT { ", " }"),
        ("CALL { ", " }"),
        ("FOREACH (x IN [1] | ", ")"),
        ("collect(", ")"),
    ];
    let (open, close) = chance.one_of(&NESTS);
    let times = [1, 1, 1, 2, 5, 20, 99, 1_000][chance.below(8)];
    let range = if chance.below(3) == 0 { range } else { an_operand(query, chance).unwrap_or(range) };
    query.insert(range.end, Piece::strange(&close.repeat(times)));
    query.insert(range.start, Piece::strange(&open.repeat(times)));
}

/// The place of a string, a number or a variable.
fn an_operand(query: &[Piece], chance: &mut Chance) -> Option<Range<usize>> {
    let is_operand =
        |piece: &Piece| piece.role == Role::Variable || matches!(piece.kind, TokenKind::String | TokenKind::Number);
    let operands: Vec<usize> = (0..query.len()).filter(|index| is_operand(&query[*index])).collect();
    let index = *operands.get(chance.below(operands.len()))?;
    Some(index..index + 1)
}

/// What stands in no query by itself.
fn strange(chance: &mut Chance) -> &'static str {
    const STRANGE: &[&str] = &[
        "\0",
        "\u{1}",
        "\u{7f}",
        "\u{a0}",
        "\u{200b}",
        "\u{202e}",
        "\u{feff}",
        "\u{301}",
        "😀",
        "ﷺ",
        "İ",
        "ß",
        "“",
        "—",
        "'",
        "\"",
        "`",
        "/*",
        "*/",
        "//",
        ";",
        "\\",
        "$",
        "..",
        "9223372036854775808",
        "-9223372036854775808",
        "1e308",
        "0x",
        "1e-999",
        "null",
        "[]",
        "{}",
        "*0..",
        "range(1, 9223372036854775807)",
    ];
    if chance.below(2) == 0 { chance.one_of::<&'static str>(STRANGE) } else { chance.one_of::<&'static str>(KEYWORDS) }
}

/// The text with a character taken out of, or put into, the middle of a word.
fn torn(text: &str, chance: &mut Chance) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let place = chance.below(characters.len());
    if chance.below(2) == 0 && place < characters.len() {
        characters.remove(place);
    } else {
        let number = u32::try_from(chance.below(0x0002_0000)).expect("it is small");
        characters.insert(place, char::from_u32(number).unwrap_or('\u{fffd}'));
    }
    characters.into_iter().collect()
}
