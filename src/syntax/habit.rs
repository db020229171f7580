//! What people write who know another language, or an older form of this one, and what is written here instead.
//!
//! A habit is told by the words around the place where the grammar gave up: those before it and those from it on.
//! In both, `<name>` stands for any name that is no keyword, `<word>` for it or a keyword, `<text>` for a string,
//! `<number>`, `<parameter>` and `<any>` for what they say, `<start>` for the start of the statement, and `...` for all that lies between the place and
//! the word that begins its clause. In the advice `<name>` is the name that was found.

use super::keyword::is_keyword;
use super::lex::{Token, TokenKind, tokens};

/// One habit.
pub(super) struct Habit {
    before: &'static str,
    from: &'static str,
    advice: &'static str,
}

const fn habit(before: &'static str, from: &'static str, advice: &'static str) -> Habit {
    Habit { before, from, advice }
}

/// Where an expression was expected.
pub(super) const IN_PLACE_OF_AN_OPERAND: &[Habit] = &[
    habit("- [", ":", "whether a pattern matches is written `EXISTS { (a)-[:TYPE]->() }`"),
    habit("=", "=", "equal is written `=`"),
    habit("=", ">", "at least is written `>=`"),
    habit("=", "<", "at most is written `<=`"),
    habit("*", "*", "a power is written `^`"),
    habit("", "!", "write `NOT`"),
    habit("", "AS", "the expression comes first: `expression AS name`"),
    habit("DISTINCT", "*", "rows are counted by `count(*)`, different values by `count(DISTINCT x)`"),
    habit("", ": <name>", "a parameter is written `$<name>`"),
    habit("", "@ <name>", "a parameter is written `$<name>`"),
    habit("", "$ { <name> }", "a parameter is written `$<name>`"),
    habit("", "% <name>", "a parameter is written `$name`"),
    habit("", "?", "a parameter is written `$name`"),
    habit("", "SELECT", "a query inside is written `EXISTS { ... }`, `COUNT { ... }` or `COLLECT { ... }`"),
];

/// Words of other languages, and words of this one where they do not stand.
pub(super) const WORDS: &[Habit] = &[
    habit("<start>", "SELECT ?", "this looks like SPARQL; a query is written `MATCH ... RETURN ...`"),
    habit("<start>", "PREFIX", "this looks like SPARQL; a query is written `MATCH ... RETURN ...`"),
    habit("<start>", "{ <name>", "this looks like GraphQL; a query is written `MATCH ... RETURN ...`"),
    habit("<start>", "query {", "this looks like GraphQL; a query is written `MATCH ... RETURN ...`"),
    habit("<start>", "g .", "this looks like Gremlin; a query is written `MATCH ... RETURN ...`"),
    habit("<start>", "db .", "a query is written `MATCH ... RETURN ...`"),
    habit("<start>", ": <name>", "`:<name>` is a command of a shell and no part of the language"),
    habit("<start>", "SELECT", "a query is written `MATCH ... RETURN ...`; it ends with what SQL begins with"),
    habit("", "SELECT", "write `RETURN`"),
    habit("DELETE FROM", "", "write `MATCH (n:Label) WHERE ... DELETE n`"),
    habit("", "FROM", "write `MATCH` and a pattern"),
    habit("", "JOIN", "what belongs together is one pattern: `MATCH (a)-[:TYPE]->(b)`"),
    habit("", "LEFT JOIN", "write `OPTIONAL MATCH` and a pattern"),
    habit("", "INNER JOIN", "what belongs together is one pattern: `MATCH (a)-[:TYPE]->(b)`"),
    habit("", "GROUP BY", "leave it out: the items without an aggregate are what is grouped by"),
    habit("", "HAVING", "write `WITH ..., count(*) AS n WHERE n > 1` and then `RETURN`"),
    habit("INSERT INTO", "", "write `CREATE (:Label {key: value})`"),
    habit("", "UPDATE", "write `MATCH (n:Label) WHERE ... SET n.key = value`"),
    habit("TOP", "<number>", "write `LIMIT` at the end of the `RETURN`"),
    habit("LIMIT <number>", ",", "write `SKIP` and a number before `LIMIT`"),
    habit("", "ORDER BY", "`ORDER BY` stands behind the items of `RETURN` or `WITH`, before `SKIP` and `LIMIT`"),
    habit("", "SKIP", "`SKIP` stands in `RETURN` or `WITH`, before `LIMIT`"),
    habit("", "LIMIT", "`LIMIT` stands at the end of `RETURN` or `WITH`"),
    habit("", "WHERE", "`WHERE` stands behind the `MATCH`, `WITH` or `YIELD` whose rows it keeps, before `RETURN`"),
    habit(
        "",
        "VALID AT",
        "a clock stands behind the pattern of a `MATCH`, before its `WHERE`, or before the first clause",
    ),
    habit(
        "",
        "KNOWN AT",
        "a clock stands behind the pattern of a `MATCH`, before its `WHERE`, or before the first clause",
    ),
    habit(
        "",
        "POSSIBLY",
        "a clock stands behind the pattern of a `MATCH`, before its `WHERE`, or before the first clause",
    ),
    habit(
        "",
        "REQUIRE",
        "`REQUIRE n SOURCES` stands behind the pattern of a `MATCH` and its clocks, before its `WHERE`",
    ),
    habit("", "WHY", "`WHY` stands before the first clause"),
    habit("", "LIKE", "write `STARTS WITH`, `ENDS WITH`, `CONTAINS` or `=~ '.*'`"),
    habit("", "ILIKE", "write `toLower(x) CONTAINS 'text'`, or `=~ '(?i).*'`"),
    habit("", "MATCHES", "a regular expression is matched by `=~`"),
    habit("", "REGEXP", "a regular expression is matched by `=~`"),
    habit("", "~", "a regular expression is matched by `=~`"),
    habit("", "BETWEEN", "write `low <= x <= high`"),
    habit("", "EQUALS", "equal is written `=`"),
    habit("", "GREATER THAN", "greater is written `>`"),
    habit("", "LESS THAN", "less is written `<`"),
    habit(":", "=", "equal is written `=`"),
    habit("", "MOD", "the remainder is written `%`"),
    habit("", "IF", "a condition stands behind `WHERE`, or between `CASE WHEN` and `END`"),
    habit("", "SORT BY", "write `ORDER BY`"),
    habit("RETURN UNIQUE", "", "write `DISTINCT`"),
    habit("RETURN ALL", "", "leave `ALL` out: every row is returned"),
    habit("", "NOT", "`NOT` stands before the whole condition: `NOT x IN list`, `NOT x STARTS WITH 'a'`"),
    habit("IS NOT", "<text>", "unequal is written `<>`"),
    habit("IS NOT", "<number>", "unequal is written `<>`"),
    habit("IS", "<text>", "equal is written `=`"),
    habit("IS", "<number>", "equal is written `=`"),
    habit("IN ( <any>", ",", "a list stands in square brackets: `IN [1, 2]`"),
    habit("CAST ( <any>", "AS", "write `toInteger(x)`, `toFloat(x)`, `toString(x)` or `date(x)`"),
    habit("[ <name>", "FOR", "write `[x IN list | ...]`"),
    habit("= =", "", "equal is written `=`"),
    habit("", "! =", "unequal is written `<>`"),
    habit("", "& &", "write `AND`"),
    habit("", "#", "a comment begins with `//`"),
    habit("- -", "<word>", "a comment begins with `//`, and a node stands in parentheses"),
    habit("- - <word>", "<word>", "a comment begins with `//`"),
    habit("AS", "<text>", "a name with blanks stands in backticks, not in quotes"),
    habit("\"\"", "<any>", "a string stands between single quotes on each side: `'text'`"),
    habit("{ <name>", "}", "a parameter is written `$<name>`"),
    habit(":", "<parameter>", "a parameter is a value, no label or type; compare it with `labels(n)` or `type(r)`"),
    habit("{", "<text>", "a key stands without quotes, or in backticks"),
    habit(":", "<text>", "a label or type stands without quotes, or in backticks"),
    habit(":", "[", "several labels or types are parted by `|`: `:A|B`"),
    habit(": <name>", "OR", "either label is written `:A|B`"),
    habit(": <name>", "AND", "both labels are written `:A&B`"),
    habit(")", "AND", "the patterns of one `MATCH` are parted by commas"),
    habit("MERGE ...", ",", "`MERGE` takes one pattern; write `MERGE` again for the next"),
    habit("WHERE ...", ",", "conditions are joined by `AND`"),
    habit("SET ON", "", "`ON CREATE SET` and `ON MATCH SET` stand directly behind `MERGE`"),
    habit("|", "MATCH", "`FOREACH` only writes; to look for something, write `UNWIND list AS x MATCH ...`"),
    habit("", "USE", "a statement speaks of the database that it is run on"),
    habit("CREATE DATABASE", "", "a database is not made by a statement: open another one"),
    habit("SHOW", "DATABASES", "a statement speaks of the database that it is run on"),
    habit("", "TRUNCATE", "write `MATCH (n:Label) DETACH DELETE n`"),
    habit("", "DESCRIBE", "write `CALL db.schema.labels()`"),
    habit("", "GRANT", "there are no users and no roles here"),
    habit("CREATE TABLE", "", "no table is needed: write `CREATE (:Label {key: value})`"),
    habit("DROP", "TABLE", "write `MATCH (n:Label) DETACH DELETE n`"),
    habit("", "ALTER", "no schema is needed: write `SET n.key = value`"),
    habit("", "BEGIN", "a transaction is begun by the program or the shell, not by a statement"),
    habit("", "COMMIT", "a transaction is ended by the program or the shell, not by a statement"),
    habit("", "ROLLBACK", "a transaction is ended by the program or the shell, not by a statement"),
    habit("", "USING PERIODIC COMMIT", "write `LOAD CSV ... CALL (row) { ... } IN TRANSACTIONS`"),
    habit("", "USING", "the plan is chosen by the engine; `EXPLAIN` shows it"),
    habit("<start>", "START", "write `MATCH (n) WHERE id(n) = 0`"),
    habit("CREATE UNIQUE", "", "write `MERGE`"),
    habit("DROP INDEX ON", "", "an index is dropped by its name, which `SHOW INDEXES` tells"),
    habit("DROP CONSTRAINT ON", "", "a constraint is dropped by its name, which `SHOW CONSTRAINTS` tells"),
    habit("CONSTRAINT ON", "", "write `FOR (n:Label) REQUIRE n.key IS UNIQUE`"),
    habit("INDEX ON", "", "write `FOR (n:Label) ON (n.key)`"),
    habit("CREATE NODE", "", "write `CREATE (n:Label)`"),
    habit(", RETURN", "", "the comma before `RETURN` is one too many"),
    habit(", MATCH", "", "the comma before `MATCH` is one too many"),
    habit(", CREATE", "", "the comma before `CREATE` is one too many"),
    habit(", SET", "", "the comma before `SET` is one too many"),
    habit(", WHERE", "", "the comma before `WHERE` is one too many"),
    habit(";", "", "a `;` ends the statement: what follows is another one, to be run by itself"),
];

/// Marks that are forgotten, doubled or out of place.
pub(super) const SHAPES: &[Habit] = &[
    habit("( <name>", "<name>", "a label begins with a colon: `:<name>`"),
    habit("MATCH <name>", "", "a node stands in parentheses: `(<name>)`"),
    habit("CREATE <name>", "", "a node stands in parentheses: `(<name>)`"),
    habit("MERGE <name>", "", "a node stands in parentheses: `(<name>)`"),
    habit("MATCH ... )", "(", "patterns are parted by commas"),
    habit("CREATE ... )", "(", "patterns are parted by commas"),
    habit(": <name>", "<name> :", "properties stand in braces: `{<name>: ...}`"),
    habit(": <name>", "(", "properties stand in braces: `{key: value}`"),
    habit(": <name>", "<name>", "a name with blanks stands in backticks"),
    habit("{ <name>", "=", "a key is parted from its value by a colon: `{<name>: ...}`"),
    habit(": <name>", "=", "a label has no value: write `SET n:<name>`, or `SET n.key = value`"),
    habit("REMOVE ...", "=", "`REMOVE` takes no value; write `SET`"),
    habit(
        "REMOVE <name>",
        "",
        "write `REMOVE <name>.key` or `REMOVE <name>:Label`; `DELETE <name>` takes all of it away",
    ),
    habit("-", "<name>", "a type stands in brackets: `-[:<name>]->`"),
    habit("-", "> [", "the head of an arrow stands at its end: `-[:TYPE]->`"),
    habit(") -", "> (", "an arrow has two dashes: `-->`"),
    habit(") -", "(", "an arrow has two dashes: `--`"),
    habit("] -", ">", "an arrow is written `-[:TYPE]->`"),
    habit("] -", "-", "an arrow is written `-[:TYPE]->`"),
    habit(")", "<name> (", "a type stands in an arrow: `-[:<name>]->`"),
    habit("]", ">", "an arrow is written `-[:TYPE]->`"),
    habit(")", "[", "an arrow is written `-[:TYPE]->`"),
    habit(")", "=", "an arrow is written `-[:TYPE]->`"),
    habit(": <name>", ",", "several labels or types are parted by `|`: `:A|B`"),
    habit(": <name>", "+", "one or more is written `-[:<name>]->+` or `-[:<name>*]->`"),
    habit("* <number>", "-", "a range of lengths has two dots: `*1..3`"),
    habit(". .", ".", "a range of lengths has two dots: `*1..3`"),
    habit(". <name>", "+", "write `SET n.<name> = n.<name> + 1`"),
    habit(")", "<name> .", "write `RETURN` before what is wanted"),
    habit(". <name>", "(", "a function stands before what it is asked of: `<name>(x)`"),
];

/// The advice of the first of `habits` that was followed at byte `offset` of `text`.
pub(super) fn advice(habits: &[Habit], text: &str, offset: usize) -> Option<String> {
    let is_word = |token: &Token| token.kind != TokenKind::Comment;
    let before: Vec<Token> = tokens(&text[..offset]).filter(is_word).collect();
    let longest = habits.iter().map(|habit| habit.from.split(' ').count()).max().unwrap_or(0);
    let rest = &text[offset..];
    let from: Vec<Token> = tokens(rest).filter(is_word).take(longest).collect();
    habits.iter().find_map(|habit| {
        let mut name = None;
        let is_followed =
            precedes(habit.before, text, &before, &mut name) && begins(habit.from, rest, &from, &mut name);
        is_followed.then(|| habit.advice.replace("<name>", name.unwrap_or("name")))
    })
}

/// What to write if the text at byte `offset`, which a string ends or begins at, is glued to it: a quote inside the string
/// was taken for its end.
pub(super) fn quote_inside(text: &str, offset: usize) -> Option<String> {
    let is_quote = |character: char| matches!(character, '\'' | '"');
    let before = text[..offset].chars().next_back()?;
    let behind = text[offset..].chars().next()?;
    let is_glued = |one: char, other: char| is_quote(one) && (other.is_alphanumeric() || one == other);
    let quote = if is_quote(before) { before } else { behind };
    (is_glued(before, behind) || is_glued(behind, before))
        .then(|| format!("a quote inside a string is written `\\{quote}`"))
}

/// Whether `words` are the last of `tokens`; leaves the name that stood for `<name>`.
fn precedes<'t>(words: &str, text: &'t str, tokens: &[Token], name: &mut Option<&'t str>) -> bool {
    let mut left = tokens;
    for word in words.rsplit(' ').filter(|word| !word.is_empty()) {
        if word == "<start>" {
            return left.is_empty();
        }
        if word == "..." {
            let skipped = left.iter().rev().take_while(|token| !begins_clause(token.span.of(text))).count();
            left = &left[..left.len() - skipped];
            continue;
        }
        let Some((last, rest)) = left.split_last() else { return false };
        if !is_meant(word, text, *last, name) {
            return false;
        }
        left = rest;
    }
    true
}

/// Whether `tokens` begin with `words`; leaves the name that stood for `<name>`.
fn begins<'t>(words: &str, text: &'t str, tokens: &[Token], name: &mut Option<&'t str>) -> bool {
    let words: Vec<&str> = words.split(' ').filter(|word| !word.is_empty()).collect();
    words.len() <= tokens.len() && words.iter().zip(tokens).all(|(word, token)| is_meant(word, text, *token, name))
}

fn is_meant<'t>(word: &str, text: &'t str, token: Token, name: &mut Option<&'t str>) -> bool {
    let found = token.span.of(text);
    match word {
        "<any>" => true,
        "<word>" => token.kind == TokenKind::Word,
        "<text>" => token.kind == TokenKind::String,
        "<number>" => token.kind == TokenKind::Number,
        "<parameter>" => token.kind == TokenKind::Parameter,
        "<name>" => {
            let is_name = token.kind == TokenKind::EscapedName || token.kind == TokenKind::Word && !is_keyword(found);
            if is_name {
                *name = Some(found);
            }
            is_name
        }
        _ => word.eq_ignore_ascii_case(found),
    }
}

fn begins_clause(word: &str) -> bool {
    const BEGINNINGS: [&str; 16] = [
        "MATCH", "WHERE", "RETURN", "WITH", "UNWIND", "CALL", "YIELD", "CREATE", "MERGE", "SET", "REMOVE", "DELETE",
        "FOREACH", "ON", "LIMIT", "BY",
    ];
    BEGINNINGS.iter().any(|beginning| beginning.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_another_language_is_told_by_what_stands_around_it() {
        let at = |text: &str, fault: &str| advice(WORDS, text, text.find(fault).expect("the fault is there"));
        assert_eq!(
            at("MATCH (n) RETURN n LIMIT 10, 20", ", 20").as_deref(),
            Some("write `SKIP` and a number before `LIMIT`")
        );
        assert_eq!(at("MATCH (n) WHERE n.x = 1, n.y = 2", ", n").as_deref(), Some("conditions are joined by `AND`"));
        assert_eq!(at("MATCH (n) WHERE n.x = 1 RETURN n, 2", ", 2"), None);
        assert_eq!(at("MATCH (n {name: {имя}})", "}").as_deref(), Some("a parameter is written `$имя`"));
    }

    #[test]
    fn advice_is_half_a_sentence() {
        for habit in IN_PLACE_OF_AN_OPERAND.iter().chain(WORDS).chain(SHAPES) {
            let first = habit.advice.chars().next().expect("there is advice");
            assert!(!first.is_uppercase() && !habit.advice.ends_with('.'), "{}", habit.advice);
            assert!(!habit.before.is_empty() || !habit.from.is_empty(), "{}", habit.advice);
        }
    }
}
