//! Second stage: the annotated function, whose body is found but never parsed.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Error, ReturnType, Signature, Token, Type, Visibility};

use crate::output;
use crate::tail::Tail;

/// The annotated function.
pub(crate) struct Function {
    /// Everything before the body, as it was written.
    pub(crate) head: TokenStream,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) signature: Signature,
    pub(crate) body: Body,
    pub(crate) shape: Shape,
}

/// Braces with what is in them.
pub(crate) struct Body {
    /// The user's own braces.
    pub(crate) braces: Group,
    /// Inner attributes, which must stay in front.
    pub(crate) attributes: TokenStream,
    pub(crate) statements: Vec<TokenTree>,
}

/// Where the acquisition happens.
pub(crate) enum Shape {
    /// In the body of an `async fn`.
    Async,
    /// In the async block that the function ends with.
    Returned(Box<Tail>),
    /// In a future that was made where the attribute cannot reach it.
    Elsewhere,
    /// In the body of a function that blocks.
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
        let (attributes, signature) = parse_head.parse2(head.clone())?;
        let Some(body) = body else {
            let message =
                "this function has no body to measure: annotate it where it is implemented";
            return Err(Error::new(signature.ident.span(), message));
        };
        let shape = Shape::of(&signature, &body);
        Ok(Self {
            head,
            attributes,
            signature,
            body,
            shape,
        })
    }

    /// The return type, where one is written.
    pub(crate) fn returns(&self) -> Option<&Type> {
        returns(&self.signature)
    }

    /// Type of what the function acquires, unless an alias hides it.
    pub(crate) fn output(&self) -> Option<&Type> {
        match &self.shape {
            Shape::Async | Shape::Blocking => self.returns(),
            Shape::Returned(_) | Shape::Elsewhere => self.returns().and_then(output::of_future),
        }
    }
}

impl Body {
    pub(crate) fn new(braces: Group) -> Self {
        let mut attributes: Vec<TokenTree> = braces.stream().into_iter().collect();
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
            braces,
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
            Some(tail) => Self::Returned(Box::new(tail)),
            None if returns(signature).is_some_and(output::is_future) => Self::Elsewhere,
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

/// Reads what stands before the body.
fn parse_head(input: ParseStream<'_>) -> syn::Result<(Vec<Attribute>, Signature)> {
    let attributes = input.call(Attribute::parse_outer)?;
    input.parse::<Visibility>()?;
    input.parse::<Option<Token![default]>>()?;
    let keyword = input.span();
    let is_function = is_function(&input.fork());
    let signature = input.parse().map_err(|error| {
        if is_function {
            return error;
        }
        let message = "`#[acquire_token]` goes on a function, or on a method inside of an `impl`";
        Error::new(keyword, message)
    })?;
    input.parse::<Option<Token![;]>>()?;
    Ok((attributes, signature))
}

/// Whether the keyword `fn` comes at all.
fn is_function(input: ParseStream<'_>) -> bool {
    let is_keyword = |tree: &TokenTree| matches!(tree, TokenTree::Ident(word) if word == "fn");
    let mut trees = std::iter::from_fn(|| input.parse::<TokenTree>().ok());
    trees.any(|tree| is_keyword(&tree))
}

/// The trees of an item, also from inside the invisible group of a macro's `$function:item`.
fn trees_of(item: &TokenStream) -> Vec<TokenTree> {
    let trees: Vec<TokenTree> = item.clone().into_iter().collect();
    match trees.as_slice() {
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::None => {
            trees_of(&group.stream())
        }
        _ => trees,
    }
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
