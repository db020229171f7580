//! The front page's half hour with real lists: each command gives what is printed behind it. The lists are not part of the
//! project, and take a while: see the front page for the command.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const BEGIN: &str = "## Half an hour with real lists\n";

/// The folders of the page, and where they lie in the folder of published lists.
const FOLDERS: [(&str, &str); 3] = [
    ("sdn_2019-01", "us-ofac/sdn_2019-01"),
    ("sdn_2021-07", "us-ofac/sdn_2021-07"),
    ("entity-list", "us-bis-entity-list"),
];

#[test]
#[cfg(unix)]
#[ignore = "it takes minutes, and lists that are not part of the project"]
fn each_command_gives_what_is_printed() {
    let Some(shared) = std::env::var_os("AVERMENT_SHARED") else {
        println!("skipped: AVERMENT_SHARED names no folder");
        return;
    };
    let place = tempfile::tempdir().unwrap();
    for (name, list) in FOLDERS {
        std::os::unix::fs::symlink(Path::new(&shared).join("data").join(list), place.path().join(name)).unwrap();
    }
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, behind) = page.split_once(BEGIN).expect("the front page has the half hour");
    let (section, after) = behind.split_once("\n## ").expect("another section follows");
    let written = format!("{before}{BEGIN}{}\n## {after}", with_answers(section, place.path()));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, written).unwrap();
        return;
    }
    assert!(page == written, "README.md is not up to date: run this with UPDATE_EXPECT=1");
}

/// The section with the block of text behind each command written anew.
fn with_answers(section: &str, place: &Path) -> String {
    let (mut written, mut rest) = (String::new(), section);
    while let Some((before, behind)) = rest.split_once("```sh\n") {
        let (command, behind) = behind.split_once("```").expect("a block ends");
        let (between, behind) = behind.split_once("```text\n").expect("an answer follows each command");
        let (_, behind) = behind.split_once("```").expect("a block ends");
        written.extend([before, "```sh\n", command, "```", between, "```text\n", &answer(command, place), "```"]);
        rest = behind;
    }
    assert!(!written.is_empty(), "there are commands");
    written + rest
}

fn answer(command: &str, place: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_averment")).parent().expect("a program lies in a folder");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh").args(["-c", command]).current_dir(place).env("PATH", path).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{command}\n{errors}");
    String::from_utf8(output.stdout).unwrap()
}
