//! Documents that are generated from the code, committed, and compared by a test.

use std::{fmt::Display, path::Path};

/// Panics unless the file holds exactly `generated`, and a line feed. With `UPDATE=1` in the environment it is written
/// instead.
#[track_caller]
#[expect(
    clippy::disallowed_methods,
    reason = "a switch for developers, not configuration"
)]
pub fn assert_committed(file: impl AsRef<Path>, generated: impl Display) {
    let file = file.as_ref();
    let generated = format!("{generated:#}\n");
    if std::env::var("UPDATE").is_ok_and(|it| it == "1") {
        std::fs::write(file, &generated).expect("a writable document");
    }
    let committed = std::fs::read_to_string(file).unwrap_or_default();
    assert!(
        committed == generated,
        "{} is out of date; this test writes it anew with UPDATE=1",
        file.display()
    );
}
