//! The stakes of a graph, as arrays.
//!
//! What an owner has in an asset is one [`Holding`], however many relationships tell of it: a register may tell of it twice,
//! with a date and without, with a number and in words. What all of them leave is what it is; where they leave nothing, they
//! contradict each other, and it may be anything from the least of them to all of them together.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use petgraph::graph::{EdgeIndex, NodeIndex};
use petgraph::visit::{EdgeRef, IntoEdgeReferences, NodeIndexable};
use rustc_hash::FxHashMap;

use super::options::Stakes;
use crate::sanctions::share::{Share, Units, WHOLE};
use crate::{BoxedError, Call, GraphView, Value};

/// Without a word in the options, the first of these that a stake has is its share.
const SHARE_KEYS: &[&str] = &["percentage", "share", "pct"];
/// The keys of the two bounds, which come before.
const BOUND_KEYS: [&str; 2] = ["share_min", "share_max"];
/// Whether the share is more, or less, than that.
const OPEN_KEYS: [&str; 2] = ["share_min_open", "share_max_open"];

/// Stakes that one thread reads at a time.
const STRETCH: usize = 4_096;
/// As many of those are read between two looks at the budget.
const STRETCHES: usize = 16;

/// A place in the view of a call.
pub(super) type Place = u32;

/// What an owner has in an asset, by one relationship or by all that tell of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Holding {
    pub owner: Place,
    pub asset: Place,
    /// In [`Units`].
    pub least: u64,
    pub most: u64,
    /// One of the relationships that tell of it.
    stake: u32,
    /// Whether that one certainly is.
    is_certain: bool,
}

impl Holding {
    fn told_by(edge: impl EdgeRef<NodeId = NodeIndex, EdgeId = EdgeIndex>, share: Share, is_certain: bool) -> Self {
        Self {
            owner: place(edge.source()),
            asset: place(edge.target()),
            least: units(share.least),
            most: units(share.most),
            stake: u32::try_from(edge.id().index()).expect("indices are 32 bits wide"),
            is_certain,
        }
    }

    pub(super) fn least(&self) -> Units {
        self.least.into()
    }

    pub(super) fn most(&self) -> Units {
        self.most.into()
    }

    fn pair(&self) -> (Place, Place) {
        (self.owner, self.asset)
    }
}

/// All holdings, by owner and by asset.
#[derive(Default)]
pub(super) struct Holdings {
    all: Vec<Holding>,
    /// Where the holdings of each owner begin in `all`.
    by_owner: Vec<u32>,
    /// Made for who asks for it.
    by_asset: OnceLock<ByAsset>,
    /// By asset: the least that is held of it in all, as far as it can be told by so many bits.
    told: Vec<u64>,
    /// Of holdings that several relationships tell of: the others.
    others: FxHashMap<u32, Vec<EdgeIndex>>,
    /// Holdings of which they tell what cannot all be so, in the order of numbers.
    pub disputed: Vec<u32>,
    /// Whether a stake tells of a day until which it is held.
    pub some_have_ended: bool,
}

/// The holdings in each asset, as numbers of all, and where those of each begin.
struct ByAsset {
    numbers: Vec<u32>,
    starts: Vec<u32>,
}

impl Holdings {
    /// Those that `possible` shows; what `certain` does not show may be nothing. `until`: the key of the day until which a stake is held,
    /// for who wants to know of [`some_have_ended`](Self::some_have_ended).
    pub(super) fn read(
        call: &Call<'_>,
        asked: &Stakes,
        certain: GraphView<'_>,
        possible: GraphView<'_>,
        until: Option<&str>,
    ) -> Result<Self, BoxedError> {
        let (mut told, some_have_ended) = (Vec::new(), AtomicBool::new(false));
        for rel_type in &asked.owns {
            let mut edges = possible.with_type(rel_type).edge_references();
            loop {
                let some: Vec<_> = edges.by_ref().take(STRETCHES * STRETCH).collect();
                if some.is_empty() {
                    break;
                }
                call.reserve(some.len() * BYTES_PER_STAKE)?;
                let stretches: Vec<_> = some.chunks(STRETCH).collect();
                let read = call.in_parts(stretches.len(), |at| {
                    let stakes: Vec<EdgeIndex> = stretches[at].iter().map(EdgeRef::id).collect();
                    let shares = shares_of(possible, &stakes, asked);
                    if let Some(until) = until
                        && possible.edge_properties(&stakes, until).iter().any(|end| !end.is_null())
                    {
                        some_have_ended.store(true, Ordering::Relaxed);
                    }
                    let is_certain = |stake| certain.edge_id(stake).is_some();
                    let edges = stretches[at].iter().zip(shares);
                    edges.map(|(edge, share)| Holding::told_by(*edge, share, is_certain(edge.id()))).collect::<Vec<_>>()
                });
                read?.into_iter().for_each(|stretch| told.extend(stretch));
            }
        }
        call.reserve(possible.node_bound() * BYTES_PER_PLACE)?;
        let some_have_ended = some_have_ended.into_inner();
        Ok(Self { some_have_ended, ..Self::of(told, possible.node_bound()) })
    }

    fn of(told: Vec<Holding>, bound: usize) -> Self {
        let mut all = by_owner(told, bound);
        all.chunk_by_mut(|one, next| one.owner == next.owner)
            .for_each(|of_owner| of_owner.sort_unstable_by_key(|told| (told.asset, told.stake)));
        let mut holdings = Self { all, ..Self::default() };
        holdings.join_what_tells_of_one();
        holdings.by_owner = starts(holdings.all.iter().map(|holding| holding.owner), bound);
        holdings.bound_by_others(bound);
        holdings
    }

    /// One holding of all that tells of it, which lies side by side.
    fn join_what_tells_of_one(&mut self) {
        let (mut len, mut first) = (0, 0);
        while let Some(one) = self.all.get(first).copied() {
            let of_one = self.all[first..].iter().take_while(|told| told.pair() == one.pair()).count();
            let of_one = &self.all[first..first + of_one];
            first += of_one.len();
            let number = u32::try_from(len).expect("relationships are numbered by 32 bits");
            let (share, is_disputed) = told_of_one(of_one);
            if of_one.len() > 1 {
                self.others.insert(number, of_one[1..].iter().map(|told| EdgeIndex::from(told.stake)).collect());
            }
            if is_disputed {
                self.disputed.push(number);
            }
            self.all[len] = Holding { least: units(share.least), most: units(share.most), ..one };
            len += 1;
        }
        self.all.truncate(len);
    }

    /// Nobody can have more of an asset than the others leave.
    fn bound_by_others(&mut self, bound: usize) {
        self.told = vec![0; bound];
        for holding in &self.all {
            let told = &mut self.told[holding.asset as usize];
            *told = told.saturating_add(holding.least);
        }
        for holding in self.all.iter_mut().filter(|holding| holding.least < holding.most) {
            let others = Units::from(self.told[holding.asset as usize] - holding.least);
            let left = (WHOLE - others).max(holding.least());
            holding.most = holding.most.min(units(left));
        }
    }

    pub(super) fn node_bound(&self) -> usize {
        self.told.len()
    }

    pub(super) fn of_owner(&self, owner: Place) -> &[Holding] {
        &self.all[range(&self.by_owner, owner)]
    }

    /// The holdings of an owner, with their numbers in all.
    pub(super) fn of_owner_numbered(&self, owner: Place) -> impl Iterator<Item = (u32, Holding)> {
        let range = range(&self.by_owner, owner);
        (self.by_owner[owner as usize]..).zip(self.all[range].iter().copied())
    }

    /// The holdings in an asset, with their numbers.
    pub(super) fn of_asset(&self, asset: Place) -> impl Iterator<Item = (u32, &Holding)> {
        let ByAsset { numbers, starts } = self.by_asset.get_or_init(|| ByAsset::of(&self.all, self.node_bound()));
        numbers[range(starts, asset)].iter().map(|&number| (number, &self.all[number as usize]))
    }

    /// The least that is held of an asset in all, if that is not more than all of it.
    pub(super) fn told_of(&self, asset: Place) -> Units {
        self.told[asset as usize].into()
    }

    /// The least that is held of an asset in all, where sources contradict each other by telling of more.
    pub(super) fn too_much(&self, asset: Place) -> Option<Units> {
        let all = || self.of_asset(asset).map(|(_, holding)| holding.least()).sum();
        (self.told_of(asset) > WHOLE).then(all)
    }

    /// The relationships that tell of a holding.
    pub(super) fn stakes(&self, number: u32) -> impl Iterator<Item = EdgeIndex> {
        let first = EdgeIndex::from(self.all[number as usize].stake);
        [first].into_iter().chain(self.others.get(&number).into_iter().flatten().copied())
    }
}

/// What an owner has by all that tells of it, and whether that cannot all be so. What is not certain sets no least.
fn told_of_one(of_one: &[Holding]) -> (Share, bool) {
    let least = of_one.iter().filter(|told| told.is_certain).map(|told| told.least).max().unwrap_or(0);
    let floor = of_one.iter().map(|told| told.least).max().unwrap_or(0);
    let most = of_one.iter().map(|told| told.most).min().unwrap_or(0);
    if floor <= most {
        return (Share { least: least.into(), most: most.into() }, false);
    }
    let least = of_one.iter().filter(|told| told.is_certain).map(|told| told.least).min().unwrap_or(0);
    let most = of_one.iter().map(|told| Units::from(told.most)).sum::<Units>().min(WHOLE);
    (Share { least: least.into(), most }, true)
}

/// What reading and ordering take for each stake.
const BYTES_PER_STAKE: usize = 2 * size_of::<Holding>() + size_of::<u32>();

/// What [`Holdings`] take for each place of a node, however few hold anything.
const BYTES_PER_PLACE: usize = 3 * size_of::<u32>() + size_of::<u64>();

/// The shares that stakes tell of.
fn shares_of(view: GraphView<'_>, stakes: &[EdgeIndex], asked: &Stakes) -> Vec<Share> {
    if let Some(key) = &asked.share {
        return view.edge_properties(stakes, key).iter().map(Share::of).collect();
    }
    let [least, most] = BOUND_KEYS.map(|key| view.edge_properties(stakes, key));
    let mut told = view.edge_properties(stakes, SHARE_KEYS[0]);
    for key in &SHARE_KEYS[1..] {
        fill(&mut told, stakes, |stakes| view.edge_properties(stakes, key));
    }
    let is_open = |stake, key| matches!(view.edge_property(stake, key), Value::Boolean(true));
    let share = |at: usize| match (&least[at], &most[at]) {
        (Value::Null, Value::Null) => Share::of(&told[at]),
        bounds => {
            let [least_open, most_open] = OPEN_KEYS.map(|key| is_open(stakes[at], key));
            Share::between((bounds.0, least_open), (bounds.1, most_open))
        }
    };
    (0..stakes.len()).map(share).collect()
}

/// Puts in place of each null what `values` gives for that stake.
fn fill(told: &mut [Value], stakes: &[EdgeIndex], values: impl FnOnce(&[EdgeIndex]) -> Vec<Value>) {
    let gaps: Vec<usize> = (0..told.len()).filter(|at| told[*at].is_null()).collect();
    let asked: Vec<EdgeIndex> = gaps.iter().map(|at| stakes[*at]).collect();
    gaps.into_iter().zip(values(&asked)).for_each(|(at, value)| told[at] = value);
}

pub(super) fn place(node: NodeIndex) -> Place {
    u32::try_from(node.index()).expect("indices are 32 bits wide")
}

pub(super) fn units(share: Units) -> u64 {
    u64::try_from(share).expect("a share is from nothing to all")
}

/// Where each of `bound` keys begins, if all are sorted by them.
fn starts(keys: impl Iterator<Item = Place>, bound: usize) -> Vec<u32> {
    let mut starts = vec![0; bound + 1];
    keys.for_each(|key| starts[key as usize + 1] += 1);
    for index in 1..starts.len() {
        starts[index] += starts[index - 1];
    }
    starts
}

/// What is told in the order of owners.
fn by_owner(told: Vec<Holding>, bound: usize) -> Vec<Holding> {
    let mut next = starts(told.iter().map(|told| told.owner), bound);
    let mut placed = vec![Holding::default(); told.len()];
    for told in told {
        placed[take(&mut next, told.owner)] = told;
    }
    placed
}

impl ByAsset {
    /// Those in one asset in the order of owners.
    fn of(all: &[Holding], bound: usize) -> Self {
        let starts = starts(all.iter().map(|holding| holding.asset), bound);
        let mut next = starts.clone();
        let mut numbers = vec![0; all.len()];
        for (number, holding) in (0..).zip(all) {
            numbers[take(&mut next, holding.asset)] = number;
        }
        Self { numbers, starts }
    }
}

/// The next place of a key.
fn take(next: &mut [u32], key: Place) -> usize {
    let place = &mut next[key as usize];
    *place += 1;
    *place as usize - 1
}

fn range(starts: &[u32], key: Place) -> std::ops::Range<usize> {
    starts[key as usize] as usize..starts[key as usize + 1] as usize
}

#[cfg(test)]
impl Holdings {
    /// Of (owner, asset, least, most), for tests.
    pub(super) fn of_shares(bound: usize, shares: &[(Place, Place, Share)]) -> Self {
        let told = (0..).zip(shares).map(|(stake, &(owner, asset, share))| Holding {
            owner,
            asset,
            stake,
            is_certain: true,
            least: units(share.least),
            most: units(share.most),
        });
        Self::of(told.collect(), bound)
    }

    pub(super) fn each(&self) -> impl Iterator<Item = Share> {
        self.all.iter().map(|holding| Share { least: holding.least(), most: holding.most() })
    }
}
