//! Countries: codes and the many ways in which lists write them, as the one name by which a `State` or `Place` is known.

/// What a country is in the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Country {
    /// The code of ISO 3166-1, or, where that has none, the one of `FollowTheMoney`.
    pub code: &'static str,
    pub name: &'static str,
}

impl Country {
    /// The one of this code or name, however it is written.
    pub(super) fn of(text: &str) -> Option<Country> {
        let text = text.trim().trim_end_matches('.');
        let other = OTHER_NAMES.iter().find(|(name, _)| same(name, text)).map(|(_, code)| *code);
        let code = other.unwrap_or(text);
        let found = COUNTRIES.iter().find(|(known, name)| known.eq_ignore_ascii_case(code) || same(name, code));
        found.map(|(code, name)| Country { code, name })
    }

    /// The label of its node, beside that of actors for a state.
    pub(super) fn label(self) -> &'static str {
        if PLACES.contains(&self.code) || self.code.contains('-') { "Place" } else { "State" }
    }
}

fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.to_lowercase() == other.to_lowercase()
}

/// What the built-in graphs hold as places, and what lists name beside the state that it is part of.
const PLACES: &[&str] = &["hk", "mo", "tw", "pr", "gu", "as", "mp", "vi", "um", "aq"];

/// Other ways to write them, as OFAC, BIS and the rest print them, without a full stop at the end.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("Korea, North", "kp"),
    ("North Korea (DPRK)", "kp"),
    ("Korea, South", "kr"),
    ("Burma", "mm"),
    ("T\u{fc}rkiye", "tr"),
    ("Turkiye", "tr"),
    ("Turkey (Turkiye)", "tr"),
    ("Congo, Democratic Republic of the", "cd"),
    ("Democratic Republic of Congo", "cd"),
    ("Congo, Republic of the", "cg"),
    ("Palestinian", "ps"),
    ("Virgin Islands, British", "vg"),
    ("Virgin Islands, U.S", "vi"),
    ("The Gambia", "gm"),
    ("Bahamas, The", "bs"),
    ("Man, Isle of", "im"),
    ("Czech Republic", "cz"),
    ("Cote d Ivoire", "ci"),
    ("Crimea Region of Ukraine", "ua-cri"),
    ("Region: Crimea", "ua-cri"),
    ("Macau", "mo"),
    ("Hong Kong SAR", "hk"),
    ("Macao SAR", "mo"),
    ("People\u{2019}s Republic of China", "cn"),
    ("People's Republic of China", "cn"),
    ("Peoples Republic of China", "cn"),
    ("Macedonia", "mk"),
    ("Macedonia, The Former Yugoslav Republic of", "mk"),
    ("UK", "gb"),
    ("USA", "us"),
    ("Russian Federation", "ru"),
    ("Viet Nam", "vn"),
    ("Swaziland", "sz"),
    ("East Timor", "tl"),
];

/// Code and name.
#[rustfmt::skip]
const COUNTRIES: &[(&str, &str)] = &[
    ("ac", "Ascension Island"), ("ad", "Andorra"), ("ae", "United Arab Emirates"), ("af", "Afghanistan"),
    ("ag", "Antigua and Barbuda"), ("ai", "Anguilla"), ("al", "Albania"), ("am", "Armenia"),
    ("an", "Netherlands Antilles"), ("ao", "Angola"), ("aq", "Antarctica"), ("ar", "Argentina"),
    ("as", "American Samoa"), ("at", "Austria"), ("au", "Australia"), ("aw", "Aruba"), ("ax", "Åland Islands"),
    ("az", "Azerbaijan"), ("az-nk", "Artsakh"), ("ba", "Bosnia and Herzegovina"), ("bb", "Barbados"),
    ("bd", "Bangladesh"), ("be", "Belgium"), ("bf", "Burkina Faso"), ("bg", "Bulgaria"), ("bh", "Bahrain"),
    ("bi", "Burundi"), ("bj", "Benin"), ("bl", "Saint Barthélemy"), ("bm", "Bermuda"), ("bn", "Brunei"),
    ("bo", "Bolivia"), ("bq", "Bonaire, Sint Eustatius and Saba"), ("br", "Brazil"), ("bs", "Bahamas"),
    ("bt", "Bhutan"), ("bv", "Bouvet Island"), ("bw", "Botswana"), ("by", "Belarus"), ("bz", "Belize"),
    ("ca", "Canada"), ("cc", "Cocos (Keeling) Islands"), ("cd", "DR Congo"), ("cf", "Central African Republic"),
    ("cg", "Congo-Brazzaville"), ("ch", "Switzerland"), ("ci", "Côte d'Ivoire"), ("ck", "Cook Islands"),
    ("cl", "Chile"), ("cm", "Cameroon"), ("cn", "China"), ("cn-xz", "Tibet"), ("co", "Colombia"),
    ("cp", "Clipperton Island"), ("cq", "Sark"), ("cr", "Costa Rica"), ("cshh", "Czechoslovakia"),
    ("csxx", "Serbia and Montenegro"), ("cu", "Cuba"), ("cv", "Cape Verde"), ("cw", "Curaçao"),
    ("cx", "Christmas Island"), ("cy", "Cyprus"), ("cy-trnc", "Northern Cyprus"), ("cz", "Czechia"),
    ("dd", "East Germany"), ("de", "Germany"), ("dg", "Diego Garcia"), ("dj", "Djibouti"), ("dk", "Denmark"),
    ("dm", "Dominica"), ("do", "Dominican Republic"), ("dz", "Algeria"), ("ec", "Ecuador"), ("ee", "Estonia"),
    ("eg", "Egypt"), ("eh", "Western Sahara"), ("er", "Eritrea"), ("es", "Spain"), ("et", "Ethiopia"),
    ("eu", "European Union"), ("fi", "Finland"), ("fj", "Fiji"), ("fk", "Falkland Islands"), ("fm", "Micronesia"),
    ("fo", "Faroe Islands"), ("fr", "France"), ("ga", "Gabon"), ("gb", "United Kingdom"),
    ("gb-nir", "Northern Ireland"), ("gb-sct", "Scotland"), ("gb-wls", "Wales"), ("gd", "Grenada"), ("ge", "Georgia"),
    ("ge-ab", "Abkhazia"), ("gf", "French Guiana"), ("gg", "Guernsey"), ("gh", "Ghana"), ("gi", "Gibraltar"),
    ("gl", "Greenland"), ("gm", "Gambia"), ("gn", "Guinea"), ("gp", "Guadeloupe"), ("gq", "Equatorial Guinea"),
    ("gr", "Greece"), ("gs", "South Georgia and the South Sandwich Islands"), ("gt", "Guatemala"), ("gu", "Guam"),
    ("gw", "Guinea-Bissau"), ("gy", "Guyana"), ("hk", "Hong Kong"), ("hm", "Heard and McDonald Islands"),
    ("hn", "Honduras"), ("hr", "Croatia"), ("ht", "Haiti"), ("hu", "Hungary"), ("ic", "Canary Islands"),
    ("id", "Indonesia"), ("ie", "Ireland"), ("il", "Israel"), ("im", "Isle of Man"), ("in", "India"),
    ("io", "British Indian Ocean Territory"), ("iq", "Iraq"), ("iq-kr", "Kurdistan"), ("ir", "Iran"),
    ("is", "Iceland"), ("it", "Italy"), ("je", "Jersey"), ("jm", "Jamaica"), ("jo", "Jordan"), ("jp", "Japan"),
    ("ke", "Kenya"), ("kg", "Kyrgyzstan"), ("kh", "Cambodia"), ("ki", "Kiribati"), ("km", "Comoros"),
    ("kn", "Saint Kitts and Nevis"), ("kp", "North Korea"), ("kr", "South Korea"), ("kw", "Kuwait"),
    ("ky", "Cayman Islands"), ("kz", "Kazakhstan"), ("la", "Laos"), ("lb", "Lebanon"), ("lc", "Saint Lucia"),
    ("li", "Liechtenstein"), ("lk", "Sri Lanka"), ("lr", "Liberia"), ("ls", "Lesotho"), ("lt", "Lithuania"),
    ("lu", "Luxembourg"), ("lv", "Latvia"), ("ly", "Libya"), ("ma", "Morocco"), ("mc", "Monaco"), ("md", "Moldova"),
    ("md-pmr", "Transnistria"), ("me", "Montenegro"), ("mf", "Saint Martin"), ("mg", "Madagascar"),
    ("mh", "Marshall Islands"), ("mk", "North Macedonia"), ("ml", "Mali"), ("mm", "Myanmar"), ("mn", "Mongolia"),
    ("mo", "Macao"), ("mp", "Northern Mariana Islands"), ("mq", "Martinique"), ("mr", "Mauritania"),
    ("ms", "Montserrat"), ("mt", "Malta"), ("mu", "Mauritius"), ("mv", "Maldives"), ("mw", "Malawi"),
    ("mx", "Mexico"), ("my", "Malaysia"), ("mz", "Mozambique"), ("na", "Namibia"), ("nc", "New Caledonia"),
    ("ne", "Niger"), ("nf", "Norfolk Island"), ("ng", "Nigeria"), ("ni", "Nicaragua"), ("nl", "Netherlands"),
    ("no", "Norway"), ("np", "Nepal"), ("nr", "Nauru"), ("nu", "Niue"), ("nz", "New Zealand"), ("om", "Oman"),
    ("pa", "Panama"), ("pe", "Peru"), ("pf", "French Polynesia"), ("pg", "Papua New Guinea"), ("ph", "Philippines"),
    ("pk", "Pakistan"), ("pk-km", "Kashmir"), ("pl", "Poland"), ("pm", "Saint Pierre and Miquelon"),
    ("pn", "Pitcairn"), ("pr", "Puerto Rico"), ("ps", "Palestine"), ("pt", "Portugal"), ("pw", "Palau"),
    ("py", "Paraguay"), ("qa", "Qatar"), ("re", "Réunion"), ("ro", "Romania"), ("rs", "Serbia"), ("ru", "Russia"),
    ("rw", "Rwanda"), ("sa", "Saudi Arabia"), ("sb", "Solomon Islands"), ("sc", "Seychelles"), ("sd", "Sudan"),
    ("se", "Sweden"), ("sg", "Singapore"), ("sh", "Saint Helena, Ascension and Tristan da Cunha"), ("si", "Slovenia"),
    ("sj", "Svalbard and Jan Mayen"), ("sk", "Slovakia"), ("sl", "Sierra Leone"), ("sm", "San Marino"),
    ("sn", "Senegal"), ("so", "Somalia"), ("so-som", "Somaliland"), ("sr", "Suriname"), ("ss", "South Sudan"),
    ("st", "São Tomé and Príncipe"), ("suhh", "Soviet Union"), ("sv", "El Salvador"), ("sx", "Sint Maarten"),
    ("sy", "Syria"), ("sz", "Eswatini"), ("ta", "Tristan da Cunha"), ("tc", "Turks and Caicos Islands"),
    ("td", "Chad"), ("tf", "French Southern Territories"), ("tg", "Togo"), ("th", "Thailand"), ("tj", "Tajikistan"),
    ("tk", "Tokelau"), ("tl", "Timor-Leste"), ("tm", "Turkmenistan"), ("tn", "Tunisia"), ("to", "Tonga"),
    ("tr", "Turkey"), ("tt", "Trinidad and Tobago"), ("tv", "Tuvalu"), ("tw", "Taiwan"), ("tz", "Tanzania"),
    ("ua", "Ukraine"), ("ua-cri", "Crimea"), ("ua-dpr", "Donetsk"), ("ua-lpr", "Luhansk"), ("ug", "Uganda"),
    ("um", "U.S. Outlying Islands"), ("us", "United States"), ("uy", "Uruguay"), ("uz", "Uzbekistan"),
    ("va", "Holy See"), ("vc", "Saint Vincent and the Grenadines"), ("ve", "Venezuela"),
    ("vg", "British Virgin Islands"), ("vi", "U.S. Virgin Islands"), ("vn", "Vietnam"), ("vu", "Vanuatu"),
    ("wf", "Wallis and Futuna"), ("ws", "Samoa"), ("x-so", "South Ossetia"), ("xk", "Kosovo"), ("ye", "Yemen"),
    ("yt", "Mayotte"), ("yucs", "Yugoslavia"), ("za", "South Africa"), ("zm", "Zambia"), ("zr", "Zaire"),
    ("zw", "Zimbabwe"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_the_same_however_it_is_written() {
        let name = |text| Country::of(text).map(|country| country.name);
        assert_eq!(name("Korea, North"), name("kp"));
        assert_eq!(name("t\u{fc}rkiye"), Some("Turkey"));
        assert_eq!(name("Russia."), Some("Russia"));
        assert_eq!((name("Fishing Vessels"), name("")), (None, None));
        assert_eq!(Country::of("Hong Kong").map(Country::label), Some("Place"));
        assert!(OTHER_NAMES.iter().all(|(text, code)| Country::of(text).is_some_and(|found| found.code == *code)));
    }
}
