//! Names of parties that governments have listed, where `AVERMENT_SHARED` says where the lists lie.

use std::path::PathBuf;

use averment::import::ImportFile;
use averment::sanctions::{ListFormat, ListImport};
use averment::{Database, Edtf, Error};

/// The day of which lists are taken to be whose files do not say it.
const EDITION: &str = "2026-07-09";

/// The lists, and where each lies.
const LISTS: [(ListFormat, &str); 5] = [
    (ListFormat::Ofac, "us-ofac/sdn_2019-01"),
    (ListFormat::Ofac, "us-ofac/sdn_2021-07"),
    (ListFormat::Bis, "us-bis-entity-list"),
    (ListFormat::UsLists, "us-restricted-lists"),
    (ListFormat::Ftm, "ftm/us_lists.ftm.json.gz"),
];

/// The names of all parties, each once, in their order; none where no folder is named.
pub(crate) fn real_names() -> Result<Option<Vec<String>>, Error> {
    let Some(folder) = std::env::var_os("AVERMENT_SHARED") else { return Ok(None) };
    let db = Database::in_memory();
    for (format, path) in LISTS {
        let files = ImportFile::all_in(PathBuf::from(&folder).join("data").join(path)).expect("a published list");
        let import = ListImport::new().skip_bad_rows().list(format, files);
        let is_dated = format == ListFormat::Ofac;
        let import = if is_dated { import } else { import.edition(Edtf::parse(EDITION).expect("a day")) };
        import.load_into(&db).expect("a published list");
    }
    let names = db.query("MATCH (n:Entity) WHERE size(n.name) > 3 RETURN DISTINCT n.name AS name ORDER BY name", ())?;
    names.into_vec().map(Some)
}
