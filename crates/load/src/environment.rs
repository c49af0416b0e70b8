//! Where a run was made: without that its figures mean nothing, and two runs cannot be compared.

use std::{
    fs::{self, File, read_to_string},
    io::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use telemetry::BUILD;
use uuid::Uuid;

use crate::timing::{Figure, Timing};

/// The client's machine, and what this client did to it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Environment {
    /// Cores that this process may use.
    pub cores: usize,
    /// The operating system and the processor's architecture.
    pub system: String,
    /// The kernel's release, where it says so.
    pub kernel: Option<String>,
    /// Memory in all, in kibibytes, where the kernel says so.
    pub memory_kib: Option<u64>,
    /// This program's version.
    pub version: String,
    /// The commit that it was built from, where the build was told.
    pub revision: Option<String>,
    /// Whether the compiler optimised it.
    pub optimised: bool,
    /// The load average of a minute, before.
    pub load_before: Option<f64>,
    /// The median time of a small durable write where `--probe` points to, in microseconds.
    pub fsync_us: Option<u64>,
    /// Processor time that this client used while it measured, in seconds.
    pub own_cpu_seconds: Option<f64>,
}

/// Writes of the probe: few, since on a slow disk each takes milliseconds.
const WRITES: u32 = 50;
/// As PostgreSQL's pages are.
const PAGE: [u8; 8192] = [0; 8192];

impl Environment {
    /// As it is before a run.
    pub(crate) fn before(probe: &Path) -> Self {
        let figures = |path: &str| read_to_string(path).ok();
        Self {
            cores: std::thread::available_parallelism().map_or(1, Into::into),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            kernel: figures("/proc/sys/kernel/osrelease").map(|it| it.trim().to_owned()),
            memory_kib: figures("/proc/meminfo")
                .and_then(|it| it.split_whitespace().nth(1)?.parse().ok()),
            version: BUILD.version.to_owned(),
            revision: BUILD.revision.map(str::to_owned),
            optimised: !cfg!(debug_assertions),
            load_before: figures("/proc/loadavg")
                .and_then(|it| it.split_whitespace().next()?.parse().ok()),
            fsync_us: fsync_us(probe),
            own_cpu_seconds: None,
        }
    }
}

/// How long a page takes to be safe on the disk of `folder`; none where nothing may be written.
fn fsync_us(folder: &Path) -> Option<u64> {
    let path = folder.join(format!(".fsync-{}", Uuid::new_v4()));
    let mut file = File::create_new(&path).ok()?;
    let mut timing = Timing::default();
    let written = (0..WRITES).try_for_each(|_| {
        let begun = Instant::now();
        file.write_all(&PAGE)?;
        file.sync_data()?;
        timing.record(begun.elapsed());
        std::io::Result::Ok(())
    });
    let _ = fs::remove_file(&path);
    written.ok()?;
    u64::try_from(timing.figure(Figure::P50).as_micros()).ok()
}

/// Processor time of this process so far, of all its threads; none where the kernel does not say so as Linux does.
pub(crate) fn own_cpu() -> Option<Duration> {
    let stat = read_to_string("/proc/self/stat").ok()?;
    // The name of the program is in parentheses, and may have spaces.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    // A tick of this file is 10 ms on every architecture that we build for (proc_pid_stat(5), USER_HZ).
    Some(Duration::from_millis(ticks * 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_known_and_the_probe_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let environment = Environment::before(folder.path());
        assert!(environment.cores >= 1);
        assert!(environment.fsync_us.is_some());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let nowhere = Environment::before(&folder.path().join("missing"));
        assert_eq!(nowhere.fsync_us, None);
        assert!(own_cpu().is_some());
    }
}
