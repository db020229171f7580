//! What is accepted and yet said to be odd.

use super::bind_text;

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let statement = bind_text(text).expect("the statement is right");
    let found: Vec<String> = statement.warnings.iter().map(|w| format!("{}: {}", w.code, w.message)).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn an_unknown_name_warns_with_the_nearest_one() {
    check("MATCH (c:Compny) RETURN c", &["unknown-label: no label `Compny` here; did you mean `Company`?"]);
    check("MATCH (c) WHERE c:Vessel RETURN c", &["unknown-label: no label `Vessel` here"]);
    check("MATCH ()-[:OWN]->() RETURN 1", &["unknown-type: no relationship type `OWN` here; did you mean `OWNS`?"]);
    check("MATCH (c) RETURN c.nam", &["unknown-key: no property key `nam` here; did you mean `name`?"]);
    check("MATCH (c) REMOVE c:Vessel", &["unknown-label: no label `Vessel` here"]);
    check("MATCH (c {nme: 1}) RETURN c", &["unknown-key: no property key `nme` here; did you mean `name`?"]);
}

#[test]
fn what_the_statement_writes_is_known_to_it() {
    check("CREATE (v:Vessel {flag: 'x'}) RETURN v.flag", &[]);
    check("MERGE (v:Vessel {flag: 'x'}) WITH v MATCH (v:Vessel) RETURN v.flag", &[]);
    check("MATCH (c) SET c.flag = 1 RETURN c.flag", &[]);
}

#[test]
fn a_key_of_what_may_be_a_map_does_not_warn() {
    check("UNWIND $rows AS row RETURN row.anything", &[]);
}

#[test]
fn a_plain_arrow_over_a_type_of_claims_warns() {
    let claimed = "only-claimed: `CLAIMED` occurs only in claims; write `[(a)-[:CLAIMED]->(b)]`";
    check("MATCH (a)-[:CLAIMED]->(b) RETURN a", &[claimed]);
    check("MATCH [(a)-[:CLAIMED]->(b)] RETURN a", &[]);
    check("MATCH (a)-[:CLAIMED]->[t] RETURN a", &[]);
    check("MATCH (a)-[:OWNS]->(b) RETURN a", &[]);
}

#[test]
fn a_plain_arrow_over_a_type_that_leads_to_relationships_warns() {
    let about = "only-about: each `STATES` has a relationship as an end; write `[...]` for it instead of `(...)`";
    check("MATCH (a)-[:STATES]->(b) RETURN a", &[about]);
    check("MATCH (a)-[:STATES]->[b] RETURN a", &[]);
}

#[test]
fn a_text_that_is_compared_with_a_date_warns() {
    let warning = "date-as-text: `on` holds dates here, and `'2021-07-09'` is text; write `edtf('2021-07-09')`";
    check("MATCH (a) WHERE a.on = '2021-07-09' RETURN a", &[warning]);
    check("MATCH (a) WHERE '2021-07-09' <= a.on RETURN a", &[warning]);
    check("MATCH (a {on: '2021-07-09'}) RETURN a", &[warning]);
    check("MATCH (a) WHERE a.on IN ['2021-07-09'] RETURN a", &[warning]);
    check("MATCH (a) WHERE a.on = edtf('2021-07-09') RETURN a", &[]);
    check("MATCH (a) WHERE a.name = '2021-07-09' RETURN a", &[]);
    let part = "date-as-text: `on` holds dates here, and `'2021-07'` is text; write `edtf('2021-07')`";
    check("MATCH (a) WHERE a.on STARTS WITH '2021-07' RETURN a", &[part]);
}

#[test]
fn a_date_of_less_than_a_day_warns() {
    let warning = "filled-date: `date('2020')` is the first day of that time; `edtf('2020')` keeps it as it is";
    check("RETURN date('2020') AS x", &[warning]);
    check("RETURN DATE('2020') AS x, date('2020-05-01') AS y, date($d) AS z, edtf('2020') AS e", &[warning]);
}

#[test]
fn equality_with_a_date_that_is_no_day_warns() {
    let warning = |date: &str| {
        format!("edtf-equality: `=` asks for the same day, and `{date}` is no single day; write `same(a, b)`")
    };
    check("RETURN edtf('2021') = edtf('2021') AS x", &[&warning("2021")]);
    check("RETURN edtf('2021-03-04') = edtf('2021-03-04') AS x", &[]);
    check("RETURN edtf('2021') < edtf('2022') AS x", &[]);
}
