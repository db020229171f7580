//! `ownership.*`: who is blocked because of who owns it, and who owns what.
//!
//! | file | what |
//! |---|---|
//! | `regime.rs` | when ownership blocks: OFAC's rule, the EU's, the UK's |
//! | `options.rs` | what a call asks for |
//! | `holdings.rs` | the stakes of a graph, as arrays |
//! | `blocked.rs` | the two fix-points |
//! | `answer.rs` | the rows, each with the stakes that were counted |
//! | `tree.rs` | owners of owners, holdings of holdings |

mod answer;
mod blocked;
mod holdings;
mod options;
mod regime;
#[cfg(test)]
mod tests;
mod tree;

use crate::{CustomProcedure, Database, Error};

pub(super) fn register(db: &Database) -> Result<(), Error> {
    let outputs = [
        ("entity", "NODE"),
        ("status", "STRING"),
        ("share_min", "NUMBER"),
        ("share_max", "NUMBER"),
        ("because", "LIST<MAP>"),
    ];
    let blocked = CustomProcedure::new("ownership.blocked", &[("options", "MAP")], &outputs, answer::blocked)
        .summary("who is blocked through ownership, by the rule of a regime, with the stakes that were counted");
    db.register(blocked)?;
    let inputs = [("entity", "NODE"), ("options", "MAP")];
    let outputs = [
        ("depth", "INTEGER"),
        ("owner", "NODE"),
        ("entity", "NODE"),
        ("share_min", "NUMBER"),
        ("share_max", "NUMBER"),
        ("stakes", "LIST<RELATIONSHIP>"),
    ];
    let tree = CustomProcedure::new("ownership.tree", &inputs, &outputs, tree::tree)
        .summary("who owns an entity, and who owns them; or what it holds, and what that holds");
    db.register(tree)
}
