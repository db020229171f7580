//! A party that is on one list by several sanctions: there is a `LISTED_ON` for each time without a break.

use averment::Database;
use averment::sanctions::{self, ListFormat};

use super::{ask, check, check_all_is_cited, check_changes_nothing, import_into};

const PERSON: &str = r#"{"id": "p", "schema": "Person", "properties": {"name": ["P"]}}"#;

/// A sanction of the person, with these days.
fn sanction(id: &str, start: &str, end: &str) -> String {
    let dates = [("startDate", start), ("endDate", end)];
    let dates = dates.into_iter().filter(|(_, day)| !day.is_empty());
    let dates: Vec<String> = dates.map(|(property, day)| format!(r#", "{property}": ["{day}"]"#)).collect();
    let dates = dates.concat();
    format!(
        r#"{{"id": "{id}", "schema": "Sanction", "properties": {{"entity": ["p"], "program": ["The list"]{dates}}}}}"#
    )
}

fn spells(db: &Database) -> Vec<String> {
    ask(db, "MATCH (p)-[l:LISTED_ON]->() RETURN l.valid_from, l.valid_to, l.absent_from ORDER BY coalesce(l.spell, 1)")
}

/// Sanctions of one file, with their days, in this order and the other; and the spells that come of them.
#[track_caller]
fn check_spells(file: &str, sanctions: &[(&str, &str)], expected: &[&str]) {
    let mut lines: Vec<String> =
        sanctions.iter().enumerate().map(|(index, (start, end))| sanction(&format!("s{index}"), start, end)).collect();
    for _ in 0..2 {
        let (text, db) = ([PERSON.to_owned(), lines.join("\n")].join("\n"), Database::in_memory());
        let import = || import_into(&db, ListFormat::Ftm, None, &[(file, &text)]).unwrap();
        import();
        assert_eq!(spells(&db), expected);
        check_all_is_cited(&db);
        check_changes_nothing(&db, import);
        lines.reverse();
    }
}

/// All of them became one, with the first day of any and the end of one of them, so that the later ones were lost.
#[test]
fn sanctions_that_lie_apart_are_spells_of_their_own() {
    let apart = [("2010-01-01", "2012-01-01"), ("2020-01-01", "")];
    check_spells("a.json", &apart, &["2010-01-01 | 2012-01-01 | null", "2020-01-01 | null | null"]);
    let three = [("2014-01-01", "2015-01-01"), ("2010-01-01", "2012-01-01"), ("2020-01-01", "2030-01-01")];
    let expected =
        ["2010-01-01 | 2012-01-01 | null", "2014-01-01 | 2015-01-01 | null", "2020-01-01 | 2030-01-01 | null"];
    check_spells("a.json", &three, &expected);
}

#[test]
fn sanctions_that_overlap_or_touch_are_one_spell() {
    let overlapping = [("2014-01-01", "2030-01-01"), ("2012-01-01", "2016-01-01")];
    check_spells("a.json", &overlapping, &["2012-01-01 | 2030-01-01 | null"]);
    check_spells("a.json", &[("2010-01-01", "2012-01-01"), ("2012-01-01", "")], &["2010-01-01 | null | null"]);
    check_spells("a.json", &[("2010-01-01", ""), ("2015-01-01", "2016-01-01")], &["2010-01-01 | null | null"]);
}

#[test]
fn a_sanction_without_days_leaves_those_with_days_as_they_are() {
    let closed = [("2010-01-01", "2012-01-01"), ("", "")];
    let expected = ["2010-01-01 | 2012-01-01 | null", "[..2024-01-01] | null | null"];
    check_spells("a-2024-01-01.json", &closed, &expected);
    check_spells("a-2024-01-01.json", &[("2010-01-01", ""), ("", "")], &["2010-01-01 | null | null"]);
    check_spells("a.json", &closed, &["null | null | null", "2010-01-01 | 2012-01-01 | null"]);
    check_spells("a.json", &[("", ""), ("", "")], &["null | null | null"]);
}

#[test]
fn the_days_decide_whose_companies_are_blocked() {
    let owns =
        r#"{"id": "o", "schema": "Ownership", "properties": {"owner": ["p"], "asset": ["c"], "percentage": ["60"]}}"#;
    let company = r#"{"id": "c", "schema": "Company", "properties": {"name": ["C"]}}"#;
    let (old, new) = (sanction("old", "2010-01-01", "2012-01-01"), sanction("new", "2020-01-01", ""));
    let text = [PERSON, &old, &new, owns, company].join("\n");
    let db = Database::in_memory();
    sanctions::register(&db).unwrap();
    import_into(&db, ListFormat::Ftm, None, &[("a.json", &text)]).unwrap();
    for (day, expected) in [("2011-06-01", &["c"][..]), ("2015-06-01", &[]), ("2024-06-01", &["c"])] {
        let blocked = format!(
            "CALL ownership.blocked({{lists: ['The list'], valid_at: date('{day}')}}) YIELD entity RETURN entity.id"
        );
        check(&db, &blocked, expected);
    }
}

/// Editions with these lines, in all orders; each has the person beside.
fn in_all_orders(editions: &[(&str, Vec<String>)], mut look: impl FnMut(&Database)) {
    for order in orders(editions.len()) {
        let db = Database::in_memory();
        let import = |(name, lines): &(&str, Vec<String>)| {
            let text = [PERSON.to_owned(), lines.join("\n")].join("\n");
            import_into(&db, ListFormat::Ftm, None, &[(name, &text)]).unwrap()
        };
        for edition in &order {
            import(&editions[*edition]);
        }
        println!("order {order:?}");
        look(&db);
        check_all_is_cited(&db);
        for edition in order {
            check_changes_nothing(&db, || import(&editions[edition]));
        }
    }
}

fn orders(count: usize) -> Vec<Vec<usize>> {
    let Some(last) = count.checked_sub(1) else { return vec![Vec::new()] };
    let with_last = |order: &Vec<usize>| {
        let places = 0..count;
        places.map(|place| [&order[..place], &[last], &order[place..]].concat()).collect::<Vec<_>>()
    };
    orders(last).iter().flat_map(with_last).collect()
}

fn check_in_all_orders(editions: &[(&str, Vec<String>)], expected: &[&str]) {
    in_all_orders(editions, |db| assert_eq!(spells(db), expected));
}

#[test]
fn editions_bound_those_sanctions_that_say_no_end() {
    let (old, new) = (sanction("old", "2010-01-01", "2012-01-01"), sanction("new", "2020-01-01", ""));
    // The new one is gone, and the old one, which ended long ago, is there still.
    check_in_all_orders(
        &[("a-2023-01-01.json", vec![old.clone(), new.clone()]), ("a-2024-01-01.json", vec![old.clone()])],
        &["2010-01-01 | 2012-01-01 | null", "2020-01-01 | [2023-01-02..2024-01-01] | ftm:a-2024-01-01@2024-01-01"],
    );
    check_in_all_orders(
        &[("a-2013-01-01.json", vec![old.clone()]), ("a-2024-01-01.json", vec![old, new])],
        &["2010-01-01 | 2012-01-01 | null", "2020-01-01 | null | null"],
    );
    // One takes the place of the other: the party was there all the time.
    let (one, other) = (sanction("one", "2010-01-01", ""), sanction("other", "", ""));
    check_in_all_orders(
        &[("a-2023-01-01.json", vec![one.clone()]), ("a-2024-01-01.json", vec![other.clone()])],
        &["2010-01-01 | null | null"],
    );
    // It was taken off between, and is back.
    check_in_all_orders(
        &[
            ("a-2021-01-01.json", vec![one.clone(), other.clone()]),
            ("a-2022-01-01.json", vec![PERSON.replace("\"p\"", "\"another\"")]),
            ("a-2023-01-01.json", vec![one, other]),
        ],
        &[
            "2010-01-01 | [2021-01-02..2022-01-01] | ftm:a-2022-01-01@2022-01-01",
            "[2022-01-02..2023-01-01] | null | null",
        ],
    );
}

#[test]
fn a_line_that_deletes_ends_what_says_no_end() {
    let db = Database::in_memory();
    let (old, new) = (sanction("old", "2010-01-01", "2012-01-01"), sanction("new", "2020-01-01", ""));
    let text = [PERSON, &old, &new].join("\n");
    import_into(&db, ListFormat::Ftm, None, &[("a-2023-01-01.json", &text)]).unwrap();
    let delta = r#"{"op": "DEL", "entity": {"id": "new"}}"#;
    import_into(&db, ListFormat::FtmDelta, Some("2024-01-01"), &[("a.json", delta)]).unwrap();
    let expected = ["2010-01-01 | 2012-01-01 | null", "2020-01-01 | [2023-01-02..2024-01-01] | ftm:a@2024-01-01"];
    assert_eq!(spells(&db), expected);
    check_all_is_cited(&db);
}

#[test]
fn statements_of_several_sanctions_are_spells_too() {
    let head = "entity_id,prop,value,dataset,external,first_seen,last_seen,id\n";
    let of = |id: &str, values: &[(&str, &str)], last_seen: &str| -> String {
        let schema = if id == "p" { "Person" } else { "Sanction" };
        let line = |(property, value): &(&str, &str)| {
            format!("{id},{schema}:{property},{value},one,f,2021-01-01,{last_seen},{id}.{property}\n")
        };
        values.iter().map(line).collect()
    };
    let text = |day: &str, last_of_new: &str| {
        let old = [("entity", "p"), ("program", "The list"), ("startDate", "2010-01-01"), ("endDate", "2012-01-01")];
        let new = [("entity", "p"), ("program", "The list"), ("startDate", "2020-01-01")];
        head.to_owned() + &of("p", &[("name", "P")], day) + &of("old", &old, day) + &of("new", &new, last_of_new)
    };
    let db = Database::in_memory();
    let import = |text: &str| import_into(&db, ListFormat::FtmStatements, None, &[("s.csv", text)]).unwrap();
    for day in ["2021-01-01", "2022-01-01", "2023-01-01"] {
        import(&text(day, day));
        assert_eq!(spells(&db), ["2010-01-01 | 2012-01-01 | null", "2020-01-01 | null | null"]);
    }
    import(&text("2024-01-01", "2023-01-01"));
    let expected = ["2010-01-01 | 2012-01-01 | null", "2020-01-01 | [2023-01-02..2024-01-01] | one@2024-01-01"];
    assert_eq!(spells(&db), expected);
    check_all_is_cited(&db);
    check_changes_nothing(&db, || import(&text("2024-01-01", "2023-01-01")));
}

/// The edition took the place of the days of sanctions, and not of those of other entities.
#[test]
fn what_a_record_says_of_when_it_was_seen_goes_before_the_edition() {
    let seen = r#""first_seen": "2018-05-05", "last_seen": "2020-03-01""#;
    let sanction = sanction("s", "", "").replacen('{', &format!("{{{seen}, "), 1);
    let person = PERSON.replacen('{', &format!("{{{seen}, "), 1);
    let other = PERSON.replace("\"p\"", "\"other\"");
    let text = [sanction, person, other].join("\n");
    let db = Database::in_memory();
    let import = |edition| import_into(&db, ListFormat::Ftm, Some(edition), &[("a.json", &text)]).unwrap();
    import("2024-01-01");
    let days = "MATCH (n:Entity) RETURN n.id, n.first_seen, n.last_seen ORDER BY n.id";
    let expected = ["other | 2024-01-01 | 2024-01-01", "p | 2018-05-05 | 2020-03-01", "s | 2018-05-05 | 2020-03-01"];
    check(&db, days, &expected);
    assert_eq!(spells(&db), ["[..2018-05-05] | null | null"]);
    // An edition that has it is no earlier beginning, and it is there as long as any has it.
    import("2023-01-01");
    assert_eq!(spells(&db), ["[..2018-05-05] | null | null"]);
    let without = PERSON.replace("\"p\"", "\"other\"");
    import_into(&db, ListFormat::Ftm, Some("2025-01-01"), &[("a.json", &format!("{without}\n{PERSON}"))]).unwrap();
    assert_eq!(spells(&db), ["[..2018-05-05] | [2024-01-02..2025-01-01] | ftm:a@2025-01-01"]);
    check_all_is_cited(&db);
}

/// Nobody was listed where the list was told on another day than the party.
#[test]
fn a_sanction_may_be_told_of_bit_by_bit() {
    let text = "entity_id,prop,value,dataset,external,first_seen,last_seen,id\n\
                p,Person:name,P,one,f,2021-01-01,2024-01-01,a1\n\
                s,Sanction:entity,p,one,f,2021-01-01,2024-01-01,a2\n\
                s,Sanction:program,The list,one,f,2022-01-01,2024-01-01,a3\n\
                s,Sanction:startDate,2020-01-01,one,f,2023-01-01,2024-01-01,a4\n";
    let db = Database::in_memory();
    let import = || import_into(&db, ListFormat::FtmStatements, None, &[("s.csv", text)]).unwrap();
    import();
    assert_eq!(spells(&db), ["2020-01-01 | null | null"]);
    check_all_is_cited(&db);
    check_changes_nothing(&db, import);
}

/// The end that was read first stayed.
#[test]
fn a_later_edition_moves_the_end_of_a_sanction() {
    let until = |end: &str| vec![sanction("s", "2019-01-01", end)];
    let editions = [("a-2020-01-01.json", until("2021-01-01")), ("a-2022-01-01.json", until("2030-01-01"))];
    check_in_all_orders(&editions, &["2019-01-01 | 2030-01-01 | null"]);
}

/// Who was sanctioned came out as not listed.
#[test]
fn a_later_edition_takes_an_end_back() {
    let until = |end: &str| vec![sanction("s", "2019-01-01", end)];
    let [ending, open] = [("a-2020-01-01.json", until("2021-01-01")), ("a-2022-01-01.json", until(""))];
    let ended = "MATCH (s:Listing) RETURN s.removed, s.end_date";
    in_all_orders(&[ending.clone(), open.clone()], |db| {
        assert_eq!(spells(db), ["2019-01-01 | null | null"]);
        check(db, ended, &["null | null"]);
    });
    let again = ("a-2024-01-01.json", until("2023-05-01"));
    in_all_orders(&[ending, open, again], |db| {
        assert_eq!(spells(db), ["2019-01-01 | 2023-05-01 | null"]);
        check(db, ended, &["2023-05-01 | [2023-05-01]"]);
    });
}

#[test]
fn an_edition_without_it_ends_what_would_end_later() {
    let (without, with) = (vec![], || vec![sanction("s", "2019-01-01", "2030-01-01")]);
    let two = [("a-2020-01-01.json", with()), ("a-2021-01-01.json", without)];
    let delisted = "MATCH (d:Delisting)-[:ENDS]->(s) RETURN d.on, s.removed";
    let until_2021 = "2019-01-01 | [2020-01-02..2021-01-01] | ftm:a-2021-01-01@2021-01-01";
    in_all_orders(&two, |db| {
        assert_eq!(spells(db), [until_2021]);
        check(db, delisted, &["[2020-01-02..2021-01-01] | 2030-01-01"]);
    });
    let [first, second] = two;
    in_all_orders(&[first, second, ("a-2022-01-01.json", with())], |db| {
        assert_eq!(spells(db), [until_2021, "[2021-01-02..2022-01-01] | 2030-01-01 | null"]);
        check(db, delisted, &["[2020-01-02..2021-01-01] | 2030-01-01"]);
    });
}

/// The time before the gap was lost.
#[test]
fn a_beginning_that_is_moved_takes_no_earlier_time_away() {
    let since = |start: &str| vec![sanction("s", start, "")];
    let editions = [
        ("a-2020-01-01.json", since("2019-01-01")),
        ("a-2021-01-01.json", vec![]),
        ("a-2022-06-01.json", since("2022-02-01")),
    ];
    let expected = [
        "2019-01-01 | [2020-01-02..2021-01-01] | ftm:a-2021-01-01@2021-01-01",
        "[2021-01-02..2022-06-01] | null | null",
    ];
    check_in_all_orders(&editions, &expected);
    // One says nothing, and the day of the edition is surer than what another says.
    let editions = [("a-2020-01-01.json", since("")), ("a-2022-06-01.json", since("2022-02-01"))];
    check_in_all_orders(&editions, &["[..2020-01-01] | null | null"]);
    let editions = [("a-2020-01-01.json", since("")), ("a-2022-06-01.json", since("2020-01-01"))];
    check_in_all_orders(&editions, &["2020-01-01 | null | null"]);
}

/// It began behind its end.
#[test]
fn what_had_ended_before_the_editions_has_nothing_of_them() {
    let ended = vec![sanction("s", "", "2019-01-01")];
    let editions = [("a-2020-01-01.json", vec![]), ("a-2022-01-01.json", ended.clone()), ("a-2023-01-01.json", vec![])];
    check_in_all_orders(&editions, &["[..2019-01-01] | 2019-01-01 | null"]);
    check_spells("a-2022-01-01.json", &[("", "2019-01-01")], &["[..2019-01-01] | 2019-01-01 | null"]);
}

#[test]
fn the_newest_edition_says_what_a_share_is_or_that_none_is_said() {
    let company = r#"{"id": "c", "schema": "Company", "properties": {"name": ["C"]}}"#;
    let stake = |share: &str, end: &str| {
        let properties = format!(r#""owner": ["p"], "asset": ["c"]{share}{end}"#);
        vec![company.to_owned(), format!(r#"{{"id": "o", "schema": "Ownership", "properties": {{{properties}}}}}"#)]
    };
    let said = "MATCH ()-[o:OWNS]->() RETURN o.percentage, o.share_min, o.share_max, o.valid_to";
    let sixty = ("a-2020-01-01.json", stake(r#", "percentage": ["60"]"#, r#", "endDate": ["2020-06-01"]"#));
    let fifty = ("a-2021-01-01.json", stake(r#", "percentage": ["50"]"#, ""));
    in_all_orders(&[sixty.clone(), fifty.clone()], |db| check(db, said, &["50 | 50.0 | 50.0 | null"]));
    let none = ("a-2022-01-01.json", stake("", ""));
    in_all_orders(&[sixty, fifty, none], |db| check(db, said, &["null | null | null | null"]));
}

/// The programme of the first import stood on the end.
#[test]
fn an_end_is_of_the_lists_that_all_editions_name() {
    let of = |list: &str| vec![sanction("s", "", "").replace("The list", list)];
    let editions = [("a-2020-01-01.json", of("P1")), ("a-2021-01-01.json", vec![]), ("a-2022-01-01.json", of("P2"))];
    in_all_orders(&editions, |db| {
        check(
            db,
            "MATCH (d:Delisting) RETURN d.name, COLLECT { MATCH (d)-[:REMOVES_FROM]->(l) RETURN l.name ORDER BY l.name }",
            &["end of: P2: listing | ['P1', 'P2']"],
        );
    });
}

/// The earlier time was as retracted as the later one, which held again.
#[test]
fn what_is_retracted_of_one_time_stays_so_where_an_earlier_one_comes_to_light() {
    let open = || vec![sanction("s", "", "")];
    let editions = [("a-2020-01-01.json", open()), ("a-2021-01-01.json", vec![]), ("a-2022-01-01.json", open())];
    for order in [[2, 0, 1], [2, 1, 0]] {
        let db = Database::in_memory();
        for (index, edition) in order.into_iter().enumerate() {
            let (name, lines) = &editions[edition];
            let text = [PERSON.to_owned(), lines.join("\n")].join("\n");
            import_into(&db, ListFormat::Ftm, None, &[(name, &text)]).unwrap();
            if index == 0 {
                ask(&db, "MATCH ()-[l:LISTED_ON]->() RETRACT l");
            }
        }
        check(
            &db,
            "MATCH [()-[l:LISTED_ON]->()] RETURN asserted(l), l.spell, l.valid_from, l.valid_to,
                    COLLECT { MATCH (p)-[:SUPPORTS]->[l] RETURN p.id } ORDER BY coalesce(l.spell, 1)",
            &[
                "true | null | [..2020-01-01] | [2020-01-02..2021-01-01] | ['ftm:a-2020-01-01@2020-01-01#2']",
                "false | 2 | [2021-01-02..2022-01-01] | null | ['ftm:a-2022-01-01@2022-01-01#2']",
            ],
        );
    }
}

/// It was deleted, as one of two for one time.
#[test]
fn what_somebody_else_has_drawn_stays() {
    let db = Database::in_memory();
    let import = |day: &str| {
        let text = [PERSON.to_owned(), sanction("s", "", "")].join("\n");
        import_into(&db, ListFormat::Ftm, Some(day), &[("a.json", &text)]).unwrap();
    };
    import("2020-01-01");
    ask(&db, "MATCH ()-[l:LISTED_ON]->() RETRACT l");
    ask(&db, "MATCH (a {id: 'p'}) MATCH (b:List) CREATE (a)-[:LISTED_ON {by: 'me'}]->(b)");
    import("2022-01-01");
    let all = "MATCH [()-[l:LISTED_ON]->()] RETURN asserted(l), l.by, l.valid_from, l.spell ORDER BY asserted(l)";
    check(&db, all, &["false | null | [..2020-01-01] | null", "true | me | [..2020-01-01] | null"]);
}
