//! The forms of organisations, in the ways in which they are written: a part of the name that tells little of who it is.

use std::borrow::Cow;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

/// What a form comes to. Two ways to write the same one are equal; `Ltd.` and `OOO` are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Form {
    /// A company whose members are liable for what they gave: `Ltd.`, `LLC`, `GmbH`, `OOO`, `有限公司`.
    Limited,
    /// A company with shares: `Inc.`, `JSC`, `PJSC`, `AG`, `S.A.`, `股份有限公司`.
    Shares,
    /// `LP`, `LLP`, `KG`.
    Partnership,
    /// Any of them: `Co.`.
    Company,
    /// Of a state: `FGUP`.
    Unitary,
}

/// How a form is written in the scripts in which it stands without blanks; longer ones first.
const UNSPACED: [(&str, &str); 18] = [
    ("股份有限公司", " jsc "),
    ("有限责任公司", " ltd "),
    ("有限責任公司", " ltd "),
    ("股份公司", " jsc "),
    ("有限公司", " ltd "),
    ("集团公司", " group "),
    ("集團公司", " group "),
    ("株式会社", " jsc "),
    ("株式會社", " jsc "),
    ("有限会社", " ltd "),
    ("주식회사", " jsc "),
    ("유한회사", " ltd "),
    ("(株)", " jsc "),
    ("(주)", " jsc "),
    ("公司", " co "),
    ("集团", " group "),
    ("集團", " group "),
    ("&", " and "),
];

/// Words in small Latin letters, one after the other.
const SPACED: &[(Form, &[&str])] = &[
    (
        Form::Limited,
        &[
            "gesellschaft mit beschrankter haftung",
            "obshchestvo s ogranichennoi otvetstvennostiu",
            "obshchestvo s ogranichennoy otvetstvennostyu",
            "private limited liability company",
            "you xian ze ren gong si",
            "limited liability company",
            "youxian zeren gongsi",
            "company limited",
            "private limited",
            "you xian gong si",
            "youxian gongsi",
            "sp z o o",
            "sp zoo",
            "sp z oo",
            "co limited",
            "pvt ltd",
            "pte ltd",
            "pty ltd",
            "sdn bhd",
            "co ltd",
            "coltd",
            "l l c",
            "o o o",
            "s r l",
            "s r o",
            "d o o",
            "g m b h",
            "limited",
            "ltd",
            "ltda",
            "llc",
            "fze",
            "fzco",
            "fzc",
            "fzllc",
            "gmbh",
            "ooo",
            "too",
            "tov",
            "srl",
            "sarl",
            "sro",
            "doo",
            "ood",
            "eood",
            "bv",
            "bvba",
            "pty",
            "pte",
            "pvt",
            "bhd",
            "kft",
            "sia",
            "uab",
            "lda",
        ],
    ),
    (
        Form::Shares,
        &[
            "publichnoe aktsionernoe obshchestvo",
            "otkrytoe aktsionernoe obshchestvo",
            "zakrytoe aktsionernoe obshchestvo",
            "private joint stock company",
            "public joint stock company",
            "closed joint stock company",
            "open joint stock company",
            "gu fen you xian gong si",
            "gufen youxian gongsi",
            "aktsionernoe obshchestvo",
            "public limited company",
            "joint stock company",
            "kabushiki kaisha",
            "kabushiki gaisha",
            "joint stock co",
            "p j s c",
            "o j s c",
            "c j s c",
            "s p a",
            "p l c",
            "incorporated",
            "corporation",
            "aktiengesellschaft",
            "inc",
            "corp",
            "jsc",
            "pjsc",
            "ojsc",
            "cjsc",
            "psc",
            "oao",
            "zao",
            "pao",
            "ao",
            "ag",
            "sa",
            "spa",
            "sas",
            "nv",
            "plc",
            "ab",
            "asa",
            "oy",
            "oyj",
            "tbk",
            "kk",
        ],
    ),
    (Form::Partnership, &["limited liability partnership", "limited partnership", "l l p", "lp", "llp", "kg"]),
    (Form::Company, &["gong si", "gongsi", "company", "compagnie", "co", "cie"]),
    (Form::Unitary, &["federal state unitary enterprise", "state unitary enterprise", "fgup", "fsue", "gup"]),
];

/// Forms that stand before the name in their languages. Others that stand there are a part of it.
const IN_FRONT: [&str; 17] = [
    "ooo", "oao", "zao", "pao", "ao", "too", "tov", "doo", "uab", "sia", "ood", "fgup", "gup", "jsc", "ojsc", "pjsc",
    "llc",
];

/// Writes the forms that stand without blanks as words.
pub(super) fn apart(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for (written, word) in UNSPACED {
        if text.contains(written) {
            text = Cow::Owned(text.replace(written, word));
        }
    }
    text
}

/// How many of the first words are a form, and which. The longest way to write one counts.
pub(super) fn at_start(words: &[&str], is_front: bool) -> Option<(usize, Form)> {
    let ways = by_first_word().get(words.first()?)?;
    let may_be = |len: usize, first: &&str| !is_front || len > 2 || (len == 1 && IN_FRONT.contains(first));
    let found = ways.iter().find(|(way, _)| words.starts_with(way) && may_be(way.len(), &way[0]));
    found.map(|(way, form)| (way.len(), *form))
}

/// Whether a word alone is a form, wherever it stands.
pub(super) fn is_form(word: &str) -> bool {
    by_first_word().get(word).is_some_and(|ways| ways.iter().any(|(way, _)| way.len() == 1))
}

/// Ways to write forms, the longest first.
type Ways = Vec<(Vec<&'static str>, Form)>;

fn by_first_word() -> &'static FxHashMap<&'static str, Ways> {
    static WAYS: OnceLock<FxHashMap<&'static str, Ways>> = OnceLock::new();
    WAYS.get_or_init(|| {
        let mut ways: FxHashMap<&str, Ways> = FxHashMap::default();
        for (form, written) in SPACED {
            for way in *written {
                let words: Vec<&str> = way.split(' ').collect();
                ways.entry(words[0]).or_default().push((words, *form));
            }
        }
        for ways in ways.values_mut() {
            ways.sort_by_key(|(way, _)| std::cmp::Reverse(way.len()));
        }
        ways
    })
}
