//! What those need who let people type statements: where statements end, and what their words are.
//!
//! Nothing here decides what a text means; for that, prepare it: [`Database::prepare`](crate::Database::prepare).

pub use crate::syntax::{KEYWORDS, Token, TokenKind, Tokens, is_complete, is_keyword, statements, tokens};
pub use crate::value::nearest::nearest;
pub use crate::value::text_form::escaped_name;
