//! Tests of whole graphs that are read again.
