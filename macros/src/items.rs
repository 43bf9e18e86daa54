//! Finds the items at the beginning of a body, on plain tokens.

use proc_macro2::{Delimiter, TokenTree};

use crate::tokens::{is, is_punct};

/// Counts the tokens of the items in front of the first statement.
///
/// They stay in front of generated statements, because lints check that items come first.
pub(crate) fn leading(statements: &[TokenTree]) -> usize {
    let mut length = 0;
    while let Some(item) = statements.get(length..).and_then(item) {
        length += item;
        // Semicolons after an item belong to it: they must not separate it from the next item.
        let rest = statements.iter().skip(length);
        length += rest.take_while(|tree| is_punct(tree, ';')).count();
    }
    length
}

/// Returns the length of the item at the beginning of the tokens, if there is one.
fn item(trees: &[TokenTree]) -> Option<usize> {
    let mut at = 0;
    while is_punct(trees.get(at)?, '#') {
        at += 2;
    }
    if is(trees.get(at)?, "pub") {
        let scope = matches!(trees.get(at + 1)?, TokenTree::Group(_));
        at += 1 + usize::from(scope);
    }
    let rest = trees.get(at..)?;
    let length = match Ending::of(rest)? {
        Ending::Semicolon => rest.iter().position(|tree| is_punct(tree, ';'))?,
        Ending::Braces => end_of_braced(rest)?,
    };
    Some(at + length + 1)
}

/// How an item ends.
enum Ending {
    Semicolon,
    /// Braces, or a semicolon before any braces.
    Braces,
}

impl Ending {
    /// Looks at the keyword and the next token, because some keywords also begin expressions.
    fn of(trees: &[TokenTree]) -> Option<Self> {
        let [TokenTree::Ident(keyword), next, ..] = trees else {
            return None;
        };
        let before_name = matches!(next, TokenTree::Ident(_));
        let before = |words: &[&str]| words.iter().any(|word| is(next, word));
        match keyword.to_string().as_str() {
            "const" | "async" | "unsafe"
                if before(&["fn", "unsafe", "async", "extern", "impl", "trait"]) =>
            {
                Some(Self::Braces)
            }
            "use" | "type" => Some(Self::Semicolon),
            "const" | "static" if before_name => Some(Self::Semicolon),
            "fn" | "struct" | "enum" | "union" | "trait" | "mod" if before_name => {
                Some(Self::Braces)
            }
            "impl" | "extern" => Some(Self::Braces),
            "macro_rules" if is_punct(next, '!') => Some(Self::Braces),
            _ => None,
        }
    }
}

/// Finds the braces that end an item, skipping those of a const argument in angle brackets.
pub(crate) fn end_of_braced(trees: &[TokenTree]) -> Option<usize> {
    let in_generics = |at: usize| {
        let next = trees.get(at + 1);
        next.is_some_and(|next| is_punct(next, '>') || is_punct(next, ','))
    };
    trees.iter().enumerate().position(|(at, tree)| match tree {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && !in_generics(at),
        other => is_punct(other, ';'),
    })
}
