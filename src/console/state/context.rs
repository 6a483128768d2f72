//! Where the next key goes: what stands on top of what.

use super::Model;
use super::place::Pane;
use crate::console::keys::{Chord, Context};

impl Model {
    /// The keys that were pressed and wait for more.
    pub fn prefix(&self) -> &[Chord] {
        let here = self.place.prefix.as_ref().filter(|(context, _)| *context == self.context());
        here.map_or(&[], |(_, pressed)| pressed)
    }

    /// Where the next key goes.
    pub fn context(&self) -> Context {
        if self.dialog.is_some() {
            Context::Dialog
        } else if self.line.is_some() {
            Context::Line
        } else if self.place.palette.is_some() {
            Context::Palette
        } else if self.place.tour.is_open() {
            Context::Tour
        } else if self.place.help.is_some() {
            Context::Help
        } else {
            self.screen()
        }
    }

    /// The same without what stands over every screen alike: what the help is about.
    pub fn screen(&self) -> Context {
        if self.compose.follow_up.is_some() {
            Context::FollowUp
        } else if self.world.automations.desk.form.is_some() {
            Context::AutomationForm
        } else if self.place.detail.is_some() {
            Context::Detail
        } else if self.place.cancels.is_some() {
            Context::Cancels
        } else if self.place.inbox.pane.is_some() {
            Context::Inbox
        } else if let Some(pane) = &self.place.automations {
            pane.context()
        } else if self.place.ledger.pane.is_some() {
            Context::Ledger
        } else if self.place.doctor.pane.is_some() {
            Context::Doctor
        } else if self.log.list.is_some() {
            Context::List
        } else if self.log.found.is_some() {
            Context::Found
        } else if self.log.wall.is_some() {
            Context::Wall
        } else {
            match self.place.focus {
                Pane::Queue => Context::Queue,
                Pane::Log if self.log.shown.as_ref().is_some_and(|shown| shown.record.is_some()) => Context::Record,
                Pane::Log => Context::Log,
                Pane::Reviews if self.reviews.diff.is_some() => Context::Diff,
                Pane::Reviews if self.reviews.page.is_some() => Context::Pull,
                Pane::Reviews => Context::Reviews,
                Pane::Compose => self.compose.context(),
            }
        }
    }
}
