//! Finds a `return` before the async block at the end of a function, on plain tokens.

use proc_macro2::{Span, TokenTree};

use crate::items::end_of_braced;
use crate::tokens::{is, is_braced, is_punct};

/// Finds a `return` that leaves this function: not in closures, functions and async blocks.
pub(crate) fn early_return(trees: &[TokenTree]) -> Option<Span> {
    let mut end_of_skipped = 0;
    for (at, tree) in trees.iter().enumerate() {
        if at < end_of_skipped {
            continue;
        }
        if let Some(end) = end_of_item(trees, at).or_else(|| end_of_closure(trees, at)) {
            end_of_skipped = end;
            continue;
        }
        match tree {
            TokenTree::Ident(word) if word == "return" => return Some(word.span()),
            TokenTree::Group(group) if !begins_own_body(trees.get(..at)?) => {
                let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                if let Some(span) = early_return(&inside) {
                    return Some(span);
                }
            }
            _ => {}
        }
    }
    None
}

/// Returns the end of the function or `macro_rules!` that begins here, if one does.
fn end_of_item(trees: &[TokenTree], begin: usize) -> Option<usize> {
    let is_item = match trees.get(begin..)? {
        [keyword, TokenTree::Ident(_), ..] => is(keyword, "fn"),
        [keyword, bang, ..] => is(keyword, "macro_rules") && is_punct(bang, '!'),
        _ => false,
    };
    if !is_item {
        return None;
    }
    Some(begin + end_of_braced(trees.get(begin..)?)? + 1)
}

/// Whether the next braces are the body of an async block.
fn begins_own_body(before: &[TokenTree]) -> bool {
    matches!(before, [.., one] if is(one, "async") || is(one, "move"))
}

/// Returns the end of the closure whose first `|` is here, if one begins here.
fn end_of_closure(trees: &[TokenTree], begin: usize) -> Option<usize> {
    if !is_punct(trees.get(begin)?, '|') || is_behind_operand(trees.get(..begin)?) {
        return None;
    }
    let find = |from: usize, is_end: fn(&TokenTree) -> bool| {
        let found = trees.iter().skip(from).position(is_end);
        found.map(|steps| from + steps)
    };
    let behind = find(begin + 1, |tree| is_punct(tree, '|'))? + 1;
    if is_punct(trees.get(behind)?, '-') {
        return Some(find(behind, is_braced)? + 1);
    }
    let end = find(behind, |tree| is_punct(tree, ';') || is_punct(tree, ','));
    let end = end.unwrap_or(trees.len());
    let is_arm = |pair: &[TokenTree]| matches!(pair, [one, other] if is_punct(one, '=') && is_punct(other, '>'));
    let is_pattern = trees.get(behind..end)?.windows(2).any(is_arm);
    (!is_pattern).then_some(end)
}

/// Whether the next token would be an operator, and not the start of an expression.
fn is_behind_operand(before: &[TokenTree]) -> bool {
    const BEFORE_EXPRESSIONS: [&str; 6] = ["async", "else", "in", "move", "return", "static"];
    match before {
        [] => false,
        [.., TokenTree::Ident(word)] => !BEFORE_EXPRESSIONS.iter().any(|known| word == known),
        [.., TokenTree::Punct(punct)] => matches!(punct.as_char(), '?' | '|'),
        [.., TokenTree::Group(_) | TokenTree::Literal(_)] => true,
    }
}
