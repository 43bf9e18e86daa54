//! Only the benchmarks in this package have code.
