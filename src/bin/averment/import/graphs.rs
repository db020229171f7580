//! Whole graphs that are imported: which files, and how they are written.

use averment::format::{GraphFormat, GraphImport};
use averment::import::ImportFile;
use clap::Args as ClapArgs;

use crate::Fault;

/// What else can be given than tables and lists.
#[derive(Debug, ClapArgs)]
pub(super) struct GraphArgs {
    /// A graph as `GraphML`, of this or another program, which gzip may have packed. May be repeated.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["nodes", "rels", "from"])]
    graphml: Vec<String>,
    /// A graph as JSON Lines, which gzip may have packed. May be repeated.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["nodes", "rels", "from"])]
    jsonl: Vec<String>,
    /// The folder of a database that was exported as tables. May be repeated.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["nodes", "rels", "from"])]
    csv: Vec<String>,
}

impl GraphArgs {
    pub(super) fn is_given(&self) -> bool {
        !(self.graphml.is_empty() && self.jsonl.is_empty() && self.csv.is_empty())
    }

    /// All files that are read.
    pub(super) fn files(&self) -> Result<Vec<ImportFile>, Fault> {
        Ok(self.graphs()?.into_iter().flat_map(|(_, files)| files).collect())
    }

    pub(super) fn import(&self) -> Result<GraphImport, Fault> {
        Ok(self.graphs()?.into_iter().fold(GraphImport::new(), |import, (format, files)| import.graph(format, files)))
    }

    fn graphs(&self) -> Result<Vec<(GraphFormat, Vec<ImportFile>)>, Fault> {
        let file = |format: GraphFormat| move |path: &String| (format, vec![ImportFile::from(path.as_str())]);
        let mut graphs: Vec<_> = self.graphml.iter().map(file(GraphFormat::GraphMl)).collect();
        graphs.extend(self.jsonl.iter().map(file(GraphFormat::JsonLines)));
        for folder in &self.csv {
            let files = ImportFile::all_in(folder);
            let unreadable = |error| Fault::Input { code: "io", message: format!("cannot read {folder}: {error}") };
            graphs.push((GraphFormat::Csv, files.map_err(unreadable)?));
        }
        Ok(graphs)
    }
}
