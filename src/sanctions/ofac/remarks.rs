//! The remarks of OFAC: facts of all kinds in a text, separated by semicolons, each known by the words with which it begins.

use crate::Edtf;
use crate::sanctions::dates;
use crate::sanctions::model::Identifier;

/// One fact.
#[derive(Debug, PartialEq)]
pub(super) enum Remark {
    WeakAlias(String),
    FormerName(String),
    LinkedTo(String),
    Country {
        key: &'static str,
        text: String,
    },
    Text {
        key: &'static str,
        text: String,
    },
    Date {
        key: &'static str,
        date: Edtf,
    },
    Identifier(Identifier),
    /// What kind of organisation it is.
    Company(String),
    Listed(Edtf),
    InEffect(Edtf),
    DivestBy(Edtf),
    /// What the listing means.
    Measure(String),
    /// As it stands there: something that should have a date, and has none that can be read.
    BadDate(String),
    /// As it stands there.
    Unknown(String),
}

/// What the words behind the first ones are.
#[derive(Clone, Copy)]
enum Rest {
    Name(fn(String) -> Remark),
    Country(&'static str),
    Text(&'static str),
    Date(&'static str),
    /// A date behind the name of a directive.
    ListingDate(fn(Edtf) -> Remark),
    Identifier(&'static str),
    Company,
    Measure,
}

use Rest::{Company, Country, Date, Identifier as Number, ListingDate, Measure, Name, Text};

/// How facts begin; of two that fit, the longer one counts.
const BEGINNINGS: &[(&str, Rest)] = &[
    ("a.k.a. ", Name(Remark::WeakAlias)),
    ("n.k.a. ", Name(Remark::WeakAlias)),
    ("f.k.a. ", Name(Remark::FormerName)),
    ("Linked To: ", Name(Remark::LinkedTo)),
    ("DOB ", Date("birth_dates")),
    ("POB ", Text("birth_places")),
    ("nationality ", Country("nationalities")),
    ("citizen ", Country("citizenships")),
    ("Nationality of Registration ", Country("registered_in")),
    ("Gender ", Text("genders")),
    ("Website ", Text("websites")),
    ("Email Address ", Text("emails")),
    ("Phone Number ", Text("phones")),
    ("Telephone ", Text("phones")),
    ("Telephone: ", Text("phones")),
    ("Fax ", Text("faxes")),
    ("Organization Established Date ", Date("established")),
    ("Organization Type: ", Text("organisation_types")),
    ("Target Type ", Company),
    ("Issuer Name ", Text("issuer_names")),
    ("Former Vessel Flag ", Text("former_flags")),
    ("Vessel Flag ", Text("flags")),
    ("Vessel Type ", Text("vessel_types")),
    ("Vessel Year of Build ", Date("built")),
    ("Aircraft Model ", Text("aircraft_models")),
    ("Aircraft Operator ", Text("aircraft_operators")),
    ("Aircraft Manufacture Date ", Date("built")),
    ("Listing Date (", ListingDate(Remark::Listed)),
    ("Effective Date (", ListingDate(Remark::InEffect)),
    ("Purchase/Sales For Divestment Date (", ListingDate(Remark::DivestBy)),
    ("Additional Sanctions Information", Measure),
    ("Secondary sanctions risk", Measure),
    ("Transactions Prohibited For Persons", Measure),
    ("Executive Order ", Measure),
    ("CAATSA Section ", Measure),
    ("PEESA Information", Measure),
    ("For more information on directives", Measure),
    ("Passport ", Number("passport")),
    ("Diplomatic Passport ", Number("passport")),
    ("Stateless Person Passport ", Number("passport")),
    ("National ID No. ", Number("national id")),
    ("National Foreign ID Number ", Number("national id")),
    ("Identification Number ", Number("id")),
    ("Personal ID Card ", Number("id")),
    ("Birth Certificate Number ", Number("birth certificate")),
    ("Cedula No. ", Number("cedula")),
    ("Cedula de Residencia ", Number("cedula de residencia")),
    ("Credencial electoral ", Number("credencial electoral")),
    ("Electoral Registry No. ", Number("electoral registry")),
    ("Cartilla de Servicio Militar Nacional ", Number("cartilla")),
    ("Driver's License No. ", Number("driver's license")),
    ("SSN ", Number("ssn")),
    ("D.N.I. ", Number("dni")),
    ("C.U.R.P. ", Number("curp")),
    ("R.F.C. ", Number("rfc")),
    ("Italian Fiscal Code ", Number("tax")),
    ("Fiscal Code ", Number("tax")),
    ("Tax ID No. ", Number("tax")),
    ("US FEIN ", Number("tax")),
    ("V.A.T. Number ", Number("vat")),
    ("NIT # ", Number("nit")),
    ("RUC # ", Number("ruc")),
    ("RIF # ", Number("rif")),
    ("RTN ", Number("rtn")),
    ("C.U.I.T. ", Number("cuit")),
    ("C.U.I.P. ", Number("cuip")),
    ("N.I.E. ", Number("nie")),
    ("C.I.F. ", Number("cif")),
    ("Registration ID ", Number("registration")),
    ("Registration Number ", Number("registration")),
    ("Registration Certificate Number ", Number("registration")),
    ("Company Number ", Number("registration")),
    ("Business Number ", Number("registration")),
    ("Business Registration Number ", Number("registration")),
    ("Business Registration Document # ", Number("registration")),
    ("Commercial Registry Number ", Number("registration")),
    ("Public Registration Number ", Number("registration")),
    ("Chamber of Commerce Number ", Number("registration")),
    ("C.R. No. ", Number("registration")),
    ("Enterprise Number ", Number("registration")),
    ("Folio Mercantil No. ", Number("folio mercantil")),
    ("Matricula Mercantil No ", Number("matricula mercantil")),
    ("Trade License No. ", Number("license")),
    ("License ", Number("license")),
    ("Government Gazette Number ", Number("okpo")),
    ("Unified Social Credit Code (USCC) ", Number("uscc")),
    ("Legal Entity Number ", Number("lei")),
    ("D-U-N-S Number ", Number("duns")),
    ("SWIFT/BIC ", Number("bic")),
    ("BIK (RU) ", Number("bik")),
    ("UK Company Number ", Number("registration")),
    ("ISIN ", Number("isin")),
    ("Equity Ticker ", Number("ticker")),
    ("Vessel Registration Identification IMO ", Number("imo")),
    ("Vessel Registration Identification ", Number("vessel registration")),
    ("MMSI ", Number("mmsi")),
    ("Other Vessel Call Sign ", Number("call sign")),
    ("Vessel Call Sign ", Number("call sign")),
    ("Aircraft Manufacturer's Serial Number (MSN) ", Number("aircraft serial")),
    ("Aircraft Construction Number (also called L/N or S/N or F/N) ", Number("aircraft construction")),
    ("Aircraft Tail Number ", Number("aircraft tail")),
    ("Previous Aircraft Tail Number ", Number("aircraft tail")),
    ("Aircraft Mode S Transponder Code ", Number("aircraft transponder")),
    ("Digital Currency Address - ", Number("wallet")),
    ("Residency Number ", Number("residency")),
    ("Refugee ID Card ", Number("refugee id")),
    ("Interpol: Red Notice. File No. ", Number("interpol")),
    ("Central Registration Number ", Number("registration")),
    ("File Number ", Number("file")),
    ("Pilot License Number ", Number("license")),
    ("Serial No. ", Number("serial")),
    ("Afghan Money Service Provider License Number ", Number("license")),
    ("Tourism License No. ", Number("license")),
    ("Numero de Identidad ", Number("national id")),
    ("Citizen's Card Number ", Number("id")),
    ("Military Registration Number ", Number("military registration")),
    ("Turkish Identification Number ", Number("national id")),
    ("Tazkira National ID Card ", Number("national id")),
    ("Kuwait Civil ID No. ", Number("national id")),
    ("Bosnian Personal ID No. ", Number("national id")),
    ("British National Overseas Passport ", Number("passport")),
    ("Seafarer's Identification Document ", Number("seafarer's id")),
    ("Dubai Chamber of Commerce Membership No. ", Number("registration")),
    ("Economic Register Number (CBLS) ", Number("registration")),
    ("Paraguayan tax identification number ", Number("tax")),
    ("Romanian C.R. ", Number("registration")),
    ("Romanian Tax Registration ", Number("tax")),
    ("Istanbul Chamber of Comm. No. ", Number("registration")),
    ("CNPJ ", Number("tax")),
    ("Branch Unit Number ", Number("registration")),
    ("Global Intermediary Identification Number ", Number("giin")),
    ("I.F.E. ", Number("ife")),
    ("Immigration No. ", Number("immigration")),
    ("Moroccan Personal ID No. ", Number("national id")),
    ("Stateless Person ID Card ", Number("id")),
    ("Travel Document Number ", Number("travel document")),
    ("VisaNumberID ", Number("visa")),
];

/// The facts of a text, in their order.
pub(super) fn read(text: &str) -> Vec<Remark> {
    let pieces = text.trim().split(';').map(str::trim).filter(|piece| !piece.is_empty());
    let mut pieces: Vec<&str> = pieces.collect();
    if let Some(last) = pieces.last_mut() {
        *last = last.strip_suffix('.').unwrap_or(last);
    }
    pieces.into_iter().filter(|piece| !piece.is_empty()).map(fact).collect()
}

fn fact(piece: &str) -> Remark {
    let plain = piece.strip_prefix("alt. ").unwrap_or(piece);
    let fits = BEGINNINGS.iter().filter(|(beginning, _)| plain.starts_with(beginning));
    let Some((beginning, rest)) = fits.max_by_key(|(beginning, _)| beginning.len()) else {
        return Remark::Unknown(piece.to_owned());
    };
    let text = plain[beginning.len()..].trim();
    let owned = text.to_owned();
    let dated = |make: &dyn Fn(Edtf) -> Remark, text: &str| {
        dates::read(text).map_or_else(|| Remark::BadDate(piece.to_owned()), make)
    };
    match rest {
        Name(make) => make(unquoted(text).to_owned()),
        Country(key) => Remark::Country { key, text: owned },
        Text(key) => Remark::Text { key, text: owned },
        Date(key) => dated(&|date| Remark::Date { key, date }, text),
        ListingDate(make) => dated(make, text.split_once(')').map_or("", |(_, date)| date.trim_start_matches(':'))),
        Number(kind) => number(kind, text).map_or_else(|| Remark::Unknown(piece.to_owned()), Remark::Identifier),
        Company => Remark::Company(owned),
        Measure => Remark::Measure(plain.to_owned()),
    }
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).unwrap_or(text)
}

/// `A123 (Iran) issued 19 Jun 1987 expires 18 Jun 1992`.
fn number(kind: &str, text: &str) -> Option<Identifier> {
    let (text, last_day) = behind(text, " expires ");
    let (text, first_day) = behind(text, " issued ");
    let (digits, issuer) = match text.strip_suffix(')').and_then(|text| text.rsplit_once(" (")) {
        Some((digits, issuer)) => (digits.trim(), issuer),
        None => (text, ""),
    };
    let date = |text: Option<&str>| text.map_or(Some(None), |text| dates::read(text).map(Some));
    let (since, until) = (date(first_day)?, date(last_day)?);
    (!digits.is_empty() && !digits.starts_with('(')).then(|| Identifier {
        kind: kind.to_owned(),
        number: digits.to_owned(),
        issuer: issuer.to_owned(),
        issued: since,
        expires: until,
    })
}

fn behind<'t>(text: &'t str, word: &str) -> (&'t str, Option<&'t str>) {
    text.split_once(word).map_or((text, None), |(text, rest)| (text, Some(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identifier(kind: &str, number: &str, issuer: &str, expires: Option<&str>) -> Remark {
        let expires = expires.map(|date| Edtf::parse(date).unwrap());
        let (kind, number, issuer) = (kind.to_owned(), number.to_owned(), issuer.to_owned());
        Remark::Identifier(Identifier { kind, number, issuer, issued: None, expires })
    }

    #[test]
    fn facts_are_told_apart_by_their_first_words() {
        let date = |key, date| Remark::Date { key, date: Edtf::parse(date).unwrap() };
        let text = "DOB circa 07 Jul 1966; alt. DOB 1960 to 1965; nationality Korea, North; a.k.a. 'NICK'; Passport A123 (Iran); \
                    National ID No. 7812 (Russia) expires 30 Oct 2012; Linked To: ACME CO., LTD..";
        let expected = [
            date("birth_dates", "1966-07-07~"),
            date("birth_dates", "[1960..1965]"),
            Remark::Country { key: "nationalities", text: "Korea, North".into() },
            Remark::WeakAlias("NICK".into()),
            identifier("passport", "A123", "Iran", None),
            identifier("national id", "7812", "Russia", Some("2012-10-30")),
            Remark::LinkedTo("ACME CO., LTD.".into()),
        ];
        assert_eq!(read(text), expected);
    }

    #[test]
    fn what_a_listing_means_is_its_own() {
        let day = |text| Edtf::parse(text).unwrap();
        let text = "Listing Date (CMIC) 10 Dec 2021; Effective Date (EO 14024 Directive 3): 26 Mar 2022; Secondary sanctions risk: \
                    Section 11; Vessel Registration Identification IMO 9187629.";
        let expected = [
            Remark::Listed(day("2021-12-10")),
            Remark::InEffect(day("2022-03-26")),
            Remark::Measure("Secondary sanctions risk: Section 11".into()),
            identifier("imo", "9187629", "", None),
        ];
        assert_eq!(read(text), expected);
    }

    #[test]
    fn what_is_not_known_is_kept_whole() {
        let expected = [
            Remark::Unknown("Minister of State".into()),
            Remark::BadDate("DOB in the spring".into()),
            Remark::Unknown("Passport (Iran)".into()),
        ];
        assert_eq!(read("Minister of State; DOB in the spring; Passport (Iran)."), expected);
        assert_eq!(read(" ; . "), []);
    }
}
