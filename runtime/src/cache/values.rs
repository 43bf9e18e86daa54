//! Where a token came from, which cache answered, and why the cache did not suffice.

use crate::wire::wire_enum;

wire_enum! {
    /// Where the token came from.
    pub enum TokenSource {
        /// The token endpoint issued it for this call.
        IdentityProvider = 0,
        /// A cache of the SDK held it.
        Cache = 1,
        /// A broker application handed it over.
        Broker = 2,
    }
}

wire_enum! {
    /// Cache that answered, or `None` when no cache did.
    pub enum CacheLevel {
        /// No cache answered.
        None = 0,
        /// A cache answered, and the SDK does not know which.
        Unknown = 1,
        /// The cache in this process's memory.
        L1Cache = 2,
        /// A cache outside the process: a file, a database, a distributed cache.
        L2Cache = 3,
    }
}

wire_enum! {
    /// Why a cached token did not suffice; the field `cache_info` of the current-telemetry header.
    pub enum CacheRefreshReason {
        /// The cached token sufficed, or the flow has no cache lookup.
        NotApplicable = 0,
        /// The caller forced a refresh or asked for claims.
        ForceRefreshOrClaims = 1,
        /// The cache held no access token for the request.
        NoCachedAccessToken = 2,
        /// The cached token had expired.
        Expired = 3,
        /// The cached token was valid and due for a proactive refresh.
        ProactivelyRefreshed = 4,
        /// The cache is switched off.
        CacheDisabled = 5,
    }
}
