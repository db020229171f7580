//! Where the text of a file comes from: opened when it is read, and unpacked if it is packed.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::read::MultiGzDecoder;

/// With these a file begins that gzip has packed.
const GZIP_MARK: [u8; 2] = [0x1f, 0x8b];

const BUFFER_BYTES: usize = 64 << 10;

/// A file to be imported, as it is or packed by gzip: by its content, whatever its name.
///
/// ```
/// use averment::import::ImportFile;
/// let on_disk = ImportFile::from("companies.csv.gz");
/// let in_memory = ImportFile::of_bytes("companies", "id:ID,name\n1,SenseTime\n");
/// assert_eq!((on_disk.name(), in_memory.name()), ("companies.csv.gz", "companies"));
/// ```
#[derive(Clone)]
pub struct ImportFile {
    name: String,
    content: Content,
}

#[derive(Clone)]
enum Content {
    Path(PathBuf),
    Bytes(Arc<[u8]>),
}

impl ImportFile {
    /// A file that is in memory.
    pub fn of_bytes(name: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        Self { name: name.into(), content: Content::Bytes(Arc::from(bytes.as_ref())) }
    }

    /// As it is called in errors and reports.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The files of a folder, by their names; or the one file that is there.
    ///
    /// # Errors
    ///
    /// That of the system.
    pub fn all_in(path: impl AsRef<Path>) -> io::Result<Vec<Self>> {
        let path = path.as_ref();
        if !path.is_dir() {
            return Ok(vec![Self::from(path)]);
        }
        let entries: io::Result<Vec<PathBuf>> =
            std::fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect();
        let mut paths: Vec<PathBuf> = entries?.into_iter().filter(|path| path.is_file()).collect();
        paths.sort();
        Ok(paths.into_iter().map(Self::from).collect())
    }

    /// Its text, from the beginning.
    ///
    /// # Errors
    ///
    /// That of the system, or of the one who unpacks it.
    pub fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        match &self.content {
            Content::Path(path) => unpacked(open_regular(path)?),
            Content::Bytes(bytes) => unpacked(Cursor::new(Arc::clone(bytes))),
        }
    }
}

/// What can be read once only, as a pipe, would be a part of itself the second time; opening one waits for who writes it.
fn open_regular(path: &Path) -> io::Result<File> {
    if path.metadata()?.is_file() {
        return File::open(path);
    }
    Err(io::Error::other("it is no regular file, and files are read more than once"))
}

fn unpacked(mut packed: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let mut head = Vec::new();
    packed.by_ref().take(GZIP_MARK.len() as u64).read_to_end(&mut head)?;
    let is_packed = head == GZIP_MARK;
    let whole = Cursor::new(head).chain(packed);
    if is_packed {
        return Ok(Box::new(MultiGzDecoder::new(BufReader::with_capacity(BUFFER_BYTES, whole))));
    }
    Ok(Box::new(whole))
}

impl From<&Path> for ImportFile {
    fn from(path: &Path) -> Self {
        Self { name: path.display().to_string(), content: Content::Path(path.to_owned()) }
    }
}

impl From<PathBuf> for ImportFile {
    fn from(path: PathBuf) -> Self {
        Self::from(path.as_path())
    }
}

impl From<&str> for ImportFile {
    fn from(path: &str) -> Self {
        Self::from(Path::new(path))
    }
}

impl From<String> for ImportFile {
    fn from(path: String) -> Self {
        Self::from(Path::new(&path))
    }
}

impl fmt::Debug for ImportFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ImportFile").field(&self.name).finish()
    }
}
