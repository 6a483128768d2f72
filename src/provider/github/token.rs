//! The token: its kinds, where it may come from and in which order, and what is refused before any request.
//!
//! ```text
//! --token-file ─> ATC_TOKEN ─> GH_TOKEN ─> GITHUB_TOKEN ─> gh auth token     (github.com, *.ghe.com)
//! --token-file ─> ATC_TOKEN ─> GH_ENTERPRISE_TOKEN ─> GITHUB_ENTERPRISE_TOKEN
//!              ─> GITHUB_TOKEN in Codespaces ─> gh auth token                (any other API address)
//! ```
//!
//! `gh` is asked for the token of that very host: github.com's goes to no tenant, and to nobody who listens on this
//! machine. The first source that has something decides; a bad token there is a fault, never a reason to look further.
//! The environment is read through a function handed in. Not for headers: see `http`.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use reqwest::header::HeaderValue;
use tokio::io::AsyncReadExt;

use super::host::{Host, HostClass};
use crate::domain::{Fault, FaultKind};
use crate::text::{Safe, Untrusted};

/// A locked keyring must not hang the start.
const GH_PATIENCE: Duration = Duration::from_secs(3);
/// No token of GitHub's is near this long.
const MAX_LEN: usize = 4096;

/// What a token is, by its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    FineGrained,
    Classic,
    OAuth,
    AppUser,
    /// `ghs_`: never accepted for agent tasks.
    Installation,
    /// `ghr_`: never a bearer.
    Refresh,
    /// No prefix we know; the service decides.
    Unknown,
}

impl TokenKind {
    pub const ALL: [Self; 7] = [
        Self::OAuth,
        Self::Classic,
        Self::FineGrained,
        Self::AppUser,
        Self::Installation,
        Self::Refresh,
        Self::Unknown,
    ];

    pub fn of(token: &str) -> Self {
        let is_of = |kind: &Self| kind.prefix().is_some_and(|prefix| token.starts_with(prefix));
        Self::ALL.into_iter().find(is_of).unwrap_or(Self::Unknown)
    }

    /// What such a token begins with.
    pub fn prefix(self) -> Option<&'static str> {
        Some(match self {
            Self::FineGrained => "github_pat_",
            Self::Classic => "ghp_",
            Self::OAuth => "gho_",
            Self::AppUser => "ghu_",
            Self::Installation => "ghs_",
            Self::Refresh => "ghr_",
            Self::Unknown => return None,
        })
    }

    /// For a table.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::FineGrained => "fine-grained personal access token",
            Self::Classic => "classic personal access token",
            Self::OAuth => "OAuth, as `gh auth login` makes it: the best choice",
            Self::AppUser => "GitHub App user token; expires after about 8 hours",
            Self::Installation => "installation token, `GITHUB_TOKEN` in Actions",
            Self::Refresh => "refresh token",
            Self::Unknown => "any other",
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::FineGrained => "fine-grained",
            Self::Classic => "classic",
            Self::OAuth => "oauth",
            Self::AppUser => "app user",
            Self::Installation => "installation",
            Self::Refresh => "refresh",
            Self::Unknown => "other",
        }
    }

    /// Whether session logs are worth trying with it: no known client uses a fine-grained token there.
    pub fn may_use_copilot_api(self) -> bool {
        matches!(self, Self::Classic | Self::OAuth | Self::AppUser | Self::Unknown)
    }

    /// Permissions are given one by one, not as scopes.
    pub(super) fn has_permissions(self) -> bool {
        matches!(self, Self::FineGrained | Self::AppUser)
    }
}

/// A token that may be sent. It has no way to a screen or a log: no `Debug`, no `Display`.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "a token must not be printable by accident")]
pub struct Token {
    secret: Box<str>,
    kind: TokenKind,
}

impl Token {
    /// `from` names the source in the fault, such as `GH_TOKEN`.
    pub fn new(text: &str, from: &str) -> Result<Self, Fault> {
        let secret = text.trim();
        let fault = |what: &str, next: &str| Err(Fault::new(FaultKind::Authentication, what, next));
        if secret.is_empty() || secret.len() > MAX_LEN || !secret.bytes().all(|b| b.is_ascii_graphic()) {
            return fault(
                &format!("what {from} holds is not a token"),
                "put one token there, alone on its line, or run `gh auth login`",
            );
        }
        let kind = TokenKind::of(secret);
        match kind {
            TokenKind::Installation => fault(
                &format!("{from} holds an installation token (ghs_), which GitHub does not accept for agent tasks"),
                "set ATC_TOKEN to a personal access token, or run `gh auth login`",
            ),
            TokenKind::Refresh => fault(
                &format!("{from} holds a refresh token (ghr_), which cannot be used for requests"),
                "set ATC_TOKEN to an access token, or run `gh auth login`",
            ),
            _ => Ok(Self { secret: secret.into(), kind }),
        }
    }

    pub fn kind(&self) -> TokenKind {
        self.kind
    }

    /// For the `Authorization` header alone; marked so that no library prints it.
    pub(super) fn bearer(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", self.secret)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// For a fingerprint that binds a cached answer to who asked.
    pub(super) fn raw_for_hash(&self) -> &[u8] {
        self.secret.as_bytes()
    }

    /// A service's words, without this token should they repeat it.
    pub(super) fn scrub(&self, text: &str) -> String {
        // A word as short as a demo's token would take harmless words with it.
        let known = if self.secret.len() < 8 { text.to_owned() } else { text.replace(&*self.secret, "[redacted]") };
        crate::text::redact::redact(&known)
    }
}

/// A token and where it was found, in words.
#[expect(missing_debug_implementations, reason = "it holds the token")]
pub struct Found {
    pub token: Token,
    pub source: Safe,
}

/// Where to look.
#[expect(missing_debug_implementations, reason = "it holds a function")]
pub struct Places<'a> {
    pub token_file: Option<&'a Path>,
    pub env: &'a (dyn Fn(&str) -> Option<String> + Send + Sync),
    /// The program to ask last; `gh` on the path unless a test says otherwise.
    pub gh: PathBuf,
}

impl<'a> Places<'a> {
    pub fn new(token_file: Option<&'a Path>, env: &'a (dyn Fn(&str) -> Option<String> + Send + Sync)) -> Self {
        Self { token_file, env, gh: "gh".into() }
    }
}

/// The first token there is, in the order of the module head.
pub async fn discover(host: &Host, places: &Places<'_>) -> Result<Found, Fault> {
    if let Some(found) = at_hand(host, places)? {
        return Ok(found);
    }
    let text = ask_gh(&places.gh, host.login_host()).await?;
    Ok(Found { token: Token::new(&text, "`gh auth token`")?, source: Safe::new("gh auth token") })
}

/// The same without asking another program. `None`: only that can tell.
pub fn at_hand(host: &Host, places: &Places<'_>) -> Result<Option<Found>, Fault> {
    if let Some(path) = places.token_file {
        let source = format!("the token file {}", Untrusted::from(&*path.to_string_lossy()).show_line());
        return Ok(Some(Found { token: Token::new(&read_file(path)?, &source)?, source: Safe::new(source) }));
    }
    let Some((name, text)) = from_environment(host.class(), places.env) else { return Ok(None) };
    Ok(Some(Found { token: Token::new(&text, name)?, source: Safe::new(name) }))
}

fn from_environment(
    class: HostClass,
    env: &(dyn Fn(&str) -> Option<String> + Send + Sync),
) -> Option<(&'static str, String)> {
    let get = |name: &'static str| env(name).filter(|text| !text.trim().is_empty()).map(|text| (name, text));
    let in_codespaces = || env("CODESPACES").is_some_and(|word| word == "true");
    match class {
        HostClass::GitHub => get("ATC_TOKEN").or_else(|| get("GH_TOKEN")).or_else(|| get("GITHUB_TOKEN")),
        HostClass::Other => get("ATC_TOKEN")
            .or_else(|| get("GH_ENTERPRISE_TOKEN"))
            .or_else(|| get("GITHUB_ENTERPRISE_TOKEN"))
            .or_else(|| in_codespaces().then(|| get("GITHUB_TOKEN")).flatten()),
    }
}

/// A token file is a plain file of ours that nobody else may read; a link could point anywhere.
fn read_file(path: &Path) -> Result<String, Fault> {
    let shown = Untrusted::from(&*path.to_string_lossy()).show_line();
    let fault =
        |why: &str, next: &str| Fault::new(FaultKind::Authentication, format!("the token file {shown} {why}"), next);
    let unreadable = |error: &std::io::Error| {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "is not there".to_owned(),
            kind => format!("cannot be read: {kind}"),
        };
        fault(&why, "name the right one with --token-file, or leave it out to use ATC_TOKEN or `gh`")
    };
    let about = std::fs::symlink_metadata(path).map_err(|e| unreadable(&e))?;
    if !about.is_file() {
        return Err(fault("is not a plain file", "give the file itself, not a link to it"));
    }
    let file = open_no_follow(path).map_err(|e| unreadable(&e))?;
    let about = file.metadata().map_err(|e| unreadable(&e))?;
    if is_open_to_others(&about) {
        return Err(fault("can be read by other users", &format!("run `chmod 600 {shown}`, and renew the token")));
    }
    let mut text = String::new();
    let limit = u64::try_from(MAX_LEN * 2).unwrap_or(u64::MAX);
    std::io::Read::read_to_string(&mut std::io::Read::take(file, limit), &mut text).map_err(|e| unreadable(&e))?;
    Ok(text)
}

#[cfg(unix)]
fn open_no_follow(path: &Path) -> std::io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    std::fs::OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)
}

#[cfg(not(unix))]
fn open_no_follow(path: &Path) -> std::io::Result<std::fs::File> {
    std::fs::File::open(path)
}

#[cfg(unix)]
fn is_open_to_others(about: &std::fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(about) & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &std::fs::Metadata) -> bool {
    false
}

/// Asks `gh` without a shell. Its error output stays unread: it may hold anything.
async fn ask_gh(program: &Path, host: &str) -> Result<String, Fault> {
    let none = |what: &str| {
        Fault::new(FaultKind::Authentication, what, "run `gh auth login`, or set ATC_TOKEN; `atc demo` needs none")
    };
    let child = tokio::process::Command::new(program)
        .args(["auth", "token", "--hostname", host])
        .env("GH_PROMPT_DISABLED", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Fault::new(
                FaultKind::Authentication,
                "no token: none of its variables is set, and `gh` is not installed",
                "set ATC_TOKEN to a personal access token, or install `gh` and run `gh auth login`; `atc demo` needs none",
            ));
        }
        Err(error) => return Err(none(&format!("no token: `gh` could not be started ({})", error.kind()))),
    };
    let Some(out) = child.stdout.take() else {
        return Err(none("no token: `gh` gave no output"));
    };
    let answer = async {
        let mut bytes = Vec::new();
        let limit = u64::try_from(MAX_LEN * 2).unwrap_or(u64::MAX);
        let read = out.take(limit).read_to_end(&mut bytes).await;
        (read, child.wait().await, bytes)
    };
    let Ok((read, status, bytes)) = tokio::time::timeout(GH_PATIENCE, answer).await else {
        return Err(none("no token: `gh auth token` did not answer within 3 s (is its keyring locked?)"));
    };
    if read.is_err() || !status.is_ok_and(|status| status.success()) {
        return Err(none(&format!("no token: `gh` has none for {}", Untrusted::from(host).show_line())));
    }
    String::from_utf8(bytes).map_err(|_| none("no token: what `gh auth token` printed is not one"))
}
