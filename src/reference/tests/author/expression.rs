//! Expressions, each of a kind that is wanted.

use super::pattern::Names;
use super::{Author, Kind};

impl Author<'_> {
    /// An expression of a kind that needs no variable.
    pub(super) fn expression(&mut self, kind: Kind, size: usize) -> String {
        match kind {
            Kind::Integer => self.integer(size),
            Kind::Float => self.float(size),
            Kind::Text => self.text(size),
            Kind::Truth => self.truth(size),
            Kind::Day => self.day(),
            Kind::Any => self.any(size),
            Kind::Map => self.map(size),
            Kind::Integers => self.integers(size),
            Kind::Bag => self.bag(),
            Kind::Node | Kind::Rel | Kind::Rels | Kind::Path | Kind::SomePath | Kind::Nodes => {
                self.variable(kind).unwrap_or_else(|| "null".to_owned())
            }
        }
    }

    /// A property of a node or relationship that is known, or a literal.
    fn property(&mut self, of_node: &str, of_rel: Option<&str>, literals: &[&str]) -> String {
        let (node, rel) = (self.variable(Kind::Node), self.variable(Kind::Rel));
        match (node, rel, of_rel) {
            (_, Some(rel), Some(key)) if self.dice.chance(35) => self.lookup(&rel, key),
            (Some(node), _, _) if self.dice.chance(85) => self.lookup(&node, of_node),
            _ => self.dice.pick(literals).to_owned(),
        }
    }

    fn lookup(&mut self, element: &str, key: &str) -> String {
        match self.dice.below(14) {
            0 => format!("{element}['{key}']"),
            1 => format!("properties({element}).{key}"),
            _ => format!("{element}.{key}"),
        }
    }

    pub(super) fn integer(&mut self, size: usize) -> String {
        let known = self.variable(Kind::Integer).filter(|_| self.dice.chance(35));
        if let Some(known) = known {
            return known;
        }
        if size == 0 {
            let key = self.dice.pick(&["v", "v", "n"]);
            return self.property(key, Some("w"), &["0", "1", "2", "-1", "null"]);
        }
        let inner = size - 1;
        match self.dice.below(22) {
            0 => format!("({} {} {})", self.integer(inner), self.dice.pick(&["+", "-", "*"]), self.integer(inner)),
            1 => format!("{} {} {}", self.integer(0), self.dice.pick(&["/", "%"]), self.dice.pick(&["2", "3"])),
            2 => format!("size({})", self.text(inner)),
            3 => format!("size({})", self.integers(inner)),
            4 => format!("size({})", self.bag()),
            5 => format!("abs({})", self.integer(inner)),
            6 => format!("sign({})", self.integer(inner)),
            7 => format!("coalesce({}, {})", self.integer(inner), self.integer(inner)),
            8 => format!("{}[{}]", self.list_operand(inner), self.dice.pick(&["0", "1", "-1", "5"])),
            9 => format!("{}({})", self.dice.pick(&["head", "last"]), self.integers(inner)),
            10 => self.case(Kind::Integer, inner),
            11 => format!("reduce(t = {}, y IN {} | t + y)", self.dice.below(3), self.integers(inner)),
            12 => format!("-{}", self.integer(0)),
            13 if self.depth > 0 => self.counted(),
            14 => format!("{{k: {}}}.k", self.integer(inner)),
            15 => format!("toInteger({})", self.text(inner)),
            16 | 17 => self.of_path().unwrap_or_else(|| self.integer(inner)),
            18 => format!("+{}", self.integer(0)),
            _ => self.integer(0),
        }
    }

    /// A number that a path or what it passes has.
    fn of_path(&mut self) -> Option<String> {
        let paths = [self.variable(Kind::Path), self.variable(Kind::SomePath)];
        let path = paths.into_iter().flatten().next().map(|path| format!("length({path})"));
        let rels = self.variable(Kind::Rels).map(|rels| {
            let about = self.dice.pick(&["size(L)", "head(L).w", "last(L).w", "size([y IN L WHERE y.w > 0])"]);
            about.replace('L', &rels)
        });
        let node = self.variable(Kind::Node).map(|node| format!("id({node})"));
        let ends =
            self.variable(Kind::Rel).map(|rel| format!("id({}({rel}))", self.dice.pick(&["startNode", "endNode"])));
        let degree = self.variable(Kind::Node).map(|node| format!("degree({node})"));
        let cited = [self.variable(Kind::Node), self.variable(Kind::Rel)].into_iter().flatten().next_back();
        let sources = cited.map(|element| format!("size(sources({element}))"));
        let day = self
            .variable(Kind::Node)
            .map(|node| format!("CASE WHEN known({node}) < date('2020-01-15') THEN 1 ELSE 2 END"));
        let known: Vec<String> = [path, rels, node, ends, degree, sources, day].into_iter().flatten().collect();
        if known.is_empty() { None } else { Some(known[self.dice.below(known.len())].clone()) }
    }

    fn counted(&mut self) -> String {
        let form = self.dice.below(3);
        self.inside(|author| match form {
            0 => format!("COUNT {{ {} }}", author.looked_for()),
            1 => {
                let (pattern, value) = (author.looked_for(), author.integer(0));
                author.found.groups |= author.is_of_found(&value);
                format!("COUNT {{ MATCH {pattern} RETURN DISTINCT {value} AS y }}")
            }
            _ => format!("size([{} | 1])", author.drawn()),
        })
    }

    /// A pattern and perhaps its WHERE.
    fn looked_for(&mut self) -> String {
        let lens = self.lens();
        let path = self.path(Names::New);
        if self.dice.chance(40) { format!("{path}{lens} WHERE {}", self.condition(1)) } else { path + &lens }
    }

    fn case(&mut self, kind: Kind, size: usize) -> String {
        let otherwise =
            if self.dice.chance(70) { format!(" ELSE {}", self.expression(kind, size)) } else { String::new() };
        let then = self.expression(kind, size);
        if self.dice.chance(40) {
            let (subject, when) = (self.integer(size), self.dice.pick(&["0", "1", "2", "null"]));
            return format!("CASE {subject} WHEN {when} THEN {then}{otherwise} END");
        }
        format!("CASE WHEN {} THEN {then}{otherwise} END", self.condition(size))
    }

    pub(super) fn float(&mut self, size: usize) -> String {
        if size == 0 {
            return self.property("f", None, &["0.5", "1.5", "-2.25"]);
        }
        let inner = size - 1;
        match self.dice.below(6) {
            0 => format!("({} {} {})", self.float(inner), self.dice.pick(&["+", "-", "*"]), self.float(inner)),
            1 => format!("({} + {})", self.float(inner), self.integer(inner)),
            2 => format!("toFloat({})", self.integer(inner)),
            3 => format!("{} ^ 2", self.integer(0)),
            _ => self.float(0),
        }
    }

    fn text(&mut self, size: usize) -> String {
        if size == 0 {
            return self.property("s", Some("s"), &["'a'", "'b'", "'ab'", "null"]);
        }
        let inner = size - 1;
        match self.dice.below(10) {
            0 => format!("({} + {})", self.text(inner), self.text(inner)),
            1 => format!("{}({})", self.dice.pick(&["toUpper", "toLower", "trim", "reverse"]), self.text(inner)),
            2 => format!("substring({}, {})", self.text(inner), self.dice.below(2)),
            3 => format!("toString({})", self.integer(inner)),
            4 => self.case(Kind::Text, inner),
            5 => match self.variable(Kind::Rel) {
                Some(rel) => format!("type({rel})"),
                None => self.text(inner),
            },
            6 => match self.variable(Kind::Node) {
                Some(node) => format!("{}({node})[0]", self.dice.pick(&["labels", "keys"])),
                None => self.text(inner),
            },
            7 => format!("left({}, 1)", self.text(inner)),
            _ => self.text(0),
        }
    }

    fn day(&mut self) -> String {
        self.property("d", None, &["date('2020-01-01')", "date('2020-03-01')"])
    }

    pub(super) fn any(&mut self, size: usize) -> String {
        match self.dice.below(7) {
            0 => self.integer(size),
            1 => self.text(size),
            2 => self.variable(Kind::Any).unwrap_or_else(|| "null".to_owned()),
            _ => self.property("m", Some("m"), &["1", "'a'", "true", "null", "[1]"]),
        }
    }

    fn map(&mut self, size: usize) -> String {
        match (self.variable(Kind::Node), self.dice.below(4)) {
            (Some(node), 0) => format!("{node} {{.v, .s, k: {}}}", self.integer(size)),
            (Some(node), 1) => format!("{node} {{.*}}"),
            (Some(node), 2) => format!("properties({node})"),
            _ => format!("{{k: {}, t: {}}}", self.integer(size), self.text(0)),
        }
    }

    pub(super) fn integers(&mut self, size: usize) -> String {
        let known = self.variable(Kind::Integers).filter(|_| self.dice.chance(40));
        if let Some(known) = known {
            return known;
        }
        if size == 0 {
            return self.property("l", None, &["[1, 2]", "[0, 1, 2]", "[2, 0]", "[2, null]"]);
        }
        let inner = size - 1;
        match self.dice.below(10) {
            0 => format!("[{}, {}]", self.integer(inner), self.integer(inner)),
            1 => format!("range(0, {})", self.dice.below(4)),
            2 => format!("({} + {})", self.integers(inner), self.integers(inner)),
            3 => format!("{}({})", self.dice.pick(&["tail", "reverse"]), self.integers(inner)),
            4 => format!(
                "{}{}",
                self.list_operand(inner),
                self.dice.pick(&["[0..1]", "[1..]", "[..-1]", "[-2..]", "[1..2]"])
            ),
            5 => format!("[y IN {} WHERE y {} {}]", self.integers(inner), self.comparison(), self.dice.below(3)),
            6 => {
                // The variable may hide another one.
                let (list, step) = (self.integers(inner), self.integer(0));
                let name =
                    self.variable(Kind::Node).filter(|name| self.dice.chance(15) && !step.contains(name.as_str()));
                let name = name.unwrap_or_else(|| "y".to_owned());
                format!("[{name} IN {list} | {name} + {step}]")
            }
            7 if self.depth > 0 => self.inside(|author| {
                let limit = author.dice.pick(&["", "", " LIMIT 2"]);
                format!(
                    "COLLECT {{ MATCH {} RETURN {} AS y ORDER BY y{limit} }}",
                    author.looked_for(),
                    author.integer(0)
                )
            }),
            8 => match self
                .variable(Kind::Nodes)
                .or_else(|| self.variable(Kind::Path).map(|path| format!("nodes({path})")))
            {
                Some(nodes) => format!("[y IN {nodes} | y.v]"),
                None => self.integers(inner),
            },
            _ => self.integers(0),
        }
    }

    /// A list that an index or a slice may follow.
    fn list_operand(&mut self, size: usize) -> String {
        format!("({})", self.integers(size))
    }

    pub(super) fn bag(&mut self) -> String {
        let known = self.variable(Kind::Bag).filter(|_| self.dice.chance(60));
        match known {
            Some(known) => known,
            None if self.depth == 0 => "[1]".to_owned(),
            None if self.dice.chance(50) => self.inside(|author| {
                let lens = author.lens();
                let path = author.path(Names::New);
                format!("COLLECT {{ MATCH {path}{lens} RETURN {} AS y }}", author.integer(1))
            }),
            None if self.dice.chance(25) => self.inside(|author| {
                let start = author.known_node();
                let (left, right) = author.heads();
                format!("[y = ({start}){left}[*1..2]{right}() | length(y)]")
            }),
            None => self.inside(|author| format!("[{} | {}]", author.drawn(), author.integer(0))),
        }
    }

    /// A condition as a value, where no bare pattern may stand.
    fn truth(&mut self, size: usize) -> String {
        let asked = std::mem::replace(&mut self.asks, false);
        let condition = self.condition(size);
        self.asks = asked;
        condition
    }

    /// A condition.
    pub(super) fn condition(&mut self, size: usize) -> String {
        let inner = size.saturating_sub(1);
        match self.dice.below(if size == 0 { 12 } else { 24 }) {
            0 => format!("{} {} {}", self.integer(inner), self.comparison(), self.integer(inner)),
            1 => format!("{} {} {}", self.text(inner), self.comparison(), self.text(inner)),
            2 => format!("{} {} {}", self.any(inner), self.comparison(), self.any(inner)),
            3 => format!("{} {} {}", self.day(), self.comparison(), self.day()),
            4 => format!("{} IN {}", self.integer(inner), self.integers(inner)),
            5 => format!("{} IN [{}, {}, null]", self.any(0), self.any(0), self.any(0)),
            6 => format!("{} IS {}NULL", self.any(0), self.dice.pick(&["", "NOT "])),
            8 => format!("{} < {} <= {}", self.integer(inner), self.integer(inner), self.integer(inner)),
            9 => format!("{} {} {}", self.float(inner), self.comparison(), self.float(inner)),
            10 => format!("{} {} 1", self.integer(0), self.comparison()),
            11 => format!(
                "{} {} {}",
                self.text(0),
                self.dice.pick(&["STARTS WITH", "ENDS WITH", "CONTAINS"]),
                self.text(0)
            ),
            12 => format!("({} AND {})", self.condition(inner), self.condition(inner)),
            13 => format!("{} >= {}", self.integer(inner), self.dice.pick(&["-1", "0", "1"])),
            14 => format!("({} OR {})", self.condition(inner), self.condition(inner)),
            15 => format!("({} XOR {})", self.condition(inner), self.condition(inner)),
            16 | 17 => format!("NOT ({})", self.condition(inner)),
            18 => {
                let quantifier = self.dice.pick(&["all", "any", "none", "single"]);
                format!("{quantifier}(y IN {} WHERE y {} {})", self.integers(inner), self.comparison(), self.integer(0))
            }
            19 if self.depth > 0 => self.inside(|author| format!("EXISTS {{ {} }}", author.looked_for())),
            20 if self.depth > 0 => {
                self.inside(|author| format!("EXISTS {{ MATCH {} RETURN 1 AS y }}", author.looked_for()))
            }
            21 if self.depth > 0 && self.asks => self.inside(Self::drawn),
            22 => self.about_way(),
            23 => format!("{} = {}", self.integers(inner), self.integers(inner)),
            _ => self.about_element(),
        }
    }

    /// A condition on nodes and relationships.
    fn about_element(&mut self) -> String {
        match (self.variable(Kind::Node), self.variable(Kind::Rel), self.dice.below(6)) {
            (Some(node), _, 0 | 1) => format!("{node}{}", self.dice.pick(&[":A", ":B", ":!A", ":A&B", ":(A|B)"])),
            (Some(node), _, 2) => match self.variable(Kind::Node) {
                Some(other) => format!("{node} {} {other}", self.dice.pick(&["=", "<>"])),
                None => format!("{node} IS NOT NULL"),
            },
            (_, Some(rel), 3) => format!("asserted({rel})"),
            (_, Some(rel), 4) => format!("{rel}:{}", self.dice.pick(&["R", "S", "!R"])),
            (_, Some(rel), _) => format!("type({rel}) = 'R'"),
            _ => "true".to_owned(),
        }
    }

    /// A condition on all that a path has passed or travelled.
    fn about_way(&mut self) -> String {
        let quantifier = self.dice.pick(&["all", "any", "none", "single"]);
        match (self.variable(Kind::Rels), self.variable(Kind::Path)) {
            (Some(rels), _) => format!("{quantifier}(y IN {rels} WHERE y.w > 0)"),
            (None, Some(path)) if self.dice.chance(50) => format!("{quantifier}(y IN nodes({path}) WHERE y.v < 2)"),
            (None, Some(path)) => format!("{quantifier}(y IN relationships({path}) WHERE y.w = 1)"),
            (None, None) => self.about_element(),
        }
    }
}
