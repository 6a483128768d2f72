//! Places outside the cell grid: window title, links, clipboard, CSV, file names. Stricter than the screen.
