//! Which build this is.

/// What was built.
#[derive(Clone, Copy, Debug)]
pub struct Build {
    /// The release, of all programs alike.
    pub version: &'static str,
    /// The commit, as `COMPTOIR_REVISION` had it in the environment of the build; none where that was not set.
    pub revision: Option<&'static str>,
    /// When the commit was made, in Unix seconds, as `COMPTOIR_COMMIT_TIME` had it; none where that was not set.
    pub committed_at: Option<i64>,
}

/// This build.
pub const BUILD: Build = Build {
    version: env!("CARGO_PKG_VERSION"),
    revision: given(option_env!("COMPTOIR_REVISION")),
    committed_at: match given(option_env!("COMPTOIR_COMMIT_TIME")) {
        Some(seconds) => match i64::from_str_radix(seconds, 10) {
            Ok(seconds) => Some(seconds),
            Err(_) => panic!("COMPTOIR_COMMIT_TIME is not a time in Unix seconds"),
        },
        None => None,
    },
};

/// A build argument that nobody gave is often there, and empty.
const fn given(argument: Option<&'static str>) -> Option<&'static str> {
    match argument {
        Some(given) if given.is_empty() => None,
        given => given,
    }
}
