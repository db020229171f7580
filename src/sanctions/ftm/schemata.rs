//! The model of `FollowTheMoney` (4.11.2, MIT), as far as it decides what becomes of an entity: what schemata extend, which of them
//! are edges, and of which types properties are.

/// A kind of entity.
#[derive(Debug)]
pub(super) struct Schema {
    pub name: &'static str,
    extends: &'static [&'static str],
    /// Properties of its own that hold ids of entities.
    entities: &'static [&'static str],
    /// The properties that hold the ends, where it is a relationship.
    edge: Option<(&'static str, &'static str)>,
}

impl Schema {
    pub(super) fn of(name: &str) -> Option<&'static Schema> {
        SCHEMATA.binary_search_by(|schema| schema.name.cmp(name)).ok().map(|index| &SCHEMATA[index])
    }

    /// The one that is nothing in particular.
    pub(super) fn thing() -> &'static Schema {
        Schema::of("Thing").expect("the model has it")
    }

    fn parents(&self) -> impl Iterator<Item = &'static Schema> {
        self.extends.iter().filter_map(|name| Schema::of(name))
    }

    pub(super) fn is_a(&self, name: &str) -> bool {
        self.name == name || self.parents().any(|parent| parent.is_a(name))
    }

    pub(super) fn edge(&self) -> Option<(&'static str, &'static str)> {
        self.edge.or_else(|| self.parents().find_map(Schema::edge))
    }

    /// How far it is from those that extend nothing, at most.
    fn height(&self) -> usize {
        self.parents().map(|parent| parent.height() + 1).max().unwrap_or(0)
    }

    /// Whether a property holds ids of entities.
    pub(super) fn leads(&self, property: &str) -> bool {
        self.entities.contains(&property) || self.parents().any(|parent| parent.leads(property))
    }

    /// The schema of what two sources give two schemata for, and whether it is both: the more special one, or the least special that
    /// extends both; or else what they have in common.
    pub(super) fn common(&'static self, other: &'static Schema) -> (&'static Schema, bool) {
        let of_both = SCHEMATA.iter().filter(|schema| schema.is_a(self.name) && schema.is_a(other.name));
        if let Some(schema) = of_both.min_by_key(|schema| (schema.height(), schema.name)) {
            return (schema, true);
        }
        let mut nearest: Vec<&'static Schema> = self.parents().collect();
        let mut shared = None;
        while let (None, false) = (shared, nearest.is_empty()) {
            shared = nearest.iter().copied().find(|ancestor| other.is_a(ancestor.name));
            nearest = nearest.into_iter().flat_map(Schema::parents).collect();
        }
        (shared.unwrap_or(self), false)
    }
}

/// Whether any schema has this property.
pub(super) fn is_known(property: &str) -> bool {
    PROPERTIES.binary_search(&property).is_ok()
}

/// Properties that hold dates.
#[rustfmt::skip]
pub(super) const DATES: &[&str] = &[
    "authoredAt", "awardNoticeDate", "awardingDate", "balanceDate", "birthDate", "buildDate", "clarificationDeadline",
    "closeDate", "closingDate", "contractDate", "contractNoticeDate", "createDate", "createdAt", "creationDate",
    "date", "deathDate", "declarationDate", "deregistrationDate", "dissolutionDate", "electionDate", "endDate",
    "fileDate", "inceptionDate", "incorporationDate", "issueDate", "listingDate", "maturityDate", "maxBalanceDate",
    "modifiedAt", "nameChangeDate", "openingDate", "periodEnd", "periodStart", "processedAt", "publicationDate",
    "publishedAt", "registrationDate", "retrievedAt", "startDate", "submissionDeadline",
];

/// Properties that hold countries.
#[rustfmt::skip]
pub(super) const COUNTRIES: &[&str] = &[
    "birthCountry", "citizenship", "contextCountry", "country", "departureCountry", "destinationCountry",
    "detectedCountry", "flag", "jurisdiction", "mainCountry", "nationality", "originCountry", "pastFlags",
    "tradingCountry",
];

/// Properties that hold numbers that somebody has given.
#[rustfmt::skip]
pub(super) const IDENTIFIERS: &[&str] = &[
    "accountId", "accountNumber", "authorityId", "authorityReferenceId", "bic", "bikCode", "brightQueryId",
    "brightQueryOrgId", "bvdId", "cadastralCode", "cageCode", "callId", "callSign", "caseNumber", "ccdNumber",
    "cikCode", "coatoCode", "cpvCode", "crsNumber", "cryptoAddress", "dunsCode", "figiCode", "fipsCode", "fnsCode",
    "giiNumber", "googlePlaceId", "iban", "ibanMentioned", "icaoCode", "idNumber", "imoNumber", "innCode", "ipoCode",
    "irsCode", "isin", "isinCode", "jibCode", "kppCode", "leiCode", "licenseNumber", "mbsCode", "mmsi", "npiCode",
    "number", "nutsCode", "ogrnCode", "okpoCode", "okvedCode", "osmId", "passportNumber", "permId", "personalNumber",
    "pfrNumber", "programId", "projectId", "publicKey", "registrationNumber", "ricCode", "sayariId", "serialNumber",
    "socialSecurityNumber", "swiftBic", "taxNumber", "territoryCode", "ticker", "titleNumber", "uniqueEntityId",
    "unscId", "uscCode", "vatCode", "vedCode", "voenCode", "wikidataId", "zipCode",
];

/// All of them.
#[rustfmt::skip]
pub(super) const PROPERTIES: &[&str] = &[
    "abbreviation", "accountId", "accountNumber", "accountType", "address", "addressEntity", "agent", "alephUrl",
    "alias", "amended", "amount", "amountEur", "amountUsd", "ancestors", "appearance", "area", "asset", "associate",
    "author", "authoredAt", "authority", "authorityId", "authorityReferenceId", "awardNoticeDate", "awardedInLots",
    "awardingDate", "balance", "balanceDate", "bank", "bankAccount", "bankAddress", "bankForeign", "bankName",
    "bankRub", "bcc", "beneficiary", "beneficiaryAccount", "bic", "bikCode", "biography", "birthCountry", "birthDate",
    "birthPlace", "blockchain", "bodyHtml", "bodyText", "brightQueryId", "brightQueryOrgId", "buildDate", "bvdId",
    "cadastralCode", "caemCode", "cageCode", "callForTenders", "callId", "callSign", "caller", "callerNumber",
    "cancelled", "candidate", "capital", "case", "caseNumber", "category", "cc", "ccdNumber", "ccdValue",
    "censusBlock", "certificationCheck", "cikCode", "citizenship", "city", "clarificationDeadline", "classification",
    "client", "closeDate", "closingDate", "coatoCode", "collateral", "columns", "commodities", "companiesMentioned",
    "confidenceScore", "constituency", "contentHash", "contextCountry", "contextEmail", "contextPhone", "contract",
    "contractDate", "contractHolder", "contractNoticeDate", "controlType", "controlled", "controller", "country",
    "court", "cpvCode", "crawler", "createDate", "createdAt", "creationDate", "credit", "creditor", "criteria",
    "crsNumber", "cryptoAddress", "csvHash", "currency", "currencySymbol", "custodyType", "customsAmount",
    "customsProcedure", "date", "deadweightTonnage", "deathDate", "debtor", "decisionReason", "declarant",
    "declarationDate", "departureCountry", "deregistrationDate", "description", "destinationCountry",
    "detectedCountry", "detectedLanguage", "detectedSchema", "directionOfTransportation", "directive", "director",
    "dissolutionDate", "document", "documentNumber", "documentType", "dollarExchRate", "dunsCode", "duration",
    "education", "electionDate", "email", "emailMentioned", "emitters", "employee", "employer", "encoding",
    "encumbrance", "endDate", "endLocation", "entity", "ethnicity", "euFunding", "evaluationMechanism", "extension",
    "eyeColor", "fallsUnderGPPScope", "fatherName", "figiCode", "fileDate", "fileName", "fileSize", "fipsCode",
    "firstName", "flag", "fnsCode", "from", "fssCode", "full", "gender", "generator", "giiNumber", "givenName",
    "goal", "goodsDescription", "googlePlaceId", "grossRegisteredTonnage", "hairColor", "headers", "height", "holder",
    "iban", "ibanMentioned", "icaoCode", "icijId", "idNumber", "imoNumber", "important", "inReplyTo",
    "inReplyToEmail", "inReplyToMessage", "inceptionDate", "income", "incorporationDate", "index", "indexText",
    "innCode", "invoiceAmount", "involved", "involvesOutcome", "ipAddress", "ipMentioned", "ipoCode", "irsCode",
    "isin", "isinCode", "issueDate", "issuer", "jibCode", "jurisdiction", "keywords", "kppCode", "landType",
    "language", "lastName", "latitude", "legalBasis", "legalForm", "leiCode", "level", "licenseNumber", "listingDate",
    "location", "locationMentioned", "longitude", "lotNumber", "lotsNames", "mainCountry", "managingExchange",
    "manufacturer", "match", "matcher", "maturityDate", "maxBalance", "maxBalanceDate", "maximumNumberOfLots",
    "mbsCode", "member", "messageId", "metadata", "method", "middleName", "mimeType", "mmsi", "model", "modifiedAt",
    "motherName", "multipleTenders", "name", "nameChangeDate", "nameSuffix", "namesMentioned", "nationality",
    "navigationArea", "notes", "noticeId", "npiCode", "number", "numberAwards", "numberOfLots", "numberOfSeats",
    "nutsCode", "object", "ogrnCode", "okopfCode", "okpoCode", "oksmCode", "okvedCode", "onBehalfOf",
    "opencorporatesUrl", "openingDate", "operator", "organization", "organizer", "originCountry", "osmId", "owner",
    "ownershipType", "parent", "partOf", "participant", "party", "passportNumber", "password", "pastFlags",
    "pastTypes", "payer", "payerAccount", "paymentOptions", "pdfHash", "peopleMentioned", "percentage", "periodEnd",
    "periodStart", "permId", "person", "personalNumber", "pfrNumber", "phase", "phone", "phoneMentioned", "pictured",
    "political", "politicalGroup", "position", "post", "postOfficeBox", "postalCode", "predecessor", "previousName",
    "privateKey", "procedure", "procedureNumber", "processedAt", "processingAgent", "processingError",
    "processingStatus", "procurementType", "profession", "program", "programId", "programUrl", "programme", "project",
    "projectId", "proof", "propertyType", "provisions", "publicKey", "publicationDate", "publishedAt", "publisher",
    "publisherUrl", "purpose", "reason", "receiver", "receiverNumber", "recipientAccount", "recipients", "recordId",
    "region", "registrationDate", "registrationNumber", "registrationPort", "relationToThreshold", "relationship",
    "relative", "religion", "remarks", "resolved", "retrievedAt", "reverseAuctionsIncluded", "reviewDate", "ricCode",
    "riskSource", "role", "rowCount", "samplingRate", "sayariId", "secondName", "secretary", "sector", "sender",
    "senderAccount", "sequenceNumber", "serialNumber", "service", "sharesCount", "sharesCurrency", "sharesType",
    "sharesValue", "socialSecurityNumber", "sourceUrl", "spokenLanguage", "startDate", "startLocation", "state",
    "status", "street", "street2", "subject", "submissionDeadline", "subnationalArea", "successor", "summary",
    "supplier", "surname", "swiftBic", "taxNumber", "taxPaid", "taxStatus", "taxee", "tedUrl", "tenderers",
    "tendersForLots", "tenure", "territoryCode", "threadTopic", "ticker", "title", "titleNumber", "to", "tonnage",
    "topics", "tradingCountry", "transactionNumber", "translatedLanguage", "translatedText", "translatedTextLanguage",
    "transport", "type", "uniqueEntityId", "unscId", "uscCode", "username", "vatCode", "vedCode",
    "vedCodeDescription", "vehicle", "voenCode", "weakAlias", "wealth", "website", "weight", "wikidataId",
    "wikipediaUrl", "zipCode",
];

/// By their names.
#[rustfmt::skip]
static SCHEMATA: &[Schema] = &[
    Schema { name: "Address", extends: &["Thing"], entities: &[], edge: None },
    Schema { name: "Airplane", extends: &["Vehicle"], entities: &[], edge: None },
    Schema { name: "Analyzable", extends: &[], entities: &[], edge: None },
    Schema { name: "Article", extends: &["Document"], entities: &[], edge: None },
    Schema { name: "Asset", extends: &["Thing", "Value"], entities: &[], edge: None },
    Schema { name: "Associate", extends: &["Interval"], entities: &["associate", "person"], edge: Some(("person", "associate")) },
    Schema { name: "Audio", extends: &["Document"], entities: &[], edge: None },
    Schema { name: "BankAccount", extends: &["Asset"], entities: &["bank"], edge: None },
    Schema { name: "Call", extends: &["Interval"], entities: &["caller", "receiver"], edge: None },
    Schema { name: "CallForTenders", extends: &["Interval", "Thing"], entities: &["authority", "onBehalfOf", "tenderers"], edge: None },
    Schema { name: "Company", extends: &["Asset", "Organization"], entities: &[], edge: None },
    Schema { name: "Contract", extends: &["Asset"], entities: &["authority", "project"], edge: None },
    Schema { name: "ContractAward", extends: &["Interest", "Value"], entities: &["callForTenders", "contract", "supplier"], edge: Some(("contract", "supplier")) },
    Schema { name: "Control", extends: &["Interest"], entities: &["controlled", "controller"], edge: Some(("controller", "controlled")) },
    Schema { name: "CourtCase", extends: &["Thing"], entities: &[], edge: None },
    Schema { name: "CourtCaseParty", extends: &["Interest"], entities: &["case", "party"], edge: Some(("party", "case")) },
    Schema { name: "CryptoWallet", extends: &["Thing", "Value"], entities: &["holder"], edge: None },
    Schema { name: "Debt", extends: &["Interval", "Value"], entities: &["creditor", "debtor"], edge: Some(("debtor", "creditor")) },
    Schema { name: "Directorship", extends: &["Interest"], entities: &["director", "organization"], edge: Some(("director", "organization")) },
    Schema { name: "Document", extends: &["Analyzable", "Thing"], entities: &["ancestors", "parent"], edge: None },
    Schema { name: "Documentation", extends: &["Interest"], entities: &["document", "entity"], edge: Some(("document", "entity")) },
    Schema { name: "EconomicActivity", extends: &["Interval"], entities: &["bankAccount", "bankForeign", "bankRub", "contract", "contractHolder", "declarant", "receiver", "sender", "transport"], edge: None },
    Schema { name: "Email", extends: &["Folder", "HyperText", "PlainText"], entities: &["emitters", "inReplyToEmail", "recipients"], edge: None },
    Schema { name: "Employment", extends: &["Interest"], entities: &["employee", "employer"], edge: Some(("employee", "employer")) },
    Schema { name: "Event", extends: &["Analyzable", "Interval", "Thing"], entities: &["involved", "organizer"], edge: None },
    Schema { name: "Family", extends: &["Interval"], entities: &["person", "relative"], edge: Some(("person", "relative")) },
    Schema { name: "Folder", extends: &["Document"], entities: &[], edge: None },
    Schema { name: "HyperText", extends: &["Document"], entities: &[], edge: None },
    Schema { name: "Identification", extends: &["Interval"], entities: &["holder"], edge: None },
    Schema { name: "Image", extends: &["Document"], entities: &["pictured"], edge: None },
    Schema { name: "Interest", extends: &["Interval"], entities: &[], edge: None },
    Schema { name: "Interval", extends: &[], entities: &["proof"], edge: None },
    Schema { name: "LegalEntity", extends: &["Thing"], entities: &["parent"], edge: None },
    Schema { name: "License", extends: &["Contract"], entities: &[], edge: None },
    Schema { name: "Membership", extends: &["Interest"], entities: &["member", "organization"], edge: Some(("member", "organization")) },
    Schema { name: "Mention", extends: &[], entities: &["document", "resolved"], edge: None },
    Schema { name: "Message", extends: &["Folder", "HyperText", "Interval", "PlainText"], entities: &["inReplyToMessage", "recipientAccount", "recipients", "sender", "senderAccount"], edge: None },
    Schema { name: "Note", extends: &["Analyzable", "Thing"], entities: &["entity"], edge: None },
    Schema { name: "Occupancy", extends: &["Interval"], entities: &["holder", "post"], edge: Some(("holder", "post")) },
    Schema { name: "Organization", extends: &["LegalEntity"], entities: &[], edge: None },
    Schema { name: "Ownership", extends: &["Interest"], entities: &["asset", "owner"], edge: Some(("owner", "asset")) },
    Schema { name: "Package", extends: &["Folder"], entities: &[], edge: None },
    Schema { name: "Page", extends: &[], entities: &["document"], edge: None },
    Schema { name: "Pages", extends: &["Document"], entities: &[], edge: None },
    Schema { name: "Passport", extends: &["Identification"], entities: &[], edge: None },
    Schema { name: "Payment", extends: &["Interval", "Value"], entities: &["beneficiary", "beneficiaryAccount", "contract", "payer", "payerAccount", "project"], edge: Some(("payer", "beneficiary")) },
    Schema { name: "Person", extends: &["LegalEntity"], entities: &[], edge: None },
    Schema { name: "PlainText", extends: &["Document"], entities: &[], edge: None },
    Schema { name: "Position", extends: &["Thing"], entities: &["organization"], edge: None },
    Schema { name: "Project", extends: &["Interval", "Thing", "Value"], entities: &[], edge: None },
    Schema { name: "ProjectParticipant", extends: &["Interest"], entities: &["participant", "project"], edge: Some(("participant", "project")) },
    Schema { name: "PublicBody", extends: &["Organization"], entities: &[], edge: None },
    Schema { name: "RealEstate", extends: &["Asset"], entities: &["parent"], edge: None },
    Schema { name: "Representation", extends: &["Interest"], entities: &["agent", "client"], edge: Some(("agent", "client")) },
    Schema { name: "Risk", extends: &["Interval"], entities: &["entity"], edge: None },
    Schema { name: "Sanction", extends: &["Interval"], entities: &["entity"], edge: None },
    Schema { name: "Security", extends: &["Asset"], entities: &["issuer"], edge: None },
    Schema { name: "Similar", extends: &[], entities: &["candidate", "match"], edge: None },
    Schema { name: "Succession", extends: &["Interest"], entities: &["predecessor", "successor"], edge: Some(("predecessor", "successor")) },
    Schema { name: "Table", extends: &["Document"], entities: &[], edge: None },
    Schema { name: "TaxRoll", extends: &["Interval"], entities: &["taxee"], edge: None },
    Schema { name: "Territory", extends: &["Thing"], entities: &["partOf"], edge: None },
    Schema { name: "Thing", extends: &[], entities: &["addressEntity", "proof", "riskSource"], edge: None },
    Schema { name: "Trip", extends: &["Event"], entities: &["endLocation", "startLocation", "vehicle"], edge: None },
    Schema { name: "UnknownLink", extends: &["Interest"], entities: &["object", "subject"], edge: Some(("subject", "object")) },
    Schema { name: "UserAccount", extends: &["Thing"], entities: &["owner"], edge: None },
    Schema { name: "Value", extends: &[], entities: &[], edge: None },
    Schema { name: "Vehicle", extends: &["Asset"], entities: &["operator", "owner"], edge: None },
    Schema { name: "Vessel", extends: &["Vehicle"], entities: &[], edge: None },
    Schema { name: "Video", extends: &["Document"], entities: &[], edge: None },
    Schema { name: "Workbook", extends: &["Folder"], entities: &[], edge: None },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemata_extend_each_other() {
        let schema = |name| Schema::of(name).unwrap();
        assert!(schema("Company").is_a("Thing") && !schema("Company").is_a("Person"));
        assert!(schema("Person").leads("addressEntity") && !schema("Person").leads("name"));
        assert_eq!(schema("Ownership").edge(), Some(("owner", "asset")));
        assert_eq!(SCHEMATA.iter().filter(|schema| schema.edge().is_some()).count(), 17);
        assert!(SCHEMATA.is_sorted_by_key(|schema| schema.name) && PROPERTIES.is_sorted());
        let common = |one, other| {
            let (found, fits) = schema(one).common(schema(other));
            (found.name, fits)
        };
        assert_eq!(common("LegalEntity", "Company"), ("Company", true));
        assert_eq!(common("Asset", "LegalEntity"), ("Company", true));
        assert_eq!(common("Person", "Company"), ("LegalEntity", false));
    }
}
