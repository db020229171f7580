//! What is done to make the golden database: some of everything that files hold.

/// A graph without elements, whose only commit lies ahead of every clock: no commit is older than the one before it, so
/// all that follow are of the same time, and the same bytes are written whenever they are.
pub(super) const BEGINNING: &str = r#"{"$type":"database","commits":1,"format":1,"next_id":1,"nodes":0,"relationships":0,"rules":0}
{"$type":"commit","author":"Ada","changes":1,"message":"a beginning","number":1,"time":"2999-12-31T23:59:59.999999Z"}
"#;

pub(super) enum Step {
    Commit { author: &'static str, message: &'static str, statement: &'static str },
    Checkpoint,
}

const fn commit(author: &'static str, message: &'static str, statement: &'static str) -> Step {
    Step::Commit { author, message, statement }
}

pub(super) const STEPS: &[Step] = &[
    commit("Ada", "", "CREATE CONSTRAINT one FOR (s:Source) REQUIRE s.id IS UNIQUE"),
    commit("Ada", "", "CREATE CONSTRAINT told FOR (c:Claim) REQUIRE c.text IS NOT NULL"),
    commit("Ada", "", "CREATE INDEX names FOR (c:Company) ON (c.name)"),
    commit("Ada", "", "CREATE NAME INDEX called FOR (n) ON EACH [n.name]"),
    commit("Ada", "indexes of relationships", "CREATE INDEX shares FOR ()-[o:OWNS]-() ON (o.share, o.since)"),
    commit(
        "Ada",
        "two sources and what they are about",
        "CREATE (s:Source {id: 'S1', published: date('2019-10-08')}),
                (:Source {id: 'S2', published: edtf('2020-05?')}), (:Paragraph {id: 'S1p1'})-[:OF]->(s),
                (:Company:Actor {name: 'SenseTime'}), (:Company {name: 'Ада, “ҳ”'}),
                (:Place {name: 'Hong Kong'}), (:Gone {text: 'soon'}), ()",
    ),
    commit("Grace", "every kind of value", VALUES),
    commit("Grace", "cited", CITED),
    commit(
        "Grace",
        "quoted, and about relationships",
        "MATCH (a:Company {name: 'SenseTime'}), (b:Company {name: 'Ада, “ҳ”'}), (p:Paragraph)
         CREATE (claim:Claim {text: 'it is owned'})-[:STATES]->[(a)-[o:OWNS {share: 0.5, since: 2014}]->(b)],
                (p)-[:SUPPORTS {certainty: 'hedged'}]->[o], (claim)-[:ABOUT]->[o]",
    ),
    commit("", "", "MATCH (g:Gone) DELETE g"),
    commit(
        "",
        "a hub",
        "MATCH (p:Place) UNWIND range(1, 12) AS n
         CREATE (:Company {n: n, name: 'c' + n % 3})-[:IN {n: n}]->(p)",
    ),
    Step::Checkpoint,
    commit("Ada", "asserted at last", "MATCH (:Claim)-[:STATES]->[()-[o:OWNS]->()] ASSERT o SET o.share = 0.75"),
    commit(
        "Ada",
        "",
        "MATCH (c:Company {name: 'SenseTime'})-[b:BASED_IN]->()
         SET c:Listed, c.since = date('2019-10-09'), c.name = 'SenseTime Group' REMOVE c:Actor RETRACT b",
    ),
    commit("Grace", "less", "MATCH (c:Company) WHERE c.n > 9 DETACH DELETE c"),
    commit("Grace", "", "DROP INDEX names"),
    commit("Grace", "", "CREATE INDEX numbers FOR (c:Company) ON (c.n)"),
    commit("Grace", "", "CREATE NAME INDEX printed FOR ()-[s:SUPPORTS]-() ON EACH [s.printed, s.certainty]"),
    commit(
        "Grace",
        "the last one",
        "MATCH (s:Source {id: 'S2'})
         MERGE (:Company {name: 'c1', n: 1})-[:NAMED {values: [1, 'a', null]}]->(:New) CITING s",
    ),
];

const VALUES: &str = "
    CREATE (:Values {
        yes: true, no: false, least: -9223372036854775807 - 1, most: 9223372036854775807, small: 7,
        half: 0.5, inf: Inf, nan: NaN, zero: -0.0, text: 'text', empty: '', long: 'a text longer than a few others',
        day: date('2021-12-10'), early: date('-0044-03-15'), time: localtime('09:08:07.123456789'),
        zoned: time('23:59:59-18:00'), local: localdatetime('2021-12-10T09:08:07.5'),
        at: datetime('2021-10-31T02:30:00+01:00[Europe/Stockholm]'), plain: datetime('0001-01-01T00:00:00Z'),
        span: duration('P1Y2M3DT4H5M6.000000007S'), edtf: edtf('[1667,1668, 1670..1672]'),
        list: [1, 'a', null, [true, []]], days: [date('2021-12-10'), edtf('2021-12~')]})";

const CITED: &str = "
    MATCH (c:Company {name: 'SenseTime'}), (place:Place), (s:Source {id: 'S1'}), (p:Paragraph)
    MERGE (c)-[:BASED_IN {valid_from: date('2014-01-01'), valid_to: edtf('2021')}]->(place)
        CITING p {certainty: 'stated', voice: ['article'], printed: 'SensTime'}
    CREATE (s)-[:SUPPORTS {on: edtf('2014')}]->(c)";
