//! `ownership.tree`: who owns an entity, and who owns them; or what it holds, and what that holds.
//!
//! A row is a holding, and comes at the least number of steps at which it is met. Shares stand as they are held and are not
//! multiplied.

use std::collections::VecDeque;

use petgraph::graph::NodeIndex;
use petgraph::visit::NodeIndexable;

use super::answer::graphs;
use super::holdings::{Holding, Holdings, Place, place};
use super::options::{Direction, tree as asked};
use crate::sanctions::share::shown;
use crate::{BoxedError, Call, Map, Node, Value};

/// The body of the procedure.
pub(super) fn tree(call: &Call<'_>) -> Result<Vec<Vec<Value>>, BoxedError> {
    let root = call.argument::<Node>(0)?;
    let (stakes, direction, depth) = asked(&call.argument::<Map>(1)?)?;
    stakes.expect(call);
    let (certain, possible) = graphs(call, &stakes.clocks)?;
    let view = possible.view();
    let Some(root) = view.index_of(root.id()) else { return Ok(Vec::new()) };
    let holdings = Holdings::read(call, &stakes, certain.view(), view, None)?;
    call.reserve(view.node_bound())?;
    let mut tree = Tree { call, holdings: &holdings, seen: vec![false; view.node_bound()], rows: Vec::new() };
    tree.grow(place(root), direction, depth)?;
    Ok(tree.rows)
}

struct Tree<'t> {
    call: &'t Call<'t>,
    holdings: &'t Holdings,
    seen: Vec<bool>,
    rows: Vec<Vec<Value>>,
}

impl Tree<'_> {
    fn grow(&mut self, root: Place, direction: Direction, depth: usize) -> Result<(), BoxedError> {
        let mut waiting = VecDeque::from([(root, 0)]);
        self.seen[root as usize] = true;
        while let Some((entity, steps)) = waiting.pop_front().filter(|(_, steps)| *steps < depth) {
            let next: Vec<(u32, Holding)> = match direction {
                Direction::Owners => {
                    self.holdings.of_asset(entity).map(|(number, holding)| (number, *holding)).collect()
                }
                Direction::Holdings => self.holdings.of_owner_numbered(entity).collect(),
            };
            self.call.reserve(next.len() * BYTES_PER_ROW)?;
            for (number, holding) in next {
                self.add(steps + 1, number, &holding);
                let behind = if direction == Direction::Owners { holding.owner } else { holding.asset };
                if !std::mem::replace(&mut self.seen[behind as usize], true) {
                    waiting.push_back((behind, steps + 1));
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, depth: usize, number: u32, holding: &Holding) {
        let node = |place: Place| Value::from(self.call.node(NodeIndex::from(place)));
        let stakes: Vec<Value> =
            self.holdings.stakes(number).map(|stake| self.call.relationship(stake).into()).collect();
        self.rows.push(vec![
            i64::try_from(depth).unwrap_or(i64::MAX).into(),
            node(holding.owner),
            node(holding.asset),
            shown(holding.least()),
            shown(holding.most()),
            stakes.into(),
        ]);
    }
}

/// About what a row takes.
const BYTES_PER_ROW: usize = 512;
