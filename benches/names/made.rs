//! Made names of companies and people, forms in which others write them, and strangers; all of one seed.
//!
//! `benches/names` measures a million of them, `tests/it/names.rs` asks the same of fewer.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// A name, and how it is written.
pub(crate) struct Made {
    pub(crate) name: String,
    script: Script,
    /// Which of its words tells who it is.
    own: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Script {
    Latin,
    Cyrillic,
    Han,
}

/// The rules by which a name is written otherwise.
pub(crate) const RULES: [(&str, Rule); 5] = [
    ("typo", typo),
    ("dropped token", dropped),
    ("token order", ordered),
    ("script and accents", transliterated),
    ("form of organisation", formed),
];

pub(crate) type Rule = fn(&mut Chance, &Made) -> String;

/// A generator of pseudo-random numbers (xorshift), so that each run has the same names.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % bound as u64).expect("a small number")
    }

    fn one<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }
}

const ONSETS: [&str; 20] =
    ["b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "br", "kr", "st", "tr", "gl"];
const VOWELS: [&str; 5] = ["a", "e", "i", "o", "u"];
const CODAS: [&str; 8] = ["", "", "", "n", "r", "l", "s", "k"];
const CITIES: [(&str, &str); 12] = [
    ("Beijing", "北京"),
    ("Shanghai", "上海"),
    ("Shenzhen", "深圳"),
    ("Hangzhou", "杭州"),
    ("Guangzhou", "广州"),
    ("Nanjing", "南京"),
    ("Chengdu", "成都"),
    ("Wuhan", "武汉"),
    ("Tianjin", "天津"),
    ("Suzhou", "苏州"),
    ("Qingdao", "青岛"),
    ("Dalian", "大连"),
];
const TRADES: [(&str, &str); 12] = [
    ("Technology", "科技"),
    ("Trading", "贸易"),
    ("Electronics", "电子"),
    ("Import Export", "进出口"),
    ("Information Technology", "信息科技"),
    ("Equipment", "设备"),
    ("Optics", "光学"),
    ("Shipping", "航运"),
    ("Chemical", "化工"),
    ("Precision Instruments", "精密仪器"),
    ("Aviation", "航空"),
    ("Holdings", "控股"),
];
/// Signs of names, with their readings.
const SIGNS: [(&str, &str); 40] = [
    ("华", "hua"),
    ("瑞", "rui"),
    ("鑫", "xin"),
    ("宏", "hong"),
    ("达", "da"),
    ("盛", "sheng"),
    ("泰", "tai"),
    ("安", "an"),
    ("明", "ming"),
    ("光", "guang"),
    ("海", "hai"),
    ("天", "tian"),
    ("龙", "long"),
    ("凯", "kai"),
    ("博", "bo"),
    ("创", "chuang"),
    ("远", "yuan"),
    ("飞", "fei"),
    ("金", "jin"),
    ("星", "xing"),
    ("立", "li"),
    ("德", "de"),
    ("美", "mei"),
    ("威", "wei"),
    ("伟", "wei"),
    ("新", "xin"),
    ("东", "dong"),
    ("方", "fang"),
    ("正", "zheng"),
    ("永", "yong"),
    ("康", "kang"),
    ("利", "li"),
    ("通", "tong"),
    ("成", "cheng"),
    ("源", "yuan"),
    ("隆", "long"),
    ("昌", "chang"),
    ("祥", "xiang"),
    ("科", "ke"),
    ("奥", "ao"),
];
const RUSSIAN_TRADES: [(&str, &str); 6] = [
    ("Торговый Дом", "Torgovyi Dom"),
    ("Завод", "Zavod"),
    ("Холдинг", "Kholding"),
    ("Научный Центр", "Nauchnyi Tsentr"),
    ("Логистика", "Logistika"),
    ("Комбинат", "Kombinat"),
];
const RUSSIAN_FORMS: [&str; 3] = ["ООО", "ОАО", "ЗАО"];
/// Forms that real names have beside these.
const OTHER_FORMS: [&str; 4] = ["Open Closed Public Joint Stock Company", "LTDA", "Corp.", "AO PAO JSC OJSC PJSC"];
const FORMS: [&str; 8] = ["Co., Ltd.", "Ltd.", "LLC", "Inc.", "GmbH", "Limited", "Corporation", "S.p.A."];
const GIVEN: [(&str, &str); 16] = [
    ("Aleksandr", "Alexander"),
    ("Sergei", "Sergey"),
    ("Dmitrii", "Dmitry"),
    ("Mohammad", "Muhammad"),
    ("Yusuf", "Yousef"),
    ("Hussein", "Husayn"),
    ("Iurii", "Yuri"),
    ("Andrei", "Andrey"),
    ("Ekaterina", "Yekaterina"),
    ("Abdullah", "Abdallah"),
    ("Viktor", "Victor"),
    ("Maksim", "Maxim"),
    ("Nikolai", "Nikolay"),
    ("Mikhail", "Michail"),
    ("Ahmed", "Ahmad"),
    ("Hassan", "Hasan"),
];

/// So many different names.
pub(crate) fn names(count: usize, seed: u64) -> Vec<Made> {
    let (mut chance, mut known, mut made) = (Chance::new(seed), HashSet::new(), Vec::with_capacity(count));
    while made.len() < count {
        let one = name(&mut chance);
        if known.insert(one.name.to_lowercase()) {
            made.push(one);
        }
    }
    made
}

/// So many names: those of `real`, and then others that are put together of their parts.
pub(crate) fn recombined(count: usize, seed: u64, real: &[String]) -> Vec<Made> {
    let (mut chance, mut known, mut names) = (Chance::new(seed), HashSet::new(), Vec::with_capacity(count));
    let crossed = std::iter::repeat_with(|| crossed(&mut chance, real));
    for name in real.iter().cloned().chain(crossed) {
        if names.len() == count {
            break;
        }
        if known.insert(name.to_lowercase()) {
            names.push(name);
        }
    }
    let mut holders: HashMap<String, usize> = HashMap::new();
    names
        .iter()
        .flat_map(|name| name.split(' '))
        .for_each(|word| *holders.entry(word.to_lowercase()).or_default() += 1);
    let own = |name: &str| {
        let words = name.split(' ').enumerate().filter(|(_, word)| word.chars().count() > 2);
        words.min_by_key(|(_, word)| holders[&word.to_lowercase()]).map_or(0, |(at, _)| at)
    };
    names.into_iter().map(|name| Made { own: own(&name), name, script: Script::Latin }).collect()
}

/// The family of one person with the other names of another one, or the front of one name with the end of another.
fn crossed(chance: &mut Chance, real: &[String]) -> String {
    loop {
        let (one, other) = (chance.one(real), chance.one(real));
        match (one.split_once(", "), other.split_once(", ")) {
            (Some((family, _)), Some((_, given))) if one != other => return format!("{family}, {given}"),
            (None, None) if one != other => {
                let (front, end): (Vec<&str>, Vec<&str>) = (one.split(' ').collect(), other.split(' ').collect());
                let words = [&front[..front.len().div_ceil(2)], &end[end.len() / 2..]].concat();
                return words.join(" ");
            }
            _ => {}
        }
    }
}

/// What names a list has, to tell whether a name is another way to write one of them.
pub(crate) struct Listed {
    /// Who has a word, by the numbers of the names.
    holders: HashMap<String, Vec<u32>>,
    /// The words by their length, each with the letters that it has as bits.
    by_length: Vec<Vec<(u32, String)>>,
    /// How many words of more than two letters each name has.
    sizes: Vec<usize>,
}

impl Listed {
    pub(crate) fn of(names: &[Made]) -> Self {
        let (mut holders, mut sizes): (HashMap<String, Vec<u32>>, _) = (HashMap::new(), Vec::new());
        for (number, made) in (0..).zip(names) {
            let words = told(&made.name);
            sizes.push(words.iter().filter(|word| is_long(word)).count());
            for word in words {
                let known = holders.entry(word).or_default();
                if known.last() != Some(&number) {
                    known.push(number);
                }
            }
        }
        let mut by_length: Vec<Vec<(u32, String)>> = Vec::new();
        for word in holders.keys() {
            let len = word.chars().count();
            by_length.resize_with(by_length.len().max(len + 1), Vec::new);
            by_length[len].push((letters(word), word.clone()));
        }
        Self { holders, by_length, sizes }
    }

    fn has(&self, word: &str) -> bool {
        self.holders.contains_key(word)
    }

    /// The numbers of the names that have all words of a text, forms of organisations aside, or spelling variants of them.
    pub(crate) fn alike(&self, text: &str) -> Vec<usize> {
        let by_word = told(text).into_iter().map(|word| self.holders_of_variants(&word));
        let all = by_word.reduce(|one, other| one.iter().zip(&other).map(|(one, other)| one & other).collect());
        numbers(&all.unwrap_or_default()).collect()
    }

    /// Whether a text has all words of some name, forms of organisations aside, or spelling variants of them.
    fn is_within(&self, text: &str) -> bool {
        let mut shared = vec![0_u8; self.sizes.len()];
        for word in told(text).iter().filter(|word| is_long(word)) {
            numbers(&self.holders_of_variants(word)).for_each(|number| shared[number] += 1);
        }
        shared.iter().zip(&self.sizes).any(|(count, size)| *count > 0 && usize::from(*count) >= *size)
    }

    /// A bit for each name that has the word or a spelling variant of it.
    fn holders_of_variants(&self, word: &str) -> Vec<u64> {
        let (len, own) = (word.chars().count(), letters(word));
        let slips = slips(len);
        let near = self.by_length.iter().take(len + slips + 1).skip(len - slips.min(len)).flatten();
        // A slip changes two letters at most.
        let variants = near.filter(|(letters, other)| {
            (letters ^ own).count_ones() as usize <= 2 * slips && strsim::osa_distance(word, other) <= slips
        });
        let mut bits = vec![0; self.sizes.len().div_ceil(WORD_BITS)];
        for number in variants.flat_map(|(_, other)| &self.holders[other]) {
            bits[*number as usize / WORD_BITS] |= 1 << (*number as usize % WORD_BITS);
        }
        bits
    }
}

const WORD_BITS: usize = u64::BITS as usize;

/// The numbers of the bits that are set.
fn numbers(bits: &[u64]) -> impl Iterator<Item = usize> {
    let of_word = |(first, mut bits): (usize, u64)| {
        std::iter::from_fn(move || {
            let at = (bits != 0).then(|| bits.trailing_zeros() as usize)?;
            bits &= bits - 1;
            Some(first + at)
        })
    };
    (0..).step_by(WORD_BITS).zip(bits.iter().copied()).flat_map(of_word)
}

fn is_long(word: &str) -> bool {
    word.chars().count() > 2
}

/// In how many letters a word may be written otherwise, and be the same to a reader.
fn slips(len: usize) -> usize {
    match len {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

fn letters(word: &str) -> u32 {
    word.chars().fold(0, |letters, letter| letters | 1 << (letter as u32 % 32))
}

/// The words of a name in small letters, each once, but for the form of an organisation.
fn told(name: &str) -> Vec<String> {
    static WORDS_OF_FORMS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let forms = FORMS.iter().chain(&RUSSIAN_FORMS).chain(&OTHER_FORMS);
        forms.flat_map(|form| form.split(' ')).map(bare).collect()
    });
    let is_told = |word: &String| !word.is_empty() && !WORDS_OF_FORMS.contains(word);
    let mut words: Vec<String> = name.split([' ', '-']).map(bare).filter(is_told).collect();
    words.sort_unstable();
    words.dedup();
    words
}

fn bare(word: &str) -> String {
    word.to_lowercase().replace(|letter: char| !letter.is_alphanumeric(), "")
}

/// Names of the same make of which no word is in any of these but those that all are made of. Such words may be a letter away
/// from one that is, and the more names there are the more of them are; so a stranger differs from each name in one word
/// at least, form of organisation aside, that is no spelling variant of a word there (one letter, two from eight letters on). Else
/// it would be that name to any reader. It may have all but one of its words in common with as many names as there are.
pub(crate) fn strangers(count: usize, seed: u64, known: &Listed) -> Vec<String> {
    let fixed: HashSet<String> = told(
        &[
            CITIES.map(|(latin, _)| latin).join(" "),
            TRADES.map(|(latin, _)| latin).join(" "),
            GIVEN.map(|(name, _)| name).join(" "),
            RUSSIAN_TRADES.map(|(name, _)| name).join(" "),
        ]
        .join(" "),
    )
    .into_iter()
    .collect();
    let (mut chance, mut found) = (Chance::new(seed), Vec::new());
    while found.len() < count {
        let one = name(&mut chance);
        let is_strange = one.script != Script::Han
            && told(&one.name).iter().all(|word| fixed.contains(word) || !known.has(word))
            && known.alike(&one.name).is_empty();
        if is_strange {
            found.push(one.name);
        }
    }
    found
}

/// Names that are put together of the parts of real ones and differ from each that is known as [`strangers`] do, in a word that
/// few real names have: what many are called tells as little as the form of an organisation. Nor is all of a name that is known
/// within one of them. All of their words are known.
pub(crate) fn recombined_strangers(count: usize, seed: u64, real: &[String], known: &Listed) -> Vec<String> {
    let mut holders: HashMap<String, usize> = HashMap::new();
    real.iter().flat_map(|name| told(name)).for_each(|word| *holders.entry(word).or_default() += 1);
    let telling = |word: &String| is_long(word) && holders.get(word).is_none_or(|count| *count <= FEW);
    let own = |name: &str| told(name).into_iter().filter(telling).collect::<Vec<_>>().join(" ");
    let mut chance = Chance::new(seed);
    let crossed = std::iter::repeat_with(|| crossed(&mut chance, real));
    let is_strange =
        |name: &String| !own(name).is_empty() && known.alike(&own(name)).is_empty() && !known.is_within(name);
    crossed.filter(is_strange).take(count).collect()
}

/// A word that no more of the real names have tells who it is.
const FEW: usize = 30;

fn name(chance: &mut Chance) -> Made {
    match chance.below(10) {
        0..=4 => {
            let (city, trade) = (chance.one(&CITIES).0, chance.one(&TRADES).0);
            let own = coined(chance);
            let form = chance.one(&FORMS);
            Made { name: format!("{city} {own} {trade} {form}"), script: Script::Latin, own: 1 }
        }
        5 => {
            let own: String = (0..4).map(|_| chance.one(&SIGNS).0).collect();
            let (city, trade) = (chance.one(&CITIES).1, chance.one(&TRADES).1);
            Made { name: format!("{city}{own}{trade}有限公司"), script: Script::Han, own: 0 }
        }
        6 | 7 => {
            let form = *chance.one(&RUSSIAN_FORMS);
            let (trade, own) = (chance.one(&RUSSIAN_TRADES).0, coined(chance));
            let name = format!("{form} {trade} {}", cyrillic(&own));
            Made { own: name.split(' ').count() - 1, name, script: Script::Cyrillic }
        }
        _ => {
            let (given, middle, family) = (chance.one(&GIVEN).0, coined(chance), coined(chance));
            Made { name: format!("{given} {middle} {family}"), script: Script::Latin, own: 1 }
        }
    }
}

/// A word that means nothing.
fn coined(chance: &mut Chance) -> String {
    let syllables = 2 + chance.below(2);
    let parts = (0..syllables).flat_map(|_| [*chance.one(&ONSETS), *chance.one(&VOWELS), *chance.one(&CODAS)]);
    let word: String = parts.collect();
    word[..1].to_uppercase() + &word[1..]
}

const LETTERS: [(char, &str); 33] = [
    ('а', "a"),
    ('б', "b"),
    ('в', "v"),
    ('г', "g"),
    ('д', "d"),
    ('е', "e"),
    ('ё', "yo"),
    ('ж', "zh"),
    ('з', "z"),
    ('и', "i"),
    ('й', "y"),
    ('к', "k"),
    ('л', "l"),
    ('м', "m"),
    ('н', "n"),
    ('о', "o"),
    ('п', "p"),
    ('р', "r"),
    ('с', "s"),
    ('т', "t"),
    ('у', "u"),
    ('ф', "f"),
    ('х', "h"),
    ('ц', "c"),
    ('ч', "ch"),
    ('ш', "sh"),
    ('щ', "shch"),
    ('ъ', ""),
    ('ы', "y"),
    ('ь', ""),
    ('э', "e"),
    ('ю', "yu"),
    ('я', "ya"),
];

fn cyrillic(latin: &str) -> String {
    let one = |letter: char| {
        let small = letter.to_lowercase().to_string();
        let found = LETTERS.iter().find(|(_, text)| *text == small).map_or(letter, |(letter, _)| *letter);
        if letter.is_uppercase() { found.to_uppercase().to_string() } else { found.to_string() }
    };
    latin.chars().map(one).collect()
}

fn latin(cyrillic: &str) -> String {
    let one = |letter: char| {
        let small = letter.to_lowercase().next().unwrap_or(letter);
        let found = LETTERS
            .iter()
            .find(|(there, _)| *there == small)
            .map_or(letter.to_string(), |(_, text)| (*text).to_owned());
        if letter.is_uppercase() { found.to_uppercase() } else { found }
    };
    cyrillic.chars().map(one).collect()
}

/// One letter of the longest word is left out, doubled, another one, or changes places with the next; the first one, too.
fn typo(chance: &mut Chance, made: &Made) -> String {
    let mut words: Vec<String> = made.name.split(' ').map(str::to_owned).collect();
    let longest = (0..words.len()).max_by_key(|at| words[*at].chars().count()).unwrap_or(0);
    let mut letters: Vec<char> = words[longest].chars().collect();
    let at = chance.below(letters.len() - 1);
    match chance.below(4) {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, letters[at]),
        2 => letters[at] = if made.script == Script::Latin { 'w' } else { letters[at + 1] },
        _ => letters.swap(at, at + 1),
    }
    words[longest] = letters.into_iter().collect();
    words.join(" ")
}

/// One word is left out, but for the longest, which tells who it is.
fn dropped(chance: &mut Chance, made: &Made) -> String {
    let mut words: Vec<&str> = made.name.split(' ').collect();
    if words.len() < 3 {
        return made.name.trim_end_matches("有限公司").to_owned();
    }
    let at = chance.below(words.len());
    words.remove(if at == made.own { (at + 1) % words.len() } else { at });
    words.join(" ")
}

/// The words stand in another order, as in lists and registers.
fn ordered(chance: &mut Chance, made: &Made) -> String {
    let mut words: Vec<&str> = made.name.split(' ').collect();
    let by = 1 + chance.below(words.len());
    let len = words.len();
    words.rotate_left(by % len);
    words.join(" ").to_uppercase()
}

/// Cyrillic and Han come in Latin letters, by other rules than ours or with other blanks; Latin letters get accents, or names
/// are those of another transliteration.
fn transliterated(chance: &mut Chance, made: &Made) -> String {
    match made.script {
        Script::Cyrillic => latin(&made.name),
        Script::Han => {
            let word = |sign: char| {
                let sign = sign.to_string();
                SIGNS.iter().find(|(known, _)| *known == sign).map(|(_, reading)| (*reading).to_owned())
            };
            let own: String = made.name.chars().skip(2).take(4).filter_map(word).collect();
            let city = CITIES.iter().find(|(_, signs)| made.name.starts_with(signs)).map_or("", |(name, _)| name);
            let trade = made.name.chars().skip(6).collect::<String>();
            format!("{city} {own} {trade}")
        }
        Script::Latin => {
            let swapped = GIVEN.iter().find(|(name, _)| made.name.starts_with(&format!("{name} ")));
            if let Some((name, other)) = swapped {
                return made.name.replacen(name, other, 1);
            }
            let (plain, marked) = [('a', "á"), ('o', "ö"), ('u', "ū"), ('e', "è")][chance.below(4)];
            made.name.replace(plain, marked)
        }
    }
}

/// Another form, or none.
fn formed(chance: &mut Chance, made: &Made) -> String {
    let bare = FORMS.iter().find_map(|form| made.name.strip_suffix(form)).unwrap_or(&made.name);
    let bare = RUSSIAN_FORMS.iter().find_map(|form| bare.strip_prefix(form)).unwrap_or(bare).trim();
    let bare = bare.trim_end_matches("有限公司").trim();
    match chance.below(3) {
        0 => bare.to_owned(),
        _ if made.script == Script::Latin && GIVEN.iter().any(|(given, _)| bare.starts_with(given)) => {
            format!("Mr. {bare}")
        }
        _ => format!("{bare} {}", chance.one(&FORMS)),
    }
}

/// Texts in which the names are written otherwise, each with the rule and the number of the name.
pub(crate) fn forms(count: usize, seed: u64, names: &[Made]) -> Vec<(&'static str, usize, String)> {
    let mut chance = Chance::new(seed);
    let mut found = Vec::with_capacity(count);
    while found.len() < count {
        let (rule, write) = RULES[found.len() % RULES.len()];
        let whose = chance.below(names.len());
        let text = write(&mut chance, &names[whose]);
        if text != names[whose].name {
            found.push((rule, whose, text));
        }
    }
    found
}

/// What a way to look names up has found.
#[derive(Default)]
pub(crate) struct Quality {
    /// By the rule: how many there were, and of how many the right name came first.
    pub(crate) by_rule: Vec<(&'static str, usize, usize)>,
    pub(crate) strangers: usize,
    /// Strangers for which some name came.
    pub(crate) mistaken: usize,
}

impl Quality {
    /// Asks for all forms and strangers; `look` gives the number of the name that comes first, if any does.
    pub(crate) fn of(
        forms: &[(&'static str, usize, String)],
        strangers: &[String],
        mut look: impl FnMut(&str) -> Option<usize>,
    ) -> Self {
        let mut quality = Self { strangers: strangers.len(), ..Self::default() };
        quality.by_rule = RULES.iter().map(|(rule, _)| (*rule, 0, 0)).collect();
        for (rule, whose, text) in forms {
            let is_right = look(text) == Some(*whose);
            let of_rule = quality.by_rule.iter_mut().find(|found| found.0 == *rule).expect("a rule");
            of_rule.1 += 1;
            of_rule.2 += usize::from(is_right);
            if !is_right && std::env::var_os("AVERMENT_NAMES_TELL").is_some() {
                eprintln!("{rule}: {text} is name {whose}");
            }
        }
        quality.mistaken = strangers.iter().filter(|name| look(name).is_some()).count();
        quality
    }

    pub(crate) fn right(&self) -> (usize, usize) {
        self.by_rule.iter().fold((0, 0), |(all, right), found| (all + found.1, right + found.2))
    }
}

impl std::fmt::Display for Quality {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (all, right) = self.right();
        write!(f, "right first {right} of {all}")?;
        for (rule, all, right) in &self.by_rule {
            write!(f, "; {rule} {right}/{all}")?;
        }
        write!(f, "; strangers that match {} of {}", self.mistaken, self.strangers)
    }
}

/// The name that the fewest edits lead to, if it is alike enough: what is done where there is no index of names.
pub(crate) fn by_edits(names: &[Made], text: &str, least: f64) -> Option<usize> {
    let text = text.to_lowercase();
    let alike = names.iter().map(|made| strsim::normalized_levenshtein(&made.name.to_lowercase(), &text));
    let best = alike.enumerate().max_by(|one, other| one.1.total_cmp(&other.1).then(other.0.cmp(&one.0)))?;
    (best.1 >= least).then_some(best.0)
}
