//! tmux, where atc runs in it: what it lets through, and its own buffer. It is asked as a program, never through the
//! terminal, and not waited for long.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// Longer than this it is not waited for: it runs on this machine.
const PATIENCE: Duration = Duration::from_millis(400);
const QUESTION: &str = "#{client_termfeatures}\n#{set-clipboard}\n#{allow-passthrough}\n#{version}";

/// What tmux says of itself. Empty where it does not know: an old one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tmux {
    /// What it knows of the terminal outside.
    pub features: String,
    /// `on`, `external` or `off`.
    pub set_clipboard: String,
    /// `on`, `all` or `off`.
    pub allow_passthrough: String,
    pub version: String,
}

impl Tmux {
    /// Whether this runs in it.
    pub fn is_here() -> bool {
        std::env::var_os("TMUX").is_some_and(|value| !value.is_empty())
    }

    /// `None`: this is not in tmux, or it did not answer.
    pub async fn ask() -> Option<Self> {
        if !Self::is_here() {
            return None;
        }
        let pane = std::env::var("TMUX_PANE").unwrap_or_default();
        let mut command = Command::new("tmux");
        command.args(["display-message", "-p"]);
        if !pane.is_empty() {
            command.args(["-t", pane.as_str()]);
        }
        command.arg(QUESTION).stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let output = tokio::time::timeout(PATIENCE, command.output()).await.ok()?.ok()?;
        output.status.success().then(|| Self::read(&String::from_utf8_lossy(&output.stdout)))
    }

    fn read(answer: &str) -> Self {
        let mut lines = answer.lines().map(|line| line.trim().to_owned());
        let mut next = || lines.next().unwrap_or_default();
        Self { features: next(), set_clipboard: next(), allow_passthrough: next(), version: next() }
    }

    /// Whether `load-buffer` passes on to the clipboard of the terminal outside: from 3.2 on.
    pub fn has_load_w(&self) -> bool {
        let number = |text: &str| text.trim_matches(|c: char| !c.is_ascii_digit()).parse::<u32>().ok();
        let mut parts = self.version.trim_start_matches(|c: char| !c.is_ascii_digit()).splitn(2, '.');
        let (Some(major), minor) = (parts.next().and_then(number), parts.next()) else { return false };
        let minor = minor.map(|text| text.chars().take_while(char::is_ascii_digit).collect::<String>());
        (major, minor.as_deref().and_then(number).unwrap_or(0)) >= (3, 2)
    }
}

/// Puts a text into tmux's buffer, and with `-w` into the clipboard of the terminal outside. Nobody waits for it.
pub fn load_buffer(text: String, pass_on: bool) {
    let work = async move {
        let mut command = Command::new("tmux");
        command.arg("load-buffer");
        if pass_on {
            command.arg("-w");
        }
        command.arg("-").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let Ok(mut child) = command.spawn() else { return };
        let whole = async {
            if let Some(mut to) = child.stdin.take() {
                let _ = to.write_all(text.as_bytes()).await;
            }
            let _ = child.wait().await;
        };
        let _ = tokio::time::timeout(PATIENCE * 5, whole).await;
    };
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(work);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tmux_says_is_read_line_by_line_and_an_old_one_says_less() {
        let new = Tmux::read("256,hyperlinks,title\nexternal\non\n3.4\n");
        assert_eq!((new.features.as_str(), new.allow_passthrough.as_str()), ("256,hyperlinks,title", "on"));
        assert!(new.has_load_w());
        assert_eq!(Tmux::read("\n\n\n"), Tmux::default());
        for (version, has) in
            [("3.2", true), ("3.3a", true), ("next-3.6", true), ("3.1c", false), ("2.9", false), ("", false)]
        {
            let tmux = Tmux { version: version.to_owned(), ..Tmux::default() };
            assert_eq!(tmux.has_load_w(), has, "{version}");
        }
    }
}
