//! Values, rows and graphs as other programs have them: JSON, JSON Lines and serde. Uses the crate's API
//! and nothing below it.
//!
//! A value as JSON is written as the JSON Lines interface has it ([`value_to_json`]); a graph as JSON Lines is a commit,
//! an index, a constraint or an element a line in the same encoding ([`read_graph`], [`write_graph`]):
//!
//! ```text
//! {"$type":"history","keep":100}
//! {"$type":"database","format":1,"next_id":4,"commits":1,"rules":2,"nodes":2,"relationships":1}
//! {"$type":"commit","number":1,"time":"2026-01-31T09:30:00.5Z","author":"Ada","message":"the first two","changes":9}
//! {"$type":"node","id":1,"labels":["Company"],"properties":{"name":"SenseTime"},"commit":1}
//! {"$type":"relationship","id":3,"type":"BASED_IN","start":1,"end":2,"properties":{},"state":"quoted","commit":1}
//! {"$type":"index","name":"by_name","entity":"NODE","on":"Company","properties":["name"]}
//! {"$type":"constraint","kind":"UNIQUE","name":"one_lei","entity":"NODE","on":"Company","properties":["lei"]}
//! ```
//!
//! Indexes and constraints have the words of `SHOW INDEXES` and `SHOW CONSTRAINTS` (`kind` is `UNIQUE`, `NOT NULL` or
//! `KEY`, `entity` is `NODE` or `RELATIONSHIP`); they are written before the elements, and one that the graph has already,
//! under whatever name, is not made again.
//!
//! Commits stand at the head, in the order of their numbers and times; before them, in the first line, `history` says
//! how many of them are kept (or `"all"`), if that was said of the database. An element names the commit in which it was
//! recorded. A database to which nothing was written takes all of this over; see [`read_graph`].
//!
//! Where the line `database` stands before the commits, this is all of a database: so many commits, indexes and constraints
//! (`rules`), nodes and relationships, whose ids are below `next_id`; `provenance` has the words by which evidence is known
//! there, if they are not the usual ones. A database to which nothing was written takes over ids, too, and what is cut off is
//! refused. Without that line, lines may be sorted and picked.
//!
//! An id is a number or a text that stands for the element within the file; the graph gives its own. A relationship
//! may stand before its ends, may have relationships for ends, and is asserted unless its `state` is `quoted`. By hand,
//! `$type` may be left out (what has a `start` is a relationship), as may commits, `labels`, `properties` and the `id` of what
//! nothing points at. A member that is not one of these, or is there twice, is a fault: nothing is passed over. Empty
//! lines do not count, nor does a byte order mark at the head.
//!
//! Other programs have other forms: [`write_csv`], [`write_graphml`], [`write_gexf`], [`write_dot`] and [`write_ntriples`] write
//! them, [`GraphImport`] reads some, and an [`ExportReport`] tells what one has no place for.

mod decode;
mod deserialize;
mod encode;
mod export;
mod graph;
mod head;
mod line;
mod parse;
mod past;
mod reading;
mod rule;
mod script;

pub use decode::{DecodeError, value_from_json};
pub use deserialize::{DeserializeError, row_as, value_as};
pub use encode::{AsJson, value_to_json};
pub use export::{ExportReport, write_csv, write_dot, write_gexf, write_graphml, write_ntriples};
pub(crate) use graph::WholeGraph;
pub use graph::{GraphCounts, GraphError, read_graph, write_graph, write_keep};
pub use parse::json_from_str;
pub use reading::{GraphFormat, GraphImport};
pub use script::write_script;
