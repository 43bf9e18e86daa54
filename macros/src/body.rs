//! The body of a function: plain tokens, whose statements are parsed only where that is needed.

use proc_macro2::{Group, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser as _};
use syn::{Stmt, Token};

use crate::tokens::{braced, is, is_one_of, is_punct};

/// Keywords at the beginning of items, some of which also begin expressions.
const OF_ITEMS: [&str; 15] = [
    "async", "const", "enum", "extern", "fn", "impl", "mod", "pub", "static", "struct", "trait",
    "type", "union", "unsafe", "use",
];

/// Braces and their content.
pub(crate) struct Body {
    /// The braces as the user wrote them.
    pub(crate) group: Group,
    /// Inner attributes, which must stay in front.
    pub(crate) attributes: TokenStream,
    pub(crate) statements: Vec<TokenTree>,
}

impl Body {
    pub(crate) fn new(group: Group) -> Self {
        let mut attributes: Vec<TokenTree> = group.stream().into_iter().collect();
        let is_attribute = |trees: &&[TokenTree]| matches!(trees, [hash, bang, TokenTree::Group(_)] if is_punct(hash, '#') && is_punct(bang, '!'));
        let count = attributes.chunks(3).take_while(is_attribute).count();
        let statements = attributes.split_off(3 * count);
        Self {
            group,
            attributes: attributes.into_iter().collect(),
            statements,
        }
    }
}

/// Counts the tokens of the items in front of the first statement.
///
/// They stay in front of generated statements, because lints check that items come first.
pub(crate) fn leading_items(statements: &[TokenTree]) -> usize {
    let may_begin = match statements {
        [TokenTree::Ident(word), next, ..] => {
            // An expression such as `async move {…}`, unlike `use {…}`.
            let is_block = is(next, "move") || (braced(next).is_some() && word != "use");
            word == "macro_rules" || (is_one_of(word, &OF_ITEMS) && !is_block)
        }
        [first, ..] => is_punct(first, '#'),
        [] => false,
    };
    if !may_begin {
        return 0;
    }
    let items = leading(statements, |statement| matches!(statement, Stmt::Item(_)));
    items.last().map_or(0, |(_, end)| *end)
}

/// Parses the statements at the beginning as long as they belong there, each with its end.
pub(crate) fn leading(tokens: &[TokenTree], belongs: impl Fn(&Stmt) -> bool) -> Vec<(Stmt, usize)> {
    let mut parsed = Vec::new();
    let parser = |input: ParseStream<'_>| {
        while let Ok(statement) = input.parse::<Stmt>()
            && belongs(&statement)
        {
            // More semicolons belong to the statement: they must not separate it from the next one.
            while input.parse::<Option<Token![;]>>()?.is_some() {}
            let rest: TokenStream = input.fork().parse()?;
            // Inside of an invisible group, more tokens may follow than there are outside.
            let end = tokens.len().saturating_sub(rest.into_iter().count());
            parsed.push((statement, end));
        }
        Ok(())
    };
    // Fails at the code that follows, which is not parsed.
    drop(parser.parse2(tokens.iter().cloned().collect()));
    parsed
}

/// Returns the last statement, without its semicolon.
pub(crate) fn last_statement(statements: &[TokenTree]) -> TokenStream {
    let mut parts = statements.rsplit(|tree| is_punct(tree, ';'));
    let last = parts.find(|part| !part.is_empty());
    last.unwrap_or_default().iter().cloned().collect()
}
