//! Values, rows and graphs as other programs have them: JSON, JSON Lines and serde. Uses the crate's public API only.
//!
//! A value as JSON is written as the JSON Lines interface has it ([`value_to_json`]); a graph as JSON Lines is an
//! element, an index or a constraint a line in the same encoding ([`read_graph`], [`write_graph`]):
//!
//! ```text
//! {"$type":"node","id":1,"labels":["Company"],"properties":{"name":"SenseTime"}}
//! {"$type":"relationship","id":3,"type":"BASED_IN","start":1,"end":2,"properties":{},"state":"quoted"}
//! {"$type":"index","name":"by_name","entity":"NODE","on":"Company","properties":["name"]}
//! {"$type":"constraint","kind":"UNIQUE","name":"one_lei","entity":"NODE","on":"Company","properties":["lei"]}
//! ```
//!
//! Indexes and constraints have the words of `SHOW INDEXES` and `SHOW CONSTRAINTS` (`kind` is `UNIQUE`, `NOT NULL` or
//! `KEY`, `entity` is `NODE` or `RELATIONSHIP`); they are written before the elements, and one that the graph has already,
//! under whatever name, is not made again.
//!
//! An id is a number or a text that stands for the element within the file; the graph gives its own. A relationship
//! may stand before its ends, may have relationships for ends, and is asserted unless its `state` is `quoted`. By hand,
//! `$type` may be left out (what has a `start` is a relationship), as may `labels`, `properties` and the `id` of what
//! nothing points at. A member that is not one of these, or is there twice, is a fault: nothing is passed over. Empty
//! lines do not count, nor does a byte order mark at the head.

mod decode;
mod deserialize;
mod encode;
mod graph;
mod line;
mod parse;
mod rule;

pub use decode::{DecodeError, value_from_json};
pub use deserialize::{DeserializeError, row_as, value_as};
pub use encode::value_to_json;
pub use graph::{GraphCounts, GraphError, read_graph, write_graph};
pub use parse::json_from_str;
