//! A GitHub in a box: an HTTP server with a living world, for `atc demo` and the tests.
