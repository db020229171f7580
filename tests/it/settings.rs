//! The words by which evidence is known, as the command line sets them.

use crate::cli::run;

const CITED: &str = "CREATE (:Document {label: 'Post', published: date('2021-05-01')});
    MATCH (d:Document) CREATE (:Company {label: 'Mirai'}) CITING d;
    MATCH (c:Company) RETURN size(sources(c)) AS sources, toString(known(c)) AS known;";

#[test]
fn words_of_provenance_are_set_on_the_command_line() {
    let words = ["--provenance", "source=Document", "--provenance", "names=label,code"];
    run(&[&words[..], &["run", "-d", ":memory:", "-"]].concat(), CITED).shows(&["1", "2021-05-01"]);
    let show = "SHOW SETTINGS YIELD name, value WHERE name = 'provenance.names' RETURN value";
    run(&[&["query", "-d", ":memory:", show], &words[..]].concat(), "").answers(&["label, code"]);
    // The REPL opens other databases by the same words.
    let again = run(&[&words[..], &["-f", "csv", ":memory:"]].concat(), format!(":open :memory:\n{show};\n"));
    assert!(again.out.ends_with("value\n\"label, code\"\n"), "{}", again.out);
}

#[test]
fn words_that_cannot_be_are_a_fault_of_the_command_line() {
    for (word, message) in [
        ("source", "`source` is not of the form SETTING=WORD"),
        ("sorce=Document", "no word of provenance is called `sorce`; did you mean `source`?"),
        ("source=", "the word for `source` is empty"),
        ("on=valid_from", "`valid_from` and `on` are one key, `valid_from`"),
    ] {
        let found = run(&["--provenance", word, "query", "-d", ":memory:", "RETURN 1"], "");
        assert_eq!((found.code, found.out.as_str()), (Some(2), ""), "{}", found.err);
        let expected = format!("error: invalid value for '--provenance <SETTING=WORD>': {message}\n");
        assert!(found.err.starts_with(&expected), "{}", found.err);
    }
}

#[test]
fn completions_and_the_man_page_know_the_option() {
    for command in [["completions", "bash"].as_slice(), &["man"]] {
        let found = run(command, "");
        assert!(found.out.replace('\\', "").contains("--provenance"), "{command:?}");
    }
}
