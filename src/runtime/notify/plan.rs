//! How this run tells: the options, with what they name found.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::config::Notify;
use crate::domain::Zone;
use crate::provider::Webhook;
use crate::provider::webhook::{Poster, Secret};
use crate::runtime::private;
use crate::text::Safe;

use super::quiet::Quiet;

const VARIABLE: &str = "ATC_WEBHOOK_SECRET";
/// A secret is shorter than this.
const MOST_SECRET: u64 = 4096;

#[derive(Clone, Debug)]
pub struct Plan {
    pub quiet: Option<Quiet>,
    pub per_minute: usize,
    pub focused: bool,
    /// `Err`: why nothing can be posted. `Ok(None)`: nobody asked for it.
    pub webhook: Result<Option<Arc<dyn Webhook>>, Safe>,
    pub tries: u32,
    pub command: Vec<String>,
    pub command_within: Duration,
    pub in_tmux: bool,
    pub zone: Zone,
}

impl Plan {
    /// Reads the secret, from the environment of this process or its file.
    pub fn new(options: &Notify, zone: Zone) -> Self {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self {
            quiet: options.quiet.map(|(from, to)| Quiet { from, to }),
            per_minute: usize::try_from(options.per_minute).unwrap_or(usize::MAX),
            focused: options.focused,
            webhook: webhook(options, set(VARIABLE)),
            tries: options.webhook_tries,
            command: options.command.clone(),
            command_within: Duration::from_secs(options.command_seconds.into()),
            in_tmux: set("TMUX").is_some(),
            zone,
        }
    }
}

fn webhook(options: &Notify, variable: Option<String>) -> Result<Option<Arc<dyn Webhook>>, Safe> {
    let Some(address) = &options.webhook_url else { return Ok(None) };
    let text = match (variable, &options.webhook_secret_file) {
        (Some(text), _) => text,
        (None, Some(file)) => secret(file)?,
        (None, None) => {
            return Err(Safe::new(format!(
                "the webhook has no secret: set {VARIABLE} or notify.webhook_secret_file; nothing is posted"
            )));
        }
    };
    let too_short = || Safe::new(format!("the webhook's secret is too short: at least {} bytes", Secret::LEAST));
    let poster = Poster::new(address, Secret::new(&text).ok_or_else(too_short)?)?;
    Ok(Some(Arc::new(poster)))
}

/// A plain file that nobody else may read.
fn secret(file: &Path) -> Result<String, Safe> {
    use std::io::Read as _;
    use std::os::unix::fs::MetadataExt as _;
    let wrong = |why: &str| Safe::new(format!("the webhook's secret file {why}; nothing is posted"));
    let opened = private::read(file).map_err(|error| wrong(&format!("cannot be read: {}", error.kind())))?;
    if opened.metadata().map_or(0, |about| about.mode()) & 0o077 != 0 {
        return Err(wrong("can be read by other users: run chmod 600 on it, and use another secret"));
    }
    let mut text = String::new();
    opened.take(MOST_SECRET).read_to_string(&mut text).map_err(|_| wrong("is not text"))?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const SECRET: &str = "canary-of-the-secret-0123456789";

    fn options(url: &str, file: Option<&Path>) -> Notify {
        Notify { webhook_url: Some(url.to_owned()), webhook_secret_file: file.map(Path::to_owned), ..Notify::default() }
    }

    #[test]
    fn a_secret_is_read_from_a_file_of_ours_alone_and_never_shown() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("secret");
        std::fs::write(&file, format!("{SECRET}\n")).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        let open = webhook(&options("https://h.example", Some(&file)), None).unwrap_err();
        assert!(open.contains("other users"), "{open}");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        let good = webhook(&options("https://h.example", Some(&file)), None).unwrap().unwrap();
        assert!(!format!("{good:?}").contains("canary"));
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert!(webhook(&options("https://h.example", Some(&link)), None).is_err(), "a link could point anywhere");
    }

    #[test]
    fn without_a_secret_or_with_a_weak_one_nothing_is_posted() {
        let url = "https://h.example";
        assert!(webhook(&options(url, None), None).unwrap_err().contains(VARIABLE));
        assert!(webhook(&options(url, None), Some("short".to_owned())).unwrap_err().contains("too short"));
        assert!(webhook(&options(url, None), Some(SECRET.to_owned())).is_ok());
        assert!(webhook(&Notify::default(), None).unwrap().is_none());
    }

    #[test]
    fn only_https_or_a_loopback_literal_is_posted_to_whatever_the_options_let_through() {
        for bad in [
            "http://h.example",
            "http://localhost:1",
            "ftp://127.0.0.1",
            "https://a@h.example",
            "http://127.0.0.1.evil",
        ] {
            assert!(webhook(&options(bad, None), Some(SECRET.to_owned())).is_err(), "{bad}");
        }
        for good in ["http://127.0.0.1:1", "http://[::1]:1/x"] {
            assert!(webhook(&options(good, None), Some(SECRET.to_owned())).is_ok(), "{good}");
        }
    }
}
