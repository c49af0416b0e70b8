//! What the operator reads. A closed pipe is no reason to stop the shop, so failures to write are ignored.

use std::{
    fmt::Display,
    io::{Write as _, stderr, stdout},
};

/// A line of the answer.
pub(crate) fn line(line: impl Display) {
    let _ = writeln!(stdout(), "{line}");
}

/// A line about what went wrong.
pub(crate) fn wrong(line: impl Display) {
    let _ = writeln!(stderr(), "{line}");
}
