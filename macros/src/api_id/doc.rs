//! The first sentence of a documentation comment.

use syn::{Attribute, Expr, ExprLit, Lit};

/// Returns the first sentence of the item's documentation on one line, or an empty string.
pub(crate) fn first_sentence(attributes: &[Attribute]) -> String {
    let lines: Vec<String> = attributes.iter().filter_map(text).collect();
    let lines = lines
        .iter()
        .flat_map(|text| text.split('\n'))
        .map(str::trim);
    let paragraph: Vec<&str> = lines
        .skip_while(|line| line.is_empty())
        .take_while(|line| !line.is_empty())
        .collect();
    let mut paragraph = paragraph.join(" ");
    paragraph.truncate(sentence_end(&paragraph));
    paragraph
}

/// Returns the text of `#[doc = "…"]`, if it is a literal.
fn text(attribute: &Attribute) -> Option<String> {
    match &attribute.meta.require_name_value().ok()?.value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) if attribute.path().is_ident("doc") => Some(text.value()),
        _ => None,
    }
}

/// Returns the end of the first sentence: a period that is followed by the start of another one.
fn sentence_end(paragraph: &str) -> usize {
    paragraph
        .match_indices(". ")
        .find(|(stop, _)| {
            let next = paragraph
                .get(stop + 2..)
                .and_then(|rest| rest.trim_start().chars().next());
            let before = paragraph.get(..*stop).unwrap_or_default();
            !next.is_some_and(char::is_lowercase)
                && !ABBREVIATIONS.iter().any(|end| before.ends_with(end))
        })
        .map_or(paragraph.len(), |(stop, _)| stop + 1)
}

/// Abbreviations whose period does not end a sentence.
const ABBREVIATIONS: [&str; 3] = ["e.g", "i.e", "vs"];
