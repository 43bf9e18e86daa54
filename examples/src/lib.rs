//! The Contoso SDK and its token endpoint, shared by the examples.
