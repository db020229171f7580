//! Sources and what they support, days, and commits that are days apart.

use super::dice::Dice;
use super::graphs::{Draft, DraftRel, End, maybe};

/// 2020-01-10 at midnight, 2020-01-20 at noon, and 2020-02-01 a microsecond past six.
const COMMITS: [i64; 3] = [1_578_614_400_000_000, 1_579_521_600_000_000, 1_580_536_800_000_001];

const PUBLISHED: &[&str] = &[
    "date('2020-01-10')",
    "date('2020-01-20')",
    "date('2020-01-20')",
    "date('2020-02-01')",
    "date('2020-02-10')",
    "edtf('2020-01')",
    "edtf('2020-01-20/2020-02-01')",
    "edtf('2020-01-20~')",
    "edtf('2020-02-01/..')",
    "datetime('2020-01-20T23:30:00-02:00')",
    "'in spring'",
];

const BEGINNINGS: &[&str] = &[
    "date('2019-06-01')",
    "date('2020-01-10')",
    "date('2020-01-20')",
    "date('2020-02-01')",
    "edtf('2020-01')",
    "edtf('2020-01-20')",
    "edtf('2020-01-XX')",
    "edtf('2020-01-20/..')",
    "edtf('../2020-01-20')",
    "edtf('2019?')",
    "datetime('2020-01-20T23:30:00-02:00')",
    "'early'",
];

const ENDS: &[&str] = &[
    "date('2020-01-20')",
    "date('2020-02-01')",
    "date('2020-02-10')",
    "date('2021-01-01')",
    "edtf('2020-02')",
    "edtf('2020-01-20/2020-02-10')",
    "edtf('2020-02-01/..')",
    "edtf('../2020-02-01')",
    "datetime('2020-02-01T00:30:00+05:00')",
    "'late'",
];

impl Draft {
    /// Sources, paragraphs, citations, days on all there is, and the commits that draw it.
    pub(super) fn add_evidence(&mut self, dice: &mut Dice) {
        let facts = self.nodes.len();
        for _ in 0..=dice.below(3) {
            let labels: &[&str] = if dice.chance(8) { &["A", "Source"] } else { &["Source"] };
            let source = self.add_node(dice, labels);
            maybe(dice, &mut self.nodes[source].properties, 90, "published", PUBLISHED);
        }
        let sources = self.nodes.len();
        for _ in 0..dice.below(3) {
            let paragraph = self.add_node(dice, &["Paragraph"]);
            for percent in [90, 10] {
                if dice.chance(percent) {
                    let source = facts + dice.below(sources - facts);
                    self.add_rel("OF", End::Node(paragraph), End::Node(source), dice.chance(10));
                }
            }
        }
        for _ in 0..2 + dice.below(4) {
            self.add_citation(dice, facts);
        }
        if dice.chance(35) {
            let (from, to) = (dice.below(facts), facts + dice.below(self.nodes.len() - facts));
            self.add_rel("T", End::Node(from), End::Node(to), dice.chance(20));
        }
        self.add_days(dice);
        self.spread(dice);
    }

    fn add_citation(&mut self, dice: &mut Dice, facts: usize) {
        let number =
            if dice.chance(90) { facts + dice.below(self.nodes.len() - facts) } else { dice.below(self.nodes.len()) };
        let end = match dice.below(10) {
            0..4 => End::Node(dice.below(facts)),
            4 => End::Node(dice.below(self.nodes.len())),
            _ => End::Rel(dice.below(self.rels.len())),
        };
        self.add_rel("SUPPORTS", End::Node(number), end, dice.chance(12));
    }

    fn add_rel(&mut self, rel_type: &'static str, start: End, end: End, quoted: bool) {
        self.rels.push(DraftRel { rel_type, start, end, quoted, properties: Vec::new(), commit: 0 });
    }

    fn add_days(&mut self, dice: &mut Dice) {
        let nodes = self.nodes.iter_mut().map(|node| &mut node.properties);
        for properties in nodes.chain(self.rels.iter_mut().map(|rel| &mut rel.properties)) {
            maybe(dice, properties, 25, "valid_from", BEGINNINGS);
            maybe(dice, properties, 20, "valid_to", ENDS);
            maybe(dice, properties, 15, "on", BEGINNINGS);
        }
    }

    /// Puts what is drawn into several commits.
    fn spread(&mut self, dice: &mut Dice) {
        self.commits = COMMITS.to_vec();
        let mut commit = || if dice.chance(60) { 0 } else { dice.below(COMMITS.len()) };
        for node in &mut self.nodes {
            node.commit = commit();
        }
        for number in 0..self.rels.len() {
            let ends = [self.rels[number].start, self.rels[number].end].map(|end| match end {
                End::Node(number) => self.nodes[number].commit,
                End::Rel(number) => self.rels[number].commit,
            });
            self.rels[number].commit = commit().max(ends[0]).max(ends[1]);
        }
    }
}
