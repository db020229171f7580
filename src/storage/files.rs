//! Files that statements may read, and what keeps them from reading others.
//!
//! A path is looked at twice: as it is written, so that nobody learns what is outside of the folder that is allowed, and
//! as it is when its links are followed, so that none of them leads out.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use super::FileError;

/// Which files statements may read.
#[derive(Clone, Debug, Default)]
pub(crate) enum FileAccess {
    #[default]
    None,
    /// Those in a folder and the folders in it; a relative path begins there.
    Below(PathBuf),
    /// Those that the process can read; a relative path begins at its working directory.
    Any,
}

impl FileAccess {
    /// Opens the file at `path` to be read.
    pub(crate) fn open(&self, path: &Path) -> Result<impl Read + Send + use<>, FileError> {
        let path = match self {
            FileAccess::None => return Err(FileError::NotAllowed),
            FileAccess::Any => path.to_owned(),
            FileAccess::Below(folder) => within(folder, path)?,
        };
        let file = File::open(path)?;
        // To open a folder succeeds on some systems, and to read it fails with words that help nobody.
        if file.metadata()?.is_dir() { Err(FileError::Folder) } else { Ok(file) }
    }
}

/// Where `path` leads, if it stays in the folder.
fn within(folder: &Path, path: &Path) -> Result<PathBuf, FileError> {
    let root = fs::canonicalize(folder)?;
    let written = folder.join(path);
    if !(is_below(&written, folder) || is_below(&written, &root)) {
        return Err(FileError::Outside);
    }
    let real = fs::canonicalize(written)?;
    if real.starts_with(&root) { Ok(real) } else { Err(FileError::Outside) }
}

/// Whether the path begins with `folder`, and no `..` leaves it again.
fn is_below(path: &Path, folder: &Path) -> bool {
    let Ok(rest) = path.strip_prefix(folder) else { return false };
    let mut depth = 0_usize;
    for component in rest.components() {
        match component {
            Component::Normal(_) => depth += 1,
            Component::ParentDir => match depth.checked_sub(1) {
                Some(above) => depth = above,
                None => return false,
            },
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return false,
        }
    }
    true
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        FileError::Io(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(access: &FileAccess, path: &str) -> Result<String, String> {
        let mut text = String::new();
        let mut file = access.open(Path::new(path)).map_err(|error| error.to_string())?;
        file.read_to_string(&mut text).map_err(|error| error.to_string())?;
        Ok(text)
    }

    /// A folder with a file in it and one beside it.
    fn folder() -> (tempfile::TempDir, PathBuf) {
        let outside = tempfile::tempdir().unwrap();
        let folder = outside.path().join("in");
        fs::create_dir_all(folder.join("deep")).unwrap();
        fs::write(folder.join("a"), "a").unwrap();
        fs::write(folder.join("deep/b"), "b").unwrap();
        fs::write(outside.path().join("secret"), "s").unwrap();
        (outside, folder)
    }

    #[test]
    fn nothing_is_read_unless_it_is_allowed() {
        let (_outside, folder) = folder();
        let file = folder.join("a").display().to_string();
        assert!(opened(&FileAccess::default(), &file).unwrap_err().contains("not allowed"));
        assert_eq!(opened(&FileAccess::Any, &file), Ok("a".to_owned()));
    }

    #[test]
    fn what_is_in_the_folder_is_read_by_any_path_that_stays_there() {
        let (_outside, folder) = folder();
        let access = FileAccess::Below(folder.clone());
        for path in ["a", "./a", "deep/../a", &folder.join("a").display().to_string()] {
            assert_eq!(opened(&access, path), Ok("a".to_owned()), "{path}");
        }
        assert_eq!(opened(&access, "deep/b"), Ok("b".to_owned()));
        assert!(opened(&access, "deep").unwrap_err().contains("folder"));
        assert!(opened(&access, "missing").is_err());
    }

    #[test]
    fn no_path_leads_out_of_the_folder() {
        let (outside, folder) = folder();
        let access = FileAccess::Below(folder);
        let secret = outside.path().join("secret").display().to_string();
        for path in ["../secret", "../missing", "deep/../../secret", "../in/../secret", &secret, "/etc/hostname"] {
            assert!(opened(&access, path).unwrap_err().contains("outside"), "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn no_link_leads_out_of_the_folder() {
        let (outside, folder) = folder();
        std::os::unix::fs::symlink(outside.path().join("secret"), folder.join("link")).unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.join("up")).unwrap();
        std::os::unix::fs::symlink("a", folder.join("inner")).unwrap();
        let access = FileAccess::Below(folder);
        assert!(opened(&access, "link").unwrap_err().contains("outside"));
        assert!(opened(&access, "up/secret").unwrap_err().contains("outside"));
        assert_eq!(opened(&access, "inner"), Ok("a".to_owned()));
    }
}
