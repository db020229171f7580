//! What this process has used so far.

use std::fs;
use std::path::Path;

use cpu_time::ProcessTime;

use crate::Failure;

/// The processor time of all its threads.
pub(crate) fn processor_seconds() -> f64 {
    ProcessTime::now().as_duration().as_secs_f64()
}

/// The most memory that it had in use, in units of 1,024 bytes; 0 where the system does not tell.
pub(crate) fn peak_memory_kib() -> u64 {
    memory_kib("VmHWM:")
}

/// The memory that it has in use now.
pub(crate) fn memory_now_kib() -> u64 {
    memory_kib("VmRSS:")
}

fn memory_kib(line: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let found = status.lines().find_map(|told| told.strip_prefix(line));
    found.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// The bytes of all files in a folder.
pub(crate) fn folder_bytes(folder: &Path) -> Result<u64, Failure> {
    let mut sum = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        sum += if metadata.is_dir() { folder_bytes(&entry.path())? } else { metadata.len() };
    }
    Ok(sum)
}
