//! Query text: byte spans, and the rendering of a span with a caret under the right character.

mod report;
mod span;

pub(crate) use report::{one_line, report};
pub(crate) use span::Position;
pub use span::Span;
