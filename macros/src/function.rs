//! Second stage: parses the annotated function, except for its body, which stays plain tokens.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Error, ReturnType, Signature, Token, Type, Visibility};

use crate::body::Body;
use crate::output;
use crate::tail::Tail;
use crate::tokens::{braced, is, open, word_in};

/// The annotated function.
pub(crate) struct Function {
    /// Everything before the body, unchanged.
    pub(crate) written: TokenStream,
    pub(crate) head: Head,
    pub(crate) body: Body,
    pub(crate) shape: Shape,
}

/// Everything before the body, parsed.
#[derive(Clone)]
pub(crate) struct Head {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) default: Option<Token![default]>,
    pub(crate) signature: Signature,
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
        let mut trees: Vec<TokenTree> = item.clone().into_iter().collect();
        // A macro's `$function:item`, and in it a `$body:block`.
        open(&mut trees);
        let body = trees
            .pop()
            .as_ref()
            .and_then(braced)
            .cloned()
            .map(Body::new);
        let written: TokenStream = match &body {
            Some(_) => trees.into_iter().collect(),
            None => item.clone(),
        };
        let head: Head = syn::parse2(written.clone())?;
        let Some(body) = body else {
            let message =
                "expected a function with a body: move `#[acquire_token]` to the implementation";
            return Err(Error::new(head.signature.ident.span(), message));
        };
        let shape = Shape::of(&head, &body);
        Ok(Self {
            written,
            head,
            body,
            shape,
        })
    }

    /// Returns the output type of the acquisition, unless an alias hides it.
    pub(crate) fn output(&self) -> Option<&Type> {
        match &self.shape {
            Shape::Async | Shape::Blocking => self.head.returns(),
            Shape::AsyncBlock(_) | Shape::OpaqueFuture => {
                self.head.returns().and_then(output::of_future)
            }
        }
    }

    /// Whether `#[async_trait]` rewrote this function from an `async fn`.
    pub(crate) fn is_from_async_trait(&self) -> bool {
        self.head
            .returns()
            .is_some_and(|returns| word_in(returns, "async_trait").is_some())
    }
}

impl Head {
    /// Returns the return type, if the function has one.
    pub(crate) fn returns(&self) -> Option<&Type> {
        match &self.signature.output {
            ReturnType::Type(_, output) => Some(output),
            ReturnType::Default => None,
        }
    }
}

impl Parse for Head {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let default = input.parse()?;
        let begin = input.fork();
        let signature = input.parse();
        let signature = signature.map_err(|error| not_a_function(&begin).unwrap_or(error))?;
        input.parse::<Option<Token![;]>>()?;
        Ok(Self {
            attributes,
            visibility,
            default,
            signature,
        })
    }
}

impl ToTokens for Head {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self {
            attributes,
            visibility,
            default,
            signature,
        } = self;
        tokens.extend(quote! { #(#attributes)* #visibility #default #signature });
    }
}

impl Shape {
    fn of(head: &Head, body: &Body) -> Self {
        if head.signature.asyncness.is_some() {
            return Self::Async;
        }
        match Tail::find(&body.statements) {
            Some(tail) => Self::AsyncBlock(Box::new(tail)),
            None if head.returns().is_some_and(output::is_future) => Self::OpaqueFuture,
            None => Self::Blocking,
        }
    }
}

/// Describes what was found, unless the keyword `fn` comes at least later.
fn not_a_function(input: ParseStream<'_>) -> Option<Error> {
    let site = input.span();
    let mut trees = std::iter::from_fn(|| input.parse::<TokenTree>().ok()).peekable();
    let found = trees.peek().map(|keyword| format!(", found `{keyword}`"));
    if trees.any(|tree| is(&tree, "fn")) {
        return None;
    }
    let found = found.unwrap_or_default();
    let message =
        format!("expected a function{found}: move `#[acquire_token]` to a function or a method");
    Some(Error::new(site, message))
}
