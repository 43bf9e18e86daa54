//! The diagnostics that change with the attribute, each with the reason why it cannot be otherwise.

/// What happens to a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Change {
    /// It is new; nothing may be.
    Added,
    /// It is there once more.
    Repeated,
    /// It is gone.
    Lost,
    /// It speaks of another place, or in other words.
    Moved,
}

/// A lint whose diagnostics change in some functions.
pub(crate) struct Allowed {
    pub(crate) lint: &'static str,
    pub(crate) change: Change,
    pub(crate) functions: &'static [&'static str],
}

pub(crate) const ALLOWED: [Allowed; 18] = [
    // The body is an async block that is awaited, so every function has its await.
    Allowed {
        lint: "clippy::unused_async",
        change: Change::Lost,
        functions: &["redundant_clone_of_an_argument", "unused_async"],
    },
    // The lint stays away from expressions inside of those that a macro wrote, as a body now is.
    Allowed {
        lint: "clippy::useless_conversion",
        change: Change::Lost,
        functions: &["useless_conversion", "useless_conversion_blocking"],
    },
    // What a block takes along is no local variable of its own, and only those are looked at.
    Allowed {
        lint: "clippy::redundant_clone",
        change: Change::Lost,
        functions: &["redundant_clone_of_an_argument"],
    },
    // An argument that the body assigns to is bound again inside of the block, a little further on.
    Allowed {
        lint: "unused_assignments",
        change: Change::Moved,
        functions: &["argument_overwritten", "argument_overwritten_blocking"],
    },
    // The lint looks at the function's own body, which is one call, and not at the closure in it.
    Allowed {
        lint: "clippy::unwrap_in_result",
        change: Change::Lost,
        functions: &["unwrap_in_result"],
    },
    // It counts the branches of the function's own body, and passes over what a macro wrote.
    Allowed {
        lint: "clippy::cognitive_complexity",
        change: Change::Lost,
        functions: &[
            "cognitive_complexity",
            "cognitive_complexity_of_loops",
            "too_many_lines",
        ],
    },
    // In a closure the lint does not look for where the variable got its first value.
    Allowed {
        lint: "clippy::assigning_clones",
        change: Change::Lost,
        functions: &["assigning_clones_blocking"],
    },
    // The size stands in the message, and both halves of the function hold the array.
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
    // More stands in the body than the one block.
    Allowed {
        lint: "clippy::manual_async_fn",
        change: Change::Lost,
        functions: &["manual_async_fn"],
    },
    // It underlines the whole block in place of the block's last expression.
    Allowed {
        lint: "clippy::implicit_return",
        change: Change::Moved,
        functions: &["manual_async_fn"],
    },
    // The size stands in the message, and the future has grown by a constant.
    Allowed {
        lint: "clippy::large_futures",
        change: Change::Moved,
        functions: &["calling_a_large_future"],
    },
    // The closure around a body that blocks may run or not, as far as the compiler knows.
    Allowed {
        lint: "unconditional_recursion",
        change: Change::Lost,
        functions: &["unconditional_recursion"],
    },
    // The closure takes the arguments along, so they are used by value.
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
    // The function returns what the runtime returns, which is not always `Ok`.
    Allowed {
        lint: "clippy::unnecessary_wraps",
        change: Change::Lost,
        functions: &["unnecessary_wraps"],
    },
    // A measured function reads a clock.
    Allowed {
        lint: "clippy::missing_const_for_fn",
        change: Change::Lost,
        functions: &["missing_const_for_fn", "unnecessary_wraps"],
    },
    // What the lint says of the function it says of the closure too; one `allow` silences both.
    Allowed {
        lint: "clippy::result_large_err",
        change: Change::Repeated,
        functions: &["result_large_err_blocking"],
    },
];
