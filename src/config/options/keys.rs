//! The section `keys`. The keys themselves are read by [`crate::config::keys`].

use super::table::Opt;
use crate::config::text::quote;
use crate::keys::Preset;

pub(super) const PRESET: Opt = Opt {
    key: "keys.preset",
    values: r#"`"default"`, `"vim"` or `"emacs"`"#,
    example: None,
    doc: "Keys for hands that know another program. Your own keys lie over it.",
    set: |config, given| {
        config.keys.preset = given.word(Preset::WORDS)?;
        Ok(())
    },
    show: |config| Some(quote(config.keys.preset.word())),
};
