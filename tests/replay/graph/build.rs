//! Cases that build a header: ours exactly, those of other SDKs as far as they can be parsed.

use serde_json::Value;
use token_telemetry::ClientRequestId;
use token_telemetry::graph::{
    ApplicationFeatures, Comment, FeatureUsage, Headers, Key, Product, RequestContext, SDK_VERSION,
    SdkVersion, SdkVersionBuilder, read,
};

use super::read::check_read;
use super::{apply_twice, header_map, line};
use crate::fields::{Check, Fields};

pub(crate) fn replay(
    style: Option<&str>,
    input: &mut Fields,
    expect: &mut Fields,
    check: &mut Check,
) -> Result<(), String> {
    let parts = Parts::take(input)?;
    let value = expect.text("SdkVersion")?.filter(|value| value != "absent");
    let request_id = expect.text("client-request-id")?;
    for null in ["SdkVersion", "client-request-id"] {
        expect.take(null);
    }
    match (style, &value) {
        (Some("spec"), _) => parts.check_built(value.as_deref(), request_id.as_deref(), check)?,
        (Some(sdk), Some(value)) if sdk.starts_with("sdk:") => parts.check_found(value, check)?,
        // If another SDK sends nothing, neither do we.
        (Some(sdk), None) if sdk.starts_with("sdk:") => parts.check_built(None, None, check)?,
        (other, _) => return Err(format!("unknown style {other:?}")),
    }
    let Some(value) = value else {
        return Ok(());
    };
    let mut expected = expect.object("read")?;
    check_read(value.as_bytes(), &mut expected, check)?;
    expected.finish()
}

/// The parts of the header.
struct Parts {
    products: Vec<(String, Option<String>)>,
    pairs: Vec<(Option<String>, String)>,
    raw: [(Key, Option<String>); 3],
    features: Option<FeatureUsage>,
    host: String,
    attempt: u64,
    request_id: Option<String>,
    before: Fields,
}

impl Parts {
    fn take(input: &mut Fields) -> Result<Self, String> {
        let mut products = Vec::new();
        for product in input.list("products")?.unwrap_or_default() {
            let mut product = Fields::of(product)?;
            let name = Fields::needed("name", product.text("name")?)?;
            products.push((name, product.text("version")?));
            product.take("version");
            product.finish()?;
        }
        let pairs = input
            .take("comment_pairs")
            .unwrap_or(Value::Array(Vec::new()));
        let raw = [Key::HostOs, Key::HostArch, Key::RuntimeEnvironment];
        let [os, arch, runtime] = raw.map(|key| (key, input.text(&format!("raw_{key}"))));
        Ok(Self {
            products,
            pairs: serde_json::from_value(pairs).map_err(|error| error.to_string())?,
            raw: [(os.0, os.1?), (arch.0, arch.1?), (runtime.0, runtime.1?)],
            features: input.number("feature_flags")?.map(FeatureUsage::from_bits),
            host: Fields::needed("host", input.text("host")?)?,
            attempt: input.number("attempt")?.unwrap_or(1),
            request_id: input.text("client_request_id")?,
            before: input.object("headers_before")?,
        })
    }

    /// Checks that another SDK's value has these parts, as far as it can be parsed.
    fn check_found(&self, value: &str, check: &mut Check) -> Result<(), String> {
        let Ok(elements) = read::recipient(value) else {
            return Ok(());
        };
        for (name, version) in &self.products {
            let is_it = |element: &read::Element<'_>| {
                element.name() == name && element.version() == version.as_deref()
            };
            check.holds(name, elements.iter().any(is_it))?;
        }
        let comments: Vec<_> = elements.iter().filter_map(read::Element::comment).collect();
        for (key, text) in &self.pairs {
            let is_it = |pair: read::Pair<'_>| {
                pair.key.as_deref() == key.as_ref().map(String::as_bytes)
                    && *pair.value == *text.as_bytes()
            };
            let mut pairs = comments.iter().flat_map(read::CommentText::pairs);
            check.holds(text, pairs.any(is_it))?;
        }
        Ok(())
    }

    /// Checks that our builder creates the value from these parts.
    fn check_built(
        self,
        value: Option<&str>,
        id: Option<&str>,
        check: &mut Check,
    ) -> Result<(), String> {
        let sdk_version = self.builder()?.build().map_err(|error| error.to_string())?;
        check.same("nothing is dropped", &sdk_version.dropped().len(), &0)?;
        let given = self.request_id.as_deref().map(str::parse);
        let context = match given.transpose() {
            Ok(Some(given)) => RequestContext::with_client_request_id(given),
            Ok(None) => RequestContext::new(),
            Err(error) => return Err(format!("client_request_id: {error}")),
        };
        let mut map = header_map(self.before)?;
        let url = format!("https://{}/v1.0/me", self.host);
        let headers = Headers::new(sdk_version);
        for _ in 0..self.attempt {
            apply_twice(&headers, &context, &url, &mut map)?;
        }
        let sent = line(&map, &SDK_VERSION)?;
        check.same("SdkVersion", &sent.as_deref(), &value)?;
        let sent = line(&map, &ClientRequestId::HEADER)?;
        match id.filter(|id| *id != "absent") {
            Some("present") => {
                let is_guid = sent.is_some_and(|id| id.parse::<ClientRequestId>().is_ok());
                check.holds("client-request-id is a GUID", is_guid)
            }
            id => check.same("client-request-id", &sent.as_deref(), &id),
        }
    }

    fn builder(&self) -> Result<SdkVersionBuilder, String> {
        let mut builder = SdkVersion::builder().comment(self.comment()?);
        for (name, version) in &self.products {
            let version = version.clone().ok_or("expected a version")?;
            let product = Product::new(name.clone(), version).map_err(|error| error.to_string())?;
            // The vectors follow the documented name templates.
            builder = match (name.starts_with("graph-"), name.ends_with("-core")) {
                (true, true) => builder.core(product),
                (true, false) => builder.service(product),
                (false, _) => builder.application(product),
            };
        }
        let Some(features) = self.features else {
            return Ok(builder.without_feature_usage());
        };
        let own = features.bits() & !FeatureUsage::DOCUMENTED.bits();
        if own != 0 {
            let own = ApplicationFeatures::new(&[FeatureUsage::from_bits(own)]);
            builder = builder.application_features(own);
        }
        Ok(builder.feature_usage(features))
    }

    /// Creates the comment of the pairs; the library sanitizes raw text if it is known.
    fn comment(&self) -> Result<Comment, String> {
        let mut comment = Comment::empty();
        for (key, text) in &self.pairs {
            let is_it = |known: &&Key| Some(known.name()) == key.as_deref();
            let known = Key::ALL.iter().find(is_it);
            let known = *known.ok_or_else(|| format!("unknown pair {key:?}"))?;
            comment = with(comment, known, self.raw_text(known).unwrap_or(text));
        }
        for (key, raw) in &self.raw {
            let is_it = |(paired, _): &(Option<String>, _)| paired.as_deref() == Some(key.name());
            let is_paired = self.pairs.iter().any(is_it);
            if let (Some(raw), false) = (raw, is_paired) {
                comment = with(comment, *key, raw);
            }
        }
        Ok(comment)
    }

    fn raw_text(&self, key: Key) -> Option<&str> {
        let raw = self.raw.iter().find(|(raw, _)| *raw == key);
        raw.and_then(|(_, text)| text.as_deref())
    }
}

/// Adds a pair, except features, which are given as a number.
fn with(comment: Comment, key: Key, text: &str) -> Comment {
    if key == Key::HostOs {
        comment.host_os(text)
    } else if key == Key::HostArch {
        comment.host_arch(text)
    } else if key == Key::RuntimeEnvironment {
        let (name, version) = text.split_once('/').unwrap_or((text, ""));
        comment.runtime_environment(name, version)
    } else {
        comment
    }
}
