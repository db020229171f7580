//! When ownership blocks: three rules that are often taken for one.
//!
//! | | OFAC | EU | UK |
//! |---|---|---|---|
//! | threshold | at least 50 % | at least 50 %; before 3 July 2024 more than 50 % | more than 50 % |
//! | stakes of several blocked owners | are added | are added | are not, without a joint arrangement |
//! | control without ownership | does not block | blocks | blocks |
//!
//! Sources: OFAC, *Revised Guidance on Entities Owned by Persons Whose Property and Interests in Property Are Blocked*
//! (13 August 2014) and FAQ 398 (control), 399 (adding up), 401 (indirect ownership); Council of the EU, *Best Practices for the
//! effective implementation of restrictive measures*, update of 3 July 2024 (11623/24), and Commission FAQ 8 on asset
//! freezes (adding up); UK Sanctions and Anti-Money Laundering Act 2018 regulations, regulation 7 and schedule 1 (more than 50
//! per cent, control), OFSI general guidance 4.1.4 (no simple adding up).

use crate::sanctions::share::{Units, WHOLE};

/// The rule of one regime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Regime {
    pub threshold: Threshold,
    /// Whether the stakes of several blocked owners are added; if not, each party counts what it and those that it
    /// blocks hold.
    pub adds_owners: bool,
    /// Whether who is controlled by a blocked party is blocked.
    pub by_control: bool,
}

/// From which share on an owner blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Threshold {
    pub share: Units,
    /// Whether the share itself is enough.
    pub inclusive: bool,
}

impl Threshold {
    pub(super) fn is_met(self, share: Units) -> bool {
        if self.inclusive { share >= self.share } else { share > self.share }
    }
}

/// A regime by name, and the lists whose parties it blocks.
pub(super) struct Known {
    pub name: &'static str,
    pub lists: &'static [&'static str],
    pub rule: Regime,
}

const fn half(inclusive: bool) -> Threshold {
    Threshold { share: WHOLE / 2, inclusive }
}

pub(super) const KNOWN: &[Known] = &[
    Known {
        name: "OFAC",
        lists: &["SDN List", "Specially Designated Nationals and Blocked Persons List"],
        rule: Regime { threshold: half(true), adds_owners: true, by_control: false },
    },
    Known {
        name: "EU",
        lists: &["EU Consolidated List", "EU Consolidated Financial Sanctions List"],
        rule: Regime { threshold: half(true), adds_owners: true, by_control: true },
    },
    Known {
        name: "UK",
        lists: &["UK Sanctions List", "OFSI Consolidated List"],
        rule: Regime { threshold: half(false), adds_owners: false, by_control: true },
    },
];

/// The last day on which the EU asked for more than half.
pub(super) const EU_LAST_DAY_OF_MORE_THAN_HALF: &str = "2024-07-02";
