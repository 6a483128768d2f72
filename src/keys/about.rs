//! What each screen is called, what it is for, in a sentence, and where one goes from it: what the help begins with.

use super::intent::{Context, Intent};

impl Context {
    /// What the help says under its keys. `opens`: the key that opens the browser.
    pub fn note(self, opens: &str) -> Option<String> {
        (self == Self::Reviews)
            .then(|| format!("there is no key to merge, by design: a person merges at GitHub ({opens} opens it)"))
    }

    /// Its heading in the help and the README.
    pub fn title(self) -> &'static str {
        match self {
            Self::Global => "Everywhere",
            Self::Queue => "Queue",
            Self::Detail => "Detail",
            Self::Log => "Log",
            Self::List => "Log: sources and sessions",
            Self::Record => "Log: record",
            Self::Wall => "Wall",
            Self::Found => "Lines found",
            Self::Ledger => "Ledger",
            Self::Cancels => "Cancels",
            Self::FollowUp => "Follow up and comment",
            Self::Doctor => "Doctor",
            Self::Inbox => "Inbox",
            Self::Automations => "Automations",
            Self::Automation => "Automations: page",
            Self::Calendar => "Automations: calendar",
            Self::AutomationForm => "Automations: form",
            Self::Reviews => "Reviews",
            Self::Pull => "Reviews: page",
            Self::Diff => "Reviews: diff",
            Self::Templates => "Compose: templates",
            Self::Issues => "Compose: issues",
            Self::Form => "Compose: form",
            Self::Repos => "Compose: repositories",
            Self::Plan => "Compose: plan",
            Self::Dialog => "Questions",
            Self::Help => "Help",
            Self::Line => "Command and filter line",
            Self::Palette => "Palette",
            Self::Tour => "Tour",
        }
    }

    /// What it is for.
    pub fn about(self) -> &'static str {
        match self {
            Self::Global => "Keys that mean the same wherever no text is typed.",
            Self::Queue => {
                "Every agent task of your repositories, one a row: what runs, what waits for you, what failed."
            }
            Self::Detail => "All that is known of one task: its sessions, run, pull request, cost, and what disagrees.",
            Self::Log => {
                "What the agent says and does, while it does it; folded to what matters, with every failure one key away."
            }
            Self::List => "Where the log can be read, or which of the task's sessions is shown.",
            Self::Record => "The record behind an entry of the log, as the service sent it.",
            Self::Wall => "The last lines of everything that runs, side by side, for a screen nobody types at.",
            Self::Found => "The lines of all kept logs that hold what you looked for.",
            Self::Ledger => "What was done from here, by whom and why, and what became of it.",
            Self::Cancels => "Every cancel from its request to the proof that the session ended.",
            Self::FollowUp => {
                "What you write on a pull request: to the agent about its task, or to whoever reviews it."
            }
            Self::Doctor => "What your token and this machine can do here, what they cannot, and what to do about it.",
            Self::Inbox => "What waits for you, the most urgent first. It goes by itself once it is dealt with.",
            Self::Automations => {
                "What starts tasks by itself in your repositories: when it runs, what came of it, what it costs."
            }
            Self::Automation => "All that is known of one automation, what is to be said about it, and its runs.",
            Self::Calendar => {
                "The coming runs of all automations, and how many would be at work at once. All computed."
            }
            Self::AutomationForm => {
                "An automation being written: what sets it off, what it may do and spend, and the exact request."
            }
            Self::Reviews => "The pull requests agents opened, by whom they wait on.",
            Self::Pull => "One pull request: what it waits for, its checks, its reviews, its task.",
            Self::Diff => "What the pull request changes, file by file.",
            Self::Templates => "Prompts to begin a task from: your drafts, the templates, or nothing.",
            Self::Issues => "The open issues of a repository, to put the agent in charge of one.",
            Self::Form => {
                "A new task: its fields, its prompt, what the policy says, and the exact request that will be sent."
            }
            Self::Repos => "The repositories one prompt goes to.",
            Self::Plan => "One prompt for several repositories: a row each, started one after the other.",
            Self::Dialog => "Something is about to be done. No is the default; yes has a letter of its own.",
            Self::Help => "What this screen is for, its keys, where to go from it, and then every other key.",
            Self::Line => "A command after :, or conditions after /. Tab completes, the arrows bring back older lines.",
            Self::Palette => "Everything there is to go to, found by some of its letters, the best first.",
            Self::Tour => "A walk round the screen.",
        }
    }

    /// Where one goes next from there, the likeliest first.
    pub fn leads_to(self) -> &'static [Intent] {
        match self {
            Self::Queue => &[Intent::Inbox, Intent::Reviews, Intent::Compose, Intent::Palette, Intent::Ledger],
            Self::Log | Self::Detail | Self::Record | Self::List => {
                &[Intent::Back, Intent::GoBack, Intent::Queue, Intent::Reviews, Intent::Palette]
            }
            Self::Reviews | Self::Pull | Self::Diff => {
                &[Intent::Back, Intent::Queue, Intent::Log, Intent::Inbox, Intent::Palette]
            }
            Self::Templates
            | Self::Issues
            | Self::Form
            | Self::Repos
            | Self::Plan
            | Self::FollowUp
            | Self::AutomationForm => &[Intent::Back],
            Self::Inbox | Self::Ledger | Self::Cancels | Self::Doctor | Self::Wall | Self::Found => {
                &[Intent::Back, Intent::GoBack, Intent::Queue, Intent::Log, Intent::Palette]
            }
            Self::Automations | Self::Automation | Self::Calendar => {
                &[Intent::Back, Intent::Queue, Intent::Log, Intent::Inbox, Intent::Palette]
            }
            Self::Global | Self::Dialog | Self::Help | Self::Line | Self::Palette | Self::Tour => &[],
        }
    }
}
