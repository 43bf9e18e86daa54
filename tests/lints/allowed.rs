//! The diagnostics that the attribute changes, each with the reason why this is unavoidable.

/// What happens to a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Change {
    /// It is new; no lint is allowed to add one.
    Added,
    /// It is reported again.
    Repeated,
    /// It is gone.
    Lost,
    /// Its location or its text differs.
    Moved,
}

/// A lint whose diagnostics change in some functions.
pub(crate) struct Allowed {
    pub(crate) lint: &'static str,
    pub(crate) change: Change,
    pub(crate) functions: &'static [&'static str],
}

pub(crate) const ALLOWED: [Allowed; 18] = [
    // The body becomes an awaited async block, so that every function contains an `.await`.
    Allowed {
        lint: "clippy::unused_async",
        change: Change::Lost,
        functions: &["redundant_clone_of_an_argument", "unused_async"],
    },
    // The lint skips expressions inside macro output, which now includes the body.
    Allowed {
        lint: "clippy::useless_conversion",
        change: Change::Lost,
        functions: &["useless_conversion", "useless_conversion_blocking"],
    },
    // The lint looks at local variables only, and a captured argument is not one.
    Allowed {
        lint: "clippy::redundant_clone",
        change: Change::Lost,
        functions: &["redundant_clone_of_an_argument"],
    },
    // An argument that the body assigns to is bound again inside the block, at a later location.
    Allowed {
        lint: "unused_assignments",
        change: Change::Moved,
        functions: &["argument_overwritten", "argument_overwritten_blocking"],
    },
    // The lint looks at the function body, which is one call, but not at the closure in it.
    Allowed {
        lint: "clippy::unwrap_in_result",
        change: Change::Lost,
        functions: &["unwrap_in_result"],
    },
    // The lint counts branches of the function body, and skips macro output.
    Allowed {
        lint: "clippy::cognitive_complexity",
        change: Change::Lost,
        functions: &[
            "cognitive_complexity",
            "cognitive_complexity_of_loops",
            "too_many_lines",
        ],
    },
    // In a closure, the lint does not look for the first assignment of the variable.
    Allowed {
        lint: "clippy::assigning_clones",
        change: Change::Lost,
        functions: &["assigning_clones_blocking"],
    },
    // The message contains the size, and both parts of the function contain the array.
    Allowed {
        lint: "clippy::large_stack_frames",
        change: Change::Moved,
        functions: &["large_stack_frames"],
    },
    Allowed {
        lint: "clippy::large_stack_frames",
        change: Change::Repeated,
        functions: &["large_stack_frames"],
    },
    // The body contains more than the one block.
    Allowed {
        lint: "clippy::manual_async_fn",
        change: Change::Lost,
        functions: &["manual_async_fn"],
    },
    // The lint underlines the whole block instead of its last expression.
    Allowed {
        lint: "clippy::implicit_return",
        change: Change::Moved,
        functions: &["manual_async_fn"],
    },
    // The message contains the size, and the future grows by a constant.
    Allowed {
        lint: "clippy::large_futures",
        change: Change::Moved,
        functions: &["calling_a_large_future"],
    },
    // The compiler does not know that the closure around a blocking body always runs.
    Allowed {
        lint: "unconditional_recursion",
        change: Change::Lost,
        functions: &["unconditional_recursion"],
    },
    // The closure captures the arguments, so they are used by value.
    Allowed {
        lint: "clippy::needless_pass_by_value",
        change: Change::Lost,
        functions: &["boxed_local", "needless_pass_by_value"],
    },
    Allowed {
        lint: "clippy::boxed_local",
        change: Change::Lost,
        functions: &["boxed_local"],
    },
    // The function returns the result of a call, which is not always `Ok`.
    Allowed {
        lint: "clippy::unnecessary_wraps",
        change: Change::Lost,
        functions: &["unnecessary_wraps"],
    },
    // An instrumented function reads a clock.
    Allowed {
        lint: "clippy::missing_const_for_fn",
        change: Change::Lost,
        functions: &["missing_const_for_fn", "unnecessary_wraps"],
    },
    // The lint reports the function and the closure; one `allow` silences both.
    Allowed {
        lint: "clippy::result_large_err",
        change: Change::Repeated,
        functions: &["result_large_err_blocking"],
    },
];
