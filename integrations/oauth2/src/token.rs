//! Describes the tokens that `oauth2` returns.

use oauth2::TokenResponse;
use token_telemetry::{TokenInfo, TokenType};

/// Describes a token: its type, its lifetime, and whether a refresh token came with it.
///
/// Pass it to the attribute as `token_info`. It reads neither the tokens nor the scopes.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use oauth2::basic::{BasicTokenResponse, BasicTokenType};
/// use oauth2::{AccessToken, EmptyExtraTokenFields};
/// use token_telemetry::TokenType;
/// use token_telemetry_oauth2::token_info;
///
/// let token = AccessToken::new("secret".to_owned());
/// let mut token = BasicTokenResponse::new(token, BasicTokenType::Bearer, EmptyExtraTokenFields {});
/// token.set_expires_in(Some(&Duration::from_secs(3599)));
/// let info = token_info(&token);
/// assert_eq!(info.token_type(), Some(TokenType::Bearer));
/// assert_eq!(info.expires_in(), Some(Duration::from_secs(3599)));
/// assert_eq!(info.refresh_token(), Some(false));
/// ```
pub fn token_info<T: TokenResponse>(token: &T) -> TokenInfo {
    let mut info = TokenInfo::new().with_refresh_token(token.refresh_token().is_some());
    if let Some(token_type) = token_type(token.token_type()) {
        info = info.with_token_type(token_type);
    }
    if let Some(lifetime) = token.expires_in() {
        info = info.with_expires_in(lifetime);
    }
    info
}

/// Reads the type by its name on the wire, which is all that the trait offers.
fn token_type(token_type: &impl oauth2::TokenType) -> Option<TokenType> {
    let name = serde_json::to_value(token_type).ok()?;
    let name = name.as_str()?;
    Some(if name.eq_ignore_ascii_case("bearer") {
        TokenType::Bearer
    } else if name.eq_ignore_ascii_case("pop") {
        TokenType::Pop
    } else {
        TokenType::Extension
    })
}
