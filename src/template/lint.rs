//! What a template must have to be worth sending.
