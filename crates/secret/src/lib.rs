//! Secrets of the configuration: by value, or by the name of the file that holds them.
//!
//! `SERVICE_SECRET=@/run/secrets/service-secret` takes what is in that file, which is how Compose and
//! Kubernetes hand secrets over: it is then neither in the environment, which children and crash reports
//! inherit, nor on a command line, which everybody on the machine can read.

use std::{fs::File, io::Read as _};

use secrecy::SecretString;

/// Far above any secret of ours; a file that is larger is another one than was meant.
const LIMIT: u64 = 64 * 1024;

/// Why there is no secret. No message shows one.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read, or is no text.
    #[error("cannot read {0}: {1}")]
    Unreadable(String, std::io::Error),
    /// Nothing is in it.
    #[error("{0} is empty")]
    Empty(String),
    /// It is another file.
    #[error("{0} is larger than a secret")]
    TooLarge(String),
}

/// The secret that `text` is, or that is in the file it names after an `@`; a line end that closes the file
/// is none of it. For clap's `value_parser`.
pub fn read(text: &str) -> Result<SecretString, Error> {
    let Some(path) = text.strip_prefix('@') else {
        return Ok(text.into());
    };
    let mut secret = String::new();
    File::open(path)
        .and_then(|file| file.take(LIMIT + 1).read_to_string(&mut secret))
        .map_err(|error| Error::Unreadable(path.to_owned(), error))?;
    if secret.len() > usize::try_from(LIMIT).unwrap_or(usize::MAX) {
        return Err(Error::TooLarge(path.to_owned()));
    }
    let secret = secret.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err(Error::Empty(path.to_owned()));
    }
    Ok(secret.into())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use secrecy::ExposeSecret as _;

    use super::*;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    fn read_file(text: &str) -> Result<String, String> {
        let file = file(text);
        let named = format!("@{}", file.path().display());
        read(&named)
            .map(|it| it.expose_secret().to_owned())
            .map_err(|it| it.to_string().replace(&named[1..], "FILE"))
    }

    #[test]
    fn a_value_is_the_secret_itself() {
        assert_eq!(read("s3cret@home").unwrap().expose_secret(), "s3cret@home");
    }

    #[test]
    fn a_file_holds_it_with_or_without_a_line_end() {
        for text in ["of a file", "of a file\n", "of a file\r\n"] {
            assert_eq!(read_file(text).as_deref(), Ok("of a file"));
        }
        // Only the last line end closes the file.
        assert_eq!(read_file("two\nlines\n").as_deref(), Ok("two\nlines"));
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said_without_what_is_in_it() {
        assert_eq!(read_file("").unwrap_err(), "FILE is empty");
        assert_eq!(read_file("\n").unwrap_err(), "FILE is empty");
        let too_large = read_file(&"x".repeat(64 * 1024 + 1)).unwrap_err();
        assert_eq!(too_large, "FILE is larger than a secret");
        let missing = read("@/nowhere/at/all").unwrap_err().to_string();
        assert!(missing.starts_with("cannot read /nowhere/at/all: No such file"));
    }
}
