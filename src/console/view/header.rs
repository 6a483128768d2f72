//! The first line: what is watched, how many tasks want what, what fails, what it costs, what time it is.

use ratatui::buffer::Buffer;

use super::safe::put_words;
use super::theme::{Theme, Tone};
use crate::console::state::Model;
use crate::console::state::condition::look;
use crate::console::state::layout::Area;
use crate::console::state::tone::Words;
use crate::console::state::trust::clock;
use crate::domain::Condition;
use crate::domain::State;

/// A piece of the header. The least important pieces are left out where room is short.
struct Piece {
    weight: u8,
    right: bool,
    words: Words,
}

const REPOS: u8 = 40;

pub fn draw(model: &Model, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let mut pieces = pieces(model);
    let columns = usize::from(area.width);
    while wide(&pieces) + 2 > columns {
        let Some(least) = pieces.iter().enumerate().min_by_key(|(_, p)| p.weight).map(|(i, _)| i) else { break };
        pieces.remove(least);
    }
    let mut x = area.x;
    for piece in pieces.iter().filter(|p| !p.right) {
        // The repositories belong to the name.
        let x_here = if piece.weight == REPOS { x.saturating_sub(1) } else { x };
        x = put_words(buffer, area, x_here, area.y, &piece.words, theme).saturating_add(2);
    }
    let right: Vec<&Piece> = pieces.iter().filter(|p| p.right).collect();
    let wide: usize = right.iter().map(|p| p.words.width() + 2).sum();
    let mut x = area.right().saturating_sub(u16::try_from(wide).unwrap_or(u16::MAX)).saturating_add(1);
    for piece in right {
        x = put_words(buffer, area, x, area.y, &piece.words, theme).saturating_add(2);
    }
}

fn wide(pieces: &[Piece]) -> usize {
    pieces.iter().map(|p| p.words.width() + 2).sum()
}

fn pieces(model: &Model) -> Vec<Piece> {
    let left = |weight, words| Piece { weight, right: false, words };
    let right = |weight, words| Piece { weight, right: true, words };
    let tally = model.queue.tally();
    let counted = |condition: &Condition<'_>, n: usize, words: &str| {
        let (glyph, tone) = look(condition);
        Words::one(tone, glyph).with(Tone::Plain, format!(" {n} {words}"))
    };
    let repos = match model.settings.repos.as_slice() {
        _ if model.place.log_only => String::new(),
        [] if model.settings.reach_beyond() => "· your tasks".to_owned(),
        [] => "· no repositories".to_owned(),
        [one] => format!("· {one}"),
        many => format!("· {} repos", many.len()),
    };
    let mut all = vec![left(100, Words::one(Tone::Strong, " atc")), left(REPOS, Words::one(Tone::Dim, repos))];
    let states = [
        (70, Condition::State(&State::InProgress), tally.running, "running"),
        (
            90,
            Condition::State(&State::WaitingForUser),
            tally.needs_me,
            if tally.needs_me == 1 { "needs you" } else { "need you" },
        ),
        (80, Condition::State(&State::Failed), tally.failed, "failed"),
        (20, Condition::State(&State::Queued), tally.queued, "queued"),
    ];
    all.extend(
        states.iter().filter(|(_, _, n, _)| *n > 0).map(|(weight, c, n, words)| left(*weight, counted(c, *n, words))),
    );
    if tally.stuck > 0 {
        all.push(left(75, Words::one(Tone::Warn, "▲").with(Tone::Plain, format!(" {} stuck", tally.stuck))));
    }
    let unread = model.place.inbox.unread();
    if unread > 0 {
        all.push(left(66, Words::one(Tone::Plain, format!("inbox {unread}"))));
    }
    let failing = model.failing();
    if failing > 0 {
        let text = if failing == 1 { "1 source fails".to_owned() } else { format!("{failing} sources fail") };
        all.push(left(95, Words::one(Tone::Bad, text)));
    }
    if let Some(plan) = model.compose.plan.as_ref().filter(|plan| plan.is_running()) {
        let (over, of) = plan.progress();
        let tone = if plan.holds.is_some() { Tone::Warn } else { Tone::Accent };
        all.push(left(85, Words::one(tone, format!("plan {over}/{of}"))));
    }
    if model.settings.read_only {
        // Whoever sees it knows before the first key what will be refused: it goes last of all.
        all.push(right(99, Words::one(Tone::Warn, "read-only")));
    }
    let budget = model.world.budget;
    if budget.allowed > 0 {
        // Nine tenths of what we allow ourselves: the poller slows down from here.
        let tone = if budget.spent * 10 >= budget.allowed * 9 { Tone::Warn } else { Tone::Dim };
        all.push(right(30, Words::one(tone, format!("api {}/{}h", budget.spent, budget.allowed))));
    }
    all.push(right(10, Words::one(Tone::Dim, model.settings.host.as_str())));
    all.push(right(65, Words::one(Tone::Plain, clock(&model.settings, model.now))));
    all
}
