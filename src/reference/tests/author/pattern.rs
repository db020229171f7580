//! Patterns.

use super::{Author, Kind};

/// What a pattern may add to the names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    New,
    /// Only what is known.
    Known,
}

impl Author<'_> {
    /// One or two paths.
    pub(super) fn pattern(&mut self) -> String {
        let count = if self.dice.chance(20) { 2 } else { 1 };
        let mut paths: Vec<String> = (0..count).map(|_| self.named_path()).collect();
        if self.dice.chance(4) {
            let rel = self.declare(Kind::Rel);
            paths.push(format!("[{rel}{}]", self.types()));
        }
        paths.join(", ")
    }

    fn named_path(&mut self) -> String {
        if self.dice.chance(12) {
            let path = self.path(Names::New);
            return format!("{} = {path}", self.declare(Kind::Path));
        }
        self.path(Names::New)
    }

    /// A shortest path between two nodes, which stands alone in its MATCH.
    pub(super) fn shortest(&mut self) -> String {
        let (from, to) = (self.known_node(), self.known_node());
        let (left, right) = self.heads();
        let arrow = format!("{left}[{}{}]{right}", self.types(), self.dice.pick(&["*", "*..3", "*1..2", ""]));
        let (selector, kind) =
            if self.dice.chance(50) { ("allShortestPaths", Kind::Path) } else { ("shortestPath", Kind::SomePath) };
        format!("{} = {selector}(({from}){arrow}({to}))", self.declare(kind))
    }

    pub(super) fn known_node(&mut self) -> String {
        self.variable(Kind::Node).unwrap_or_default()
    }

    pub(super) fn path(&mut self, names: Names) -> String {
        self.known = self.scope.len();
        let mut is_node = !self.dice.chance(5);
        let mut out = if is_node { self.node(names) } else { self.bracket(names) };
        let count = match (names, self.dice.below(10)) {
            (Names::New, 0..2) => 0,
            (_, 0..8) => 1,
            _ => 2,
        };
        for _ in 0..count {
            if is_node && names == Names::New && self.dice.chance(7) {
                let (group, end) = (self.group(), self.node(names));
                out = out + &group + &end;
                continue;
            }
            let arrow = self.arrow(names);
            is_node = !self.dice.chance(6);
            let end = if is_node { self.node(names) } else { self.bracket(names) };
            out = out + &arrow + &end;
        }
        out
    }

    fn node(&mut self, names: Names) -> String {
        let earlier = self.earlier_node();
        let name = match self.dice.below(10) {
            0..3 if earlier.is_some() => earlier.clone().unwrap_or_default(),
            0..7 if names == Names::New => self.declare(Kind::Node),
            _ => String::new(),
        };
        let labels = if self.dice.chance(13) { self.labels() } else { String::new() };
        let inner = match (self.dice.below(45), earlier) {
            (0, _) => format!(" {{v: {}}}", self.dice.below(3)),
            (1, Some(earlier)) => format!(" {{v: {earlier}.v}}"),
            (2, _) => format!(" {{s: '{}'}}", self.dice.pick(&["a", "b", "ab"])),
            (3, _) if !name.is_empty() => format!(" WHERE {name}.v {} {}", self.comparison(), self.dice.below(3)),
            _ => String::new(),
        };
        format!("({name}{labels}{inner})")
    }

    /// A node that is known; seldom one of this pattern, since few patterns come back to where they were.
    fn earlier_node(&mut self) -> Option<String> {
        let mut known: Vec<_> =
            self.scope.iter().enumerate().filter(|(_, variable)| variable.kind == Kind::Node).collect();
        if self.dice.chance(75) {
            known.retain(|(place, _)| *place < self.known);
        }
        if known.is_empty() { None } else { Some(known[self.dice.below(known.len())].1.name.clone()) }
    }

    fn labels(&mut self) -> String {
        if self.is_dated() && self.dice.chance(25) {
            return format!(
                ":{}",
                self.dice.pick(&["Source", "Paragraph", "!Source", "A|Source", "!(Source|Paragraph)"])
            );
        }
        format!(
            ":{}",
            self.dice.pick(&[
                "A",
                "A",
                "B",
                "A|B",
                "!A",
                "A&B",
                "!B",
                "%",
                "!(A&B)",
                "$('A')",
                "$any(['A', 'B'])",
                "!$(['A', 'B'])"
            ])
        )
    }

    fn types(&mut self) -> String {
        if self.dice.chance(75) {
            return String::new();
        }
        if self.is_dated() && self.dice.chance(40) {
            return format!(":{}", self.dice.pick(&["SUPPORTS", "!SUPPORTS", "OF", "R|SUPPORTS", "!(OF|SUPPORTS)"]));
        }
        format!(":{}", self.dice.pick(&["R", "R", "S", "R|S", "!S", "R|S|T", "!(R|T)", "$any(['R', 'S'])"]))
    }

    pub(super) fn heads(&mut self) -> (&'static str, &'static str) {
        if self.dice.chance(self.undirected_percent) {
            self.undirected = true;
            return ("-", "-");
        }
        if self.dice.chance(50) { ("-", "->") } else { ("<-", "-") }
    }

    fn arrow(&mut self, names: Names) -> String {
        let (left, right) = self.heads();
        let types = self.types();
        let is_named = names == Names::New && self.dice.chance(40);
        if self.dice.chance(15) {
            let name = if is_named { self.declare(Kind::Rels) } else { String::new() };
            let length = self.dice.pick(&["*1..2", "*0..1", "*0..2", "*2", "*", "*2..3", "*..2"]);
            let properties = if self.dice.chance(12) { " {w: 1}" } else { "" };
            return format!("{left}[{name}{types}{length}{properties}]{right}");
        }
        let name = if is_named { self.declare(Kind::Rel) } else { String::new() };
        let inner = match self.dice.below(35) {
            0 => format!(" {{w: {}}}", self.dice.below(3)),
            1 if !name.is_empty() => format!(" WHERE {name}.w {} 1", self.comparison()),
            _ => String::new(),
        };
        if name.is_empty() && types.is_empty() && inner.is_empty() && self.dice.chance(50) {
            return format!("{left}{right}");
        }
        format!("{left}[{name}{types}{inner}]{right}")
    }

    /// ` ((a)-[r]->(b)){1,2} `, whose names are seen behind the pattern only.
    fn group(&mut self) -> String {
        let (first, last, rel) = (self.fresh(Kind::Nodes), self.fresh(Kind::Nodes), self.fresh(Kind::Rels));
        let ((left, right), types, labels) = (self.heads(), self.types(), self.group_labels());
        let middle = if self.dice.chance(20) { format!("{left}[]{right}()") } else { String::new() };
        let wanted = match self.dice.below(8) {
            0 => format!(" WHERE {first}.v {} {last}.v", self.comparison()),
            1 => format!(" WHERE {rel}.w {} 1", self.comparison()),
            _ => String::new(),
        };
        let times = self.dice.pick(&["{1,2}", "{0,1}", "{,2}", "{2}", "+", "*"]);
        for (name, kind) in [(&first, Kind::Nodes), (&last, Kind::Nodes), (&rel, Kind::Rels)] {
            self.scope.push(super::Variable { name: name.clone(), kind });
        }
        format!(" (({first}){middle}{left}[{rel}{types}]{right}({last}{labels}){wanted}){times} ")
    }

    fn group_labels(&mut self) -> String {
        if self.dice.chance(15) { self.labels() } else { String::new() }
    }

    /// Paths that are chosen, and what they must not have twice.
    pub(super) fn chosen(&mut self) -> String {
        let selector =
            self.dice.pick(&["ALL SHORTEST", "SHORTEST 1 GROUP", "SHORTEST 2 GROUPS", "ACYCLIC", "ALL ACYCLIC"]);
        let path = self.declare(Kind::Path);
        format!("{path} = {selector} {}", self.path_of_some_length())
    }

    fn path_of_some_length(&mut self) -> String {
        self.known = self.scope.len();
        let start = self.node(Names::New);
        let link = if self.dice.chance(50) { self.group() } else { self.arrow(Names::New) };
        let end = self.node(Names::New);
        let more = if self.dice.chance(25) { self.arrow(Names::New) + &self.node(Names::New) } else { String::new() };
        format!("{start}{link}{end}{more}")
    }

    fn bracket(&mut self, names: Names) -> String {
        let known = self.variable(Kind::Rel).filter(|_| self.dice.chance(30));
        if let Some(known) = known {
            return format!("[{known}]");
        }
        let name = if names == Names::New && self.dice.chance(60) { self.declare(Kind::Rel) } else { String::new() };
        let types = self.types();
        let bare = format!("[{name}{types}]");
        if self.dice.chance(40) && (!name.is_empty() || !types.is_empty()) {
            return bare;
        }
        let (left, right) = self.heads();
        let (start, end) = (self.node(names), self.node(names));
        format!("[{start}{left}{bare}{right}{end}]")
    }

    pub(super) fn comparison(&mut self) -> &'static str {
        self.dice.pick(&["=", "<>", "<>", "<", "<=", "<=", ">", ">=", ">="])
    }

    /// A path that only looks, as a condition or in a comprehension.
    pub(super) fn drawn(&mut self) -> String {
        let from = self.known_node();
        let arrow = self.arrow(Names::Known);
        let end = self.node(Names::Known);
        format!("({from}){arrow}{end}")
    }
}
