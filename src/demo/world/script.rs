//! The scenario files of `assets/demo/scripts`: what an agent does, turn by turn.
//!
//! ```text
//! title: Fix the flaky retry test            head: one `key: value` a line, up to the first directive
//! @prompt                                    what the human asked
//! @pr Use an injected clock                  the pull request's title, its body below
//! @setup 1.2 Start 'playwright' MCP server   a set-up step that took 1.2 s
//! @turn 8                                    8 s later the agent says the text below
//! @reason                                    … and thinks this
//! @bash 3.2 exit=101 Run the retry tests     … and calls tools: seconds, options, a description
//! $ cargo test -p scheduler retry            `$ ` lines are the command, the others its output
//! @final 6                                   the closing words
//! @end done                                  done | failed WHY | timed_out | waiting | idle | hangs
//! ```
//!
//! Tool directives: `bash`, `view PATH FROM-TO`, `edit PATH`, `replace PATH`, `create PATH`, `think`, `progress MESSAGE`,
//! `codeql`, `ask`, `call NAME {json}`. Text is filled ([`super::fill`]) only when it is shown.

use super::clock::{SECOND, Tick, millis};

#[derive(Clone, Debug, Default)]
pub struct Script {
    pub id: String,
    pub title: String,
    /// Without the `copilot/` in front.
    pub branch: String,
    pub prompt: String,
    pub pr_title: String,
    pub pr_body: String,
    /// Lines added, lines removed, files touched in all.
    pub diff: (u64, u64, u64),
    /// What the whole session costs, in AI credits.
    pub credits: f64,
    pub setups: Vec<Setup>,
    pub turns: Vec<Turn>,
    pub ending: Ending,
}

#[derive(Clone, Debug)]
pub struct Setup {
    pub took: Tick,
    pub name: String,
    pub output: String,
}

#[derive(Clone, Debug, Default)]
pub struct Turn {
    /// After the last result of the turn before.
    pub pause: Tick,
    pub say: String,
    pub reason: String,
    pub calls: Vec<Call>,
    /// The closing words: no call follows.
    pub closing: bool,
}

#[derive(Clone, Debug)]
pub struct Call {
    pub tool: Tool,
    pub took: Tick,
    pub body: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tool {
    Bash {
        exit: i32,
        about: String,
    },
    View {
        path: String,
        lines: Option<(u64, u64)>,
    },
    /// `name` is the tool's name on the wire: `edit` or `str_replace`.
    Edit {
        name: &'static str,
        path: String,
    },
    Create {
        path: String,
    },
    Think,
    Progress {
        message: String,
    },
    CodeQl,
    /// A question to the human: it stays without an answer.
    Ask,
    Other {
        name: String,
        arguments: String,
    },
}

/// How a session comes to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    #[default]
    Done,
    Failed(String),
    TimedOut,
    Waiting,
    Idle,
    /// Nothing more ever comes.
    Hangs,
}

impl Ending {
    pub fn parse(text: &str) -> Option<Self> {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        Some(match word {
            "done" => Self::Done,
            "failed" => Self::Failed(rest.trim().to_owned()),
            "timed_out" => Self::TimedOut,
            "waiting" => Self::Waiting,
            "idle" => Self::Idle,
            "hangs" => Self::Hangs,
            _ => return None,
        })
    }
}

/// Where the lines after a directive belong.
enum Sink {
    Nowhere,
    Prompt,
    PrBody,
    Setup,
    Say,
    Reason,
    Call,
}

impl Script {
    /// # Errors
    /// The line that cannot be read, in words.
    pub fn parse(id: &str, text: &str) -> Result<Self, String> {
        let mut script = Self { id: id.to_owned(), ..Self::default() };
        let mut sink = Sink::Nowhere;
        let mut in_head = true;
        for (number, line) in text.lines().enumerate() {
            let fault = |why: &str| format!("{id}:{}: {why}: {line}", number + 1);
            if let Some((word, rest)) = directive(line) {
                in_head = false;
                sink = script.open(word, rest).ok_or_else(|| fault("not a directive that can stand here"))?;
            } else if in_head {
                if !line.trim().is_empty() {
                    let (key, value) = line.split_once(": ").ok_or_else(|| fault("expected `key: value`"))?;
                    script.head(key, value).ok_or_else(|| fault("not a known head line"))?;
                }
            } else {
                script.line(&sink, line);
            }
        }
        script.tidy();
        if script.title.is_empty() || script.branch.is_empty() || script.turns.is_empty() {
            return Err(format!("{id}: a script needs a title, a branch and a turn"));
        }
        Ok(script)
    }

    fn head(&mut self, key: &str, value: &str) -> Option<()> {
        match key {
            "title" => value.clone_into(&mut self.title),
            "branch" => value.clone_into(&mut self.branch),
            "credits" => self.credits = value.parse().ok()?,
            "diff" => {
                let mut numbers = value.split_whitespace().map(|word| word.trim_start_matches(['+', '-']).parse().ok());
                self.diff = (numbers.next()??, numbers.next()??, numbers.next()??);
            }
            _ => return None,
        }
        Some(())
    }

    fn open(&mut self, word: &str, rest: &str) -> Option<Sink> {
        match word {
            "prompt" => return Some(Sink::Prompt),
            "pr" => {
                rest.clone_into(&mut self.pr_title);
                return Some(Sink::PrBody);
            }
            "setup" => {
                let (took, name) = seconds(rest)?;
                self.setups.push(Setup { took, name: name.to_owned(), output: String::new() });
                return Some(Sink::Setup);
            }
            "turn" | "final" => {
                let (pause, _) = seconds(rest)?;
                self.turns.push(Turn { pause, closing: word == "final", ..Turn::default() });
                return Some(Sink::Say);
            }
            "reason" => return self.turns.last().map(|_| Sink::Reason),
            "end" => {
                self.ending = Ending::parse(rest)?;
                return Some(Sink::Nowhere);
            }
            _ => {}
        }
        let (took, rest) = seconds(rest)?;
        let tool = tool(word, rest)?;
        self.turns.last_mut()?.calls.push(Call { tool, took, body: String::new() });
        Some(Sink::Call)
    }

    fn line(&mut self, sink: &Sink, line: &str) {
        let target = match sink {
            Sink::Nowhere => return,
            Sink::Prompt => Some(&mut self.prompt),
            Sink::PrBody => Some(&mut self.pr_body),
            Sink::Setup => self.setups.last_mut().map(|setup| &mut setup.output),
            Sink::Say => self.turns.last_mut().map(|turn| &mut turn.say),
            Sink::Reason => self.turns.last_mut().map(|turn| &mut turn.reason),
            Sink::Call => self.turns.last_mut().and_then(|turn| turn.calls.last_mut()).map(|call| &mut call.body),
        };
        if let Some(target) = target {
            target.push_str(line);
            target.push('\n');
        }
    }

    /// Takes away the line break that ends each block.
    fn tidy(&mut self) {
        trim(&mut self.prompt);
        trim(&mut self.pr_body);
        self.setups.iter_mut().for_each(|setup| trim(&mut setup.output));
        for turn in &mut self.turns {
            trim(&mut turn.say);
            trim(&mut turn.reason);
            turn.calls.iter_mut().for_each(|call| trim(&mut call.body));
        }
    }
}

fn trim(text: &mut String) {
    text.truncate(text.trim_end_matches('\n').len());
}

const DIRECTIVES: [&str; 17] = [
    "prompt", "pr", "setup", "turn", "final", "reason", "end", "bash", "view", "edit", "replace", "create", "think",
    "progress", "codeql", "ask", "call",
];

fn directive(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix('@')?;
    let (word, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    DIRECTIVES.contains(&word).then_some((word, rest.trim()))
}

/// The leading number of seconds, and what follows it.
fn seconds(text: &str) -> Option<(Tick, &str)> {
    let (number, rest) = text.split_once(' ').unwrap_or((text, ""));
    Some((millis(number.parse().ok()?, SECOND), rest.trim()))
}

fn tool(word: &str, rest: &str) -> Option<Tool> {
    let path = || (!rest.is_empty()).then(|| rest.to_owned());
    Some(match word {
        "bash" => match rest.strip_prefix("exit=") {
            Some(rest) => {
                let (code, about) = rest.split_once(' ').unwrap_or((rest, ""));
                Tool::Bash { exit: code.parse().ok()?, about: about.to_owned() }
            }
            None => Tool::Bash { exit: 0, about: rest.to_owned() },
        },
        "view" => {
            let (path, lines) = rest.split_once(' ').unwrap_or((rest, ""));
            let lines = lines.split_once('-').and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
            Tool::View { path: path.to_owned(), lines }
        }
        "edit" => Tool::Edit { name: "edit", path: path()? },
        "replace" => Tool::Edit { name: "str_replace", path: path()? },
        "create" => Tool::Create { path: path()? },
        "think" => Tool::Think,
        "progress" => Tool::Progress { message: path()? },
        "codeql" => Tool::CodeQl,
        "ask" => Tool::Ask,
        "call" => {
            let (name, arguments) = rest.split_once(' ').unwrap_or((rest, "{}"));
            Tool::Other { name: name.to_owned(), arguments: arguments.to_owned() }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    const SMALL: &str = "title: Fix it\nbranch: fix-it\ndiff: +4 -2 1\ncredits: 1.5\n@prompt\nPlease.\n\nNow.\n@pr Fixed\nBody\n@setup 1.5 Start it\nstarted\n@turn 4\nI look.\n@reason\nhm\n@bash 2 exit=1 Test it\n$ make\n@@ not a directive\n@types neither\n@view 0.3 src/a.rs 3-9\nx\n@final 5\nDone.\n@end failed out of luck\n";

    #[test]
    fn a_script_is_read_into_turns_and_calls() {
        let script = Script::parse("small", SMALL).unwrap();
        assert_eq!(script.prompt, "Please.\n\nNow.");
        assert_eq!(script.diff, (4, 2, 1));
        assert_eq!(script.setups[0].output, "started");
        let turn = &script.turns[0];
        assert_eq!((turn.pause, turn.say.as_str(), turn.reason.as_str()), (4_000, "I look.", "hm"));
        assert_eq!(turn.calls[0].tool, Tool::Bash { exit: 1, about: "Test it".to_owned() });
        assert_eq!(turn.calls[0].body, "$ make\n@@ not a directive\n@types neither");
        assert_eq!(turn.calls[1].tool, Tool::View { path: "src/a.rs".to_owned(), lines: Some((3, 9)) });
        assert!(script.turns[1].closing);
        assert_eq!(script.ending, Ending::Failed("out of luck".to_owned()));
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        let fault = Script::parse("broken", "title: x\nbranch: y\n@turn soon\n").unwrap_err();
        assert!(fault.starts_with("broken:3:"), "{fault}");
        assert!(Script::parse("empty", "title: x\n").is_err());
    }
}
