//! Keys for hands that know another program. A preset is a file such as anybody can write.

use super::file::{self, Change};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// The table.
    #[default]
    Default,
    Vim,
    Emacs,
}

impl Preset {
    pub const WORDS: &[(&str, Self)] = &[("default", Self::Default), ("vim", Self::Vim), ("emacs", Self::Emacs)];

    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, preset)| *preset == self).map_or("default", |(word, _)| word)
    }

    fn text(self) -> &'static str {
        match self {
            Self::Default => "",
            Self::Vim => include_str!("../../assets/keys/vim.toml"),
            Self::Emacs => include_str!("../../assets/keys/emacs.toml"),
        }
    }

    /// What it lays over the table.
    pub fn changes(self) -> Vec<Change> {
        file::read_text(self.text()).0
    }
}
