//! When what was deployed was written: the commits, asked of Git.

use std::{path::Path, process::Stdio, time::Duration};

use anyhow::{Context as _, bail};
use chrono::{DateTime, Utc};
use tokio::{process::Command, time::timeout};

/// How long Git may take for one answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whether this clone has the commit.
pub(super) async fn knows(repository: &Path, revision: &str) -> anyhow::Result<bool> {
    if revision.is_empty() || !revision.bytes().all(|it| it.is_ascii_hexdigit()) {
        bail!("{revision:?} is no commit's name");
    }
    let commit = format!("{revision}^{{commit}}");
    let output = git(repository, &["cat-file", "-e", &commit]).await?;
    Ok(output.status.success())
}

/// When the commits were made that `revision` has and none of `before` has. Merges are nobody's work and not among
/// them. Where nothing was before, it is the newest commit alone: how old a project is says nothing about its delivery.
pub(super) async fn commits(
    repository: &Path,
    revision: &str,
    before: &[&str],
) -> anyhow::Result<Vec<DateTime<Utc>>> {
    let mut arguments = vec!["log", "--format=%ct"];
    if before.is_empty() {
        arguments.extend(["--max-count=1", revision]);
    } else {
        arguments.extend(["--no-merges", revision, "--not"]);
        arguments.extend(before);
    }
    let output = git(repository, &arguments).await?;
    if !output.status.success() {
        bail!("git: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout)?
        .lines()
        .map(|line| {
            DateTime::from_timestamp(line.parse()?, 0)
                .with_context(|| format!("git: {line} is no time"))
        })
        .collect()
}

async fn git(repository: &Path, arguments: &[&str]) -> anyhow::Result<std::process::Output> {
    let answer = Command::new("git")
        .arg("-C")
        .arg(repository)
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    timeout(PATIENCE, answer)
        .await
        .context("git does not answer")?
        .context("cannot run git")
}
