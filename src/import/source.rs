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

/// A file with comma-separated values, as it is or packed by gzip: by its content, whatever its name.
///
/// ```
/// use averment::import::CsvFile;
/// let on_disk = CsvFile::from("companies.csv.gz");
/// let in_memory = CsvFile::of_bytes("companies", "id:ID,name\n1,SenseTime\n");
/// assert_eq!((on_disk.name(), in_memory.name()), ("companies.csv.gz", "companies"));
/// ```
#[derive(Clone)]
pub struct CsvFile {
    name: String,
    content: Content,
}

#[derive(Clone)]
enum Content {
    Path(PathBuf),
    Bytes(Arc<[u8]>),
}

impl CsvFile {
    /// A file that is in memory.
    pub fn of_bytes(name: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        Self { name: name.into(), content: Content::Bytes(Arc::from(bytes.as_ref())) }
    }

    /// As it is called in errors and reports.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its text, from the beginning.
    pub(super) fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        match &self.content {
            Content::Path(path) => unpacked(open_regular(path)?),
            Content::Bytes(bytes) => unpacked(Cursor::new(Arc::clone(bytes))),
        }
    }
}

/// What can be read once only, as a pipe, would be a part of itself the second time.
fn open_regular(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    if file.metadata()?.is_file() {
        return Ok(file);
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

impl From<&Path> for CsvFile {
    fn from(path: &Path) -> Self {
        Self { name: path.display().to_string(), content: Content::Path(path.to_owned()) }
    }
}

impl From<PathBuf> for CsvFile {
    fn from(path: PathBuf) -> Self {
        Self::from(path.as_path())
    }
}

impl From<&str> for CsvFile {
    fn from(path: &str) -> Self {
        Self::from(Path::new(path))
    }
}

impl From<String> for CsvFile {
    fn from(path: String) -> Self {
        Self::from(Path::new(&path))
    }
}

impl fmt::Debug for CsvFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CsvFile").field(&self.name).finish()
    }
}
