//! The keywords of the language, for those who propose or colour them. None is reserved by standing here.

/// Every keyword, in the case that people write it in.
pub const KEYWORDS: &[&str] = &[
    "ALL",
    "AND",
    "ANY",
    "AS",
    "ASC",
    "ASCENDING",
    "ASSERT",
    "BOTH",
    "BREAK",
    "BY",
    "CALL",
    "CASE",
    "CITING",
    "COLLECT",
    "CONCURRENT",
    "CONSTRAINT",
    "CONSTRAINTS",
    "CONTAINS",
    "CONTINUE",
    "COUNT",
    "CREATE",
    "CSV",
    "DELETE",
    "DESC",
    "DESCENDING",
    "DETACH",
    "DISTINCT",
    "DROP",
    "ELSE",
    "END",
    "ENDS",
    "ERROR",
    "EXISTS",
    "EXPLAIN",
    "FAIL",
    "FALSE",
    "FIELDTERMINATOR",
    "FILTER",
    "FINISH",
    "FOR",
    "FOREACH",
    "FROM",
    "FUNCTIONS",
    "HEADERS",
    "IF",
    "IN",
    "INDEX",
    "INDEXES",
    "INSERT",
    "IS",
    "KEY",
    "KEYS",
    "LABELS",
    "LEADING",
    "LET",
    "LIMIT",
    "LOAD",
    "MATCH",
    "MERGE",
    "NEXT",
    "NODE",
    "NORMALIZED",
    "NOT",
    "NULL",
    "OF",
    "OFFSET",
    "ON",
    "OPTIONAL",
    "OR",
    "ORDER",
    "PROCEDURES",
    "PROFILE",
    "PROPERTY",
    "RELATIONSHIP",
    "REMOVE",
    "REPORT",
    "REQUIRE",
    "RETRACT",
    "RETURN",
    "ROWS",
    "SET",
    "SETTINGS",
    "SHORTEST",
    "SHOW",
    "SKIP",
    "STARTS",
    "STATUS",
    "THEN",
    "TRAILING",
    "TRANSACTIONS",
    "TRUE",
    "TYPED",
    "TYPES",
    "UNION",
    "UNIQUE",
    "UNWIND",
    "WHEN",
    "WHERE",
    "WITH",
    "XOR",
    "YIELD",
];

/// Words behind which an operand has ended, or that end one: what stands before them is complete.
const FOLLOW_OPERAND: &[&str] = &[
    "AND",
    "AS",
    "ASC",
    "ASCENDING",
    "CALL",
    "CONTAINS",
    "CREATE",
    "DELETE",
    "DESC",
    "DESCENDING",
    "DETACH",
    "ELSE",
    "END",
    "ENDS",
    "FOREACH",
    "IN",
    "IS",
    "LIMIT",
    "MATCH",
    "MERGE",
    "OPTIONAL",
    "OR",
    "ORDER",
    "REMOVE",
    "RETURN",
    "SET",
    "SKIP",
    "STARTS",
    "THEN",
    "UNION",
    "UNWIND",
    "WHEN",
    "WHERE",
    "WITH",
    "XOR",
];

/// Whether `word` is a keyword, in any case.
pub fn is_keyword(word: &str) -> bool {
    contains(KEYWORDS, word)
}

/// Whether `word` may stand directly behind an operand.
pub(super) fn follows_operand(word: &str) -> bool {
    contains(FOLLOW_OPERAND, word)
}

fn contains(words: &[&str], word: &str) -> bool {
    words.iter().any(|keyword| keyword.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_sorted_and_found_in_any_case() {
        assert!(KEYWORDS.is_sorted());
        assert!(is_keyword("match"));
        assert!(!is_keyword("matc"));
    }
}
