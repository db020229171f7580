//! How refusals read.

use expect_test::{Expect, expect};

use super::parsed;

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "an expectation is written where it is passed")]
fn check(texts: &[&str], expected: Expect) {
    let refusal = |text: &&str| parsed(text).map_or_else(|report| report + "\n", |_| format!("accepted: {text}\n"));
    expected.assert_eq(&texts.iter().map(refusal).collect::<String>());
}

#[test]
fn a_missing_mark_is_named() {
    check(
        &[
            "MATCH (n RETURN n",
            "MATCH (n)-[r RETURN n",
            "MATCH (n)-[r](m) RETURN n",
            "MATCH (n {a 1}) RETURN n",
            "RETURN (1 + 2",
            "RETURN [1, 2",
            "RETURN {a: 1",
            "RETURN f(1, 2",
            "RETURN a[1",
            "RETURN 1 2",
            "UNWIND [1] RETURN x",
            "MATCH (n) RETURN n.",
            "MATCH (n:) RETURN n",
        ],
        expect![[r#"
            error[UnexpectedSyntax]: expected ")", ":", "{" or `WHERE`, found `RETURN`
              1 | MATCH (n RETURN n
                |          ^^^^^^ `(n` is never closed
            error[UnexpectedSyntax]: expected "]", "*", ":", "{" or `WHERE`, found `RETURN`
              1 | MATCH (n)-[r RETURN n
                |              ^^^^^^ `[r` is never closed
            error[UnexpectedSyntax]: expected a relationship, found `(`
              1 | MATCH (n)-[r](m) RETURN n
                |              ^
            error[UnexpectedSyntax]: expected ":", found `1`
              1 | MATCH (n {a 1}) RETURN n
                |             ^
            error[UnexpectedSyntax]: expected ")", found the end of the statement
              1 | RETURN (1 + 2
                |              ^ `(1 + 2` is never closed
            error[UnexpectedSyntax]: expected "]" or ",", found the end of the statement
              1 | RETURN [1, 2
                |             ^ `[1, 2` is never closed
            error[UnexpectedSyntax]: expected "}" or ",", found the end of the statement
              1 | RETURN {a: 1
                |             ^ `{a: 1` is never closed
            error[UnexpectedSyntax]: expected ")" or ",", found the end of the statement
              1 | RETURN f(1, 2
                |              ^ `(1, 2` is never closed
            error[UnexpectedSyntax]: expected "]", found the end of the statement
              1 | RETURN a[1
                |           ^ `[1` is never closed
            error[UnexpectedSyntax]: expected ",", `AS`, `LIMIT`, `ORDER` or `SKIP`, found `2`
              1 | RETURN 1 2
                |          ^
            error[UnexpectedSyntax]: expected `AS`, found `RETURN`
              1 | UNWIND [1] RETURN x
                |            ^^^^^^
            error[UnexpectedSyntax]: expected a property key, found the end of the statement
              1 | MATCH (n) RETURN n.
                |                    ^
            error[UnexpectedSyntax]: expected a label or type, found `)`
              1 | MATCH (n:) RETURN n
                |          ^
        "#]],
    );
}

#[test]
fn a_misspelt_keyword_is_proposed() {
    check(
        &[
            "MTACH (n) RETURN n",
            "MATCH (n) RETRUN n",
            "MATCH (n) WEHRE n.x = 1 RETURN n",
            "MATCH (n) WHERE n.x = 1 RETRUN n",
            "MATCH (n) RETURN n ODER BY n.x",
            "MATCH (n) RETURN DISTNCT n",
            "OPTIONL MATCH (n) RETURN n",
            "MATCH (n) WHERE n.x START WITH 'a' RETURN n",
            "MATCH (n) WHERE n.x IS NUL RETURN n",
            "SHOW LABLES",
            "CREATE INDX FOR (n:A) ON (n.x)",
            "MERGE (n) ON CREAT SET n.x = 1",
        ],
        expect![[r#"
            error[UnexpectedSyntax]: expected a clause, found `MTACH`
              1 | MTACH (n) RETURN n
                | ^^^^^ did you mean `MATCH`?
            error[UnexpectedSyntax]: expected ",", a relationship, `UNION`, `WHERE` or a clause, found `RETRUN`
              1 | MATCH (n) RETRUN n
                |           ^^^^^^ did you mean `RETURN`?
            error[UnexpectedSyntax]: expected ",", a relationship, `UNION`, `WHERE` or a clause, found `WEHRE`
              1 | MATCH (n) WEHRE n.x = 1 RETURN n
                |           ^^^^^ did you mean `WHERE`?
            error[UnexpectedSyntax]: expected `UNION`, a clause or the end of the statement, found `RETRUN`
              1 | MATCH (n) WHERE n.x = 1 RETRUN n
                |                         ^^^^^^ did you mean `RETURN`?
            error[UnexpectedSyntax]: expected ",", `AS`, `LIMIT`, `ORDER` or `SKIP`, found `ODER`
              1 | MATCH (n) RETURN n ODER BY n.x
                |                    ^^^^ did you mean `ORDER`?
            error[UnexpectedSyntax]: expected ",", `AS`, `LIMIT`, `ORDER` or `SKIP`, found `n`
              1 | MATCH (n) RETURN DISTNCT n
                |                          ^ did you mean `DISTINCT` instead of `DISTNCT`?
            error[UnexpectedSyntax]: expected a clause, found `OPTIONL`
              1 | OPTIONL MATCH (n) RETURN n
                | ^^^^^^^ did you mean `OPTIONAL`?
            error[UnexpectedSyntax]: expected `UNION`, a clause or the end of the statement, found `START`
              1 | MATCH (n) WHERE n.x START WITH 'a' RETURN n
                |                     ^^^^^ did you mean `STARTS`?
            error[UnexpectedSyntax]: expected `NORMALIZED`, `NOT`, `NULL` or `TYPED`, found `NUL`
              1 | MATCH (n) WHERE n.x IS NUL RETURN n
                |                        ^^^ did you mean `NULL`?
            error[UnexpectedSyntax]: expected `COMMITS`, `CONSTRAINTS`, `FUNCTIONS`, `INDEXES` or `LABELS`, found `LABLES`
              1 | SHOW LABLES
                |      ^^^^^^ did you mean `LABELS`?
            error[UnexpectedSyntax]: expected "=", found `FOR`
              1 | CREATE INDX FOR (n:A) ON (n.x)
                |             ^^^ did you mean `INDEX` instead of `INDX`?
            error[UnexpectedSyntax]: expected `CREATE` or `MATCH`, found `CREAT`
              1 | MERGE (n) ON CREAT SET n.x = 1
                |              ^^^^^ did you mean `CREATE`?
        "#]],
    );
}

#[test]
fn a_missing_expression_is_blamed_on_its_place() {
    check(
        &[
            "MATCH (n) WHERE RETURN n",
            "RETURN",
            "RETURN 1 +",
            "RETURN 1 AND",
            "RETURN ,",
            "RETURN [x IN WHERE x]",
            "RETURN CASE x END",
            "RETURN [1, ]",
            "RETURN NOT",
            "MATCH (n) SET n.x = RETURN n",
        ],
        expect![[r#"
            error[UnexpectedSyntax]: expected an expression, found `RETURN`
              1 | MATCH (n) WHERE RETURN n
                |                 ^^^^^^
            error[UnexpectedSyntax]: expected an expression, found the end of the statement
              1 | RETURN
                |       ^
            error[UnexpectedSyntax]: expected an expression, found the end of the statement
              1 | RETURN 1 +
                |           ^
            error[UnexpectedSyntax]: expected an expression, found the end of the statement
              1 | RETURN 1 AND
                |             ^
            error[UnexpectedSyntax]: expected an expression, found `,`
              1 | RETURN ,
                |        ^
            error[UnexpectedSyntax]: expected an expression, found `WHERE`
              1 | RETURN [x IN WHERE x]
                |              ^^^^^
            error[UnexpectedSyntax]: expected `WHEN`, found `END`
              1 | RETURN CASE x END
                |               ^^^
            error[UnexpectedSyntax]: expected an expression, found `]`
              1 | RETURN [1, ]
                |            ^
            error[UnexpectedSyntax]: expected an expression, found the end of the statement
              1 | RETURN NOT
                |           ^
            error[UnexpectedSyntax]: expected an expression, found `RETURN`
              1 | MATCH (n) SET n.x = RETURN n
                |                     ^^^^^^
        "#]],
    );
}

#[test]
fn habits_of_other_languages_are_corrected() {
    check(
        &[
            "MATCH (n) WHERE n.x != 1 RETURN n",
            "MATCH (n) WHERE n.x == 1 RETURN n",
            "MATCH (n) WHERE n.x && n.y RETURN n",
            "SELECT * FROM t",
            "MATCH (n) RETURN n.x — 1",
            "MATCH (n) WHERE n.name = ‘Ada’ RETURN n",
            "MATCH (a)→(b) RETURN a",
        ],
        expect![[r#"
            error[UnexpectedSyntax]: expected `UNION`, a clause or the end of the statement, found `!`
              1 | MATCH (n) WHERE n.x != 1 RETURN n
                |                     ^ unequal is written `<>`
            error[UnexpectedSyntax]: expected an expression, found `=`
              1 | MATCH (n) WHERE n.x == 1 RETURN n
                |                      ^ equal is written `=`
            error[UnexpectedSyntax]: expected `UNION`, a clause or the end of the statement, found `&`
              1 | MATCH (n) WHERE n.x && n.y RETURN n
                |                     ^ write `AND`
            error[UnexpectedSyntax]: expected a clause, found `SELECT`
              1 | SELECT * FROM t
                | ^^^^^^ a query is written `MATCH ... RETURN ...`; it ends with what SQL begins with
            error[InvalidUnicodeCharacter]: the character `—` (U+2014) has no meaning here; did you mean `-`?
              1 | MATCH (n) RETURN n.x — 1
                |                      ^
            error[InvalidUnicodeCharacter]: the character `‘` (U+2018) has no meaning here; did you mean `'`?
              1 | MATCH (n) WHERE n.name = ‘Ada’ RETURN n
                |                          ^
            error[InvalidUnicodeCharacter]: the character `→` (U+2192) has no meaning here; did you mean `->`?
              1 | MATCH (a)→(b) RETURN a
                |          ^
        "#]],
    );
}

#[test]
fn a_literal_without_a_value_is_refused() {
    check(
        &[
            "RETURN 9223372036854775808",
            "RETURN -9223372036854775809",
            "RETURN -(9223372036854775808)",
            "RETURN 9223372036854775808 + 1",
            "RETURN 0x",
            "RETURN 0xZZ",
            "RETURN 12ab",
            "RETURN 012",
            "RETURN 1e999",
            r"RETURN 'a\qb'",
            r"RETURN '\u12'",
            r"RETURN '\uD83D'",
            "MATCH (a)-[*99999999999999999999]->(b) RETURN a",
            "MATCH (a)-[:LIKES..3]->(c) RETURN a",
        ],
        expect![[r#"
            error[IntegerOverflow]: `9223372036854775808` does not fit into a 64-bit integer
              1 | RETURN 9223372036854775808
                |        ^^^^^^^^^^^^^^^^^^^
            error[IntegerOverflow]: `9223372036854775809` does not fit into a 64-bit integer
              1 | RETURN -9223372036854775809
                |         ^^^^^^^^^^^^^^^^^^^
            error[IntegerOverflow]: `9223372036854775808` does not fit into a 64-bit integer
              1 | RETURN -(9223372036854775808)
                |          ^^^^^^^^^^^^^^^^^^^
            error[IntegerOverflow]: `9223372036854775808` does not fit into a 64-bit integer
              1 | RETURN 9223372036854775808 + 1
                |        ^^^^^^^^^^^^^^^^^^^
            error[InvalidNumberLiteral]: `0x` is not a number
              1 | RETURN 0x
                |        ^^
            error[InvalidNumberLiteral]: `0xZZ` is not a number
              1 | RETURN 0xZZ
                |        ^^^^
            error[InvalidNumberLiteral]: `12ab` is not a number
              1 | RETURN 12ab
                |        ^^^^
            error[InvalidNumberLiteral]: `012` begins with a zero; an octal number begins with `0o`
              1 | RETURN 012
                |        ^^^
            error[FloatingPointOverflow]: `1e999` is larger than any floating point number
              1 | RETURN 1e999
                |        ^^^^^
            error[UnexpectedSyntax]: expected an escape such as `\n`, `\'` or `\u00e9`, found `\q`
              1 | RETURN 'a\qb'
                |          ^^ write `\\q` for a backslash before the letter
            error[InvalidUnicodeLiteral]: `\u` takes four hexadecimal digits that are a character, `\U` eight
              1 | RETURN '\u12'
                |         ^^^^
            error[InvalidUnicodeLiteral]: `\u` takes four hexadecimal digits that are a character, `\U` eight
              1 | RETURN '\uD83D'
                |         ^^^^^^
            error[InvalidNumberLiteral]: `99999999999999999999` is no length of a path
              1 | MATCH (a)-[*99999999999999999999]->(b) RETURN a
                |             ^^^^^^^^^^^^^^^^^^^^
            error[InvalidRelationshipPattern]: a range of lengths begins with a star: `*..3`
              1 | MATCH (a)-[:LIKES..3]->(c) RETURN a
                |                  ^^^
        "#]],
    );
}

#[test]
fn what_is_never_closed_is_marked_where_it_opens() {
    check(
        &["RETURN 'abc", "RETURN \"abc", "MATCH (`abc) RETURN 1", "RETURN 1 /* abc"],
        expect![[r#"
        error[UnexpectedSyntax]: expected a closing ', found the end of the statement
          1 | RETURN 'abc
            |        ^ this string is never closed
        error[UnexpectedSyntax]: expected a closing ", found the end of the statement
          1 | RETURN "abc
            |        ^ this string is never closed
        error[UnexpectedSyntax]: expected a closing `, found the end of the statement
          1 | MATCH (`abc) RETURN 1
            |        ^ this name is never closed
        error[UnexpectedSyntax]: expected a closing */, found the end of the statement
          1 | RETURN 1 /* abc
            |          ^^ this comment is never closed
    "#]],
    );
}

#[test]
fn a_text_without_a_statement_is_empty_and_a_second_statement_is_one_too_many() {
    check(
        &["", " ; // nothing", "RETURN 1; RETURN 2", "MATCH (n) RETURN n n"],
        expect![[r#"
            error[UnexpectedSyntax]: the statement is empty
            error[UnexpectedSyntax]: the statement is empty
            error[UnexpectedSyntax]: expected the end of the statement, found `RETURN`
              1 | RETURN 1; RETURN 2
                |           ^^^^^^ a `;` ends the statement: what follows is another one, to be run by itself
            error[UnexpectedSyntax]: expected ",", `AS`, `LIMIT`, `ORDER` or `SKIP`, found `n`
              1 | MATCH (n) RETURN n n
                |                    ^
        "#]],
    );
}

#[test]
fn structure_that_the_grammar_lets_through_is_checked() {
    check(
        &[
            "CALL db.labels() YIELD * RETURN label",
            "MATCH (n) SET f(n)[0] = 1",
            "MATCH (n) REMOVE n[0]",
            "CREATE INDEX FOR (n:A) ON n.x",
            "CREATE INDEX FOR (n:A) ON (m.x)",
            "MATCH (n) RETURN n UNION",
            "FOREACH (x IN xs | MATCH (n) RETURN n)",
        ],
        expect![[r#"
            error[UnexpectedSyntax]: expected the names of outputs, found `YIELD *`
              1 | CALL db.labels() YIELD * RETURN label
                |                  ^^^^^^^ `YIELD *` stands only in a statement that is nothing but this call
            error[UnexpectedSyntax]: expected a property such as `n.name`, found `f(n)[0]`
              1 | MATCH (n) SET f(n)[0] = 1
                |               ^^^^^^^
            error[UnexpectedSyntax]: expected a property such as `n.name`, found `n[0]`
              1 | MATCH (n) REMOVE n[0]
                |                  ^^^^
            error[UnexpectedSyntax]: expected "(", found `n`
              1 | CREATE INDEX FOR (n:A) ON n.x
                |                           ^
            error[UnexpectedSyntax]: expected a property of `n`, found `m`
              1 | CREATE INDEX FOR (n:A) ON (m.x)
                |                            ^
            error[UnexpectedSyntax]: expected a clause, found the end of the statement
              1 | MATCH (n) RETURN n UNION
                |                         ^
            error[UnexpectedSyntax]: expected a clause, found `MATCH`
              1 | FOREACH (x IN xs | MATCH (n) RETURN n)
                |                    ^^^^^ `FOREACH` only writes; to look for something, write `UNWIND list AS x MATCH ...`
        "#]],
    );
}

#[test]
fn places_are_counted_in_characters() {
    check(
        &[
            "MATCH (компания:Компания {имя: 'Северсталь'}) RETRUN компания",
            "MATCH (n {name: 'شركة'}) RETRUN n",
            "RETURN 'e\u{301}' +\n  'x' 'y'",
        ],
        expect![[r#"
            error[UnexpectedSyntax]: expected ",", a relationship, `UNION`, `WHERE` or a clause, found `RETRUN`
              1 | MATCH (компания:Компания {имя: 'Северсталь'}) RETRUN компания
                |                                               ^^^^^^ did you mean `RETURN`?
            error[UnexpectedSyntax]: expected ",", a relationship, `UNION`, `WHERE` or a clause, found `RETRUN`
              1 | MATCH (n {name: 'شركة'}) RETRUN n
                |                          ^^^^^^ did you mean `RETURN`?
            error[UnexpectedSyntax]: expected ",", `AS`, `LIMIT`, `ORDER` or `SKIP`, found `'y'`
              2 |   'x' 'y'
                |       ^^^
        "#]],
    );
}
