//! Values as text: what `toString` and string concatenation give, and the literal form for people.

use super::Value;

/// What `toString(value)` gives; `None` for values that have no text (lists, maps, elements).
pub(crate) fn to_text(value: &Value) -> Option<String> {
    todo!()
}
