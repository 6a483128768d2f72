//! The one table. A key that is not here does nothing; help that is not here does not exist.

use super::chord::{Chord, Key};
use super::intent::{Context, Intent};
use crate::transcript::Facet;

mod automations;

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    pub context: Context,
    pub chord: Chord,
    pub intent: Intent,
    /// What it does, for the help and the README.
    pub help: &'static str,
    /// One or two words for the footer; empty: not shown there.
    pub footer: &'static str,
}

const fn bind(context: Context, chord: Chord, intent: Intent, help: &'static str, footer: &'static str) -> Binding {
    Binding { context, chord, intent, help, footer }
}

const fn c(c: char) -> Chord {
    Chord::char(c)
}

const fn k(key: Key) -> Chord {
    Chord::plain(key)
}

const FACET: &str = "one kind of entry alone, as the bar above the log says; again: all";

/// One meaning wherever a task is.
const FOLLOW_UP: &str = "follow up: a comment to the agent, or a new task on the same branch";
const DIFF: &str = "the diff";
const CHECK_LOG: &str = "the log of the failed check";
const RUNS: &str = "let the workflows run that wait for approval (asks)";
const APPROVE: &str = "approve it (asks for its number); this merges nothing";
const REVIEW: &str = "ask people or teams for a review (asks)";
const READY: &str = "mark the draft ready for review (asks)";
const COMMENT: &str = "comment on it (asks)";
const CLOSE: &str = "close it without a merge (asks for its number)";

const AUTOMATION: &str = "the automation that started the task";

/// One key, by what is typed.
const SEARCH_MODE: &str = "look for an older line; in a log's search: a text, or a regular expression";
const PLACE_BACK: &str = "back through the places you were at";

/// One meaning, nine keys: one row of the help.
const VIEW: &str = "the saved view with this number";

const GLOBAL: &[Binding] = &[
    bind(Context::Global, c('Q'), Intent::Queue, "queue", "queue"),
    bind(Context::Global, c('l'), Intent::Log, "log", "log"),
    bind(Context::Global, c('p'), Intent::Reviews, "reviews: the pull requests", "reviews"),
    bind(Context::Global, c('n'), Intent::Compose, "compose a new task", "new"),
    bind(Context::Global, c('A'), Intent::Ledger, "the ledger: what was done, and what became of it", ""),
    bind(Context::Global, c('I'), Intent::Inbox, "the inbox: what waits for you", ""),
    bind(Context::Global, c('T'), Intent::Automations, "the automations: what starts tasks by itself", ""),
    bind(Context::Global, c('1'), Intent::View(1), VIEW, ""),
    bind(Context::Global, c('2'), Intent::View(2), VIEW, ""),
    bind(Context::Global, c('3'), Intent::View(3), VIEW, ""),
    bind(Context::Global, c('4'), Intent::View(4), VIEW, ""),
    bind(Context::Global, c('5'), Intent::View(5), VIEW, ""),
    bind(Context::Global, c('6'), Intent::View(6), VIEW, ""),
    bind(Context::Global, c('7'), Intent::View(7), VIEW, ""),
    bind(Context::Global, c('8'), Intent::View(8), VIEW, ""),
    bind(Context::Global, c('9'), Intent::View(9), VIEW, ""),
    bind(Context::Global, k(Key::Tab), Intent::NextPane, "next pane", ""),
    bind(Context::Global, k(Key::BackTab), Intent::PreviousPane, "previous pane", ""),
    bind(Context::Global, c('z'), Intent::Zoom, "give the pane the whole screen, or take it back", "zoom"),
    bind(Context::Global, c('+'), Intent::Grow, "make the pane taller", ""),
    bind(Context::Global, c('-'), Intent::Shrink, "make the pane lower", ""),
    bind(Context::Global, c('L'), Intent::Layout, "panes side by side or stacked (from 160 columns)", ""),
    bind(Context::Global, c('j'), Intent::Down, "down", ""),
    bind(Context::Global, k(Key::Down), Intent::Down, "down", ""),
    bind(Context::Global, c('k'), Intent::Up, "up", ""),
    bind(Context::Global, k(Key::Up), Intent::Up, "up", ""),
    bind(Context::Global, k(Key::PageDown), Intent::PageDown, "page down", ""),
    bind(Context::Global, Chord::ctrl('f'), Intent::PageDown, "page down", ""),
    bind(Context::Global, Chord::ctrl('d'), Intent::HalfDown, "half a page down", ""),
    bind(Context::Global, k(Key::PageUp), Intent::PageUp, "page up", ""),
    bind(Context::Global, Chord::ctrl('b'), Intent::PageUp, "page up", ""),
    bind(Context::Global, Chord::ctrl('u'), Intent::HalfUp, "half a page up", ""),
    bind(Context::Global, c('g'), Intent::Top, "first", ""),
    bind(Context::Global, k(Key::Home), Intent::Top, "first", ""),
    bind(Context::Global, c('G'), Intent::Bottom, "last", ""),
    bind(Context::Global, k(Key::End), Intent::Bottom, "last", ""),
    bind(Context::Global, c('r'), Intent::Refresh, "ask every source now", "refresh"),
    bind(Context::Global, c(':'), Intent::Command, "type a command", "command"),
    bind(Context::Global, c('M'), Intent::Mouse, "mouse on or off (off: the terminal selects text)", ""),
    bind(Context::Global, c('?'), Intent::Help, "all keys", "keys"),
    bind(Context::Global, k(Key::F(1)), Intent::Help, "all keys", "keys"),
    bind(Context::Global, Chord::ctrl('k'), Intent::Palette, "go to anything by some of its letters", ""),
    bind(Context::Global, Chord::alt(Key::Left), Intent::GoBack, PLACE_BACK, ""),
    bind(Context::Global, Chord::ctrl('o'), Intent::GoBack, PLACE_BACK, ""),
    bind(Context::Global, Chord::alt(Key::Right), Intent::GoForward, "forward again through them", ""),
    bind(Context::Global, k(Key::Esc), Intent::Back, "go back", "back"),
    bind(Context::Global, Chord::ctrl('l'), Intent::Redraw, "paint the screen anew", ""),
    bind(Context::Global, Chord::ctrl('z'), Intent::Suspend, "suspend", ""),
    bind(Context::Global, c('q'), Intent::Quit, "quit", "quit"),
    bind(Context::Global, Chord::ctrl('c'), Intent::Quit, "quit", ""),
];

const QUEUE: &[Binding] = &[
    bind(Context::Queue, k(Key::Enter), Intent::Enter, "open the task's log", "log"),
    bind(Context::Queue, c('d'), Intent::Detail, "everything about the task", "detail"),
    bind(Context::Queue, c('x'), Intent::Cancel, "cancel the running session (asks)", "cancel"),
    bind(Context::Queue, c('K'), Intent::Cancels, "the cancels, and what became of each", "cancels"),
    bind(Context::Queue, c('f'), Intent::FollowUp, FOLLOW_UP, "follow up"),
    bind(Context::Queue, c('R'), Intent::Retry, "retry: compose with the same prompt", "retry"),
    bind(Context::Queue, c('o'), Intent::Open, "open in the browser", "open"),
    bind(Context::Queue, c('y'), Intent::Copy, "copy the address", "copy"),
    bind(Context::Queue, c('Y'), Intent::CopyBranch, "copy the branch name", ""),
    bind(Context::Queue, c('a'), Intent::Automation, AUTOMATION, ""),
    bind(Context::Queue, c('/'), Intent::Filter, "filter while you type", "filter"),
    bind(Context::Queue, c('v'), Intent::NextView, "next view", "view"),
    bind(Context::Queue, c('V'), Intent::PreviousView, "previous view", ""),
    bind(Context::Queue, c('s'), Intent::SortNext, "sort by the next column", ""),
    bind(Context::Queue, c('S'), Intent::SortReverse, "sort the other way round", ""),
    bind(Context::Queue, c('b'), Intent::GroupNext, "group by repository, state, creator, agent, day, or not", ""),
    bind(Context::Queue, c('}'), Intent::NextGroup, "next group", "group"),
    bind(Context::Queue, c('{'), Intent::PreviousGroup, "previous group", ""),
    bind(Context::Queue, c(' '), Intent::Mark, "mark or unmark the task and go on", "mark"),
    bind(Context::Queue, Chord::ctrl(' '), Intent::MarkRange, "mark from the last mark to here", "mark to here"),
    bind(Context::Queue, c('*'), Intent::MarkAll, "mark everything listed, or take those marks away", "mark all"),
    bind(Context::Queue, c('u'), Intent::UnmarkAll, "take every mark away", "unmark"),
];

const DETAIL: &[Binding] = &[
    bind(Context::Detail, k(Key::Enter), Intent::Enter, "open the task's log", "log"),
    bind(Context::Detail, c('d'), Intent::Back, "close the detail", ""),
    bind(Context::Detail, c('q'), Intent::Back, "close the detail", ""),
    bind(Context::Detail, c(' '), Intent::PageDown, "page down", ""),
    bind(Context::Detail, c('x'), Intent::Cancel, "cancel the running session (asks)", "cancel"),
    bind(Context::Detail, c('f'), Intent::FollowUp, FOLLOW_UP, "follow up"),
    bind(Context::Detail, c('R'), Intent::Retry, "retry: compose with the same prompt", "retry"),
    bind(Context::Detail, c('o'), Intent::Open, "open in the browser", "open"),
    bind(Context::Detail, c('y'), Intent::Copy, "copy the address", "copy"),
    bind(Context::Detail, c('Y'), Intent::CopyBranch, "copy the branch name", "branch"),
    bind(Context::Detail, c('a'), Intent::Automation, AUTOMATION, ""),
];

const LOG: &[Binding] = &[
    bind(Context::Log, c(' '), Intent::Fold, "fold or unfold the entry", "fold"),
    bind(Context::Log, k(Key::Enter), Intent::Fold, "fold or unfold the entry", ""),
    bind(Context::Log, c('a'), Intent::FoldAll, "fold or unfold everything", "fold all"),
    bind(Context::Log, c('F'), Intent::Follow, "follow the end, or stay here", "follow"),
    bind(Context::Log, c('w'), Intent::Wrap, "wrap long lines", "wrap"),
    bind(Context::Log, c(']'), Intent::NextEntry, "next entry", "next"),
    bind(Context::Log, c('['), Intent::PreviousEntry, "previous entry", ""),
    bind(Context::Log, c('e'), Intent::NextError, "next error", "error"),
    bind(Context::Log, c('E'), Intent::PreviousError, "previous error", ""),
    bind(Context::Log, c('/'), Intent::Filter, "search in the log", "search"),
    bind(Context::Log, c('n'), Intent::NextHit, "next hit", "next hit"),
    bind(Context::Log, c('N'), Intent::PreviousHit, "previous hit", ""),
    bind(Context::Log, c('c'), Intent::Next(Facet::Call), "next tool call", "call"),
    bind(Context::Log, c('C'), Intent::Previous(Facet::Call), "previous tool call", ""),
    bind(Context::Log, c('i'), Intent::Next(Facet::File), "next file that was changed", "file"),
    bind(Context::Log, c('I'), Intent::Previous(Facet::File), "previous file that was changed", ""),
    bind(Context::Log, c('u'), Intent::Next(Facet::User), "next message of a person", ""),
    bind(Context::Log, c('U'), Intent::Previous(Facet::User), "previous message of a person", ""),
    bind(Context::Log, c('}'), Intent::NextTurn, "next turn", "turn"),
    bind(Context::Log, c('{'), Intent::PreviousTurn, "the turn's beginning, then the turn before", ""),
    bind(Context::Log, c('t'), Intent::Outline, "outline of the turns: duration, calls, tokens", "turns"),
    bind(Context::Log, c('1'), Intent::Facet(1), FACET, ""),
    bind(Context::Log, c('2'), Intent::Facet(2), FACET, ""),
    bind(Context::Log, c('3'), Intent::Facet(3), FACET, ""),
    bind(Context::Log, c('4'), Intent::Facet(4), FACET, ""),
    bind(Context::Log, c('5'), Intent::Facet(5), FACET, ""),
    bind(Context::Log, c('6'), Intent::Facet(6), FACET, ""),
    bind(Context::Log, c('7'), Intent::Facet(7), FACET, ""),
    bind(Context::Log, c('8'), Intent::Facet(8), FACET, ""),
    bind(Context::Log, c('9'), Intent::Facet(9), FACET, ""),
    bind(Context::Log, c('0'), Intent::Facet(0), "every entry again", ""),
    bind(Context::Log, c('&'), Intent::Sift, "only some entries: kinds, path:, re: or a text", "only"),
    bind(Context::Log, c('T'), Intent::Times, "times of day, since the start, since the entry above", ""),
    bind(Context::Log, c('s'), Intent::Source, "where the log is read: choose the source", "source"),
    bind(Context::Log, c('S'), Intent::Sessions, "the task's sessions: choose one", "sessions"),
    bind(Context::Log, c('v'), Intent::Record, "the record behind the entry, as it came", "record"),
    bind(Context::Log, c('D'), Intent::Diagnosis, "evidence of the diagnosis, then of its next finding", "diagnosis"),
    bind(Context::Log, c('|'), Intent::Split, "keep this log in sight and read another above it; again: one log", ""),
    bind(Context::Log, c('d'), Intent::Detail, "everything about the task", ""),
    bind(Context::Log, c('x'), Intent::Cancel, "cancel the running session (asks)", "cancel"),
    bind(Context::Log, c('f'), Intent::FollowUp, FOLLOW_UP, "follow up"),
    bind(Context::Log, c('R'), Intent::Retry, "retry: compose with the same prompt", "retry"),
    bind(Context::Log, c('o'), Intent::Open, "open in the browser", "open"),
    bind(Context::Log, c('y'), Intent::Copy, "copy the entry", "copy"),
    bind(Context::Log, c('Y'), Intent::CopyBranch, "copy the branch name", ""),
];

const LIST: &[Binding] = &[
    bind(Context::List, k(Key::Enter), Intent::Enter, "take what is under the cursor", "take"),
    bind(Context::List, c('a'), Intent::Automatic, "of sources: the best that answers", "automatic"),
    bind(Context::List, k(Key::Esc), Intent::Back, "close the list", "back"),
    bind(Context::List, c('q'), Intent::Back, "close the list", ""),
    bind(Context::List, c('s'), Intent::Source, "the sources of the log, or close them", ""),
    bind(Context::List, c('S'), Intent::Sessions, "the sessions of the task, or close them", ""),
];

const RECORD: &[Binding] = &[
    bind(Context::Record, c('y'), Intent::Copy, "copy the record as it came", "copy"),
    bind(Context::Record, c(' '), Intent::PageDown, "page down", "page"),
    bind(Context::Record, c('v'), Intent::Back, "back to the log", ""),
    bind(Context::Record, c('q'), Intent::Back, "back to the log", ""),
];

const WALL: &[Binding] = &[
    bind(Context::Wall, k(Key::Enter), Intent::Enter, "open the log under the cursor", "log"),
    bind(Context::Wall, k(Key::Tab), Intent::NextPane, "next log", ""),
    bind(Context::Wall, k(Key::BackTab), Intent::PreviousPane, "previous log", ""),
    bind(Context::Wall, c('d'), Intent::Detail, "everything about its task", "detail"),
    bind(Context::Wall, c('x'), Intent::Cancel, "cancel the running session (asks)", "cancel"),
    bind(Context::Wall, c('o'), Intent::Open, "open in the browser", "open"),
    bind(Context::Wall, c('q'), Intent::Back, "close the wall", ""),
];

const FOUND: &[Binding] = &[
    bind(Context::Found, k(Key::Enter), Intent::Enter, "open the log and search it", "open"),
    bind(Context::Found, c('y'), Intent::Copy, "copy the line", "copy"),
    bind(Context::Found, c('q'), Intent::Back, "close the list", ""),
    bind(Context::Found, k(Key::Esc), Intent::Back, "close the list", "back"),
];

const LEDGER: &[Binding] = &[
    bind(Context::Ledger, k(Key::Enter), Intent::Enter, "the history of the line's task, then the task", "history"),
    bind(Context::Ledger, c('d'), Intent::Detail, "everything about the line's task", "detail"),
    bind(Context::Ledger, c('/'), Intent::Filter, "only lines that a query holds for", "filter"),
    bind(
        Context::Ledger,
        c('s'),
        Intent::Stats,
        "what the lines come to: counts, times, costs; again: the lines",
        "stats",
    ),
    bind(Context::Ledger, c('r'), Intent::Refresh, "read it anew; look again for what is unresolved", "read anew"),
    bind(Context::Ledger, c('y'), Intent::Copy, "copy the line", "copy"),
    bind(Context::Ledger, c(' '), Intent::PageDown, "page down", ""),
    bind(Context::Ledger, c('q'), Intent::Back, "go back, at last out of the ledger", ""),
    bind(Context::Ledger, k(Key::Esc), Intent::Back, "go back, at last out of the ledger", "back"),
];

const CANCELS: &[Binding] = &[
    bind(Context::Cancels, k(Key::Enter), Intent::Enter, "everything about the task", "task"),
    bind(
        Context::Cancels,
        c('x'),
        Intent::Cancel,
        "cancel again, or force what does not obey (asks)",
        "again, or force",
    ),
    bind(Context::Cancels, c('w'), Intent::Withdraw, "take back a cancel that waits for its run", "withdraw"),
    bind(Context::Cancels, c('y'), Intent::Copy, "copy what is told of it", "copy"),
    bind(Context::Cancels, c('K'), Intent::Back, "close the list", ""),
    bind(Context::Cancels, c('q'), Intent::Back, "close the list", ""),
    bind(Context::Cancels, k(Key::Esc), Intent::Back, "close the list", "back"),
];

const FOLLOWING: &[Binding] = &[
    bind(Context::FollowUp, Chord::ctrl('s'), Intent::Start, "send it (asks), or on to the form of a new task", "send"),
    bind(Context::FollowUp, k(Key::Tab), Intent::NextChoice, "where it goes, of a task: comment or new task", "where"),
    bind(Context::FollowUp, k(Key::BackTab), Intent::NextChoice, "where it goes, of a task: comment or new task", ""),
    bind(Context::FollowUp, k(Key::Esc), Intent::Back, "close it; the text is kept", "back"),
];

const DOCTOR: &[Binding] = &[
    bind(Context::Doctor, c('e'), Intent::NextError, "next row that says no", "next no"),
    bind(Context::Doctor, c('E'), Intent::PreviousError, "previous row that says no", ""),
    bind(Context::Doctor, c('r'), Intent::Refresh, "ask everything anew", "ask anew"),
    bind(Context::Doctor, c('y'), Intent::Copy, "copy the row with its evidence", "copy"),
    bind(Context::Doctor, c(' '), Intent::PageDown, "page down", ""),
    bind(Context::Doctor, c('q'), Intent::Back, "close it", ""),
    bind(Context::Doctor, k(Key::Esc), Intent::Back, "close it", "back"),
];

const INBOX: &[Binding] = &[
    bind(Context::Inbox, k(Key::Enter), Intent::Enter, "to the place where it is dealt with", "deal with it"),
    bind(Context::Inbox, c(' '), Intent::Mark, "read, or unread again", "read"),
    bind(Context::Inbox, c('m'), Intent::Mark, "read, or unread again", ""),
    bind(Context::Inbox, c('a'), Intent::MarkAll, "all of it is read", "all read"),
    bind(Context::Inbox, c('d'), Intent::Detail, "everything about its task", "detail"),
    bind(Context::Inbox, c('I'), Intent::Back, "close the inbox", ""),
    bind(Context::Inbox, c('q'), Intent::Back, "close the inbox", ""),
    bind(Context::Inbox, k(Key::Esc), Intent::Back, "close the inbox", "back"),
];

const REVIEWS: &[Binding] = &[
    bind(Context::Reviews, k(Key::Enter), Intent::Enter, "its page: checks, reviewers, owners, files", "page"),
    bind(Context::Reviews, c('l'), Intent::Log, "the log of the task behind it", "log"),
    bind(Context::Reviews, c('D'), Intent::Diff, DIFF, "diff"),
    bind(Context::Reviews, c('e'), Intent::CheckLog, CHECK_LOG, "failed check"),
    bind(Context::Reviews, c('w'), Intent::ApproveRuns, RUNS, "let run"),
    bind(Context::Reviews, c('a'), Intent::Approve, APPROVE, "approve"),
    bind(Context::Reviews, c('v'), Intent::RequestReview, REVIEW, "ask review"),
    bind(Context::Reviews, c('m'), Intent::MarkReady, READY, "ready"),
    bind(Context::Reviews, c('c'), Intent::Comment, COMMENT, "comment"),
    bind(Context::Reviews, c('x'), Intent::Close, CLOSE, "close"),
    bind(Context::Reviews, c('d'), Intent::Detail, "everything about the task behind it", "detail"),
    bind(Context::Reviews, c('o'), Intent::Open, "open in the browser", "open"),
    bind(Context::Reviews, c('y'), Intent::Copy, "copy the address", "copy"),
    bind(Context::Reviews, c('Y'), Intent::CopyBranch, "copy the branch name", "branch"),
    bind(Context::Reviews, c('f'), Intent::FollowUp, FOLLOW_UP, "follow up"),
];

const PULL: &[Binding] = &[
    bind(Context::Pull, c('D'), Intent::Diff, DIFF, "diff"),
    bind(Context::Pull, k(Key::Enter), Intent::Diff, DIFF, ""),
    bind(Context::Pull, c('e'), Intent::CheckLog, CHECK_LOG, "failed check"),
    bind(Context::Pull, c('l'), Intent::Log, "the log of the task behind it", "log"),
    bind(Context::Pull, c('d'), Intent::Detail, "everything about the task behind it", ""),
    bind(Context::Pull, c('w'), Intent::ApproveRuns, RUNS, "let run"),
    bind(Context::Pull, c('a'), Intent::Approve, APPROVE, "approve"),
    bind(Context::Pull, c('v'), Intent::RequestReview, REVIEW, "ask review"),
    bind(Context::Pull, c('m'), Intent::MarkReady, READY, "ready"),
    bind(Context::Pull, c('c'), Intent::Comment, COMMENT, "comment"),
    bind(Context::Pull, c('f'), Intent::FollowUp, FOLLOW_UP, "follow up"),
    bind(Context::Pull, c('x'), Intent::Close, CLOSE, "close"),
    bind(Context::Pull, c('o'), Intent::Open, "open in the browser", "open"),
    bind(Context::Pull, c('y'), Intent::Copy, "copy the address", "copy"),
    bind(Context::Pull, c('Y'), Intent::CopyBranch, "copy the branch name", ""),
    bind(Context::Pull, c(' '), Intent::PageDown, "page down", ""),
    bind(Context::Pull, c('q'), Intent::Back, "back to the list", ""),
    bind(Context::Pull, k(Key::Esc), Intent::Back, "back to the list", "back"),
];

const DIFF_KEYS: &[Binding] = &[
    bind(Context::Diff, c(']'), Intent::NextFile, "next file", "next file"),
    bind(Context::Diff, c('['), Intent::PreviousFile, "previous file", ""),
    bind(Context::Diff, c('/'), Intent::Filter, "search in the diff", "search"),
    bind(Context::Diff, c('n'), Intent::NextHit, "next hit", "next hit"),
    bind(Context::Diff, c('N'), Intent::PreviousHit, "previous hit", ""),
    bind(Context::Diff, c('w'), Intent::ApproveRuns, RUNS, "let run"),
    bind(Context::Diff, c('a'), Intent::Approve, APPROVE, "approve"),
    bind(Context::Diff, c('c'), Intent::Comment, COMMENT, "comment"),
    bind(Context::Diff, c('o'), Intent::Open, "open in the browser", "open"),
    bind(Context::Diff, c(' '), Intent::PageDown, "page down", ""),
    bind(Context::Diff, c('D'), Intent::Back, "close the diff", ""),
    bind(Context::Diff, c('q'), Intent::Back, "close the diff", ""),
    bind(Context::Diff, k(Key::Esc), Intent::Back, "close the diff", "back"),
];

const TEMPLATES: &[Binding] = &[
    bind(Context::Templates, k(Key::Enter), Intent::Enter, "use the template or the draft", "use"),
    bind(Context::Templates, c('a'), Intent::New, "an automation with this prompt", "automation"),
    bind(Context::Templates, c('i'), Intent::Issues, "start from an issue: the open ones of a repository", "issues"),
    bind(Context::Templates, c('x'), Intent::Cancel, "throw the draft away", "throw away"),
];

const ISSUES: &[Binding] = &[
    bind(
        Context::Issues,
        k(Key::Enter),
        Intent::Enter,
        "assign it to the agent: fill in and read what is sent",
        "assign",
    ),
    bind(Context::Issues, k(Key::Up), Intent::Up, "the issue above", ""),
    bind(Context::Issues, k(Key::Down), Intent::Down, "the issue below", ""),
    bind(Context::Issues, k(Key::PageUp), Intent::PageUp, "page up", ""),
    bind(Context::Issues, k(Key::PageDown), Intent::PageDown, "page down", ""),
    bind(Context::Issues, Chord::ctrl('n'), Intent::NextChoice, "the next repository's issues", "repository"),
    bind(Context::Issues, Chord::ctrl('b'), Intent::PreviousChoice, "the repository's before", ""),
    bind(Context::Issues, Chord::ctrl('r'), Intent::Refresh, "ask for the list again", "ask again"),
    bind(Context::Issues, Chord::ctrl('o'), Intent::Open, "open in the browser", "open"),
    bind(Context::Issues, k(Key::Esc), Intent::Back, "back to the templates", "back"),
];

const FORM: &[Binding] = &[
    bind(Context::Form, k(Key::Tab), Intent::NextField, "next field", "next field"),
    bind(Context::Form, k(Key::BackTab), Intent::PreviousField, "previous field", ""),
    bind(Context::Form, Chord::ctrl('s'), Intent::Start, "start the task (asks)", "start"),
    bind(Context::Form, Chord::ctrl('e'), Intent::Editor, "edit the prompt in $EDITOR", "editor"),
    bind(Context::Form, Chord::ctrl('p'), Intent::Preset, "next preset of the template", "preset"),
    bind(Context::Form, Chord::ctrl('n'), Intent::NextChoice, "next choice or suggestion for the field", "choice"),
    bind(Context::Form, Chord::ctrl('b'), Intent::PreviousChoice, "previous choice or suggestion", ""),
    bind(
        Context::Form,
        Chord::ctrl('r'),
        Intent::Preview,
        "the exact request; again: what you changed by hand",
        "request",
    ),
    bind(Context::Form, Chord::ctrl('t'), Intent::Reset, "the prompt the fields make, again", ""),
    bind(Context::Form, Chord::ctrl('f'), Intent::Repos, "choose several repositories for the prompt", "repositories"),
    bind(Context::Form, k(Key::Esc), Intent::Back, "go back; the draft is kept", "back"),
];

const REPOS: &[Binding] = &[
    bind(Context::Repos, c(' '), Intent::Mark, "mark or unmark the repository and go on", "mark"),
    bind(Context::Repos, c('*'), Intent::MarkAll, "mark everything listed, or take those marks away", "mark all"),
    bind(Context::Repos, k(Key::Enter), Intent::Accept, "take what is marked and show the plan", "take"),
    bind(Context::Repos, k(Key::Down), Intent::Down, "down", ""),
    bind(Context::Repos, k(Key::Up), Intent::Up, "up", ""),
    bind(Context::Repos, k(Key::PageDown), Intent::PageDown, "page down", ""),
    bind(Context::Repos, k(Key::PageUp), Intent::PageUp, "page up", ""),
    bind(Context::Repos, k(Key::Esc), Intent::Back, "show all again, then back to the form", "back"),
];

const PLAN: &[Binding] = &[
    bind(Context::Plan, Chord::ctrl('s'), Intent::Start, "start a task in every marked row (asks)", "start"),
    bind(Context::Plan, c(' '), Intent::Mark, "take the row in or leave it out", "in or out"),
    bind(Context::Plan, c('*'), Intent::MarkAll, "take every row in that is allowed, or leave all out", ""),
    bind(Context::Plan, c('b'), Intent::DefaultBase, "the row's own default branch, or the form's base", "base"),
    bind(Context::Plan, c('x'), Intent::Stop, "stop after the row that is on its way", "stop"),
    bind(Context::Plan, k(Key::Enter), Intent::Enter, "go to the task the row has started", "task"),
    bind(Context::Plan, c('r'), Intent::Refresh, "ask for every verdict anew", "ask anew"),
    bind(Context::Plan, Chord::ctrl('f'), Intent::Repos, "choose the repositories", "repositories"),
    bind(Context::Plan, k(Key::Esc), Intent::Back, "back to the form; a plan under way goes on", "back"),
];

const DIALOG: &[Binding] = &[
    bind(Context::Dialog, c('y'), Intent::Yes, "yes", "yes"),
    bind(Context::Dialog, c('n'), Intent::No, "no", "no"),
    bind(Context::Dialog, k(Key::Esc), Intent::No, "no", ""),
    bind(Context::Dialog, k(Key::Left), Intent::PreviousChoice, "the other button", ""),
    bind(Context::Dialog, k(Key::Right), Intent::NextChoice, "the other button", ""),
    bind(Context::Dialog, k(Key::Tab), Intent::NextChoice, "the other button", "other button"),
    bind(Context::Dialog, k(Key::BackTab), Intent::PreviousChoice, "the other button", ""),
    bind(Context::Dialog, k(Key::Enter), Intent::Accept, "press the button under the cursor", "press"),
];

const HELP: &[Binding] = &[
    bind(Context::Help, c('q'), Intent::Back, "close the help", ""),
    bind(Context::Help, c('?'), Intent::Back, "close the help", ""),
    bind(Context::Help, c(' '), Intent::PageDown, "page down", "page"),
];

const LINE: &[Binding] = &[
    bind(Context::Line, k(Key::Enter), Intent::Accept, "accept", "accept"),
    bind(Context::Line, k(Key::Esc), Intent::Back, "give up", "give up"),
    bind(Context::Line, k(Key::Up), Intent::Up, "older command or query", "older"),
    bind(Context::Line, k(Key::Down), Intent::Down, "newer command or query", ""),
    bind(Context::Line, k(Key::Tab), Intent::NextChoice, "complete the word, then the next completion", "complete"),
    bind(Context::Line, k(Key::BackTab), Intent::PreviousChoice, "the completion before", ""),
    bind(Context::Line, k(Key::Right), Intent::Take, "at the end of the line: take the completion", ""),
    bind(Context::Line, Chord::ctrl('r'), Intent::SearchMode, SEARCH_MODE, ""),
    bind(Context::Line, Chord::ctrl('f'), Intent::OnlyHits, "search in a log: only the entries that hold it", ""),
    bind(Context::Line, Chord::ctrl('s'), Intent::SaveView, "keep the query as a view for this run", "save"),
];

const PALETTE: &[Binding] = &[
    bind(Context::Palette, k(Key::Enter), Intent::Accept, "go there, or do it", "go"),
    bind(Context::Palette, k(Key::Down), Intent::Down, "down", ""),
    bind(Context::Palette, Chord::ctrl('n'), Intent::Down, "down", ""),
    bind(Context::Palette, k(Key::Up), Intent::Up, "up", ""),
    bind(Context::Palette, Chord::ctrl('p'), Intent::Up, "up", ""),
    bind(Context::Palette, k(Key::PageDown), Intent::PageDown, "page down", ""),
    bind(Context::Palette, k(Key::PageUp), Intent::PageUp, "page up", ""),
    bind(Context::Palette, k(Key::Esc), Intent::Back, "stay where you are", "back"),
    bind(Context::Palette, Chord::ctrl('k'), Intent::Palette, "stay where you are", ""),
];

const TOUR_LEAVE: &str = "leave it; so does any other key, and does what it always does";

const TOUR: &[Binding] = &[
    bind(Context::Tour, k(Key::Enter), Intent::NextChoice, "the next step", "next"),
    bind(Context::Tour, k(Key::Right), Intent::NextChoice, "the next step", ""),
    bind(Context::Tour, k(Key::Left), Intent::PreviousChoice, "the step before", "before"),
    bind(Context::Tour, k(Key::Esc), Intent::Back, TOUR_LEAVE, "(or any other key) leave"),
];

/// Every context's own bindings, in the order the help shows them.
pub const TABLE: [(Context, &[Binding]); 30] = [
    (Context::Global, GLOBAL),
    (Context::Queue, QUEUE),
    (Context::Detail, DETAIL),
    (Context::Log, LOG),
    (Context::List, LIST),
    (Context::Record, RECORD),
    (Context::Wall, WALL),
    (Context::Found, FOUND),
    (Context::Ledger, LEDGER),
    (Context::Cancels, CANCELS),
    (Context::FollowUp, FOLLOWING),
    (Context::Doctor, DOCTOR),
    (Context::Inbox, INBOX),
    (Context::Automations, automations::LIST),
    (Context::Automation, automations::PAGE),
    (Context::Calendar, automations::CALENDAR),
    (Context::AutomationForm, automations::FORM),
    (Context::Reviews, REVIEWS),
    (Context::Pull, PULL),
    (Context::Diff, DIFF_KEYS),
    (Context::Templates, TEMPLATES),
    (Context::Issues, ISSUES),
    (Context::Form, FORM),
    (Context::Repos, REPOS),
    (Context::Plan, PLAN),
    (Context::Dialog, DIALOG),
    (Context::Help, HELP),
    (Context::Line, LINE),
    (Context::Palette, PALETTE),
    (Context::Tour, TOUR),
];

/// A context's own bindings.
pub fn bindings(context: Context) -> &'static [Binding] {
    TABLE.iter().find(|(c, _)| *c == context).map_or(&[], |(_, own)| own)
}

impl Intent {
    /// It may lead to a request that changes something. Hidden and refused when read-only.
    pub fn writes(self) -> bool {
        matches!(
            self,
            Self::Cancel
                | Self::FollowUp
                | Self::Retry
                | Self::Compose
                | Self::Start
                | Self::Repos
                | Self::Plan
                | Self::Stop
                | Self::Issues
        ) || matches!(self, Self::Comment | Self::RequestReview | Self::MarkReady)
            || matches!(self, Self::ApproveRuns | Self::Approve | Self::Close)
            || matches!(self, Self::Switch | Self::RunNow | Self::Edit | Self::New | Self::Delete)
    }
}

impl Intent {
    /// Heard also where text is typed and where a question stands, by a key that is no text.
    pub fn passes_everywhere(self) -> bool {
        matches!(self, Self::Quit | Self::Suspend | Self::Redraw)
    }

    /// It goes by a little and changes nothing else, so that its key may be held down.
    pub fn moves(self) -> bool {
        matches!(self, Self::Down | Self::Up | Self::Grow | Self::Shrink)
            || matches!(self, Self::NextEntry | Self::PreviousEntry | Self::NextTurn | Self::PreviousTurn)
            || matches!(self, Self::NextGroup | Self::PreviousGroup | Self::NextFile | Self::PreviousFile)
    }
}

impl Context {
    /// Of what works everywhere, little is heard there.
    pub fn is_closed(self) -> bool {
        self.takes_text() || self == Self::Dialog
    }

    /// Keys that are not bound there are typed.
    pub fn takes_text(self) -> bool {
        matches!(self, Self::Form | Self::AutomationForm | Self::Repos | Self::Issues)
            || matches!(self, Self::FollowUp | Self::Line | Self::Palette)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_key_means_two_things_in_one_context() {
        for (context, own) in TABLE {
            let mut seen = HashSet::new();
            for b in own {
                assert_eq!(b.context, context, "{:?} stands in the wrong group", b.chord);
                assert!(seen.insert(b.chord), "{} twice in {context:?}", b.chord);
            }
        }
    }

    #[test]
    fn every_binding_says_what_it_does() {
        for b in TABLE.iter().flat_map(|(_, own)| *own) {
            assert!(!b.help.is_empty(), "{} has no help", b.chord);
        }
    }
}
