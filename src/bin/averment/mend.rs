//! Checks databases in folders, and saves what is left of those that are damaged.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use averment::{CheckReport, Database, LostTail, Progress, SalvageReport};

use crate::bar::Bar;
use crate::{Fault, print};

/// Checks a database and tells what came of it.
pub(crate) fn check(folder: &Path, is_last_alone: bool) -> Result<ExitCode, Fault> {
    let mut bar = Bar::on_errors();
    let show = |progress: Progress| bar.show(progress.what, progress.done, progress.total);
    let report = if is_last_alone { Database::check_last(folder, show) } else { Database::check(folder, show) }?;
    drop(bar);
    print(told(folder, &report).as_bytes())?;
    Ok(if report.damage.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn told(folder: &Path, report: &CheckReport) -> String {
    let mut text = String::new();
    let mut line = |told: String| writeln!(text, "{told}").expect("a text takes it");
    if let Some(writer) = &report.in_use_by {
        line(format!("{} is in use by {writer}; it is checked as it stands", folder.display()));
    }
    match report.commit {
        Some(number) => line(format!("commit {number} is the last one")),
        None => line("no snapshot can be opened".to_owned()),
    }
    for (what, count) in &report.looked_at {
        line(format!("looked at {what}: {count}"));
    }
    if let Some(LostTail { file, offset, len_bytes, .. }) = &report.unfinished {
        line(format!("unfinished: {file} at byte {offset}: {len_bytes} bytes of a commit that was never acknowledged"));
    }
    for damage in &report.damage {
        line(format!("damage: {damage}"));
    }
    line(match report.damage.len() {
        0 => "no damage".to_owned(),
        count => format!("{count} damaged; `averment salvage {} NEW` saves the rest", folder.display()),
    });
    text
}

/// Saves what is left of a database and tells what is not.
pub(crate) fn salvage(folder: &Path, new: &Path) -> Result<ExitCode, Fault> {
    let mut bar = Bar::on_errors();
    let report = Database::salvage(folder, new, |progress| bar.show(progress.what, progress.done, progress.total))?;
    drop(bar);
    print(told_of_saved(folder, new, &report).as_bytes())?;
    Ok(if report.is_complete() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn told_of_saved(folder: &Path, new: &Path, report: &SalvageReport) -> String {
    let mut text = String::new();
    let mut line = |told: String| writeln!(text, "{told}").expect("a text takes it");
    if let Some(writer) = &report.in_use_by {
        line(format!("{} is in use by {writer}; it is saved as it stands", folder.display()));
    }
    for lost in &report.lost {
        line(format!("lost: {lost}"));
    }
    let SalvageReport { commit, earlier_commits, nodes, relationships, .. } = report;
    line(format!(
        "saved to {}: {nodes} nodes, {relationships} relationships; commit {commit} is the last one",
        new.display()
    ));
    if *earlier_commits > 0 {
        line(format!("of {earlier_commits} earlier commits the log is saved, and none can be read again by AT COMMIT"));
    }
    line(match (report.is_complete(), *earlier_commits) {
        (false, _) => "something is lost".to_owned(),
        (true, 0) => "nothing is lost".to_owned(),
        (true, _) => "nothing else is lost".to_owned(),
    });
    text
}
