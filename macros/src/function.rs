//! Second stage: parses the annotated function, except for its body, which stays plain tokens.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Error, ReturnType, Signature, Token, Type, Visibility};

use crate::output;
use crate::tail::Tail;
use crate::tokens::{braced, is, word_in};

/// The annotated function.
pub(crate) struct Function {
    /// Everything before the body, unchanged.
    pub(crate) head: TokenStream,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) default: Option<Token![default]>,
    pub(crate) signature: Signature,
    pub(crate) body: Body,
    pub(crate) shape: Shape,
}

/// Braces and their content.
pub(crate) struct Body {
    /// The braces as the user wrote them.
    pub(crate) group: Group,
    /// Inner attributes, which must stay in front.
    pub(crate) attributes: TokenStream,
    pub(crate) statements: Vec<TokenTree>,
}

/// Where the work of the acquisition is.
pub(crate) enum Shape {
    /// In the body of an `async fn`.
    Async,
    /// In the async block at the end of the function.
    AsyncBlock(Box<Tail>),
    /// In a future that was created where the attribute cannot reach it.
    OpaqueFuture,
    /// In the body of a blocking function.
    Blocking,
}

impl Function {
    pub(crate) fn parse(item: &TokenStream) -> syn::Result<Self> {
        let mut trees = trees_of(item);
        let body = trees.pop().as_ref().and_then(braced).map(Body::new);
        let head: TokenStream = match &body {
            Some(_) => trees.into_iter().collect(),
            None => item.clone(),
        };
        let Head {
            attributes,
            visibility,
            default,
            signature,
        } = parse_head.parse2(head.clone())?;
        let Some(body) = body else {
            let message =
                "expected a function with a body: move `#[acquire_token]` to the implementation";
            return Err(Error::new(signature.ident.span(), message));
        };
        let shape = Shape::of(&signature, &body);
        Ok(Self {
            head,
            attributes,
            visibility,
            default,
            signature,
            body,
            shape,
        })
    }

    /// Returns the return type, if the function has one.
    pub(crate) fn returns(&self) -> Option<&Type> {
        returns(&self.signature)
    }

    /// Returns the output type of the acquisition, unless an alias hides it.
    pub(crate) fn output(&self) -> Option<&Type> {
        match &self.shape {
            Shape::Async | Shape::Blocking => self.returns(),
            Shape::AsyncBlock(_) | Shape::OpaqueFuture => {
                self.returns().and_then(output::of_future)
            }
        }
    }

    /// Whether `#[async_trait]` rewrote this function from an `async fn`.
    pub(crate) fn is_from_async_trait(&self) -> bool {
        self.returns()
            .is_some_and(|returns| word_in(returns.to_token_stream(), &["async_trait"]).is_some())
    }
}

impl Body {
    pub(crate) fn new(group: Group) -> Self {
        let mut attributes: Vec<TokenTree> = group.stream().into_iter().collect();
        let mut length = 0;
        while let Some(
            [
                TokenTree::Punct(hash),
                TokenTree::Punct(bang),
                TokenTree::Group(_),
            ],
        ) = attributes.get(length..length + 3)
            && hash.as_char() == '#'
            && bang.as_char() == '!'
        {
            length += 3;
        }
        let statements = attributes.split_off(length);
        Self {
            group,
            attributes: attributes.into_iter().collect(),
            statements,
        }
    }
}

impl Shape {
    fn of(signature: &Signature, body: &Body) -> Self {
        if signature.asyncness.is_some() {
            return Self::Async;
        }
        match Tail::find(&body.statements) {
            Some(tail) => Self::AsyncBlock(Box::new(tail)),
            None if returns(signature).is_some_and(output::is_future) => Self::OpaqueFuture,
            None => Self::Blocking,
        }
    }
}

fn returns(signature: &Signature) -> Option<&Type> {
    match &signature.output {
        ReturnType::Type(_, output) => Some(output),
        ReturnType::Default => None,
    }
}

/// Everything before the body, parsed.
struct Head {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    default: Option<Token![default]>,
    signature: Signature,
}

fn parse_head(input: ParseStream<'_>) -> syn::Result<Head> {
    let attributes = input.call(Attribute::parse_outer)?;
    let visibility = input.parse()?;
    let default = input.parse()?;
    let site = input.span();
    let keyword = input.cursor().token_tree().map(|(keyword, _)| keyword);
    let is_function = is_function(&input.fork());
    let signature = input.parse().map_err(|error| {
        if is_function {
            return error;
        }
        let found = keyword.map_or_else(String::new, |keyword| format!(", found `{keyword}`"));
        let message = format!(
            "expected a function{found}: move `#[acquire_token]` to a function or a method"
        );
        Error::new(site, message)
    })?;
    input.parse::<Option<Token![;]>>()?;
    Ok(Head {
        attributes,
        visibility,
        default,
        signature,
    })
}

/// Whether the keyword `fn` occurs at all.
fn is_function(input: ParseStream<'_>) -> bool {
    let mut trees = std::iter::from_fn(|| input.parse::<TokenTree>().ok());
    trees.any(|tree| is(&tree, "fn"))
}

/// Returns the tokens of an item, also from inside the invisible group of a macro's `$function:item`.
fn trees_of(item: &TokenStream) -> Vec<TokenTree> {
    let trees: Vec<TokenTree> = item.clone().into_iter().collect();
    match trees.as_slice() {
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::None => {
            trees_of(&group.stream())
        }
        _ => trees,
    }
}
