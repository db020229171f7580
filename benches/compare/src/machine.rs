//! On what is measured: said before any figure, since the figures mean nothing without.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::engine::Failure;
use crate::engines;

pub(crate) fn tell(folder: &Path) -> Result<(), Failure> {
    let cores = thread::available_parallelism()?;
    let unknown = || "not known".to_owned();
    let processor = first_after("/proc/cpuinfo", "model name").unwrap_or_else(unknown);
    let system =
        fs::read_to_string("/proc/sys/kernel/osrelease").map_or_else(|_| unknown(), |text| text.trim().to_owned());
    println!("{cores} cores ({processor}), kernel {system}, {}", engines::versions());
    let Some((device, kind)) = file_system(folder)? else {
        println!("the kind of disk is not known");
        return Ok(());
    };
    println!("disk: {device}, {kind}{}", if turns(&device) { " (the system says that it turns)" } else { "" });
    if ["tmpfs", "ramfs"].contains(&kind.as_str()) {
        println!(
            "WARNING: this folder is memory, where a sync costs nothing: figures of commits say nothing of a disk"
        );
    }
    Ok(())
}

/// The device and the kind of the file system that a folder lies on, where the system tells.
fn file_system(folder: &Path) -> Result<Option<(String, String)>, Failure> {
    let folder = fs::canonicalize(folder)?;
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let parts = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>()).filter(|parts| parts.len() > 2);
    let around = parts.filter(|parts| folder.starts_with(parts[1]));
    // Of two at the same place the later one lies above the other.
    let nearest = around.max_by_key(|parts| parts[1].len());
    Ok(nearest.map(|parts| (parts[0].to_owned(), parts[2].to_owned())))
}

/// Whether the disk is one that turns.
fn turns(device: &str) -> bool {
    let name = device.trim_start_matches("/dev/");
    fs::read_to_string(format!("/sys/block/{name}/queue/rotational")).is_ok_and(|text| text.trim() == "1")
}

fn first_after(file: &str, word: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(word))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The memory of this process that is in use, where the system tells.
pub(crate) fn resident_bytes() -> u64 {
    let pages = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split_whitespace().nth(1).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0) * 4096
}

/// The bytes of all files in a folder.
pub(crate) fn folder_bytes(folder: &Path) -> Result<u64, Failure> {
    let mut sum = 0;
    for entry in fs::read_dir(folder)? {
        sum += entry?.metadata()?.len();
    }
    Ok(sum)
}

/// The processor time that this thread has taken, where the system tells: on a machine that others share it says more
/// than a clock.
pub(crate) fn processor_time() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}
