//! A program of the operator's own: started with arguments and no shell, without any token, and ended in time.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::process::Command;
use tokio::sync::Semaphore;

use super::message::Message;
use super::outlet::Outlet;
use crate::text::{Safe, sink};

/// At once.
const MOST: usize = 4;

/// What a program may need to find its way; everything else stays with us, and every token with it.
const PASSED: [&str; 14] = [
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
    "TMUX",
];

#[derive(Clone, Debug)]
pub struct Commands {
    words: Arc<[String]>,
    within: Duration,
    places: Arc<Semaphore>,
}

impl Commands {
    pub fn new(words: &[String], within: Duration) -> Self {
        Self { words: words.into(), within, places: Arc::new(Semaphore::new(MOST)) }
    }

    /// Starts it, beside what runs. `Err`: it cannot be.
    pub fn start(&self, message: &Message, outlet: &Arc<dyn Outlet>) -> Result<(), Safe> {
        if self.words.is_empty() {
            return Err(Safe::new("no command is set: notify.command"));
        }
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return Err(Safe::new(format!("{MOST} commands run already: this one is left out")));
        };
        let words = self.words.iter().map(|word| filled(word, message)).collect::<Vec<_>>();
        let (within, outlet) = (self.within, Arc::clone(outlet));
        tokio::spawn(async move {
            if let Err(why) = run(&words, within).await {
                outlet.say(true, why);
            }
            drop(place);
        });
        Ok(())
    }

    /// The same, until its end. For a test, which tells what came of it.
    pub async fn run(&self, message: &Message) -> Result<(), Safe> {
        if self.words.is_empty() {
            return Err(Safe::new("no command is set: notify.command"));
        }
        let words = self.words.iter().map(|word| filled(word, message)).collect::<Vec<_>>();
        run(&words, self.within).await
    }
}

/// A placeholder is an argument by itself: nothing of ours is ever mixed with what strangers wrote.
fn filled(word: &str, message: &Message) -> String {
    let told = match word {
        "{title}" => message.title.clone(),
        "{text}" => message.text.clone(),
        "{kind}" => message.kind.clone(),
        "{became}" => message.became.clone(),
        "{repo}" => message.repo.clone().unwrap_or_default(),
        "{task}" => message.task.clone().unwrap_or_default(),
        "{pull}" => message.pull.map(|number| number.to_string()).unwrap_or_default(),
        "{url}" => message.url.clone().unwrap_or_default(),
        other => return other.to_owned(),
    };
    sink::argument(&told)
}

async fn run(words: &[String], within: Duration) -> Result<(), Safe> {
    let Some((program, arguments)) = words.split_first() else { return Ok(()) };
    let name = Safe::new(program);
    let mut command = Command::new(program);
    command.args(arguments).env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.envs(PASSED.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    // A group of its own: a closing terminal does not take it along.
    command.kill_on_drop(true).process_group(0);
    let mut child =
        command.spawn().map_err(|error| Safe::new(format!("{name} cannot be started: {}", error.kind())))?;
    match tokio::time::timeout(within, child.wait()).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(Safe::new(format!("{name} failed: {status}"))),
        Ok(Err(error)) => Err(Safe::new(format!("{name} was lost: {}", error.kind()))),
        Err(_) => {
            let _ = child.kill().await;
            Err(Safe::new(format!("{name} took longer than {} s and was ended", within.as_secs())))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::Instant;

    fn message(title: &str) -> Message {
        Message { title: title.to_owned(), ..Message::test(Instant::UNIX_EPOCH) }
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn a_hostile_name_is_one_argument_of_plain_ascii_and_no_option() {
        for hostile in ["--exec=rm", "-x", "$(rm -rf ~)", "`id`; echo", "\x1b]0;x\x07", "a\nb", "\u{202e}txt", "{url}"]
        {
            let filled = filled("{title}", &message(hostile));
            assert!(!filled.starts_with('-'), "{filled:?}");
            assert!(filled.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{filled:?}");
        }
        assert_eq!(filled("{title}", &message("{url}")), "{url}", "what is filled in is not read again");
        assert_eq!(filled("x{title}", &message("a")), "x{title}", "only a whole argument is a placeholder");
        assert_eq!(filled("{unknown}", &message("a")), "{unknown}");
    }

    #[tokio::test]
    async fn what_was_said_arrives_as_it_is_and_no_token_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        let script = "printf '%s|' \"$@\" > \"$0\"; env >> \"$0\"";
        let words = words(&["sh", "-c", script, out.to_str().unwrap(), "{title}", "{kind}"]);
        Commands::new(&words, Duration::from_secs(10)).run(&message("$(id) `x`; \"y\" 'z'")).await.unwrap();
        let written = std::fs::read_to_string(&out).unwrap();
        assert!(written.starts_with("$(id) `x`; \"y\" 'z'|test|"), "{written}");
        assert!(!written.contains("TOKEN") && !written.contains("CARGO") && !written.contains("SECRET"), "{written}");
    }

    #[tokio::test]
    async fn a_program_that_fails_or_hangs_or_is_not_there_is_said_to_have_failed() {
        let within = Duration::from_millis(200);
        for (words, said) in [
            (words(&["false"]), "failed"),
            (words(&["sleep", "60"]), "longer than"),
            (words(&["no-such-program-here"]), "cannot be started"),
            (Vec::new(), "no command"),
        ] {
            let why = Commands::new(&words, within).run(&message("x")).await.unwrap_err();
            assert!(why.contains(said), "{why}");
        }
    }
}
