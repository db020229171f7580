//! Turns what pest knows of a failure into what a person wants to know: what was expected, what stands there
//! instead, and which keyword was probably meant.

use pest::error::{Error, ErrorVariant, InputLocation};

use super::SyntaxError;
use super::grammar::Rule;
use super::habit::{self, advice};
use super::keyword::is_keyword;
use super::lex::{TokenKind, is_visible, tokens};
use super::limit;
use crate::text::Span;
use crate::value::nearest::nearest;

/// The most alternatives that a message lists.
const ALTERNATIVES: usize = 5;

/// The most characters of a token that a message repeats.
const FOUND_LENGTH: usize = 30;

/// The syntax error that pest's `error` over `text` is.
pub(super) fn unexpected(text: &str, error: &Error<Rule>) -> SyntaxError {
    let offset = match error.location {
        InputLocation::Pos(offset) | InputLocation::Span((offset, _)) => offset,
    };
    let positives = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives.as_slice(),
        // pest's own guard: this thread's stack is smaller than the limit on nesting reckons with.
        ErrorVariant::CustomError { .. } => {
            return SyntaxError::TooDeep { limit: limit::BRACKET_DEPTH, span: Span::new(offset, offset) };
        }
    };
    let Some(token) = tokens(&text[offset..]).find(|token| token.kind != TokenKind::Comment) else {
        let end = text.trim_end().len();
        return SyntaxError::Unexpected {
            expected: expected(positives),
            found: "the end of the statement".to_owned(),
            span: Span::new(end, end),
            help: never_closed(text, text.len()).or_else(|| advice(habit::SHAPES, text, text.len())),
        };
    };
    let span = Span::new(offset + token.span.start as usize, offset + token.span.end as usize);
    let found = span.of(text);
    if let Some(character) = stranger(found) {
        return SyntaxError::Literal { detail: "InvalidUnicodeCharacter", message: strange(character), span };
    }
    SyntaxError::Unexpected {
        expected: expected(positives),
        found: format!("`{}`", shortened(found)),
        span,
        help: help(text, token.kind, span, positives),
    }
}

/// What was probably meant by what stands at `span`: words first, then the shape of what is around it.
fn help(text: &str, kind: TokenKind, span: Span, positives: &[Rule]) -> Option<String> {
    let offset = span.start as usize;
    if positives.iter().any(|rule| is_operand(*rule)) {
        return advice(habit::IN_PLACE_OF_AN_OPERAND, text, offset).or_else(|| meant(text, kind, span, positives));
    }
    let unclosed = || positives.iter().any(|rule| is_closing(*rule)).then(|| never_closed(text, offset)).flatten();
    advice(habit::WORDS, text, offset)
        .or_else(|| habit::quote_inside(text, offset))
        .or_else(|| meant(text, kind, span, positives))
        .or_else(unclosed)
        .or_else(|| one_relationship(span.of(text), positives))
        .or_else(|| advice(habit::SHAPES, text, offset))
}

/// The character of `token` if it is a mark beyond ASCII: a dash, a quote or an arrow out of a word processor.
fn stranger(token: &str) -> Option<char> {
    let character = token.chars().next()?;
    (!character.is_ascii() && !character.is_alphanumeric()).then_some(character)
}

fn strange(character: char) -> String {
    let meant = match character {
        '\u{2018}'..='\u{201B}' => "; did you mean `'`?",
        '\u{201C}'..='\u{201F}' | '«' | '»' => "; did you mean `\"`?",
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "; did you mean `-`?",
        '→' => "; did you mean `->`?",
        '←' => "; did you mean `<-`?",
        '≠' => "; did you mean `<>`?",
        '≤' => "; did you mean `<=`?",
        '≥' => "; did you mean `>=`?",
        _ => "",
    };
    let code = u32::from(character);
    if !is_visible(character) {
        return format!("the character U+{code:04X}, which cannot be seen, has no meaning here");
    }
    format!("the character `{character}` (U+{code:04X}) has no meaning here{meant}")
}

/// Of a bracket before `end` that is never closed: shows it with what follows it, as a line number would be wrong inside a
/// script.
fn never_closed(text: &str, end: usize) -> Option<String> {
    let start = limit::unclosed(text)?.span.start as usize;
    let rest = text[..end].get(start..)?.lines().next().unwrap_or_default();
    Some(format!("`{}` is never closed", shortened(rest.trim_end())))
}

/// Of a bracket that goes on where nothing but its end could follow.
fn one_relationship(found: &str, positives: &[Rule]) -> Option<String> {
    let goes_on = matches!(found, "-" | "<" | ",") && positives.iter().all(|rule| *rule == Rule::close_bracket);
    goes_on.then(|| "a bracket is one relationship: `[r]`, or `[(a)-[r:TYPE]->(b)]` with its ends".to_owned())
}

fn shortened(found: &str) -> String {
    match found.char_indices().nth(FOUND_LENGTH) {
        Some((end, _)) => format!("{}...", &found[..end]),
        None => found.to_owned(),
    }
}

/// The keyword that was probably meant at `span`, or by the name before it.
fn meant(text: &str, kind: TokenKind, span: Span, positives: &[Rule]) -> Option<String> {
    let propose = |keyword| format!("did you mean `{keyword}`?");
    let found = span.of(text);
    let wanted = || positives.iter().flat_map(|rule| words(*rule)).copied();
    if kind == TokenKind::Word
        && !is_keyword(found)
        && let Some(keyword) = nearest(found, wanted())
    {
        return Some(propose(keyword));
    }
    let before = tokens(&text[..span.start as usize]).filter(|token| token.kind != TokenKind::Comment).last()?;
    let word = before.span.of(text);
    let is_name = before.kind == TokenKind::Word && !is_keyword(word);
    let leading =
        ["DISTINCT", "OPTIONAL", "DETACH", "NOT", "CASE", "EXISTS", "COUNT", "COLLECT", "INDEX", "CONSTRAINT"];
    if is_name && let Some(keyword) = nearest(word, leading) {
        return Some(format!("did you mean `{keyword}` instead of `{word}`?"));
    }
    None
}

/// What an expression can begin with, and goes without saying where one is expected.
const BEGIN_EXPRESSION: &[&str] = &["\"(\"", "\"[\"", "\"{\"", "a name", "a variable", "a pattern", "`NOT`"];

/// "a, b or c", the most telling first.
fn expected(positives: &[Rule]) -> String {
    let mut named: Vec<(u8, String)> = positives.iter().filter_map(|rule| group(*rule)).collect();
    named.sort();
    named.dedup();
    if named.iter().any(|(_, name)| name == "an expression") {
        named.retain(|(_, name)| !BEGIN_EXPRESSION.contains(&name.as_str()));
    }
    if named.iter().any(|(_, name)| name == "a property key") {
        named.retain(|(_, name)| name != "a name");
    }
    // Operators can follow every operand: worth saying only where nothing else can.
    if named.iter().any(|(rank, _)| *rank < OPERATOR) {
        named.retain(|(rank, _)| *rank < OPERATOR);
    }
    let alternatives: Vec<String> = named.into_iter().map(|(_, name)| name).take(ALTERNATIVES).collect();
    match alternatives.as_slice() {
        [] => "something else".to_owned(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

const CLOSING: u8 = 0;
const PART: u8 = 1;
const WORD: u8 = 2;
const CLAUSE: u8 = 3;
const END: u8 = 4;
const OPERATOR: u8 = 5;

/// How a rule is called in a message, and its rank among the alternatives; nothing for a rule that helps nobody.
fn group(rule: Rule) -> Option<(u8, String)> {
    let named = |rank, name: &str| Some((rank, name.to_owned()));
    match rule {
        Rule::close_paren => named(CLOSING, "\")\""),
        Rule::close_bracket => named(CLOSING, "\"]\""),
        Rule::close_brace => named(CLOSING, "\"}\""),
        Rule::comma => named(PART, "\",\""),
        Rule::colon | Rule::labels | Rule::plain_labels => named(PART, "\":\""),
        Rule::equals => named(PART, "\"=\""),
        Rule::plus_equals => named(PART, "\"+=\""),
        Rule::bar | Rule::yield_bar => named(PART, "\"|\""),
        Rule::open_paren | Rule::arguments => named(PART, "\"(\""),
        Rule::open_bracket => named(PART, "\"[\""),
        Rule::open_brace | Rule::properties => named(PART, "\"{\""),
        Rule::dash | Rule::right_head | Rule::left_head | Rule::hop | Rule::relationship | Rule::bracket_arrow => {
            named(PART, "a relationship")
        }
        Rule::dot => named(PART, "\".\""),
        // A pattern or an arrow is what people write in the place of the rest.
        Rule::semicolon
        | Rule::next
        | Rule::at_commit
        | Rule::why
        | Rule::why_not
        | Rule::lens
        | Rule::clock
        | Rule::possibly
        | Rule::valid_at
        | Rule::known_at
        | Rule::word_valid
        | Rule::word_known
        | Rule::required_sources
        | Rule::kw_require
        | Rule::in_transactions
        | Rule::concurrently
        | Rule::batch_rows
        | Rule::on_error
        | Rule::report
        | Rule::kw_next
        | Rule::repetition
        | Rule::one_or_more
        | Rule::any_number
        | Rule::group
        | Rule::selected
        | Rule::selector
        | Rule::shortest_paths
        | Rule::any_path
        | Rule::all_paths
        | Rule::all_shortest
        | Rule::any_shortest
        | Rule::word_shortest
        | Rule::word_any
        | Rule::path_mode
        | Rule::in_groups
        | Rule::match_mode
        | Rule::repeatable_elements
        | Rule::different_relationships => None,
        Rule::word_elements => named(PART, "`ELEMENTS`"),
        Rule::word_relationships => named(PART, "`RELATIONSHIPS`"),
        Rule::EOI => named(END, "the end of the statement"),
        Rule::variable => named(PART, "a variable"),
        Rule::alias | Rule::name_part | Rule::argument_name | Rule::schema_name | Rule::qualified_name => {
            named(PART, "a name")
        }
        Rule::key | Rule::map_entry | Rule::schema_key => named(PART, "a property key"),
        Rule::set_items | Rule::set_labels | Rule::set_replace | Rule::set_update | Rule::set_property => {
            named(PART, "a property")
        }
        Rule::property_target | Rule::remove_item | Rule::remove_labels => named(PART, "a property"),
        Rule::label
        | Rule::label_or
        | Rule::label_and
        | Rule::label_term
        | Rule::negation
        | Rule::wildcard
        | Rule::given_labels
        | Rule::given_any
        | Rule::given_mark
        | Rule::any_mark => named(PART, "a label or type"),
        Rule::pattern | Rule::pattern_part | Rule::path | Rule::node | Rule::bracket => named(PART, "a pattern"),
        Rule::value_type | Rule::value_type_part | Rule::list_type | Rule::union_type | Rule::type_name => {
            named(PART, "a type")
        }
        Rule::open_angle => named(PART, "\"<\""),
        Rule::close_angle => named(CLOSING, "\">\""),
        Rule::length => named(PART, "\"*\""),
        Rule::repetition_range | Rule::path_count => named(PART, "a number"),
        _ if is_clause(rule) => named(CLAUSE, "a clause"),
        _ if is_operand(rule) => named(PART, "an expression"),
        _ if is_operator(rule) => named(OPERATOR, "an operator"),
        _ => words(rule).first().map(|word| (WORD, format!("`{word}`"))),
    }
}

fn is_closing(rule: Rule) -> bool {
    matches!(rule, Rule::close_paren | Rule::close_bracket | Rule::close_brace)
}

fn is_clause(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::statement
            | Rule::query
            | Rule::single_query
            | Rule::clause
            | Rule::foreach_body
            | Rule::match_clause
            | Rule::return_clause
            | Rule::with_clause
            | Rule::unwind_clause
            | Rule::filter_clause
            | Rule::let_clause
            | Rule::for_clause
            | Rule::finish_clause
            | Rule::load_clause
            | Rule::subquery_clause
            | Rule::call_clause
            | Rule::create_clause
            | Rule::merge_clause
            | Rule::set_clause
            | Rule::remove_clause
            | Rule::delete_clause
            | Rule::assert_clause
            | Rule::retract_clause
            | Rule::foreach_clause
            | Rule::create_index
            | Rule::create_name_index
            | Rule::create_constraint
            | Rule::drop_index
            | Rule::drop_constraint
            | Rule::show
    )
}

fn is_operand(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::expression
            | Rule::listed_expression
            | Rule::not
            | Rule::negative
            | Rule::positive
            | Rule::number
            | Rule::string
            | Rule::parameter
            | Rule::pattern_predicate
            | Rule::parenthesized
            | Rule::list
            | Rule::list_comprehension
            | Rule::pattern_comprehension
            | Rule::map
            | Rule::case_expression
            | Rule::case_subject
            | Rule::case_test
            | Rule::case_operation
            | Rule::case_operand
            | Rule::subquery
            | Rule::subquery_kind
            | Rule::count_star
            | Rule::quantifier
            | Rule::quantifier_kind
            | Rule::reduce
            | Rule::shortest
            | Rule::function_call
            | Rule::trim_call
            | Rule::normalize_call
            | Rule::null_literal
            | Rule::true_literal
            | Rule::false_literal
            | Rule::map_projection
            | Rule::projection
            | Rule::projection_item
            | Rule::sort_item
            | Rule::citation
            | Rule::source
    )
}

fn is_operator(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::or
            | Rule::xor
            | Rule::and
            | Rule::matches
            | Rule::equal
            | Rule::not_equal
            | Rule::less
            | Rule::less_or_equal
            | Rule::greater
            | Rule::greater_or_equal
            | Rule::in_list
            | Rule::starts_with
            | Rule::ends_with
            | Rule::contains
            | Rule::add
            | Rule::concatenate
            | Rule::is_labels
            | Rule::is_listed_labels
            | Rule::subtract
            | Rule::multiply
            | Rule::divide
            | Rule::modulo
            | Rule::power
            | Rule::is_null
            | Rule::is_not_null
            | Rule::is_typed
            | Rule::is_listed_typed
            | Rule::is_normalized
            | Rule::type_mark
            | Rule::list_suffix
            | Rule::not_null
            | Rule::negated
            | Rule::normal_form
            | Rule::operator_is
            | Rule::lookup_dot
            | Rule::lookup_bracket
            | Rule::label_colon
            | Rule::call_paren
            | Rule::name_dot
            | Rule::item_brace
            | Rule::property_lookup
            | Rule::subscript
            | Rule::wide_labels
            | Rule::listed_labels
    )
}

const CLAUSES: &[&str] = &[
    "MATCH", "OPTIONAL", "RETURN", "WITH", "UNWIND", "CALL", "CREATE", "MERGE", "SET", "REMOVE", "DELETE", "DETACH",
    "ASSERT", "RETRACT", "FOREACH", "UNION", "NEXT", "LOAD", "SHOW", "DROP", "EXPLAIN", "PROFILE",
];

const OPERATORS: &[&str] =
    &["AND", "OR", "XOR", "IN", "STARTS WITH", "STARTS", "ENDS WITH", "ENDS", "CONTAINS", "IS NULL"];

const OPERANDS: &[&str] = &["NOT", "NULL", "TRUE", "FALSE", "CASE", "EXISTS", "COUNT", "COLLECT", "DISTINCT"];

/// The keywords that a rule begins with.
fn words(rule: Rule) -> &'static [&'static str] {
    match rule {
        Rule::kw_as => &["AS"],
        Rule::kw_at => &["AT"],
        Rule::kw_by => &["BY"],
        Rule::kw_call => &["CALL"],
        Rule::kw_commit => &["COMMIT"],
        Rule::kw_sources => &["SOURCES"],
        Rule::kw_concurrent => &["CONCURRENT"],
        Rule::kw_constraint => &["CONSTRAINT"],
        Rule::kw_create => &["CREATE"],
        Rule::kw_csv => &["CSV"],
        Rule::kw_delete => &["DELETE"],
        Rule::kw_index => &["INDEX"],
        Rule::kw_else => &["ELSE"],
        Rule::kw_end => &["END"],
        Rule::kw_exists => &["EXISTS"],
        Rule::kw_for => &["FOR"],
        Rule::kw_headers => &["HEADERS"],
        Rule::kw_fieldterminator | Rule::separator => &["FIELDTERMINATOR"],
        Rule::kw_in => &["IN"],
        Rule::kw_is => &["IS"],
        Rule::kw_from | Rule::trim_from => &["FROM"],
        Rule::kw_typed => &["TYPED"],
        Rule::kw_normalized => &["NORMALIZED"],
        Rule::kw_key | Rule::constraint_key => &["KEY"],
        Rule::kw_keys => &["KEYS"],
        Rule::kw_match => &["MATCH"],
        Rule::kw_not => &["NOT"],
        Rule::kw_null => &["NULL"],
        Rule::kw_on | Rule::on_create | Rule::on_match => &["ON"],
        Rule::kw_property | Rule::show_keys => &["PROPERTY"],
        Rule::kw_relationship | Rule::show_types => &["RELATIONSHIP"],
        Rule::kw_require => &["REQUIRE"],
        Rule::kw_set => &["SET"],
        Rule::kw_error => &["ERROR"],
        Rule::kw_rows => &["ROWS"],
        Rule::kw_status => &["STATUS"],
        Rule::kw_transactions | Rule::show_transactions => &["TRANSACTIONS"],
        Rule::on_error_break => &["BREAK"],
        Rule::on_error_continue => &["CONTINUE"],
        Rule::on_error_fail => &["FAIL"],
        Rule::kw_then => &["THEN"],
        Rule::kw_types => &["TYPES"],
        Rule::kw_unique | Rule::constraint_unique => &["UNIQUE"],
        Rule::kw_when | Rule::case_branch | Rule::case_choice => &["WHEN"],
        Rule::kw_where | Rule::r#where | Rule::listed_where => &["WHERE"],
        Rule::kw_with | Rule::with_headers => &["WITH"],
        Rule::kw_citing | Rule::citing => &["CITING"],
        Rule::kw_yield | Rule::yields => &["YIELD"],
        Rule::kw_order | Rule::order_by => &["ORDER"],
        Rule::kw_skip | Rule::skip => &["SKIP"],
        Rule::kw_limit | Rule::limit => &["LIMIT"],
        Rule::kw_union | Rule::union => &["UNION"],
        Rule::descending => &["DESC"],
        Rule::ascending => &["ASC"],
        Rule::optional => &["OPTIONAL"],
        Rule::detach => &["DETACH"],
        Rule::constraint_exists => &["NOT NULL"],
        Rule::show_labels => &["LABELS"],
        Rule::show_indexes => &["INDEXES"],
        Rule::show_constraints => &["CONSTRAINTS"],
        Rule::show_functions => &["FUNCTIONS"],
        Rule::show_procedures => &["PROCEDURES"],
        Rule::show_commits => &["COMMITS"],
        Rule::show_settings => &["SETTINGS"],
        _ if is_clause(rule) => CLAUSES,
        _ if is_operator(rule) => OPERATORS,
        _ if is_operand(rule) => OPERANDS,
        _ => &[],
    }
}
