use proptest::prelude::*;

use super::*;

fn compared(left: &str, right: &str) -> Compared {
    compare(&Reading::of(left), &Reading::of(right))
}

#[track_caller]
fn check(left: &str, right: &str, how: How, least: f64) {
    let found = compared(left, right);
    assert!(found.how == how && found.score >= least, "{left} and {right}: {found:?}");
}

#[track_caller]
fn check_below(left: &str, right: &str, most: f64) {
    let found = compared(left, right);
    assert!(found.score < most, "{left} and {right}: {found:?}");
}

#[test]
fn letters_in_other_clothes_are_folded() {
    check("SenseTime", "SenseTime", How::Exact, 1.0);
    check("SenseTime", "SENSETIME", How::Folded, 0.99);
    check("Société Générale", "SOCIETE GENERALE", How::Folded, 0.99);
    check("Ｈｉｋｖｉｓｉｏｎ", "hikvision", How::Folded, 0.99);
    check("Łódź", "Lodz", How::Folded, 0.99);
    check("Marks & Spencer", "Marks and Spencer", How::Folded, 0.99);
    check("Xi'an Aircraft", "Xian Aircraft", How::Folded, 0.99);
}

#[test]
fn other_scripts_are_brought_into_latin_letters() {
    check("ООО Ромашка", "OOO Romashka", How::Transliterated, 0.98);
    check("商汤科技", "Shang Tang Ke Ji", How::Transliterated, 0.98);
    check("商汤科技", "Shangtang Keji", How::Transliterated, 0.98);
    check("北京旷视科技有限公司", "Beijing Kuangshi Keji Youxian Gongsi", How::Transliterated, 0.98);
    check("Παπαδόπουλος", "Papadopoulos", How::Transliterated, 0.98);
    check("Ромашка, ООО", "Romashka LLC", How::Transliterated, 0.98);
    check("Сергей Лавров", "Sergey Lavrov", How::Fuzzy, 0.9);
    check("بشار الأسد", "Bashar al-Assad", How::Fuzzy, 0.75);
}

#[test]
fn words_may_stand_in_any_order_and_be_put_together() {
    check("Putin, Vladimir", "Vladimir Putin", How::Words, 0.97);
    check("Sense Time", "SenseTime", How::Words, 0.97);
    check("I.B.M.", "IBM", How::Words, 0.97);
    check("al-Assad", "Alassad", How::Words, 0.97);
}

#[test]
fn the_form_of_an_organisation_counts_for_little_and_has_many_names() {
    check("Hikvision Co., Ltd.", "Hikvision Company Limited", How::Folded, 0.97);
    check("Hikvision L.L.C.", "Hikvision LLC", How::Folded, 0.97);
    check("Romashka OOO", "Romashka Ltd.", How::Folded, 0.97);
    check("Kaspersky Lab", "AO Kaspersky Lab", How::Form, 0.9);
    check("Hangzhou Hikvision Digital Technology", "Hangzhou Hikvision Digital Technology Co., Ltd.", How::Form, 0.95);
    check("Romashka Ltd.", "Romashka JSC", How::Form, 0.9);
    check("商汤科技", "商汤科技有限公司", How::Form, 0.9);
    check("Dr. Ivan Petrov", "Ivan Petrov", How::Form, 0.9);
    check("Company", "company", How::Folded, 0.99);
}

#[test]
fn what_is_left_out_or_misspelt_is_found() {
    check("Kaspersky", "Kaspersky Lab", How::Part, 0.75);
    check("SensTime", "SenseTime", How::Fuzzy, 0.8);
    check("Megvi", "Megvii", How::Fuzzy, 0.8);
    check("Aleksandr Petrov", "Alexander Petrov", How::Fuzzy, 0.85);
    check("Al Asad", "al-Assad", How::Fuzzy, 0.8);
    check("Muhammad Hassan", "Mohammed Hasan", How::Fuzzy, 0.8);
    check("V. Putin", "Vladimir Putin", How::Fuzzy, 0.8);
    check("Hangzhou Hikvison Technology", "Hangzhou Hikvision Digital Technology Co., Ltd.", How::Fuzzy, 0.8);
}

#[test]
fn strangers_are_not_alike() {
    check_below("Megan", "Megvii", 0.6);
    check_below("Sergei Ivanov", "Sergei Petrov", 0.6);
    check_below("Beijing Haoda Technology Co., Ltd.", "Beijing Ruixin Technology Co., Ltd.", 0.6);
    check_below("Bank of China", "Bank of Moscow", 0.7);
    check_below("Factory No. 5", "Factory No. 6", 0.75);
    check_below("Ltd.", "Romashka Ltd.", 0.65);
    check_below("", "SenseTime", 0.1);
    check_below("???", "SenseTime", 0.1);
}

#[test]
fn keys_are_what_tells_something_and_all_in_one() {
    let keys_of = |text: &str| keys(&Reading::of(text)).to_vec();
    assert_eq!(keys_of("Sense Time Group Ltd."), ["=sensetimegroup", "sense", "time"]);
    assert_eq!(keys_of("Trading Co."), ["trading"]);
    assert_eq!(keys_of("商汤"), ["=shangtang", "shang", "shangtang", "tang"]);
    assert_eq!(keys_of("Ltd."), ["ltd"]);
    assert_eq!(keys_of(" - "), Vec::<String>::new());
}

#[test]
fn a_name_without_end_is_cut() {
    let long = "Ромашка ".repeat(100_000);
    assert!(compared(&long, "Ромашка").score < 1.0);
    assert!(keys(&Reading::of(&"x".repeat(1 << 20))).iter().all(|key| key.len() <= 80));
    assert!(Reading::of(&"\u{FDFA}".repeat(10_000)).words.len() <= 24);
}

proptest! {
    #[test]
    fn the_score_is_a_share_and_the_same_both_ways(left in "\\PC{0,30}", right in "([a-c]{1,3} ?){0,6}") {
        for (one, other) in [(&left, &right), (&right, &left), (&left, &left)] {
            let found = compared(one, other);
            prop_assert!((0.0..=1.0).contains(&found.score));
            let turned = compared(other, one);
            prop_assert!((found.score - turned.score).abs() < 1e-9, "{found:?} {turned:?}");
            prop_assert_eq!(found.how, turned.how);
        }
        let same = compared(&left, &left);
        prop_assert_eq!(same.how, How::Exact);
    }
}
