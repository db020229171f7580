//! What graphs are built of in bulk.

mod batch;

pub(crate) use batch::{Cells, Column, Delivery, NodeBatch, RelBatch, Texts, retain};
