//! Where notifications go while there is no screen: to the terminal the error output is on, if it is one. The standard
//! output is for programs.

use std::io::{IsTerminal, Write};

use crate::cli::output;
use crate::runtime::notify::Outlet;
use crate::text::Safe;

#[derive(Debug)]
pub struct Beside;

impl Outlet for Beside {
    fn ring(&self, bytes: Box<[u8]>) {
        let mut out = std::io::stderr().lock();
        if out.is_terminal() {
            // That nobody hears it is nothing to stop for.
            let _ = out.write_all(&bytes).and_then(|()| out.flush());
        }
    }

    fn say(&self, _: bool, text: Safe) {
        output::complain(&format!("atc: {text}"));
    }
}
