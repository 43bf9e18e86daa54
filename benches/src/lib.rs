//! Empty: this package contains only benchmarks.
