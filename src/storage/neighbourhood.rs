//! Who touches whom: the disjoint families of adjacency in both directions.

use std::thread;

use super::adjacency::Adjacency;
use super::rels::Rels;
use super::snapshot::{Bytes, Damage, Reader, SnapshotWriter, Source, Stored};
use super::{Direction, DiskError, End, Family, Neighbour, NodeSlot, Rel, RelSlot};

/// All adjacency of a graph. Each relationship is in one family, once at its start and once at its end.
#[derive(Clone, Debug, Default)]
pub(super) struct Neighbourhood {
    plain: [Adjacency; 2],
    about: ByOwner,
    quoted: ByOwner,
}

/// Families whose relationships may stand at nodes and at relationships.
#[derive(Clone, Debug, Default)]
struct ByOwner {
    nodes: [Adjacency; 2],
    rels: [Adjacency; 2],
}

/// One adjacency: the relationships of a family that leave, or come to, nodes or relationships.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side<'g> {
    pub family: Family,
    pub direction: Direction,
    of_rels: bool,
    pub adjacency: &'g Adjacency,
}

impl Side<'_> {
    /// The element that has this number here.
    pub(super) fn owner(&self, number: u32) -> End {
        if self.of_rels { End::rel(RelSlot(number)) } else { End::node(NodeSlot(number)) }
    }
}

impl Neighbourhood {
    /// Plain relationships between nodes.
    #[inline]
    pub(super) fn plain(&self, direction: Direction) -> &Adjacency {
        &self.plain[direction as usize]
    }

    /// Whether pages of plain relationships lie side by side.
    pub(super) fn has_shortcuts(&self) -> bool {
        self.plain.iter().any(Adjacency::has_shortcut)
    }

    pub(super) fn forget_shortcuts(&mut self) {
        self.plain.iter_mut().for_each(Adjacency::forget_shortcut);
    }

    /// The adjacency in which `owner` is, and its number there; a relationship is in no plain one.
    #[inline]
    pub(super) fn at(&self, owner: End, direction: Direction, family: Family) -> Option<(&Adjacency, u32)> {
        let by_owner = match family {
            Family::Plain => return owner.as_node().map(|node| (self.plain(direction), node.0)),
            Family::About => &self.about,
            Family::Quoted => &self.quoted,
        };
        Some(match (owner.as_node(), owner.as_rel()) {
            (Some(node), _) => (&by_owner.nodes[direction as usize], node.0),
            (None, rel) => (&by_owner.rels[direction as usize], rel?.0),
        })
    }

    fn at_mut(&mut self, owner: End, direction: Direction, family: Family) -> Option<(&mut Adjacency, u32)> {
        let by_owner = match family {
            Family::Plain => return owner.as_node().map(|node| (&mut self.plain[direction as usize], node.0)),
            Family::About => &mut self.about,
            Family::Quoted => &mut self.quoted,
        };
        Some(match (owner.as_node(), owner.as_rel()) {
            (Some(node), _) => (&mut by_owner.nodes[direction as usize], node.0),
            (None, rel) => (&mut by_owner.rels[direction as usize], rel?.0),
        })
    }

    /// Every adjacency, with what it is of.
    pub(super) fn sides(&self) -> impl Iterator<Item = Side<'_>> {
        let Self { plain, about, quoted } = self;
        let all = [
            (Family::Plain, plain, false),
            (Family::About, &about.nodes, false),
            (Family::About, &about.rels, true),
            (Family::Quoted, &quoted.nodes, false),
            (Family::Quoted, &quoted.rels, true),
        ];
        all.into_iter().flat_map(|(family, both, of_rels)| {
            Direction::BOTH.map(|direction| {
                let adjacency = &both[direction as usize];
                Side { family, direction, of_rels, adjacency }
            })
        })
    }

    /// Puts all plain relationships of a graph that has no others, where none were: one direction beside the other.
    pub(super) fn join(&mut self, rels: &Rels, node_bound: usize) {
        let [out, incoming] = &mut self.plain;
        thread::scope(|scope| {
            scope.spawn(|| *incoming = Adjacency::build(rels, Direction::In, node_bound));
            *out = Adjacency::build(rels, Direction::Out, node_bound);
        });
    }

    pub(super) fn enter(&mut self, slot: RelSlot, rel: Rel) {
        for (owner, direction, entry) in sides(slot, rel) {
            if let Some((adjacency, owner)) = self.at_mut(owner, direction, rel.family()) {
                adjacency.insert(owner, rel.rel_type, entry);
            }
        }
    }

    pub(super) fn leave(&mut self, slot: RelSlot, rel: Rel) {
        for (owner, direction, entry) in sides(slot, rel) {
            if let Some((adjacency, owner)) = self.at_mut(owner, direction, rel.family()) {
                adjacency.remove(owner, rel.rel_type, entry);
            }
        }
    }

    /// Everything that touches `owner`, in all families, each relationship once.
    pub(super) fn touching(&self, owner: End) -> impl Iterator<Item = RelSlot> {
        let sides = Family::ALL.into_iter().flat_map(|family| Direction::BOTH.map(|direction| (family, direction)));
        sides.flat_map(move |(family, direction)| {
            let runs = self.at(owner, direction, family).map(|(adjacency, owner)| adjacency.runs(owner));
            let entries = runs.into_iter().flatten().flat_map(super::run::Run::iter);
            // A self-loop is seen in both directions.
            let entries = entries.filter(move |entry| direction == Direction::Out || entry.end != owner);
            entries.map(|entry| entry.rel)
        })
    }

    pub(super) fn is_touched(&self, owner: End) -> bool {
        self.touching(owner).next().is_some()
    }
}

/// Where the pages of each adjacency lie: plain ones out and in, then the other families, nodes before relationships.
impl Stored for Neighbourhood {
    fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        let Self { plain, about, quoted } = self;
        let others = [&about.nodes, &about.rels, &quoted.nodes, &quoted.rels].into_iter().flatten();
        plain.iter().chain(others).try_for_each(|adjacency| adjacency.store(bytes, out))
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        let mut both = || Ok([Adjacency::load(bytes, from)?, Adjacency::load(bytes, from)?]);
        Ok(Self {
            plain: both()?,
            about: ByOwner { nodes: both()?, rels: both()? },
            quoted: ByOwner { nodes: both()?, rels: both()? },
        })
    }
}

/// The two ends of a relationship as owners, with what is kept there.
fn sides(slot: RelSlot, rel: Rel) -> [(End, Direction, Neighbour); 2] {
    [
        (rel.start, Direction::Out, Neighbour { end: rel.end, rel: slot }),
        (rel.end, Direction::In, Neighbour { end: rel.start, rel: slot }),
    ]
}
