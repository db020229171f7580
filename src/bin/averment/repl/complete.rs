//! Completion: what could stand at the cursor, of the language and of the graph that is open.

use std::collections::BTreeSet;
use std::time::Duration;

use averment::editing::{KEYWORDS, TokenKind, escaped_name, tokens};
use averment::{Database, Statement, params};

use super::command::COMMANDS;
use crate::args::Format;
use crate::session::Session;

/// The names that can be completed.
#[derive(Default)]
pub(super) struct Names {
    db: Option<Database>,
    /// Which database it is, and at which commit.
    seen: Option<(u64, u64)>,
    labels: Vec<String>,
    types: Vec<String>,
    keys: Vec<String>,
    /// Name and signature.
    functions: Vec<(String, String)>,
    procedures: Vec<String>,
    parameters: Vec<String>,
}

/// As many values of a key are proposed.
const MAX_VALUES: i64 = 20;

/// Looking for values must not keep whoever types waiting.
const PATIENCE: Duration = Duration::from_millis(300);

impl Names {
    /// Learns the names of the graph, if it is another one or has changed.
    pub(super) fn look_at(&mut self, session: &Session) {
        self.parameters = session.params.iter().map(|(name, _)| name.to_owned()).collect();
        let now = Some((session.opened_count(), session.db.commit_number()));
        if self.seen == now {
            return;
        }
        let db = session.db.clone();
        self.labels = column(&db, "SHOW LABELS YIELD name");
        self.types = column(&db, "SHOW RELATIONSHIP TYPES YIELD name");
        self.keys = column(&db, "SHOW PROPERTY KEYS YIELD name");
        self.procedures = column(&db, "SHOW PROCEDURES YIELD name");
        let functions = db.query("SHOW FUNCTIONS YIELD name, signature", ());
        self.functions = functions.and_then(averment::Rows::into_vec).unwrap_or_default();
        (self.db, self.seen) = (Some(db), now);
    }

    /// What a function takes, behind its open parenthesis.
    pub(super) fn rest_of_call(&self, line: &str) -> Option<String> {
        let before = line.strip_suffix('(')?;
        let name = &before[dotted_start(before)..];
        let (_, signature) = self.functions.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        signature.get(name.len() + 1..).map(str::to_owned)
    }

    /// The keys that nodes with the label have; all keys of the graph without one, or if it takes long to look.
    fn keys_of(&self, label: Option<&str>) -> Vec<String> {
        let known = label.filter(|label| self.labels.iter().any(|known| known == label));
        let Some((db, label)) = self.db.as_ref().zip(known) else { return self.keys.clone() };
        let label = escaped_name(label);
        let statement = format!("MATCH (n:{label}) UNWIND keys(n) AS key RETURN DISTINCT key ORDER BY key");
        let rows = db.query(Statement::new(statement).timeout(PATIENCE), ());
        let keys = rows.and_then(averment::Rows::into_vec::<(String,)>).unwrap_or_default();
        if keys.is_empty() { self.keys.clone() } else { keys.into_iter().map(|(key,)| key).collect() }
    }

    /// Values of a key that begin so, of nodes with the label if there is one.
    fn values(&self, key: &str, label: Option<&str>, prefix: &str) -> Vec<String> {
        let Some(db) = &self.db else { return Vec::new() };
        if !self.keys.iter().any(|known| known == key) {
            return Vec::new();
        }
        let label = label.filter(|label| self.labels.iter().any(|known| known == label));
        let label = label.map_or(String::new(), |label| format!(":{}", escaped_name(label)));
        let key = escaped_name(key);
        let statement = format!(
            "MATCH (n{label}) WHERE n.{key} STARTS WITH $prefix RETURN DISTINCT n.{key} AS value ORDER BY value LIMIT $limit"
        );
        let statement = Statement::new(statement).timeout(PATIENCE);
        let rows = db.query(statement, params! { "prefix" => prefix, "limit" => MAX_VALUES });
        let values = rows.and_then(averment::Rows::into_vec::<(String,)>).unwrap_or_default();
        values.into_iter().map(|(value,)| value).collect()
    }
}

fn column(db: &Database, statement: &str) -> Vec<String> {
    let rows = db.query(statement, ()).and_then(averment::Rows::into_vec::<(String,)>).unwrap_or_default();
    rows.into_iter().map(|(name,)| name).collect()
}

/// Where what is completed begins, and what could stand there.
pub(super) fn complete(names: &Names, line: &str, position: usize) -> (usize, Vec<String>) {
    let before = &line[..position];
    if before.starts_with(':') {
        return commands(before);
    }
    if let Some((start, quote, prefix)) = open_string(before) {
        let (key, label) = key_and_label(&before[..start]);
        let values = key.map_or_else(Vec::new, |key| names.values(key, label, prefix));
        let escape =
            |value: String| format!("{}{quote}", value.replace('\\', "\\\\").replace(quote, &format!("\\{quote}")));
        return (start + 1, values.into_iter().map(escape).collect());
    }
    let start = start_of_last(before, is_name);
    let (word, behind) = (&before[start..], before[..start].trim_end());
    let found = match behind.chars().next_back() {
        Some(':' | '|' | '&' | '!') => match innermost(behind) {
            Some('[') => starting(&names.types, word, written),
            // In a map, a colon is followed by a value.
            Some('{') => anything(names, before, word),
            _ => starting(&names.labels, word, written),
        },
        Some('.') => {
            let dotted = dotted_start(before);
            let is_called = ends_with_word(before[..dotted].trim_end(), "CALL");
            let functions =
                if is_called { procedures(names, &before[dotted..]) } else { called(names, &before[dotted..]) };
            if functions.is_empty() {
                let label = before.get(dotted..start - 1).and_then(|variable| label_of(before, variable));
                starting(&names.keys_of(label), word, written)
            } else {
                return (dotted, functions);
            }
        }
        Some('$') => starting(&names.parameters, word, str::to_owned),
        Some('{' | ',') if innermost(behind) == Some('{') => {
            let label = label_before(&words(behind));
            starting(&names.keys_of(label), word, |name| format!("{}: ", written(name)))
        }
        _ if ends_with_word(behind, "CALL") => procedures(names, word),
        _ => anything(names, before, word),
    };
    (start, found)
}

/// Keywords, functions and the variables of the statement.
fn anything(names: &Names, before: &str, word: &str) -> Vec<String> {
    if word.is_empty() {
        return Vec::new();
    }
    let is_lower = word.chars().all(char::is_lowercase);
    let keywords = KEYWORDS.iter().filter(|keyword| begins(keyword, word));
    let mut found: BTreeSet<String> =
        keywords.map(|keyword| if is_lower { keyword.to_lowercase() } else { (*keyword).to_owned() }).collect();
    found.extend(called(names, word));
    let words = tokens(before).filter(|token| token.kind == TokenKind::Word).map(|token| token.span.of(before));
    found.extend(words.filter(|known| known.starts_with(word) && *known != word).map(str::to_owned));
    found.into_iter().collect()
}

fn called(names: &Names, word: &str) -> Vec<String> {
    let functions = names.functions.iter().map(|(name, _)| name);
    functions.filter(|name| begins(name, word)).map(|name| format!("{name}(")).collect()
}

fn procedures(names: &Names, word: &str) -> Vec<String> {
    starting(&names.procedures, word, |name| format!("{name}("))
}

fn starting(names: &[String], word: &str, write: impl Fn(&str) -> String) -> Vec<String> {
    names.iter().filter(|name| begins(name, word)).map(|name| write(name)).collect()
}

fn begins(name: &str, word: &str) -> bool {
    name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)) || name.starts_with(word)
}

/// A name as it is written in a statement.
fn written(name: &str) -> String {
    let is_plain = name.chars().all(is_name) && !name.starts_with(|letter: char| letter.is_ascii_digit());
    if is_plain { name.to_owned() } else { escaped_name(name) }
}

fn commands(before: &str) -> (usize, Vec<String>) {
    match before.split_once(' ') {
        None => (
            0,
            COMMANDS
                .iter()
                .map(|command| format!(":{}", command.names[0]))
                .filter(|name| name.starts_with(before))
                .collect(),
        ),
        Some((":format", word)) => {
            (before.len() - word.len(), Format::names().filter(|name| name.starts_with(word)).collect())
        }
        Some((":open", word)) => {
            let names = averment::fixtures::names().map(|name| format!("fixture:{name}"));
            (before.len() - word.len(), names.filter(|name| name.starts_with(word)).collect())
        }
        Some(_) => (before.len(), Vec::new()),
    }
}

/// The string that is open at the end: where it begins, its quote, and what it has so far.
fn open_string(before: &str) -> Option<(usize, char, &str)> {
    let last = tokens(before).last().filter(|token| token.kind == TokenKind::String && !token.is_closed)?;
    let start = last.span.start as usize;
    let quote = before[start..].chars().next()?;
    Some((start, quote, &before[start + 1..]))
}

/// The key that a value is for (`key: ` or `x.key = `), and the label of the node around it.
fn key_and_label(before: &str) -> (Option<&str>, Option<&str>) {
    match &words(before)[..] {
        [rest @ .., (TokenKind::Word, key), (_, ":" | "=")] => (Some(*key), label_before(rest)),
        _ => (None, None),
    }
}

fn words(text: &str) -> Vec<(TokenKind, &str)> {
    tokens(text).map(|token| (token.kind, token.span.of(text))).collect()
}

/// The nearest `:Label` before, in this pattern.
fn label_before<'t>(words: &[(TokenKind, &'t str)]) -> Option<&'t str> {
    words.windows(2).rev().take_while(|pair| pair[1].1 != ")").find_map(|pair| match pair {
        [(_, ":"), (TokenKind::Word, label)] => Some(*label),
        _ => None,
    })
}

/// The label that a node has where its variable is introduced.
fn label_of<'t>(before: &'t str, variable: &str) -> Option<&'t str> {
    words(before).windows(4).find_map(|pattern| match pattern {
        [(_, "("), (_, name), (_, ":"), (TokenKind::Word, label)] if *name == variable => Some(*label),
        _ => None,
    })
}

/// The innermost bracket that is open at the end.
fn innermost(before: &str) -> Option<char> {
    let mut open = Vec::new();
    for token in tokens(before).filter(|token| token.kind == TokenKind::Mark) {
        match token.span.of(before) {
            "(" => open.push('('),
            "[" => open.push('['),
            "{" => open.push('{'),
            ")" | "]" | "}" => _ = open.pop(),
            _ => {}
        }
    }
    open.pop()
}

/// Where the name with dots begins that the text ends with.
fn dotted_start(text: &str) -> usize {
    start_of_last(text, |letter| is_name(letter) || letter == '.')
}

fn ends_with_word(text: &str, word: &str) -> bool {
    text[start_of_last(text, is_name)..].eq_ignore_ascii_case(word)
}

/// Where the letters of one sort begin that the text ends with.
fn start_of_last(text: &str, is_part: impl Fn(char) -> bool) -> usize {
    text.trim_end_matches(is_part).len()
}

fn is_name(letter: char) -> bool {
    letter == '_' || letter.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use averment::CancelToken;

    use super::*;
    use crate::output::Output;
    use crate::source::Opening;

    fn names() -> Names {
        let db = Database::from_script(
            "CREATE (:Company {name: 'SenseTime', `odd key`: 1})-[:BASED_IN]->(:Place {name: 'Hong Kong'}), (:Company {name: 'Sensible'})",
        );
        let mut session = Session::new(db.unwrap(), Output::whole(None), Opening::default(), CancelToken::new());
        session.params.insert("limit", 1);
        let mut names = Names::default();
        names.look_at(&session);
        names
    }

    /// The cursor is at the end.
    #[track_caller]
    fn check(line: &str, expected: &[&str]) {
        let (start, found) = complete(&names(), line, line.len());
        let lines: Vec<String> = found.iter().map(|text| format!("{}{text}", &line[..start])).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn labels_types_and_keys_are_those_of_the_graph() {
        check("MATCH (c:Com", &["MATCH (c:Company"]);
        check("MATCH (c:com", &["MATCH (c:Company"]);
        check("MATCH (c)-[:B", &["MATCH (c)-[:BASED_IN"]);
        check("MATCH (c) WHERE c.na", &["MATCH (c) WHERE c.name"]);
        check("MATCH (c) RETURN c.o", &["MATCH (c) RETURN c.`odd key`"]);
        check("MATCH (c:Company {n", &["MATCH (c:Company {name: "]);
        check("RETURN $l", &["RETURN $limit"]);
    }

    #[test]
    fn keys_are_those_of_the_label_where_there_is_one() {
        check("MATCH (p:Place {", &["MATCH (p:Place {name: "]);
        check("MATCH (:Place)--(c:Company {name: 'x', o", &["MATCH (:Place)--(c:Company {name: 'x', `odd key`: "]);
        check("MATCH (p:Place {o", &[]);
        check("MATCH (p:Place), (c) RETURN p.", &["MATCH (p:Place), (c) RETURN p.name"]);
        check("MATCH (p:Place), (c) RETURN c.o", &["MATCH (p:Place), (c) RETURN c.`odd key`"]);
        check("MATCH (n:Nowhere {o", &["MATCH (n:Nowhere {`odd key`: "]);
    }

    #[test]
    fn values_are_those_of_the_key_and_the_label() {
        let line = "MATCH (c:Company {name: 'Se";
        check(line, &["MATCH (c:Company {name: 'SenseTime'", "MATCH (c:Company {name: 'Sensible'"]);
        check("MATCH (p) WHERE p.name = \"Ho", &["MATCH (p) WHERE p.name = \"Hong Kong\""]);
        check("MATCH (c:Company {name: 'Ho", &[]);
    }

    #[test]
    fn keywords_functions_procedures_and_variables_are_completed() {
        check("MAT", &["MATCH"]);
        check("mat", &["match"]);
        check("RETURN toUpp", &["RETURN toUpper("]);
        check("RETURN edtf.d", &["RETURN edtf.days("]);
        check("CALL db.lab", &["CALL db.labels("]);
        check("MATCH (company) RETURN compa", &["MATCH (company) RETURN company"]);
        check(":for", &[":format"]);
        check(":format j", &[":format json", ":format jsonl"]);
    }

    #[test]
    fn what_is_typed_in_other_scripts_does_no_harm() {
        for line in ["ж", "MATCH (ж:Ж", "RETURN 'ж", "ж.ж", "ж. ж", "ж.\u{a0}", "—", "$ж", ":ж", "{ж:'", "'"]
        {
            complete(&names(), line, line.len());
            assert_eq!(names().rest_of_call(&format!("{line}(")), None);
        }
    }

    #[test]
    fn a_function_tells_what_it_takes() {
        assert_eq!(names().rest_of_call("RETURN size(").as_deref(), Some("STRING or LIST) :: INTEGER"));
        assert_eq!(names().rest_of_call("RETURN nothing("), None);
    }
}
