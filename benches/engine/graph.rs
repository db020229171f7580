//! The generated graph, as plain arrays.
//!
//! A million people and companies, five million relationships: most of one type, the rest spread over 500 types of which
//! most are rare; some self-loops, 2-cycles and parallel relationships; one node with a million relationships.

/// Relationship types; the last is the rarest.
pub(crate) const TYPE_COUNT: u32 = 500;

/// The graph before it is anybody's.
pub(crate) struct Generated {
    pub node_count: u32,
    pub ages: Vec<i64>,
    /// Start, end, type, weight.
    pub rels: Vec<(u32, u32, u32, i64)>,
}

/// A small, seeded generator (xorshift64*), so that every run has the same graph.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.max(1))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        u32::try_from(((self.next() >> 32) * u64::from(bound)) >> 32).expect("below a 32-bit bound")
    }
}

impl Generated {
    pub(crate) fn new(node_count: u32, rel_count: usize) -> Self {
        let mut chance = Chance::new(42);
        let ages = (0..node_count).map(|_| i64::from(chance.below(100))).collect();
        let hub_rels = rel_count / 5;
        let mut rels = Vec::with_capacity(rel_count);
        for index in 0..hub_rels {
            let other = u32::try_from(index).expect("fits") % node_count;
            rels.push((0, other, 0, i64::from(chance.below(1000))));
        }
        while rels.len() < rel_count {
            let start = chance.below(node_count);
            let end = match chance.below(1000) {
                0 => start,
                _ => chance.below(node_count),
            };
            let rel_type = rare_type(&mut chance);
            let weight = i64::from(chance.below(1000));
            rels.push((start, end, rel_type, weight));
            if chance.below(100) == 0 && rels.len() < rel_count {
                rels.push((end, start, rel_type, weight));
            }
        }
        Self { node_count, ages, rels }
    }
}

/// Type 0 for nine in ten, and fewer and fewer of the later ones.
fn rare_type(chance: &mut Chance) -> u32 {
    if chance.below(10) > 0 {
        return 0;
    }
    let first = chance.below(TYPE_COUNT);
    chance.below(first + 1)
}

/// Compressed sparse rows: what the floor runs on.
pub(crate) struct Csr {
    pub offsets: Vec<u32>,
    pub targets: Vec<u32>,
}

impl Csr {
    /// The relationships of the types that `keep` lets pass, by start (or by end, reversed).
    pub(crate) fn new(graph: &Generated, reversed: bool, keep: impl Fn(u32) -> bool) -> Self {
        let ends = |&(start, end, _, _): &(u32, u32, u32, i64)| if reversed { (end, start) } else { (start, end) };
        let mut offsets = vec![0_u32; graph.node_count as usize + 1];
        for rel in graph.rels.iter().filter(|rel| keep(rel.2)) {
            offsets[ends(rel).0 as usize + 1] += 1;
        }
        for index in 1..offsets.len() {
            offsets[index] += offsets[index - 1];
        }
        let mut next = offsets.clone();
        let mut targets = vec![0; *offsets.last().expect("an offset") as usize];
        for rel in graph.rels.iter().filter(|rel| keep(rel.2)) {
            let (from, to) = ends(rel);
            targets[next[from as usize] as usize] = to;
            next[from as usize] += 1;
        }
        Self { offsets, targets }
    }

    pub(crate) fn node_count(&self) -> u32 {
        u32::try_from(self.offsets.len() - 1).expect("fits")
    }

    pub(crate) fn of(&self, node: u32) -> &[u32] {
        &self.targets[self.offsets[node as usize] as usize..self.offsets[node as usize + 1] as usize]
    }
}
