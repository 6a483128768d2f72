//! Values into the prompt.
