//! Other programs: the browser and the editor. Never through a shell, so that an address is only ever an address.

use std::fmt;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

use super::private;
use crate::domain::{Fault, FaultKind};
use crate::text::{Untrusted, sink};

/// A browser that has not failed by then has opened.
const OPENS_WITHIN: Duration = Duration::from_secs(1);
/// An editor that was told to end has this long to do so.
const ENDS_WITHIN: Duration = Duration::from_millis(200);
/// More than this is not read back from the editor.
const LARGEST_TEXT: u64 = 8 * 1024 * 1024;

/// The address, if it may be opened: https and one of the hosts.
pub fn address(url: &Untrusted, hosts: &[String]) -> Option<String> {
    let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
    sink::link(url.raw_for_match(), &hosts)
}

/// What says where a browser may be.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the surroundings")]
#[derive(Clone, Debug, Default)]
pub struct Desktop {
    /// `$BROWSER`: commands separated by colons, `%s` for the address.
    pub browser: Option<String>,
    /// There is a display to open a window on.
    pub display: bool,
    pub wsl: bool,
    pub macos: bool,
    /// Logged in from elsewhere: a window would open there where nobody looks.
    pub remote: bool,
}

impl Desktop {
    pub fn here() -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
        Self {
            browser: std::env::var("BROWSER").ok().filter(|b| !b.trim().is_empty()),
            display: set("DISPLAY") || set("WAYLAND_DISPLAY"),
            wsl: set("WSL_DISTRO_NAME"),
            macos: cfg!(target_os = "macos"),
            remote: set("SSH_CONNECTION") || set("SSH_TTY"),
        }
    }

    /// The commands to try, in order. None where a browser could not show itself.
    fn commands(&self, url: &str) -> Vec<Vec<String>> {
        let mut commands: Vec<Vec<String>> = Vec::new();
        for entry in self.browser.iter().flat_map(|list| list.split(':')) {
            let mut words: Vec<String> = entry.split_whitespace().map(|word| word.replace("%s", url)).collect();
            if !entry.contains("%s") {
                words.push(url.to_owned());
            }
            if words.len() > 1 {
                commands.push(words);
            }
        }
        let mut add = |words: &[&str]| commands.push(words.iter().map(|word| (*word).to_owned()).collect());
        if self.macos && !self.remote {
            add(&["open", url]);
        }
        if self.wsl && !self.remote {
            add(&["wslview", url]);
            // Between single quotes nothing means anything to it, and an address that was checked has none.
            if !url.contains('\'') {
                add(&[
                    "powershell.exe",
                    "-NoProfile",
                    "-NonInteractive",
                    "-Command",
                    &format!("Start-Process '{url}'"),
                ]);
            }
        }
        if self.display && !self.macos {
            add(&["xdg-open", url]);
        }
        commands
    }

    /// Why no browser took an address, as the beginning of a sentence.
    pub fn why_not(&self) -> &'static str {
        match (self.remote, self.display || self.browser.is_some()) {
            (true, false) => "Over SSH a browser would open where nobody looks",
            (true, true) => "Over SSH no browser answered",
            (false, _) => "No browser here",
        }
    }

    /// Opens an address that was checked. `false`: no browser here did. Takes at most a second a command, and a browser
    /// that hangs is left to itself.
    pub async fn open(&self, url: &str) -> bool {
        for words in self.commands(url) {
            let Some((program, arguments)) = words.split_first() else { continue };
            let mut command = Command::new(program);
            // A group of its own: Ctrl-Z and a closing terminal do not take the browser along.
            command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
            let Ok(mut child) = command.spawn() else { continue };
            match tokio::time::timeout(OPENS_WITHIN, child.wait()).await {
                Ok(Ok(status)) if !status.success() => {}
                _ => return true,
            }
        }
        false
    }
}

/// A text in the operator's editor. The file goes when this does.
pub struct Editing {
    child: Child,
    path: PathBuf,
    program: String,
    /// What it was given.
    text: String,
}

impl fmt::Debug for Editing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Editing").field("program", &self.program).finish_non_exhaustive()
    }
}

impl Drop for Editing {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// `$VISUAL`, `$EDITOR` or `vi`, with its arguments.
pub fn editor() -> Vec<String> {
    let named = ["VISUAL", "EDITOR"].into_iter().filter_map(|name| std::env::var(name).ok());
    let words = |line: String| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    named.map(words).find(|words| !words.is_empty()).unwrap_or_else(|| vec!["vi".to_owned()])
}

impl Editing {
    /// Starts the editor on a private file in `folder`. The terminal must have been given back.
    pub fn start(editor: &[String], text: &str, folder: &Path) -> Result<Self, Fault> {
        let (program, arguments) = editor.split_first().ok_or_else(|| no_editor("", &"no name"))?;
        let path = folder.join(format!("prompt-{}.md", uuid::Uuid::new_v4()));
        let write = || -> io::Result<()> {
            private::folder(folder)?;
            private::create(&path)?.write_all(text.as_bytes())
        };
        write().map_err(|error| {
            let what =
                format!("The text could not be handed to the editor: {} cannot be written: {error}", path.display());
            Fault::new(FaultKind::Local, what, "make room or check the folder's owner; the text is unchanged")
        })?;
        match Command::new(program).args(arguments).arg(&path).spawn() {
            Ok(child) => Ok(Self { child, path, program: program.clone(), text: text.to_owned() }),
            Err(error) => {
                let _ = std::fs::remove_file(&path);
                Err(no_editor(program, &error))
            }
        }
    }

    /// What the editor left, when it has ended. May be dropped and asked again.
    pub async fn finished(&mut self) -> Result<Untrusted, Fault> {
        match self.child.wait().await {
            Ok(status) if status.success() => self.read_back(),
            Ok(status) => Err(self.failed(&status)),
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// Asks the editor to end, because the console does, and gives what was saved in it by then if that is another text.
    /// It has a fifth of a second for that.
    pub async fn end(mut self) -> Option<Untrusted> {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
        if let Some(id) = id {
            let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
        }
        if tokio::time::timeout(ENDS_WITHIN, self.child.wait()).await.is_err() {
            // It would share the terminal with the shell.
            let _ = self.child.start_kill();
        }
        let saved = self.read_back().ok()?;
        (saved.raw_for_match().trim_end() != self.text.trim_end()).then_some(saved)
    }

    fn read_back(&self) -> Result<Untrusted, Fault> {
        let read = || -> io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            std::fs::File::open(&self.path)?.take(LARGEST_TEXT + 1).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let mut bytes = read().map_err(|error| self.failed(&format!("its file cannot be read: {error}")))?;
        if bytes.len() as u64 > LARGEST_TEXT {
            return Err(self.failed(&"its text is larger than 8 MiB"));
        }
        // The line end that editors add is not part of the text.
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        }
        Ok(Untrusted::from_bytes(&bytes))
    }

    fn failed(&self, why: &dyn fmt::Display) -> Fault {
        let what = format!("The editor {} failed ({why})", sink::plain(&self.program));
        Fault::new(FaultKind::Local, what, "the text is unchanged; set $VISUAL or $EDITOR to another editor")
    }
}

fn no_editor(program: &str, why: &dyn fmt::Display) -> Fault {
    let what = format!("The editor \"{}\" could not be started: {why}", sink::plain(program));
    Fault::new(FaultKind::Local, what, "set $VISUAL or $EDITOR to an editor that is installed")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const URL: &str = "https://github.com/o/r/pull/1";

    fn hosts() -> Vec<String> {
        vec!["github.com".to_owned()]
    }

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn only_https_on_the_known_host_is_opened() {
        assert_eq!(address(&URL.into(), &hosts()).as_deref(), Some(URL));
        for bad in [
            "http://github.com/o",
            "https://github.com.evil/o",
            "https://a@github.com/",
            "vscode://x",
            "file:///etc",
            "-x",
        ] {
            assert_eq!(address(&bad.into(), &hosts()), None, "{bad}");
        }
    }

    #[test]
    fn the_browser_of_the_operator_comes_first_and_gets_the_address_as_one_word() {
        let desktop =
            Desktop { browser: Some("firefox --new-tab %s:lynx".to_owned()), display: true, ..Desktop::default() };
        let expected = [
            words(&format!("firefox --new-tab {URL}")),
            words(&format!("lynx {URL}")),
            words(&format!("xdg-open {URL}")),
        ];
        assert_eq!(desktop.commands(URL), expected);
    }

    #[test]
    fn where_atc_runs_decides_what_opens_an_address() {
        let powershell = format!("Start-Process '{URL}'");
        let powershell = ["powershell.exe", "-NoProfile", "-NonInteractive", "-Command", &powershell];
        let own = || Some("firefox".to_owned());
        let here = Desktop::default;
        let table: [(&str, Desktop, &[&[&str]]); 10] = [
            ("a desktop", Desktop { display: true, ..here() }, &[&["xdg-open", URL]]),
            ("a console without a display", here(), &[]),
            ("macOS", Desktop { macos: true, ..here() }, &[&["open", URL]]),
            ("macOS over SSH", Desktop { macos: true, remote: true, ..here() }, &[]),
            ("WSL", Desktop { wsl: true, ..here() }, &[&["wslview", URL], &powershell]),
            ("WSL over SSH", Desktop { wsl: true, remote: true, ..here() }, &[]),
            ("SSH", Desktop { remote: true, ..here() }, &[]),
            ("SSH with a forwarded display", Desktop { remote: true, display: true, ..here() }, &[&["xdg-open", URL]]),
            ("SSH with a browser of its own", Desktop { remote: true, browser: own(), ..here() }, &[&["firefox", URL]]),
            (
                "WSL with a browser of its own",
                Desktop { wsl: true, browser: own(), ..here() },
                &[&["firefox", URL], &["wslview", URL], &powershell],
            ),
        ];
        for (what, desktop, commands) in table {
            assert_eq!(desktop.commands(URL), commands, "{what}");
            assert_eq!(desktop.why_not().starts_with("Over SSH"), desktop.remote, "{what}");
        }
    }

    #[test]
    fn an_address_stays_one_word_of_a_program_and_never_leaves_its_quotes() {
        let address = address(&"https://github.com/o/r?a=$(calc)&b=`x`;'c'|d".into(), &hosts()).unwrap();
        assert!(!address.contains(['\'', '`', '|', '"', ' ']), "{address}");
        let desktop = Desktop { wsl: true, browser: Some("b '%s' x".to_owned()), ..Desktop::default() };
        for words in desktop.commands(&address) {
            assert_eq!(words.iter().filter(|word| word.contains(&address)).count(), 1, "{words:?}");
        }
    }

    #[test]
    fn without_a_display_there_is_no_browser() {
        assert!(Desktop { remote: true, ..Desktop::default() }.commands(URL).is_empty());
        assert!(Desktop { remote: true, macos: true, ..Desktop::default() }.commands(URL).is_empty());
        assert_eq!(Desktop { macos: true, ..Desktop::default() }.commands(URL), [words(&format!("open {URL}"))]);
    }

    #[tokio::test]
    async fn a_browser_that_fails_or_is_not_there_is_said_to_have_failed() {
        let desktop = |browser: &str| Desktop { browser: Some(browser.to_owned()), ..Desktop::default() };
        assert!(!desktop("false:/nowhere/browser").open(URL).await);
        assert!(desktop("false:true").open(URL).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_browser_that_hangs_does_not_hang_us() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        // Reading a pipe nobody writes to takes for ever; the address is one more file that is not there.
        let desktop = Desktop { browser: Some(format!("cat {}", pipe.display())), ..Desktop::default() };
        assert!(desktop.open(URL).await);
        std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
    }

    #[tokio::test]
    async fn the_editors_text_comes_back_and_its_file_goes() {
        let dir = tempfile::tempdir().unwrap();
        let editor = words("sed -i s/old/new/");
        let mut editing = Editing::start(&editor, "an old text", dir.path()).unwrap();
        assert_eq!(editing.finished().await.unwrap().raw_for_match(), "an new text");
        drop(editing);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn what_was_saved_before_the_console_had_to_end_is_given_and_only_that() {
        let dir = tempfile::tempdir().unwrap();
        for (first, saved) in [("sed -i s/old/new/ \"$1\"; ", Some("an new text")), ("", None)] {
            let script = format!("{first}touch {}/done; exec sleep 600", dir.path().display());
            let editor = ["sh", "-c", &script, "editor"].map(str::to_owned);
            let editing = Editing::start(&editor, "an old text", dir.path()).unwrap();
            while std::fs::remove_file(dir.path().join("done")).is_err() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            assert_eq!(editing.end().await.as_ref().map(Untrusted::raw_for_match), saved);
            assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        }
    }

    #[tokio::test]
    async fn an_editor_that_fails_or_is_absent_is_a_fault_with_a_way_on() {
        let dir = tempfile::tempdir().unwrap();
        let mut editing = Editing::start(&words("false"), "text", dir.path()).unwrap();
        let failed = editing.finished().await.unwrap_err();
        drop(editing);
        let absent = Editing::start(&words("/nowhere/editor"), "text", dir.path()).unwrap_err();
        for fault in [failed, absent] {
            assert!(fault.next_step.contains("$EDITOR"), "{fault}");
        }
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
