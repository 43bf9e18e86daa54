//! Second stage: the annotated function, whose body is found but never parsed.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Error, ReturnType, Signature, Token, Type, Visibility};

/// The annotated function.
pub(crate) struct Function {
    /// Everything before the body, as it was written.
    pub(crate) head: TokenStream,
    pub(crate) signature: Signature,
    pub(crate) body: Group,
}

impl Function {
    pub(crate) fn parse(item: &TokenStream) -> syn::Result<Self> {
        let mut trees: Vec<TokenTree> = item.clone().into_iter().collect();
        let last = trees.pop();
        let head: TokenStream = trees.into_iter().collect();
        let signature = parse_head.parse2(head.clone());
        match (signature, last.as_ref().and_then(braced)) {
            (Ok(signature), Some(body)) => Ok(Self {
                head,
                signature,
                body,
            }),
            (Ok(signature), None) => Err(Error::new(
                signature.ident.span(),
                "this function has no body to measure: annotate the implementations instead",
            )),
            (Err(_), _) => Err(Error::new_spanned(
                item,
                "`#[acquire_token]` goes on a function",
            )),
        }
    }

    /// Inner attributes of the body, and the statements behind them.
    pub(crate) fn body_parts(&self) -> (TokenStream, TokenStream) {
        let mut trees: Vec<TokenTree> = self.body.stream().into_iter().collect();
        let mut length = 0;
        while let [
            TokenTree::Punct(hash),
            TokenTree::Punct(bang),
            TokenTree::Group(_),
            ..,
        ] = trees.get(length..).unwrap_or_default()
            && hash.as_char() == '#'
            && bang.as_char() == '!'
        {
            length += 3;
        }
        let statements = trees.split_off(length);
        (
            trees.into_iter().collect(),
            statements.into_iter().collect(),
        )
    }

    /// The return type, where one is written.
    pub(crate) fn output(&self) -> Option<&Type> {
        match &self.signature.output {
            ReturnType::Type(_, output) => Some(output),
            ReturnType::Default => None,
        }
    }
}

/// Reads what stands before the body.
fn parse_head(input: ParseStream<'_>) -> syn::Result<Signature> {
    input.call(Attribute::parse_outer)?;
    input.parse::<Visibility>()?;
    input.parse::<Option<Token![default]>>()?;
    input.parse()
}

/// The braces themselves, also from inside the invisible group of a macro's `$body:block`.
fn braced(tree: &TokenTree) -> Option<Group> {
    let TokenTree::Group(group) = tree else {
        return None;
    };
    match group.delimiter() {
        Delimiter::Brace => Some(group.clone()),
        Delimiter::None => {
            let mut inside = group.stream().into_iter();
            let only = inside.next()?;
            inside.next().is_none().then(|| braced(&only)).flatten()
        }
        Delimiter::Parenthesis | Delimiter::Bracket => None,
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.head.to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}
