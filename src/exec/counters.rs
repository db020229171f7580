//! What a statement has written, in numbers.

/// How many things a statement has written.
///
/// What the statement made and deleted again is not counted.
///
/// # Example: what a statement did
///
/// ```
/// use averment::Database;
/// # fn main() -> Result<(), averment::Error> {
/// let rows = Database::in_memory().query("CREATE (:Company {name: 'SenseTime'})-[:BASED_IN]->(:Place)", ())?;
/// assert_eq!((rows.counters().nodes_created, rows.counters().relationships_created), (2, 1));
/// assert!(rows.counters().any());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Nodes created.
    pub nodes_created: u64,
    /// Nodes deleted.
    pub nodes_deleted: u64,
    /// Relationships created, asserted or quoted.
    pub relationships_created: u64,
    /// Relationships deleted.
    pub relationships_deleted: u64,
    /// Properties set, changed or removed.
    pub properties_set: u64,
    /// Labels given to nodes.
    pub labels_added: u64,
    /// Labels taken from nodes.
    pub labels_removed: u64,
    /// Of the relationships created: the citations, which are the asserted ones of type `SUPPORTS`.
    pub citations_created: u64,
    /// Of the relationships deleted: the citations.
    pub citations_deleted: u64,
    /// Relationships asserted that were quoted before.
    pub relationships_asserted: u64,
    /// Relationships retracted that were asserted before.
    pub relationships_retracted: u64,
    /// Indexes created.
    pub indexes_created: u64,
    /// Indexes dropped.
    pub indexes_dropped: u64,
    /// Constraints created.
    pub constraints_created: u64,
    /// Constraints dropped.
    pub constraints_dropped: u64,
}

impl Counters {
    /// Each count with its name in the JSON Lines interface.
    pub fn entries(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        [
            ("nodes_created", self.nodes_created),
            ("nodes_deleted", self.nodes_deleted),
            ("relationships_created", self.relationships_created),
            ("relationships_deleted", self.relationships_deleted),
            ("properties_set", self.properties_set),
            ("labels_added", self.labels_added),
            ("labels_removed", self.labels_removed),
            ("citations_created", self.citations_created),
            ("citations_deleted", self.citations_deleted),
            ("relationships_asserted", self.relationships_asserted),
            ("relationships_retracted", self.relationships_retracted),
            ("indexes_created", self.indexes_created),
            ("indexes_dropped", self.indexes_dropped),
            ("constraints_created", self.constraints_created),
            ("constraints_dropped", self.constraints_dropped),
        ]
        .into_iter()
    }

    /// Whether anything was written.
    pub fn any(&self) -> bool {
        self.entries().any(|(_, count)| count > 0)
    }
}
