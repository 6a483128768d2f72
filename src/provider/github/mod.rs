//! GitHub: HTTP, wire types, conversion, endpoints, tokens.
